/*
 * org_cache.c - one slot per hash; a channel that comes later takes the place.
 */
#include "api/org_cache.h"

#include <pthread.h>

enum { SLOTS = 4096, KEEP_MS = 60000 };

struct slot {
    struct uuid channel, org;
    int64_t until_ms;
};

struct org_cache {
    pthread_mutex_t lock;
    struct slot slots[SLOTS]; /* under lock */
};

struct org_cache *org_cache_new(struct arena *a)
{
    struct org_cache *cache = NEW(a, struct org_cache);

    pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

void org_cache_done(struct org_cache *cache)
{
    pthread_mutex_destroy(&cache->lock);
}

/* The end of a version 7 uuid is random. */
static struct slot *slot_of(struct org_cache *cache, struct uuid channel)
{
    return &cache->slots[(channel.b[14] << 8 | channel.b[15]) % SLOTS];
}

bool org_cache_get(struct org_cache *cache, struct uuid channel, int64_t now_ms, struct uuid *org)
{
    struct slot *slot = slot_of(cache, channel);
    bool found;

    pthread_mutex_lock(&cache->lock);
    found = slot->until_ms > now_ms && uuid_eq(slot->channel, channel);
    if (found)
        *org = slot->org;
    pthread_mutex_unlock(&cache->lock);
    return found;
}

void org_cache_put(struct org_cache *cache, struct uuid channel, int64_t now_ms, struct uuid org)
{
    pthread_mutex_lock(&cache->lock);
    *slot_of(cache, channel) =
        (struct slot){.channel = channel, .org = org, .until_ms = now_ms + KEEP_MS};
    pthread_mutex_unlock(&cache->lock);
}
