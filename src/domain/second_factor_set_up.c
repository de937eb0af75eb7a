/*
 * second_factor_set_up.c - an authenticator app comes, its recovery codes, and it goes.
 */
#include "crypto/hash.h"
#include "crypto/totp.h"
#include "domain/account_parts.h"
#include "domain/audit.h"
#include "domain/notice.h"
#include "domain/second_factor_parts.h"
#include "store/org.h"

/* ---- who is it? ---- */

static bool is_fresh(const struct session_view *session)
{
    return !session->family &&
           clock_now().us - session->created_at.us < (int64_t)FRESH_MINUTES * 60 * 1000000;
}

/* fresh: signing in just now will do instead of the password. */
static enum status prove_self(struct ctx *c, const struct session_view *session,
                              const struct sign_in *in, const struct user *user, bool fresh)
{
    if (in->password.size == 0 && (fresh || !user->password_hash.ptr) && is_fresh(session))
        return OK;
    if (!user->password_hash.ptr)
        return FAIL_REASON(c, ERR_FORBIDDEN, "stale_sign_in",
                           "this can be done within %d minutes after signing in; please sign in "
                           "again",
                           (int)FRESH_MINUTES);
    if (in->password.size == 0)
        return FAIL_FIELD(c, "current_password", "your password is needed for this");
    return account_check_current(c, in, user);
}

static enum status prove_both(struct ctx *c, const struct door *door,
                              const struct session_view *session, const struct sign_in *in,
                              const struct proof *proof, struct user *user)
{
    bool right;

    TRY(user_select(c, session->user_id, user));
    TRY(prove_self(c, session, in, user, false));
    TRY(second_factor_check(c, door, in, user, proof, &right));
    return right ? OK : FAIL_FIELD(c, "code", "this code is not right, or it has been used");
}

/* ---- recovery codes ---- */

static enum status make_codes(struct ctx *c, const struct door *door, struct uuid user_id,
                              struct list *out)
{
    struct bytes digests[RECOVERY_CODES];
    str *codes = NEW_ARRAY(c->arena, str, RECOVERY_CODES);

    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        codes[i] = recovery_code_new(c->arena);
        digests[i] =
            recovery_digest(c->arena, door, user_id, recovery_code_read(c->arena, codes[i]));
    }
    TRY(recovery_code_replace(c, user_id, digests, RECOVERY_CODES));
    *out = (struct list){codes, RECOVERY_CODES};
    return OK;
}

/* ---- setting up ---- */

enum status second_factor_begin(struct ctx *c, const struct door *door,
                                const struct session_view *session, const struct sign_in *in,
                                struct second_factor_new *out)
{
    struct seal_place place = second_factor_place(session->user_id);
    uint8_t secret[TOTP_SECRET_BYTES];
    str text = {(const char *)secret, sizeof secret};
    struct bytes sealed;
    struct user user;
    bool done;

    TRY(user_select(c, session->user_id, &user));
    TRY(prove_self(c, session, in, &user, true));
    totp_secret_new(secret);
    TRY(seal(c, &door->factor, &place, text, &sealed));
    TRY(totp_begin(c, user.id, sealed, &done));
    if (!done)
        return FAIL(c, ERR_CONFLICT, "you have an authenticator app; remove it first");
    out->secret = base32(c->arena, text);
    out->uri = totp_uri(c->arena, S("Sambung"), user.email, text);
    return OK;
}

/* Recorded, and its owner is told. */
static enum status account_for(struct ctx *c, const struct door *door, const struct user *user,
                               const struct sign_in *from, const char *action)
{
    TRY(audit_write(c, &(struct audit){.action = action, .entity = user->id, .name = user->email}));
    return notice_security(c, door, user, MAIL_SECOND_FACTOR_CHANGED, from);
}

/* What the session may do has changed, so its old token is worth nothing. */
static enum status renew_token(struct ctx *c, const struct door *door, struct uuid session_id,
                               str *token)
{
    str made = token_new(c->arena, door->key, "ses_");
    uint8_t digest[SHA256_BYTES];

    token_digest(door->key, made, digest);
    *token = made;
    return session_update_token(c, session_id,
                                (struct bytes){
                                    {(const char *)digest, sizeof digest}
    });
}

enum status second_factor_confirm(struct ctx *c, const struct door *door,
                                  const struct session_view *session, const struct sign_in *in,
                                  str code, struct second_factor_set *out)
{
    struct seal_place place = second_factor_place(session->user_id);
    struct secret secret;
    struct user user;
    struct totp row;
    int64_t step;
    bool found;

    TRY(user_select(c, session->user_id, &user));
    TRY(totp_select(c, session->user_id, &row, &found));
    if (!found || row.confirmed_at.us)
        return FAIL(c, ERR_CONFLICT, "no authenticator app is being set up");
    TRY(unseal(c, &door->factor, &place, row.secret, &secret));
    TRY(totp_find(c, secret_expose(secret), str_trim(code), clock_now().us / 1000000, 0, &step));
    if (step == 0)
        return FAIL_FIELD(c, "code", "this is not the code that the app shows now");
    TRY(totp_confirm(c, session->user_id, step));
    TRY(make_codes(c, door, session->user_id, &out->codes));
    TRY(account_start_anew(c, session->user_id, session->id, &out->ended));
    TRY(renew_token(c, door, session->id, &out->token));
    return account_for(c, door, &user, in, "second_factor.set_up");
}

enum status second_factor_new_codes(struct ctx *c, const struct door *door,
                                    const struct session_view *session, const struct sign_in *in,
                                    const struct proof *proof, struct list *codes)
{
    struct user user;

    TRY(prove_both(c, door, session, in, proof, &user));
    TRY(make_codes(c, door, user.id, codes));
    return account_for(c, door, &user, in, "second_factor.new_codes");
}

enum status second_factor_remove(struct ctx *c, const struct door *door,
                                 const struct session_view *session, const struct sign_in *in,
                                 const struct proof *proof, struct list *ended)
{
    struct user user;

    TRY(prove_both(c, door, session, in, proof, &user));
    TRY(totp_delete(c, user.id));
    TRY(account_start_anew(c, user.id, session->id, ended));
    return account_for(c, door, &user, in, "second_factor.removed");
}

/* ---- what the organisation asks ---- */

enum status second_factor_require(struct ctx *c, bool required, bool has_one)
{
    struct org_security before, after = {.second_factor_required = required};

    TRY(org_security(c, &before));
    if (before.second_factor_required == required)
        return OK;
    if (required && !has_one)
        return FAIL_FIELD(c, "second_factor_required",
                          "set up a second factor of your own before you ask it of others");
    TRY(org_security_update(c, &after));
    return audit_write(c, &(struct audit){.action = "org.security",
                                          .entity = c->org,
                                          .fields = org_security_fields,
                                          .before = &before,
                                          .after = &after});
}
