/*
 * totp.h - a person's authenticator app and recovery codes.  Global tables, for the system role.
 */
#ifndef STORE_TOTP_H
#define STORE_TOTP_H

#include "base/ctx.h"
#include "base/field.h"

struct totp {
    struct uuid user_id;
    struct bytes secret;         /* sealed */
    struct instant confirmed_at; /* zero: not yet */
    int64_t last_step;
};

struct totp_state {
    struct instant confirmed_at;
    int64_t codes_left;
};

/* *found also when it is not confirmed; the row is locked. */
enum status totp_select(struct ctx *c, struct uuid user_id, struct totp *out, bool *found);
/* *found only when it is confirmed. */
enum status totp_state(struct ctx *c, struct uuid user_id, struct totp_state *out, bool *found);
/* *done false: there is a confirmed one. */
enum status totp_begin(struct ctx *c, struct uuid user_id, struct bytes secret, bool *done);
enum status totp_confirm(struct ctx *c, struct uuid user_id, int64_t step);
/* *done false: this step or a later one was taken before. */
enum status totp_take(struct ctx *c, struct uuid user_id, int64_t step, bool *done);
enum status totp_delete(struct ctx *c, struct uuid user_id);

/* In place of all that were there. */
enum status recovery_code_replace(struct ctx *c, struct uuid user_id, const struct bytes *digests,
                                  size_t n);
/* *done false: there is none like it that is not used. */
enum status recovery_code_take(struct ctx *c, struct uuid user_id, struct bytes digest, bool *done);

#endif
