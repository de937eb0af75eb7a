/*
 * second_factor.c - what is asked beside the password.
 */
#include "crypto/hash.h"
#include "crypto/totp.h"
#include "domain/account_parts.h"
#include "domain/second_factor_parts.h"

enum { MANY_WRONG_CODES = 50 };

/* ---- sealing, digests ---- */

struct seal_place second_factor_place(struct uuid user_id)
{
    return (struct seal_place){.table = "totp", .id = user_id, .column = "secret"};
}

struct bytes recovery_digest(struct arena *a, const struct door *door, struct uuid user_id,
                             str code)
{
    uint8_t *digest = arena_alloc(a, SHA256_BYTES);

    token_digest(door->key,
                 arena_printf(a, "recovery %s %.*s", uuid_str(a, user_id).ptr, STR_ARG(code)),
                 digest);
    return (struct bytes){
        {(const char *)digest, SHA256_BYTES}
    };
}

/* ---- is it right? ---- */

static enum status take_code(struct ctx *c, const struct door *door, const struct user *user,
                             str code, bool *right)
{
    struct seal_place place = second_factor_place(user->id);
    struct secret secret;
    struct totp row;
    int64_t step;
    bool found;

    *right = false;
    TRY(totp_select(c, user->id, &row, &found));
    if (!found || !row.confirmed_at.us)
        return OK;
    TRY(unseal(c, &door->factor, &place, row.secret, &secret));
    TRY(totp_find(c, secret_expose(secret), code, clock_now().us / 1000000, row.last_step, &step));
    return step == 0 ? OK : totp_take(c, user->id, step, right);
}

static enum status take_recovery_code(struct ctx *c, const struct door *door,
                                      const struct user *user, str typed, bool *right)
{
    str code = recovery_code_read(c->arena, typed);

    *right = false;
    if (str_is_empty(code))
        return OK;
    return recovery_code_take(c, user->id, recovery_digest(c->arena, door, user->id, code), right);
}

static enum status check_flood(struct ctx *c, const struct sign_in *in, const struct user *user,
                               const struct proof *proof)
{
    int64_t wrong;

    if (proof->known_device)
        return OK;
    TRY(login_event_bad_codes(c, user->id, &wrong));
    if (wrong < MANY_WRONG_CODES)
        return OK;
    TRY(account_attempt(c, in, user->id, "slowed"));
    return FAIL_REASON(c, ERR_RATE_LIMITED, "slow_down",
                       "somebody has tried many wrong codes on this account; use a recovery code, "
                       "or a device that you have used before");
}

enum status second_factor_check(struct ctx *c, const struct door *door, const struct sign_in *in,
                                const struct user *user, const struct proof *proof, bool *right)
{
    str code = str_trim(proof->code);

    if (str_is_empty(code) && str_is_empty(str_trim(proof->recovery_code)))
        return FAIL_FIELD(c, "code",
                          "a code of the authenticator app, or a recovery code, is needed");
    TRY(account_slow_down(c, in, user));
    if (str_is_empty(code)) {
        TRY(take_recovery_code(c, door, user, proof->recovery_code, right));
    } else {
        TRY(check_flood(c, in, user, proof));
        TRY(take_code(c, door, user, code, right));
    }
    if (*right)
        return OK;
    TRY(user_update_failed(c, user->id));
    return account_attempt(c, in, user->id, "bad_code");
}

enum status second_factor_state(struct ctx *c, struct uuid user_id, struct totp_state *out,
                                bool *found)
{
    return totp_state(c, user_id, out, found);
}
