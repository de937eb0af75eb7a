/*
 * keys.c - a small direct-mapped cache of unwrapped data keys.
 *
 * Two organisations that fall on one place push each other out; that costs one statement and one
 * decryption, so nothing cleverer is needed.
 */
#include "domain/keys.h"

#include <pthread.h>
#include <string.h>

#include "store/org.h"

enum { PLACES = 1024 };

struct place {
    struct uuid org; /* zero: empty */
    struct data_key key;
};

struct keys {
    struct arena *arena; /* its own, holds itself */
    struct master_key master;
    pthread_mutex_t lock; /* guards places */
    struct place places[PLACES];
};

struct keys *keys_new(const struct master_key *master)
{
    struct arena *arena = arena_new();
    struct keys *k = NEW(arena, struct keys);

    k->arena = arena;
    k->master = *master;
    (void)pthread_mutex_init(&k->lock, NULL);
    return k;
}

void keys_free(struct keys *k)
{
    if (!k)
        return;
    (void)pthread_mutex_destroy(&k->lock);
    explicit_bzero(&k->master, sizeof(k->master));
    explicit_bzero(k->places, sizeof(k->places));
    arena_free(k->arena);
}

/* UUIDv7 ends in random bits. */
static struct place *place_of(struct keys *k, struct uuid org)
{
    return &k->places[(org.b[14] << 8 | org.b[15]) % PLACES];
}

static bool recall(struct keys *k, struct uuid org, struct data_key *out)
{
    const struct place *place = place_of(k, org);
    bool found;

    (void)pthread_mutex_lock(&k->lock);
    found = uuid_eq(place->org, org);
    if (found)
        *out = place->key;
    (void)pthread_mutex_unlock(&k->lock);
    return found;
}

static void remember(struct keys *k, struct uuid org, const struct data_key *key)
{
    struct place *place = place_of(k, org);

    (void)pthread_mutex_lock(&k->lock);
    *place = (struct place){.org = org, .key = *key};
    (void)pthread_mutex_unlock(&k->lock);
}

enum status keys_of_org(struct ctx *c, struct keys *k, struct data_key *out)
{
    struct data_key key;
    struct org org;

    if (recall(k, c->org, out))
        return OK;
    TRY(org_select(c, &org));
    TRY(data_key_unwrap(c, &k->master, c->org, org.data_key, &key));
    remember(k, c->org, &key);
    *out = key;
    return OK;
}

enum status keys_verify(struct ctx *c, const struct master_key *master)
{
    struct org_first first;
    struct data_key key;
    bool any;

    TRY(org_first(c, &first, &any));
    if (!any)
        return OK;
    if (data_key_unwrap(c, master, first.org_id, first.data_key, &key) != OK)
        return FAIL(
            c, ERR_CONFLICT,
            "this master key does not open what is in the database: put back the one it was "
            "sealed with, in SAMBUNG_KEY or SAMBUNG_KEY_FILE, the same on every machine");
    explicit_bzero(&key, sizeof(key));
    return OK;
}
