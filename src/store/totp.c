/*
 * totp.c - a person's authenticator app and recovery codes.
 */
#include "store/totp.h"

#include "db/db.h"
#include "store/totp.sql.h"

static const struct field totp_row[] = {
    FIELD(struct totp, user_id, 0, 0),
    FIELD(struct totp, secret, 0, 0),
    FIELD(struct totp, confirmed_at, F_NULL, 0),
    FIELD(struct totp, last_step, 0, 0),
    FIELD_END,
};

static const struct field totp_state_row[] = {
    FIELD(struct totp_state, confirmed_at, 0, 0),
    FIELD(struct totp_state, codes_left, 0, 0),
    FIELD_END,
};

enum status totp_select(struct ctx *c, struct uuid user_id, struct totp *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &totp_select_sql, DB_ARGS(A(user_id)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, totp_row, out) : OK;
}

enum status totp_state(struct ctx *c, struct uuid user_id, struct totp_state *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &totp_state_sql, DB_ARGS(A(user_id)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, totp_state_row, out) : OK;
}

enum status totp_begin(struct ctx *c, struct uuid user_id, struct bytes secret, bool *done)
{
    int64_t changed;

    TRY(db_exec(c, &totp_begin_sql, DB_ARGS(A(user_id), A(secret)), &changed));
    *done = changed > 0;
    return OK;
}

enum status totp_confirm(struct ctx *c, struct uuid user_id, int64_t step)
{
    return db_exec(c, &totp_confirm_sql, DB_ARGS(A(user_id), A(step)), NULL);
}

enum status totp_take(struct ctx *c, struct uuid user_id, int64_t step, bool *done)
{
    int64_t changed;

    TRY(db_exec(c, &totp_take_sql, DB_ARGS(A(user_id), A(step)), &changed));
    *done = changed > 0;
    return OK;
}

enum status totp_delete(struct ctx *c, struct uuid user_id)
{
    TRY(db_exec(c, &recovery_code_delete_all_sql, DB_ARGS(A(user_id)), NULL));
    return db_exec(c, &totp_delete_sql, DB_ARGS(A(user_id)), NULL);
}

enum status recovery_code_replace(struct ctx *c, struct uuid user_id, const struct bytes *digests,
                                  size_t n)
{
    struct bytes_array list = {digests, n};

    TRY(db_exec(c, &recovery_code_delete_all_sql, DB_ARGS(A(user_id)), NULL));
    return db_exec(c, &recovery_code_insert_sql, DB_ARGS(A(user_id), A(list)), NULL);
}

enum status recovery_code_take(struct ctx *c, struct uuid user_id, struct bytes digest, bool *done)
{
    int64_t changed;

    TRY(db_exec(c, &recovery_code_take_sql, DB_ARGS(A(user_id), A(digest)), &changed));
    *done = changed > 0;
    return OK;
}
