/*
 * vault.h - a group of webhooks made durable in one trip to the database.
 *
 * This is the one place where a store function commits: the lane (live/vault.h) has nothing to
 * decide between the rows and the COMMIT, and a trip less is what it exists for.
 */
#ifndef STORE_VAULT_H
#define STORE_VAULT_H

#include "store/inbound.h"

/*
 * A whole transaction, system role, c in none: the rows, and the organisations' places in the
 * queue.  new_rows[i] says whether rows[i] was stored now; otherwise its digest was there already.
 * Give the rows in the order of organisation, channel and digest.
 *
 * ERR_UNAVAILABLE nothing is stored; ERR_UNCERTAIN it may be; anything else: one of the rows is
 * bad and none is stored.
 */
enum status vault_commit(struct ctx *c, struct inbound_row *const *rows, size_t n, bool *new_rows);

#endif
