/*
 * hub_fan.c - changes on their way out, and what a stream that comes back has missed.
 *
 * The last RING changes stay in memory, each with its encoded frame once
 * somebody needed it.  A stream that comes back within them costs no query, so
 * that a restart of this process, after which everybody comes back at once, is
 * no storm on the database.
 */
#include <stdio.h>
#include <string.h>

#include "live/hub_impl.h"

/* ---- what is remembered ---- */

static struct remembered *ring_at(struct hub *h, size_t i)
{
    return &h->ring[(h->ring_first + i) % RING];
}

/* *floor follows what is forgotten. */
static struct remembered *remember(struct hub *h, const struct change_row *row,
                                   struct feed_cursor *floor)
{
    struct remembered *r;

    if (h->ring_n == RING) {
        r = ring_at(h, 0);
        *floor = feed_cursor_of(&r->row);
        if (r->frame)
            frame_drop(h, r->frame);
        h->ring_first = (h->ring_first + 1) % RING;
        h->ring_n--;
    }
    r = ring_at(h, h->ring_n++);
    r->frame = NULL;
    r->row = *row;
    r->row.kind.ptr = r->kind;
    r->row.kind.len = row->kind.len < sizeof(r->kind) ? row->kind.len : sizeof(r->kind);
    memcpy(r->kind, row->kind.ptr, r->row.kind.len);
    return r;
}

static struct frame *encode(struct hub *h, const struct change_row *row)
{
    struct buf text = frame_text(h);
    struct json_writer w = json_writer_new(&text);

    feed_write_json(&w, row);
    return frame_new(h, WS_TEXT, buf_str(&text));
}

static struct frame *frame_of(struct hub *h, struct remembered *r)
{
    if (!r->frame)
        r->frame = encode(h, &r->row);
    return r->frame;
}

bool hub_cursor_is_remembered(const struct hub *h, struct feed_cursor cursor)
{
    return !feed_cursor_is_zero(cursor) && feed_cursor_cmp(cursor, h->floor) >= 0 &&
           feed_cursor_cmp(cursor, h->at) <= 0;
}

bool hub_remembers(struct hub *h, struct feed_cursor after)
{
    bool yes;

    pthread_mutex_lock(&h->lock);
    yes = hub_cursor_is_remembered(h, after);
    pthread_mutex_unlock(&h->lock);
    return yes;
}

/* ---- changes ---- */

struct publish {
    struct hub_command command;
    struct change_row *rows;
    size_t n;
    struct feed_cursor at;
    int64_t asked_us;
};

static void fan_out(struct hub *h, struct remembered *r)
{
    struct org_streams *org = hub_org_find(h, r->row.org_id);
    struct feed_cursor cursor = feed_cursor_of(&r->row);

    if (str_eq(r->row.kind, S("team_member"))) { /* see store/change.h */
        hub_reset_streams(h, r->row.org_id, r->row.entity_id);
        return;
    }
    for (struct stream *s = org ? org->agents : NULL, *next; s; s = next) {
        next = s->next;
        if (feed_cursor_cmp(cursor, s->skip_until) > 0 && feed_visible(&s->view, &r->row))
            stream_send(h, s, frame_of(h, r));
    }
}

static void run_publish(struct hub *h, struct hub_command *command)
{
    struct publish *p = (struct publish *)command;
    struct feed_cursor floor = h->floor;

    if (feed_cursor_is_zero(h->at))
        floor = p->n > 0 ? feed_cursor_of(&p->rows[0]) : p->at;
    for (size_t i = 0; i < p->n; i++)
        fan_out(h, remember(h, &p->rows[i], &floor));
    pthread_mutex_lock(&h->lock);
    h->floor = floor;
    h->at = p->at;
    pthread_mutex_unlock(&h->lock);
    stream_flush_all(h);
    if (p->n > 0)
        h->last_fanout_us = clock_mono_us() - p->asked_us;
}

void hub_publish(struct hub *h, const struct change_row *changes, size_t n, struct feed_cursor at)
{
    struct publish *p = hub_command_begin(h, sizeof(*p), run_publish);

    p->rows = NEW_ARRAY(h->inbox, struct change_row, n);
    p->n = n;
    p->at = at;
    p->asked_us = clock_mono_us();
    for (size_t i = 0; i < n; i++) {
        p->rows[i] = changes[i];
        p->rows[i].kind = arena_copy(h->inbox, changes[i].kind);
    }
    hub_command_end(h, p);
}

/* ---- coming back ---- */

static void hello(struct hub *h, struct stream *s, struct feed_cursor cursor)
{
    struct buf text = frame_text(h);
    struct json_writer w = json_writer_new(&text);
    char at[FEED_CURSOR_TEXT];

    feed_cursor_text(cursor, at);
    json_object_begin(&w, NULL);
    json_str(&w, "type", S("hello"));
    json_str(&w, "cursor", str_of(at));
    json_object_end(&w);
    stream_send_text(h, s, buf_str(&text));
}

static void reset(struct hub *h, struct stream *s)
{
    h->resets++;
    hello(h, s, h->at);
    stream_send_text(h, s, S("{\"type\":\"reset\"}"));
}

static bool is_for(const struct stream *s, const struct change_row *row, struct feed_cursor after)
{
    return uuid_eq(row->org_id, s->org->org) && feed_cursor_cmp(feed_cursor_of(row), after) > 0 &&
           feed_visible(&s->view, row);
}

/* Has this made the stream's person see other conversations? */
static bool regroups(const struct stream *s, const struct change_row *row)
{
    return uuid_eq(row->entity_id, s->view.user) && str_eq(row->kind, S("team_member"));
}

/* What was not visible then may be now, and the other way round. */
static bool was_regrouped(struct hub *h, const struct stream *s, const struct hub_stream *spec)
{
    for (size_t i = 0; i < spec->n_missed; i++)
        if (regroups(s, &spec->missed[i]))
            return true;
    for (size_t i = 0; i < h->ring_n; i++) {
        const struct change_row *row = &ring_at(h, i)->row;

        if (regroups(s, row) && feed_cursor_cmp(feed_cursor_of(row), spec->after) > 0)
            return true;
    }
    return false;
}

/* False when there is more than one should be sent. */
static bool is_bearable(struct hub *h, const struct stream *s, struct feed_cursor after)
{
    size_t n = 0;

    for (size_t i = 0; i < h->ring_n; i++)
        n += is_for(s, &ring_at(h, i)->row, after);
    return n <= REPLAY_MAX;
}

static void replay(struct hub *h, struct stream *s, struct feed_cursor after)
{
    for (size_t i = 0; i < h->ring_n; i++) {
        struct remembered *r = ring_at(h, i);

        if (is_for(s, &r->row, after))
            stream_send(h, s, frame_of(h, r));
    }
}

/*
 * What the caller has read from the table ends at missed_until, and what we
 * know ends at h->at; either may be the further one.  In the first case the rest comes from
 * the ring; in the other what is still to be published up to there is skipped.
 */
static void resume(struct hub *h, struct stream *s, const struct hub_stream *spec)
{
    bool was_read = !feed_cursor_is_zero(spec->missed_until);
    struct feed_cursor from = was_read ? spec->missed_until : spec->after;
    bool ahead = was_read && feed_cursor_cmp(from, h->at) > 0;

    if (spec->reset || was_regrouped(h, s, spec) ||
        (!ahead && !hub_cursor_is_remembered(h, from)) || (!ahead && !is_bearable(h, s, from))) {
        reset(h, s);
        return;
    }
    hello(h, s, spec->after);
    for (size_t i = 0; i < spec->n_missed; i++) {
        struct frame *f;

        if (!feed_visible(&s->view, &spec->missed[i]))
            continue;
        f = encode(h, &spec->missed[i]);
        stream_send(h, s, f);
        frame_drop(h, f);
    }
    if (ahead)
        s->skip_until = from;
    else
        replay(h, s, from);
}

void hub_welcome(struct hub *h, struct stream *s, const struct hub_stream *spec)
{
    if (s->kind == STREAM_VISITOR)
        stream_send_text(h, s, S("{\"type\":\"hello\"}"));
    else if (feed_cursor_is_zero(spec->after) && !spec->reset)
        hello(h, s, h->at);
    else
        resume(h, s, spec);
    if (s->kind == STREAM_AGENT)
        presence_welcome(h, s);
}

/* ---- visitors ---- */

struct to_visitor {
    struct hub_command command;
    struct hub_visitor who;
    str text;
};

static void run_to_visitor(struct hub *h, struct hub_command *command)
{
    struct to_visitor *v = (struct to_visitor *)command;
    struct org_streams *org = hub_org_find(h, v->who.org);

    for (struct stream *s = org ? org->visitors : NULL, *next; s; s = next) {
        next = s->next;
        if (uuid_eq(s->view.user, v->who.visitor) && uuid_eq(s->channel_id, v->who.channel_id))
            stream_send_text(h, s, v->text);
    }
}

static void to_visitor(struct hub *h, const struct hub_visitor *who, str text)
{
    struct to_visitor *v;

    if (!hub_has_visitors(h, who->org))
        return;
    v = hub_command_begin(h, sizeof(*v), run_to_visitor);
    v->who = *who;
    v->text = arena_copy(h->inbox, text);
    hub_command_end(h, v);
}

bool hub_has_visitors(struct hub *h, struct uuid org)
{
    return h->visitor_counters[org.b[15]] > 0;
}

void hub_visitor_message(struct hub *h, const struct hub_visitor *who, struct uuid id)
{
    char text[64 + UUID_TEXT], uuid[UUID_TEXT + 1];
    int n;

    uuid_text(id, uuid);
    n = snprintf(text, sizeof(text), "{\"type\":\"message\",\"id\":\"%s\"}", uuid);
    to_visitor(h, who, (str){text, (size_t)n});
}

void hub_visitor_typing(struct hub *h, const struct hub_visitor *who)
{
    to_visitor(h, who, S("{\"type\":\"typing\"}"));
}

void hub_visitor_seen_here(struct hub *h, const struct hub_visitor *who, struct instant at)
{
    char text[64 + INSTANT_TEXT], when[INSTANT_TEXT + 1];
    int n;

    instant_text(at, when);
    n = snprintf(text, sizeof(text), "{\"type\":\"seen\",\"at\":\"%s\"}", when);
    to_visitor(h, who, (str){text, (size_t)n});
}
