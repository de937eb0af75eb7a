/*
 * change.c - the feed, written and read.
 *
 * xid8 travels as a bigint: it stays below 2^63 for longer than anybody will care.
 */
#include "store/change.h"

#include "db/db.h"
#include "store/change.sql.h"

static const struct field change_row[] = {
    FIELD(struct change_row, org_id, 0, 0),
    FIELD(struct change_row, xid, 0, 0),
    FIELD(struct change_row, seq, 0, 0),
    FIELD(struct change_row, kind, 0, 0),
    FIELD(struct change_row, entity_id, 0, 0),
    FIELD(struct change_row, conversation_id, F_NULL, 0),
    FIELD(struct change_row, contact_id, F_NULL, 0),
    FIELD(struct change_row, channel_id, F_NULL, 0),
    FIELD(struct change_row, version, 0, 0),
    FIELD(struct change_row, assignee_before, F_NULL, 0),
    FIELD(struct change_row, assignee_after, F_NULL, 0),
    FIELD(struct change_row, team_before, F_NULL, 0),
    FIELD(struct change_row, team_after, F_NULL, 0),
    FIELD(struct change_row, actor_id, F_NULL, 0),
    FIELD(struct change_row, at, 0, 0),
    FIELD_END,
};

struct place {
    int64_t xid;
    int64_t seq;
};

static const struct field place_row[] = {
    FIELD(struct place, xid, 0, 0),
    FIELD(struct place, seq, 0, 0),
    FIELD_END,
};

enum status change_write(struct ctx *c, const struct change *ch)
{
    return db_exec(c, &change_write_sql,
                   DB_ARGS(A(c->org), A(ch->kind), A(ch->entity_id), A(ch->conversation_id),
                           A(ch->contact_id), A(ch->channel_id), A(ch->version),
                           A(ch->assignee_before), A(ch->assignee_after), A(ch->team_before),
                           A(ch->team_after), A(ch->actor_id)),
                   NULL);
}

enum status change_horizon(struct ctx *c, int64_t *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &change_horizon_sql, DB_NO_ARGS, &rows));
    *out = db_scalar_i64(rows);
    return OK;
}

enum status change_last(struct ctx *c, int64_t horizon, int64_t *xid, int64_t *seq)
{
    struct place place = {0};
    struct db_rows *rows;

    TRY(db_query(c, &change_last_sql, DB_ARGS(A(horizon)), &rows));
    if (db_count(rows) > 0)
        TRY(db_read(c, rows, 0, place_row, &place));
    *xid = place.xid;
    *seq = place.seq;
    return OK;
}

enum status change_list(struct ctx *c, int64_t xid, int64_t seq, int64_t horizon, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &change_list_sql, DB_ARGS(A(xid), A(seq), A(horizon)), &rows));
    return db_read_all(c, rows, change_row, sizeof(struct change_row), out);
}

enum status change_list_own(struct ctx *c, int64_t xid, int64_t seq, int64_t horizon,
                            struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &change_list_own_sql, DB_ARGS(A(c->org), A(xid), A(seq), A(horizon)), &rows));
    return db_read_all(c, rows, change_row, sizeof(struct change_row), out);
}

struct oldest {
    int64_t xid;
    int64_t seq;
    bool expired;
};

static const struct field oldest_row[] = {
    FIELD(struct oldest, xid, 0, 0),
    FIELD(struct oldest, seq, 0, 0),
    FIELD(struct oldest, expired, 0, 0),
    FIELD_END,
};

enum status change_is_lost(struct ctx *c, int64_t xid, int64_t seq, bool *out)
{
    struct oldest oldest = {0};
    struct db_rows *rows;

    TRY(db_query(c, &change_oldest_sql, DB_NO_ARGS, &rows));
    if (db_count(rows) > 0)
        TRY(db_read(c, rows, 0, oldest_row, &oldest));
    *out = oldest.expired && (xid < oldest.xid || (xid == oldest.xid && seq < oldest.seq));
    return OK;
}

enum status change_purge(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &change_purge_sql, DB_NO_ARGS, removed);
}
