/*
 * jwk.h - public keys as JSON (RFC 7517): the sets that providers publish, and our own key.
 *
 * What a set holds that is not a signature key of a kind in jose.h (for encryption, symmetric, of an
 * unknown type) is passed over, as RFC 7517 section 5 asks; a key that is of such a kind but broken,
 * weak (RSA below 2048 bits, exponent 1, the factory defect of CVE-2017-15361) or off its curve is as
 * if it were not there.  Duplicate members refuse the whole document.
 */
#ifndef CRYPTO_JWK_H
#define CRYPTO_JWK_H

#include "base/ctx.h"
#include "base/json.h"

enum { JWKS_BYTES = 256 * 1024, JWKS_MAX = 64, KID_BYTES = 256 };

enum jwk_type {
    JWK_RSA = 1,
    JWK_P256,
    JWK_P384,
    JWK_P521,
    JWK_ED25519,
};

struct evp_pkey_st; /* OpenSSL's */

struct jwk {
    enum jwk_type type;
    str kid;                 /* "" when it has none */
    str alg;                 /* "" when it does not say; else the only one it may be used with */
    struct evp_pkey_st *key; /* goes with the arena */
};

struct jwks {
    struct jwk *keys;
    size_t n;
};

/* A set ({"keys": [...]}) or one key.  ERR_INVALID when it is no such document or names one kid twice. */
enum status jwks_parse(struct ctx *c, str json, struct jwks *out);
/* The key of this kid; "" finds the only key of a set of one.  NULL when there is none. */
const struct jwk *jwks_find(const struct jwks *keys, str kid);

/* ---- a key of our own: P-256 ---- */

/* A fresh one as PKCS #8, to be sealed. */
struct secret signing_key_new(struct ctx *c);
/* Its kid is its thumbprint (RFC 7638).  ERR_INTERNAL when that is not a P-256 private key. */
enum status signing_key_load(struct ctx *c, struct secret pkcs8, struct jwk *out);
/* The public half as an object with kty, crv, x, y, kid, use and alg, into an open array or object. */
void jwk_write_public(struct json_writer *w, const char *key, const struct jwk *jwk);

#endif
