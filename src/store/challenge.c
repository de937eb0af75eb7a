/*
 * challenge.c - sign-ins that wait for their second factor.
 */
#include "store/challenge.h"

#include "db/db.h"
#include "store/challenge.sql.h"

static const struct field challenge_row[] = {
    FIELD(struct challenge, id, 0, 0),
    FIELD(struct challenge, user_id, 0, 0),
    FIELD(struct challenge, browser_digest, F_NULL, 0),
    FIELD(struct challenge, failures, 0, 0),
    FIELD(struct challenge, expires_at, 0, 0),
    FIELD_END,
};

enum status challenge_insert(struct ctx *c, const struct challenge *row)
{
    return db_exec(c, &challenge_insert_sql,
                   DB_ARGS(A(row->id), A(row->digest), A(row->user_id), A(row->browser_digest),
                           A(row->expires_at)),
                   NULL);
}

enum status challenge_select(struct ctx *c, struct bytes digest, struct challenge *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &challenge_select_sql, DB_ARGS(A(digest)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, challenge_row, out) : OK;
}

enum status challenge_update_failed(struct ctx *c, struct uuid id)
{
    return db_exec(c, &challenge_update_failed_sql, DB_ARGS(A(id)), NULL);
}

enum status challenge_delete(struct ctx *c, struct uuid id)
{
    return db_exec(c, &challenge_delete_sql, DB_ARGS(A(id)), NULL);
}

enum status challenge_delete_by_user(struct ctx *c, struct uuid user_id)
{
    return db_exec(c, &challenge_delete_by_user_sql, DB_ARGS(A(user_id)), NULL);
}
