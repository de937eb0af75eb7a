/*
 * account_second.c - the door's second step.
 *
 * Between the steps there is no session: the password gives a challenge, good once, for five
 * minutes and a few wrong codes, in the browser that showed the password.  What a browser had
 * before (a session, a challenge) is never taken over, so nobody can be made to use what an
 * attacker knows.
 */
#include "crypto/hash.h"
#include "domain/account_parts.h"
#include "domain/device.h"
#include "domain/second_factor.h"
#include "store/challenge.h"

enum { WRONG_CODES = 5, STEP_TOKEN_MAX = 128, MINUTE_MS = 60 * 1000 };

static struct bytes digest_of(struct arena *a, const struct door *door, str token)
{
    uint8_t *digest = arena_alloc(a, SHA256_BYTES);

    token_digest(door->key, token, digest);
    return (struct bytes){
        {(const char *)digest, SHA256_BYTES}
    };
}

enum status account_ask(struct ctx *c, const struct door *door, const struct sign_in *in,
                        const struct user *user, struct entry *out)
{
    struct entry entry = {
        .asked = true,
        .device = S(""),
        .challenge = token_new(c->arena, door->key, "stp_"),
        .browser = in->script ? S("") : token_new(c->arena, door->key, "bro_"),
        .asked_until = instant_add_ms(clock_now(), (int64_t)CHALLENGE_MINUTES * MINUTE_MS),
    };
    struct challenge row = {
        .id = uuid_new(),
        .digest = digest_of(c->arena, door, entry.challenge),
        .user_id = user->id,
        .expires_at = entry.asked_until,
    };

    if (!in->script)
        row.browser_digest = digest_of(c->arena, door, entry.browser);
    TRY(challenge_insert(c, &row));
    TRY(account_attempt(c, in, user->id, "asked"));
    *out = entry;
    return OK;
}

static enum status is_over(struct ctx *c)
{
    return FAIL_REASON(c, ERR_UNAUTHORIZED, "challenge_over",
                       "this sign-in has taken too long; please begin again");
}

static enum status find(struct ctx *c, const struct door *door, const struct second_step *step,
                        struct challenge *out)
{
    bool found;

    if (step->challenge.len > STEP_TOKEN_MAX || step->browser.len > STEP_TOKEN_MAX)
        return is_over(c);
    TRY(challenge_select(c, digest_of(c->arena, door, step->challenge), out, &found));
    if (!found)
        return is_over(c);
    if (out->browser_digest.data.ptr &&
        !same_bytes(digest_of(c->arena, door, step->browser).data, out->browser_digest.data))
        return is_over(c);
    return OK;
}

static enum status wrong(struct ctx *c, const struct challenge *challenge)
{
    if (challenge->failures + 1 >= WRONG_CODES) {
        TRY(challenge_delete(c, challenge->id));
        return FAIL_REASON(c, ERR_UNAUTHORIZED, "challenge_over",
                           "too many wrong codes; please begin again");
    }
    TRY(challenge_update_failed(c, challenge->id));
    return FAIL_REASON(c, ERR_UNAUTHORIZED, "bad_code",
                       "this code is not right, or it has been used");
}

enum status account_second_step(struct ctx *c, const struct door *door, const struct sign_in *in,
                                const struct second_step *step, struct entry *out)
{
    struct proof proof = {.code = step->code, .recovery_code = step->recovery_code};
    struct sign_in here = *in;
    struct challenge challenge;
    struct user user;
    bool right;

    TRY(find(c, door, step, &challenge));
    here.script = !challenge.browser_digest.data.ptr;
    TRY(user_select(c, challenge.user_id, &user));
    TRY(device_is_known(c, door, &here, user.id, &proof.known_device));
    TRY(second_factor_check(c, door, &here, &user, &proof, &right));
    if (!right)
        return wrong(c, &challenge);
    TRY(challenge_delete(c, challenge.id));
    return account_admit(c, door, &here, &user, step->remember && !here.script, out);
}
