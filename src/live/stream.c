/*
 * stream.c - one WebSocket: what waits to be sent, what comes in, when it ends.
 *
 * A frame is put in line and sent at the end of the round, so that several
 * changes leave in one system call.  The kernel's buffer comes first; only what
 * it does not take stays here, and past `allowed` the reader is too slow and is dropped.
 */
#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "live/hub_impl.h"

enum { FLUSH_FRAMES = 32, READ_BYTES = 4096 };

/* ---- frames and links ---- */

struct buf frame_text(struct hub *h)
{
    return buf_new(h->turn, WS_MAX_PAYLOAD);
}

static struct frame *frame_alloc(struct hub *h, bool small)
{
    struct frame **list = small ? &h->free_small : &h->free_large;
    struct frame *f = *list;
    size_t room = small ? SMALL_FRAME : WS_MAX_FRAME;

    if (f)
        *list = f->next_free;
    else
        f = arena_alloc(h->arena, sizeof(struct frame) + room);
    f->small = small;
    return f;
}

struct frame *frame_new(struct hub *h, enum ws_opcode opcode, str payload)
{
    struct frame *f = frame_alloc(h, payload.len + 16 <= SMALL_FRAME);

    f->refs = 1;
    f->len = (uint32_t)ws_encode(h->encoder, opcode, payload, f->bytes);
    return f;
}

void frame_drop(struct hub *h, struct frame *f)
{
    struct frame **list = f->small ? &h->free_small : &h->free_large;

    if (--f->refs > 0)
        return;
    f->next_free = *list;
    *list = f;
}

static void pop_frame(struct hub *h, struct stream *s)
{
    struct link *link = s->first;

    s->first = link->next;
    if (!s->first)
        s->last = NULL;
    frame_drop(h, link->frame);
    link->next = h->free_links;
    h->free_links = link;
}

/* ---- out ---- */

void stream_send(struct hub *h, struct stream *s, struct frame *f)
{
    struct link *link = h->free_links;

    if (s->fd < 0)
        return;
    if (s->pending + f->len > s->allowed) {
        h->dropped_slow++;
        stream_close(h, s, 0);
        return;
    }
    if (link)
        h->free_links = link->next;
    else
        link = NEW(h->arena, struct link);
    f->refs++;
    *link = (struct link){.frame = f};
    if (s->last)
        s->last->next = link;
    else
        s->first = link;
    s->last = link;
    s->pending += f->len;
    h->pending_bytes += f->len;
    if (!s->dirty) {
        s->dirty = true;
        s->dirty_next = h->dirty;
        h->dirty = s;
    }
}

void stream_send_text(struct hub *h, struct stream *s, str text)
{
    struct frame *f = frame_new(h, WS_TEXT, text);

    stream_send(h, s, f);
    frame_drop(h, f);
}

static void want(struct hub *h, struct stream *s, bool blocked)
{
    struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP, .data = {.ptr = s}};

    if (s->blocked == blocked)
        return;
    if (blocked)
        e.events |= EPOLLOUT;
    s->blocked = blocked;
    (void)epoll_ctl(h->epoll_fd, EPOLL_CTL_MOD, s->fd, &e);
}

static void taken(struct hub *h, struct stream *s, size_t n)
{
    s->pending -= (uint32_t)n;
    h->pending_bytes -= (int64_t)n;
    while (n > 0) {
        size_t left;

        assert(s->first); /* no more is taken than was offered */
        left = s->first->frame->len - s->sent;

        if (n < left) {
            s->sent += (uint32_t)n;
            return;
        }
        n -= left;
        s->sent = 0;
        h->frames++;
        pop_frame(h, s);
    }
}

void stream_flush(struct hub *h, struct stream *s)
{
    while (s->first) {
        struct iovec parts[FLUSH_FRAMES];
        struct msghdr m = {.msg_iov = parts};
        ssize_t n;

        for (struct link *l = s->first; l && m.msg_iovlen < FLUSH_FRAMES; l = l->next) {
            size_t skip = l == s->first ? s->sent : 0;

            parts[m.msg_iovlen++] = (struct iovec){l->frame->bytes + skip, l->frame->len - skip};
        }
        n = sendmsg(s->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            want(h, s, true);
            return;
        }
        if (n < 0) {
            stream_close(h, s, 0);
            return;
        }
        taken(h, s, (size_t)n);
    }
    s->allowed = PENDING_MAX;
    want(h, s, false);
}

void stream_flush_all(struct hub *h)
{
    while (h->dirty) {
        struct stream *s = h->dirty;

        h->dirty = s->dirty_next;
        s->dirty = false;
        if (s->fd >= 0 && !s->blocked)
            stream_flush(h, s);
        if (s->fd >= 0 && s->leaving)
            stream_close(h, s, 0);
    }
}

/* ---- the end ---- */

/* Best effort, and only between two frames. */
static void say_goodbye(struct hub *h, struct stream *s, int code)
{
    char payload[2] = {(char)(code >> 8), (char)(code & 0xff)};
    struct frame *f;

    if (s->sent > 0)
        return;
    f = frame_new(h, WS_CLOSE, (str){payload, 2});
    (void)send(s->fd, f->bytes, f->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    frame_drop(h, f);
}

/* A few stay open; the others give their buffer back. */
static void give_reader_back(struct hub *h, struct ws_reader *r)
{
    if (!r)
        return;
    if (!ws_reader_is_idle(r) || h->n_readers >= SPARE_READERS)
        ws_reader_close(r);
    h->n_readers++;
    r->next = h->readers;
    h->readers = r;
}

static struct ws_reader *take_reader(struct hub *h)
{
    struct ws_reader *r = h->readers;

    if (!r)
        return NEW(h->arena, struct ws_reader);
    h->readers = r->next;
    h->n_readers--;
    return r;
}

void stream_close(struct hub *h, struct stream *s, int code)
{
    if (s->fd < 0)
        return;
    if (code)
        say_goodbye(h, s, code);
    (void)epoll_ctl(h->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
    (void)shutdown(s->fd, SHUT_RDWR);
    close(s->fd);
    s->fd = -1;
    h->pending_bytes -= s->pending;
    while (s->first)
        pop_frame(h, s);
    give_reader_back(h, s->reader);
    s->reader = NULL;
    *s->at = s->next;
    if (s->next)
        s->next->at = s->at;
    *s->beat_at = s->beat_next;
    if (s->beat_next)
        s->beat_next->beat_at = s->beat_at;
    if (s->kind == STREAM_AGENT) {
        s->org->n_agents--;
        h->agents--;
    } else {
        s->org->n_visitors--;
        h->visitors--;
        h->visitor_counters[s->org->org.b[15]]--;
    }
    s->next = h->dead;
    h->dead = s;
}

/* ---- in ---- */

struct hearing {
    struct hub *hub;
    struct stream *stream;
};

static void seen(void *arg, const struct ws_message *m)
{
    struct hearing *hearing = arg;
    struct hub *h = hearing->hub;
    struct stream *s = hearing->stream;
    struct frame *f;

    if (s->fd < 0 || s->leaving || (m->opcode != WS_PING && m->opcode != WS_CLOSE))
        return;
    /* a goodbye is answered with its own code */
    f = frame_new(h, m->opcode == WS_PING ? WS_PONG : WS_CLOSE,
                  m->opcode == WS_PING ? m->payload : str_slice(m->payload, 0, 2));
    stream_send(h, s, f);
    frame_drop(h, f);
    s->leaving = m->opcode == WS_CLOSE;
}

void stream_heard(struct hub *h, struct stream *s, str bytes)
{
    struct hearing hearing = {h, s};
    struct ws_reader *r = s->reader;
    int code;

    if (s->fd < 0 || s->leaving || str_is_empty(bytes))
        return;
    s->heard = true;
    s->reader = NULL; /* ours while it works: what it hears may close the stream */
    if (!r)
        r = take_reader(h);
    code = ws_read(r, bytes, seen, &hearing);
    if (s->fd >= 0 && !code && !ws_reader_is_idle(r)) {
        s->reader = r;
        return;
    }
    s->half_read = false;
    give_reader_back(h, r);
    if (s->fd >= 0 && code) {
        h->bad_frames++;
        stream_close(h, s, code);
    }
}

void stream_readable(struct hub *h, struct stream *s)
{
    char bytes[READ_BYTES];
    ssize_t n = recv(s->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

    if (n > 0)
        stream_heard(h, s, (str){bytes, (size_t)n});
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        stream_close(h, s, 0);
}

void stream_beat(struct hub *h, struct stream *s)
{
    s->silent = (uint8_t)(s->heard ? 0 : s->silent + 1);
    s->heard = false;
    if (s->silent > 1 || s->half_read) {
        h->timed_out++;
        stream_close(h, s, WS_GOING_AWAY);
        return;
    }
    s->half_read = s->reader != NULL;
    stream_send(h, s, h->ping);
}
