/*
 * edge_private.h - what the files edge*.c share; nobody else includes it.
 *
 *   edge.c          start, drain, stop, figures
 *   edge_conn.c     one slot a connection: addresses, time limits
 *   edge_request.c  libmicrohttpd's calls -> an exchange with a checked head and a bounded body
 *   edge_queue.c    exchanges -> request threads
 *   edge_answer.c   an answer -> libmicrohttpd; WebSocket upgrades
 */
#ifndef HTTP_EDGE_PRIVATE_H
#define HTTP_EDGE_PRIVATE_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/address.h"
#include "http/edge.h"

enum {
    EDGE_MAX_TARGET = 4096, /* bytes of path and query */
    EDGE_CONNECTION_POOL =
        16384,            /* bytes libmicrohttpd may use for one request's head and answer's head */
    EDGE_MIN_RATE = 8192, /* bytes a second, once the grace is over */
    EDGE_BODY_GRACE_MS = 30000,
    EDGE_SEND_GRACE_MS = 60000,
    EDGE_DRAIN_BODY = 1024 * 1024, /* of a body that is refused we read this much, to be heard */
    EDGE_DRAIN_TOLD = 48 * 1024 * 1024,  /* the same, once the sender could have heard */
    EDGE_BODY_MEMORY = 64 * 1024 * 1024, /* of all bodies together; past it they are spooled */
    EDGE_SPARE_ARENAS = 64,
};

enum conn_phase {
    CONN_HEAD = 1, /* waiting for (the rest of) a request's head */
    CONN_KEPT,     /* the same, after an answer: may be quiet for the idle time */
    CONN_BODY,
    CONN_WORKING, /* queued or with a handler: no limit here */
    CONN_SENDING,
    CONN_LEFT, /* upgraded: the socket is somebody else's */
};

struct address_count {
    struct address address;
    int count;
    int next; /* index, -1: none */
};

/* One connection.  phase, since_ms and bytes are written by the epoll thread and by whoever
 * answers, and read by the sweeper. */
struct conn {
    struct conn *next, *prev; /* under conns_lock */
    int fd;
    int counted; /* index of its address_count, -1: none */
    struct address address;
    _Atomic int phase;
    _Atomic int64_t since_ms;
    _Atomic int64_t bytes;
    _Atomic bool cut; /* the sweeper has shut it down */
};

struct lane {
    pthread_mutex_t lock;
    pthread_cond_t ready;
    struct incoming *first, *last; /* under lock */
    int waiting;                   /* under lock */
    int most;                      /* that may wait */
    int busy;                      /* under lock */
    bool stop;                     /* under lock */
    pthread_t *threads;
    int n_threads;
};

struct edge {
    struct arena *arena; /* lives as long as the edge */
    struct edge_options options;
    struct edge_ops ops;
    void *server;
    struct MHD_Daemon *daemon;
    int listen_fd;
    int port;
    struct lane fast, slow, door;
    /* connections by address, under counts_lock */
    pthread_mutex_t counts_lock;
    struct address_count *counts;
    int *count_heads;
    int n_count_heads, free_count;
    /* epoll thread only */
    struct arena *spare[EDGE_SPARE_ARENAS]; /* emptied, for the next requests */
    int n_spare;
    struct networks trusted;
    /* connections */
    pthread_mutex_t conns_lock;
    struct conn *conns; /* open, under conns_lock */
    struct conn *free_conns;
    pthread_t sweeper;
    pthread_cond_t sweeper_wake;
    bool sweeper_stop; /* under conns_lock */
    _Atomic bool draining;
    _Atomic int open;      /* connections */
    _Atomic int in_flight; /* whose head has come and whose answer is not sent */
    _Atomic int suspended;
    _Atomic int64_t refused;
    _Atomic int64_t body_memory; /* bytes of bodies in memory */
};

enum incoming_step { STEP_HEAD = 1, STEP_BODY, STEP_HANDED, STEP_ANSWERED };

/* One request.  It lies in the exchange's arena. */
struct incoming {
    struct exchange x; /* first: an exchange is cast back */
    struct edge *edge;
    struct MHD_Connection *mhd;
    struct conn *conn; /* may be NULL */
    enum incoming_step step;
    struct edge_limit limit;
    int refuse;       /* status to answer once the body has been read past */
    bool hung_up;     /* it has been told so, past the library */
    int64_t declared; /* Content-Length; -1: chunked */
    char *body;       /* what came so far, in memory */
    size_t body_cap;
    bool head;    /* a HEAD request */
    bool counted; /* in in_flight */
    int status;
    struct MHD_Response *response;
    struct incoming *next; /* in a lane */
};

/* edge_conn.c */
bool edge_conns_init(struct edge *e);
void edge_conns_stop(struct edge *e);
enum MHD_Result edge_accept(void *cls, const struct sockaddr *addr, socklen_t len);
void edge_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
                     enum MHD_ConnectionNotificationCode code);
/* One more connection from there; -1: not counted. */
int edge_count(struct edge *e, struct address a);
struct conn *edge_conn_of(struct MHD_Connection *mhd);
void conn_enter(struct conn *conn, enum conn_phase phase, int64_t bytes);
void edge_find_peer(struct edge *e, struct incoming *in); /* fills in->x.peer and counted */

/* edge_request.c */
void *edge_uri(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result edge_request(void *cls, struct MHD_Connection *mhd, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *data_size, void **con_cls);
void edge_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
                    enum MHD_RequestTerminationCode why);

/* edge_queue.c */
bool edge_lanes_init(struct edge *e);
void edge_lanes_stop(struct edge *e); /* finishes what is queued */
/* Only the epoll thread adds, so what it sees here still holds when it adds. */
bool edge_has_room(struct edge *e, const struct incoming *in);
void edge_hand(struct edge *e, struct incoming *in);
void edge_lane_stats(struct edge *e, int *queued, int *busy);

/* edge_answer.c */
enum MHD_Result edge_send(struct incoming *in); /* epoll thread: response and status are set */
enum MHD_Result edge_refuse(struct incoming *in, int status);
/* The bytes of a refusal for a socket that libmicrohttpd would not let us answer on, in buf of
 * EDGE_REFUSAL_MAX bytes.  peer: for the log. */
enum { EDGE_REFUSAL_MAX = 1024 };
str edge_raw_refusal(struct edge *e, int status, str peer, char *buf);

#endif
