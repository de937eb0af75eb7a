/*
 * identity.c - the addresses of contacts.
 */
#include "store/identity.h"

#include "db/db.h"
#include "store/identity.sql.h"

enum { DISPLAY_MAX = 320 };

static const struct field identity_row[] = {
    FIELD(struct identity, id, 0, 0),
    FIELD(struct identity, contact_id, 0, 0),
    FIELD(struct identity, kind, 0, 0),
    FIELD(struct identity, value, 0, 0),
    FIELD(struct identity, display, 0, 0),
    FIELD(struct identity, verified, 0, 0),
    FIELD_END,
};

static str display_of(str display)
{
    return display.ptr ? str_utf8_cut(display, DISPLAY_MAX) : S("");
}

enum status identity_select(struct ctx *c, struct uuid id, struct identity *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &identity_select_sql, DB_ARGS(A(c->org), A(id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such address");
    return db_read(c, rows, 0, identity_row, out);
}

enum status identity_find(struct ctx *c, str kind, str value, struct identity *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &identity_find_sql, DB_ARGS(A(c->org), A(kind), A(value)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, identity_row, out) : OK;
}

enum status identity_insert(struct ctx *c, const struct identity *row, bool *inserted)
{
    int64_t changed;

    TRY(db_exec(c, &identity_insert_sql,
                DB_ARGS(A(c->org), A(row->id), A(row->contact_id), A(row->kind), A(row->value),
                        A(display_of(row->display)), A(row->verified)),
                &changed));
    *inserted = changed > 0;
    return OK;
}

enum status identity_update(struct ctx *c, struct uuid id, str value, str display, bool *changed)
{
    int64_t n;

    TRY(db_exec(c, &identity_update_sql,
                DB_ARGS(A(c->org), A(id), A(value), A(display_of(display))), &n));
    *changed = n > 0;
    return OK;
}

enum status identity_list(struct ctx *c, const struct uuid *contacts, size_t n, struct list *out)
{
    struct uuid_array ids = {contacts, n};
    struct db_rows *rows;

    TRY(db_query(c, &identity_list_sql, DB_ARGS(A(c->org), A(ids)), &rows));
    return db_read_all(c, rows, identity_row, sizeof(struct identity), out);
}
