/*
 * svix.c - see svix.h.  The header holds several signatures while a secret is being changed; each
 * is compared, in constant time, whatever the one before said.
 */
#include "mail/svix.h"

#include "base/buf.h"
#include "crypto/hash.h"

enum { ID_MAX = 200, SIGNATURES_MAX = 4096 };

static str header(const struct http_headers *h, struct arena *a, const char *name)
{
    str value = http_header_get(h, arena_printf(a, "svix-%s", name).ptr);

    return value.len > 0 ? value : http_header_get(h, arena_printf(a, "webhook-%s", name).ptr);
}

static bool key_of(struct arena *a, struct secret secret, str *out)
{
    str text = secret_expose(secret);

    if (str_starts_with(text, S("whsec_")))
        text = str_slice(text, 6, text.len);
    return text.len > 0 && decode_base64(a, text, out) && out->len > 0;
}

static bool is_of_now(str timestamp, int64_t now_s)
{
    int64_t at;

    return str_parse_i64(timestamp, &at) && at > 0 && now_s - at <= SVIX_TOLERANCE_S &&
           at - now_s <= SVIX_TOLERANCE_S;
}

static bool one_is_right(struct arena *a, str signatures, const uint8_t mac[SHA256_BYTES])
{
    struct cur at = cur_of(signatures);
    bool right = false;
    str one, given;

    while (!cur_at_end(&at) && cur_until(&at, ' ', SIGNATURES_MAX, &one))
        if (str_starts_with(one, S("v1,")) && decode_base64(a, str_slice(one, 3, one.len), &given))
            right |= same_bytes(given, (str){(const char *)mac, SHA256_BYTES});
    return right;
}

enum status svix_verify(struct ctx *c, struct secret secret, const struct http_headers *headers,
                        str body, int64_t now_s, str *id)
{
    str event = header(headers, c->arena, "id");
    str timestamp = header(headers, c->arena, "timestamp");
    str signatures = header(headers, c->arena, "signature");
    struct buf signed_text = buf_new(c->arena, body.len + ID_MAX + 64);
    uint8_t mac[SHA256_BYTES];
    str key;

    if (!key_of(c->arena, secret, &key) || event.len == 0 || event.len > ID_MAX ||
        timestamp.len > 20 || signatures.len > SIGNATURES_MAX)
        return FAIL(c, ERR_FORBIDDEN, "the webhook is not signed");
    if (!is_of_now(timestamp, now_s))
        return FAIL(c, ERR_FORBIDDEN, "the webhook is not of now");
    buf_add(&signed_text, event);
    buf_add_char(&signed_text, '.');
    buf_add(&signed_text, timestamp);
    buf_add_char(&signed_text, '.');
    buf_add(&signed_text, body);
    hmac_sha256(key, buf_str(&signed_text), mac);
    if (!one_is_right(c->arena, signatures, mac))
        return FAIL(c, ERR_FORBIDDEN, "the webhook's signature is wrong");
    *id = event;
    return OK;
}
