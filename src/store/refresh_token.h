/*
 * refresh_token.h - tokens that are good once, for an access token and the next of their kind.  A
 * global table, for the system role.
 */
#ifndef STORE_REFRESH_TOKEN_H
#define STORE_REFRESH_TOKEN_H

#include "base/ctx.h"
#include "base/field.h"

struct refresh_token {
    struct uuid session_id; /* the family */
    struct uuid user_id;
    struct uuid org_id;
    struct instant used_at; /* zero: not yet */
};

enum status refresh_token_insert(struct ctx *c, struct bytes digest, struct uuid session_id);
/* *found only while its session was not revoked; the row is locked. */
enum status refresh_token_select(struct ctx *c, struct bytes digest, struct refresh_token *out,
                                 bool *found);
enum status refresh_token_use(struct ctx *c, struct bytes digest);

#endif
