/*
 * signing_key.h - keys that access tokens are signed with.  A global table, for the system role.
 */
#ifndef STORE_SIGNING_KEY_H
#define STORE_SIGNING_KEY_H

#include "base/ctx.h"
#include "base/field.h"

struct signing_key {
    struct uuid id;
    struct bytes secret; /* sealed */
    struct instant created_at;
};

enum status signing_key_insert(struct ctx *c, const struct signing_key *row);
/* Newest first; the first signs. */
enum status signing_key_list(struct ctx *c, struct list *out);
/* Nobody else makes one until the transaction ends. */
enum status signing_key_lock(struct ctx *c);
enum status signing_key_purge(struct ctx *c, int64_t *removed);

#endif
