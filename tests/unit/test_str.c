/*
 * test_str.c - views, numbers, UTF-8, the cursor.
 */
#include "t.h"

static void slices_are_clamped(void **state)
{
    (void)state;
    T_STR(str_slice(S("hello"), 1, 3), "el");
    T_STR(str_slice(S("hello"), 3, 99), "lo");
    T_STR(str_slice(S("hello"), 4, 2), "");
    T_STR(str_slice(S("hello"), 9, 12), "");
}

static void comparing_looks_at_bytes_and_length(void **state)
{
    (void)state;
    assert_true(str_eq(S("a"), S("a")));
    assert_false(str_eq(S("a"), S("ab")));
    assert_false(str_eq(S("a"), S("A")));
    assert_true(str_eq_fold(S("Content-TYPE"), S("content-type")));
    assert_false(str_eq_fold(S("\xC3\x84"), S("\xC3\xA4")));
    assert_true(str_eq((str){NULL, 0}, S("")));
    assert_true(str_is_empty(str_of(NULL)));
}

static void beginnings_ends_and_places(void **state)
{
    size_t at = 99;

    (void)state;
    assert_true(str_starts_with(S("image/png"), S("image/")));
    assert_false(str_starts_with(S("im"), S("image/")));
    assert_true(str_ends_with(S("a.txt"), S(".txt")));
    assert_false(str_ends_with(S("txt"), S(".txt")));
    assert_true(str_find(S("a=b=c"), S("="), &at));
    assert_int_equal(at, 1);
    assert_false(str_find(S("abc"), S("abcd"), &at));
    assert_int_equal(at, 1);
    assert_true(str_find((str){NULL, 0}, S(""), &at));
    assert_int_equal(at, 0);
}

static void trimming_takes_white_space_at_both_ends_only(void **state)
{
    (void)state;
    T_STR(str_trim(S(" \t a b\r\n")), "a b");
    T_STR(str_trim(S(" \n ")), "");
    T_STR(str_trim(S("")), "");
}

static bool parses_to(str s, int64_t expected)
{
    int64_t n = ~expected;

    return str_parse_i64(s, &n) && n == expected;
}

static bool is_refused(str s)
{
    int64_t n = 7;

    return !str_parse_i64(s, &n) && n == 7;
}

static void whole_numbers_parse_exactly_or_not_at_all(void **state)
{
    (void)state;
    assert_true(parses_to(S("0"), 0));
    assert_true(parses_to(S("-1"), -1));
    assert_true(parses_to(S("007"), 7));
    assert_true(parses_to(S("9223372036854775807"), INT64_MAX));
    assert_true(parses_to(S("-9223372036854775808"), INT64_MIN));
    assert_true(is_refused(S("9223372036854775808")));
    assert_true(is_refused(S("-9223372036854775809")));
    assert_true(is_refused(S("99999999999999999999")));
    assert_true(is_refused(S("")));
    assert_true(is_refused(S("-")));
    assert_true(is_refused(S("+1")));
    assert_true(is_refused(S(" 1")));
    assert_true(is_refused(S("1 ")));
    assert_true(is_refused(S("1x")));
    assert_true(is_refused(S("0x10")));
    assert_true(is_refused(S("1\0")));
}

static void utf8_is_well_formed_or_refused(void **state)
{
    static const str good[] = {
        STR_INIT(""),
        STR_INIT("ascii"),
        STR_INIT("\xC2\x80"),
        STR_INIT("\xE0\xA0\x80"),
        STR_INIT("\xED\x9F\xBF"),
        STR_INIT("\xEF\xBF\xBF"),
        STR_INIT("\xF0\x90\x80\x80"),
        STR_INIT("\xF4\x8F\xBF\xBF"),
    };
    static const str bad[] = {
        STR_INIT("a\0b"),             /* NUL */
        STR_INIT("\x80"),             /* a continuation alone */
        STR_INIT("\xC0\xAF"),         /* overlong '/' */
        STR_INIT("\xC1\xBF"),         /* overlong */
        STR_INIT("\xE0\x9F\xBF"),     /* overlong */
        STR_INIT("\xF0\x8F\xBF\xBF"), /* overlong */
        STR_INIT("\xED\xA0\x80"),     /* a surrogate */
        STR_INIT("\xF4\x90\x80\x80"), /* past U+10FFFF */
        STR_INIT("\xF5\x80\x80\x80"),
        STR_INIT("\xFF"),
        STR_INIT("\xE2\x82"), /* cut short */
        STR_INIT("\xE2\x28\xA1"),
        STR_INIT("\xF0\x9F\x98"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(str_is_utf8(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(str_is_utf8(bad[i]));
    assert_int_equal(str_utf8_step(S("\xC3\xA9\"")), 2);
    assert_int_equal(str_utf8_step(S("\xF0\x9F\x98\x80\xFF")), 4);
    assert_int_equal(str_utf8_step(S("\xFF")), 0);
    assert_int_equal(str_utf8_step(S("")), 0);
}

static void code_points_are_counted_and_not_cut_in_two(void **state)
{
    str text = S("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"); /* 1 + 2 + 3 + 4 bytes */

    (void)state;
    assert_int_equal(str_utf8_count(text), 4);
    assert_int_equal(str_utf8_cut(text, 100).len, 10);
    assert_int_equal(str_utf8_cut(text, 10).len, 10);
    assert_int_equal(str_utf8_cut(text, 9).len, 6);
    assert_int_equal(str_utf8_cut(text, 5).len, 3);
    assert_int_equal(str_utf8_cut(text, 2).len, 1);
    assert_int_equal(str_utf8_cut(text, 0).len, 0);
}

static void a_cursor_walks_parts_up_to_a_maximum(void **state)
{
    struct cur cur = cur_of(S("a;bb;;ccc"));
    str part;

    (void)state;
    assert_true(cur_until(&cur, ';', 8, &part));
    T_STR(part, "a");
    assert_true(cur_until(&cur, ';', 2, &part));
    T_STR(part, "bb");
    assert_true(cur_until(&cur, ';', 0, &part));
    T_STR(part, "");
    assert_false(cur_until(&cur, ';', 2, &part));
    assert_true(cur_until(&cur, ';', 3, &part));
    T_STR(part, "ccc");
    assert_true(cur_at_end(&cur));
    assert_true(cur_until(&cur, ';', 3, &part));
    T_STR(part, "");
    cur = cur_of(S("abcd;e"));
    assert_false(cur_until(&cur, ';', 3, &part));
    assert_true(cur_until(&cur, ';', 4, &part));
    T_STR(part, "abcd");
}

static void a_cursor_skips_only_what_stands_there(void **state)
{
    struct cur cur = cur_of(S("sha256=ab"));

    (void)state;
    assert_false(cur_skip(&cur, S("sha1=")));
    assert_true(cur_skip(&cur, S("sha256=")));
    assert_false(cur_skip(&cur, S("abc")));
    assert_true(cur_skip(&cur, S("ab")));
    assert_true(cur_at_end(&cur));
    cur = cur_of((str){NULL, 0});
    assert_true(cur_at_end(&cur));
    assert_false(cur_skip(&cur, S("x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(slices_are_clamped),
        T(comparing_looks_at_bytes_and_length),
        T(beginnings_ends_and_places),
        T(trimming_takes_white_space_at_both_ends_only),
        T(whole_numbers_parse_exactly_or_not_at_all),
        T(utf8_is_well_formed_or_refused),
        T(code_points_are_counted_and_not_cut_in_two),
        T(a_cursor_walks_parts_up_to_a_maximum),
        T(a_cursor_skips_only_what_stands_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
