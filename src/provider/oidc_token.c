/*
 * oidc_token.c - an id_token: believed only after every question that OpenID Connect Core 3.1.3.7
 * asks, and one after the other.  What it says of tenants is Microsoft's own.
 */
#include "base/json.h"
#include "crypto/hash.h"
#include "provider/oidc.h"

enum { SUBJECT_MAX = 255, EMAIL_BYTES = 254, NAME_BYTES = 200, ISSUER_BYTES = 512 };

static const char consumers[] = "9188040d-6c67-4c5b-b112-36a304b66dad";

/* ---- whose word it is ---- */

/* The issuer with the token's tenant where the document has {tenantid}. */
static enum status tenant_issuer(struct ctx *c, const struct oidc_provider *p, str pattern,
                                 const struct json *claims, str *out)
{
    str tenant = json_get_str(claims, "tid");
    struct uuid id;
    size_t at;

    if (!uuid_parse(tenant, &id))
        return FAIL(c, ERR_FORBIDDEN, "the token does not say its tenant");
    if (p->no_consumers && str_eq_fold(tenant, str_of(consumers)))
        return FAIL(c, ERR_FORBIDDEN, "the token is of a private account");
    if (!str_find(pattern, S("{tenantid}"), &at))
        return FAIL(c, ERR_FORBIDDEN, "the issuer has no place for a tenant");
    *out = arena_printf(c->arena, "%.*s%.*s%.*s", STR_ARG(str_slice(pattern, 0, at)),
                        STR_ARG(tenant), STR_ARG(str_slice(pattern, at + 10, pattern.len)));
    return OK;
}

static enum status check_issuer(struct ctx *c, const struct oidc_provider *p,
                                const struct oidc_metadata *m, const struct json *claims,
                                struct oidc_person *out)
{
    str expected = m->issuer;

    out->issuer = json_get_str(claims, "iss");
    if (p->any_tenant)
        TRY(tenant_issuer(c, p, m->issuer, claims, &expected));
    if (!str_eq(out->issuer, expected) || out->issuer.len > ISSUER_BYTES)
        return FAIL(c, ERR_FORBIDDEN, "the token is another issuer's");
    return OK;
}

/* ---- for whom, when ---- */

static bool names_us(const struct json *aud, str client_id)
{
    if (json_kind_of(aud) == JSON_STRING)
        return str_eq(json_to_str(aud), client_id);
    for (size_t i = 0; i < json_count(aud); i++)
        if (str_eq(json_to_str(json_at(aud, i)), client_id))
            return true;
    return false;
}

/* Where it is for others too, it must say that it was given to us. */
static enum status check_audience(struct ctx *c, str client_id, const struct json *claims)
{
    const struct json *aud = json_get(claims, "aud"), *azp = json_get(claims, "azp");
    bool shared = json_kind_of(aud) == JSON_ARRAY && json_count(aud) > 1;

    if (!names_us(aud, client_id))
        return FAIL(c, ERR_FORBIDDEN, "the token is for another application");
    if ((shared || azp) && !str_eq(json_to_str(azp), client_id))
        return FAIL(c, ERR_FORBIDDEN, "the token was given to another application");
    return OK;
}

static bool whole(const struct json *claims, const char *name, int64_t *out)
{
    const struct json *value = json_get(claims, name);

    if (json_kind_of(value) != JSON_INTEGER)
        return false;
    *out = json_to_i64(value);
    return true;
}

static enum status check_times(struct ctx *c, const struct json *claims)
{
    int64_t now_s = clock_now().us / 1000000, exp, iat, nbf;

    if (!whole(claims, "exp", &exp) || !whole(claims, "iat", &iat))
        return FAIL(c, ERR_FORBIDDEN, "the token does not say when it was made and until when");
    if (exp <= now_s - OIDC_SKEW_S)
        return FAIL(c, ERR_FORBIDDEN, "the token has expired");
    if (iat > now_s + OIDC_SKEW_S)
        return FAIL(c, ERR_FORBIDDEN, "the token is from the future: is this clock right?");
    if (json_get(claims, "nbf") && (!whole(claims, "nbf", &nbf) || nbf > now_s + OIDC_SKEW_S))
        return FAIL(c, ERR_FORBIDDEN, "the token is not good yet: is this clock right?");
    return OK;
}

/* ---- of this exchange ---- */

static enum status check_bond(struct ctx *c, enum jws_alg alg, const struct json *claims,
                              str access_token, str nonce)
{
    const struct json *at_hash = json_get(claims, "at_hash");

    if (!same_bytes(json_get_str(claims, "nonce"), nonce))
        return FAIL(c, ERR_FORBIDDEN, "the token is of another attempt");
    if (at_hash && !str_eq(json_to_str(at_hash), jws_half_digest(c->arena, alg, access_token)))
        return FAIL(c, ERR_FORBIDDEN, "the tokens do not belong together");
    return OK;
}

/* ---- who ---- */

/* Some say it as text. */
static bool is_verified(const struct json *claims)
{
    return json_get_bool(claims, "email_verified") ||
           str_eq(json_get_str(claims, "email_verified"), S("true"));
}

static enum status read_person(struct ctx *c, const struct json *claims, struct oidc_person *out)
{
    out->subject = json_get_str(claims, "sub");
    if (out->subject.len == 0 || out->subject.len > SUBJECT_MAX)
        return FAIL(c, ERR_FORBIDDEN, "the token does not say who it is");
    out->name = str_utf8_cut(json_get_str(claims, "name"), NAME_BYTES);
    out->email = json_get_str(claims, "email");
    if (out->email.len > EMAIL_BYTES)
        out->email = S("");
    out->email_verified = out->email.len > 0 && is_verified(claims);
    return OK;
}

/* NOLINTNEXTLINE(readability-function-size): what it is given cannot be less */
enum status oidc_read_id_token(struct ctx *c, const struct oidc_provider *p,
                               const struct oidc_metadata *m, const struct jwks *keys,
                               const struct oidc_tokens *tokens, str nonce, struct oidc_person *out)
{
    struct oidc_person person = {0};
    struct json *claims;
    struct jws jws;

    TRY(jws_verify(c, tokens->id_token, keys, JWS_ALLOW_ALL, &jws));
    if (jws.typ.len > 0 && !str_eq_fold(jws.typ, S("JWT")))
        return FAIL(c, ERR_FORBIDDEN, "this is not an id_token");
    TRY(json_parse(c, jws.payload, &claims));
    if (json_kind_of(claims) != JSON_OBJECT)
        return FAIL(c, ERR_FORBIDDEN, "the token holds no claims");
    TRY(check_issuer(c, p, m, claims, &person));
    TRY(check_audience(c, p->client_id, claims));
    TRY(check_times(c, claims));
    TRY(check_bond(c, jws.alg, claims, tokens->access_token, nonce));
    TRY(read_person(c, claims, &person));
    *out = person;
    return OK;
}
