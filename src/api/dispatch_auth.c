/*
 * dispatch_auth.c - from where it is asked, may they, how often.
 *
 * A browser shows a cookie, a script a bearer token.  Only the cookie is sent by a browser unasked, so only with it does it
 * matter which page asked: Origin must be ours.
 */
#include "api/dispatch_private.h"
#include "api/guess.h"
#include "api/org_cache.h"
#include "crypto/hash.h"
#include "domain/channel.h"

enum status dispatch_refuse_rate(struct dispatch *d, struct rate_verdict verdict)
{
    return req_too_often(&d->ctx, &d->req, verdict.reset_s, "too many requests");
}

static bool is_public(const struct route *route)
{
    return strcmp(route->permission, "public") == 0;
}

/* ---- from where ---- */

static bool is_safe(enum http_method method)
{
    return method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS;
}

static bool is_loopback_host(str host)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        str name = str_of(names[i]);

        if (str_eq(host, name) || (str_starts_with(host, name) && host.ptr[name.len] == ':'))
            return true;
    }
    return false;
}

static bool is_ours(struct dispatch *d, str origin)
{
    struct server *s = d->req.server;
    str host = http_header_get(&d->req.x->request.headers, "Host");

    if (str_eq(origin, s->origin))
        return true;
    return s->loopback && is_loopback_host(host) && str_starts_with(origin, S("http://")) &&
           str_eq(str_slice(origin, 7, origin.len), host);
}

/* With a cookie Origin must be there; signing in has none yet, but must not be done to somebody by
 * another site either. */
enum status dispatch_check_origin(struct dispatch *d)
{
    const struct route *route = d->req.route;
    str origin = http_header_get(&d->req.x->request.headers, "Origin");
    bool unsafe = !is_safe(route->method) || (route->flags & ROUTE_ORIGIN) != 0;
    bool signing_in = (route->flags & ROUTE_NO_REPLAY) != 0 && origin.len > 0;

    if (!unsafe || (!d->by_cookie && !signing_in) || is_ours(d, origin))
        return OK;
    return FAIL_REASON(&d->ctx, ERR_FORBIDDEN, "bad_origin", "this was sent from another site");
}

/* ---- may they ---- */

enum status dispatch_check_permission(struct dispatch *d)
{
    str word = str_of(d->req.route->permission);

    if (d->known && d->who.must_set_up && (d->req.route->flags & ROUTE_SET_UP) == 0)
        return FAIL_REASON(&d->ctx, ERR_FORBIDDEN, "second_factor_needed",
                           "your organisation asks for a second factor; set one up first");

    if (d->known && d->who.kind == ACTOR_API_KEY && !route_takes_keys(d->req.route))
        return FAIL_REASON(&d->ctx, ERR_FORBIDDEN, "not_for_keys",
                           "this is for a person who has signed in, not for a key");
    if (is_public(d->req.route) || str_eq(word, S("member")) ||
        (d->actor.permissions & permission_mask(word)) != 0)
        return OK;
    return FAIL(&d->ctx, ERR_FORBIDDEN, "your role does not allow this");
}

/* ---- how often ---- */

static str rate_key(struct dispatch *d)
{
    struct req *r = &d->req;

    switch (r->route->rate) {
    case RATE_HOOK:
        return (str){(const char *)r->ids[0].b, sizeof r->ids[0].b};
    case RATE_READ:
    case RATE_WRITE:
    case RATE_UPLOAD:
        if (d->known && d->who.kind == ACTOR_API_KEY)
            return (str){(const char *)d->who.session_id.b, sizeof d->who.session_id.b};
        if (d->known)
            return (str){(const char *)d->who.user_id.b, sizeof d->who.user_id.b};
        return r->x->counted;
    case RATE_FREE:
    case RATE_PAGE:
    case RATE_SIGN_IN:
    case RATE_MEDIA:
    case RATE_VISITOR:
    case RATE_DOOR:
    case RATE_STRANGER:
    case RATE_VISITOR_FILES:
    case RATE_VISITOR_KIB:
    case RATE_ADDRESS_FILES:
    case RATE_ADDRESS_KIB:
    case RATE_ORG_KEYS:
    case RATE_KEY_LOOKS:
    case RATE_CLASSES:
        break;
    }
    return r->x->counted;
}

/* Before anything is read or asked: a flood of guesses costs no more than this. */
static enum status check_door(struct dispatch *d)
{
    struct server *s = d->req.server;
    int64_t now_ms = clock_mono_ms();
    struct rate_verdict v;

    if (d->known || guess_is_good_place(s->guesses, d->req.x->counted, now_ms))
        return OK;
    v = rate_take(s->rates, RATE_DOOR, S("the one there is"), now_ms);
    return v.allowed ? OK
                     : err_reason(&d->ctx, "slow_down",
                                  req_too_often(&d->ctx, &d->req, v.reset_s,
                                                "too many sign-ins at this moment"));
}

/* All keys of an organisation together, so that its programs leave room for others. */
static enum status check_org_keys(struct dispatch *d)
{
    str org = {(const char *)d->who.org_id.b, sizeof d->who.org_id.b};
    struct rate_verdict v;

    if (!d->known || d->who.kind != ACTOR_API_KEY)
        return OK;
    v = rate_take(d->req.server->rates, RATE_ORG_KEYS, org, clock_mono_ms());
    return v.allowed ? OK : dispatch_refuse_rate(d, v);
}

enum status dispatch_check_rate(struct dispatch *d)
{
    enum rate_class class = d->req.route->rate;

    if (class == RATE_FREE)
        return OK;
    d->rate = rate_take(d->req.server->rates, class, rate_key(d), clock_mono_ms());
    d->rated = d->rate.limit > 0 && route_says_rate(d->req.route);
    if (!d->rate.allowed)
        return dispatch_refuse_rate(d, d->rate);
    TRY(check_org_keys(d));
    return class == RATE_SIGN_IN ? check_door(d) : OK;
}

/* ---- whose channel ---- */

struct locate_question {
    struct uuid channel, org;
    bool found;
};

static enum status ask_channel(struct ctx *c, void *arg)
{
    struct locate_question *q = arg;

    return channel_locate(c, q->channel, &q->org, &q->found);
}

enum status dispatch_find_org(struct dispatch *d)
{
    struct req *r = &d->req;
    struct server *s = r->server;
    struct locate_question q = {.channel = r->ids[0]};
    int64_t now_ms = clock_mono_ms();
    struct rate_verdict guesses;

    if ((r->route->flags & ROUTE_BY_CHANNEL) == 0)
        return OK;
    log_put(&d->log, "channel", r->params[0]);
    if (org_cache_get(s->orgs, q.channel, now_ms, &d->ctx.org))
        return OK;
    /* Each unknown id costs a statement: so many an address and no more. */
    guesses = rate_take(s->rates, RATE_PAGE, r->x->counted, now_ms);
    if (!guesses.allowed)
        return dispatch_refuse_rate(d, guesses);
    TRY(dispatch_in_system(&d->ctx, s, ask_channel, &q));
    if (!q.found)
        return FAIL(&d->ctx, ERR_NOT_FOUND, "no such channel");
    org_cache_put(s->orgs, q.channel, now_ms, q.org);
    d->ctx.org = q.org;
    return OK;
}
