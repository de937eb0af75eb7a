/*
 * guess.c - one slot a hash; whoever comes later takes the place, which at worst lets somebody
 * guess a few times more.
 */
#include "api/guess.h"

#include <pthread.h>

#include "crypto/hash.h"
#include "domain/account.h"

enum { SLOTS = 8192, KEEP_MS = 3600 * 1000, PLACES = 8192 };

static const int64_t keep_place_ms = INT64_C(30) * 24 * 3600 * 1000;

struct slot {
    uint64_t key;
    int64_t failures, last_ms;
};

struct place {
    uint64_t key;
    int64_t last_ms;
};

struct guess_table {
    uint8_t seed[16];
    pthread_mutex_t lock;
    struct slot slots[SLOTS];    /* under lock */
    struct place places[PLACES]; /* under lock */
};

struct guess_table *guess_new(struct arena *a)
{
    struct guess_table *t = NEW(a, struct guess_table);

    random_bytes(t->seed, sizeof t->seed);
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

void guess_done(struct guess_table *t)
{
    pthread_mutex_destroy(&t->lock);
}

static uint64_t key_of(const struct guess_table *t, str email, str ip)
{
    struct arena *a = arena_new();
    str both = arena_printf(a, "%.*s\n%.*s", STR_ARG(str_trim(email)), STR_ARG(ip));
    char *lower = NEW_ARRAY(a, char, both.len + 1);
    uint8_t mac[SHA256_BYTES];
    uint64_t key;

    for (size_t i = 0; i < both.len; i++) {
        lower[i] = both.ptr[i];
        if (lower[i] >= 'A' && lower[i] <= 'Z')
            lower[i] = (char)(lower[i] - 'A' + 'a');
    }
    hmac_sha256((str){(const char *)t->seed, sizeof t->seed}, (str){lower, both.len}, mac);
    arena_free(a);
    memcpy(&key, mac, sizeof key);
    return key == 0 ? 1 : key;
}

int64_t guess_wait_s(struct guess_table *t, str email, str ip, int64_t now_ms)
{
    uint64_t key = key_of(t, email, ip);
    struct slot found;
    int64_t left_ms;

    pthread_mutex_lock(&t->lock);
    found = t->slots[key % SLOTS];
    pthread_mutex_unlock(&t->lock);
    if (found.key != key || now_ms - found.last_ms > KEEP_MS)
        return 0;
    left_ms = found.last_ms + account_wait_s(found.failures) * 1000 - now_ms;
    return left_ms > 0 ? (left_ms + 999) / 1000 : 0;
}

void guess_failed(struct guess_table *t, str email, str ip, int64_t now_ms)
{
    uint64_t key = key_of(t, email, ip);
    struct slot *slot = &t->slots[key % SLOTS];

    pthread_mutex_lock(&t->lock);
    if (slot->key != key || now_ms - slot->last_ms > KEEP_MS)
        *slot = (struct slot){.key = key};
    slot->failures++;
    slot->last_ms = now_ms;
    pthread_mutex_unlock(&t->lock);
}

/* ---- places ---- */

void guess_place_is_good(struct guess_table *t, str ip, int64_t now_ms)
{
    uint64_t key = key_of(t, S(""), ip);

    pthread_mutex_lock(&t->lock);
    t->places[key % PLACES] = (struct place){key, now_ms};
    pthread_mutex_unlock(&t->lock);
}

bool guess_is_good_place(struct guess_table *t, str ip, int64_t now_ms)
{
    uint64_t key = key_of(t, S(""), ip);
    struct place found;

    pthread_mutex_lock(&t->lock);
    found = t->places[key % PLACES];
    pthread_mutex_unlock(&t->lock);
    return found.key == key && now_ms - found.last_ms < keep_place_ms;
}
