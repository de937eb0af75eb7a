/*
 * clock.c - the calendar by arithmetic (days from civil and back, on years that
 * begin in March, so that the leap day comes last).  The C library's way needs
 * locks or shared buffers and a look at the machine's time zone.
 */
#include "base/clock.h"

enum {
    DAYS_PER_ERA = 146097, /* 400 years */
    DAYS_TO_1970 = 719468, /* from 0000-03-01 */
};

static const int64_t us_per_day = INT64_C(86400000000);
static const int64_t least_us = INT64_C(-62135596800000000);    /* 0001-01-01 */
static const int64_t greatest_us = INT64_C(253402300799999999); /* 9999-12-31 */

static int64_t read_clock_us(clockid_t id)
{
    struct timespec ts;

    if (clock_gettime(id, &ts) != 0)
        abort();
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

struct instant clock_now(void)
{
    return (struct instant){read_clock_us(CLOCK_REALTIME)};
}

int64_t clock_mono_us(void)
{
    return read_clock_us(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(void)
{
    return clock_mono_us() / 1000;
}

struct instant instant_add_ms(struct instant t, int64_t ms)
{
    return (struct instant){t.us + ms * 1000};
}

bool instant_is_none(struct instant t)
{
    return t.us == 0;
}

/* Lists are full of instants, so this counts in 32 bits once the day is known. */
static void put_digits(char *at, int n, uint32_t value)
{
    for (int i = n - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

static void put_date(char *at, uint32_t days) /* since 0000-03-01 */
{
    uint32_t day_of_era = days % DAYS_PER_ERA;
    uint32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t month_from_march = (5 * day_of_year + 2) / 153;
    uint32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;

    put_digits(at, 4, days / DAYS_PER_ERA * 400 + year_of_era + (month <= 2 ? 1 : 0));
    put_digits(at + 5, 2, month);
    put_digits(at + 8, 2, day_of_year - (153 * month_from_march + 2) / 5 + 1);
}

void instant_text(struct instant t, char out[INSTANT_TEXT + 1])
{
    static const char shape[INSTANT_TEXT + 1] = "0000-00-00T00:00:00.000Z";
    int64_t us = t.us < least_us ? least_us : t.us > greatest_us ? greatest_us : t.us;
    uint64_t since_march = (uint64_t)(us + DAYS_TO_1970 * us_per_day);
    uint32_t days = (uint32_t)(since_march / (uint64_t)us_per_day);
    uint32_t ms = (uint32_t)(since_march % (uint64_t)us_per_day / 1000);

    memcpy(out, shape, sizeof shape);
    put_date(out, days);
    put_digits(out + 11, 2, ms / 3600000);
    put_digits(out + 14, 2, ms / 60000 % 60);
    put_digits(out + 17, 2, ms / 1000 % 60);
    put_digits(out + 20, 3, ms % 1000);
}

str instant_str(struct arena *a, struct instant t)
{
    char *p = arena_alloc(a, INSTANT_TEXT + 1);

    instant_text(t, p);
    return (str){p, INSTANT_TEXT};
}

static bool take_digits(struct cur *cur, int n, int64_t *out)
{
    int64_t value = 0;

    if (cur->end - cur->at < n)
        return false;
    for (int i = 0; i < n; i++) {
        char ch = cur->at[i];

        if (ch < '0' || ch > '9')
            return false;
        value = value * 10 + (ch - '0');
    }
    cur->at += n;
    *out = value;
    return true;
}

static bool take_date(struct cur *cur, int64_t *days)
{
    static const int8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t y, m, d;
    int64_t shifted;
    bool leap;

    if (!take_digits(cur, 4, &y) || !cur_skip(cur, S("-")) || !take_digits(cur, 2, &m) ||
        !cur_skip(cur, S("-")) || !take_digits(cur, 2, &d))
        return false;
    leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    if (y < 1 || m < 1 || m > 12 || d < 1 || d > lengths[m - 1] + (m == 2 && leap ? 1 : 0))
        return false;
    shifted = m <= 2 ? y - 1 : y;
    *days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 +
            (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1 - DAYS_TO_1970;
    return true;
}

static bool take_time(struct cur *cur, int64_t *us)
{
    int64_t h, m, s;
    int64_t unit = 100000;
    int64_t fraction = 0;

    if (!take_digits(cur, 2, &h) || !cur_skip(cur, S(":")) || !take_digits(cur, 2, &m) ||
        !cur_skip(cur, S(":")) || !take_digits(cur, 2, &s))
        return false;
    if (h > 23 || m > 59 || s > 60) /* 60: a leap second counts as the one after it */
        return false;
    if (cur_skip(cur, S("."))) {
        int64_t digit;
        int n = 0;

        for (; n < 9 && take_digits(cur, 1, &digit); n++) {
            fraction += digit * unit;
            unit /= 10;
        }
        if (n == 0)
            return false;
    }
    *us = ((h * 60 + m) * 60 + s) * 1000000 + fraction;
    return true;
}

static bool take_offset(struct cur *cur, int64_t *us)
{
    int64_t h, m;
    bool west;

    *us = 0;
    if (cur_skip(cur, S("Z")) || cur_skip(cur, S("z")))
        return true;
    west = cur_skip(cur, S("-"));
    if (!west && !cur_skip(cur, S("+")))
        return false;
    if (!take_digits(cur, 2, &h) || !cur_skip(cur, S(":")) || !take_digits(cur, 2, &m) || h > 23 ||
        m > 59)
        return false;
    *us = (h * 60 + m) * 60000000 * (west ? -1 : 1);
    return true;
}

bool instant_parse(str s, struct instant *out)
{
    struct cur cur = cur_of(s);
    int64_t days, us, offset;

    if (!take_date(&cur, &days))
        return false;
    if (!cur_skip(&cur, S("T")) && !cur_skip(&cur, S("t")) && !cur_skip(&cur, S(" ")))
        return false;
    if (!take_time(&cur, &us) || !take_offset(&cur, &offset) || !cur_at_end(&cur))
        return false;
    out->us = days * us_per_day + us - offset;
    return true;
}
