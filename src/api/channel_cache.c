/*
 * channel_cache.c - a slot for each hash; whoever reads an entry holds a reference to it, so a
 * newer one may take its place at any time.
 */
#include "api/channel_cache.h"

#include <pthread.h>

enum { SLOTS = 512, KEEP_MS = 5000, FORGERY_MS = 10000 };

struct channel_cache {
    pthread_mutex_t lock;
    struct known_channel *slots[SLOTS]; /* under lock */
};

struct channel_cache *channel_cache_new(struct arena *a)
{
    struct channel_cache *cache = NEW(a, struct channel_cache);

    pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

static void release(void *arg)
{
    struct known_channel *channel = arg;

    if (channel && --channel->refs == 0)
        arena_free(channel->arena);
}

void channel_cache_done(struct channel_cache *cache)
{
    for (size_t i = 0; i < SLOTS; i++)
        release(cache->slots[i]);
    pthread_mutex_destroy(&cache->lock);
}

static struct known_channel **slot_of(struct channel_cache *cache, struct uuid id)
{
    return &cache->slots[(id.b[14] << 8 | id.b[15]) % SLOTS];
}

/* With a reference for the caller; NULL when it is not known. */
static struct known_channel *find(struct channel_cache *cache, struct uuid org, struct uuid id)
{
    struct known_channel *channel;

    pthread_mutex_lock(&cache->lock);
    channel = *slot_of(cache, id);
    if (channel && (!uuid_eq(channel->account.id, id) || !uuid_eq(channel->org, org) ||
                    channel->until_ms <= clock_mono_ms()))
        channel = NULL;
    if (channel)
        channel->refs++;
    pthread_mutex_unlock(&cache->lock);
    return channel;
}

static enum status load(struct ctx *c, struct keys *keys, struct uuid id,
                        struct known_channel *channel)
{
    struct ctx own = *c;
    enum status s;

    own.arena = channel->arena;
    s = channel_account_load(&own, keys, id, &channel->account, &channel->ops);
    c->err = own.err;
    if (s == ERR_CONFLICT)
        return FAIL(c, ERR_NOT_FOUND, "no such channel");
    return s;
}

static void put(struct channel_cache *cache, struct known_channel *channel)
{
    struct known_channel **slot = slot_of(cache, channel->account.id), *old;

    channel->refs++;
    pthread_mutex_lock(&cache->lock);
    old = *slot;
    if (old && uuid_eq(old->account.id, channel->account.id))
        channel->forged_ms = (int64_t)old->forged_ms;
    *slot = channel;
    pthread_mutex_unlock(&cache->lock);
    release(old);
}

enum status channel_cache_get(struct ctx *c, struct channel_cache *cache, struct keys *keys,
                              struct uuid channel_id, const struct known_channel **out)
{
    struct known_channel *channel = find(cache, c->org, channel_id);

    if (!channel) {
        struct arena *arena = arena_new();
        enum status s;

        channel = NEW(arena, struct known_channel);
        channel->arena = arena;
        channel->org = c->org;
        channel->refs = 1;
        s = load(c, keys, channel_id, channel);
        if (s != OK) {
            arena_free(arena);
            return s;
        }
        channel->until_ms = clock_mono_ms() + KEEP_MS;
        put(cache, channel);
    }
    arena_defer(c->arena, release, channel);
    *out = channel;
    return OK;
}

bool known_channel_note_forgery(const struct known_channel *channel, int64_t now_ms)
{
    /* const to its readers but for this */
    _Atomic int64_t *last = (_Atomic int64_t *)(uintptr_t)&channel->forged_ms;
    int64_t before = *last;

    return (before == 0 || now_ms - before >= FORGERY_MS) &&
           atomic_compare_exchange_strong(last, &before, now_ms);
}
