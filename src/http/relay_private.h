/*
 * relay_private.h - what relay.c (threads, accepting) and relay_tube.c (one connection) share;
 * nobody else includes it.
 *
 * A connection belongs to the thread that accepted it, with all its memory.
 */
#ifndef HTTP_RELAY_PRIVATE_H
#define HTTP_RELAY_PRIVATE_H

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/relay.h"

enum { BLOCK_BYTES = 16384 }; /* a record of TLS */

/* What one side has sent and the other does not take yet. */
struct block {
    struct block *next; /* among the spare ones */
    size_t from, to;
    char bytes[BLOCK_BYTES];
};

struct tube {
    struct tube *next, **at;
    struct tube *again_next;
    SSL *ssl;
    int client_fd, server_fd;            /* server: our end of the pair, the edge has the other */
    struct block *to_client, *to_server; /* NULL: nothing waits */
    int64_t until_ms;                    /* of its end; 0: the edge watches the time */
    bool shaken;                         /* the handshake is done */
    bool client_ended;                   /* they will send no more, and the edge knows */
    bool server_ended;                   /* we will send no more */
    bool server_gone;                    /* nor does anybody listen */
    bool said_goodbye;                   /* and they know */
    bool again;                          /* in the list of those that have more to do */
    bool over;                           /* in the list of those to be forgotten */
};

struct relay_loop {
    struct relay *relay;
    struct arena *arena;
    pthread_t thread;
    int epoll_fd, wake_fd;
    bool accepting;
    int64_t rest_until_ms; /* no descriptors left: accept again then */
    struct tube *tubes;
    struct tube *again; /* have more to do */
    struct tube *over;  /* closed in this turn: events for them may still be in hand */
    struct tube *spare_tubes;
    struct block *spare_blocks;
    char scratch[BLOCK_BYTES];
};

struct relay {
    struct arena *arena;
    struct tls *tls;
    struct edge *edge;
    int listen_fd, port;
    struct relay_loop *loops;
    int n_loops;           /* whose thread runs */
    _Atomic int accepting; /* threads that do */
    _Atomic bool draining;
    _Atomic int64_t stop_at_ms; /* 0: go on */
};

/* relay_tube.c */
enum tube_state { TUBE_WAITS = 1, TUBE_HAS_MORE, TUBE_IS_OVER };
/* Pass on what there is, both ways, for a few rounds. */
enum tube_state tube_pump(struct relay_loop *l, struct tube *t);
void tube_server_gone(struct tube *t);
/* Lets go of what it holds; the tube itself is the caller's. */
void tube_close(struct relay_loop *l, struct tube *t);

#endif
