/*
 * access_token.h - signed tokens for programs (JWT, ES256) and the refresh tokens between them.
 *
 * An access token says who and in which session; it is good for a quarter of an hour and only while
 * that session is: what its owner may do is asked anew, never read from it.  A refresh token is
 * good once; one that comes a second time was stolen, or its answer was lost, so the session and
 * with it the whole family ends.
 *
 * The signing keys are the installation's.  They are kept sealed, loaded once and looked for again
 * when a token names one that is not known; a new one is made when the last is KEY_LIFE_DAYS old.
 */
#ifndef DOMAIN_ACCESS_TOKEN_H
#define DOMAIN_ACCESS_TOKEN_H

#include "base/json.h"
#include "domain/account.h"

enum { ACCESS_SECONDS = 900, ACCESS_TOKEN_MAX = 2048, SIGNING_KEY_DAYS = 90 };

/* ---- signing keys ---- */

struct token_keys; /* one per process, with a lock of its own */

struct token_keys *token_keys_new(const struct door *door);
void token_keys_free(struct token_keys *keys);
/* Read them, and make one when there is none or the last is old.  System role. */
enum status token_keys_load(struct ctx *c, struct token_keys *keys);
/* Not read for a minute, or not at all. */
bool token_keys_stale(struct token_keys *keys, int64_t now_ms);
/* A new one signs from now on.  System role. */
enum status token_keys_rotate(struct ctx *c, const struct door *door);
/* The public halves: {"keys": [...]}. */
void token_keys_write(struct token_keys *keys, struct json_writer *w);

/* ---- tokens ---- */

struct token_pair {
    str access, refresh;
};

/* For a session of sign_in.family. */
enum status access_token_issue(struct ctx *c, const struct door *door, struct token_keys *keys,
                               const struct session_view *session, struct token_pair *out);
struct refresh_try {
    str token;
    struct sign_in from;
};
/* ERR_UNAUTHORIZED bad_refresh_token: unknown, over, or used before; commit then too.  *ended: the
 * session that ended because of it, or zero; its owner is told. */
enum status access_token_refresh(struct ctx *c, const struct door *door, struct token_keys *keys,
                                 const struct refresh_try *in, struct token_pair *out,
                                 struct uuid *ended);

struct access_claims {
    struct uuid session_id, user_id, org_id;
};
/* *good false: it is not ours, or its time is over; *unknown: it names a key that is not known. */
void access_token_read(struct ctx *c, const struct door *door, struct token_keys *keys, str token,
                       struct access_claims *out, bool *good, bool *unknown);

#endif
