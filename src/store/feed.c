/*
 * feed.c - the tailer's questions besides change.c's.
 */
#include "store/feed.h"

#include "db/db.h"
#include "store/feed.sql.h"

static const struct field feed_row[] = {
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

enum status feed_list_last(struct ctx *c, int64_t horizon, struct list *out)
{
    struct db_rows *rows;
    struct change_row *items;

    TRY(db_query(c, &feed_list_last_sql, DB_ARGS(A(horizon)), &rows));
    TRY(db_read_all(c, rows, feed_row, sizeof(struct change_row), out));
    items = out->items;
    for (size_t i = 0, j = out->n; i + 1 < j; i++) {
        struct change_row swap = items[i];

        items[i] = items[--j];
        items[j] = swap;
    }
    return OK;
}

struct waiting {
    struct instant at;
};

static const struct field waiting_row[] = {
    FIELD(struct waiting, at, 0, 0),
    FIELD_END,
};

enum status feed_waiting_since(struct ctx *c, int64_t horizon, struct instant *out)
{
    struct db_rows *rows;
    struct waiting waiting = {.at = {0}};

    TRY(db_query(c, &feed_waiting_since_sql, DB_ARGS(A(horizon)), &rows));
    if (db_count(rows) > 0)
        TRY(db_read(c, rows, 0, waiting_row, &waiting));
    *out = waiting.at;
    return OK;
}

static const struct field visitor_message_row[] = {
    FIELD(struct feed_visitor_message, org_id, 0, 0),
    FIELD(struct feed_visitor_message, message_id, 0, 0),
    FIELD(struct feed_visitor_message, channel_id, 0, 0),
    FIELD(struct feed_visitor_message, visitor, 0, 0),
    FIELD_END,
};

enum status feed_list_visitor_messages(struct ctx *c, const struct uuid *orgs,
                                       const struct uuid *messages, size_t n, struct list *out)
{
    struct uuid_array want_orgs = {orgs, n}, want_messages = {messages, n};
    struct db_rows *rows;

    TRY(db_query(c, &feed_list_visitor_messages_sql, DB_ARGS(A(want_orgs), A(want_messages)),
                 &rows));
    return db_read_all(c, rows, visitor_message_row, sizeof(struct feed_visitor_message), out);
}
