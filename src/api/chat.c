/*
 * chat.c - a web-chat visitor comes, stays in touch, and leaves no trace until they write: a
 * visitor is a random id in a signed token, and nothing is stored for it.
 *
 * What they say and read is in chat_messages.c.
 */
#include "api/chat_visit.h"
#include "api/handlers.h"
#include "api/server.h"
#include "domain/visitor.h"
#include "http/websocket.h"
#include "live/hub.h"

/* ---- beginning ---- */

struct visitor_in {
    str token;
    str page;
};

static const struct field visitor_in[] = {
    FIELD(struct visitor_in, token, 0, 200),
    FIELD(struct visitor_in, page, 0, 2000),
    FIELD_END,
};

const struct shape visitor_new_shape = SHAPE(struct visitor_in, visitor_in, "VisitorNew");

struct visitor_out {
    str token;
    struct uuid visitor_id;
    bool resumed;
    bool online;
    str name;
    str greeting;
    bool ask_email;
};

static const struct field visitor_json[] = {
    FIELD(struct visitor_out, token, 0, 0),     FIELD(struct visitor_out, visitor_id, 0, 0),
    FIELD(struct visitor_out, resumed, 0, 0),   FIELD(struct visitor_out, online, 0, 0),
    FIELD(struct visitor_out, name, 0, 0),      FIELD(struct visitor_out, greeting, 0, 0),
    FIELD(struct visitor_out, ask_email, 0, 0), FIELD_END,
};

const struct shape visitor_shape = SHAPE(struct visitor_out, visitor_json, "Visitor");

/* A version 7 uuid tells when it was made; a visitor's is of random bits alone. */
static struct uuid random_visitor(void)
{
    struct uuid id;

    random_bytes(id.b, sizeof(id.b));
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x40);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

/* Somebody who was here before, on this channel and site? */
static bool resume(struct ctx *c, const struct req *r, str token, struct visitor_pass *pass)
{
    struct visitor_pass known = {.channel_id = pass->channel_id};

    if (!visitor_token_read(c->arena, r->server->keys.visitor, token, &known) ||
        memcmp(known.site, pass->site, SITE_BYTES) != 0)
        return false;
    pass->visitor = known.visitor;
    return true;
}

enum status post_visitor(struct ctx *c, struct req *r)
{
    const struct visitor_in *in = r->in;
    struct visitor_out *out = r->out;
    struct visit visit;

    TRY(visit_channel(c, r, &visit));
    TRY(visit_site(c, r, &visit, in->page, visit.pass.site));
    out->resumed = resume(c, r, in->token, &visit.pass);
    if (!out->resumed)
        visit.pass.visitor = random_visitor();
    TRY(visitor_is_attended(c, &out->online));
    out->token = visitor_token(c->arena, r->server->keys.visitor, &visit.pass);
    out->visitor_id = visit.pass.visitor;
    out->name = visit.channel->account.name;
    out->greeting = account_setting(&visit.channel->account, "greeting");
    out->ask_email = str_eq(account_setting(&visit.channel->account, "ask_email"), S("yes"));
    return OK;
}

/* ---- the stream ---- */

struct ticket_out {
    str ticket;
};

static const struct field ticket_json[] = {
    FIELD(struct ticket_out, ticket, 0, 0),
    FIELD_END,
};

const struct shape ticket_shape = SHAPE(struct ticket_out, ticket_json, "Ticket");

enum status post_visitor_ticket(struct ctx *c, struct req *r)
{
    struct ticket_out *out = r->out;
    struct visit visit;

    TRY(visit_begin(c, r, &visit));
    out->ticket =
        ticket_new(c->arena, r->server->keys.visitor, &visit.pass, clock_now().us / 1000000);
    return OK;
}

struct events_in {
    str ticket;
};

static const struct field events_in[] = {
    FIELD(struct events_in, ticket, F_REQUIRED, 200),
    FIELD_END,
};

const struct shape visitor_events_query =
    SHAPE(struct events_in, events_in, "visitor_events_query");

static void take_stream(struct req *r, int fd, str extra)
{
    hub_add(r->server->hub, fd, extra, r->user);
}

enum status get_visitor_events(struct ctx *c, struct req *r)
{
    const struct events_in *in = r->query;
    struct hub_stream *stream = NEW(c->arena, struct hub_stream);
    struct visitor_pass pass = {.channel_id = r->ids[0]};

    TRY(req_is_websocket(c, r));
    if (!ticket_use(c->arena, r->server->tickets, r->server->keys.visitor, in->ticket,
                    clock_now().us / 1000000, &pass))
        return FAIL(c, ERR_UNAUTHORIZED, "the ticket is not valid any more");
    *stream = (struct hub_stream){
        .kind = STREAM_VISITOR,
        .org = c->org,
        .channel_id = pass.channel_id,
        .visitor = pass.visitor,
    };
    r->user = stream;
    r->upgraded = take_stream;
    websocket_accept(c->arena, &r->x->request, req_raw(r, 101, "", S("")));
    return OK;
}

/* ---- the demo page ---- */

struct demo_chat_out {
    struct uuid channel_id;
};

static const struct field demo_chat_json[] = {
    FIELD(struct demo_chat_out, channel_id, F_NULL, 0),
    FIELD_END,
};

const struct shape demo_chat_shape = SHAPE(struct demo_chat_out, demo_chat_json, "DemoChat");

enum status get_demo_chat(struct ctx *c, struct req *r)
{
    return visitor_demo_chat(c, &((struct demo_chat_out *)r->out)->channel_id);
}

/* ---- typing ---- */

enum status post_visitor_typing(struct ctx *c, struct req *r)
{
    struct visitor_thread thread;
    struct hub_presence presence;
    struct visit visit;
    bool found;

    TRY(visit_begin(c, r, &visit));
    TRY(visitor_load_thread(c, r->ids[0], visit.pass.visitor, &thread, &found));
    if (!found)
        return OK; /* there is no conversation yet in which it could be seen */
    presence = (struct hub_presence){
        .org = c->org,
        .conversation_id = thread.conversation_id,
        .assignee_id = thread.assignee_id,
        .team_id = thread.team_id,
        .user = visit.pass.visitor,
        .visitor = true,
        .name = thread.contact_name,
        .state = PRESENCE_TYPING,
    };
    hub_presence(r->server->hub, &presence);
    return OK;
}
