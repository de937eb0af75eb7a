/*
 * org_cache.h - which organisation a channel belongs to, remembered for a minute: a webhook names
 * its channel only.  A channel never moves; one that is gone is found out by whoever loads it.
 */
#ifndef API_ORG_CACHE_H
#define API_ORG_CACHE_H

#include "base/uuid.h"

struct org_cache;

struct org_cache *org_cache_new(struct arena *a);
void org_cache_done(struct org_cache *cache);
bool org_cache_get(struct org_cache *cache, struct uuid channel, int64_t now_ms, struct uuid *org);
void org_cache_put(struct org_cache *cache, struct uuid channel, int64_t now_ms, struct uuid org);

#endif
