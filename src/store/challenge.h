/*
 * challenge.h - sign-ins that wait for their second factor.  A global table, for the system role.
 */
#ifndef STORE_CHALLENGE_H
#define STORE_CHALLENGE_H

#include "base/ctx.h"
#include "base/field.h"

struct challenge {
    struct uuid id;
    struct bytes digest;
    struct uuid user_id;
    struct bytes browser_digest; /* ptr NULL: a script's */
    int64_t failures;
    struct instant expires_at;
};

enum status challenge_insert(struct ctx *c, const struct challenge *row);
/* Without its digest; *found false: none, or its time is over.  The row is locked. */
enum status challenge_select(struct ctx *c, struct bytes digest, struct challenge *out,
                             bool *found);
enum status challenge_update_failed(struct ctx *c, struct uuid id);
enum status challenge_delete(struct ctx *c, struct uuid id);
enum status challenge_delete_by_user(struct ctx *c, struct uuid user_id);

#endif
