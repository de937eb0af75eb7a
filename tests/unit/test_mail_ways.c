/*
 * test_mail_ways.c - messages as they are written, settings, signatures and reports.  The SMTP and
 * Resend ways themselves are tested against servers: tests/http/60-mail.test.mjs.
 */
#include "t.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "mail/mime.h"
#include "mail/resend_events.h"
#include "mail/svix.h"

static const struct mailer sender = {.from_name = STR_INIT("Sambung"),
                                     .from = STR_INIT("noreply@crm.example")};

static struct mail_letter a_letter(void)
{
    struct mail_letter letter = {.to = S("siti@example.com"),
                                 .to_name = S("Siti"),
                                 .subject = S("Hello"),
                                 .text = S("One line.\n"),
                                 .html = S("<p>One line.</p>\n")};

    assert_true(uuid_parse(S("0199a0a0-0000-7000-8000-000000000001"), &letter.id));
    assert_true(instant_parse(S("2026-11-22T15:40:59Z"), &letter.at));
    return letter;
}

static str written(struct ctx *c, const struct mail_letter *letter)
{
    str out = S("");

    T_OK(c, mime_write(c, &sender, letter, &out));
    return out;
}

static bool has(str text, const char *piece)
{
    size_t at;

    return str_find(text, str_of(piece), &at);
}

/* ---- messages ---- */

static void a_plain_letter_reads_as_it_should(void **state)
{
    struct ctx *c = t_ctx(state);
    struct mail_letter letter = a_letter();

    T_STR(written(c, &letter), "Date: Sun, 22 Nov 2026 15:40:59 +0000\r\n"
                               "From: \"Sambung\"\r\n <noreply@crm.example>\r\n"
                               "To: \"Siti\"\r\n <siti@example.com>\r\n"
                               "Message-ID: <0199a0a0-0000-7000-8000-000000000001@crm.example>\r\n"
                               "Subject: Hello\r\n"
                               "Auto-Submitted: auto-generated\r\n"
                               "X-Auto-Response-Suppress: All\r\n"
                               "MIME-Version: 1.0\r\n"
                               "Content-Type: multipart/alternative;\r\n"
                               " boundary=\"=_0199a0a0-0000-7000-8000-000000000001\"\r\n"
                               "\r\n"
                               "--=_0199a0a0-0000-7000-8000-000000000001\r\n"
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: quoted-printable\r\n"
                               "\r\n"
                               "One line.\r\n\r\n"
                               "--=_0199a0a0-0000-7000-8000-000000000001\r\n"
                               "Content-Type: text/html; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: quoted-printable\r\n"
                               "\r\n"
                               "<p>One line.</p>\r\n\r\n"
                               "--=_0199a0a0-0000-7000-8000-000000000001--\r\n");
}

static void what_is_not_ascii_becomes_encoded_words_cut_between_characters(void **state)
{
    struct ctx *c = t_ctx(state);
    struct mail_letter letter = a_letter();
    str message;

    letter.subject = S("您的账户有密码错误的登录尝试您的账户有密码错误的登录尝试");
    letter.to_name = S("Zoë");
    message = written(c, &letter);
    assert_true(has(message, "To: =?utf-8?B?Wm/Dqw==?=\r\n <siti@example.com>\r\n"));
    assert_true(
        has(message,
            "Subject: =?utf-8?B?5oKo55qE6LSm5oi35pyJ5a+G56CB6ZSZ6K+v55qE55m75b2V5bCd6K+V?=\r\n "
            "=?utf-8?B?"));
}

/* What stands between "Date:" and the blank line, seen as a server sees it. */
static void no_value_begins_a_header_of_its_own(void **state)
{
    static const char *const evil[] = {"a\r\nBcc: b@example.com", "a\nBcc: b@example.com",
                                       "a\rBcc: b@example.com", "\r\n\r\nbody"};
    struct ctx *c = t_ctx(state);

    for (size_t i = 0; i < sizeof(evil) / sizeof(evil[0]); i++) {
        struct mail_letter letter = a_letter();
        str message;
        size_t end;

        letter.subject = letter.to_name = str_of(evil[i]);
        letter.to = arena_printf(c->arena, "x@example.com>%s", evil[i]);
        message = written(c, &letter);
        assert_true(str_find(message, S("\r\n\r\n"), &end));
        assert_false(has(message, "\nBcc"));
        assert_false(has(message, "\rBcc"));
        assert_true(has(str_slice(message, 0, end), "Content-Type: multipart/alternative"));
    }
}

static void quotes_in_a_name_stay_inside_the_name(void **state)
{
    struct ctx *c = t_ctx(state);
    struct mail_letter letter = a_letter();

    letter.to_name = S("Siti \"<evil@example.com>\" \\");
    assert_true(has(written(c, &letter),
                    "To: \"Siti \\\"<evil@example.com>\\\" \\\\\"\r\n <siti@example.com>\r\n"));
}

static void every_line_is_short_and_ascii(void **state)
{
    struct ctx *c = t_ctx(state);
    struct mail_letter letter = a_letter();
    struct buf text = buf_new(c->arena, 65536);
    struct cur at;
    str line;

    for (int i = 0; i < 200; i++)
        buf_add(&text, S("Ein Wort = drei Wörter 一二三 \t\n.\nno break"));
    letter.text = letter.html = buf_str(&text);
    letter.subject = str_slice(buf_str(&text), 0, 300);
    at = cur_of(written(c, &letter));
    while (!cur_at_end(&at)) {
        assert_true(cur_until(&at, '\n', 100, &line));
        assert_true(line.len > 0 && line.ptr[line.len - 1] == '\r');
        assert_true(line.len <= 79);
        for (size_t i = 0; i + 1 < line.len; i++)
            assert_true(line.ptr[i] >= ' ' && line.ptr[i] <= '~');
        assert_false(line.len > 1 && line.ptr[line.len - 2] == ' ');
    }
}

/* ---- settings ---- */

static void a_sender_is_an_address_perhaps_with_a_name(void **state)
{
    static const char *const bad[] = {"",       "Sambung", "Sambung <a>",  "a@b@c",
                                      "<a@b.c", "a b@c.d", "X\nY <a@b.c>", "X \"Y\" <a@b.c>",
                                      "a@b.c>"};
    struct ctx *c = t_ctx(state);
    struct config cfg = {.mail = CONFIG_MAIL_FILE, .data = S("/tmp")};
    struct mailer m;

    cfg.mail_from = S("Kedai Kita <noreply@crm.example>");
    T_OK(c, mailer_of(c, &cfg, NULL, &m));
    T_STR(m.from_name, "Kedai Kita");
    T_STR(m.from, "noreply@crm.example");
    cfg.mail_from = S(" noreply@crm.example ");
    T_OK(c, mailer_of(c, &cfg, NULL, &m));
    T_STR(m.from_name, "");
    T_STR(m.from, "noreply@crm.example");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cfg.mail_from = str_of(bad[i]);
        T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_MAIL_FROM", mailer_of(c, &cfg, NULL, &m));
    }
}

static enum status parse_smtp(struct ctx *c, const char *url, struct smtp_server *out)
{
    return smtp_server_parse(c, (struct secret){url, strlen(url)}, out);
}

static void a_mail_server_is_read_from_its_address(void **state)
{
    static const char *const bad[] = {"",
                                      "http://mx.example",
                                      "smtp://",
                                      "smtp://user@mx.example",
                                      "smtp://user:%zz@mx.example",
                                      "smtp://mx.example:0",
                                      "smtp://mx.example:99999",
                                      "smtp://mx.example/path",
                                      "smtp://mx.example?x",
                                      "smtp://-oProxy",
                                      "smtp://mx exa"};
    struct ctx *c = t_ctx(state);
    struct smtp_server s = {.ca_file = S("/ca")};

    T_OK(c, parse_smtp(c, "smtp://me%40crm.example:p%3Aw%40x@mx.example:2525", &s));
    T_STR(s.user, "me@crm.example");
    T_STR(secret_expose(s.password), "p:w@x");
    T_STR(s.host, "mx.example");
    T_STR(s.ca_file, "/ca");
    assert_int_equal(s.port, 2525);
    assert_false(s.implicit_tls || s.loopback);
    T_OK(c, parse_smtp(c, "smtps://mx.example/", &s));
    assert_true(s.implicit_tls && s.port == 465 && s.user.len == 0);
    T_OK(c, parse_smtp(c, "smtp://localhost", &s));
    assert_true(s.loopback && s.port == 587);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_SMTP_URL", parse_smtp(c, bad[i], &s));
        assert_false(has(str_of(c->err.msg), "user@"));
    }
}

/* ---- the file sink ---- */

static void the_file_sink_keeps_the_newest_and_each_once(void **state)
{
    struct ctx *c = t_ctx(state);
    char dir[] = "/tmp/sambung-mail-XXXXXX";
    struct mailer m = sender;
    struct mail_letter letter = a_letter();
    struct mail_result result;
    struct uuid first, last = {{0}};
    struct list list;
    struct stat st;
    str text;

    assert_non_null(mkdtemp(dir));
    m.folder = arena_printf(c->arena, "%s/mail", dir);
    T_OK(c, mail_files_list(c, m.folder, 10, &list));
    assert_int_equal(list.n, 0);
    first = letter.id = uuid_new();
    for (int i = 0; i < MAIL_FILES_KEPT + 3; i++) {
        mail_file.send(c, &m, &letter, &result);
        assert_int_equal(result.fate, MAIL_TAKEN);
        if (i == 0)
            mail_file.send(c, &m, &letter, &result);
        last = letter.id;
        letter.id = uuid_new();
    }
    T_OK(c, mail_files_list(c, m.folder, 1000, &list));
    assert_int_equal(list.n, MAIL_FILES_KEPT);
    assert_true(uuid_eq(((struct mail_kept *)list.items)->id, last));
    T_FAILS(c, ERR_NOT_FOUND, mail_files_read(c, m.folder, first, &text));
    T_OK(c, mail_files_read(c, m.folder, last, &text));
    assert_true(has(text, "Subject: Hello\r\n"));
    assert_int_equal(
        stat(arena_printf(c->arena, "%s/mail/%s.eml", dir, uuid_str(c->arena, last).ptr).ptr, &st),
        0);
    assert_int_equal(st.st_mode & 0777, 0600);
    T_OK(c, mail_files_list(c, m.folder, 1000, &list));
    for (size_t i = 0; i < list.n; i++)
        (void)unlink(arena_printf(c->arena, "%s/mail/%s.eml", dir,
                                  uuid_str(c->arena, ((struct mail_kept *)list.items)[i].id).ptr)
                         .ptr);
    assert_int_equal(rmdir(m.folder.ptr), 0);
    assert_int_equal(rmdir(dir), 0);
}

/* ---- webhooks ---- */

static void read_headers(const struct json *object, struct http_headers *out)
{
    const struct json *value;
    str key;

    for (size_t i = 0; json_member(object, i, &key, &value); i++)
        http_header_add(out, key, json_to_str(value));
}

static void the_published_signatures_are_judged_as_published(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *text = t_contract(c, "platform/vectors/svix_webhook.json");
    const struct json *cases;
    struct json *all;

    if (text == NULL)
        return;
    T_OK(c, json_parse(c, str_of(text), &all));
    cases = json_get(all, "cases");
    assert_true(json_count(cases) >= 20);
    for (size_t i = 0; i < json_count(cases); i++) {
        const struct json *one = json_at(cases, i);
        str secret = json_get_str(one, "secret"), id;
        struct http_headers headers = {.n = 0};
        enum status got;

        read_headers(json_get(one, "headers"), &headers);
        got = svix_verify(c, (struct secret){secret.ptr, secret.len}, &headers,
                          json_get_str(one, "body"), json_get_i64(one, "now"), &id);
        if ((got == OK) != str_eq(json_get_str(one, "expect"), S("ok")))
            fail_msg("%.*s", STR_ARG(json_get_str(one, "name")));
    }
}

static void an_empty_secret_lets_nobody_in(void **state)
{
    struct ctx *c = t_ctx(state);
    struct http_headers headers = {.n = 0};
    str id;

    http_header_add(&headers, S("svix-id"), S("msg_1"));
    http_header_add(&headers, S("svix-timestamp"), S("1614265330"));
    http_header_add(&headers, S("svix-signature"), S("v1,"));
    T_FAILS(c, ERR_FORBIDDEN,
            svix_verify(c, (struct secret){"", 0}, &headers, S("{}"), 1614265330, &id));
    T_FAILS(c, ERR_FORBIDDEN,
            svix_verify(c, (struct secret){"whsec_", 6}, &headers, S("{}"), 1614265330, &id));
}

static enum resend_event_kind kind_of(struct ctx *c, const char *body)
{
    struct resend_event event;

    T_OK(c, resend_event_parse(c, str_of(body), &event));
    return event.kind;
}

static void a_report_is_read_leniently(void **state)
{
    struct ctx *c = t_ctx(state);
    struct resend_event event;

    assert_int_equal(kind_of(c, "{\"type\":\"email.delivered\",\"data\":{\"email_id\":\"re_1\"}}"),
                     RESEND_DELIVERED);
    assert_int_equal(kind_of(c, "{\"type\":\"email.bounced\",\"data\":{\"email_id\":\"re_1\","
                                "\"bounce\":{\"type\":\"Permanent\"}}}"),
                     RESEND_BOUNCED);
    assert_int_equal(kind_of(c, "{\"type\":\"email.bounced\",\"data\":{\"email_id\":\"re_1\","
                                "\"bounce\":{\"type\":\"Transient\"}}}"),
                     RESEND_FAILED);
    assert_int_equal(kind_of(c, "{\"type\":\"email.complained\",\"data\":{\"email_id\":\"re_1\"}}"),
                     RESEND_COMPLAINED);
    assert_int_equal(kind_of(c, "{\"type\":\"email.opened\",\"data\":{\"email_id\":\"re_1\"}}"),
                     RESEND_NOTHING);
    assert_int_equal(kind_of(c, "{\"type\":\"email.bounced\",\"data\":[]}"), RESEND_NOTHING);
    T_FAILS(c, ERR_INVALID, resend_event_parse(c, S("{\"type\":7}"), &event));
    T_FAILS(c, ERR_INVALID, resend_event_parse(c, S("nonsense"), &event));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_plain_letter_reads_as_it_should),
        T(what_is_not_ascii_becomes_encoded_words_cut_between_characters),
        T(no_value_begins_a_header_of_its_own),
        T(quotes_in_a_name_stay_inside_the_name),
        T(every_line_is_short_and_ascii),
        T(a_sender_is_an_address_perhaps_with_a_name),
        T(a_mail_server_is_read_from_its_address),
        T(the_file_sink_keeps_the_newest_and_each_once),
        T(the_published_signatures_are_judged_as_published),
        T(an_empty_secret_lets_nobody_in),
        T(a_report_is_read_leniently),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
