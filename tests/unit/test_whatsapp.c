/*
 * WhatsApp's webhooks.  Every published fixture is read, and the events are
 * compared with tests/fixtures/whatsapp/expected.txt; a fixture that is not in
 * there fails, and so does an entry whose fixture is gone.  Our own fixtures
 * lie beside that file.  WHATSAPP_PRINT=1 prints what is read instead, to be
 * looked at against the fixture and then written down.
 */
#include "t.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "event_line.h"
#include "provider/channel.h"

enum { MAX_NAMES = 400 };

struct names {
    str items[MAX_NAMES];
    size_t n;
};

struct run {
    struct ctx *c;
    str expected; /* the whole file */
    struct names seen;
    size_t wrong;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const str *)a)->ptr, ((const str *)b)->ptr);
}

/* The names in a folder that begin so and end with .json, sorted, without the ending. */
static void list_json(struct arena *a, str folder, const char *prefix, struct names *out)
{
    DIR *dir = opendir(folder.ptr);
    struct dirent *entry;

    assert_non_null(dir);
    out->n = 0;
    while ((entry = readdir(dir)) != NULL) {
        str name = str_of(entry->d_name);

        if (!str_starts_with(name, str_of(prefix)) || !str_ends_with(name, S(".json")))
            continue;
        assert_true(out->n < MAX_NAMES);
        out->items[out->n++] = arena_copy(a, str_slice(name, 0, name.len - 5));
    }
    (void)closedir(dir);
    qsort(out->items, out->n, sizeof(str), compare_names);
}

static str read_whole(struct arena *a, str path)
{
    struct buf text = buf_new(a, 16 << 20);
    char piece[4096];
    size_t n;
    FILE *f = fopen(path.ptr, "rb");

    assert_non_null(f);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(&text, (str){piece, n});
    (void)fclose(f);
    return buf_str(&text);
}

/* The account that a fixture was made for: its first phone number. */
static struct channel_account account_of(struct ctx *c, const struct json *root)
{
    const struct json *change =
        json_at(json_get(json_at(json_get(root, "entry"), 0), "changes"), 0);
    const struct json *metadata = json_get(json_get(change, "value"), "metadata");
    struct buf b = buf_new(c->arena, 1000);
    struct json_writer w = json_writer_new(&b);
    struct json *settings;

    json_object_begin(&w, NULL);
    json_str(&w, "phone_number_id", json_get_str(metadata, "phone_number_id"));
    json_object_end(&w);
    T_OK(c, json_parse(c, buf_str(&b), &settings));
    return (struct channel_account){.settings = settings};
}

/* What a body gives, a line each. */
static str read_events(struct ctx *c, str body)
{
    struct buf b = buf_new(c->arena, 1 << 22);
    struct channel_account acc = {0};
    struct channel_event *events;
    struct json *root;
    size_t n;

    if (json_parse(c, body, &root) == OK)
        acc = account_of(c, root);
    if (channel_find(S("whatsapp"))->events(c, &acc, body, &events, &n) != OK) {
        buf_printf(&b, "refused: %s\n", c->err.msg);
        return buf_str(&b);
    }
    for (size_t i = 0; i < n; i++) {
        buf_add(&b, event_line(c->arena, &events[i]));
        buf_add_char(&b, '\n');
    }
    return buf_str(&b);
}

/* The lines under "[name]"; false when it is not there. */
static bool find_expected(const struct run *r, str name, str *out)
{
    struct ctx *c = r->c;
    size_t at;
    size_t end;
    str rest;

    if (!str_find(r->expected, arena_printf(c->arena, "\n[%.*s]\n", STR_ARG(name)), &at))
        return false;
    rest = str_slice(r->expected, at + name.len + 4, r->expected.len);
    if (!str_find(rest, S("\n["), &end))
        end = rest.len - 1;
    *out = str_slice(rest, 0, end + 1);
    return true;
}

static void compare(struct run *r, str name, str body)
{
    str got = read_events(r->c, body);
    str expected;

    if (getenv("WHATSAPP_PRINT") != NULL) {
        printf("[%.*s]\n%.*s", STR_ARG(name), STR_ARG(got));
        return;
    }
    assert_true(r->seen.n < MAX_NAMES);
    r->seen.items[r->seen.n++] = name;
    if (!find_expected(r, name, &expected)) {
        print_error("%.*s: not in expected.txt; it gives\n%.*s", STR_ARG(name), STR_ARG(got));
        r->wrong++;
    } else if (!str_eq(str_trim(got), str_trim(expected))) {
        print_error("%.*s\n got\n%.*s expected\n%.*s", STR_ARG(name), STR_ARG(got),
                    STR_ARG(expected));
        r->wrong++;
    }
}

static str contracts(void)
{
    const char *folder = getenv("SAMBUNG_CONTRACTS");

    if (folder == NULL)
        print_message(
            "# SKIPPED: SAMBUNG_CONTRACTS is not set, the published fixtures were not read\n");
    return str_of(folder);
}

static struct run begin(struct ctx *c)
{
    return (struct run){
        .c = c,
        .expected = read_whole(c->arena, S(TEST_FIXTURES "/whatsapp/expected.txt")),
    };
}

static void compare_folder(struct run *r, str folder, const char *prefix)
{
    struct names names;

    list_json(r->c->arena, folder, prefix, &names);
    assert_true(names.n > 0);
    for (size_t i = 0; i < names.n; i++)
        compare(r, names.items[i],
                read_whole(r->c->arena, arena_printf(r->c->arena, "%.*s/%.*s.json", STR_ARG(folder),
                                                     STR_ARG(names.items[i]))));
}

/* A file of several payloads by name. */
static void compare_collections(struct run *r, str folder, const char *before)
{
    struct ctx *c = r->c;
    struct names names;

    list_json(c->arena, folder, "", &names);
    assert_true(names.n > 0);
    for (size_t i = 0; i < names.n; i++) {
        str file = names.items[i];
        const struct json *body;
        struct json *all;
        str key;

        T_OK(c, json_parse(c,
                           read_whole(c->arena, arena_printf(c->arena, "%.*s/%.*s.json",
                                                             STR_ARG(folder), STR_ARG(file))),
                           &all));
        for (size_t k = 0; json_member(all, k, &key, &body); k++)
            compare(r, arena_printf(c->arena, "%s%.*s--%.*s", before, STR_ARG(file), STR_ARG(key)),
                    json_dump(c, body));
    }
}

static void check_all_used(struct run *r)
{
    struct cur cur = cur_of(r->expected);
    str line;

    while (!cur_at_end(&cur) && cur_until(&cur, '\n', SIZE_MAX, &line)) {
        bool used = false;

        if (!str_starts_with(line, S("[")))
            continue;
        line = str_slice(line, 1, line.len - 1);
        for (size_t i = 0; i < r->seen.n && !used; i++)
            used = str_eq(r->seen.items[i], line);
        if (!used && getenv("WHATSAPP_PRINT") == NULL) {
            print_error("[%.*s] is expected, but there is no such fixture\n", STR_ARG(line));
            r->wrong++;
        }
    }
}

static void every_fixture_gives_the_events_that_are_written_down(void **state)
{
    struct ctx *c = t_ctx(state);
    str folder = contracts();
    struct run r;
    str base;

    if (str_is_empty(folder))
        skip();
    r = begin(c);
    base = arena_printf(c->arena, "%.*s/messaging/meta-whatsapp", STR_ARG(folder));
    compare_folder(&r, arena_printf(c->arena, "%.*s/pywa-split", STR_ARG(base)), "");
    compare_folder(&r, arena_printf(c->arena, "%.*s/openapi-examples", STR_ARG(base)), "webhook-");
    compare_collections(&r, arena_printf(c->arena, "%.*s/pywa/templates", STR_ARG(base)),
                        "templates/");
    compare_folder(&r, S(TEST_FIXTURES "/whatsapp"), "");
    if (getenv("WHATSAPP_PRINT") == NULL)
        compare_collections(&r, arena_printf(c->arena, "%.*s/pywa", STR_ARG(base)), "");
    check_all_used(&r);
    assert_int_equal(r.wrong, 0);
}

/* ---- limits ---- */

static struct channel_event *events_of(struct ctx *c, str body, size_t *n)
{
    struct channel_account acc = {0};
    struct channel_event *events = NULL;

    T_OK(c, channel_find(S("whatsapp"))->events(c, &acc, body, &events, n));
    return events;
}

/* A webhook around messages[]. */
static str webhook(struct ctx *c, str messages)
{
    return arena_printf(c->arena,
                        "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\","
                        "\"changes\":[{\"field\":"
                        "\"messages\",\"value\":{\"messages\":[%.*s]}}]}]}",
                        STR_ARG(messages));
}

static str repeat(struct ctx *c, str piece, size_t times)
{
    struct buf b = buf_new(c->arena, piece.len * times);

    for (size_t i = 0; i < times; i++)
        buf_add(&b, piece);
    return buf_str(&b);
}

static void an_overlong_text_is_cut_between_characters(void **state)
{
    struct ctx *c = t_ctx(state);
    str text = repeat(c, S("\u4e00"), 30000);
    size_t n;
    struct channel_event *e = events_of(
        c,
        webhook(c,
                arena_printf(
                    c->arena,
                    "{\"from\":\"1\",\"id\":\"a\",\"type\":\"text\",\"text\":{\"body\":\"%.*s\"}}",
                    STR_ARG(text))),
        &n);

    assert_int_equal(n, 1);
    assert_int_equal(e[0].text.len, CHANNEL_MAX_TEXT);
    assert_true(str_is_utf8(e[0].text));
}

static void an_overlong_id_is_no_id(void **state)
{
    struct ctx *c = t_ctx(state);
    str id = repeat(c, S("x"), CHANNEL_MAX_ID + 1);
    size_t n;
    struct channel_event *e = events_of(
        c,
        webhook(c,
                arena_printf(
                    c->arena,
                    "{\"from\":\"1\",\"id\":\"%.*s\",\"type\":\"text\",\"text\":{\"body\":\"x\"}}",
                    STR_ARG(id))),
        &n);

    assert_int_equal(n, 1);
    assert_int_equal(e[0].kind, EVENT_NOTHING);
}

static void a_payload_that_is_too_large_says_so_and_keeps_the_words(void **state)
{
    struct ctx *c = t_ctx(state);
    str name = repeat(c, S("n"), 150);
    str phone = repeat(c, S("5"), 300);
    str phones = repeat(c, arena_printf(c->arena, "{\"phone\":\"%.*s\"},", STR_ARG(phone)), 9);
    str card =
        arena_printf(c->arena, "{\"name\":{\"formatted_name\":\"%.*s\"},\"phones\":[%.*s{}]},",
                     STR_ARG(name), STR_ARG(phones));
    str cards = repeat(c, card, 40);
    size_t n;
    struct channel_event *e = events_of(
        c,
        webhook(c, arena_printf(
                       c->arena,
                       "{\"from\":\"1\",\"id\":\"a\",\"type\":\"contacts\",\"contacts\":[%.*s{}]}",
                       STR_ARG(cards))),
        &n);

    assert_int_equal(n, 1);
    T_STR(e[0].payload, "{\"too_large\":true}");
    assert_true(str_starts_with(e[0].text, name));
}

static void more_events_than_fit_are_refused_together(void **state)
{
    struct ctx *c = t_ctx(state);
    struct channel_account acc = {0};
    str messages = repeat(c, S("{},"), CHANNEL_MAX_EVENTS);
    struct channel_event *events;
    size_t n;

    assert_int_equal(events_of(c, webhook(c, str_slice(messages, 0, messages.len - 1)), &n)->kind,
                     EVENT_NOTHING);
    assert_int_equal(n, CHANNEL_MAX_EVENTS);
    T_FAILS(c, ERR_TOO_LARGE,
            channel_find(S("whatsapp"))
                ->events(c, &acc, webhook(c, arena_printf(c->arena, "%.*s{}", STR_ARG(messages))),
                         &events, &n));
}

static void news_of_another_business_account_is_passed_over(void **state)
{
    struct ctx *c = t_ctx(state);
    struct channel_account acc = {0};
    struct channel_event *events;
    struct json *settings;
    size_t n;
    str body = S("{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{"
                 "\"field\":\"account_update\","
                 "\"value\":{\"event\":\"ACCOUNT_DELETED\"}}]}]}");

    T_OK(c, json_parse(c, S("{\"business_account_id\":\"2\"}"), &settings));
    acc.settings = settings;
    T_OK(c, channel_find(S("whatsapp"))->events(c, &acc, body, &events, &n));
    assert_int_equal(n, 1);
    T_STR(event_line(c->arena, &events[0]), "nothing text=\"for another business account (1)\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_fixture_gives_the_events_that_are_written_down),
        T(an_overlong_text_is_cut_between_characters),
        T(an_overlong_id_is_no_id),
        T(a_payload_that_is_too_large_says_so_and_keeps_the_words),
        T(more_events_than_fit_are_refused_together),
        T(news_of_another_business_account_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
