/*
 * hash.h - digests, MACs, passwords, tokens.
 */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/ctx.h"

enum { SHA256_BYTES = 32, TOKEN_BYTES = 32 };

void sha256(str data, uint8_t out[SHA256_BYTES]);
void hmac_sha256(str key, str data, uint8_t out[SHA256_BYTES]);
/* RFC 5869; at most 8160 bytes. */
void hkdf_sha256(str key, str salt, str info, uint8_t *out, size_t n);
bool same_bytes(str a, str b); /* constant time in the length of b */

struct sha256_stream;
struct sha256_stream *sha256_begin(struct arena *a);
void sha256_more(struct sha256_stream *s, str data);
void sha256_end(struct sha256_stream *s, uint8_t out[SHA256_BYTES]);

/* Argon2id at OWASP's parameters (19 MiB, 2 passes, 1 lane), PHC string.  At most two run at a
 * time in a process; more wait until c->deadline_ms, then ERR_RATE_LIMITED. */
enum status password_hash(struct ctx *c, struct secret password, str *out);
enum status password_check(struct ctx *c, struct secret password, str phc, bool *out);
bool password_needs_rehash(str phc);

/* A bearer token of 256 random bits, base64url with a prefix that says what it is ("ses_"), and a
 * mark at its end that only who has the key can make. */
str token_new(struct arena *a, const uint8_t key[32], const char *prefix);
/* Does it carry our mark?  Then it was made here once: no guess does.  Whether it is good still,
 * only the database knows. */
bool token_is_marked(struct arena *a, const uint8_t key[32], str token);
/* What the database keeps of it: SHA-256 of the token under a derived key. */
void token_digest(const uint8_t key[32], str token, uint8_t out[SHA256_BYTES]);

/* Signed URLs: "exp=<unix seconds>&sig=<base64url>" over path and expiry. */
str url_sign(struct arena *a, const uint8_t key[32], str path, int64_t expires_s);
/* ERR_FORBIDDEN when it is forged, ERR_NOT_FOUND when its time is over. */
enum status url_verify(struct ctx *c, const uint8_t key[32], str path, str query, int64_t now_s);

#endif
