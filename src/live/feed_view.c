/*
 * feed_view.c - cursors, who may see a change, and how it is written: pure.
 */
#include <stdio.h>

#include "base/json.h"
#include "live/feed.h"

bool feed_cursor_parse(str s, struct feed_cursor *out)
{
    struct cur cur = cur_of(s);
    struct feed_cursor cursor;
    str xid;

    if (!cur_until(&cur, '-', 19, &xid) || !str_parse_i64(xid, &cursor.xid))
        return false;
    if (!str_parse_i64((str){cur.at, (size_t)(cur.end - cur.at)}, &cursor.seq))
        return false;
    if (cursor.xid < 0 || cursor.seq < 0)
        return false;
    *out = cursor;
    return true;
}

void feed_cursor_text(struct feed_cursor cursor, char out[FEED_CURSOR_TEXT])
{
    snprintf(out, FEED_CURSOR_TEXT, "%lld-%lld", (long long)cursor.xid, (long long)cursor.seq);
}

int feed_cursor_cmp(struct feed_cursor a, struct feed_cursor b)
{
    if (a.xid != b.xid)
        return a.xid < b.xid ? -1 : 1;
    return a.seq < b.seq ? -1 : a.seq > b.seq;
}

bool feed_cursor_is_zero(struct feed_cursor cursor)
{
    return cursor.xid == 0 && cursor.seq == 0;
}

struct feed_cursor feed_cursor_of(const struct change_row *change)
{
    return (struct feed_cursor){change->xid, change->seq};
}

static bool is_in(const struct feed_view *view, struct uuid team)
{
    if (uuid_is_zero(team))
        return false;
    for (unsigned i = 0; i < view->n_teams; i++)
        if (uuid_eq(view->teams[i], team))
            return true;
    return false;
}

static bool is_nobodys(struct uuid assignee, struct uuid team)
{
    return uuid_is_zero(assignee) && uuid_is_zero(team);
}

/* By whom it was held before or after: the one who loses it must hear of that. */
static bool reaches_conversation(const struct feed_view *view, const struct change_row *change)
{
    if (view->sees & SEES_ALL)
        return true;
    if ((view->sees & SEES_MINE) && (uuid_eq(change->assignee_before, view->user) ||
                                     uuid_eq(change->assignee_after, view->user)))
        return true;
    if ((view->sees & SEES_TEAM) &&
        (is_in(view, change->team_before) || is_in(view, change->team_after)))
        return true;
    return (view->sees & SEES_UNASSIGNED) &&
           (is_nobodys(change->assignee_before, change->team_before) ||
            is_nobodys(change->assignee_after, change->team_after));
}

/* To add a kind of change: here (unknown ones are shown to nobody), and in store/change.h. */
bool feed_visible(const struct feed_view *view, const struct change_row *change)
{
    if (str_eq(change->kind, S("draft")))
        return uuid_eq(change->actor_id, view->user);
    if (str_eq(change->kind, S("message")) || str_eq(change->kind, S("conversation")))
        return reaches_conversation(view, change);
    if (str_eq(change->kind, S("contact")) || str_eq(change->kind, S("note")))
        return view->sees & SEES_CONTACTS;
    if (str_eq(change->kind, S("channel")))
        return view->sees & SEES_CHANNELS;
    if (str_eq(change->kind, S("member")) || str_eq(change->kind, S("team")))
        return view->sees & SEES_MEMBERS;
    return str_eq(change->kind, S("field"));
}

static void write_id(struct json_writer *w, const char *key, struct uuid id)
{
    char text[UUID_TEXT + 1];

    if (uuid_is_zero(id))
        return;
    uuid_text(id, text);
    json_str(w, key, (str){text, UUID_TEXT});
}

void feed_write_json(struct json_writer *w, const struct change_row *change)
{
    char cursor[FEED_CURSOR_TEXT];

    feed_cursor_text(feed_cursor_of(change), cursor);
    json_object_begin(w, NULL);
    json_str(w, "type", S("change"));
    json_str(w, "cursor", str_of(cursor));
    json_str(w, "kind", change->kind);
    write_id(w, "id", change->entity_id);
    write_id(w, "conversation_id", change->conversation_id);
    write_id(w, "contact_id", change->contact_id);
    write_id(w, "channel_id", change->channel_id);
    json_i64(w, "version", change->version);
    write_id(w, "actor_id", change->actor_id);
    json_object_end(w);
}
