/*
 * dispatch_who.c - who asks: by a session's token, an API key, or a signed access token.
 *
 * All three become the same struct signed_in, remembered for some seconds under the digest of what
 * leads to it.  An access token leads to its session, so that signing out ends it, and what its
 * owner may do is what the membership says now.
 */
#include "api/dispatch_private.h"
#include "crypto/hash.h"
#include "domain/access_token.h"
#include "domain/api_key.h"

enum { TOKEN_MAX = 128 };

static str presented_token(struct dispatch *d)
{
    const struct http_headers *h = &d->req.x->request.headers;
    str auth = http_header_get(h, "Authorization"), token = S("");

    if (str_eq_fold(str_slice(auth, 0, 7), S("bearer ")))
        return str_trim(str_slice(auth, 7, auth.len));
    if (http_cookie_get(http_header_get(h, "Cookie"), d->req.server->cookie_name.ptr, &token))
        d->by_cookie = true;
    return token;
}

/* ---- the question to the database ---- */

struct question {
    struct server *server;
    str token; /* what leads to it */
    str ip;
    bool vouched; /* it cannot be a guess */
    struct signed_in who;
    bool found;
};

static enum status ask_session(struct ctx *c, void *arg)
{
    struct question *q = arg;
    struct session_view view;

    TRY(account_session(c, q->server->keys.session, q->token, &view, &q->found));
    if (!q->found)
        return OK;
    signed_in_of(&view, &q->who);
    return account_session_seen(c, &view);
}

static enum status ask_key(struct ctx *c, void *arg)
{
    struct question *q = arg;
    struct api_key_view view;

    TRY(api_key_shown(c, q->server->keys.session, q->token, q->ip, &view, &q->found));
    if (q->found)
        signed_in_by_key(&view, &q->who);
    return OK;
}

/* Each guess costs a statement: so many an address and no more.  A token with our mark is no guess
 * and is always asked about, so that neither a colleague behind the same address who guesses nor
 * a restart keeps anybody out who has signed in.  Sessions from before there were marks are charged
 * and given back. */
static enum status ask_who(struct dispatch *d, struct question *q, int64_t now_ms)
{
    struct server *s = d->req.server;
    bool guess = !q->vouched && !token_is_marked(d->ctx.arena, s->keys.session, q->token);
    bool key = str_starts_with(q->token, S("key_"));
    enum status status;

    if (guess) {
        struct rate_verdict v = rate_take(s->rates, RATE_STRANGER, d->req.x->counted, now_ms);

        if (!v.allowed)
            return dispatch_refuse_rate(d, v);
    }
    status = dispatch_in_system(&d->ctx, s, key ? ask_key : ask_session, q);
    if (guess && (status != OK || q->found))
        rate_give_back(s->rates, RATE_STRANGER, d->req.x->counted, 1, now_ms);
    return status;
}

static enum status find(struct dispatch *d, struct question *q)
{
    struct server *s = d->req.server;
    int64_t now_ms = clock_mono_ms();
    uint8_t digest[SHA256_BYTES];

    token_digest(s->keys.session, q->token, digest);
    d->known = session_cache_get(s->sessions, digest, now_ms, &d->who) &&
               d->who.expires_at.us > clock_now().us;
    if (d->known || session_cache_get(s->strangers, digest, now_ms, &d->who))
        return OK;
    TRY(ask_who(d, q, now_ms));
    d->who = q->who;
    session_cache_put(q->found ? s->sessions : s->strangers, digest, now_ms, &d->who);
    d->known = q->found;
    return OK;
}

/* ---- signed tokens ---- */

static enum status load_keys(struct ctx *c, void *arg)
{
    return token_keys_load(c, arg);
}

/* A key that is not known may have been made by another process just now; asked for seldom, since
 * anybody can name one. */
static enum status read_access_token(struct dispatch *d, str token, struct access_claims *claims,
                                     bool *good)
{
    struct server *s = d->req.server;
    bool unknown;

    access_token_read(&d->ctx, &s->door, s->token_keys, token, claims, good, &unknown);
    if (!unknown || !rate_take(s->rates, RATE_KEY_LOOKS, S(""), clock_mono_ms()).allowed)
        return OK;
    TRY(dispatch_in_system(&d->ctx, s, load_keys, s->token_keys));
    access_token_read(&d->ctx, &s->door, s->token_keys, token, claims, good, &unknown);
    return OK;
}

static enum status find_by_access_token(struct dispatch *d, struct question *q, str token)
{
    struct access_claims claims;
    bool good;

    TRY(read_access_token(d, token, &claims, &good));
    if (!good)
        return OK;
    q->token = account_family_token(d->ctx.arena, claims.session_id);
    q->vouched = true;
    TRY(find(d, q));
    d->known = d->known && uuid_eq(d->who.user_id, claims.user_id) &&
               uuid_eq(d->who.org_id, claims.org_id);
    return OK;
}

/* ---- becoming ---- */

static void become(struct dispatch *d)
{
    d->actor = (struct actor){
        .kind = d->who.kind,
        .id = d->who.user_id,
        .name = {d->who.name, d->who.name_len},
        .role = d->who.role,
        .permissions = d->who.permissions,
    };
    d->ctx.actor = &d->actor;
    d->ctx.org = d->who.org_id;
    d->req.session = d->who.session_id;
    d->req.session_ends_at = d->who.expires_at;
    log_put(&d->log, "org", uuid_str(d->ctx.arena, d->who.org_id));
    log_put(&d->log, "user", uuid_str(d->ctx.arena, d->who.user_id));
    if (d->who.kind == ACTOR_API_KEY)
        log_put(&d->log, "api_key", uuid_str(d->ctx.arena, d->who.session_id));
}

enum status dispatch_authenticate(struct dispatch *d)
{
    struct question q = {.server = d->req.server, .ip = d->req.x->peer};
    str token;

    if (strcmp(d->req.route->permission, "public") == 0)
        return OK;
    q.token = token = presented_token(d);
    if (token.len <= TOKEN_MAX &&
        (str_starts_with(token, S("ses_")) || str_starts_with(token, S("key_"))))
        TRY(find(d, &q));
    else if (token.len <= ACCESS_TOKEN_MAX && str_starts_with(token, S("ey")) && !d->by_cookie)
        TRY(find_by_access_token(d, &q, token));
    if (!d->known) {
        req_header(&d->req, "WWW-Authenticate", S("Bearer"));
        return FAIL(&d->ctx, ERR_UNAUTHORIZED, "please sign in");
    }
    d->req.session_token = q.token;
    become(d);
    return OK;
}
