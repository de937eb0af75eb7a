/*
 * worker.h - the process that does the jobs.
 *
 * One scheduler thread claims jobs in fair turns across organisations and drains the vault; many
 * small-stack threads run them.  A thread holds a database connection only for short transactions,
 * never during a network call.  worker_new starts nothing; worker_run blocks until worker_stop.
 */
#ifndef JOBS_WORKER_H
#define JOBS_WORKER_H

#include "base/ctx.h"
#include "blob/blob.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "http/client.h"
#include "mail/mailer.h"
#include "provider/oidc.h"

struct worker_options {
    struct db_pool *app;    /* some 6 connections */
    struct db_pool *system; /* 1 connection: the scheduler's own; with a mailer one more */
    struct http_client *http;
    struct blob_store *blobs;
    const struct master_key *master;
    const struct mailer *mailer; /* NULL: mail waits for another worker */
    str site;                    /* our public address, named in mails */
    /* Called after commits, from many threads; NULL when there is nobody to tell. */
    void (*notify_jobs)(void *user, struct uuid org);
    void (*notify_changes)(void *user);
    void *user;
    const struct oidc_providers *providers; /* of identity; NULL: none */
    int threads;                            /* 0: 64 */
    int64_t rate_percent;                   /* of the channels' usual sending rates; 0: no limits */
    int64_t upload_max_bytes;               /* 0: 25 MiB; what fetch_media accepts at most */
    int64_t inbound_keep_days;              /* 0: 14 */
    int64_t lease_s;                        /* 0: each kind's own; tests make it short */
};

struct worker;

enum status worker_new(struct ctx *c, const struct worker_options *options, struct worker **out);
/* Runs until worker_stop; then what is running finishes within 10 s and leases are returned.  A job
 * that takes longer is left behind (worker_stats.running > 0): end the process then. */
void worker_run(struct worker *w);
/* From any thread, or a signal handler. */
void worker_stop(struct worker *w);
void worker_free(struct worker *w);

struct worker_stats {
    int64_t done, failed, retried;
    int running, ready;
};
void worker_read_stats(const struct worker *w, struct worker_stats *out);

#endif
