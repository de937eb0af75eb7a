/*
 * events.c - the event stream, the same changes as a list, and presence.
 *
 * What a stream has missed is read here, on a request thread, before the
 * socket goes to the hub: the hub itself never waits for the database.
 */
#include "api/events.h"

#include "api/handlers.h"
#include "api/server.h"
#include "domain/actor.h"
#include "domain/conversation.h"
#include "domain/team.h"
#include "domain/visitor.h"
#include "http/websocket.h"
#include "live/hub.h"

enum { MISSED_MAX = 200, FEED_DEFAULT = 100, FEED_MAX = 500 };

/* ---- shapes ---- */

struct feed_in {
    str after;
    int64_t limit;
};

static const struct field feed_in[] = {
    {.name = "after",
     .type = FT_STR,
     .offset = offsetof(struct feed_in, after),
     .max = FEED_CURSOR_TEXT,
     .doc = "a cursor that was given out; none, or 0-0: from now on"},
    FIELD(struct feed_in, limit, 0, FEED_MAX),
    FIELD_END,
};

const struct shape feed_query = SHAPE(struct feed_in, feed_in, "feed_query");

struct feed_item {
    str cursor;
    struct change_row change;
};

#define CHANGE(m, nm, fl) FIELD_AS(struct feed_item, change.m, nm, fl, 0)

static const struct field feed_item_json[] = {
    FIELD(struct feed_item, cursor, 0, 0),
    CHANGE(kind, "kind", 0),
    CHANGE(entity_id, "id", 0),
    CHANGE(conversation_id, "conversation_id", F_NULL),
    CHANGE(contact_id, "contact_id", F_NULL),
    CHANGE(channel_id, "channel_id", F_NULL),
    CHANGE(version, "version", 0),
    CHANGE(actor_id, "actor_id", F_NULL),
    CHANGE(at, "at", 0),
    FIELD_END,
};

struct feed_out {
    struct list items;
    str next_cursor;
    bool more;
    bool reset;
};

static const struct field feed_json[] = {
    FIELD_LIST(struct feed_out, items, 0, struct feed_item, feed_item_json, 0),
    FIELD(struct feed_out, next_cursor, 0, 0),
    {.name = "more",
                                          .type = FT_BOOL,
                                          .offset = offsetof(struct feed_out, more),
                                          .doc = "ask again at once"                                                 },
    {.name = "reset",
                                          .type = FT_BOOL,
                                          .offset = offsetof(struct feed_out, reset),
                                          .doc = "what came after the cursor is no longer kept: read everything anew"},
    FIELD_END,
};

const struct shape feed_shape = SHAPE(struct feed_out, feed_json, "Feed");

struct presence_in {
    int state;
};

static const struct field presence_in[] = {
    FIELD_ENUM(struct presence_in, state, F_REQUIRED, &presence_state_names),
    FIELD_END,
};

const struct shape presence_shape = SHAPE(struct presence_in, presence_in, "PresenceNew");

/* ---- who sees what ---- */

static enum status read_view(struct ctx *c, struct feed_view *out)
{
    const struct actor *a = c->actor;
    static const struct {
        enum permission may;
        unsigned sees;
    } pairs[] = {
        {MAY_READ_ALL,        SEES_ALL       },
        {MAY_READ_ASSIGNED,   SEES_MINE      },
        {MAY_READ_TEAM,       SEES_TEAM      },
        {MAY_READ_UNASSIGNED, SEES_UNASSIGNED},
        {MAY_READ_CONTACTS,   SEES_CONTACTS  },
        {MAY_READ_CHANNELS,   SEES_CHANNELS  },
        {MAY_READ_MEMBERS,    SEES_MEMBERS   },
    };
    struct feed_view view = {.user = a->id};
    size_t n;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (actor_may(a, pairs[i].may))
            view.sees |= pairs[i].sees;
    if ((view.sees & SEES_TEAM) && !(view.sees & SEES_ALL)) {
        TRY(team_ids_of(c, a->id, view.teams, FEED_TEAMS, &n));
        view.n_teams = (unsigned)n;
    }
    *out = view;
    return OK;
}

static enum status read_cursor(struct ctx *c, const struct req *r, struct feed_cursor *out)
{
    str after = ((const struct feed_in *)r->query)->after;

    *out = (struct feed_cursor){0};
    if (!req_query_has(r, "after") || feed_cursor_parse(after, out))
        return OK;
    return FAIL_FIELD(c, "after", "a cursor looks like 1234-56");
}

/* ---- the stream ---- */

static void take_stream(struct req *r, int fd, str extra)
{
    hub_add(r->server->hub, fd, extra, r->user);
}

static enum status read_missed(struct ctx *c, const struct req *r, struct hub_stream *stream)
{
    struct feed_page page;

    if (feed_cursor_is_zero(stream->after) || hub_remembers(r->server->hub, stream->after))
        return OK;
    TRY(feed_read(c, r->server->feed, stream->after, MISSED_MAX, &page));
    stream->reset = page.gone || page.more;
    if (stream->reset)
        return OK;
    stream->missed = page.items;
    stream->n_missed = page.n;
    stream->missed_until = page.next;
    return OK;
}

enum status get_events(struct ctx *c, struct req *r)
{
    struct hub_stream *stream = NEW(c->arena, struct hub_stream);

    TRY(req_is_websocket(c, r));
    stream->kind = STREAM_AGENT;
    stream->org = c->org;
    TRY(read_view(c, &stream->view));
    stream->session = r->session;
    stream->ends_at = r->session_ends_at;
    TRY(read_cursor(c, r, &stream->after));
    TRY(read_missed(c, r, stream));
    r->user = stream;
    r->upgraded = take_stream;
    websocket_accept(c->arena, &r->x->request, req_raw(r, 101, "", S("")));
    return OK;
}

/* ---- the list ---- */

static struct feed_item shown(struct arena *a, const struct change_row *change)
{
    char text[FEED_CURSOR_TEXT];

    feed_cursor_text(feed_cursor_of(change), text);
    return (struct feed_item){.cursor = arena_copy(a, str_of(text)), .change = *change};
}

enum status get_feed(struct ctx *c, struct req *r)
{
    int64_t limit = ((const struct feed_in *)r->query)->limit;
    struct feed_view view;
    struct feed_out *out = r->out;
    struct feed_cursor after;
    struct feed_page page;
    struct feed_item *items;
    char next[FEED_CURSOR_TEXT];

    TRY(read_view(c, &view));
    TRY(read_cursor(c, r, &after));
    TRY(feed_read(c, r->server->feed, after, limit > 0 ? limit : FEED_DEFAULT, &page));
    items = NEW_ARRAY(c->arena, struct feed_item, page.n);
    out->items.items = items;
    for (size_t i = 0; i < page.n; i++)
        if (feed_visible(&view, &page.items[i]))
            items[out->items.n++] = shown(c->arena, &page.items[i]);
    feed_cursor_text(page.next, next);
    out->next_cursor = arena_copy(c->arena, str_of(next));
    out->more = page.more;
    out->reset = page.gone;
    return OK;
}

/* ---- presence ---- */

static enum status find_visitor(struct ctx *c, struct uuid conversation_id, struct hub_visitor *out)
{
    bool found;

    *out = (struct hub_visitor){.org = c->org};
    TRY(visitor_of_conversation(c, conversation_id, &out->channel_id, &out->visitor, &found));
    if (!found)
        out->visitor = (struct uuid){{0}};
    return OK;
}

enum status post_presence(struct ctx *c, struct req *r)
{
    const struct presence_in *in = r->in;
    struct conversation_item conv;
    struct hub_presence presence;

    TRY(conversation_load(c, r->ids[0], &conv));
    presence = (struct hub_presence){
        .org = c->org,
        .conversation_id = conv.id,
        .assignee_id = conv.assignee_id,
        .team_id = conv.team_id,
        .user = c->actor->id,
        .name = c->actor->name,
        .state = (enum presence_state)in->state,
    };
    if (presence.state == PRESENCE_TYPING)
        TRY(find_visitor(c, conv.id, &presence.to));
    hub_presence(r->server->hub, &presence);
    return OK;
}

enum status events_seen(struct ctx *c, struct req *r, struct uuid conversation_id)
{
    struct hub_visitor visitor;

    TRY(find_visitor(c, conversation_id, &visitor));
    if (!uuid_is_zero(visitor.visitor))
        hub_visitor_seen(r->server->hub, &visitor, clock_now());
    return OK;
}
