/*
 * custom_field.c - the fields that an organisation adds to its contacts.
 */
#include "store/custom_field.h"

#include "db/db.h"
#include "store/custom_field.sql.h"

static const struct field custom_field_row[] = {
    FIELD(struct custom_field, id, 0, 0),
    FIELD(struct custom_field, key, 0, 0),
    FIELD(struct custom_field, label, 0, 0),
    FIELD_ENUM(struct custom_field, type, 0, &custom_type_names),
    FIELD(struct custom_field, choices, 0, 0),
    FIELD(struct custom_field, position, 0, 0),
    FIELD(struct custom_field, version, 0, 0),
    FIELD_END,
};

enum status custom_field_list(struct ctx *c, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &custom_field_list_sql, DB_ARGS(A(c->org)), &rows));
    return db_read_all(c, rows, custom_field_row, sizeof(struct custom_field), out);
}

enum status custom_field_lock(struct ctx *c, struct uuid id, struct custom_field *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &custom_field_lock_sql, DB_ARGS(A(c->org), A(id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such field");
    return db_read(c, rows, 0, custom_field_row, out);
}

enum status custom_field_insert(struct ctx *c, const struct custom_field *row, bool *inserted)
{
    int64_t changed;

    TRY(db_exec(c, &custom_field_insert_sql,
                DB_ARGS(A(c->org), A(row->id), A(row->key), A(row->label),
                        A_WORD(&custom_type_names, row->type), A(row->choices), A(row->position)),
                &changed));
    *inserted = changed > 0;
    return OK;
}

enum status custom_field_update(struct ctx *c, const struct custom_field *row, int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &custom_field_update_sql,
                 DB_ARGS(A(c->org), A(row->id), A(row->label), A(row->choices), A(row->position)),
                 &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such field");
    *version = db_scalar_i64(rows);
    return OK;
}

enum status custom_field_delete(struct ctx *c, struct uuid id, bool *deleted)
{
    int64_t changed;

    TRY(db_exec(c, &custom_field_delete_sql, DB_ARGS(A(c->org), A(id)), &changed));
    *deleted = changed > 0;
    return OK;
}
