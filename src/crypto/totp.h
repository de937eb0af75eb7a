/*
 * totp.h - the codes of authenticator apps (RFC 6238 over RFC 4226): HMAC-SHA-1, 30 seconds, six
 * digits, which is all that every app knows; and the codes that stand in for a lost one.
 */
#ifndef CRYPTO_TOTP_H
#define CRYPTO_TOTP_H

#include "base/ctx.h"

enum {
    TOTP_SECRET_BYTES = 20,
    TOTP_STEP_S = 30,
    TOTP_SKEW = 1, /* steps before and after the present one */
    TOTP_DIGITS = 6,
    RECOVERY_CHARS = 16, /* 80 bits */
};

void totp_secret_new(uint8_t out[TOTP_SECRET_BYTES]);
/* The code of one step (or, for HOTP, of one counter); digits: 6 to 8. */
enum status totp_code(struct ctx *c, str secret, int64_t step, int digits, str *out);
/* Is it the code of the present step, or of one beside it, that is later than after?  *step is
 * which; 0: of none. */
enum status totp_find(struct ctx *c, str secret, str code, int64_t now_s, int64_t after,
                      int64_t *step);
/* "otpauth://totp/...": what the app reads from the picture. */
str totp_uri(struct arena *a, str issuer, str account, str secret);
/* RFC 4648 section 6, without padding. */
str base32(struct arena *a, str bytes);

/* "abcd-efgh-jkmn-pqrs" */
str recovery_code_new(struct arena *a);
/* As it was typed: without blanks and dashes, in lower case; "" when it cannot be one. */
str recovery_code_read(struct arena *a, str typed);

#endif
