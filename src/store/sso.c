/*
 * sso.c - accounts elsewhere, errands to their providers, what these publish.
 */
#include "store/sso.h"

#include "db/db.h"
#include "store/sso.sql.h"

enum { PURGE_BATCH = 1000 };

/* ---- accounts elsewhere ---- */

static const struct field user_identity_row[] = {
    FIELD(struct user_identity, id, 0, 0),
    FIELD(struct user_identity, user_id, 0, 0),
    FIELD(struct user_identity, provider, 0, 0),
    FIELD(struct user_identity, issuer, 0, 0),
    FIELD(struct user_identity, subject, 0, 0),
    FIELD(struct user_identity, email, 0, 0),
    FIELD(struct user_identity, created_at, 0, 0),
    FIELD(struct user_identity, last_used_at, F_NULL, 0),
    FIELD_END,
};

enum status user_identity_select(struct ctx *c, str issuer, str subject, struct user_identity *out,
                                 bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &user_identity_select_sql, DB_ARGS(A(issuer), A(subject)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, user_identity_row, out) : OK;
}

enum status user_identity_list(struct ctx *c, struct uuid user_id, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &user_identity_list_sql, DB_ARGS(A(user_id)), &rows));
    return db_read_all(c, rows, user_identity_row, sizeof(struct user_identity), out);
}

enum status user_identity_insert(struct ctx *c, const struct user_identity *row, bool *done)
{
    int64_t changed;

    TRY(db_exec(c, &user_identity_insert_sql,
                DB_ARGS(A(row->id), A(row->user_id), A(row->provider), A(row->issuer),
                        A(row->subject), A(row->email)),
                &changed));
    *done = changed > 0;
    return OK;
}

enum status user_identity_update_used(struct ctx *c, struct uuid id)
{
    return db_exec(c, &user_identity_update_used_sql, DB_ARGS(A(id)), NULL);
}

enum status user_identity_delete(struct ctx *c, struct uuid id, struct uuid user_id, bool *done)
{
    int64_t changed;

    TRY(db_exec(c, &user_identity_delete_sql, DB_ARGS(A(id), A(user_id)), &changed));
    *done = changed > 0;
    return OK;
}

enum status user_lock(struct ctx *c, struct uuid user_id)
{
    struct db_rows *rows;

    return db_query(c, &user_lock_sql, DB_ARGS(A(user_id)), &rows);
}

/* ---- errands ---- */

static const struct field sso_errand_row[] = {
    FIELD(struct sso_errand, id, 0, 0),
    FIELD(struct sso_errand, kind, 0, 0),
    FIELD(struct sso_errand, provider, 0, 0),
    FIELD(struct sso_errand, secrets, F_NULL, 0),
    FIELD_END,
};

enum status sso_errand_insert(struct ctx *c, const struct sso_errand *row, bool *done)
{
    int64_t changed;

    TRY(db_exec(
        c, &sso_errand_insert_sql,
        DB_ARGS(A(row->id), A(row->kind), A(row->provider), A(row->state_digest), A(row->secrets)),
        &changed));
    *done = changed > 0;
    return OK;
}

enum status sso_errand_take(struct ctx *c, int64_t limit, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &sso_errand_take_sql, DB_ARGS(A(limit)), &rows));
    return db_read_all(c, rows, sso_errand_row, sizeof(struct sso_errand), out);
}

enum status sso_errand_finish(struct ctx *c, struct uuid id, struct json_text result)
{
    return db_exec(c, &sso_errand_finish_sql, DB_ARGS(A(id), A(result)), NULL);
}

static const struct field sso_outcome_row[] = {
    FIELD(struct sso_outcome, state, 0, 0),
    FIELD(struct sso_outcome, result, F_NULL, 0),
    FIELD(struct sso_outcome, late, 0, 0),
    FIELD_END,
};

enum status sso_errand_outcome(struct ctx *c, struct uuid id, struct sso_outcome *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &sso_errand_outcome_sql, DB_ARGS(A(id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "nobody asked that");
    return db_read(c, rows, 0, sso_outcome_row, out);
}

enum status sso_errand_use(struct ctx *c, struct uuid id, bool *done)
{
    struct db_rows *rows;

    TRY(db_query(c, &sso_errand_use_sql, DB_ARGS(A(id)), &rows));
    *done = db_count(rows) > 0;
    return OK;
}

enum status sso_errand_purge(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &sso_errand_purge_sql, DB_ARGS(A((int64_t)PURGE_BATCH)), removed);
}

/* ---- what providers publish ---- */

static const struct field sso_document_row[] = {
    FIELD(struct sso_document, document, 0, 0),
    FIELD(struct sso_document, document_at, 0, 0),
    FIELD(struct sso_document, keys, F_NULL, 0),
    FIELD(struct sso_document, keys_at, F_NULL, 0),
    FIELD(struct sso_document, forced_at, F_NULL, 0),
    FIELD_END,
};

enum status sso_document_select(struct ctx *c, str issuer, struct sso_document *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &sso_document_select_sql, DB_ARGS(A(issuer)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, sso_document_row, out) : OK;
}

enum status sso_document_upsert(struct ctx *c, str issuer, str document)
{
    return db_exec(c, &sso_document_upsert_sql, DB_ARGS(A(issuer), A(document)), NULL);
}

enum status sso_document_update_keys(struct ctx *c, str issuer, str keys, bool forced)
{
    return db_exec(c, &sso_document_update_keys_sql, DB_ARGS(A(issuer), A(keys), A(forced)), NULL);
}
