/*
 * guess.h - wrong passwords by address and client, remembered in memory for an hour.
 *
 * The domain slows the guessing of an account that exists; an address that nobody
 * has keeps no record there.  Slowed by the same rule here, both look the same
 * from outside, and nobody learns who has an account.
 */
#ifndef API_GUESS_H
#define API_GUESS_H

#include "base/clock.h"

struct guess_table;

struct guess_table *guess_new(struct arena *a);
void guess_done(struct guess_table *t);
/* Seconds that this client must wait before it may try this address again; 0: none. */
int64_t guess_wait_s(struct guess_table *t, str email, str ip, int64_t now_ms);
void guess_failed(struct guess_table *t, str email, str ip, int64_t now_ms);

#endif
