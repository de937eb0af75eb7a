/*
 * test_uuid.c - identifiers that sort by time.  The linker gives uuid.c our
 * clock (--wrap), so that a test can make it stand still and go back.
 */
#include "t.h"

#include "base/clock.h"

struct instant __real_clock_now(void);
struct instant __wrap_clock_now(void);

static int64_t set_us; /* 0: the real time */

struct instant __wrap_clock_now(void)
{
    return set_us == 0 ? __real_clock_now() : (struct instant){set_us};
}

static void new_ones_are_version_seven_and_of_now(void **state)
{
    int64_t before = clock_now().us / 1000;
    struct uuid u = uuid_new();
    int64_t after = clock_now().us / 1000;
    int64_t ms = 0;

    (void)state;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | u.b[i];
    assert_true(ms >= before && ms <= after + 1);
    assert_int_equal(u.b[6] >> 4, 7);
    assert_int_equal(u.b[8] >> 6, 2);
}

static void each_is_greater_than_the_one_before(void **state)
{
    struct uuid last = uuid_new();

    (void)state;
    for (int i = 0; i < 50000; i++) {
        struct uuid next = uuid_new();

        assert_true(uuid_cmp(last, next) < 0);
        last = next;
    }
}

static void they_go_on_when_the_clock_stands_or_goes_back(void **state)
{
    struct uuid last = uuid_new();

    (void)state;
    set_us = clock_now().us + 1000000;
    for (int i = 0; i < 10000; i++) {
        struct uuid next = uuid_new();

        assert_true(uuid_cmp(last, next) < 0);
        last = next;
        if (i == 5000)
            set_us -= 60000000;
    }
    set_us = 0;
}

static void text_there_and_back(void **state)
{
    struct ctx *c = t_ctx(state);
    struct uuid u = uuid_new();
    struct uuid back;
    str text = uuid_str(c->arena, u);

    assert_int_equal(text.len, UUID_TEXT);
    assert_true(uuid_parse(text, &back));
    assert_true(uuid_eq(u, back));
    assert_true(uuid_parse(S("0190A6C8-0000-7FFF-bFFF-00000000000f"), &back));
    T_STR(uuid_str(c->arena, back), "0190a6c8-0000-7fff-bfff-00000000000f");
}

static void other_forms_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "0190a6c8-0000-7fff-bfff-00000000000",
        "0190a6c8-0000-7fff-bfff-0000000000000",
        "0190a6c800007fffbfff00000000000f",
        "{190a6c8-0000-7fff-bfff-00000000000f",
        "0190a6c8-0000-7fff-bfff-00000000000g",
        "0190a6c8-0000-7fff-bfff000-00000000f",
        "0190a6c8_0000-7fff-bfff-00000000000f",
    };
    struct uuid u = {{1}};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(uuid_parse(str_of(bad[i]), &u));
    assert_int_equal(u.b[0], 1);
}

static void zero_is_nobody(void **state)
{
    struct uuid u = {{0}};

    (void)state;
    assert_true(uuid_is_zero(u));
    u.b[15] = 1;
    assert_false(uuid_is_zero(u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(new_ones_are_version_seven_and_of_now),
        T(each_is_greater_than_the_one_before),
        T(they_go_on_when_the_clock_stands_or_goes_back),
        T(text_there_and_back),
        T(other_forms_are_refused),
        T(zero_is_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
