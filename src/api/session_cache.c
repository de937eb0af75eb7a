/*
 * session_cache.c - a small set-associative table; the digest, being a keyed hash, is its own hash.
 */
#include "api/session_cache.h"

#include <pthread.h>

enum { SETS = 256, WAYS = 4, SHARDS = 16 };

struct remembered {
    uint8_t digest[32];
    int64_t until_ms; /* 0: empty */
    struct signed_in who;
};

struct session_cache {
    pthread_mutex_t locks[SHARDS]; /* a set's is locks[set % SHARDS] */
    struct remembered entries[SETS][WAYS];
};

void signed_in_of(const struct session_view *view, struct signed_in *out)
{
    str name = str_utf8_cut(view->user_name, sizeof out->name);

    *out = (struct signed_in){
        .kind = ACTOR_USER,
        .session_id = view->id,
        .user_id = view->user_id,
        .org_id = view->org_id,
        .role = view->role,
        .permissions = role_permissions(view->role, view->role_words),
        .expires_at = view->expires_at,
        .must_set_up = view->second_factor_required && !view->second_factor,
        .name_len = name.len,
    };
    if (name.len > 0)
        memcpy(out->name, name.ptr, name.len);
}

void signed_in_by_key(const struct api_key_view *key, struct signed_in *out)
{
    str name = str_utf8_cut(key->name, sizeof out->name);

    *out = (struct signed_in){
        .kind = ACTOR_API_KEY,
        .session_id = key->id,
        .user_id = key->user_id,
        .org_id = key->org_id,
        .role = key->role,
        .permissions = api_key_permissions(key),
        .expires_at = key->expires_at,
        .name_len = name.len,
    };
    if (name.len > 0)
        memcpy(out->name, name.ptr, name.len);
}

struct session_cache *session_cache_new(struct arena *a)
{
    struct session_cache *cache = NEW(a, struct session_cache);

    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_init(&cache->locks[i], NULL);
    return cache;
}

void session_cache_done(struct session_cache *cache)
{
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&cache->locks[i]);
}

static size_t set_of(const uint8_t digest[32])
{
    return digest[0];
}

static struct remembered *find(struct remembered *set, const uint8_t digest[32])
{
    for (int i = 0; i < WAYS; i++)
        if (set[i].until_ms != 0 && memcmp(set[i].digest, digest, 32) == 0)
            return &set[i];
    return NULL;
}

bool session_cache_get(struct session_cache *cache, const uint8_t digest[32], int64_t now_ms,
                       struct signed_in *out)
{
    size_t set = set_of(digest);
    struct remembered *e;
    bool found;

    pthread_mutex_lock(&cache->locks[set % SHARDS]);
    e = find(cache->entries[set], digest);
    found = e != NULL && e->until_ms > now_ms;
    if (found)
        *out = e->who;
    pthread_mutex_unlock(&cache->locks[set % SHARDS]);
    return found;
}

void session_cache_put(struct session_cache *cache, const uint8_t digest[32], int64_t now_ms,
                       const struct signed_in *in)
{
    size_t set = set_of(digest);
    struct remembered *e;

    pthread_mutex_lock(&cache->locks[set % SHARDS]);
    e = find(cache->entries[set], digest);
    if (e == NULL) {
        e = &cache->entries[set][0];
        for (int i = 1; i < WAYS; i++)
            if (cache->entries[set][i].until_ms < e->until_ms)
                e = &cache->entries[set][i];
    }
    memcpy(e->digest, digest, 32);
    e->until_ms = now_ms + SESSION_CACHE_MS;
    e->who = *in;
    pthread_mutex_unlock(&cache->locks[set % SHARDS]);
}

void session_cache_forget(struct session_cache *cache, struct uuid session_id)
{
    for (size_t set = 0; set < SETS; set++) {
        pthread_mutex_lock(&cache->locks[set % SHARDS]);
        for (int i = 0; i < WAYS; i++)
            if (uuid_eq(cache->entries[set][i].who.session_id, session_id))
                cache->entries[set][i].until_ms = 0;
        pthread_mutex_unlock(&cache->locks[set % SHARDS]);
    }
}
