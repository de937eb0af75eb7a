/*
 * access_token.c - issuing, refreshing and reading tokens.
 */
#include "crypto/hash.h"
#include "crypto/jose.h"
#include "domain/access_token_parts.h"
#include "domain/account_parts.h"
#include "domain/audit.h"
#include "domain/notice.h"
#include "store/refresh_token.h"

enum { PAYLOAD_MAX = 1024, REFRESH_MAX = 128 };

struct claims {
    str iss, aud, sub, org, sid, jti;
    int64_t iat, exp;
};

static const struct field claims_json[] = {
    FIELD(struct claims, iss, F_REQUIRED, 500),
    FIELD(struct claims, aud, F_REQUIRED, 500),
    FIELD(struct claims, sub, F_REQUIRED, 36),
    FIELD(struct claims, org, F_REQUIRED, 36),
    FIELD(struct claims, sid, F_REQUIRED, 36),
    FIELD(struct claims, jti, F_REQUIRED, 36),
    FIELD(struct claims, iat, F_REQUIRED, 0),
    FIELD(struct claims, exp, F_REQUIRED, 0),
    FIELD_END,
};

static struct bytes digest_of(struct arena *a, const struct door *door, str token)
{
    uint8_t *digest = arena_alloc(a, SHA256_BYTES);

    token_digest(door->key, token, digest);
    return (struct bytes){
        {(const char *)digest, SHA256_BYTES}
    };
}

/* ---- issuing ---- */

static enum status sign(struct ctx *c, const struct door *door, struct token_keys *keys,
                        const struct session_view *session, str *out)
{
    int64_t now_s = clock_now().us / 1000000;
    struct buf b = buf_new(c->arena, PAYLOAD_MAX);
    struct json_writer w = json_writer_new(&b);
    struct claims claims = {
        .iss = door->site,
        .aud = door->site,
        .sub = uuid_str(c->arena, session->user_id),
        .org = uuid_str(c->arena, session->org_id),
        .sid = uuid_str(c->arena, session->id),
        .jti = uuid_str(c->arena, uuid_new()),
        .iat = now_s,
        .exp = now_s + ACCESS_SECONDS,
    };
    str payload;

    json_struct(&w, NULL, claims_json, &claims);
    TRY(buf_done(c, &b, &payload));
    return token_keys_sign(c, keys, payload, out);
}

enum status access_token_issue(struct ctx *c, const struct door *door, struct token_keys *keys,
                               const struct session_view *session, struct token_pair *out)
{
    struct token_pair pair = {.refresh = token_new(c->arena, door->key, "rfr_")};

    TRY(sign(c, door, keys, session, &pair.access));
    TRY(refresh_token_insert(c, digest_of(c->arena, door, pair.refresh), session->id));
    *out = pair;
    return OK;
}

/* ---- refreshing ---- */

static enum status is_bad(struct ctx *c)
{
    return FAIL_REASON(c, ERR_UNAUTHORIZED, "bad_refresh_token", "please sign in again");
}

static enum status end_family(struct ctx *c, const struct door *door, const struct sign_in *from,
                              const struct refresh_token *token, struct uuid *ended)
{
    struct user user;

    c->org = token->org_id;
    TRY(user_select(c, token->user_id, &user));
    TRY(session_revoke(c, token->session_id));
    TRY(audit_write_as(c, &(struct actor){.id = user.id, .name = user.name},
                       &(struct audit){.action = "token.reused",
                                       .entity = token->session_id,
                                       .name = user.email}));
    TRY(notice_security(c, door, &user, MAIL_TOKEN_REUSED, from));
    *ended = token->session_id;
    return is_bad(c);
}

enum status access_token_refresh(struct ctx *c, const struct door *door, struct token_keys *keys,
                                 const struct refresh_try *in, struct token_pair *out,
                                 struct uuid *ended)
{
    struct refresh_token token;
    struct session_view session;
    struct bytes digest;
    bool found;

    if (!str_starts_with(in->token, S("rfr_")) || in->token.len > REFRESH_MAX)
        return is_bad(c);
    digest = digest_of(c->arena, door, in->token);
    TRY(refresh_token_select(c, digest, &token, &found));
    if (!found)
        return is_bad(c);
    if (token.used_at.us)
        return end_family(c, door, &in->from, &token, ended);
    TRY(account_session(c, door->key, account_family_token(c->arena, token.session_id), &session,
                        &found));
    if (!found)
        return is_bad(c);
    TRY(refresh_token_use(c, digest));
    TRY(account_session_seen(c, &session));
    return access_token_issue(c, door, keys, &session, out);
}

/* ---- reading ---- */

static bool fits(const struct door *door, const struct claims *claims, struct access_claims *out)
{
    int64_t now_s = clock_now().us / 1000000;

    return str_eq(claims->iss, door->site) && str_eq(claims->aud, door->site) &&
           claims->exp > now_s && claims->iat <= now_s + 60 &&
           uuid_parse(claims->sub, &out->user_id) && uuid_parse(claims->org, &out->org_id) &&
           uuid_parse(claims->sid, &out->session_id);
}

static bool read_claims(struct ctx *c, str payload, struct claims *out)
{
    struct json *tree;
    uint64_t seen;

    return json_parse(c, payload, &tree) == OK && json_read(c, tree, claims_json, out, &seen) == OK;
}

/* NOLINTNEXTLINE(readability-function-size): what it is given cannot be less */
void access_token_read(struct ctx *c, const struct door *door, struct token_keys *keys, str token,
                       struct access_claims *out, bool *good, bool *unknown)
{
    struct ctx inner = {.arena = c->arena}; /* what is wrong with it is not said */
    struct claims claims;
    enum status status;
    str payload;

    status = token_keys_verify(&inner, keys, token, &payload);
    *unknown = status == ERR_NOT_FOUND;
    *good = status == OK && read_claims(&inner, payload, &claims) && fits(door, &claims, out);
}
