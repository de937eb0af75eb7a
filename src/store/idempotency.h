/*
 * idempotency.h - the answer to a POST, kept for a day so that its repetition is answered and not
 * done again.  All in the transaction of the request, on the application role.
 */
#ifndef STORE_IDEMPOTENCY_H
#define STORE_IDEMPOTENCY_H

#include "base/ctx.h"
#include "base/field.h"

struct idempotency {
    struct uuid user_id;
    str key;   /* 1..200 bytes */
    str route; /* method and pattern */
    struct bytes request_digest;
    int64_t status;        /* HTTP; 0 while the first one runs */
    struct bytes response; /* sealed by the caller; data.ptr NULL: empty */
};

/* Claim the key: waits for another request that holds it.  *claimed false: *out is its answer. */
enum status idempotency_claim(struct ctx *c, const struct idempotency *row, bool *claimed,
                              struct idempotency *out);
/* Is the key known?  Nobody is waited for. */
enum status idempotency_find(struct ctx *c, struct uuid user_id, str key, bool *found);
/* Keep the answer (status, response) of a key claimed in this transaction. */
enum status idempotency_keep(struct ctx *c, const struct idempotency *row);
/* The key was claimed by an earlier transaction of the same request, which then failed. */
enum status idempotency_release(struct ctx *c, const struct idempotency *row);

#endif
