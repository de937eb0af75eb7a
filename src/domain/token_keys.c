/*
 * token_keys.c - the installation's signing keys, as they were last read.
 *
 * What was read lies in an arena of its own, which is replaced as a whole; who signs or verifies
 * holds the lock for reading.
 */
#include <pthread.h>

#include "crypto/jose.h"
#include "domain/access_token_parts.h"
#include "store/signing_key.h"

enum { FRESH_MS = 60 * 1000 };

static const char typ[] = "at+jwt";

struct token_keys {
    struct arena *arena; /* its own, holds itself */
    struct door door;
    pthread_rwlock_t lock; /* guards what follows */
    struct arena *read;    /* NULL: not yet */
    struct jwks set;       /* newest first */
    int64_t read_ms;
};

struct token_keys *token_keys_new(const struct door *door)
{
    struct arena *arena = arena_new();
    struct token_keys *keys = NEW(arena, struct token_keys);

    keys->arena = arena;
    keys->door = *door;
    (void)pthread_rwlock_init(&keys->lock, NULL);
    return keys;
}

void token_keys_free(struct token_keys *keys)
{
    if (!keys)
        return;
    (void)pthread_rwlock_destroy(&keys->lock);
    arena_free(keys->read);
    explicit_bzero(&keys->door, sizeof keys->door);
    arena_free(keys->arena);
}

/* ---- in the database ---- */

static struct seal_place place_of(struct uuid id)
{
    return (struct seal_place){.table = "signing_key", .id = id, .column = "secret"};
}

static enum status make(struct ctx *c, const struct door *door)
{
    struct signing_key row = {.id = uuid_new()};
    struct seal_place place = place_of(row.id);

    TRY(seal(c, &door->factor, &place, secret_expose(signing_key_new(c)), &row.secret));
    return signing_key_insert(c, &row);
}

enum status token_keys_rotate(struct ctx *c, const struct door *door)
{
    TRY(signing_key_lock(c));
    return make(c, door);
}

static bool is_due(const struct list *found)
{
    const struct signing_key *newest = found->items;

    return found->n == 0 ||
           clock_now().us - newest->created_at.us > (int64_t)SIGNING_KEY_DAYS * 24 * 3600 * 1000000;
}

static enum status list_and_renew(struct ctx *c, const struct door *door, struct list *found)
{
    TRY(signing_key_list(c, found));
    if (!is_due(found))
        return OK;
    TRY(signing_key_lock(c));
    TRY(signing_key_list(c, found));
    if (is_due(found))
        TRY(make(c, door));
    return signing_key_list(c, found);
}

static enum status open_all(struct ctx *c, const struct door *door, const struct list *found,
                            struct jwks *out)
{
    const struct signing_key *rows = found->items;

    out->keys = NEW_ARRAY(c->arena, struct jwk, found->n);
    for (out->n = 0; out->n < found->n; out->n++) {
        struct seal_place place = place_of(rows[out->n].id);
        struct secret plain;

        TRY(unseal(c, &door->factor, &place, rows[out->n].secret, &plain));
        TRY(signing_key_load(c, plain, &out->keys[out->n]));
    }
    return OK;
}

/* ---- in memory ---- */

static void replace(struct token_keys *keys, struct arena *read, const struct jwks *set)
{
    struct arena *old;

    (void)pthread_rwlock_wrlock(&keys->lock);
    old = keys->read;
    keys->read = read;
    keys->set = *set;
    keys->read_ms = clock_mono_ms();
    (void)pthread_rwlock_unlock(&keys->lock);
    arena_free(old);
}

enum status token_keys_load(struct ctx *c, struct token_keys *keys)
{
    struct arena *arena;
    struct ctx lasting;
    struct list found;
    struct jwks set;
    enum status status;

    TRY(list_and_renew(c, &keys->door, &found));
    arena = arena_new();
    lasting = (struct ctx){.arena = arena};
    status = open_all(&lasting, &keys->door, &found, &set);
    if (status != OK) {
        c->err = lasting.err;
        arena_free(arena);
        return status;
    }
    replace(keys, arena, &set);
    return OK;
}

bool token_keys_stale(struct token_keys *keys, int64_t now_ms)
{
    bool stale;

    (void)pthread_rwlock_rdlock(&keys->lock);
    stale = keys->read == NULL || now_ms - keys->read_ms > FRESH_MS;
    (void)pthread_rwlock_unlock(&keys->lock);
    return stale;
}

void token_keys_write(struct token_keys *keys, struct json_writer *w)
{
    json_object_begin(w, NULL);
    json_array_begin(w, "keys");
    (void)pthread_rwlock_rdlock(&keys->lock);
    for (size_t i = 0; i < keys->set.n; i++)
        jwk_write_public(w, NULL, &keys->set.keys[i]);
    (void)pthread_rwlock_unlock(&keys->lock);
    json_array_end(w);
    json_object_end(w);
}

enum status token_keys_sign(struct ctx *c, struct token_keys *keys, str payload, str *out)
{
    bool any;

    (void)pthread_rwlock_rdlock(&keys->lock);
    any = keys->set.n > 0;
    if (any)
        *out = jws_sign(c, &keys->set.keys[0], typ, payload);
    (void)pthread_rwlock_unlock(&keys->lock);
    return any ? OK : FAIL(c, ERR_UNAVAILABLE, "there is no signing key yet; please try again");
}

enum status token_keys_verify(struct ctx *c, struct token_keys *keys, str token, str *payload)
{
    struct jws jws = {0};
    enum status status;

    (void)pthread_rwlock_rdlock(&keys->lock);
    status = jws_verify(c, token, &keys->set, JWS_ALLOW(JWS_ES256), &jws);
    (void)pthread_rwlock_unlock(&keys->lock);
    TRY(status);
    if (!str_eq(jws.typ, str_of(typ)))
        return FAIL(c, ERR_INVALID, "this is not an access token");
    *payload = jws.payload;
    return OK;
}
