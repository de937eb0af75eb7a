/*
 * hub_presence.c - who reads and who types, for ten seconds; and the small talk between the hubs
 * of several processes, which travels as lines of JSON in NOTIFY sambung_presence.
 *
 * Nothing of this is ever stored.  A page says again every few seconds what it is doing;
 * what is not said again is gone.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "live/hub_impl.h"
#include "live/notify.h"

static const char *const presence_state_words[] = {NULL, "reading", "typing", "gone"};
const struct field_names presence_state_names = {presence_state_words, 4};

/* ---- to the agents' streams ---- */

static void put_uuid(struct json_writer *w, const char *key, struct uuid id)
{
    char text[UUID_TEXT + 1];

    if (uuid_is_zero(id))
        return;
    uuid_text(id, text);
    json_str(w, key, (str){text, UUID_TEXT});
}

static struct frame *encode(struct hub *h, const struct presence *p)
{
    struct buf text = frame_text(h);
    struct json_writer w = json_writer_new(&text);

    json_object_begin(&w, NULL);
    json_str(&w, "type", S("presence"));
    put_uuid(&w, "conversation_id", p->conversation_id);
    put_uuid(&w, "user_id", p->user);
    if (p->visitor)
        json_bool(&w, "visitor", true);
    json_str(&w, "name", (str){p->name, p->name_len});
    json_str(&w, "state", str_of(field_word(&presence_state_names, (int)p->state)));
    json_object_end(&w);
    return frame_new(h, WS_TEXT, buf_str(&text));
}

/* Those who may see the conversation, but for the person it is about. */
static bool is_for(const struct stream *s, const struct presence *p)
{
    struct change_row like = {
        .kind = S("conversation"),
        .assignee_before = p->assignee_id,
        .assignee_after = p->assignee_id,
        .team_before = p->team_id,
        .team_after = p->team_id,
    };

    return !uuid_eq(s->view.user, p->user) && feed_visible(&s->view, &like);
}

static void tell(struct hub *h, const struct org_streams *org, const struct presence *p)
{
    struct frame *f = encode(h, p);

    for (struct stream *s = org->agents, *next; s; s = next) {
        next = s->next;
        if (is_for(s, p))
            stream_send(h, s, f);
    }
    frame_drop(h, f);
}

void presence_welcome(struct hub *h, struct stream *s)
{
    for (const struct presence *p = s->org->presence; p; p = p->next) {
        struct frame *f;

        if (!is_for(s, p))
            continue;
        f = encode(h, p);
        stream_send(h, s, f);
        frame_drop(h, f);
    }
}

/* ---- the table ---- */

static void drop(struct hub *h, struct org_streams *org, struct presence **at)
{
    struct presence *p = *at;

    assert(p);
    *at = p->next;
    p->next = h->free_presence;
    h->free_presence = p;
    org->n_presence--;
    h->n_presence--;
}

static struct presence *add(struct hub *h, struct org_streams *org)
{
    struct presence *p = h->free_presence;

    if (p)
        h->free_presence = p->next;
    else
        p = NEW(h->arena, struct presence);
    *p = (struct presence){.next = org->presence};
    org->presence = p;
    org->n_presence++;
    h->n_presence++;
    return p;
}

static void expire(struct hub *h, struct org_streams *org, int64_t now)
{
    struct presence **at = &org->presence;

    while (*at) {
        struct presence *p = *at;

        if (p->expires_s > now) {
            at = &p->next;
            continue;
        }
        p->state = PRESENCE_GONE;
        tell(h, org, p);
        drop(h, org, at);
    }
}

void presence_expire(struct hub *h)
{
    int64_t now = hub_second(h);

    for (size_t i = 0; h->n_presence > 0 && i < ORG_BUCKETS; i++)
        for (struct org_streams *org = h->orgs[i]; org; org = org->next)
            expire(h, org, now);
}

struct said {
    struct hub_command command;
    struct hub_presence said;
};

static void run_said(struct hub *h, struct hub_command *command)
{
    const struct hub_presence *said = &((struct said *)command)->said;
    struct org_streams *org = hub_org(h, said->org);
    struct presence **at = &org->presence;
    struct presence *p;
    bool news;

    while (*at && !(uuid_eq((*at)->user, said->user) &&
                    uuid_eq((*at)->conversation_id, said->conversation_id)))
        at = &(*at)->next;
    if (!*at && (said->state == PRESENCE_GONE || org->n_presence >= PRESENCE_OF_ORG))
        return;
    p = *at ? *at : add(h, org);
    news = p->state != said->state;
    p->conversation_id = said->conversation_id;
    p->assignee_id = said->assignee_id;
    p->team_id = said->team_id;
    p->user = said->user;
    p->visitor = said->visitor;
    p->state = said->state;
    p->expires_s = hub_second(h) + PRESENCE_S;
    p->name_len = said->name.len;
    memcpy(p->name, said->name.ptr, said->name.len);
    if (news)
        tell(h, org, p);
    if (p->state == PRESENCE_GONE)
        drop(h, org, at);
}

static void say_here(struct hub *h, const struct hub_presence *presence)
{
    struct hub_visitor to = presence->to;
    struct said *s = hub_command_begin(h, sizeof(*s), run_said);

    s->said = *presence;
    s->said.name = arena_copy(h->inbox, str_utf8_cut(presence->name, PRESENCE_NAME));
    hub_command_end(h, s);
    to.org = presence->org;
    if (presence->state == PRESENCE_TYPING && !uuid_is_zero(to.visitor))
        hub_visitor_typing(h, &to);
}

/* ---- between processes ---- */

enum { LINE_MAX_BYTES = 2000 };

struct line {
    struct arena *arena;
    struct buf text;
    struct json_writer w;
};

static void line_begin(struct hub *h, struct line *l, str type, struct uuid org)
{
    char self[17];

    snprintf(self, sizeof(self), "%016llx", (unsigned long long)h->self);
    l->arena = arena_new();
    l->text = buf_new(l->arena, LINE_MAX_BYTES);
    l->w = json_writer_new(&l->text);
    json_object_begin(&l->w, NULL);
    json_str(&l->w, "from", (str){self, 16});
    json_str(&l->w, "type", type);
    put_uuid(&l->w, "org", org);
}

static void line_send(struct hub *h, struct line *l)
{
    json_object_end(&l->w);
    if (!l->text.overflow)
        notify_presence(h->options.notifier, buf_str(&l->text));
    arena_free(l->arena);
}

void hub_presence(struct hub *h, const struct hub_presence *presence)
{
    struct line l;

    say_here(h, presence);
    if (!h->options.notifier)
        return;
    line_begin(h, &l, S("presence"), presence->org);
    put_uuid(&l.w, "conversation", presence->conversation_id);
    put_uuid(&l.w, "assignee", presence->assignee_id);
    put_uuid(&l.w, "team", presence->team_id);
    put_uuid(&l.w, "user", presence->user);
    json_bool(&l.w, "visitor", presence->visitor);
    json_str(&l.w, "name", str_utf8_cut(presence->name, PRESENCE_NAME));
    json_str(&l.w, "state", str_of(field_word(&presence_state_names, (int)presence->state)));
    put_uuid(&l.w, "channel", presence->to.channel_id);
    put_uuid(&l.w, "to", presence->to.visitor);
    line_send(h, &l);
}

void hub_visitor_seen(struct hub *h, const struct hub_visitor *who, struct instant at)
{
    struct line l;

    hub_visitor_seen_here(h, who, at);
    if (!h->options.notifier)
        return;
    line_begin(h, &l, S("seen"), who->org);
    put_uuid(&l.w, "channel", who->channel_id);
    put_uuid(&l.w, "to", who->visitor);
    json_i64(&l.w, "at", at.us);
    line_send(h, &l);
}

void hub_reset_user(struct hub *h, struct uuid org, struct uuid user)
{
    struct line l;

    hub_reset_user_here(h, org, user);
    if (!h->options.notifier)
        return;
    line_begin(h, &l, S("reset_user"), org);
    put_uuid(&l.w, "user", user);
    line_send(h, &l);
}

void hub_close_session(struct hub *h, struct uuid session)
{
    struct line l;

    hub_close_session_here(h, session);
    if (!h->options.notifier)
        return;
    line_begin(h, &l, S("close_session"), (struct uuid){{0}});
    put_uuid(&l.w, "session", session);
    line_send(h, &l);
}

static struct uuid get_uuid(const struct json *j, const char *key)
{
    struct uuid id = {{0}};

    (void)uuid_parse(json_get_str(j, key), &id);
    return id;
}

static void received_presence(struct hub *h, const struct json *j)
{
    struct hub_presence p = {
        .org = get_uuid(j, "org"),
        .conversation_id = get_uuid(j, "conversation"),
        .assignee_id = get_uuid(j, "assignee"),
        .team_id = get_uuid(j, "team"),
        .user = get_uuid(j, "user"),
        .visitor = json_get_bool(j, "visitor"),
        .name = json_get_str(j, "name"),
        .to = {.channel_id = get_uuid(j, "channel"), .visitor = get_uuid(j, "to")},
    };
    int state;

    if (!field_value(&presence_state_names, json_get_str(j, "state"), &state))
        return;
    p.state = (enum presence_state)state;
    say_here(h, &p);
}

static void received_line(struct hub *h, const struct json *j)
{
    str type = json_get_str(j, "type");

    if (str_eq(type, S("presence"))) {
        received_presence(h, j);
    } else if (str_eq(type, S("seen"))) {
        struct hub_visitor who = {get_uuid(j, "org"), get_uuid(j, "channel"), get_uuid(j, "to")};

        hub_visitor_seen_here(h, &who, (struct instant){json_get_i64(j, "at")});
    } else if (str_eq(type, S("reset_user"))) {
        hub_reset_user_here(h, get_uuid(j, "org"), get_uuid(j, "user"));
    } else if (str_eq(type, S("close_session"))) {
        hub_close_session_here(h, get_uuid(j, "session"));
    }
}

void hub_presence_received(struct hub *h, str payload)
{
    struct ctx c = {.arena = arena_new()};
    struct cur cur = cur_of(payload);
    char self[17];
    str line;

    snprintf(self, sizeof(self), "%016llx", (unsigned long long)h->self);
    while (!cur_at_end(&cur) && cur_until(&cur, '\n', LINE_MAX_BYTES, &line)) {
        struct json *j;

        /* what cannot be read is from a newer version; what is our own has been done */
        if (json_parse(&c, line, &j) == OK && !str_eq(json_get_str(j, "from"), (str){self, 16}))
            received_line(h, j);
    }
    arena_free(c.arena);
}
