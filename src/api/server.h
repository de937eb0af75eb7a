/*
 * server.h - what the web process shares between its threads.
 *
 * cmd/web.c fills the upper part and calls server_start; the lower part is made
 * there.  All members are set before the edge accepts and do not change until
 * server_stop has returned; what they point to carries its own lock.
 */
#ifndef API_SERVER_H
#define API_SERVER_H

#include "base/config.h"
#include "blob/blob.h"
#include "crypto/seal.h"
#include "domain/account.h"
#include "provider/oidc.h"

struct channel_cache;
struct db_pool;
struct edge;
struct feed;
struct glance;
struct guess_table;
struct hub;
struct keys;
struct metrics;
struct notifier;
struct org_cache;
struct parking;
struct places;
struct rate_table;
struct session_cache;
struct ticket_book;
struct tls;
struct token_keys;
struct vault;

/* Derived from the master key, one for each purpose. */
struct server_keys {
    uint8_t session[32]; /* token digests */
    uint8_t media[32];   /* signed URLs */
    uint8_t visitor[32]; /* web chat's visitor tokens */
    uint8_t answer[32];  /* stored answers of idempotent requests */
    uint8_t sso[32];     /* signing in with a provider: flows, errands */
};

struct server {
    /* By cmd/web.c: */
    const struct config *config;
    struct db_pool *app;    /* the application role, for request threads */
    struct db_pool *slow;   /* the system role with a longer statement timeout: searches */
    struct db_pool *system; /* the system role: sign-in, sessions, locators */
    struct master_key master;
    struct blob_store blobs;
    struct vault *vault;       /* live/: group commit of webhooks */
    struct hub *hub;           /* live/: event streams */
    struct feed *feed;         /* live/: tails the change table */
    struct notifier *notifier; /* live/: wakes workers and other web processes */
    struct tls *tls;           /* http/: our own certificate; NULL: there is none */

    /* By server_start: */
    struct arena *arena; /* of what follows */
    struct server_keys keys;
    struct door door;                /* signing in */
    struct token_keys *token_keys;   /* domain/access_token.h */
    struct oidc_providers providers; /* with which one can sign in */
    struct keys *data_keys;          /* domain/keys.h: the organisations', opened */
    str origin;                      /* of the public URL: "https://crm.example" */
    str cookie_name; /* "__Host-sambung", or "sambung" over plain HTTP on loopback */
    bool https;      /* the public URL's scheme */
    bool loopback;   /* no door but on loopback: the request's own Host counts as ours */
    int64_t started_us;
    struct edge *edge;
    struct session_cache *sessions;
    struct session_cache *strangers; /* tokens that are nobody's, with empty entries */
    struct org_cache *orgs;          /* which organisation a channel belongs to */
    struct channel_cache *channels;  /* with their secrets, for a few seconds */
    struct ticket_book *tickets;     /* web chat's, that have been used */
    struct rate_table *rates;
    struct guess_table *guesses; /* wrong passwords, lately */
    struct metrics *metrics;
    struct places *places;    /* NULL: no file is configured */
    struct glance *readiness; /* of what /readyz asks: struct readiness in health.c */
    struct glance *figures;   /* of what /metrics asks the database */
    struct parking
        *_Atomic parking; /* requests that wait for a job; asked for by the feed already */
};

/* How many files its connections may want. */
uint64_t server_files(const struct config *cfg);
/* Make the lower part and begin to listen. */
enum status server_start(struct ctx *c, struct server *s);
int server_port(const struct server *s);
/* Refuse new connections, finish what is in flight for at most wait_ms, stop the threads.  The
 * vault, hub and pools must still be there, and may go afterwards. */
void server_stop(struct server *s, int64_t wait_ms);

/* The feed, or whoever learns of it, says that a job has ended: a parked request may go on at
 * once. */
void server_job_ended(struct server *s, struct uuid job);

#endif
