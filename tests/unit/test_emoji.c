/*
 * test_emoji.c - what may be a reaction.
 */
#include "t.h"

#include "domain/emoji.h"

static void every_kind_of_emoji_is_one(void **state)
{
    static const char *const good[] = {
        "👍",
        "❤️",
        "❤",
        "😀",
        "🫡",
        "👍🏽",
        "✌🏿",
        "☝️",
        "🇲🇾",
        "🏴󠁧󠁢󠁷󠁬󠁳󠁿",
        "1️⃣",
        "#⃣",
        "👨‍👩‍👧‍👦",
        "🏳️‍🌈",
        "👁️‍🗨️",
        "🕵🏻‍♂️",
        "👩🏾‍❤️‍💋‍👨🏼",
        "©️",
        "™",
        "ℹ️",
        "🅰️",
        "🈵",
        "㊗️",
        "⭐",
        "✅",
        "🀄",
        "‼️",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (!is_emoji(str_of(good[i])))
            fail_msg("%s is refused", good[i]);
}

static void letters_words_and_more_than_one_are_none(void **state)
{
    static const char *const bad[] = {
        "",   "a",       "ok",      "1",   "#", "é", "字",       "🇲",   "🇲🇾🇸", "👍👍",   "👍 ", "👍a",
        "a👍", "👨‍", "‍👨", "️", "①", "🄰", "\xf0\x9f", "<b>", "👍\n", "1️", "⃣",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (is_emoji(str_of(bad[i])))
            fail_msg("%s is taken", bad[i]);
}

static void it_has_an_end(void **state)
{
    struct ctx *c = t_ctx(state);
    struct buf b = buf_new(c->arena, 1000);

    for (int i = 0; i < 12; i++)
        buf_add(&b, S("👨‍"));
    buf_add(&b, S("👨"));
    assert_false(is_emoji(buf_str(&b)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_kind_of_emoji_is_one),
        T(letters_words_and_more_than_one_are_none),
        T(it_has_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
