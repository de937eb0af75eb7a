/*
 * buf.c - a text that grows by doubling inside an arena.
 *
 * The old copy stays behind in the arena until it is reset: at most as much
 * again as the text itself, which is the price of never freeing.  A buf whose
 * arena is NULL lies in memory that its maker provided (ptr, cap, max = cap - 1)
 * and never grows; the log writes its lines in one.
 *
 * Invariant: cap <= max + 1, and len < cap once anything is there, so a
 * terminator always has its place.
 */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>

enum { CAP_FIRST = 256 };

struct buf buf_new(struct arena *a, size_t max)
{
    assert(max < SIZE_MAX / 4);
    return (struct buf){.arena = a, .max = max};
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->overflow = false;
}

bool buf_grow(struct buf *b, size_t n)
{
    size_t cap = b->cap < CAP_FIRST ? CAP_FIRST : b->cap;
    char *ptr;

    if (b->overflow || n > b->max - b->len) {
        b->overflow = true;
        return false;
    }
    while (cap < b->len + n + 1)
        cap *= 2;
    if (cap > b->max + 1)
        cap = b->max + 1;
    assert(b->arena != NULL);
    ptr = arena_alloc(b->arena, cap);
    if (b->len > 0)
        memcpy(ptr, b->ptr, b->len);
    b->ptr = ptr;
    b->cap = cap;
    return true;
}

void buf_add(struct buf *b, str s)
{
    char *at;

    if (s.len == 0)
        return;
    at = buf_extend(b, s.len);
    if (at != NULL)
        memcpy(at, s.ptr, s.len);
}

void buf_add_char(struct buf *b, char ch)
{
    char *at = buf_extend(b, 1);

    if (at != NULL)
        *at = ch;
}

void buf_add_i64(struct buf *b, int64_t n)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    char digits[20];
    size_t at = sizeof digits;
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

    while (left >= 100) {
        at -= 2;
        memcpy(digits + at, pairs + left % 100 * 2, 2);
        left /= 100;
    }
    if (left >= 10) {
        at -= 2;
        memcpy(digits + at, pairs + left * 2, 2);
    } else {
        digits[--at] = (char)('0' + left);
    }
    if (n < 0)
        digits[--at] = '-';
    buf_add(b, (str){digits + at, sizeof digits - at});
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    int n;
    char *at;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    assert(n >= 0);
    at = buf_extend(b, (size_t)n);
    if (at == NULL)
        return;
    va_start(args, fmt);
    (void)vsnprintf(at, (size_t)n + 1, fmt, args);
    va_end(args);
}

void buf_add_html(struct buf *b, str s)
{
    size_t from = 0;

    for (size_t i = 0; i < s.len; i++) {
        str as;

        switch (s.ptr[i]) {
        case '&':
            as = S("&amp;");
            break;
        case '<':
            as = S("&lt;");
            break;
        case '>':
            as = S("&gt;");
            break;
        case '"':
            as = S("&quot;");
            break;
        case '\'':
            as = S("&#39;");
            break;
        default:
            continue;
        }
        buf_add(b, str_slice(s, from, i));
        buf_add(b, as);
        from = i + 1;
    }
    buf_add(b, str_slice(s, from, s.len));
}

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";

static bool is_unreserved(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
           ch == '-' || ch == '.' || ch == '_' || ch == '~';
}

void buf_add_url(struct buf *b, str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.ptr[i];

        if (is_unreserved(s.ptr[i]))
            buf_add_char(b, s.ptr[i]);
        else
            buf_add(b, (str){
                           (char[]){'%', hex_upper[ch >> 4], hex_upper[ch & 15]},
                           3
            });
    }
}

void buf_add_hex(struct buf *b, str s)
{
    char *at = s.len > b->max ? NULL : buf_extend(b, s.len * 2);

    if (at == NULL) {
        b->overflow = true;
        return;
    }
    for (size_t i = 0; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.ptr[i];

        at[2 * i] = hex_lower[ch >> 4];
        at[2 * i + 1] = hex_lower[ch & 15];
    }
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void add_base64(struct buf *b, str s, const char *alphabet, bool pad)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    size_t i = 0;

    for (; i + 3 <= s.len; i += 3) {
        char four[4] = {alphabet[p[i] >> 2], alphabet[(p[i] & 3U) << 4 | p[i + 1] >> 4],
                        alphabet[(p[i + 1] & 15U) << 2 | p[i + 2] >> 6], alphabet[p[i + 2] & 63U]};

        buf_add(b, (str){four, 4});
    }
    if (i < s.len) {
        bool two = i + 2 == s.len;
        unsigned next = two ? p[i + 1] : 0;
        char four[4] = {alphabet[p[i] >> 2], alphabet[(p[i] & 3U) << 4 | next >> 4], '=', '='};

        if (two)
            four[2] = alphabet[(next & 15U) << 2];
        buf_add(b, (str){four, pad ? 4U : two ? 3U : 2U});
    }
}

void buf_add_base64(struct buf *b, str s)
{
    add_base64(b, s, base64, true);
}

void buf_add_base64url(struct buf *b, str s)
{
    add_base64(b, s, base64url, false);
}

str buf_str(const struct buf *b)
{
    if (b->len == 0)
        return S("");
    b->ptr[b->len] = '\0';
    return (str){b->ptr, b->len};
}

enum status buf_done(struct ctx *c, const struct buf *b, str *out)
{
    if (b->overflow)
        return FAIL(c, ERR_TOO_LARGE, "longer than %zu bytes", b->max);
    *out = buf_str(b);
    return OK;
}

static int hex_digit(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    if (ch >= 'a' && ch <= 'f')
        return ch - 'a' + 10;
    if (ch >= 'A' && ch <= 'F')
        return ch - 'A' + 10;
    return -1;
}

bool decode_hex(struct arena *a, str s, str *out)
{
    char *p = arena_alloc(a, s.len / 2 + 1);

    if (s.len % 2 != 0)
        return false;
    for (size_t i = 0; i < s.len; i += 2) {
        int high = hex_digit(s.ptr[i]);
        int low = hex_digit(s.ptr[i + 1]);

        if (high < 0 || low < 0)
            return false;
        p[i / 2] = (char)(high << 4 | low);
    }
    *out = (str){p, s.len / 2};
    return true;
}

static int base64_digit(char ch)
{
    if (ch >= 'A' && ch <= 'Z')
        return ch - 'A';
    if (ch >= 'a' && ch <= 'z')
        return ch - 'a' + 26;
    if (ch >= '0' && ch <= '9')
        return ch - '0' + 52;
    if (ch == '+' || ch == '-')
        return 62;
    if (ch == '/' || ch == '_')
        return 63;
    return -1;
}

bool decode_base64(struct arena *a, str s, str *out)
{
    char *p = arena_alloc(a, s.len / 4 * 3 + 4);
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;

    if (s.len % 4 == 0 && str_ends_with(s, S("=")))
        s.len -= str_ends_with(s, S("==")) ? 2 : 1;
    if (s.len % 4 == 1)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        int digit = base64_digit(s.ptr[i]);

        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        have += 6;
        if (have >= 8) {
            have -= 8;
            p[n++] = (char)(bits >> have & 0xFFU);
        }
    }
    /* One text, one meaning: the bits that are left over must be zero. */
    if ((bits & ((1U << have) - 1)) != 0)
        return false;
    *out = (str){p, n};
    return true;
}

bool decode_url(struct arena *a, str s, bool plus_is_space, str *out)
{
    char *p = arena_alloc(a, s.len + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i];

        if (ch == '%') {
            int high = s.len - i > 2 ? hex_digit(s.ptr[i + 1]) : -1;
            int low = s.len - i > 2 ? hex_digit(s.ptr[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            ch = (char)(high << 4 | low);
            i += 2;
        } else if (ch == '+' && plus_is_space) {
            ch = ' ';
        }
        p[n++] = ch;
    }
    *out = (str){p, n};
    return true;
}
