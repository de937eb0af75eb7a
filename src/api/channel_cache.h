/*
 * channel_cache.h - channels as webhooks and visitors need them, with their secrets opened, for
 * five seconds: so a busy channel costs no statement for each event, and a changed secret counts at
 * once.
 */
#ifndef API_CHANNEL_CACHE_H
#define API_CHANNEL_CACHE_H

#include <stdatomic.h>

#include "domain/channel.h"

struct channel_cache;

struct known_channel {
    struct channel_account account;
    const struct channel_ops *ops;
    struct uuid org;
    /* the cache's own */
    struct arena *arena;
    _Atomic int refs;
    int64_t until_ms;
    _Atomic int64_t forged_ms;
};

struct channel_cache *channel_cache_new(struct arena *a);
void channel_cache_done(struct channel_cache *cache);
/*
 * The channel of c->org, good as long as c->arena.  Reads it in c's transaction
 * when it is not known.  ERR_NOT_FOUND: not there, or disconnected.
 */
enum status channel_cache_get(struct ctx *c, struct channel_cache *cache, struct keys *keys,
                              struct uuid channel_id, const struct known_channel **out);
/* A forged webhook came: is it time to note that?  Once in ten seconds and channel, so that nobody
 * can make us write by lying to us. */
bool known_channel_note_forgery(const struct known_channel *channel, int64_t now_ms);

#endif
