/*
 * jose.c - compact JWS over OpenSSL.
 *
 * One table says what an algorithm is: its name, the type of its key, its digest, how RSA pads.  All
 * checks are against the row that the caller allowed; nothing is chosen by what the token says alone.
 */
#include "crypto/jose.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/auto.h"

enum { HEADER_BYTES = 8 * 1024, ES256_BYTES = 64, ECDSA_DER_MAX = 160 };

/* in the order in which one reads them: NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
static const struct alg {
    const char *name;
    enum jwk_type type;
    const char *digest; /* NULL: the algorithm's own */
    int padding;        /* of RSA */
    size_t bytes;       /* of a signature of fixed length */
} algs[] = {
    [JWS_RS256] = {"RS256", JWK_RSA,     "SHA256", RSA_PKCS1_PADDING,     0  },
    [JWS_RS384] = {"RS384", JWK_RSA,     "SHA384", RSA_PKCS1_PADDING,     0  },
    [JWS_RS512] = {"RS512", JWK_RSA,     "SHA512", RSA_PKCS1_PADDING,     0  },
    [JWS_PS256] = {"PS256", JWK_RSA,     "SHA256", RSA_PKCS1_PSS_PADDING, 0  },
    [JWS_PS384] = {"PS384", JWK_RSA,     "SHA384", RSA_PKCS1_PSS_PADDING, 0  },
    [JWS_PS512] = {"PS512", JWK_RSA,     "SHA512", RSA_PKCS1_PSS_PADDING, 0  },
    [JWS_ES256] = {"ES256", JWK_P256,    "SHA256", 0,                     64 },
    [JWS_ES384] = {"ES384", JWK_P384,    "SHA384", 0,                     96 },
    [JWS_ES512] = {"ES512", JWK_P521,    "SHA512", 0,                     132},
    [JWS_EDDSA] = {"EdDSA", JWK_ED25519, NULL,     0,                     64 },
};

_Static_assert(JWS_ALLOW_ALL == (1U << (JWS_EDDSA + 1)) - 2, "a bit for each");

static void free_md_ctx(EVP_MD_CTX **md)
{
    EVP_MD_CTX_free(*md);
}

static void free_ecdsa(ECDSA_SIG **sig)
{
    ECDSA_SIG_free(*sig);
}

static void must(bool ok)
{
    if (!ok)
        abort();
}

bool decode_base64url(struct arena *a, str s, str *out)
{
    struct buf again = buf_new(a, s.len + 8);
    str plain;

    if (!decode_base64(a, s, &plain))
        return false;
    buf_add_base64url(&again, plain);
    if (!str_eq(buf_str(&again), s))
        return false;
    *out = plain;
    return true;
}

/* ---- taking apart ---- */

static bool alg_of(str name, enum jws_alg *out)
{
    for (int i = JWS_RS256; i <= JWS_EDDSA; i++)
        if (str_eq(name, str_of(algs[i].name))) {
            *out = (enum jws_alg)i;
            return true;
        }
    return false;
}

static bool optional_text(const struct json *header, const char *name, str *out)
{
    const struct json *value = json_get(header, name);

    *out = json_to_str(value);
    return !value || (json_kind_of(value) == JSON_STRING && out->len <= KID_BYTES);
}

static enum status read_header(struct ctx *c, str text, struct jws *out)
{
    struct json *header;

    if (text.len > HEADER_BYTES)
        return FAIL(c, ERR_INVALID, "the token's header is longer than %d bytes", HEADER_BYTES);
    TRY(json_parse(c, text, &header));
    if (json_kind_of(header) != JSON_OBJECT)
        return FAIL(c, ERR_INVALID, "the token's header is not an object");
    if (json_get(header, "crit"))
        return FAIL(c, ERR_INVALID, "the token asks for an extension");
    if (!alg_of(json_get_str(header, "alg"), &out->alg))
        return FAIL(c, ERR_INVALID, "the token's algorithm is not one of ours");
    if (!optional_text(header, "kid", &out->kid) || !optional_text(header, "typ", &out->typ))
        return FAIL(c, ERR_INVALID, "the token's header is malformed");
    return OK;
}

/* Three parts, no more and no less. */
static bool split(str compact, str part[3])
{
    struct cur cur = cur_of(compact);
    size_t dots = 0;

    for (size_t i = 0; i < compact.len; i++)
        dots += compact.ptr[i] == '.';
    return dots == 2 && cur_until(&cur, '.', JWS_BYTES, &part[0]) &&
           cur_until(&cur, '.', JWS_BYTES, &part[1]) && cur_until(&cur, '.', JWS_BYTES, &part[2]);
}

enum status jws_parse(struct ctx *c, str compact, struct jws *out)
{
    struct jws jws = {0};
    str part[3];
    str header;

    if (compact.len > JWS_BYTES || !split(compact, part) ||
        !decode_base64url(c->arena, part[0], &header) ||
        !decode_base64url(c->arena, part[1], &jws.payload) ||
        !decode_base64url(c->arena, part[2], &jws.signature))
        return FAIL(c, ERR_INVALID, "this is not a signed token");
    TRY(read_header(c, header, &jws));
    jws.signed_text = str_slice(compact, 0, part[0].len + 1 + part[1].len);
    *out = jws;
    return OK;
}

/* ---- verifying ---- */

/* r and s side by side, as the token has them, into the DER that OpenSSL takes. */
static bool to_der(str raw, uint8_t out[ECDSA_DER_MAX], size_t *n)
{
    AUTO(free_ecdsa) ECDSA_SIG *sig = ECDSA_SIG_new();
    int half = (int)raw.len / 2;
    BIGNUM *r = BN_bin2bn((const uint8_t *)raw.ptr, half, NULL);
    BIGNUM *s = BN_bin2bn((const uint8_t *)raw.ptr + half, half, NULL);
    int len;

    must(sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1);
    len = i2d_ECDSA_SIG(sig, NULL);
    if (len <= 0 || len > ECDSA_DER_MAX)
        return false;
    len = i2d_ECDSA_SIG(sig, &out);
    *n = (size_t)len;
    return len > 0;
}

static bool set_padding(EVP_PKEY_CTX *p, const struct alg *alg)
{
    if (alg->type != JWK_RSA)
        return true;
    return EVP_PKEY_CTX_set_rsa_padding(p, alg->padding) == 1 &&
           (alg->padding != RSA_PKCS1_PSS_PADDING ||
            EVP_PKEY_CTX_set_rsa_pss_saltlen(p, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static bool is_signed_by(const struct jws *jws, const struct alg *alg, EVP_PKEY *key)
{
    AUTO(free_md_ctx) EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *p = NULL; /* md's */
    uint8_t der[ECDSA_DER_MAX];
    const uint8_t *sig = (const uint8_t *)jws->signature.ptr;
    size_t n = jws->signature.len;
    bool right;

    must(md != NULL);
    if (alg->bytes > 0 && n != alg->bytes)
        return false;
    if (alg->type >= JWK_P256 && alg->type <= JWK_P521) {
        if (!to_der(jws->signature, der, &n))
            return false;
        sig = der;
    }
    right = EVP_DigestVerifyInit_ex(md, &p, alg->digest, NULL, NULL, key, NULL) == 1 &&
            set_padding(p, alg) &&
            EVP_DigestVerify(md, sig, n, (const uint8_t *)jws->signed_text.ptr,
                             jws->signed_text.len) == 1;
    ERR_clear_error();
    return right;
}

enum status jws_verify(struct ctx *c, str compact, const struct jwks *keys, unsigned allowed,
                       struct jws *out)
{
    const struct jwk *key;
    struct jws jws;

    TRY(jws_parse(c, compact, &jws));
    if ((allowed & JWS_ALLOW(jws.alg)) == 0)
        return FAIL(c, ERR_INVALID, "the token is signed with %s, which is not allowed here",
                    algs[jws.alg].name);
    key = jwks_find(keys, jws.kid);
    if (!key)
        return FAIL(c, ERR_NOT_FOUND, "the token's key is not among the published ones");
    if (key->type != algs[jws.alg].type ||
        (key->alg.len > 0 && !str_eq(key->alg, str_of(algs[jws.alg].name))))
        return FAIL(c, ERR_FORBIDDEN, "the token's key is not for its algorithm");
    if (!is_signed_by(&jws, &algs[jws.alg], key->key))
        return FAIL(c, ERR_FORBIDDEN, "the token's signature is wrong");
    *out = jws;
    return OK;
}

str jws_half_digest(struct arena *a, enum jws_alg alg, str text)
{
    const char *name = algs[alg].digest ? algs[alg].digest : "SHA512"; /* Ed25519's */
    struct buf b = buf_new(a, 64);
    uint8_t digest[64];
    size_t n = 0;

    must(EVP_Q_digest(NULL, name, NULL, text.len > 0 ? text.ptr : "", text.len, digest, &n) == 1);
    buf_add_base64url(&b, (str){(const char *)digest, n / 2});
    return buf_str(&b);
}

/* ---- signing ---- */

static void sign_es256(EVP_PKEY *key, str text, uint8_t out[ES256_BYTES])
{
    AUTO(free_md_ctx) EVP_MD_CTX *md = EVP_MD_CTX_new();
    AUTO(free_ecdsa) ECDSA_SIG *sig = NULL;
    uint8_t der[ECDSA_DER_MAX];
    const uint8_t *at = der;
    size_t n = sizeof der;

    must(md != NULL && EVP_DigestSignInit_ex(md, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
         EVP_DigestSign(md, der, &n, (const uint8_t *)text.ptr, text.len) == 1);
    sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
    must(sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32) == 32 &&
         BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32) == 32);
}

str jws_sign(struct ctx *c, const struct jwk *key, const char *typ, str payload)
{
    struct buf header = buf_new(c->arena, HEADER_BYTES);
    struct buf token = buf_new(c->arena, JWS_BYTES);
    struct json_writer w = json_writer_new(&header);
    uint8_t signature[ES256_BYTES];

    json_object_begin(&w, NULL);
    json_str(&w, "alg", S("ES256"));
    json_str(&w, "kid", key->kid);
    json_str(&w, "typ", str_of(typ));
    json_object_end(&w);
    buf_add_base64url(&token, buf_str(&header));
    buf_add_char(&token, '.');
    buf_add_base64url(&token, payload);
    sign_es256(key->key, buf_str(&token), signature);
    buf_add_char(&token, '.');
    buf_add_base64url(&token, (str){(const char *)signature, sizeof signature});
    must(!token.overflow);
    return buf_str(&token);
}
