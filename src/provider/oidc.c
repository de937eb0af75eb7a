/*
 * oidc.c - who the providers are, where they send us, what we ask and what they answer.  Their
 * id_tokens are read in oidc_token.c.
 *
 * The discovery document is the provider's word and still only half believed: it must be of the
 * issuer that was configured, and its addresses must be https and at the provider's hosts.
 */
#include "provider/oidc.h"

#include "base/json.h"
#include "crypto/hash.h"

enum { URL_BYTES = 8192, FORM_BYTES = 16384 };

static const char microsoft[] = "https://login.microsoftonline.com/";
static const char consumers[] = "9188040d-6c67-4c5b-b112-36a304b66dad";
static const str document_path = STR_INIT("/.well-known/openid-configuration");

/* ---- who they are ---- */

/* What stands between "https://" and the path, without its port; "" when that is not plain. */
static str host_of(str url)
{
    str rest = str_slice(url, 8, url.len);
    size_t n = 0;

    if (!str_starts_with(url, S("https://")))
        return S("");
    while (n < rest.len && rest.ptr[n] != '/' && rest.ptr[n] != ':')
        n++;
    for (size_t i = 0; i < url.len; i++)
        if (url.ptr[i] <= ' ' || url.ptr[i] > '~' || strchr("@\\#\"<>", url.ptr[i]))
            return S("");
    return str_slice(rest, 0, n);
}

static enum status need_both(struct ctx *c, str id, const char *id_name, struct secret secret,
                             const char *secret_name)
{
    if (id.len > 0 && secret.size == 0)
        return FAIL_FIELD(c, secret_name, "%s is set, so %s must be too", id_name, secret_name);
    if (id.len == 0 && secret.size > 0)
        return FAIL_FIELD(c, id_name, "%s is set, so %s must be too", secret_name, id_name);
    return OK;
}

static enum status add_google(struct ctx *c, const struct config *cfg, struct oidc_providers *out)
{
    TRY(need_both(c, cfg->google_client_id, "SAMBUNG_GOOGLE_CLIENT_ID", cfg->google_client_secret,
                  "SAMBUNG_GOOGLE_CLIENT_SECRET"));
    if (cfg->google_client_id.len == 0)
        return OK;
    out->items[out->n++] = (struct oidc_provider){
        .word = S("google"),
        .title = S("Google"),
        .issuer = S("https://accounts.google.com"),
        .client_id = cfg->google_client_id,
        .client_secret = cfg->google_client_secret,
        .hosts = {S("accounts.google.com"), S("oauth2.googleapis.com"), S("www.googleapis.com")},
        .n_hosts = 3,
    };
    return OK;
}

static enum status add_microsoft(struct ctx *c, const struct config *cfg,
                                 struct oidc_providers *out)
{
    str tenant = cfg->microsoft_tenant;
    bool common = str_eq(tenant, S("common")), companies = str_eq(tenant, S("organizations"));
    struct uuid id;

    TRY(need_both(c, cfg->microsoft_client_id, "SAMBUNG_MICROSOFT_CLIENT_ID",
                  cfg->microsoft_client_secret, "SAMBUNG_MICROSOFT_CLIENT_SECRET"));
    if (cfg->microsoft_client_id.len == 0)
        return OK;
    if (str_eq(tenant, S("consumers")))
        tenant = str_of(consumers);
    if (!common && !companies && !uuid_parse(tenant, &id))
        return FAIL_FIELD(c, "SAMBUNG_MICROSOFT_TENANT",
                          "SAMBUNG_MICROSOFT_TENANT must be common, organizations, consumers or "
                          "a tenant's id");
    out->items[out->n++] = (struct oidc_provider){
        .word = S("microsoft"),
        .title = S("Microsoft"),
        .issuer = arena_printf(c->arena, "%s%.*s/v2.0", microsoft, STR_ARG(tenant)),
        .client_id = cfg->microsoft_client_id,
        .client_secret = cfg->microsoft_client_secret,
        .any_tenant = common || companies,
        .no_consumers = companies,
        .hosts = {S("login.microsoftonline.com")},
        .n_hosts = 1,
    };
    return OK;
}

static enum status add_company(struct ctx *c, const struct config *cfg, struct oidc_providers *out)
{
    str host = host_of(cfg->oidc_issuer);

    if (cfg->oidc_issuer.len == 0 && cfg->oidc_client_id.len > 0)
        return FAIL_FIELD(c, "SAMBUNG_OIDC_ISSUER",
                          "SAMBUNG_OIDC_CLIENT_ID is set, so SAMBUNG_OIDC_ISSUER must be too");
    TRY(need_both(c, cfg->oidc_client_id, "SAMBUNG_OIDC_CLIENT_ID", cfg->oidc_client_secret,
                  "SAMBUNG_OIDC_CLIENT_SECRET"));
    if (cfg->oidc_issuer.len == 0)
        return OK;
    if (cfg->oidc_client_id.len == 0)
        return FAIL_FIELD(c, "SAMBUNG_OIDC_CLIENT_ID",
                          "SAMBUNG_OIDC_ISSUER is set, so SAMBUNG_OIDC_CLIENT_ID must be too");
    if (host.len == 0 || memchr(cfg->oidc_issuer.ptr, '?', cfg->oidc_issuer.len))
        return FAIL_FIELD(c, "SAMBUNG_OIDC_ISSUER",
                          "SAMBUNG_OIDC_ISSUER must be an https address without a query");
    out->items[out->n++] = (struct oidc_provider){
        .word = S("company"),
        .title = cfg->oidc_name,
        .issuer = cfg->oidc_issuer,
        .client_id = cfg->oidc_client_id,
        .client_secret = cfg->oidc_client_secret,
        .hosts = {host},
        .n_hosts = 1,
    };
    return OK;
}

enum status oidc_configure(struct ctx *c, const struct config *cfg, struct oidc_providers *out)
{
    *out = (struct oidc_providers){.n = 0};
    TRY(add_google(c, cfg, out));
    TRY(add_microsoft(c, cfg, out));
    return add_company(c, cfg, out);
}

const struct oidc_provider *oidc_find(const struct oidc_providers *all, str word)
{
    for (size_t i = 0; all && i < all->n; i++)
        if (str_eq(all->items[i].word, word))
            return &all->items[i];
    return NULL;
}

/* ---- what it publishes ---- */

str oidc_document_url(struct arena *a, const struct oidc_provider *p)
{
    str issuer = p->issuer;

    if (str_ends_with(issuer, S("/")))
        issuer = str_slice(issuer, 0, issuer.len - 1);
    return arena_printf(a, "%.*s%.*s", STR_ARG(issuer), STR_ARG(document_path));
}

static bool is_own(const struct oidc_provider *p, str url)
{
    str host = host_of(url);

    for (size_t i = 0; i < p->n_hosts; i++)
        if (host.len > 0 && str_eq_fold(host, p->hosts[i]))
            return true;
    return false;
}

static enum status read_address(struct ctx *c, const struct oidc_provider *p,
                                const struct json *document, const char *name, str *out)
{
    str url = json_get_str(document, name);

    if (url.len > URL_BYTES / 2 || !is_own(p, url))
        return FAIL(c, ERR_INVALID, "%.*s: its %s is not an https address of its own host",
                    STR_ARG(p->title), name);
    *out = url;
    return OK;
}

static bool lists(const struct json *array, str word)
{
    for (size_t i = 0; i < json_count(array); i++)
        if (str_eq(json_to_str(json_at(array, i)), word))
            return true;
    return false;
}

enum status oidc_read_document(struct ctx *c, const struct oidc_provider *p, str json,
                               struct oidc_metadata *out)
{
    str issuer = p->any_tenant ? arena_printf(c->arena, "%s{tenantid}/v2.0", microsoft) : p->issuer;
    struct oidc_metadata m = {0};
    const struct json *methods;
    struct json *document;

    if (json.len > OIDC_DOCUMENT_BYTES)
        return FAIL(c, ERR_INVALID, "%.*s: its document is too long", STR_ARG(p->title));
    TRY(json_parse(c, json, &document));
    m.issuer = json_get_str(document, "issuer");
    if (!str_eq(m.issuer, issuer))
        return FAIL(c, ERR_INVALID, "%.*s: the document is another issuer's", STR_ARG(p->title));
    TRY(read_address(c, p, document, "authorization_endpoint", &m.authorization_endpoint));
    TRY(read_address(c, p, document, "token_endpoint", &m.token_endpoint));
    TRY(read_address(c, p, document, "jwks_uri", &m.jwks_uri));
    m.says_issuer = json_get_bool(document, "authorization_response_iss_parameter_supported");
    methods = json_get(document, "token_endpoint_auth_methods_supported");
    m.basic_only = !lists(methods, S("client_secret_post"));
    *out = m;
    return OK;
}

/* ---- there and back ---- */

static void add_pair(struct buf *b, const char *name, str value)
{
    if (b->len > 0 && b->ptr[b->len - 1] != '?')
        buf_add_char(b, '&');
    buf_add(b, str_of(name));
    buf_add_char(b, '=');
    buf_add_url(b, value);
}

static str challenge_of(struct arena *a, str verifier)
{
    struct buf b = buf_new(a, 64);
    uint8_t digest[SHA256_BYTES];

    sha256(verifier, digest);
    buf_add_base64url(&b, (str){(const char *)digest, sizeof digest});
    return buf_str(&b);
}

str oidc_authorization_url(struct arena *a, const struct oidc_provider *p,
                           const struct oidc_metadata *m, const struct oidc_departure *d)
{
    struct buf b = buf_new(a, URL_BYTES);

    buf_add(&b, m->authorization_endpoint);
    if (!memchr(m->authorization_endpoint.ptr, '?', m->authorization_endpoint.len))
        buf_add_char(&b, '?');
    add_pair(&b, "response_type", S("code"));
    add_pair(&b, "client_id", p->client_id);
    add_pair(&b, "redirect_uri", d->redirect_uri);
    add_pair(&b, "scope", S("openid email profile"));
    add_pair(&b, "state", d->state);
    add_pair(&b, "nonce", d->nonce);
    add_pair(&b, "code_challenge", challenge_of(a, d->verifier));
    add_pair(&b, "code_challenge_method", S("S256"));
    return buf_str(&b);
}

/* With any tenant the document's issuer is a pattern, which the answer does not repeat: the token
 * is looked at instead. */
bool oidc_issuer_agrees(const struct oidc_provider *p, const struct oidc_metadata *m, str iss)
{
    if (iss.len == 0)
        return !m->says_issuer;
    return p->any_tenant || str_eq(iss, m->issuer);
}

/* ---- the code ---- */

/* RFC 6749, 2.3.1: both parts are form-encoded before they are joined. */
static struct secret basic_of(struct arena *a, const struct oidc_provider *p)
{
    struct buf pair = buf_new(a, 4096), text = buf_new(a, 8192);

    buf_add_url(&pair, p->client_id);
    buf_add_char(&pair, ':');
    buf_add_url(&pair, secret_expose(p->client_secret));
    buf_add_base64(&text, buf_str(&pair));
    return (struct secret){text.ptr, text.len};
}

void oidc_token_request(struct ctx *c, const struct oidc_provider *p, const struct oidc_metadata *m,
                        const struct oidc_exchange *x, struct http_request *out)
{
    struct buf form = buf_new(c->arena, FORM_BYTES);

    *out = (struct http_request){.method = HTTP_POST,
                                 .url = m->token_endpoint,
                                 .content_type = S("application/x-www-form-urlencoded"),
                                 .max_answer = (size_t)JWS_BYTES * 3};
    http_header_add(&out->headers, S("Accept"), S("application/json"));
    add_pair(&form, "grant_type", S("authorization_code"));
    add_pair(&form, "code", x->code);
    add_pair(&form, "redirect_uri", x->redirect_uri);
    add_pair(&form, "code_verifier", secret_expose(x->verifier));
    if (m->basic_only) {
        out->basic = basic_of(c->arena, p);
    } else {
        add_pair(&form, "client_id", p->client_id);
        add_pair(&form, "client_secret", secret_expose(p->client_secret));
    }
    out->body = buf_str(&form);
}

static enum status read_refusal(struct ctx *c, const struct http_response *in)
{
    struct json *body;
    str error = S("");

    if (json_parse(c, in->body, &body) == OK)
        error = str_utf8_cut(json_get_str(body, "error"), 64);
    if (str_eq(error, S("invalid_grant")))
        return FAIL(c, ERR_CONFLICT, "the provider does not take this code (any more)");
    return FAIL(c, ERR_FORBIDDEN, "the provider refuses us: %d %.*s", in->status, STR_ARG(error));
}

enum status oidc_read_tokens(struct ctx *c, const struct http_response *in, struct oidc_tokens *out)
{
    struct json *body;

    if (in->failure != HTTP_ANSWERED || in->status >= 500 || in->status == 429)
        return FAIL(c, ERR_UNAVAILABLE, "the provider does not answer (%d)", in->status);
    if (in->status != 200)
        return read_refusal(c, in);
    if (json_parse(c, in->body, &body) != OK)
        return FAIL(c, ERR_UNAVAILABLE, "the provider's answer cannot be read");
    *out = (struct oidc_tokens){.id_token = json_get_str(body, "id_token"),
                                .access_token = json_get_str(body, "access_token")};
    return OK;
}
