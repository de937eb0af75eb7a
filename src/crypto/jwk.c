/*
 * jwk.c - keys from JSON into OpenSSL.
 *
 * Debian's libcjose and libjose were tried against the published vectors and accept what must be
 * refused (docs/decisions/0012); what is left to do here is reading and refusing, the mathematics are
 * OpenSSL's.  A set is small and read anew for each verification, so nothing is kept.
 */
#include "crypto/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "base/auto.h"
#include "base/field.h"
#include "crypto/hash.h"
#include "crypto/jose.h"

enum {
    RSA_BITS_MIN = 2048,
    RSA_BITS_MAX = 8192, /* the work of a verification grows with it */
    EXPONENT_BITS_MAX = 64,
    COORDINATE_MAX = 66,
    ED25519_BYTES = 32,
};

static const struct curve {
    const char *crv;
    const char *group; /* OpenSSL's name */
    enum jwk_type type;
    size_t bytes; /* of a coordinate */
} curves[] = {
    {"P-256", "P-256", JWK_P256, 32},
    {"P-384", "P-384", JWK_P384, 48},
    {"P-521", "P-521", JWK_P521, 66},
};

static void free_key(void *key)
{
    EVP_PKEY_free(key);
}

static void free_bn(BIGNUM **bn)
{
    BN_free(*bn);
}

static void free_builder(OSSL_PARAM_BLD **b)
{
    OSSL_PARAM_BLD_free(*b);
}

static void free_params(OSSL_PARAM **p)
{
    OSSL_PARAM_free(*p);
}

static void free_pkey_ctx(EVP_PKEY_CTX **p)
{
    EVP_PKEY_CTX_free(*p);
}

static void must(bool ok)
{
    if (!ok)
        abort();
}

static bool member(struct arena *a, const struct json *key, const char *name, str *out)
{
    const struct json *value = json_get(key, name);

    return json_kind_of(value) == JSON_STRING && decode_base64url(a, json_to_str(value), out) &&
           out->len > 0;
}

/* NULL when OpenSSL does not take it: a point off its curve, for one. */
static EVP_PKEY *build(const char *algorithm, OSSL_PARAM_BLD *b)
{
    AUTO(free_params) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b);
    AUTO(free_pkey_ctx) EVP_PKEY_CTX *made = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
    EVP_PKEY *key = NULL;

    must(params != NULL && made != NULL && EVP_PKEY_fromdata_init(made) == 1);
    if (EVP_PKEY_fromdata(made, &key, EVP_PKEY_PUBLIC_KEY, params) == 1)
        return key;
    ERR_clear_error();
    return NULL;
}

static bool is_sound_point(EVP_PKEY *key)
{
    AUTO(free_pkey_ctx) EVP_PKEY_CTX *check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    bool sound = check != NULL && EVP_PKEY_public_check(check) == 1;

    ERR_clear_error();
    return sound;
}

/* ---- RSA ---- */

/* Is n a power of 65537 modulo p? */
static bool is_power(BN_ULONG n, BN_ULONG p)
{
    BN_ULONG power = 1;

    do {
        if (power == n)
            return true;
        power = power * (65537 % p) % p;
    } while (power != 1);
    return false;
}

/* The primes of a family of smart cards were powers of 65537 modulo these, and can be found from
 * the modulus (CVE-2017-15361).  Of sound keys one in 2^27 looks like that. */
static bool has_factory_defect(const BIGNUM *n)
{
    static const BN_ULONG primes[] = {11, 13, 17,  19,  37,  53,  61,  71, 73,
                                      79, 97, 103, 107, 109, 127, 151, 157};

    for (size_t i = 0; i < sizeof primes / sizeof primes[0]; i++)
        if (!is_power(BN_mod_word(n, primes[i]), primes[i]))
            return false;
    return true;
}

static bool is_sound_rsa(const BIGNUM *n, const BIGNUM *e)
{
    return BN_num_bits(n) >= RSA_BITS_MIN && BN_num_bits(n) <= RSA_BITS_MAX && BN_is_odd(n) &&
           BN_is_odd(e) && !BN_is_one(e) && BN_num_bits(e) <= EXPONENT_BITS_MAX &&
           !has_factory_defect(n);
}

static EVP_PKEY *read_rsa(struct ctx *c, const struct json *json, struct jwk *out)
{
    AUTO(free_bn) BIGNUM *n = NULL;
    AUTO(free_bn) BIGNUM *e = NULL;
    AUTO(free_builder) OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
    str modulus, exponent;

    if (!member(c->arena, json, "n", &modulus) || !member(c->arena, json, "e", &exponent) ||
        modulus.len > RSA_BITS_MAX / 8 + 1 || exponent.len > EXPONENT_BITS_MAX / 8)
        return NULL;
    n = BN_bin2bn((const uint8_t *)modulus.ptr, (int)modulus.len, NULL);
    e = BN_bin2bn((const uint8_t *)exponent.ptr, (int)exponent.len, NULL);
    must(b != NULL && n != NULL && e != NULL);
    if (!is_sound_rsa(n, e))
        return NULL;
    must(OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
         OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e) == 1);
    out->type = JWK_RSA;
    return build("RSA", b);
}

/* ---- curves ---- */

static const struct curve *curve_of(str crv)
{
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
        if (str_eq(crv, str_of(curves[i].crv)))
            return &curves[i];
    return NULL;
}

static EVP_PKEY *read_ec(struct ctx *c, const struct json *json, struct jwk *out)
{
    const struct curve *curve = curve_of(json_get_str(json, "crv"));
    AUTO(free_builder) OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
    uint8_t point[1 + 2 * COORDINATE_MAX] = {POINT_CONVERSION_UNCOMPRESSED};
    EVP_PKEY *key;
    str x, y;

    if (!curve || !member(c->arena, json, "x", &x) || !member(c->arena, json, "y", &y) ||
        x.len != curve->bytes || y.len != curve->bytes)
        return NULL;
    memcpy(point + 1, x.ptr, x.len);
    memcpy(point + 1 + x.len, y.ptr, y.len);
    must(b != NULL &&
         OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) == 1 &&
         OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * x.len) == 1);
    key = build("EC", b);
    if (key && !is_sound_point(key)) {
        EVP_PKEY_free(key);
        return NULL;
    }
    out->type = curve->type;
    return key;
}

static EVP_PKEY *read_okp(struct ctx *c, const struct json *json, struct jwk *out)
{
    EVP_PKEY *key;
    str x;

    if (!str_eq(json_get_str(json, "crv"), S("Ed25519")) || !member(c->arena, json, "x", &x) ||
        x.len != ED25519_BYTES)
        return NULL;
    key = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, (const uint8_t *)x.ptr, x.len);
    ERR_clear_error();
    out->type = JWK_ED25519;
    return key;
}

/* ---- sets ---- */

static bool lists(const struct json *array, str word)
{
    for (size_t i = 0; i < json_count(array); i++)
        if (str_eq(json_to_str(json_at(array, i)), word))
            return true;
    return false;
}

/* Does it say, where it says anything, that it is for verifying? */
static bool is_for_signatures(const struct json *json)
{
    const struct json *use = json_get(json, "use");
    const struct json *ops = json_get(json, "key_ops");

    return (!use || str_eq(json_to_str(use), S("sig"))) && (!ops || lists(ops, S("verify")));
}

/* A text or nothing at all. */
static bool optional_text(const struct json *json, const char *name, str *out)
{
    const struct json *value = json_get(json, name);

    *out = json_to_str(value);
    return !value || (json_kind_of(value) == JSON_STRING && out->len <= KID_BYTES);
}

static bool read_key(struct ctx *c, const struct json *json, struct jwk *out)
{
    str kty = json_get_str(json, "kty");

    if (!is_for_signatures(json) || !optional_text(json, "kid", &out->kid) ||
        !optional_text(json, "alg", &out->alg))
        return false;
    if (str_eq(kty, S("RSA")))
        out->key = read_rsa(c, json, out);
    else if (str_eq(kty, S("EC")))
        out->key = read_ec(c, json, out);
    else if (str_eq(kty, S("OKP")))
        out->key = read_okp(c, json, out);
    if (!out->key)
        return false;
    arena_defer(c->arena, free_key, out->key);
    return true;
}

/* Over all members of the set, also those that are passed over: which one is meant must be plain. */
static bool names_a_kid_twice(const struct json *list)
{
    for (size_t i = 0; i < json_count(list); i++)
        for (size_t k = 0; k < i; k++) {
            str kid = json_get_str(json_at(list, i), "kid");

            if (kid.len > 0 && str_eq(kid, json_get_str(json_at(list, k), "kid")))
                return true;
        }
    return false;
}

static enum status read_set(struct ctx *c, const struct json *list, struct jwks *out)
{
    size_t n = json_count(list);
    struct jwks found = {NEW_ARRAY(c->arena, struct jwk, n), 0};

    if (json_kind_of(list) != JSON_ARRAY || n > JWKS_MAX)
        return FAIL(c, ERR_INVALID, "this is not a set of at most %d keys", JWKS_MAX);
    if (names_a_kid_twice(list))
        return FAIL(c, ERR_INVALID, "two keys of this set have one name");
    for (size_t i = 0; i < n; i++) {
        struct jwk one = {0};

        if (read_key(c, json_at(list, i), &one))
            found.keys[found.n++] = one;
    }
    *out = found;
    return OK;
}

enum status jwks_parse(struct ctx *c, str json, struct jwks *out)
{
    struct jwk *one = NEW(c->arena, struct jwk);
    struct json *document;

    if (json.len > JWKS_BYTES)
        return FAIL(c, ERR_INVALID, "a set of keys has at most %d bytes", JWKS_BYTES);
    TRY(json_parse(c, json, &document));
    if (json_get(document, "keys"))
        return read_set(c, json_get(document, "keys"), out);
    if (!read_key(c, document, one))
        return FAIL(c, ERR_INVALID, "this is not a key for signatures");
    *out = (struct jwks){one, 1};
    return OK;
}

const struct jwk *jwks_find(const struct jwks *keys, str kid)
{
    if (kid.len == 0)
        return keys->n == 1 ? &keys->keys[0] : NULL;
    for (size_t i = 0; i < keys->n; i++)
        if (str_eq(keys->keys[i].kid, kid))
            return &keys->keys[i];
    return NULL;
}

/* ---- our own ---- */

struct secret signing_key_new(struct ctx *c)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    uint8_t *der = NULL, *kept;
    PKCS8_PRIV_KEY_INFO *info;
    int n = 0;

    must(key != NULL);
    info = EVP_PKEY2PKCS8(key);
    must(info != NULL && (n = i2d_PKCS8_PRIV_KEY_INFO(info, &der)) > 0);
    kept = arena_alloc(c->arena, (size_t)n);
    memcpy(kept, der, (size_t)n);
    OPENSSL_clear_free(der, (size_t)n);
    PKCS8_PRIV_KEY_INFO_free(info);
    EVP_PKEY_free(key);
    return (struct secret){(const char *)kept, (size_t)n};
}

static str coordinate(struct arena *a, const struct jwk *jwk, const char *which)
{
    AUTO(free_bn) BIGNUM *bn = NULL;
    uint8_t bytes[COORDINATE_MAX];
    struct buf b = buf_new(a, 128);
    size_t n = curves[jwk->type - JWK_P256].bytes;

    must(EVP_PKEY_get_bn_param(jwk->key, which, &bn) == 1 &&
         BN_bn2binpad(bn, bytes, (int)n) == (int)n);
    buf_add_base64url(&b, (str){(const char *)bytes, n});
    return buf_str(&b);
}

/* RFC 7638: the required members in the order of their names, hashed. */
static str thumbprint(struct arena *a, const struct jwk *jwk)
{
    str x = coordinate(a, jwk, OSSL_PKEY_PARAM_EC_PUB_X);
    str y = coordinate(a, jwk, OSSL_PKEY_PARAM_EC_PUB_Y);
    str text = arena_printf(a, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
                            STR_ARG(x), STR_ARG(y));
    struct buf b = buf_new(a, 64);
    uint8_t digest[SHA256_BYTES];

    sha256(text, digest);
    buf_add_base64url(&b, (str){(const char *)digest, sizeof digest});
    return buf_str(&b);
}

enum status signing_key_load(struct ctx *c, struct secret pkcs8, struct jwk *out)
{
    str der = secret_expose(pkcs8);
    const uint8_t *at = (const uint8_t *)der.ptr;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)der.len);
    char group[32] = "";

    ERR_clear_error();
    if (!key)
        return FAIL(c, ERR_INTERNAL, "this is not a private key");
    arena_defer(c->arena, free_key, key);
    if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1 ||
        !str_eq(str_of(group), S("prime256v1")))
        return FAIL(c, ERR_INTERNAL, "this is not a key of P-256");
    *out = (struct jwk){.type = JWK_P256, .alg = S("ES256"), .key = key};
    out->kid = thumbprint(c->arena, out);
    return OK;
}

void jwk_write_public(struct json_writer *w, const char *key, const struct jwk *jwk)
{
    struct arena *a = w->buf->arena;

    json_object_begin(w, key);
    json_str(w, "kty", S("EC"));
    json_str(w, "crv", S("P-256"));
    json_str(w, "x", coordinate(a, jwk, OSSL_PKEY_PARAM_EC_PUB_X));
    json_str(w, "y", coordinate(a, jwk, OSSL_PKEY_PARAM_EC_PUB_Y));
    json_str(w, "kid", jwk->kid);
    json_str(w, "use", S("sig"));
    json_str(w, "alg", jwk->alg);
    json_object_end(w);
}
