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
#include "store/org.h"
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

/* ---- setting it up ---- */

struct second_factor_new {
    str secret; /* as one types it into the app: base32 */
    str uri;    /* as the app reads it from a picture */
};

/*
 * A new secret, which is asked for once it is confirmed.  in->password: the current one; it may be
 * left out FRESH_MINUTES after signing in, and is by those who have none.
 *
 * ERR_INVALID current_password · ERR_FORBIDDEN stale_sign_in: no password, and not signed in just
 * now · ERR_CONFLICT: there is one already · ERR_RATE_LIMITED slow_down
 */
enum status second_factor_begin(struct ctx *c, const struct door *door,
                                const struct session_view *session, const struct sign_in *in,
                                struct second_factor_new *out);

struct second_factor_set {
    struct list codes; /* of str: shown once */
    struct list ended; /* of struct uuid: other sessions */
    str token;         /* this session's, from now on */
};
/* The app has shown that it knows the secret.  ERR_INVALID code · ERR_CONFLICT: none was begun. */
enum status second_factor_confirm(struct ctx *c, const struct door *door,
                                  const struct session_view *session, const struct sign_in *in,
                                  str code, struct second_factor_set *out);

/* Ten new recovery codes (list of str) instead of those before.  Password and proof are asked
 * (ERR_INVALID current_password, code). */
enum status second_factor_new_codes(struct ctx *c, const struct door *door,
                                    const struct session_view *session, const struct sign_in *in,
                                    const struct proof *proof, struct list *codes);
/* No second factor any more; asked likewise.  ended: list of struct uuid. */
enum status second_factor_remove(struct ctx *c, const struct door *door,
                                 const struct session_view *session, const struct sign_in *in,
                                 const struct proof *proof, struct list *ended);

/* ---- what the organisation asks ---- */

/* Members who have no second factor set one up before anything else; recorded.  ERR_INVALID: who
 * asks it of others must have one.  Either role. */
enum status second_factor_require(struct ctx *c, bool required, bool has_one);

/* Has this person one, and how many recovery codes are left? */
enum status second_factor_state(struct ctx *c, struct uuid user_id, struct totp_state *out,
                                bool *found);

#endif
