/*
 * str.c - views of bytes.  A null view ({NULL, 0}) is legal everywhere, so the
 * C library's functions, which want a pointer even for nothing, are asked only
 * when there is something.
 */
#include "base/str.h"

str str_of(const char *cstr)
{
    return cstr == NULL ? S("") : (str){cstr, strlen(cstr)};
}

bool str_is_empty(str s)
{
    return s.len == 0;
}

bool str_eq(str a, str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static char lower(char ch)
{
    if (ch >= 'A' && ch <= 'Z')
        return (char)(ch - 'A' + 'a');
    return ch;
}

bool str_eq_fold(str a, str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

bool str_starts_with(str s, str prefix)
{
    return s.len >= prefix.len && str_eq(str_slice(s, 0, prefix.len), prefix);
}

bool str_ends_with(str s, str suffix)
{
    return s.len >= suffix.len && str_eq(str_slice(s, s.len - suffix.len, s.len), suffix);
}

bool str_find(str s, str needle, size_t *out)
{
    const char *at;

    if (needle.len > s.len)
        return false;
    if (needle.len == 0) {
        *out = 0;
        return true;
    }
    at = memmem(s.ptr, s.len, needle.ptr, needle.len);
    if (at == NULL)
        return false;
    *out = (size_t)(at - s.ptr);
    return true;
}

str str_slice(str s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from >= to)
        return S("");
    return (str){s.ptr + from, to - from};
}

static bool is_space(char ch)
{
    return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

str str_trim(str s)
{
    size_t from = 0;
    size_t to = s.len;

    while (from < to && is_space(s.ptr[from]))
        from++;
    while (to > from && is_space(s.ptr[to - 1]))
        to--;
    return str_slice(s, from, to);
}

bool str_parse_i64(str s, int64_t *out)
{
    bool minus = s.len > 0 && s.ptr[0] == '-';
    int64_t n = 0;

    if (s.len == (minus ? 1U : 0U))
        return false;
    for (size_t i = minus ? 1 : 0; i < s.len; i++) {
        int digit = s.ptr[i] - '0';

        if (digit < 0 || digit > 9 || __builtin_mul_overflow(n, 10, &n))
            return false;
        /* Towards the sign: the least number has no positive twin. */
        if (__builtin_add_overflow(n, minus ? -digit : digit, &n))
            return false;
    }
    *out = n;
    return true;
}

size_t str_utf8_step(str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    unsigned char least = 0x80;
    unsigned char most = 0xBF;
    size_t n;

    if (s.len == 0)
        return 0;
    if (p[0] < 0x80)
        return p[0] == 0 ? 0 : 1;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (s.len < n)
        return 0;
    /* Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte. */
    if (p[0] == 0xE0)
        least = 0xA0;
    else if (p[0] == 0xED)
        most = 0x9F;
    else if (p[0] == 0xF0)
        least = 0x90;
    else if (p[0] == 0xF4)
        most = 0x8F;
    if (p[1] < least || p[1] > most)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (p[i] < 0x80 || p[i] > 0xBF)
            return 0;
    return n;
}

bool str_is_utf8(str s)
{
    while (s.len > 0) {
        size_t n = str_utf8_step(s);

        if (n == 0)
            return false;
        s.ptr += n;
        s.len -= n;
    }
    return true;
}

size_t str_utf8_count(str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.ptr[i] & 0xC0U) != 0x80)
            n++;
    return n;
}

str str_utf8_cut(str s, size_t max_bytes)
{
    size_t to = max_bytes;

    if (s.len <= max_bytes)
        return s;
    while (to > 0 && ((unsigned char)s.ptr[to] & 0xC0U) == 0x80)
        to--;
    return str_slice(s, 0, to);
}

struct cur cur_of(str s)
{
    const char *at = s.len > 0 ? s.ptr : "";

    return (struct cur){at, at + s.len};
}

bool cur_at_end(const struct cur *cur)
{
    return cur->at == cur->end;
}

bool cur_until(struct cur *cur, char stop, size_t max, str *out)
{
    size_t left = (size_t)(cur->end - cur->at);
    size_t look = left <= max ? left : max + 1;
    const char *at = memchr(cur->at, stop, look);

    if (at == NULL) {
        if (left > max)
            return false;
        *out = (str){cur->at, left};
        cur->at = cur->end;
        return true;
    }
    *out = (str){cur->at, (size_t)(at - cur->at)};
    cur->at = at + 1;
    return true;
}

bool cur_skip(struct cur *cur, str literal)
{
    str rest = {cur->at, (size_t)(cur->end - cur->at)};

    if (!str_starts_with(rest, literal))
        return false;
    cur->at += literal.len;
    return true;
}

str secret_expose(struct secret s)
{
    return (str){s.bytes, s.size};
}
