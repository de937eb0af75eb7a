/*
 * worker.c - the worker process: the pools, the one way out to the world, and
 * the notifier that the jobs are not allowed to know.
 */
#include <pthread.h>

#include "base/log.h"
#include "blob/blob.h"
#include "cmd/cmd.h"
#include "cmd/database.h"
#include "cmd/process.h"
#include "http/client.h"
#include "jobs/worker.h"
#include "live/notify.h"
#include "provider/list.h"

enum {
    STATEMENT_TIMEOUT_MS = 10000,
    /* the scheduler's own, the listener, two for mail, two for who waits at the door, one to spare */
    SYSTEM_CONNECTIONS = 7,
    FILES = 4096,
    MAX_HOSTS = 256,
};

static const char process[] = "sambung worker";

struct parts {
    struct worker_options options;
    struct worker *worker;
    struct notifier *notifier;
    struct blob_store blobs;
    struct mailer mailer;
    struct master_key master;
    struct oidc_providers providers;
};

static void tell_jobs(void *user, struct uuid org)
{
    notify_jobs(user, org);
}

static void tell_changes(void *user)
{
    notify_changes(user);
}

static size_t add_providers(struct ctx *c, const struct oidc_providers *all, const char **hosts,
                            size_t n)
{
    for (size_t i = 0; i < all->n; i++)
        for (size_t k = 0; k < all->items[i].n_hosts && n < MAX_HOSTS; k++)
            hosts[n++] = arena_copy(c->arena, all->items[i].hosts[k]).ptr;
    return n;
}

/* The hosts that channels, our own mail and providers of identity may be called at, together. */
static enum status make_client(struct ctx *c, const struct config *cfg,
                               const struct oidc_providers *providers, struct http_client **out)
{
    const char **hosts = NEW_ARRAY(c->arena, const char *, MAX_HOSTS + 1);
    struct http_client_options options = {.allowed_hosts = hosts, .egress_map = cfg->egress_map};
    size_t n = 0;

    hosts[n++] = mail_resend_host;
    for (const struct channel_ops *const *channel = channels; *channel; channel++)
        for (const char *const *host = (*channel)->hosts; host && *host && n < MAX_HOSTS; host++)
            hosts[n++] = *host;
    (void)add_providers(c, providers, hosts, n);
    return http_client_new(c, &options, out);
}

static enum status make_database(struct ctx *c, const struct config *cfg, struct parts *p)
{
    struct notifier_options notify = {.process = process};
    struct database_pool app = {DB_APP, (int)cfg->worker_connections, STATEMENT_TIMEOUT_MS,
                                process};
    struct database_pool system = {DB_SYSTEM, SYSTEM_CONNECTIONS, STATEMENT_TIMEOUT_MS, process};

    TRY(database_pool_new(c, cfg, &app, &p->options.app));
    TRY(database_pool_new(c, cfg, &system, &p->options.system));
    TRY(database_ready(c, cfg, &(struct database_pools){p->options.app, p->options.system},
                       &p->master));
    TRY(database_conninfo(c, cfg, DB_SYSTEM, &notify.conninfo));
    return notifier_new(c, &notify, &p->notifier);
}

static enum status start(struct ctx *c, const struct config *cfg, struct parts *p)
{
    str blobs = arena_printf(c->arena, "%.*s/blobs", STR_ARG(cfg->data));

    TRY(blob_directory_new(c, blobs, &p->blobs));
    TRY(oidc_configure(c, cfg, &p->providers));
    TRY(make_client(c, cfg, &p->providers, &p->options.http));
    p->options.providers = &p->providers;
    TRY(mailer_of(c, cfg, p->options.http, &p->mailer));
    TRY(make_database(c, cfg, p));
    p->options.blobs = &p->blobs;
    p->options.master = &p->master;
    p->options.mailer = &p->mailer;
    p->options.site = cfg->public_url;
    p->options.notify_jobs = tell_jobs;
    p->options.notify_changes = tell_changes;
    p->options.user = p->notifier;
    p->options.threads = (int)cfg->worker_threads;
    p->options.rate_percent = cfg->rate_percent;
    p->options.upload_max_bytes = cfg->upload_max_bytes;
    p->options.inbound_keep_days = cfg->inbound_keep_days;
    return worker_new(c, &p->options, &p->worker);
}

static void *run(void *arg)
{
    worker_run(arg);
    return NULL;
}

static enum status run_until_told(struct ctx *c, struct worker *worker)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, run, worker) != 0)
        return FAIL(c, ERR_INTERNAL, "cannot start a thread");
    log_note(LOG_INFO, "working", "waiting for jobs");
    process_wait_for_end();
    worker_stop(worker);
    pthread_join(thread, NULL);
    return OK;
}

static void stop(struct parts *p)
{
    if (p->worker)
        worker_free(p->worker);
    if (p->notifier)
        notifier_free(p->notifier);
    if (p->options.http)
        http_client_free(p->options.http);
    db_pool_free(p->options.app);
    db_pool_free(p->options.system);
}

enum status cmd_worker(struct ctx *c, struct invocation *in)
{
    struct parts p = {0};
    enum status result;

    TRY(cmd_no_more(c, in));
    process_block_signals();
    process_limits(in->config.dev, FILES);
    TRY(process_make_data(c, &in->config));
    TRY(process_drop_root(c, &in->config));
    result = start(c, &in->config, &p);
    if (result == OK)
        result = run_until_told(c, p.worker);
    stop(&p);
    return result;
}
