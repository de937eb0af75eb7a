/*
 * chat_visit.c - channel, site and visitor of a request.
 *
 * The chat runs in a frame of ours inside somebody's page.  That only the listed sites
 * may frame it is the browser's to enforce (frame-ancestors, assets.c); here the same
 * list decides whose visitors get a token, and a token only holds for the site it
 * was given on.
 */
#include "api/chat_visit.h"

#include "api/rate.h"
#include "api/server.h"

enum { PAGE_MAX = 2000 };

/* ---- sites ---- */

static bool is_ours(const struct req *r, str origin)
{
    const struct server *s = r->server;
    str host = req_header_get(r, "Host");

    if (str_eq_fold(origin, s->origin))
        return true;
    return s->loopback && str_starts_with(origin, S("http://")) &&
           str_eq_fold(str_slice(origin, 7, origin.len), host);
}

static bool is_between_sites(char ch)
{
    return ch == ' ' || ch == ',';
}

bool visit_next_site(struct cur *sites, str *out)
{
    const char *from;

    while (!cur_at_end(sites) && is_between_sites(*sites->at))
        sites->at++;
    from = sites->at;
    while (!cur_at_end(sites) && !is_between_sites(*sites->at))
        sites->at++;
    *out = (str){from, (size_t)(sites->at - from)};
    return out->len > 0;
}

static str without_slash(str site)
{
    return str_ends_with(site, S("/")) ? str_slice(site, 0, site.len - 1) : site;
}

static bool is_listed(const struct known_channel *channel, str origin)
{
    struct cur sites = cur_of(account_setting(&channel->account, "allowed_sites"));
    str one;

    while (visit_next_site(&sites, &one))
        if (str_eq_fold(without_slash(one), origin))
            return true;
    return false;
}

static enum status check_origin(struct ctx *c, const struct req *r,
                                const struct known_channel *channel, str origin)
{
    if (is_ours(r, origin) || is_listed(channel, origin))
        return OK;
    return FAIL_REASON(c, ERR_FORBIDDEN, "bad_origin", "this chat does not belong to that site");
}

/* "https://shop.example" of "https://shop.example/cart?x=1" */
static str origin_of(str page)
{
    size_t at;

    if (!str_find(page, S("://"), &at))
        return S("");
    for (at += 3; at < page.len; at++)
        if (page.ptr[at] == '/' || page.ptr[at] == '?' || page.ptr[at] == '#')
            break;
    return str_slice(page, 0, at);
}

enum status visit_site(struct ctx *c, struct req *r, const struct visit *visit, str page,
                       uint8_t out[SITE_BYTES])
{
    str site = r->server->origin;

    if (page.len > PAGE_MAX)
        return FAIL_FIELD(c, "page", "at most %d bytes", PAGE_MAX);
    if (!str_is_empty(page) && !is_ours(r, origin_of(page))) {
        site = origin_of(page);
        TRY(check_origin(c, r, visit->channel, site));
    }
    site_digest(site, out);
    return OK;
}

/* ---- channel and visitor ---- */

enum status visit_channel(struct ctx *c, struct req *r, struct visit *out)
{
    str origin = req_header_get(r, "Origin");

    TRY(channel_cache_get(c, r->server->channels, r->server->data_keys, r->ids[0], &out->channel));
    if (strcmp(out->channel->ops->name, "webchat") != 0)
        return FAIL(c, ERR_NOT_FOUND, "no such chat");
    out->pass = (struct visitor_pass){.channel_id = r->ids[0]};
    return str_is_empty(origin) ? OK : check_origin(c, r, out->channel, origin);
}

/* The route has counted the address; this counts the visitor, wherever they come from. */
static enum status check_rate(struct ctx *c, struct req *r, struct uuid visitor)
{
    str key = {(const char *)visitor.b, sizeof(visitor.b)};
    struct rate_verdict v = rate_take(r->server->rates, RATE_VISITOR, key, clock_mono_ms());

    return v.allowed ? OK : req_too_often(c, r, v.reset_s, "this is too fast");
}

enum status visit_begin(struct ctx *c, struct req *r, struct visit *out)
{
    str auth = req_header_get(r, "Authorization");
    str token = str_eq_fold(str_slice(auth, 0, 7), S("bearer "))
                    ? str_trim(str_slice(auth, 7, auth.len))
                    : S("");

    TRY(visit_channel(c, r, out));
    if (!visitor_token_read(c->arena, r->server->keys.visitor, token, &out->pass))
        return FAIL(c, ERR_UNAUTHORIZED, "please begin the chat again");
    return check_rate(c, r, out->pass.visitor);
}
