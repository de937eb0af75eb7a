/*
 * session_cache.h - who presented which token, remembered for a few seconds.
 *
 * Every request would otherwise ask the database who is asking.  So a session
 * that was revoked by another process, or a role that was changed there, holds
 * on for SESSION_CACHE_MS; signing out here ends it at once.
 */
#ifndef API_SESSION_CACHE_H
#define API_SESSION_CACHE_H

#include "domain/account.h"
#include "domain/api_key.h"

enum { SESSION_CACHE_MS = 5000 };

struct session_cache;

/* What a request needs to know of a session. */
struct signed_in {
    enum actor_kind kind;
    struct uuid session_id; /* or the key's */
    struct uuid user_id;
    struct uuid org_id;
    enum member_role role;
    uint32_t permissions;
    struct instant expires_at;
    bool must_set_up; /* a second factor, before anything else */
    size_t name_len;
    char name[200];
};

void signed_in_of(const struct session_view *view, struct signed_in *out);
void signed_in_by_key(const struct api_key_view *key, struct signed_in *out);

struct session_cache *session_cache_new(struct arena *a);
void session_cache_done(struct session_cache *cache);
bool session_cache_get(struct session_cache *cache, const uint8_t digest[32], int64_t now_ms,
                       struct signed_in *out);
void session_cache_put(struct session_cache *cache, const uint8_t digest[32], int64_t now_ms,
                       const struct signed_in *in);
/* Signed out, or changed. */
void session_cache_forget(struct session_cache *cache, struct uuid session_id);

#endif
