/*
 * idempotency.c - answers of repeated requests.
 */
#include "store/idempotency.h"

#include "db/db.h"
#include "store/idempotency.sql.h"

static const struct field idempotency_row[] = {
    FIELD(struct idempotency, user_id, 0, 0),
    FIELD(struct idempotency, key, 0, 0),
    FIELD(struct idempotency, route, 0, 0),
    FIELD(struct idempotency, request_digest, 0, 0),
    FIELD(struct idempotency, status, 0, 0),
    FIELD(struct idempotency, response, F_NULL, 0),
    FIELD_END,
};

enum status idempotency_claim(struct ctx *c, const struct idempotency *row, bool *claimed,
                              struct idempotency *out)
{
    struct db_rows *rows;
    int64_t changed;

    TRY(db_exec(
        c, &idempotency_claim_sql,
        DB_ARGS(A(c->org), A(row->user_id), A(row->key), A(row->route), A(row->request_digest)),
        &changed));
    *claimed = changed > 0;
    if (*claimed)
        return OK;
    TRY(db_query(c, &idempotency_select_sql, DB_ARGS(A(c->org), A(row->user_id), A(row->key)),
                 &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_CONFLICT, "the same request has just been removed; send it again");
    return db_read(c, rows, 0, idempotency_row, out);
}

enum status idempotency_find(struct ctx *c, struct uuid user_id, str key, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &idempotency_select_sql, DB_ARGS(A(c->org), A(user_id), A(key)), &rows));
    *found = db_count(rows) > 0;
    return OK;
}

enum status idempotency_keep(struct ctx *c, const struct idempotency *row)
{
    return db_exec(
        c, &idempotency_keep_sql,
        DB_ARGS(A(c->org), A(row->user_id), A(row->key), A(row->status), A(row->response)), NULL);
}

enum status idempotency_release(struct ctx *c, const struct idempotency *row)
{
    return db_exec(c, &idempotency_release_sql, DB_ARGS(A(c->org), A(row->user_id), A(row->key)),
                   NULL);
}
