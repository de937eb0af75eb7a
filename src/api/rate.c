/*
 * rate.c - buckets count in thousandths of a token, so that slow rates need no fractions.
 */
#include "api/rate.h"

#include <pthread.h>

enum { SETS = 2048, WAYS = 8, SHARDS = 16, MILLI = 1000 };

const struct rate_rule rate_rules[] = {
    [RATE_FREE] = {0,      0    },
    [RATE_PAGE] = {600,    1200 },
    [RATE_SIGN_IN] = {30,     30   },
    [RATE_READ] = {1000,   6000 },
    [RATE_WRITE] = {300,    1200 },
    [RATE_UPLOAD] = {60,     120  },
    [RATE_MEDIA] = {1000,   6000 },
    [RATE_HOOK] = {5000,   60000},
    [RATE_VISITOR] = {200,    600  },
    [RATE_DOOR] = {20,     300  },
    [RATE_STRANGER] = {300,    60   },
    [RATE_VISITOR_FILES] = {20,     1    },
    [RATE_VISITOR_KIB] = {51200,  1024 },
    [RATE_ADDRESS_FILES] = {60,     5    },
    [RATE_ADDRESS_KIB] = {256000, 5120 },
    [RATE_ORG_KEYS] = {3000,   12000},
    [RATE_KEY_LOOKS] = {5,      12   },
};

struct bucket {
    uint64_t key; /* 0: empty */
    int64_t at_ms;
    int64_t milli; /* thousandths of a token, at at_ms */
};

struct rate_table {
    int64_t percent;
    uint64_t seed;
    pthread_mutex_t locks[SHARDS]; /* a set's is locks[set % SHARDS] */
    struct bucket buckets[SETS][WAYS];
};

struct rate_table *rate_new(struct arena *a, int64_t percent)
{
    struct rate_table *t = NEW(a, struct rate_table);

    t->percent = percent;
    random_bytes(&t->seed, sizeof t->seed);
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_init(&t->locks[i], NULL);
    return t;
}

void rate_done(struct rate_table *t)
{
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&t->locks[i]);
}

/* With a secret seed nobody can choose keys that fall together. */
static uint64_t hash_of(uint64_t seed, enum rate_class class, str key)
{
    uint64_t h = seed ^ (uint64_t) class * UINT64_C(0x9e3779b97f4a7c15);

    for (size_t i = 0; i < key.len; i++) {
        h = (h ^ (uint8_t)key.ptr[i]) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    return h == 0 ? 1 : h;
}

static struct bucket *find(struct bucket *set, uint64_t key, int64_t full, int64_t now_ms)
{
    struct bucket *oldest = &set[0];

    for (int i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].at_ms < oldest->at_ms)
            oldest = &set[i];
    }
    *oldest = (struct bucket){.key = key, .at_ms = now_ms, .milli = full};
    return oldest;
}

/* a/b, upwards */
static int64_t ceiling(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* In thousandths of a token. */
struct measure {
    int64_t full, cost;
    int64_t per_minute; /* whole tokens */
};

static struct rate_verdict take(struct bucket *b, const struct measure *m, int64_t now_ms)
{
    /* thousandths a millisecond: per_minute * 1000 / 60000 */
    int64_t gained = (now_ms - b->at_ms) * m->per_minute / 60, full = m->full;
    struct rate_verdict v = {.limit = full / MILLI};

    if (gained > 0) {
        b->milli = b->milli + gained > full ? full : b->milli + gained;
        b->at_ms = now_ms;
    }
    v.allowed = b->milli >= m->cost;
    if (v.allowed)
        b->milli = b->milli - m->cost > full ? full : b->milli - m->cost;
    v.remaining = b->milli / MILLI;
    v.reset_s = ceiling(((v.allowed ? full : m->cost) - b->milli) * 60, m->per_minute * MILLI);
    return v;
}

static int64_t at_least(int64_t least, int64_t n)
{
    return n < least ? least : n;
}

struct rate_verdict rate_take_some(struct rate_table *t, enum rate_class class, str key,
                                   int64_t tokens, int64_t now_ms)
{
    struct rate_rule rule = rate_rules[class];
    struct measure m = {
        .full = at_least(MILLI, rule.burst * MILLI * t->percent / 100),
        .per_minute = at_least(1, rule.per_minute * t->percent / 100),
    };
    uint64_t h = hash_of(t->seed, class, key);
    size_t set = (size_t)(h % SETS);
    struct rate_verdict v;

    if (rule.burst == 0 || t->percent == 0)
        return (struct rate_verdict){.allowed = true};
    m.cost = tokens > m.full / MILLI ? m.full : tokens * MILLI;
    pthread_mutex_lock(&t->locks[set % SHARDS]);
    v = take(find(t->buckets[set], h, m.full, now_ms), &m, now_ms);
    pthread_mutex_unlock(&t->locks[set % SHARDS]);
    return v;
}

struct rate_verdict rate_take(struct rate_table *t, enum rate_class class, str key, int64_t now_ms)
{
    return rate_take_some(t, class, key, 1, now_ms);
}

void rate_give_back(struct rate_table *t, enum rate_class class, str key, int64_t tokens,
                    int64_t now_ms)
{
    (void)rate_take_some(t, class, key, -tokens, now_ms);
}
