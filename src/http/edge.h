/*
 * edge.h - the listening side: libmicrohttpd turned into exchanges.
 *
 * One epoll thread reads requests; a body up to spool_above is kept in memory,
 * a longer one goes to an unlinked file.  Then the connection is suspended and
 * the exchange handed to serve() on one of the request threads.  An exchange is answered exactly
 * once, by edge_answer, from any thread: at once, or later (a webhook that waits
 * for its commit, a request parked until a job's result comes).
 *
 * What the library lets through is checked here: method, target length, header
 * count, Host, Content-Length, body limit of the route (asked through limit()
 * before the body is read).  A full queue answers 503 with Retry-After.
 */
#ifndef HTTP_EDGE_H
#define HTTP_EDGE_H

#include "http/message.h"

struct edge;
struct sockaddr;

struct exchange {
    struct arena *arena;         /* lives until the answer has been sent */
    struct http_request request; /* body is set when it is in memory */
    int body_fd;                 /* >= 0: the body lies in this file, rewound */
    int64_t body_bytes;
    str peer;           /* the client's address; a trusted proxy's X-Forwarded-For is applied */
    str counted;        /* what of it limits count by: an IPv6 customer has a whole /64 */
    int64_t started_us; /* monotonic */
    void *user;         /* the server's own */
};

struct answer {
    int status;
    struct http_headers headers; /* besides Content-Type, Content-Length, Date */
    str content_type;
    str body;         /* copied unless body_static */
    bool body_static; /* constant, or in the exchange's arena */
    int file_fd;      /* > 0: send this file's bytes from file_offset instead; closed by the edge */
    int64_t file_offset;
    int64_t file_bytes;
};

struct edge_limit {
    int64_t max_body; /* bytes */
    bool slow;        /* goes to the slow threads */
    bool door;        /* goes to a thread of its own, with a short queue: dear, and for anybody */
    bool spool;       /* always to a file, whatever the size */
};

struct edge_ops {
    /* Called on the epoll thread with method, path and headers only, and exchange.counted.  Must
     * not block.  A non-zero return is an HTTP status to refuse with before the body is read. */
    int (*limit)(void *server, const struct http_request *head, str counted,
                 struct edge_limit *out);
    /* Called on a request thread.  Must end in edge_answer, now or later. */
    void (*serve)(void *server, struct exchange *x);
    /* A WebSocket asked for and allowed by serve (answer status 101): the socket is ours from here.
     * extra is what was read past the headers. */
    void (*upgraded)(void *server, struct exchange *x, int fd, str extra);
    /* Writes the body of a problem answer that the edge itself must give (400, 408, 413, 414, 431,
     * 503) into buf, which has EDGE_PROBLEM_MAX bytes. */
    str (*problem)(int status, str request_id, char *buf);
};

enum { EDGE_PROBLEM_MAX = 320 };
#define EDGE_STRICT_TRANSPORT "max-age=31536000; includeSubDomains"

struct edge_options {
    str listen; /* address:port */
    int threads;
    int slow_threads;
    int queue;        /* exchanges waiting at most, for the fast and for the slow threads */
    int door_threads; /* 0: what is for the door goes to the slow threads */
    int door_queue;
    int max_connections;
    int files_each;         /* that a connection costs; 0: 1 */
    bool strict_transport;  /* refusals too tell browsers to come by https only */
    int per_address;        /* connections from one address at most */
    int64_t idle_timeout_s; /* between two bytes, and between two requests */
    int64_t head_timeout_s; /* for a request's whole head; 0: 10 */
    size_t spool_above;     /* bytes */
    str spool_dir;
    str trusted_proxies;
};

enum status edge_new(struct ctx *c, const struct edge_options *options, const struct edge_ops *ops,
                     void *server, struct edge **out);
/* A connection that somebody else has accepted, from there (http/relay.c): the edge owns fd from now
 * on, whatever the outcome; false: no room.  From any thread, before edge_free. */
bool edge_adopt(struct edge *e, int fd, const struct sockaddr *from, size_t size);
int edge_port(const struct edge *e); /* what was bound, when the port asked for was 0 */
void edge_answer(struct edge *e, struct exchange *x, const struct answer *answer);
/* Stop accepting, let what is in flight finish for at most wait_ms, then close. */
void edge_drain(struct edge *e, int64_t wait_ms);
void edge_free(struct edge *e);

struct edge_stats {
    int connections, queued, busy, suspended;
    int64_t refused;
};
void edge_read_stats(const struct edge *e, struct edge_stats *out);

#endif
