/*
 * hub_impl.h - the hub's insides, shared by its files alone: hub.c (thread, commands, coming and
 * going), stream.c (one socket), hub_fan.c (changes), hub_presence.c (who is there).
 *
 * Everything here belongs to the hub's thread, but for what struct hub says is
 * under its lock or atomic.  Memory comes from the hub's arena and goes back to
 * free lists: streams, links and frames are made and dropped in thousands.
 */
#ifndef LIVE_HUB_IMPL_H
#define LIVE_HUB_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/json.h"
#include "live/hub.h"
#include "live/websocket.h"

enum {
    BEAT_S = 25,
    PENDING_MAX = 64 * 1024,
    ORG_BUCKETS = 1024,
    VISITOR_COUNTERS = 256,
    RING = 2048,      /* changes remembered */
    REPLAY_MAX = 400, /* of them, sent to one stream that comes back; more is a reset */
    STREAMS_OF_VISITOR = 5,
    PRESENCE_S = 10,
    PRESENCE_OF_ORG = 500,
    PRESENCE_NAME = 200,
    SMALL_FRAME = 512,
    SPARE_READERS = 8,
};

/* An encoded frame, shared by the streams that have yet to send it. */
struct frame {
    int refs;
    bool small;
    uint32_t len;
    struct frame *next_free;
    char bytes[];
};

struct link {
    struct frame *frame;
    struct link *next;
};

struct org_streams;

struct stream {
    struct stream *next, **at;           /* among its organisation's of the same kind */
    struct stream *beat_next, **beat_at; /* among those with the same second */
    struct stream *dirty_next;           /* has something to flush, or is dead */
    struct org_streams *org;
    struct link *first, *last; /* frames to send */
    struct ws_reader *reader;  /* while inside a frame of theirs */
    int fd;                    /* -1: closed, to be recycled after this round */
    uint32_t pending;          /* bytes to send */
    uint32_t allowed;          /* more than this and it is dropped */
    uint32_t sent;             /* of the first frame */
    uint8_t kind;              /* enum hub_stream_kind */
    uint8_t silent;            /* heartbeats without an answer */
    bool heard;                /* since the last heartbeat */
    bool half_read;            /* was inside a frame at the last heartbeat already */
    bool blocked;              /* the kernel takes no more: waiting for EPOLLOUT */
    bool dirty;
    bool leaving;           /* they said goodbye */
    struct feed_view view;  /* view.user: the member, or the visitor */
    struct uuid session;    /* of a member */
    struct instant ends_at; /* of the session; none: never */
    struct uuid channel_id; /* of a visitor */
    struct feed_cursor skip_until;
};

struct presence {
    struct presence *next;
    struct uuid conversation_id;
    struct uuid assignee_id;
    struct uuid team_id;
    struct uuid user;
    bool visitor;
    enum presence_state state;
    int64_t expires_s; /* in the hub's seconds */
    size_t name_len;
    char name[PRESENCE_NAME];
};

/* Kept once it is there: a few bytes per organisation. */
struct org_streams {
    struct org_streams *next;
    struct uuid org;
    struct stream *agents, *visitors;
    int n_agents, n_visitors;
    struct presence *presence;
    int n_presence;
};

struct remembered {
    struct change_row row;
    char kind[32];
    struct frame *frame; /* NULL: not encoded yet */
};

/* What another thread asks for; the rest of the struct that it begins is run's. */
struct hub_command {
    struct hub_command *next;
    void (*run)(struct hub *h, struct hub_command *command);
};

struct hub {
    struct arena *arena;
    struct arena *turn; /* reset each round */
    struct hub_options options;
    uint64_t self; /* which process said so, in what goes to the others */
    pthread_t thread;
    bool started;
    int epoll_fd;
    int wake_fd;

    pthread_mutex_t lock;
    struct arena *inbox;               /* under lock, like the five below */
    struct hub_command *first, **last; /* in inbox */
    bool stop;
    struct feed_cursor floor; /* changes after it are remembered */
    struct feed_cursor at;    /* written by the hub's thread alone, which reads it without */

    struct arena *outbox; /* the commands being run */
    struct org_streams *orgs[ORG_BUCKETS];
    struct stream *beats[BEAT_S];
    int64_t second; /* hub_second when the last heartbeats went out */
    struct stream *dirty, *dead;
    struct remembered *ring;
    size_t ring_first, ring_n;
    int64_t n_presence;
    struct ws_encoder *encoder;
    struct frame *ping;

    struct stream *free_streams;
    struct link *free_links;
    struct frame *free_small, *free_large;
    struct ws_reader *readers; /* not in use; the first SPARE_READERS keep their buffers */
    size_t n_readers;
    struct presence *free_presence;

    _Atomic int visitor_counters[VISITOR_COUNTERS]; /* by the organisation's last byte */
    _Atomic int64_t agents, visitors, frames, dropped_slow, refused, resets, bad_frames, timed_out,
        pending_bytes, last_fanout_us;
};

/* ---- hub.c ---- */

/* Between the two the lock is held: fill the command, with h->inbox for its memory. */
void *hub_command_begin(struct hub *h, size_t size,
                        void (*run)(struct hub *h, struct hub_command *command));
void hub_command_end(struct hub *h, void *command);
struct org_streams *hub_org(struct hub *h, struct uuid org); /* made if it is new */
struct org_streams *hub_org_find(struct hub *h, struct uuid org);
/* In this process alone. */
/* On the hub's thread: their streams begin anew. */
void hub_reset_streams(struct hub *h, struct uuid org, struct uuid user);
void hub_reset_user_here(struct hub *h, struct uuid org, struct uuid user);
void hub_close_session_here(struct hub *h, struct uuid session);

int64_t hub_second(const struct hub *h);

/* ---- stream.c ---- */

/* One reference is the caller's. */
struct frame *frame_new(struct hub *h, enum ws_opcode opcode, str payload);
void frame_drop(struct hub *h, struct frame *f);
/* A buffer for the text of a frame, in the turn's arena. */
struct buf frame_text(struct hub *h);
/* To be sent at the end of the round; may close the stream. */
void stream_send(struct hub *h, struct stream *s, struct frame *f);
void stream_send_text(struct hub *h, struct stream *s, str text);
void stream_flush(struct hub *h, struct stream *s);
void stream_flush_all(struct hub *h);
/* code 0: they are gone, say nothing. */
void stream_close(struct hub *h, struct stream *s, int code);
/* Bytes from their side; may close the stream. */
void stream_heard(struct hub *h, struct stream *s, str bytes);
void stream_readable(struct hub *h, struct stream *s);
void stream_beat(struct hub *h, struct stream *s);

/* ---- hub_fan.c ---- */

bool hub_cursor_is_remembered(const struct hub *h, struct feed_cursor cursor);
/* hello, what was missed, reset. */
void hub_welcome(struct hub *h, struct stream *s, const struct hub_stream *spec);

void hub_visitor_typing(struct hub *h, const struct hub_visitor *who);
void hub_visitor_seen_here(struct hub *h, const struct hub_visitor *who, struct instant at);

/* ---- hub_presence.c ---- */

void presence_welcome(struct hub *h, struct stream *s);
void presence_expire(struct hub *h);

#endif
