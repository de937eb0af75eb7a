/*
 * fuzz_jose.c - tokens and sets of keys as a provider may send them.  The input is a set, an empty
 * line, and a token, or only one of both.  What is taken apart means what it says: the parts are
 * where they were, nothing verifies that is not signed by a key of the set.
 */
#include "fuzz.h"

#include "crypto/jose.h"

static void check_parts(str token, const struct jws *jws)
{
    MUST(str_starts_with(token, jws->signed_text));
    MUST(jws->alg >= JWS_RS256 && jws->alg <= JWS_EDDSA);
    MUST(jws->kid.len <= KID_BYTES && jws->typ.len <= KID_BYTES);
    MUST(jws->payload.len < token.len && jws->signature.len < token.len);
}

static void check_set(const struct jwks *keys)
{
    MUST(keys->n <= JWKS_MAX);
    for (size_t i = 0; i < keys->n; i++) {
        MUST(keys->keys[i].key != NULL && keys->keys[i].type >= JWK_RSA);
        MUST(keys->keys[i].kid.len == 0 || jwks_find(keys, keys->keys[i].kid) == &keys->keys[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct ctx c = {.arena = a};
    str all = {(const char *)data, size};
    str set = all, token = all;
    struct jwks keys = {0};
    struct jws jws;
    size_t at;

    if (str_find(all, S("\n\n"), &at)) {
        set = str_slice(all, 0, at);
        token = str_trim(str_slice(all, at, all.len));
    }
    if (jwks_parse(&c, set, &keys) == OK)
        check_set(&keys);
    if (jws_parse(&c, token, &jws) == OK)
        check_parts(token, &jws);
    if (jws_verify(&c, token, &keys, JWS_ALLOW_ALL, &jws) == OK)
        MUST(keys.n > 0 && jws.signature.len > 0);
    arena_free(a);
    return 0;
}
