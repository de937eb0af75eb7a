/*
 * replay.h - Idempotency-Key: the answer to a POST is kept, sealed, so that its repetition is
 * answered and not done again.
 *
 * The key is claimed in the request's own transaction: it and what the request
 * did are there together, or neither is.  A second request with the same key waits in the claim
 * until the first has committed, and then gets its answer; if the first one failed, it runs.
 * A key belongs to a member, or to a visitor (req.caller).
 */
#ifndef API_REPLAY_H
#define API_REPLAY_H

#include "api/req.h"
#include "crypto/hash.h"

struct replay {
    bool claimed; /* this request is the first: keep its answer */
    bool found;   /* it is a repetition: status, etag and body are the first one's */
    bool seen;    /* the key is known; what for is not looked at yet */
    str key;
    uint8_t digest[SHA256_BYTES];
    int status;
    str etag;
    str body;
};

/* Before the transaction: the key.  Without the header nothing happens here and in what follows. */
enum status replay_prepare(struct ctx *c, struct req *r, struct replay *out);
/* Before the transaction that claims, once it is known whose key it is: the digest of what it is
 * for, which may be a long file. */
enum status replay_digest(struct ctx *c, struct req *r, struct replay *out);
/* In a transaction before that: is the key known?  Sets seen. */
enum status replay_look(struct ctx *c, struct req *r, struct replay *out);
/* In the transaction; nothing happens while nobody is known whose key it is.  ERR_INVALID
 * idempotency_mismatch: the key was for something else; ERR_CONFLICT: the first one is not through
 * yet. */
enum status replay_begin(struct ctx *c, struct req *r, struct replay *out);
/* In the same transaction; does nothing unless claimed. */
enum status replay_keep(struct ctx *c, struct req *r, const struct replay *replay);
/* Nothing was done after all, and the claim is committed already: the key is free again. */
enum status replay_release(struct ctx *c, const struct req *r, const struct replay *replay);

#endif
