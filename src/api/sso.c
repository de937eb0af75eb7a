/*
 * sso.c - to a provider of identity and back, and the accounts that are linked.
 *
 * A browser follows redirects here, so what went wrong is a word in the address of the page that it ends
 * at, never a problem document.  Linking begins with a POST, which another site cannot make a browser
 * send: a person who is sent through somebody else's account at the provider does not link it.
 */
#include "domain/sso.h"
#include "api/handlers.h"
#include "api/server.h"
#include "api/session.h"
#include "api/sso_flow.h"
#include "crypto/hash.h"

enum { CODE_MAX = 2048, COOKIE_BYTES = 3072 };

static const str home = STR_INIT("/inbox"), security_page = STR_INIT("/settings/security");

/* ---- shapes ---- */

struct provider_out {
    str id, name;
};

static const struct field provider_json[] = {
    FIELD(struct provider_out, id, 0, 0),
    FIELD(struct provider_out, name, 0, 0),
    FIELD_END,
};

static const struct field provider_list_json[] = {
    FIELD_LIST(struct page, items, 0, struct provider_out, provider_json, 0),
    FIELD_END,
};

const struct shape provider_list_shape =
    SHAPE(struct page, provider_list_json, "SignInProviderList");

static const struct field linked_account_json[] = {
    FIELD(struct user_identity, id, 0, 0),
    FIELD(struct user_identity, provider, 0, 0),
    FIELD(struct user_identity, email, 0, 0),
    FIELD(struct user_identity, created_at, 0, 0),
    FIELD(struct user_identity, last_used_at, F_NULL, 0),
    FIELD_END,
};

static const struct field linked_account_list_json[] = {
    FIELD_LIST(struct page, items, 0, struct user_identity, linked_account_json, 0),
    FIELD_END,
};

const struct shape linked_account_list_shape =
    SHAPE(struct page, linked_account_list_json, "LinkedAccountList");

struct linked_account_new {
    str provider;
};

static const struct field linked_account_new_in[] = {
    FIELD(struct linked_account_new, provider, F_REQUIRED | F_NONEMPTY, 16),
    FIELD_END,
};

const struct shape linked_account_new_shape =
    SHAPE(struct linked_account_new, linked_account_new_in, "LinkedAccountNew");

struct departure_out {
    str url;
};

static const struct field departure_json[] = {
    FIELD(struct departure_out, url, 0, 0),
    FIELD_END,
};

const struct shape departure_shape = SHAPE(struct departure_out, departure_json, "Departure");

/* ---- the browser ---- */

static const char *flow_cookie(const struct req *r)
{
    return r->server->https ? "__Host-sambung-sso" : "sambung-sso";
}

static void set_flow(struct req *r, str value, int seconds)
{
    req_header(r, "Set-Cookie",
               arena_printf(r->x->arena, "%s=%.*s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s",
                            flow_cookie(r), STR_ARG(value), seconds,
                            r->server->https ? "; Secure" : ""));
}

static enum status go_to(struct req *r, str url)
{
    (void)req_raw(r, 303, "text/plain; charset=utf-8", S(""));
    req_header(r, "Location", url);
    return OK;
}

/* To the page where it began, with what happened. */
static enum status tell(struct req *r, const struct sso_flow *flow, enum sso_end end)
{
    bool linking = !uuid_is_zero(flow->session);
    struct buf b = buf_new(r->x->arena, COOKIE_BYTES);

    buf_printf(&b, "%s?problem=%s&provider=", linking ? security_page.ptr : "/sign-in",
               sso_words[end]);
    buf_add_url(&b, flow->provider);
    if (!linking && flow->next.len > 0) {
        buf_add(&b, S("&next="));
        buf_add_url(&b, flow->next);
    }
    return go_to(r, buf_str(&b));
}

static str redirect_uri(const struct req *r, const struct oidc_provider *p)
{
    return arena_printf(r->x->arena, "%.*s/sign-in/%.*s/return", STR_ARG(r->server->origin),
                        STR_ARG(p->word));
}

static enum status provider_of(struct ctx *c, const struct req *r, str word,
                               const struct oidc_provider **out)
{
    *out = oidc_find(&r->server->providers, word);
    return *out ? OK : FAIL(c, ERR_NOT_FOUND, "nobody signs in here that way");
}

static str parameter(struct ctx *c, const struct req *r, const char *name)
{
    str value = S("");

    (void)http_query_get(c->arena, r->x->request.query, name, &value);
    return value;
}

/* ---- there ---- */

struct going {
    const struct oidc_provider *provider;
    struct sso_flow flow;
    struct uuid errand;
};

/* A page is sent on; a script of the page, which has posted, is told where. */
static enum status send_off(struct ctx *c, struct req *r, const struct oidc_metadata *m)
{
    struct going *g = r->user;
    const uint8_t *key = r->server->keys.sso;
    struct oidc_departure d = {
        .redirect_uri = redirect_uri(r, g->provider),
        .state = g->flow.state,
        .nonce = sso_flow_nonce(c->arena, key, g->flow.state),
        .verifier = sso_flow_verifier(c->arena, key, g->flow.state),
    };
    str url = oidc_authorization_url(c->arena, g->provider, m, &d);

    set_flow(r, sso_flow_write(c->arena, key, &g->flow), SSO_FLOW_S);
    if (uuid_is_zero(g->flow.session))
        return go_to(r, url);
    ((struct departure_out *)r->out)->url = url;
    return OK;
}

static enum status cannot_go(struct ctx *c, struct req *r, enum sso_end end)
{
    struct going *g = r->user;

    if (uuid_is_zero(g->flow.session))
        return tell(r, &g->flow, end);
    return FAIL(c, ERR_UNAVAILABLE, "%.*s does not answer; please try again",
                STR_ARG(g->provider->title));
}

static enum status discovered(struct ctx *c, struct req *r)
{
    struct going *g = r->user;
    struct oidc_metadata m;
    struct oidc_person nobody;
    enum sso_end end;
    bool found;

    TRY(sso_result(c, g->errand, r->job_result, &end, &nobody));
    if (end != SSO_OK)
        return cannot_go(c, r, end);
    TRY(sso_metadata(c, g->provider, &m, &found));
    return found ? send_off(c, r, &m) : cannot_go(c, r, SSO_UNAVAILABLE);
}

/* Where the provider's doors are, the worker finds out when nobody has asked before. */
static enum status depart(struct ctx *c, struct req *r, const struct oidc_provider *p, str next,
                          struct uuid session)
{
    struct going *g = NEW(c->arena, struct going);
    struct oidc_metadata m;
    bool found;

    g->provider = p;
    g->flow = sso_flow_new(c->arena, r->server->keys.sso, p->word, next, session);
    r->user = g;
    TRY(sso_metadata(c, p, &m, &found));
    if (found)
        return send_off(c, r, &m);
    TRY(sso_discover(c, p, &g->errand));
    req_wait_errand(r, g->errand, discovered);
    return OK;
}

enum status get_sso_start(struct ctx *c, struct req *r)
{
    const struct oidc_provider *p;
    str next = parameter(c, r, "next");

    TRY(provider_of(c, r, r->params[0], &p));
    return depart(c, r, p, sso_is_local(next) ? next : home, (struct uuid){{0}});
}

enum status post_linked_account(struct ctx *c, struct req *r)
{
    const struct linked_account_new *in = r->in;
    const struct oidc_provider *p;
    struct session_view me;

    TRY(provider_of(c, r, in->provider, &p));
    TRY(session_shown(c, r, &me));
    if (me.family) /* handed to a program, which is not to get a way in of its own */
        return FAIL(c, ERR_FORBIDDEN, "accounts elsewhere are linked in a browser");
    return depart(c, r, p, security_page, r->session);
}

/* ---- and back ---- */

static enum status come_in(struct ctx *c, struct req *r, const struct going *g,
                           const struct oidc_person *person)
{
    struct sign_in attempt = session_attempt(r);
    str next = sso_is_local(g->flow.next) ? g->flow.next : home;
    struct buf b = buf_new(c->arena, COOKIE_BYTES);
    struct entry entry;
    enum sso_end end;

    TRY(sso_sign_in(c, &r->server->door, &attempt, g->provider, person, &end, &entry));
    if (end != SSO_OK)
        return tell(r, &g->flow, end);
    session_begun(r, &entry);
    if (!entry.asked)
        return go_to(r, next);
    /* for the page alone: a fragment is sent to nobody */
    buf_add(&b, S("/sign-in?next="));
    buf_add_url(&b, next);
    buf_add(&b, S("#challenge="));
    buf_add(&b, entry.challenge);
    return go_to(r, buf_str(&b));
}

/* Whoever began it must still be who is here. */
static enum status link_it(struct ctx *c, struct req *r, const struct going *g,
                           const struct oidc_person *person)
{
    struct session_view me;
    enum sso_end end;

    r->session_token = session_in_cookie(r); /* a public way: nobody has looked who this is */
    if (session_shown(c, r, &me) != OK || !uuid_eq(me.id, g->flow.session))
        return tell(r, &g->flow, SSO_EXPIRED);
    TRY(sso_link(c, &me, g->provider, person, &end));
    if (end != SSO_OK)
        return tell(r, &g->flow, end);
    return go_to(r, arena_printf(c->arena, "%.*s?linked=%.*s", STR_ARG(security_page),
                                 STR_ARG(g->provider->word)));
}

static enum status exchanged(struct ctx *c, struct req *r)
{
    const struct going *g = r->user;
    struct oidc_person person;
    enum sso_end end;

    TRY(sso_result(c, g->errand, r->job_result, &end, &person));
    if (end != SSO_OK)
        return tell(r, &g->flow, end);
    if (uuid_is_zero(g->flow.session))
        return come_in(c, r, g, &person);
    return link_it(c, r, g, &person);
}

/* Is this the answer to what this browser asked? */
static bool is_asked(struct ctx *c, const struct req *r, struct going *g)
{
    str carried = S("");

    return http_cookie_get(req_header_get(r, "Cookie"), flow_cookie(r), &carried) &&
           sso_flow_read(c->arena, r->server->keys.sso, carried, clock_now().us / 1000000,
                         &g->flow) &&
           str_eq(g->flow.provider, g->provider->word) &&
           same_bytes(parameter(c, r, "state"), g->flow.state);
}

/* What the provider says in the address. */
static enum status hear(struct ctx *c, const struct req *r, const struct going *g,
                        enum sso_end *end)
{
    str error = parameter(c, r, "error"), code = parameter(c, r, "code");
    struct oidc_metadata m;
    bool found;

    TRY(sso_metadata(c, g->provider, &m, &found));
    if (!found || !oidc_issuer_agrees(g->provider, &m, parameter(c, r, "iss")))
        *end = SSO_REFUSED; /* NOLINT(bugprone-branch-clone): the order matters */
    else if (str_eq(error, S("access_denied")))
        *end = SSO_CANCELLED;
    else if (str_eq(error, S("temporarily_unavailable")) || str_eq(error, S("server_error")))
        *end = SSO_UNAVAILABLE;
    else if (error.len > 0 || code.len == 0 || code.len > CODE_MAX)
        *end = SSO_REFUSED;
    else
        *end = SSO_OK;
    return OK;
}

enum status get_sso_return(struct ctx *c, struct req *r)
{
    struct going *g = NEW(c->arena, struct going);
    const uint8_t *key = r->server->keys.sso;
    struct oidc_exchange x = {.code = parameter(c, r, "code")};
    enum sso_end end;
    str verifier;

    TRY(provider_of(c, r, r->params[0], &g->provider));
    r->user = g;
    set_flow(r, S(""), 0);
    if (!is_asked(c, r, g)) {
        struct sso_flow nothing = {.provider = g->provider->word};

        return tell(r, &nothing, SSO_EXPIRED);
    }
    TRY(hear(c, r, g, &end));
    if (end != SSO_OK)
        return tell(r, &g->flow, end);
    verifier = sso_flow_verifier(c->arena, key, g->flow.state);
    x.redirect_uri = redirect_uri(r, g->provider);
    x.nonce = sso_flow_nonce(c->arena, key, g->flow.state);
    x.verifier = (struct secret){verifier.ptr, verifier.len};
    TRY(sso_exchange(c, key, g->provider, g->flow.state, &x, &g->errand, &end));
    if (end != SSO_OK)
        return tell(r, &g->flow, end);
    req_wait_errand(r, g->errand, exchanged);
    return OK;
}

/* ---- what there is ---- */

enum status get_sign_in_providers(struct ctx *c, struct req *r)
{
    const struct oidc_providers *all = &r->server->providers;
    struct provider_out *items = NEW_ARRAY(c->arena, struct provider_out, all->n);

    for (size_t i = 0; i < all->n; i++)
        items[i] = (struct provider_out){all->items[i].word, all->items[i].title};
    ((struct page *)r->out)->items = (struct list){items, all->n};
    return OK;
}

enum status get_linked_accounts(struct ctx *c, struct req *r)
{
    struct session_view me;

    TRY(session_shown(c, r, &me));
    return sso_list(c, me.user_id, &((struct page *)r->out)->items);
}

enum status delete_linked_account(struct ctx *c, struct req *r)
{
    struct session_view me;

    TRY(session_shown(c, r, &me));
    return sso_unlink(c, &me, r->ids[0]);
}
