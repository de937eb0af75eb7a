/*
 * totp.c - liboath counts and hashes; which steps are looked at, and that comparing takes the same
 * time whatever was typed, is ours.
 */
#include "crypto/totp.h"

#include <liboath/oath.h>
#include <pthread.h>

#include "base/buf.h"
#include "crypto/hash.h"

enum { CODE_MAX = 8, RECOVERY_BYTES = RECOVERY_CHARS * 5 / 8 };

static const char rfc4648[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/* Without 0, 1, l and o, which people mistake for one another. */
static const char legible[] = "23456789abcdefghijkmnpqrstuvwxyz";

static pthread_once_t begun = PTHREAD_ONCE_INIT;

static void begin(void)
{
    if (oath_init() != OATH_OK)
        abort();
}

void totp_secret_new(uint8_t out[TOTP_SECRET_BYTES])
{
    random_bytes(out, TOTP_SECRET_BYTES);
}

enum status totp_code(struct ctx *c, str secret, int64_t step, int digits, str *out)
{
    char code[CODE_MAX + 1];

    if (pthread_once(&begun, begin) != 0 ||
        oath_hotp_generate(secret.ptr, secret.len, (uint64_t)step, (unsigned)digits, false,
                           OATH_HOTP_DYNAMIC_TRUNCATION, code) != OATH_OK)
        return FAIL(c, ERR_INTERNAL, "something went wrong on our side");
    *out = arena_copy(c->arena, str_of(code));
    return OK;
}

enum status totp_find(struct ctx *c, str secret, str code, int64_t now_s, int64_t after,
                      int64_t *step)
{
    int64_t now = now_s / TOTP_STEP_S, found = 0;
    str right;

    for (int64_t s = now - TOTP_SKEW; s <= now + TOTP_SKEW; s++) {
        TRY(totp_code(c, secret, s, TOTP_DIGITS, &right));
        if (same_bytes(code, right) && s > after)
            found = s;
    }
    *step = found;
    return OK;
}

static str five_bits_each(struct arena *a, str bytes, const char *alphabet)
{
    struct buf b = buf_new(a, bytes.len * 2 + 8);
    unsigned held = 0, bits = 0;

    for (size_t i = 0; i < bytes.len; i++) {
        held = (held << 8 | (uint8_t)bytes.ptr[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            buf_add_char(&b, alphabet[held >> (bits - 5) & 31]);
    }
    if (bits > 0)
        buf_add_char(&b, alphabet[held << (5 - bits) & 31]);
    return buf_str(&b);
}

str base32(struct arena *a, str bytes)
{
    return five_bits_each(a, bytes, rfc4648);
}

str totp_uri(struct arena *a, str issuer, str account, str secret)
{
    struct buf b = buf_new(a, 2048);

    buf_add(&b, S("otpauth://totp/"));
    buf_add_url(&b, issuer);
    buf_add_char(&b, ':');
    buf_add_url(&b, account);
    buf_printf(&b, "?secret=%s&issuer=", base32(a, secret).ptr);
    buf_add_url(&b, issuer);
    return buf_str(&b);
}

str recovery_code_new(struct arena *a)
{
    uint8_t random[RECOVERY_BYTES];
    struct buf b = buf_new(a, 64);
    str text;

    random_bytes(random, sizeof random);
    text = five_bits_each(a, (str){(const char *)random, sizeof random}, legible);
    for (size_t i = 0; i < text.len; i++) {
        if (i > 0 && i % 4 == 0)
            buf_add_char(&b, '-');
        buf_add_char(&b, text.ptr[i]);
    }
    return buf_str(&b);
}

str recovery_code_read(struct arena *a, str typed)
{
    struct buf b = buf_new(a, RECOVERY_CHARS + 8);

    for (size_t i = 0; i < typed.len && !b.overflow; i++) {
        char ch = typed.ptr[i];

        if (ch == ' ' || ch == '-')
            continue;
        if (ch >= 'A' && ch <= 'Z')
            ch = (char)(ch - 'A' + 'a');
        buf_add_char(&b, ch);
    }
    return b.overflow || b.len != RECOVERY_CHARS ? S("") : buf_str(&b);
}
