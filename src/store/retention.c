/*
 * retention.c - see retention.h.
 */
#include "store/retention.h"

#include "db/db.h"
#include "store/retention.sql.h"

enum { LOGIN_EVENT_DAYS = 366, MAIL_DAYS = 30 };

enum status retention_inbound(struct ctx *c, int64_t keep_days, int64_t *removed)
{
    return db_exec(c, &retention_inbound_sql, DB_ARGS(A(c->org), A(keep_days)), removed);
}

enum status retention_jobs(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &retention_jobs_sql, DB_ARGS(A(c->org)), removed);
}

enum status retention_api_keys(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &retention_api_keys_sql, DB_ARGS(A(c->org)), removed);
}

enum status retention_idempotency(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &retention_idempotency_sql, DB_ARGS(A(c->org)), removed);
}

enum status retention_done(struct ctx *c)
{
    return db_exec(c, &retention_done_sql, DB_ARGS(A(c->org)), NULL);
}

enum status retention_mark_orphans(struct ctx *c, int64_t *marked)
{
    return db_exec(c, &retention_mark_orphans_sql, DB_ARGS(A(c->org)), marked);
}

static const struct field orphan_row[] = {
    FIELD(struct retention_orphan, id, 0, 0),
    FIELD(struct retention_orphan, sha256, F_NULL, 0),
    FIELD(struct retention_orphan, shared, 0, 0),
    FIELD_END,
};

enum status retention_list_orphans(struct ctx *c, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &retention_list_orphans_sql, DB_ARGS(A(c->org)), &rows));
    return db_read_all(c, rows, orphan_row, sizeof(struct retention_orphan), out);
}

enum status retention_forget_orphan(struct ctx *c, struct uuid id)
{
    return db_exec(c, &retention_forget_orphan_sql, DB_ARGS(A(c->org), A(id)), NULL);
}

enum status retention_sessions(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &retention_sessions_sql, DB_NO_ARGS, removed);
}

enum status retention_challenges(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &retention_challenges_sql, DB_NO_ARGS, removed);
}

enum status retention_devices(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &retention_devices_sql, DB_NO_ARGS, removed);
}

/* The first id of so many days ago: a UUIDv7 begins with its milliseconds. */
static struct uuid id_before(int64_t days)
{
    uint64_t ms = (uint64_t)(clock_now().us / 1000 - INT64_C(86400000) * days);
    struct uuid before = {{0}};

    for (int i = 0; i < 6; i++)
        before.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    return before;
}

enum status retention_login_events(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &retention_login_events_sql, DB_ARGS(A(id_before(LOGIN_EVENT_DAYS))),
                   removed);
}

enum status retention_mails(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &retention_mails_sql, DB_ARGS(A(id_before(MAIL_DAYS))), removed);
}

enum status retention_mail_events(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &retention_mail_events_sql, DB_ARGS(A((int64_t)MAIL_DAYS)), removed);
}
