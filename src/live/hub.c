/*
 * hub.c - the thread, what it is asked for, and streams coming and going.
 *
 * Other threads put commands into an arena under the lock; the hub swaps that
 * arena for an empty one and runs them.  So nothing of the streams is shared, and
 * no caller waits for a socket.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/hub_impl.h"

enum { EVENTS = 256, DEFAULT_STREAMS = 6000 };

/* ---- commands ---- */

void *hub_command_begin(struct hub *h, size_t size,
                        void (*run)(struct hub *h, struct hub_command *command))
{
    struct hub_command *command;

    pthread_mutex_lock(&h->lock);
    command = arena_alloc(h->inbox, size);
    command->run = run;
    return command;
}

void hub_command_end(struct hub *h, void *command)
{
    bool first = !h->first;

    *h->last = command;
    h->last = &((struct hub_command *)command)->next;
    pthread_mutex_unlock(&h->lock);
    if (first)
        (void)eventfd_write(h->wake_fd, 1);
}

/* True when the hub shall stop. */
static bool run_commands(struct hub *h)
{
    struct hub_command *command;
    struct arena *swap;
    bool stop;

    pthread_mutex_lock(&h->lock);
    command = h->first;
    h->first = NULL;
    h->last = &h->first;
    swap = h->inbox;
    h->inbox = h->outbox;
    h->outbox = swap;
    stop = h->stop;
    pthread_mutex_unlock(&h->lock);
    for (; command; command = command->next)
        command->run(h, command);
    arena_reset(h->outbox);
    return stop;
}

/* ---- organisations ---- */

static struct org_streams **org_bucket(struct hub *h, struct uuid org)
{
    return &h->orgs[(size_t)(org.b[14] << 8 | org.b[15]) % ORG_BUCKETS];
}

struct org_streams *hub_org_find(struct hub *h, struct uuid org)
{
    struct org_streams *o = *org_bucket(h, org);

    while (o && !uuid_eq(o->org, org))
        o = o->next;
    return o;
}

struct org_streams *hub_org(struct hub *h, struct uuid org)
{
    struct org_streams *o = hub_org_find(h, org);
    struct org_streams **bucket = org_bucket(h, org);

    if (o)
        return o;
    o = NEW(h->arena, struct org_streams);
    o->org = org;
    o->next = *bucket;
    *bucket = o;
    return o;
}

/* ---- coming ---- */

struct add {
    struct hub_command command;
    int fd;
    str extra;
    struct hub_stream spec;
};

static bool has_room(const struct hub *h, const struct org_streams *org,
                     const struct hub_stream *spec)
{
    int of_visitor = 0;

    if (spec->kind == STREAM_AGENT)
        return org->n_agents < h->options.max_agents;
    for (const struct stream *s = org->visitors; s; s = s->next)
        of_visitor += uuid_eq(s->view.user, spec->visitor);
    return org->n_visitors < h->options.max_visitors && of_visitor < STREAMS_OF_VISITOR;
}

static void refuse(struct hub *h, int fd)
{
    static const char try_later[] = {(char)(WS_TRY_LATER >> 8), (char)(WS_TRY_LATER & 0xff)};
    struct frame *f = frame_new(h, WS_CLOSE, (str){try_later, sizeof(try_later)});

    h->refused++;
    (void)send(fd, f->bytes, f->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    frame_drop(h, f);
    close(fd);
}

static struct stream *stream_new(struct hub *h, struct org_streams *org,
                                 const struct hub_stream *spec)
{
    struct stream *s = h->free_streams;

    if (s)
        h->free_streams = s->next;
    else
        s = NEW(h->arena, struct stream);
    *s = (struct stream){
        .org = org,
        .allowed = UINT32_MAX, /* what it is welcomed with is not its fault */
        .kind = (uint8_t)spec->kind,
        .heard = true,
        .view = spec->view,
        .session = spec->session,
        .ends_at = spec->ends_at,
        .channel_id = spec->channel_id,
    };
    if (spec->kind == STREAM_VISITOR)
        s->view = (struct feed_view){.user = spec->visitor};
    return s;
}

static void link_stream(struct hub *h, struct stream *s)
{
    struct stream **list = s->kind == STREAM_AGENT ? &s->org->agents : &s->org->visitors;
    struct stream **beat = &h->beats[s->fd % BEAT_S];

    s->next = *list;
    s->at = list;
    if (s->next)
        s->next->at = &s->next;
    *list = s;
    s->beat_next = *beat;
    s->beat_at = beat;
    if (s->beat_next)
        s->beat_next->beat_at = &s->beat_next;
    *beat = s;
    if (s->kind == STREAM_AGENT) {
        s->org->n_agents++;
        h->agents++;
    } else {
        s->org->n_visitors++;
        h->visitors++;
        h->visitor_counters[s->org->org.b[15]]++;
    }
}

static void run_add(struct hub *h, struct hub_command *command)
{
    struct add *a = (struct add *)command;
    struct org_streams *org = hub_org(h, a->spec.org);
    struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP};
    struct stream *s;

    if (!has_room(h, org, &a->spec)) {
        refuse(h, a->fd);
        return;
    }
    s = stream_new(h, org, &a->spec);
    s->fd = a->fd;
    e.data.ptr = s;
    if (epoll_ctl(h->epoll_fd, EPOLL_CTL_ADD, a->fd, &e) != 0) {
        refuse(h, a->fd);
        s->next = h->free_streams;
        h->free_streams = s;
        return;
    }
    link_stream(h, s);
    hub_welcome(h, s, &a->spec);
    stream_heard(h, s, a->extra);
}

void hub_add(struct hub *h, int fd, str extra, const struct hub_stream *stream)
{
    struct add *a = hub_command_begin(h, sizeof(*a), run_add);
    struct change_row *missed = NEW_ARRAY(h->inbox, struct change_row, stream->n_missed);

    a->fd = fd;
    a->extra = arena_copy(h->inbox, extra);
    a->spec = *stream;
    a->spec.missed = missed;
    for (size_t i = 0; i < stream->n_missed; i++) {
        missed[i] = stream->missed[i];
        missed[i].kind = arena_copy(h->inbox, missed[i].kind);
    }
    hub_command_end(h, a);
}

/* ---- going ---- */

struct dismiss {
    struct hub_command command;
    struct uuid org;
    struct uuid who;
};

void hub_reset_streams(struct hub *h, struct uuid org_id, struct uuid user)
{
    struct org_streams *org = hub_org_find(h, org_id);

    for (struct stream *s = org ? org->agents : NULL, *next; s; s = next) {
        next = s->next;
        if (!uuid_eq(s->view.user, user))
            continue;
        stream_send_text(h, s, S("{\"type\":\"reset\"}"));
        if (s->fd >= 0)
            stream_flush(h, s);
        stream_close(h, s, WS_POLICY);
    }
}

static void run_reset_user(struct hub *h, struct hub_command *command)
{
    struct dismiss *d = (struct dismiss *)command;

    hub_reset_streams(h, d->org, d->who);
}

void hub_reset_user_here(struct hub *h, struct uuid org, struct uuid user)
{
    struct dismiss *d = hub_command_begin(h, sizeof(*d), run_reset_user);

    d->org = org;
    d->who = user;
    hub_command_end(h, d);
}

static void run_close_session(struct hub *h, struct hub_command *command)
{
    struct dismiss *d = (struct dismiss *)command;

    for (size_t i = 0; i < BEAT_S; i++)
        for (struct stream *s = h->beats[i], *next; s; s = next) {
            next = s->beat_next;
            if (s->kind == STREAM_AGENT && uuid_eq(s->session, d->who))
                stream_close(h, s, WS_POLICY);
        }
}

void hub_close_session_here(struct hub *h, struct uuid session)
{
    struct dismiss *d;

    if (uuid_is_zero(session))
        return;
    d = hub_command_begin(h, sizeof(*d), run_close_session);
    d->who = session;
    hub_command_end(h, d);
}

/* After a round nobody points to them any more. */
static void bury(struct hub *h)
{
    while (h->dead) {
        struct stream *s = h->dead;

        h->dead = s->next;
        s->next = h->free_streams;
        h->free_streams = s;
    }
}

/* ---- the thread ---- */

int64_t hub_second(const struct hub *h)
{
    return clock_mono_ms() / h->options.second_ms;
}

static int until_next_second(const struct hub *h)
{
    return h->options.second_ms - (int)(clock_mono_ms() % h->options.second_ms);
}

/* Each second and over all streams, not with their beat: that comes round in BEAT_S, and by then
 * somebody would have read on for so long after their session's end.  Ten thousand comparisons a
 * second are nothing beside what the streams are sent. */
static void end_sessions(struct hub *h)
{
    struct instant now = clock_now();

    for (size_t i = 0; i < BEAT_S; i++)
        for (struct stream *s = h->beats[i], *next; s; s = next) {
            next = s->beat_next;
            if (!instant_is_none(s->ends_at) && s->ends_at.us <= now.us)
                stream_close(h, s, WS_POLICY);
        }
}

static void tick(struct hub *h)
{
    int64_t now = hub_second(h);

    if (h->second < now - BEAT_S)
        h->second = now - BEAT_S; /* the machine slept: once round is enough */
    if (h->second < now) {
        presence_expire(h);
        end_sessions(h);
    }
    for (; h->second < now; h->second++)
        for (struct stream *s = h->beats[h->second % BEAT_S], *next; s; s = next) {
            next = s->beat_next;
            stream_beat(h, s);
        }
}

static void serve(struct hub *h, const struct epoll_event *e)
{
    struct stream *s = e->data.ptr;

    if (!s) {
        eventfd_t n;

        (void)eventfd_read(h->wake_fd, &n);
        return;
    }
    if (s->fd >= 0 && (e->events & EPOLLOUT))
        stream_flush(h, s);
    if (s->fd >= 0 && (e->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
        stream_readable(h, s);
}

static void *run(void *arg)
{
    struct hub *h = arg;
    struct epoll_event events[EVENTS];
    bool stop = false;

    while (!stop) {
        int n = epoll_wait(h->epoll_fd, events, EVENTS, until_next_second(h));

        for (int i = 0; i < n; i++)
            serve(h, &events[i]);
        stop = run_commands(h);
        tick(h);
        stream_flush_all(h);
        bury(h);
        arena_reset(h->turn);
    }
    for (size_t i = 0; i < BEAT_S; i++)
        while (h->beats[i])
            stream_close(h, h->beats[i], WS_GOING_AWAY);
    return NULL;
}

/* ---- life ---- */

static enum status start(struct ctx *c, struct hub *h)
{
    struct epoll_event e = {.events = EPOLLIN};

    h->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    h->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (h->epoll_fd < 0 || h->wake_fd < 0 ||
        epoll_ctl(h->epoll_fd, EPOLL_CTL_ADD, h->wake_fd, &e) != 0 ||
        pthread_create(&h->thread, NULL, run, h) != 0)
        return FAIL(c, ERR_UNAVAILABLE, "cannot start the hub's thread");
    h->started = true;
    return OK;
}

enum status hub_new(struct ctx *c, const struct hub_options *options, struct hub **out)
{
    struct arena *arena = arena_new();
    struct hub *h = NEW(arena, struct hub);
    enum status s;

    h->arena = arena;
    h->turn = arena_new();
    h->inbox = arena_new();
    h->outbox = arena_new();
    h->last = &h->first;
    h->options = *options;
    if (!h->options.max_agents)
        h->options.max_agents = DEFAULT_STREAMS;
    if (!h->options.max_visitors)
        h->options.max_visitors = DEFAULT_STREAMS;
    if (!h->options.second_ms)
        h->options.second_ms = 1000;
    h->ring = NEW_ARRAY(arena, struct remembered, RING);
    h->encoder = ws_encoder_new(arena);
    h->ping = frame_new(h, WS_PING, S(""));
    h->second = hub_second(h);
    h->epoll_fd = h->wake_fd = -1;
    random_bytes(&h->self, sizeof(h->self));
    pthread_mutex_init(&h->lock, NULL);
    s = start(c, h);
    if (s != OK) {
        hub_free(h);
        return s;
    }
    *out = h;
    return OK;
}

void hub_free(struct hub *h)
{
    if (!h)
        return;
    if (h->started) {
        pthread_mutex_lock(&h->lock);
        h->stop = true;
        pthread_mutex_unlock(&h->lock);
        (void)eventfd_write(h->wake_fd, 1);
        pthread_join(h->thread, NULL);
    }
    while (h->readers) {
        ws_reader_close(h->readers);
        h->readers = h->readers->next;
    }
    if (h->epoll_fd >= 0)
        close(h->epoll_fd);
    if (h->wake_fd >= 0)
        close(h->wake_fd);
    pthread_mutex_destroy(&h->lock);
    arena_free(h->inbox);
    arena_free(h->outbox);
    arena_free(h->turn);
    arena_free(h->arena);
}

void hub_read_stats(struct hub *h, struct hub_stats *out)
{
    *out = (struct hub_stats){
        .agents = h->agents,
        .visitors = h->visitors,
        .frames = h->frames,
        .dropped_slow = h->dropped_slow,
        .refused = h->refused,
        .resets = h->resets,
        .bad_frames = h->bad_frames,
        .timed_out = h->timed_out,
        .pending_bytes = h->pending_bytes,
        .last_fanout_us = h->last_fanout_us,
    };
}
