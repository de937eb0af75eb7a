/*
 * guess.h - wrong passwords by address and client, remembered in memory for an hour; and from
 * where there were right ones.
 *
 * The domain slows the guessing of an account that exists; an address that nobody
 * has keeps no record there.  Slowed by the same rule here, both look the same
 * from outside, and nobody learns who has an account.
 *
 * Checking a password is the dearest thing that a stranger can ask for, and addresses to ask from
 * are cheap.  So whoever comes from where nobody has ever signed in shares a limit with all such
 * (RATE_DOOR), and the others do not stand in that queue.
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

/* Somebody has signed in from there; and has anybody, in the last 30 days, since this process
 * began? */
void guess_place_is_good(struct guess_table *t, str ip, int64_t now_ms);
bool guess_is_good_place(struct guess_table *t, str ip, int64_t now_ms);

#endif
