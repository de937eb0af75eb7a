/*
 * note.c - what the team wrote about a contact.
 */
#include "store/note.h"

#include "db/db.h"
#include "store/note.sql.h"

static const struct field note_row[] = {
    FIELD(struct note, id, 0, 0),
    FIELD(struct note, contact_id, 0, 0),
    FIELD(struct note, author_id, 0, 0),
    FIELD(struct note, author_name, 0, 0),
    FIELD(struct note, body, 0, 0),
    FIELD(struct note, created_at, 0, 0),
    FIELD(struct note, updated_at, 0, 0),
    FIELD(struct note, version, 0, 0),
    FIELD_END,
};

static enum status read_one(struct ctx *c, const struct db_rows *rows, struct note *out)
{
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such note");
    return db_read(c, rows, 0, note_row, out);
}

enum status note_insert(struct ctx *c, const struct note *row)
{
    return db_exec(
        c, &note_insert_sql,
        DB_ARGS(A(c->org), A(row->id), A(row->contact_id), A(row->author_id), A(row->body)), NULL);
}

enum status note_select(struct ctx *c, struct uuid id, struct note *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &note_select_sql, DB_ARGS(A(c->org), A(id)), &rows));
    return read_one(c, rows, out);
}

enum status note_lock(struct ctx *c, struct uuid id, struct note *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &note_lock_sql, DB_ARGS(A(c->org), A(id)), &rows));
    return read_one(c, rows, out);
}

enum status note_list(struct ctx *c, struct uuid contact_id, struct uuid before_id, int limit,
                      struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &note_list_sql, DB_ARGS(A(c->org), A(contact_id), A(before_id)), &rows));
    TRY(db_read_all(c, rows, note_row, sizeof(struct note), out));
    if (out->n > (size_t)limit + 1)
        out->n = (size_t)limit + 1;
    return OK;
}

enum status note_update(struct ctx *c, struct uuid id, str body)
{
    return db_exec(c, &note_update_sql, DB_ARGS(A(c->org), A(id), A(body)), NULL);
}

enum status note_delete(struct ctx *c, struct uuid id)
{
    return db_exec(c, &note_delete_sql, DB_ARGS(A(c->org), A(id)), NULL);
}
