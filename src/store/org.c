/*
 * org.c - the tenant's row and its counters.
 */
#include "store/org.h"

#include "db/db.h"
#include "store/org.sql.h"

static const struct field org_row[] = {
    FIELD(struct org, org_id, 0, 0),
    FIELD(struct org, name, 0, 0),
    FIELD(struct org, slug, 0, 0),
    FIELD(struct org, locale, 0, 0),
    FIELD(struct org, timezone, 0, 0),
    FIELD(struct org, state, 0, 0),
    FIELD(struct org, data_key, 0, 0),
    FIELD(struct org, version, 0, 0),
    FIELD_END,
};

enum status org_select(struct ctx *c, struct org *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &org_select_sql, DB_ARGS(A(c->org)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such organisation");
    return db_read(c, rows, 0, org_row, out);
}

enum status org_insert(struct ctx *c, const struct org *row)
{
    int64_t changed;

    TRY(db_exec(c, &org_insert_sql,
                DB_ARGS(A(row->org_id), A(row->name), A(row->slug), A(row->locale),
                        A(row->timezone), A(row->data_key)),
                &changed));
    if (changed == 0)
        return FAIL(c, ERR_CONFLICT, "this short name is taken");
    return OK;
}

enum status org_any(struct ctx *c, bool *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &org_any_sql, DB_NO_ARGS, &rows));
    *out = db_scalar_i64(rows) > 0;
    return OK;
}

static const struct field org_first_row[] = {
    FIELD(struct org_first, org_id, 0, 0),
    FIELD(struct org_first, data_key, 0, 0),
    FIELD_END,
};

enum status org_first(struct ctx *c, struct org_first *out, bool *any)
{
    struct db_rows *rows;

    TRY(db_query(c, &org_first_sql, DB_NO_ARGS, &rows));
    *any = db_count(rows) > 0;
    return *any ? db_read(c, rows, 0, org_first_row, out) : OK;
}

enum status org_counter_next(struct ctx *c, str name, int64_t *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &org_counter_next_sql, DB_ARGS(A(c->org), A(name)), &rows));
    *out = db_scalar_i64(rows);
    return OK;
}

const struct field org_security_fields[] = {
    FIELD(struct org_security, second_factor_required, 0, 0),
    FIELD_END,
};

enum status org_security(struct ctx *c, struct org_security *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &org_security_sql, DB_ARGS(A(c->org)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such organisation");
    return db_read(c, rows, 0, org_security_fields, out);
}

enum status org_security_update(struct ctx *c, const struct org_security *row)
{
    return db_exec(c, &org_security_update_sql, DB_ARGS(A(c->org), A(row->second_factor_required)),
                   NULL);
}
