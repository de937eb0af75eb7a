/*
 * inbound.c - working through the vault.  Writing to it is vault.c.
 */
#include "store/inbound.h"

#include "db/db.h"
#include "store/inbound.sql.h"
#include "store/job.h"

enum { ERROR_MAX = 1000 };

static const struct field inbound_row[] = {
    FIELD(struct inbound, id, 0, 0),
    FIELD(struct inbound, channel_id, 0, 0),
    FIELD(struct inbound, received_at, 0, 0),
    FIELD(struct inbound, body, 0, 0),
    FIELD(struct inbound, state, 0, 0),
    FIELD(struct inbound, attempts, 0, 0),
    FIELD_END,
};

const struct field inbound_summary_row[] = {
    FIELD(struct inbound_summary, id, 0, 0),
    FIELD(struct inbound_summary, channel_id, 0, 0),
    FIELD(struct inbound_summary, received_at, 0, 0),
    FIELD(struct inbound_summary, state, 0, 0),
    FIELD(struct inbound_summary, attempts, 0, 0),
    FIELD(struct inbound_summary, error, F_NULL, 0),
    FIELD(struct inbound_summary, bytes, 0, 0),
    FIELD_END,
};

enum status inbound_lock_channel(struct ctx *c, struct uuid channel_id)
{
    struct db_rows *rows;

    TRY(db_query(c, &inbound_lock_channel_sql, DB_ARGS(A(c->org), A(channel_id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such channel");
    return OK;
}

enum status inbound_select_new(struct ctx *c, struct uuid channel_id, int64_t limit,
                               struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &inbound_new_by_channel_sql, DB_ARGS(A(c->org), A(channel_id), A(limit)),
                 &rows));
    return db_read_all(c, rows, inbound_row, sizeof(struct inbound), out);
}

enum status inbound_load(struct ctx *c, struct uuid id, struct inbound *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &inbound_by_id_sql, DB_ARGS(A(c->org), A(id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such webhook");
    return db_read(c, rows, 0, inbound_row, out);
}

enum status inbound_fail(struct ctx *c, struct uuid id, str error, bool *changed)
{
    str why = str_utf8_cut(error, ERROR_MAX);
    int64_t n;

    TRY(db_exec(c, &inbound_fail_sql, DB_ARGS(A(c->org), A(id), A(why)), &n));
    *changed = n > 0;
    return OK;
}

enum status inbound_settle_done(struct ctx *c, const struct uuid *ids, size_t n)
{
    return db_exec(c, &inbound_settle_many_sql,
                   DB_ARGS(A(c->org), A(((struct uuid_array){ids, n}))), NULL);
}

enum status inbound_settle_ignored(struct ctx *c, struct uuid channel_id, str why)
{
    return db_exec(c, &inbound_settle_all_sql, DB_ARGS(A(c->org), A(channel_id), A(why)), NULL);
}

enum status inbound_insert(struct ctx *c, const struct inbound_row *row)
{
    TRY(db_exec(c, &inbound_insert_sql,
                DB_ARGS(A(c->org), A(row->id), A(row->channel_id), A(row->body), A(row->digest)),
                NULL));
    return job_enqueue_for(c, "inbound", "channel_id", row->channel_id, (struct instant){0});
}

enum status inbound_count_attempt(struct ctx *c, const struct uuid *ids, size_t n)
{
    return db_exec(c, &inbound_count_attempt_sql,
                   DB_ARGS(A(c->org), A(((struct uuid_array){ids, n}))), NULL);
}

enum status inbound_list(struct ctx *c, struct uuid channel_id, str state, struct uuid before,
                         int64_t limit, struct list *out)
{
    struct db_rows *rows;
    str wanted = state.len > 0 ? state : (str){NULL, 0};

    TRY(db_query(c, &inbound_page_sql,
                 DB_ARGS(A(c->org), A(channel_id), A(wanted), A(before), A(limit)), &rows));
    return db_read_all(c, rows, inbound_summary_row, sizeof(struct inbound_summary), out);
}

struct just_id {
    struct uuid id;
};

static const struct field just_id_row[] = {
    FIELD(struct just_id, id, 0, 0),
    FIELD_END,
};

enum status inbound_replay(struct ctx *c, struct uuid id)
{
    struct db_rows *rows;
    struct inbound row;
    struct just_id channel;

    TRY(inbound_load(c, id, &row));
    TRY(db_query(c, &inbound_reopen_sql, DB_ARGS(A(c->org), A(id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_CONFLICT, "this webhook is waiting to be worked through already");
    TRY(db_read(c, rows, 0, just_id_row, &channel));
    return job_enqueue_for(c, "inbound", "channel_id", channel.id, (struct instant){0});
}
