/*
 * shop.h - an organisation at work, for the tests of jobs: channels, a WhatsApp
 * on loopback that does as it is told, customers who write, workers.
 *
 * The provider is a real server behind the real client (egress map); a worker
 * is a thread of the test (shop_open) or a process that can be killed
 * (shop_spawn).
 */
#ifndef IT_SHOP_H
#define IT_SHOP_H

#include "pg.h"

#include <pthread.h>
#include <sys/types.h>

#include "blob/blob.h"
#include "domain/channel.h"
#include "domain/keys.h"
#include "jobs/worker.h"

/* ---- the provider ---- */

/* What it does with a call. */
enum fake_deed {
    FAKE_ANSWER = 1, /* status and body */
    FAKE_HANG_UP,    /* reads the request, accepts it, and cuts the connection */
    FAKE_HOLD,       /* accepts it and answers only when told (fake_let_go) */
};

struct fake_answer {
    enum fake_deed deed;
    int status;
    const char *headers; /* "Retry-After: 2\r\n", or NULL */
    const char *body;    /* NULL: a message is accepted, with a new id */
    size_t bytes;        /* of body, when it holds NULs; 0: a C string */
    int delay_ms;
};

enum { FAKE_MAX = 4096 };

struct fake_call {
    char method[8];
    char path[256];
    char reference[64]; /* biz_opaque_callback_data */
    char wamid[64];     /* the id it was given */
    char text[128];
};

struct fake {
    int port;
    int listener;
    pthread_t thread;
    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t change;
    struct fake_answer script[64]; /* the next calls', in order; then the usual */
    int n_script, at_script;
    struct fake_answer usual;
    struct fake_call calls[FAKE_MAX];
    int n_calls;
    int inside, inside_most; /* calls at the same time */
    bool let_go, stop;
    int open; /* connections being served */
};

void fake_next(struct fake *f, struct fake_answer answer);
void fake_usual(struct fake *f, struct fake_answer answer);
void fake_let_go(struct fake *f);
/* Wait until there were n calls. */
void fake_wait(struct fake *f, int n);
int fake_count(struct fake *f);
/* How often this reference was accepted. */
int fake_times(struct fake *f, const char *reference);

/* ---- the shop ---- */

struct shop {
    struct pg *pg;
    struct arena *arena;
    struct master_key master;
    struct keys *keys;
    struct fake *fake;
    struct http_client *http;
    struct blob_store blobs;
    char dir[64];
    char egress[96];
    struct uuid whatsapp, webchat, null; /* channels */
    struct worker *worker;
    pthread_t thread;
    struct db_pool *worker_app, *worker_system;
    pid_t spawned[8]; /* those that a test which failed left behind are killed */
};

int shop_setup(void **state); /* *state is a struct shop */
int shop_teardown(void **state);
/* Between tests: no jobs, no messages, no calls, the usual answer. */
int shop_clear(void **state);

struct shop_wish {
    int threads; /* 0: 8 */
    int64_t lease_s;
    struct db_pool *app; /* NULL: one of its own */
};
void shop_open(struct shop *s, struct shop_wish wish);
void shop_close(struct shop *s); /* fine when it is not open */
/* A worker as a process of its own; env IT_WORKER names the program. */
pid_t shop_spawn(struct shop *s, int64_t lease_s);
void shop_kill(struct shop *s, pid_t worker); /* SIGKILL, and wait */
void shop_end(struct shop *s, pid_t worker);  /* SIGTERM, and wait */

/* A webhook goes through the vault as the edge would put it there. */
struct uuid shop_hook(struct shop *s, struct uuid channel, str payload);
/* A customer writes on WhatsApp. */
struct uuid shop_customer_says(struct shop *s, const char *phone, const char *wamid,
                               const char *text);
/* A status of a message that we sent. */
struct uuid shop_status(struct shop *s, const char *wamid, const char *state,
                        const char *reference);
/* The conversation of that number, which must be there. */
struct uuid shop_conversation(struct shop *s, const char *phone);
/* An agent answers; undo_ms as message_new. */
struct uuid shop_reply(struct shop *s, struct uuid conversation, const char *text, int64_t undo_ms);
/* A customer with an open window, without going through the vault. */
struct uuid shop_acquaint(struct shop *s, const char *phone);
/* A ctx with a member who may everything, in an application-role transaction. */
struct ctx *shop_begin(struct shop *s);

/* Wait until the query gives the number; fails the test after some seconds. */
void shop_wait(struct shop *s, int64_t wanted, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int64_t shop_ask(struct shop *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void shop_sql(struct shop *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* In the arena of the shop. */
const char *shop_text(struct shop *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *shop_id(struct shop *s, struct uuid id);

#endif
