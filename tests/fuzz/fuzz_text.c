/*
 * fuzz_text.c - the small parsers of outside text: what they take, written
 * again, is taken again and means the same; what they refuse leaves *out alone.
 */
#include "fuzz.h"

#include "base/uuid.h"

static void encodings(struct arena *a, str s)
{
    struct buf b = buf_new(a, s.len * 3 + 8);
    str back = S("");
    str again = S("");

    buf_add_base64(&b, s);
    MUST(decode_base64(a, buf_str(&b), &back) && str_eq(back, s));
    buf_reset(&b);
    buf_add_base64url(&b, s);
    MUST(decode_base64(a, buf_str(&b), &back) && str_eq(back, s));
    buf_reset(&b);
    buf_add_hex(&b, s);
    MUST(decode_hex(a, buf_str(&b), &back) && str_eq(back, s));
    buf_reset(&b);
    buf_add_url(&b, s);
    MUST(decode_url(a, buf_str(&b), true, &back) && str_eq(back, s));
    if (decode_base64(a, s, &back)) {
        buf_reset(&b);
        buf_add_base64(&b, back);
        MUST(decode_base64(a, buf_str(&b), &again) && str_eq(back, again));
    }
    if (decode_hex(a, s, &back))
        MUST(back.len * 2 == s.len);
    if (decode_url(a, s, false, &back))
        MUST(back.len <= s.len);
}

static void values(struct arena *a, str s)
{
    struct instant t = {7};
    struct instant t2 = {7};
    struct uuid u = {{7}};
    struct uuid u2;
    int64_t n = 7;
    int64_t n2;

    if (!instant_parse(s, &t))
        MUST(t.us == 7);
    else if (t.us > INT64_C(-62135596800000000) && t.us < INT64_C(253402300800000000))
        MUST(instant_parse(instant_str(a, t), &t2) && t.us - t2.us < 1000 && t.us >= t2.us);
    if (!uuid_parse(s, &u))
        MUST(u.b[0] == 7);
    else
        MUST(uuid_parse(uuid_str(a, u), &u2) && uuid_eq(u, u2));
    if (!str_parse_i64(s, &n))
        MUST(n == 7);
    else
        MUST(str_parse_i64(arena_printf(a, "%lld", (long long)n), &n2) && n == n2);
}

static void parts(struct arena *a, str s)
{
    struct cur cur = cur_of(s);
    struct buf b = buf_new(a, s.len * 8 + 1);
    str part = S("");
    str cut = str_utf8_cut(s, s.len / 2);

    while (!cur_at_end(&cur) && cur_until(&cur, '&', 16, &part))
        MUST(part.len <= 16);
    MUST(cut.len <= s.len / 2 || s.len == 0);
    MUST(!str_is_utf8(s) || str_is_utf8(cut));
    MUST(str_trim(s).len <= s.len);
    buf_add_html(&b, s);
    MUST(!b.overflow && memchr(buf_str(&b).ptr, '<', b.len) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    str s = {(const char *)data, size};

    encodings(a, s);
    values(a, s);
    parts(a, s);
    arena_free(a);
    return 0;
}
