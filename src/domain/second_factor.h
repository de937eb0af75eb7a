/*
 * second_factor.h - an authenticator app beside the password, and recovery codes for when it is
 * lost.
 *
 * The secret is shown once, when it is set up, and asked for after one code has shown that the app
 * has it.  A code is taken once.  System role.
 */
#ifndef DOMAIN_SECOND_FACTOR_H
#define DOMAIN_SECOND_FACTOR_H

#include "domain/account.h"
#include "store/totp.h"

enum { RECOVERY_CODES = 10, CODE_TEXT_MAX = 32, FRESH_MINUTES = 10 };

struct proof {
    str code;          /* of the app; or else */
    str recovery_code; /* one of the ten */
    bool known_device; /* shown from a browser that the person has come in with before */
};

/*
 * Is it right?  A right one is used up; a wrong one is recorded and slows the next, as a wrong
 * password does: commit then too.  After very many wrong codes from anywhere, those of the app are
 * taken on known devices only: a recovery code always helps its owner.
 *
 * ERR_INVALID code: neither is given · ERR_RATE_LIMITED slow_down
 */
enum status second_factor_check(struct ctx *c, const struct door *door, const struct sign_in *in,
                                const struct user *user, const struct proof *proof, bool *right);

/* Has this person one, and how many recovery codes are left? */
enum status second_factor_state(struct ctx *c, struct uuid user_id, struct totp_state *out,
                                bool *found);

#endif
