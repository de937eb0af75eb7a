/*
 * token.c - access tokens for programs, the refresh tokens between them, and the keys by which
 * others can check them.
 */
#include "api/dispatch_private.h"
#include "api/guess.h"
#include "api/handlers.h"
#include "api/session.h"
#include "base/json.h"
#include "domain/access_token.h"
#include "domain/second_factor.h"

enum { REFRESH_TOKEN_MAX = 128, KEYS_BYTES = 16384 };

/* ---- shapes ---- */

enum grant { GRANT_PASSWORD = 1, GRANT_SECOND_FACTOR, GRANT_REFRESH };
static const char *const grant_words[] = {NULL, "password", "second_factor", "refresh"};
static const struct field_names grant_names = {grant_words, 4};

struct token_in {
    int grant;
    str email;
    struct secret password;
    str challenge, code, recovery_code;
    str refresh_token;
};

static const struct field token_in[] = {
    FIELD_ENUM(struct token_in, grant, F_REQUIRED, &grant_names),
    FIELD(struct token_in, email, 0, EMAIL_MAX),
    FIELD(struct token_in, password, 0, PASSWORD_MAX),
    FIELD(struct token_in, challenge, 0, 128),
    FIELD(struct token_in, code, 0, CODE_TEXT_MAX),
    FIELD(struct token_in, recovery_code, 0, CODE_TEXT_MAX),
    FIELD(struct token_in, refresh_token, 0, REFRESH_TOKEN_MAX),
    FIELD_END,
};

const struct shape token_new_shape = SHAPE(struct token_in, token_in, "TokenNew");

struct token_out {
    str access_token, token_type;
    int64_t expires_in;
    str refresh_token;
};

static const struct field token_json[] = {
    FIELD(struct token_out, access_token, 0, 0),
    FIELD(struct token_out, token_type, 0, 0),
    FIELD(struct token_out, expires_in, 0, 0),
    FIELD(struct token_out, refresh_token, 0, 0),
    FIELD_END,
};

const struct shape token_shape = SHAPE(struct token_out, token_json, "Token");

/* ---- the keys ---- */

static enum status fresh_keys(struct ctx *c, struct server *s)
{
    return token_keys_stale(s->token_keys, clock_mono_ms()) ? token_keys_load(c, s->token_keys)
                                                            : OK;
}

enum status get_jwks(struct ctx *c, struct req *r)
{
    struct buf b = buf_new(c->arena, KEYS_BYTES);
    struct json_writer w = json_writer_new(&b);
    str text;

    TRY(fresh_keys(c, r->server));
    token_keys_write(r->server->token_keys, &w);
    TRY(buf_done(c, &b, &text));
    (void)req_raw(r, 200, "application/json", text);
    req_header(r, "Cache-Control", S("public, max-age=300"));
    return OK;
}

/* ---- tokens ---- */

static void answer(struct req *r, const struct token_pair *pair)
{
    *(struct token_out *)r->out = (struct token_out){.access_token = pair->access,
                                                     .token_type = S("Bearer"),
                                                     .expires_in = ACCESS_SECONDS,
                                                     .refresh_token = pair->refresh};
}

static enum status entered(struct ctx *c, struct req *r, const struct entry *entry)
{
    struct token_pair pair;

    if (entry->asked) {
        session_entered(c, r, entry, true);
        return OK;
    }
    TRY(access_token_issue(c, &r->server->door, r->server->token_keys, &entry->view, &pair));
    guess_place_is_good(r->server->guesses, r->x->counted, clock_mono_ms());
    answer(r, &pair);
    return OK;
}

static enum status by_password(struct ctx *c, struct req *r, struct sign_in *attempt)
{
    const struct token_in *in = r->in;
    struct entry entry;

    if (str_is_empty(in->email))
        return FAIL_FIELD(c, "email", "your e-mail address is needed");
    attempt->email = in->email;
    attempt->password = in->password;
    TRY(session_try(c, r, attempt, &entry));
    return entered(c, r, &entry);
}

static enum status by_second_factor(struct ctx *c, struct req *r, const struct sign_in *attempt)
{
    const struct token_in *in = r->in;
    struct second_step step = {.challenge = in->challenge,
                               .browser = S(""),
                               .code = in->code,
                               .recovery_code = in->recovery_code};
    struct entry entry;

    if (str_is_empty(in->challenge))
        return FAIL_FIELD(c, "challenge", "the challenge is needed");
    TRY(account_second_step(c, &r->server->door, attempt, &step, &entry));
    return entered(c, r, &entry);
}

static enum status by_refresh(struct ctx *c, struct req *r, const struct sign_in *from)
{
    const struct token_in *in = r->in;
    struct refresh_try shown = {in->refresh_token, *from};
    struct uuid ended = {{0}};
    struct token_pair pair;
    enum status status =
        access_token_refresh(c, &r->server->door, r->server->token_keys, &shown, &pair, &ended);

    if (!uuid_is_zero(ended))
        session_ended(r, ended);
    TRY(status);
    guess_place_is_good(r->server->guesses, r->x->counted, clock_mono_ms());
    answer(r, &pair);
    return OK;
}

enum status post_token(struct ctx *c, struct req *r)
{
    const struct token_in *in = r->in;
    struct sign_in attempt = session_attempt(r);

    attempt.script = attempt.family = true;
    r->keep = true;
    TRY(fresh_keys(c, r->server));
    switch ((enum grant)in->grant) {
    case GRANT_PASSWORD:
        return by_password(c, r, &attempt);
    case GRANT_SECOND_FACTOR:
        return by_second_factor(c, r, &attempt);
    case GRANT_REFRESH:
        break;
    }
    return by_refresh(c, r, &attempt);
}
