/*
 * test_mail_words.c - every mail in every language: complete, the same in all, and escaped.
 */
#include "t.h"

#include "base/json.h"
#include "domain/mail_words.h"

static void each(struct ctx *c, void (*check)(struct ctx *c, enum mail_kind kind, str locale))
{
    for (int kind = 1; kind < MAIL_KINDS; kind++)
        for (size_t i = 0; mail_locales[i]; i++)
            check(c, (enum mail_kind)kind, str_of(mail_locales[i]));
}

static enum status write_with(struct ctx *c, enum mail_kind kind, str locale, str to_name,
                              const struct mail_fact *facts, struct mail_text *out)
{
    struct mail_words words = {.kind = kind,
                               .locale = locale,
                               .to_name = to_name,
                               .site = S("https://crm.example"),
                               .facts = facts};

    return mail_write(c, &words, out);
}

static struct mail_text sample(struct ctx *c, enum mail_kind kind, str locale)
{
    struct mail_fact facts[MAIL_FACTS];
    struct mail_text text;

    mail_sample(kind, facts);
    T_OK(c, write_with(c, kind, locale, S("Nurul"), facts, &text));
    return text;
}

static bool has(str text, const char *piece)
{
    size_t at;

    return str_find(text, str_of(piece), &at);
}

static void is_complete(struct ctx *c, enum mail_kind kind, str locale)
{
    struct mail_text text = sample(c, kind, locale);
    struct mail_fact facts[MAIL_FACTS];

    mail_sample(kind, facts);
    if (text.subject.len < 6 || has(text.html, "{{") || has(text.text, "{{") ||
        !has(text.text, "Nurul") || !has(text.html, "Nurul") ||
        !has(text.text, "https://crm.example") || !str_is_utf8(text.html))
        fail_msg("%s, %.*s is not complete", field_word(&mail_kind_names, (int)kind),
                 STR_ARG(locale));
    /* what a caller must give, every language says, in text and in HTML */
    for (size_t i = 0; i < mail_needs_count(kind); i++)
        if ((!has(text.text, facts[i].value.ptr) && !has(text.subject, facts[i].value.ptr)) ||
            !has(text.html, facts[i].value.ptr))
            fail_msg("%s, %.*s does not say %s", field_word(&mail_kind_names, (int)kind),
                     STR_ARG(locale), facts[i].name);
}

static void every_mail_is_complete_in_every_language(void **state)
{
    each(t_ctx(state), is_complete);
}

static void fetches_nothing(struct ctx *c, enum mail_kind kind, str locale)
{
    struct mail_text text = sample(c, kind, locale);

    if (has(text.html, "<img") || has(text.html, "<script") || has(text.html, "url(") ||
        has(text.html, "@import") || has(text.html, " src="))
        fail_msg("%s fetches something", field_word(&mail_kind_names, (int)kind));
}

static void no_mail_fetches_anything(void **state)
{
    each(t_ctx(state), fetches_nothing);
}

static void escapes(struct ctx *c, enum mail_kind kind, str locale)
{
    struct mail_fact facts[MAIL_FACTS];
    struct mail_text text;

    mail_sample(kind, facts);
    for (size_t i = 0; i < MAIL_FACTS && facts[i].name; i++)
        facts[i].value = str_starts_with(facts[i].value, S("https://"))
                             ? S("https://crm.example/\"><script>&a=1")
                             : S("<b onclick='x'>\"&</b>");
    T_OK(c, write_with(c, kind, locale, S("<i>\"you\"</i>"), facts, &text));
    if (has(text.html, "<script") || has(text.html, "<b ") || has(text.html, "<i>") ||
        has(text.html, "'x'") || !has(text.html, "&lt;i&gt;"))
        fail_msg("%s lets HTML in", field_word(&mail_kind_names, (int)kind));
}

static void every_fact_is_escaped_in_html(void **state)
{
    each(t_ctx(state), escapes);
}

static void keys_of(struct ctx *c, const struct json *object, struct buf *out)
{
    const struct json *value;
    str key;

    (void)c;
    for (size_t i = 0; json_member(object, i, &key, &value); i++) {
        buf_add(out, key);
        buf_add_char(out, ' ');
        if (json_kind_of(value) == JSON_OBJECT)
            keys_of(c, value, out);
    }
}

static void the_languages_have_the_same_parts(void **state)
{
    struct ctx *c = t_ctx(state);
    str first = S("");

    for (const struct embedded_file *f = mail_files; f->name; f++) {
        struct buf keys = buf_new(c->arena, 65536);
        struct json *catalogue;

        if (!str_ends_with(str_of(f->name), S(".json")))
            continue;
        T_OK(c, json_parse(c, str_of(f->text), &catalogue));
        keys_of(c, catalogue, &keys);
        if (first.len == 0)
            first = buf_str(&keys);
        T_STR(buf_str(&keys), first.ptr);
    }
    assert_true(first.len > 100);
}

static void a_name_is_one_line_and_no_longer_than_a_name(void **state)
{
    struct ctx *c = t_ctx(state);
    char long_name[600];
    struct mail_fact facts[MAIL_FACTS] = {
        {"organisation", S("Kedai\r\nBcc: all@example.com\n\nClick \xe2\x80\xae here")}
    };
    struct mail_text text;

    T_OK(c, write_with(c, MAIL_REMOVED, S("en"), S(""), facts, &text));
    T_STR(text.subject, "You are no longer in Kedai  Bcc: all@example.com  Click  here");
    assert_true(str_starts_with(text.text, S("Hello,\n")));
    memset(long_name, 'a', sizeof(long_name));
    facts[0].value = (str){long_name, sizeof(long_name)};
    T_OK(c, write_with(c, MAIL_REMOVED, S("en"), S(""), facts, &text));
    assert_true(text.subject.len < 160);
    assert_true(str_ends_with(text.subject, S("…")));
}

static void what_is_no_address_of_ours_does_not_become_a_link(void **state)
{
    struct ctx *c = t_ctx(state);
    struct mail_fact facts[MAIL_FACTS] = {
        {"link",    S("javascript:alert(1)")},
        {"minutes", S("60")                 }
    };
    struct mail_text text;

    T_FAILS(c, ERR_INVALID, write_with(c, MAIL_RESET, S("en"), S(""), facts, &text));
}

static void a_missing_fact_is_said(void **state)
{
    struct ctx *c = t_ctx(state);
    struct mail_fact facts[MAIL_FACTS] = {
        {"link", S("https://crm.example/")}
    };
    struct mail_text text;

    T_FAILS(c, ERR_INVALID, write_with(c, MAIL_RESET, S("en"), S(""), facts, &text));
}

static void an_unknown_language_is_english(void **state)
{
    (void)state;
    T_STR(mail_locale(S("de")), "en");
    T_STR(mail_locale(S("")), "en");
    T_STR(mail_locale(S("zh-Hans")), "zh-Hans");
}

static void a_time_reads_the_same_everywhere(void **state)
{
    struct ctx *c = t_ctx(state);
    struct instant at;

    assert_true(instant_parse(S("2026-11-22T15:40:59.120Z"), &at));
    T_STR(mail_when(c->arena, at), "2026-11-22 15:40 UTC");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_mail_is_complete_in_every_language),
        T(no_mail_fetches_anything),
        T(every_fact_is_escaped_in_html),
        T(the_languages_have_the_same_parts),
        T(a_name_is_one_line_and_no_longer_than_a_name),
        T(what_is_no_address_of_ours_does_not_become_a_link),
        T(a_missing_fact_is_said),
        T(an_unknown_language_is_english),
        T(a_time_reads_the_same_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
