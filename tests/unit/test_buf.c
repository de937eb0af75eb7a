/*
 * test_buf.c - building texts: growth, the maximum, escaping, and the way back.
 */
#include "t.h"

static void it_grows_and_stays_terminated(void **state)
{
    struct buf b = buf_new(t_ctx(state)->arena, 100000);

    T_STR(buf_str(&b), "");
    for (int i = 0; i < 10000; i++)
        buf_add(&b, S("0123456789"));
    assert_false(b.overflow);
    assert_int_equal(b.len, 100000);
    assert_int_equal(strlen(buf_str(&b).ptr), 100000);
    for (size_t i = 0; i < b.len; i++)
        assert_int_equal(b.ptr[i], '0' + i % 10);
}

static void past_the_maximum_nothing_more_is_added(void **state)
{
    struct ctx *c = t_ctx(state);
    struct buf b = buf_new(c->arena, 10);
    str out = S("untouched");

    buf_add(&b, S("12345"));
    buf_add(&b, S("678901"));
    buf_add(&b, S("6"));
    assert_true(b.overflow);
    T_STR(buf_str(&b), "12345");
    T_FAILS(c, ERR_TOO_LARGE, buf_done(c, &b, &out));
    T_STR(out, "untouched");
    buf_reset(&b);
    buf_add(&b, S("1234567890"));
    T_OK(c, buf_done(c, &b, &out));
    T_STR(out, "1234567890");
}

static void every_way_of_adding_obeys_the_maximum(void **state)
{
    for (size_t max = 0; max < 40; max++) {
        for (int way = 0; way < 8; way++) {
            struct buf b = buf_new(t_ctx(state)->arena, max);

            for (int i = 0; i < 12; i++) {
                str s = S("<a\xFF\n");

                switch (way) {
                case 0:
                    buf_add_json(&b, s);
                    break;
                case 1:
                    buf_add_html(&b, s);
                    break;
                case 2:
                    buf_add_url(&b, s);
                    break;
                case 3:
                    buf_add_hex(&b, s);
                    break;
                case 4:
                    buf_add_base64(&b, s);
                    break;
                case 5:
                    buf_add_i64(&b, -123456);
                    break;
                case 6:
                    buf_printf(&b, "%d-%s", 12, "ab");
                    break;
                default:
                    buf_add_char(&b, 'x');
                }
                assert_true(b.len <= max);
            }
            assert_int_equal(strlen(buf_str(&b).ptr), b.len);
            assert_true(b.overflow || way == 7);
        }
    }
}

static void numbers_are_written_in_full(void **state)
{
    struct ctx *c = t_ctx(state);
    static const int64_t all[] = {0,   -1,   7,    10,        -10,       99,       100,
                                  101, 9999, 1000, 123456789, INT64_MAX, INT64_MIN};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct buf b = buf_new(c->arena, 64);

        buf_add_i64(&b, all[i]);
        T_STR(buf_str(&b), arena_printf(c->arena, "%lld", (long long)all[i]).ptr);
    }
}

static void json_texts_are_escaped(void **state)
{
    static const str cases[][2] = {
        {STR_INIT(""),                                   STR_INIT("\"\"")                                    },
        {STR_INIT("plain"),                              STR_INIT("\"plain\"")                               },
        {STR_INIT("eight bytes and \"more\" \\ of it"),
         STR_INIT("\"eight bytes and \\\"more\\\" \\\\ of it\"")                                             },
        {STR_INIT("\b\f\n\r\t"),                         STR_INIT("\"\\b\\f\\n\\r\\t\"")                     },
        {STR_INIT("\0\x01\x1F\x7F"),                     STR_INIT("\"\\u0000\\u0001\\u001f\x7F\"")           },
        {STR_INIT("12345678\n"),                         STR_INIT("\"12345678\\n\"")                         },
        {STR_INIT("\xE4\xBD\xA0\xE5\xA5\xBD"),           STR_INIT("\"\xE4\xBD\xA0\xE5\xA5\xBD\"")            },
        {STR_INIT("\xC3\xA9\"\xE4\xBD\xA0\\\xC3\xA9\n"),
         STR_INIT("\"\xC3\xA9\\\"\xE4\xBD\xA0\\\\\xC3\xA9\\n\"")                                             },
        {STR_INIT("\xF0\x9F\x98\x80!"),                  STR_INIT("\"\xF0\x9F\x98\x80!\"")                   },
        {STR_INIT("a\xFFz"),                             STR_INIT("\"a\xEF\xBF\xBDz\"")                      },
        {STR_INIT("\xE2\x82"),                           STR_INIT("\"\xEF\xBF\xBD\xEF\xBF\xBD\"")            },
        {STR_INIT("\xED\xA0\x80"),                       STR_INIT("\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"")},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf b = buf_new(t_ctx(state)->arena, 1000);

        buf_add_json(&b, cases[i][0]);
        t_str(buf_str(&b), cases[i][1], __FILE__, __LINE__);
    }
}

static void each_byte_at_each_place_is_escaped_if_it_must_be(void **state)
{
    struct ctx *c = t_ctx(state);

    for (int ch = 0; ch < 128; ch++) {
        for (size_t at = 0; at < 20; at++) {
            char text[20];
            struct buf b = buf_new(c->arena, 1000);
            bool special = ch < 0x20 || ch == '"' || ch == '\\';

            memset(text, 'x', sizeof text);
            text[at] = (char)ch;
            buf_add_json(&b, (str){text, sizeof text});
            assert_int_equal(b.len > sizeof text + 2, special);
            assert_int_equal(b.ptr[at + 1], special ? '\\' : ch);
        }
    }
}

static void html_and_urls_are_escaped(void **state)
{
    struct buf b = buf_new(t_ctx(state)->arena, 1000);

    buf_add_html(&b, S("<a href=\"x\">Tom & 'Jerry'</a>"));
    T_STR(buf_str(&b), "&lt;a href=&quot;x&quot;&gt;Tom &amp; &#39;Jerry&#39;&lt;/a&gt;");
    buf_reset(&b);
    buf_add_url(&b, S("a b/c?d=\xC3\xA9&~-._"));
    T_STR(buf_str(&b), "a%20b%2Fc%3Fd%3D%C3%A9%26~-._");
}

static void base64_and_hex_there_and_back(void **state)
{
    struct arena *a = t_ctx(state)->arena;
    /* RFC 4648 section 10 */
    static const char *const cases[][2] = {
        {"",       ""        },
        {"f",      "Zg=="    },
        {"fo",     "Zm8="    },
        {"foo",    "Zm9v"    },
        {"foob",   "Zm9vYg=="},
        {"fooba",  "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    struct buf b = buf_new(a, 100);
    str back;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_reset(&b);
        buf_add_base64(&b, str_of(cases[i][0]));
        T_STR(buf_str(&b), cases[i][1]);
        assert_true(decode_base64(a, buf_str(&b), &back));
        T_STR(back, cases[i][0]);
    }
    buf_reset(&b);
    buf_add_base64url(&b, S("\xFB\xFF\xFE"
                            "f"));
    T_STR(buf_str(&b), "-__-Zg");
    assert_true(decode_base64(a, S("-__-Zg"), &back));
    T_STR(back, "\xFB\xFF\xFE"
                "f");
    assert_true(decode_base64(a, S("+//+Zg=="), &back));
    buf_reset(&b);
    buf_add_hex(&b, S("\x00\x7F\xFF"));
    T_STR(buf_str(&b), "007fff");
    assert_true(decode_hex(a, S("007FfF"), &back));
    assert_int_equal(back.len, 3);
    assert_memory_equal(back.ptr, "\x00\x7F\xFF", 3);
}

static void malformed_encodings_are_refused(void **state)
{
    struct arena *a = t_ctx(state)->arena;
    static const char *const base64[] = {
        "Z", "Zg=", "Zh==", "Zm9=", "Z*==", "Zg==\n", "=", "====", "Zg=v"};
    static const char *const hex[] = {"0", "0g", "0x"};
    static const char *const url[] = {"%", "%1", "%g0", "a%2"};
    str out = S("untouched");

    for (size_t i = 0; i < sizeof base64 / sizeof base64[0]; i++)
        assert_false(decode_base64(a, str_of(base64[i]), &out));
    for (size_t i = 0; i < sizeof hex / sizeof hex[0]; i++)
        assert_false(decode_hex(a, str_of(hex[i]), &out));
    for (size_t i = 0; i < sizeof url / sizeof url[0]; i++)
        assert_false(decode_url(a, str_of(url[i]), true, &out));
    T_STR(out, "untouched");
}

static void url_texts_decode_with_or_without_plus(void **state)
{
    struct arena *a = t_ctx(state)->arena;
    str out;

    assert_true(decode_url(a, S("a+b%20c%C3%A9"), true, &out));
    T_STR(out, "a b c\xC3\xA9");
    assert_true(decode_url(a, S("a+b%2B"), false, &out));
    T_STR(out, "a+b+");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(it_grows_and_stays_terminated),
        T(past_the_maximum_nothing_more_is_added),
        T(every_way_of_adding_obeys_the_maximum),
        T(numbers_are_written_in_full),
        T(json_texts_are_escaped),
        T(each_byte_at_each_place_is_escaped_if_it_must_be),
        T(html_and_urls_are_escaped),
        T(base64_and_hex_there_and_back),
        T(malformed_encodings_are_refused),
        T(url_texts_decode_with_or_without_plus),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
