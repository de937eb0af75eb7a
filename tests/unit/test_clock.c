/*
 * test_clock.c - instants as text and back, against the C library's calendar.
 */
#include "t.h"

static int64_t parsed(const char *text)
{
    struct instant t = {-1};

    return instant_parse(str_of(text), &t) ? t.us : -1;
}

static void text_has_milliseconds_and_utc(void **state)
{
    struct arena *a = t_ctx(state)->arena;

    T_STR(instant_str(a, (struct instant){0}), "1970-01-01T00:00:00.000Z");
    T_STR(instant_str(a, (struct instant){INT64_C(1795336898120999)}), "2026-11-22T08:41:38.120Z");
    T_STR(instant_str(a, (struct instant){-1}), "1969-12-31T23:59:59.999Z");
    T_STR(instant_str(a, (struct instant){INT64_C(951782400000000)}), "2000-02-29T00:00:00.000Z");
}

static void times_beyond_the_calendar_are_clamped(void **state)
{
    struct arena *a = t_ctx(state)->arena;

    T_STR(instant_str(a, (struct instant){INT64_MIN}), "0001-01-01T00:00:00.000Z");
    T_STR(instant_str(a, (struct instant){INT64_MAX}), "9999-12-31T23:59:59.999Z");
}

static void every_day_agrees_with_the_c_library(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (int64_t day = -200000; day < 200000; day += 13) {
        time_t seconds = day * 86400 + 43261;
        struct instant t = {(int64_t)seconds * 1000000};
        struct instant back;
        struct tm tm;
        char expected[64];

        assert_non_null(gmtime_r(&seconds, &tm));
        assert_true(strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000Z", &tm) > 0);
        T_STR(instant_str(a, t), expected);
        assert_true(instant_parse(str_of(expected), &back));
        assert_int_equal(back.us, t.us);
        arena_reset(a);
    }
    arena_free(a);
}

static void offsets_and_fractions_are_understood(void **state)
{
    int64_t expected = INT64_C(1795336898120000);

    (void)state;
    assert_int_equal(parsed("2026-11-22T08:41:38.120Z"), expected);
    assert_int_equal(parsed("2026-11-22t08:41:38.12z"), expected);
    assert_int_equal(parsed("2026-11-22 16:41:38.120+08:00"), expected);
    assert_int_equal(parsed("2026-11-21T23:11:38.12-09:30"), expected);
    assert_int_equal(parsed("2026-11-22T08:41:38.120456789Z"), expected + 456);
    assert_int_equal(parsed("2026-11-22T08:41:38Z"), expected - 120000);
    assert_int_equal(parsed("1998-12-31T23:59:60Z"), parsed("1999-01-01T00:00:00Z"));
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "2026-11-22",
        "2026-11-22T08:41Z",
        "2026-11-22T08:41:38",
        "2026-11-22T08:41:38+0800",
        "2026-11-22T08:41:38+08",
        "2026-11-22T08:41:38Zx",
        "2026-11-22T08:41:38.Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T08:60:00Z",
        "2026-11-22T08:00:61Z",
        "2026-11-22T08:41:38+24:00",
        "2026-00-22T08:41:38Z",
        "2026-13-22T08:41:38Z",
        "2026-02-29T08:41:38Z",
        "1900-02-29T08:41:38Z",
        "2026-04-31T08:41:38Z",
        "2026-11-00T08:41:38Z",
        "0000-01-01T00:00:00Z",
        "26-11-22T08:41:38Z",
        " 2026-11-22T08:41:38Z",
        "2026-11-22T08:41:38.1234567890Z",
        "-026-11-22T08:41:38Z",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (parsed(bad[i]) != -1)
            fail_msg("accepted \"%s\"", bad[i]);
}

static void clocks_go_forward(void **state)
{
    int64_t us = clock_mono_us();

    (void)state;
    assert_true(clock_mono_us() >= us);
    assert_true(clock_mono_ms() >= us / 1000);
    assert_true(clock_now().us > INT64_C(1700000000000000));
    assert_int_equal(instant_add_ms((struct instant){5}, 2).us, 2005);
    assert_true(instant_is_none((struct instant){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(text_has_milliseconds_and_utc),       T(times_beyond_the_calendar_are_clamped),
        T(every_day_agrees_with_the_c_library), T(offsets_and_fractions_are_understood),
        T(what_is_no_time_is_refused),          T(clocks_go_forward),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
