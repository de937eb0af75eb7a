/*
 * jose.h - signed JSON as compact JWS (RFC 7515), judged strictly.
 *
 * Who verifies says which algorithms may have been used; the header may only agree, and so must the
 * key.  There is no "none" and there are no MACs, so a public key can never serve as a shared secret.
 * Refused: a header with crit, members that come twice, base64url in any but its one spelling, a
 * signature of the wrong length.  A key that the header brings along (jwk, jku, x5c) is not looked at.
 */
#ifndef CRYPTO_JOSE_H
#define CRYPTO_JOSE_H

#include "crypto/jwk.h"

enum { JWS_BYTES = 32 * 1024 };

enum jws_alg {
    JWS_RS256 = 1,
    JWS_RS384,
    JWS_RS512,
    JWS_PS256,
    JWS_PS384,
    JWS_PS512,
    JWS_ES256,
    JWS_ES384,
    JWS_ES512,
    JWS_EDDSA,
};

#define JWS_ALLOW(alg) (1U << (alg)) /* to be or-ed */
/* What providers of identity sign with. */
#define JWS_ALLOW_ALL 0x7FEU

struct jws {
    enum jws_alg alg;
    str kid; /* "" when the header names none */
    str typ;
    str signed_text; /* header.payload, as it came */
    str payload;     /* decoded */
    str signature;
};

/* Take it apart, believing nothing.  ERR_INVALID unless it is a compact JWS of an algorithm above. */
enum status jws_parse(struct ctx *c, str compact, struct jws *out);
/* Parse and verify against the set's key of its kid.  ERR_INVALID when it is malformed or of an
 * algorithm that is not allowed; ERR_NOT_FOUND when the set has no such key (it may have been
 * rotated: fetch it again); ERR_FORBIDDEN when the key does not fit or the signature is wrong. */
enum status jws_verify(struct ctx *c, str compact, const struct jwks *keys, unsigned allowed,
                       struct jws *out);
/* ES256 with a key of signing_key_load; the header is alg, kid and typ. */
str jws_sign(struct ctx *c, const struct jwk *key, const char *typ, str payload);
/* base64url in its one spelling: no padding, no stray bits, no other alphabet. */
bool decode_base64url(struct arena *a, str s, str *out);

#endif
