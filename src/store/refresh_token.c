/*
 * refresh_token.c - tokens that are good once.
 */
#include "store/refresh_token.h"

#include "db/db.h"
#include "store/refresh_token.sql.h"

static const struct field refresh_token_row[] = {
    FIELD(struct refresh_token, session_id, 0, 0),
    FIELD(struct refresh_token, user_id, 0, 0),
    FIELD(struct refresh_token, org_id, 0, 0),
    FIELD(struct refresh_token, used_at, F_NULL, 0),
    FIELD_END,
};

enum status refresh_token_insert(struct ctx *c, struct bytes digest, struct uuid session_id)
{
    return db_exec(c, &refresh_token_insert_sql, DB_ARGS(A(digest), A(session_id)), NULL);
}

enum status refresh_token_select(struct ctx *c, struct bytes digest, struct refresh_token *out,
                                 bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &refresh_token_select_sql, DB_ARGS(A(digest)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, refresh_token_row, out) : OK;
}

enum status refresh_token_use(struct ctx *c, struct bytes digest)
{
    return db_exec(c, &refresh_token_use_sql, DB_ARGS(A(digest)), NULL);
}
