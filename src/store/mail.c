/*
 * mail.c - see mail.h.
 */
#include "store/mail.h"

#include "db/db.h"
#include "store/mail.sql.h"

enum { ERROR_MAX = 1000 };

enum status mail_insert(struct ctx *c, const struct mail_row *row)
{
    return db_exec(
        c, &mail_insert_sql,
        DB_ARGS(A(row->id), A(row->kind), A(row->to_address), A(row->locale), A(row->facts)), NULL);
}

static const struct field mail_due_row[] = {
    FIELD(struct mail_due, id, 0, 0),
    FIELD(struct mail_due, lease_id, 0, 0),
    FIELD(struct mail_due, kind, 0, 0),
    FIELD(struct mail_due, to_address, 0, 0),
    FIELD(struct mail_due, locale, 0, 0),
    FIELD(struct mail_due, facts, F_NULL, 0),
    FIELD(struct mail_due, attempts, 0, 0),
    FIELD(struct mail_due, doubts, 0, 0),
    FIELD(struct mail_due, created_at, 0, 0),
    FIELD(struct mail_due, cut_off, 0, 0),
    FIELD_END,
};

enum status mail_claim(struct ctx *c, int64_t limit, int64_t lease_s, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &mail_claim_sql, DB_ARGS(A(limit), A(uuid_new()), A(lease_s)), &rows));
    return db_read_all(c, rows, mail_due_row, sizeof(struct mail_due), out);
}

enum status mail_end(struct ctx *c, const struct mail_due *mail, const struct mail_ending *ending)
{
    return db_exec(c, &mail_end_sql,
                   DB_ARGS(A(mail->id), A(mail->lease_id), A(str_of(ending->state)),
                           A(ending->provider_id), A(str_utf8_cut(ending->error, ERROR_MAX)),
                           A(ending->doubts)),
                   NULL);
}

enum status mail_again(struct ctx *c, const struct mail_due *mail, struct instant at, str error,
                       int64_t doubts)
{
    return db_exec(c, &mail_again_sql,
                   DB_ARGS(A(mail->id), A(mail->lease_id), A(at), A(str_utf8_cut(error, ERROR_MAX)),
                           A(doubts)),
                   NULL);
}

enum status mail_put_back(struct ctx *c, const struct mail_due *mail)
{
    return db_exec(c, &mail_put_back_sql, DB_ARGS(A(mail->id), A(mail->lease_id)), NULL);
}

struct reported {
    str to_address;
};

static const struct field reported_row[] = {
    FIELD(struct reported, to_address, 0, 0),
    FIELD_END,
};

enum status mail_reported(struct ctx *c, str provider_id, const char *state, str error, str *to,
                          bool *found)
{
    struct reported row;
    struct db_rows *rows;

    TRY(db_query(c, &mail_reported_sql,
                 DB_ARGS(A(provider_id), A(str_of(state)), A(str_utf8_cut(error, ERROR_MAX))),
                 &rows));
    *found = db_count(rows) > 0;
    if (!*found)
        return OK;
    TRY(db_read(c, rows, 0, reported_row, &row));
    *to = row.to_address;
    return OK;
}

static const struct field outcome_row[] = {
    FIELD(struct mail_outcome, state, 0, 0),
    FIELD(struct mail_outcome, error, 0, 0),
    FIELD(struct mail_outcome, attempts, 0, 0),
    FIELD_END,
};

enum status mail_outcome(struct ctx *c, struct uuid id, struct mail_outcome *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &mail_outcome_sql, DB_ARGS(A(id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such mail");
    return db_read(c, rows, 0, outcome_row, out);
}

static const struct field suppression_row[] = {
    FIELD(struct mail_suppression, reason, 0, 0),
    FIELD(struct mail_suppression, at, 0, 0),
    FIELD_END,
};

enum status mail_suppression_select(struct ctx *c, struct bytes digest,
                                    struct mail_suppression *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &mail_suppression_select_sql, DB_ARGS(A(digest)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, suppression_row, out) : OK;
}

enum status mail_suppression_insert(struct ctx *c, struct bytes digest, const char *reason)
{
    return db_exec(c, &mail_suppression_insert_sql, DB_ARGS(A(digest), A(str_of(reason))), NULL);
}

enum status mail_suppression_delete(struct ctx *c, struct bytes digest, bool *was)
{
    int64_t changed;

    TRY(db_exec(c, &mail_suppression_delete_sql, DB_ARGS(A(digest)), &changed));
    *was = changed > 0;
    return OK;
}

enum status mail_event_insert(struct ctx *c, str id, str type, bool *fresh)
{
    int64_t changed;

    TRY(db_exec(c, &mail_event_insert_sql, DB_ARGS(A(id), A(type)), &changed));
    *fresh = changed > 0;
    return OK;
}
