/*
 * server.c - putting the web process together, and taking it apart again.
 */
#include "api/server.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/channel_cache.h"
#include "api/chat_token.h"
#include "api/dispatch_private.h"
#include "api/glance.h"
#include "api/guess.h"
#include "api/health.h"
#include "api/metrics.h"
#include "api/org_cache.h"
#include "api/parking.h"
#include "api/places.h"
#include "api/problem.h"
#include "api/rate.h"
#include "api/session_cache.h"
#include "domain/access_token.h"
#include "domain/account.h"
#include "domain/keys.h"
#include "http/address.h"

enum {
    QUEUE = 1024,
    DOOR_QUEUE = 32, /* strangers: at some 30 ms each the last of them waits a second */
    PER_ADDRESS = 256,
    IDLE_S = 60,
    SPOOL_ABOVE = 65536,
    TLS_FILES = 3 /* a connection with TLS: the client's socket, and a pair to the edge */
};

/* ---- the public address ---- */

static bool is_loopback_name(str host)
{
    return str_eq(host, S("localhost")) || str_starts_with(host, S("127.")) ||
           str_eq(host, S("[::1]"));
}

/* "example.org:8443" without its port */
static str without_port(str authority)
{
    size_t colon = authority.len;

    while (colon > 0 && authority.ptr[colon - 1] != ':' && authority.ptr[colon - 1] != ']')
        colon--;
    return colon > 0 && authority.ptr[colon - 1] == ':' ? str_slice(authority, 0, colon - 1)
                                                        : authority;
}

static enum status read_public_url(struct ctx *c, struct server *s)
{
    str url = s->config->public_url, authority;
    size_t begin;

    s->https = str_starts_with(url, S("https://"));
    if (!s->https && !str_starts_with(url, S("http://")))
        return FAIL_FIELD(c, "SAMBUNG_PUBLIC_URL", "must begin with https:// or http://");
    begin = s->https ? 8 : 7;
    authority = str_slice(url, begin, url.len);
    if (memchr(authority.ptr, '/', authority.len) != NULL || authority.len == 0)
        return FAIL_FIELD(c, "SAMBUNG_PUBLIC_URL", "must be a scheme and a host, without a path");
    /* A browser would drop the Secure cookie silently, or send the session in the clear. */
    if (!s->https && !is_loopback_name(without_port(authority)))
        return FAIL_FIELD(c, "SAMBUNG_PUBLIC_URL", "plain http is for loopback only");
    s->origin = arena_copy(s->arena, url);
    s->cookie_name = s->https ? S("__Host-sambung") : S("sambung");
    s->loopback =
        is_loopback_name(without_port(s->config->listen)) && str_is_empty(s->config->tls_listen);
    return OK;
}

/* ---- the parts ---- */

static void derive_keys(struct server *s)
{
    door_of(&s->master, s->origin, &s->door);
    memcpy(s->keys.session, s->door.key, sizeof s->keys.session);
    master_key_derive(&s->master, "media-url", s->keys.media);
    master_key_derive(&s->master, "visitor", s->keys.visitor);
    master_key_derive(&s->master, "idempotency", s->keys.answer);
    master_key_derive(&s->master, "sso", s->keys.sso);
}

static int files_each(const struct config *cfg)
{
    return str_is_empty(cfg->tls_listen) ? 1 : TLS_FILES;
}

uint64_t server_files(const struct config *cfg)
{
    return (uint64_t)cfg->max_connections * (uint64_t)files_each(cfg);
}

static enum status open_edge(struct ctx *c, struct server *s)
{
    static const struct edge_ops ops = {
        .limit = dispatch_limit,
        .serve = dispatch_serve,
        .upgraded = dispatch_upgraded,
        .problem = problem_brief,
    };
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct edge_options options = {
        .listen = s->config->listen,
        .threads = s->config->request_threads > 0 ? (int)s->config->request_threads
                                                  : (int)(cores > 0 ? 2 * cores : 4),
        .slow_threads = (int)s->config->slow_threads,
        .queue = QUEUE,
        .door_threads = 1,
        .door_queue = DOOR_QUEUE,
        .max_connections = (int)s->config->max_connections,
        .files_each = files_each(s->config),
        .strict_transport = s->https,
        .per_address = PER_ADDRESS,
        .idle_timeout_s = IDLE_S,
        .spool_above = SPOOL_ABOVE,
        .spool_dir = arena_printf(s->arena, "%.*s/spool", STR_ARG(s->config->data)),
        .trusted_proxies = s->config->trusted_proxies,
    };

    if (mkdir(options.spool_dir.ptr, 0700) != 0 && errno != EEXIST)
        return FAIL(c, ERR_UNAVAILABLE, "%s cannot be made", options.spool_dir.ptr);
    return edge_new(c, &options, &ops, s, &s->edge);
}

static enum status ask_places(struct ctx *c, void *arg)
{
    return account_places(c, arg);
}

/* A start in the middle of a flood of guesses shall not put those into its queue who were here
 * before. */
static enum status remember_places(struct ctx *c, struct server *s)
{
    struct list places;
    struct address address;

    TRY(dispatch_in_system(c, s, ask_places, &places));
    for (size_t i = places.n; i > 0; i--)
        if (address_parse(((const struct login_place *)places.items)[i - 1].ip, &address))
            guess_place_is_good(s->guesses, address_text(c->arena, address_counted(address)),
                                clock_mono_ms());
    return OK;
}

enum status server_start(struct ctx *c, struct server *s)
{
    struct parking *parking;

    s->arena = arena_new();
    TRY(read_public_url(c, s));
    TRY(oidc_configure(c, s->config, &s->providers));
    derive_keys(s);
    s->data_keys = keys_new(&s->master);
    s->token_keys = token_keys_new(&s->door);
    s->sessions = session_cache_new(s->arena);
    s->strangers = session_cache_new(s->arena);
    s->orgs = org_cache_new(s->arena);
    s->channels = channel_cache_new(s->arena);
    s->tickets = ticket_book_new(s->arena);
    s->rates = rate_new(s->arena, s->config->rate_percent);
    s->guesses = guess_new(s->arena);
    TRY(remember_places(c, s));
    s->metrics = metrics_new(s->arena);
    TRY(places_open(c, s->arena, s->config->places, &s->places));
    s->readiness = glance_new(s->arena, readiness_size);
    s->figures = glance_new(s->arena, metrics_figures_size);
    s->started_us = clock_mono_us();
    TRY(parking_new(c, s->arena, s, &parking));
    s->parking = parking;
    /* Last: from here on requests come. */
    return open_edge(c, s);
}

int server_port(const struct server *s)
{
    return edge_port(s->edge);
}

void server_job_ended(struct server *s, struct uuid job)
{
    struct parking *parking = s->parking;

    if (parking != NULL)
        parking_ended(parking, job);
}

void server_stop(struct server *s, int64_t wait_ms)
{
    if (s->arena == NULL)
        return;
    if (s->edge != NULL)
        edge_drain(s->edge, wait_ms);
    parking_done(s->parking);
    edge_free(s->edge);
    places_close(s->places);
    keys_free(s->data_keys);
    token_keys_free(s->token_keys);
    if (s->sessions != NULL)
        session_cache_done(s->sessions);
    if (s->strangers != NULL)
        session_cache_done(s->strangers);
    if (s->orgs != NULL)
        org_cache_done(s->orgs);
    if (s->channels != NULL)
        channel_cache_done(s->channels);
    if (s->tickets != NULL)
        ticket_book_done(s->tickets);
    if (s->rates != NULL)
        rate_done(s->rates);
    if (s->guesses != NULL)
        guess_done(s->guesses);
    if (s->readiness != NULL)
        glance_done(s->readiness);
    if (s->figures != NULL)
        glance_done(s->figures);
    arena_free(s->arena);
    s->arena = NULL;
}
