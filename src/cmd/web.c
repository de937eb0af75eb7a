/*
 * web.c - the web process: everything it owns is made here, in the order in
 * which one needs the other, and let go in the opposite one.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "api/server.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/database.h"
#include "cmd/doors.h"
#include "cmd/process.h"
#include "live/feed.h"
#include "live/hub.h"
#include "live/notify.h"
#include "live/vault.h"
#include "store/change.h"

enum {
    REQUEST_TIMEOUT_MS = 5000,
    SLOW_TIMEOUT_MS = 30000,
    DRAIN_MS = 6000,   /* the supervisor waits 7.5 s */
    SPARE_FILES = 500, /* besides the connections of clients */
    LOOK_MS = 2000,    /* whether the certificate has changed */
};

static const char process[] = "sambung web";

static int64_t request_threads(const struct config *cfg)
{
    int64_t cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (cfg->request_threads > 0)
        return cfg->request_threads;
    return cores > 0 ? 2 * cores : 2;
}

/* As many connections as threads that may want one: nobody waits for the pool. */
static enum status make_pools(struct ctx *c, const struct config *cfg, struct server *s)
{
    int threads = (int)request_threads(cfg);
    int slow = cfg->slow_threads > 0 ? (int)cfg->slow_threads : 1;
    struct database_pool app = {DB_APP, threads + slow + 1, REQUEST_TIMEOUT_MS, process};
    struct database_pool system = {DB_SYSTEM, threads + slow + 2, REQUEST_TIMEOUT_MS, process};
    struct database_pool search = {DB_SYSTEM, slow, SLOW_TIMEOUT_MS, process};

    TRY(database_pool_new(c, cfg, &app, &s->app));
    TRY(database_pool_new(c, cfg, &system, &s->system));
    return database_pool_new(c, cfg, &search, &s->slow);
}

static void job_has_ended(void *arg, const struct change_row *change)
{
    if (str_eq(change->kind, S("job")))
        server_job_ended(arg, change->entity_id);
}

static enum status make_live(struct ctx *c, const struct config *cfg, struct server *s)
{
    struct notifier_options notify = {.process = process};
    struct vault_options vault = {.process = process};
    struct feed_options feed = {.process = process, .seen = job_has_ended, .arg = s};
    struct hub_options hub = {0};

    TRY(database_conninfo(c, cfg, DB_SYSTEM, &notify.conninfo));
    feed.conninfo = vault.conninfo = notify.conninfo;
    TRY(notifier_new(c, &notify, &s->notifier));
    vault.notifier = hub.notifier = s->notifier;
    TRY(vault_new(c, &vault, &s->vault));
    TRY(hub_new(c, &hub, &s->hub));
    feed.hub = s->hub;
    return feed_new(c, &feed, &s->feed);
}

static enum status start(struct ctx *c, const struct config *cfg, struct server *s)
{
    str blobs = arena_printf(c->arena, "%.*s/blobs", STR_ARG(cfg->data));

    s->config = cfg;
    TRY(doors_prepare(c, s));
    TRY(blob_directory_new(c, blobs, &s->blobs));
    TRY(make_pools(c, cfg, s));
    TRY(database_ready(c, cfg, &(struct database_pools){s->app, s->system}, &s->master));
    TRY(make_live(c, cfg, s));
    return server_start(c, s);
}

/* All of these take what was never made. */
static void stop(struct server *s)
{
    if (s->feed)
        feed_free(s->feed);
    if (s->vault)
        vault_free(s->vault);
    if (s->hub)
        hub_free(s->hub);
    if (s->notifier)
        notifier_free(s->notifier);
    db_pool_free(s->app);
    db_pool_free(s->slow);
    db_pool_free(s->system);
}

static void announce(const struct server *s)
{
    str listen = s->config->listen;
    size_t host = listen.len;

    /* the port that was bound, when it was left to the system */
    while (host > 0 && listen.ptr[host - 1] != ':')
        host--;
    if (str_eq(str_slice(listen, host, listen.len), S("0")))
        printf("Sambung is ready at http://%.*s%d\n", (int)host, listen.ptr, server_port(s));
    else
        printf("Sambung is ready at %.*s\n", STR_ARG(s->config->public_url));
    fflush(stdout);
}

static void wait_for_end(struct doors *d, const struct server *s)
{
    for (;;) {
        int got = process_wait_signal(clock_mono_ms() + LOOK_MS);

        if (got == SIGTERM || got == SIGINT)
            return;
        doors_look(d, s, got == SIGHUP);
    }
}

static void serve(const struct invocation *in, struct doors *d, const struct server *s)
{
    if (in->announce)
        announce(s);
    log_note(LOG_INFO, "listening", "%.*s, port %d", STR_ARG(in->config.listen), server_port(s));
    wait_for_end(d, s);
}

enum status cmd_web(struct ctx *c, struct invocation *in)
{
    struct server s = {0};
    struct doors doors = {0};
    enum status result;

    TRY(cmd_no_more(c, in));
    process_block_signals();
    process_limits(in->config.dev, server_files(&in->config) + SPARE_FILES);
    TRY(process_make_data(c, &in->config));
    TRY(process_drop_root(c, &in->config));
    result = start(c, &in->config, &s);
    if (result == OK) {
        result = doors_open(c, &s, &doors);
        if (result == OK)
            serve(in, &doors, &s);
        doors_drain(&doors);
        server_stop(&s, DRAIN_MS);
    }
    stop(&s);
    doors_close(&doors, &s);
    return result;
}
