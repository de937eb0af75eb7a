/*
 * keys.h - the organisations' data keys, unwrapped once and kept in memory.
 *
 * One per process, shared by all threads (it carries its own lock).  Bounded: past its size a key
 * is forgotten and unwrapped again when it is needed.
 */
#ifndef DOMAIN_KEYS_H
#define DOMAIN_KEYS_H

#include "crypto/seal.h"

struct keys;

struct keys *keys_new(const struct master_key *master); /* copies it */
void keys_free(struct keys *k);

/* The data key of c->org; reads the org row in c's transaction when it is not in memory. */
enum status keys_of_org(struct ctx *c, struct keys *k, struct data_key *out);

/* Is this the master key that the database was sealed with?  System role, in a transaction.
 * ERR_CONFLICT says what to do.  A database without organisations takes any key. */
enum status keys_verify(struct ctx *c, const struct master_key *master);

#endif
