/*
 * uuid.c - UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 bits of the fraction
 * of the millisecond, 62 random bits.
 *
 * A thread never makes the same or an earlier time twice: it counts on from
 * its last one when the clock stands or goes back.  Random bytes come from the
 * kernel each time; a pool would be faster and would be inherited by a fork.
 */
#include "base/uuid.h"

#include <errno.h>
#include <sys/random.h>

#include "base/clock.h"

void random_bytes(void *out, size_t n)
{
    char *at = out;

    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            abort();
        at += got;
        n -= (size_t)got;
    }
}

struct uuid uuid_new(void)
{
    static _Thread_local uint64_t last; /* milliseconds << 12 | fraction */
    uint64_t us = (uint64_t)clock_now().us;
    uint64_t now = us / 1000 << 12 | us % 1000 * 4096 / 1000;
    struct uuid u;

    if (now <= last)
        now = last + 1;
    last = now;
    random_bytes(u.b + 8, 8);
    for (int i = 0; i < 6; i++)
        u.b[i] = (uint8_t)(now >> (52 - 8 * i));
    u.b[6] = (uint8_t)(0x70 | (now >> 8 & 0x0F));
    u.b[7] = (uint8_t)now;
    u.b[8] = (uint8_t)(0x80 | (u.b[8] & 0x3F));
    return u;
}

bool uuid_is_zero(struct uuid u)
{
    return uuid_eq(u, (struct uuid){{0}});
}

bool uuid_eq(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

int uuid_cmp(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, sizeof a.b);
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

static bool is_dash_place(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

bool uuid_parse(str s, struct uuid *out)
{
    struct uuid u;
    size_t n = 0;

    if (s.len != UUID_TEXT)
        return false;
    for (size_t i = 0; i < UUID_TEXT; i++) {
        int high;
        int low;

        if (is_dash_place(i)) {
            if (s.ptr[i] != '-')
                return false;
            continue;
        }
        high = hex_digit(s.ptr[i]);
        low = hex_digit(s.ptr[++i]);
        if (high < 0 || low < 0)
            return false;
        u.b[n++] = (uint8_t)(high << 4 | low);
    }
    *out = u;
    return true;
}

void uuid_text(struct uuid u, char out[UUID_TEXT + 1])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;

    for (size_t i = 0; i < sizeof u.b; i++) {
        if (is_dash_place(at))
            out[at++] = '-';
        out[at++] = digits[u.b[i] >> 4];
        out[at++] = digits[u.b[i] & 15];
    }
    out[at] = '\0';
}

str uuid_str(struct arena *a, struct uuid u)
{
    char *p = arena_alloc(a, UUID_TEXT + 1);

    uuid_text(u, p);
    return (str){p, UUID_TEXT};
}
