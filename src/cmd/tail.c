/*
 * tail.c - "sambung tail": the change feed of the whole installation as JSON
 * lines, for scripts.  --after CURSOR goes on where an earlier run stopped.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "cmd/cmd.h"
#include "cmd/database.h"
#include "cmd/process.h"
#include "live/feed.h"
#include "store/change.h"

enum { LOOK_MS = 1000, MAX_LINE = 2048 };

/* What /v1/events sends, and the organisation. */
static enum status print_change(struct ctx *c, const struct change_row *change)
{
    struct buf line = buf_new(c->arena, MAX_LINE);
    struct json_writer w = json_writer_new(&line);
    char cursor[FEED_CURSOR_TEXT];
    str text;

    feed_cursor_text(feed_cursor_of(change), cursor);
    json_object_begin(&w, NULL);
    json_str(&w, "cursor", str_of(cursor));
    json_str(&w, "org_id", uuid_str(c->arena, change->org_id));
    json_str(&w, "kind", change->kind);
    json_str(&w, "id", uuid_str(c->arena, change->entity_id));
    if (!uuid_is_zero(change->conversation_id))
        json_str(&w, "conversation_id", uuid_str(c->arena, change->conversation_id));
    if (!uuid_is_zero(change->contact_id))
        json_str(&w, "contact_id", uuid_str(c->arena, change->contact_id));
    if (!uuid_is_zero(change->channel_id))
        json_str(&w, "channel_id", uuid_str(c->arena, change->channel_id));
    json_i64(&w, "version", change->version);
    if (!uuid_is_zero(change->actor_id))
        json_str(&w, "actor_id", uuid_str(c->arena, change->actor_id));
    json_str(&w, "at", instant_str(c->arena, change->at));
    json_object_end(&w);
    TRY(buf_done(c, &line, &text));
    printf("%.*s\n", STR_ARG(text));
    return OK;
}

/* Everything that can be seen now. */
static enum status print_new(struct ctx *c, struct feed_cursor *at)
{
    int64_t horizon;
    struct list list;

    TRY(change_horizon(c, &horizon));
    do {
        const struct change_row *rows;

        TRY(change_list(c, at->xid, at->seq, horizon, &list));
        rows = list.items;
        for (size_t i = 0; i < list.n; i++)
            TRY(print_change(c, &rows[i]));
        if (list.n)
            *at = feed_cursor_of(&rows[list.n - 1]);
    } while (list.n == CHANGE_BATCH);
    if (fflush(stdout) != 0)
        return FAIL(c, ERR_UNAVAILABLE, "nobody reads");
    return OK;
}

static enum status find_end(struct ctx *c, struct feed_cursor *at)
{
    int64_t horizon;

    TRY(change_horizon(c, &horizon));
    return change_last(c, horizon, &at->xid, &at->seq);
}

static enum status follow(struct ctx *outer, struct arena *scratch, struct feed_cursor at)
{
    for (;;) {
        struct ctx c = {.arena = scratch, .db = outer->db};
        bool got;
        str payload;
        enum status s = print_new(&c, &at);

        if (s == OK)
            s = db_wait_notify(&c, clock_mono_ms() + LOOK_MS, -1, &got, &payload);
        outer->err = c.err;
        arena_reset(scratch);
        TRY(s);
    }
}

enum status cmd_tail(struct ctx *c, struct invocation *in)
{
    struct arena *scratch = arena_new();
    struct feed_cursor at = {0};
    struct db_pool *pool;
    str after = S("");
    enum status s;

    TRY(cmd_option(c, in, "--after", &after));
    TRY(cmd_no_more(c, in));
    if (!str_is_empty(after) && !feed_cursor_parse(after, &at))
        return USAGE(c, "--after takes a cursor, such as 1234-56");
    TRY(process_drop_root(c, &in->config));
    TRY(database_open(c, &in->config, DB_SYSTEM, &pool));
    s = db_run(c, S("LISTEN sambung_change"));
    if (s == OK && str_is_empty(after))
        s = find_end(c, &at);
    if (s == OK)
        s = follow(c, scratch, at);
    database_close(c, pool);
    arena_free(scratch);
    return s;
}
