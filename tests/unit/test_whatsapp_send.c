/*
 * What goes out to WhatsApp, byte by byte where it matters, and what becomes of
 * each answer: accepted, later, never, or nobody knows.
 */
#include "t.h"

#include <stdlib.h>

#include "provider/whatsapp.h"

#include "whatsapp_sends.h"

static struct channel_account account(struct ctx *c)
{
    struct json *settings;
    struct json *secrets;

    T_OK(c, json_parse(c, S("{\"phone_number_id\":\"106540352242922\"}"), &settings));
    T_OK(c, json_parse(c, S("{\"access_token\":\"EAAB\"}"), &secrets));
    return (struct channel_account){.settings = settings, .secrets = secrets};
}

static struct http_request request_of(struct ctx *c, const struct outbound *m)
{
    struct channel_account acc = account(c);
    struct http_request r;

    T_OK(c, whatsapp_send(c, &acc, m, &r));
    return r;
}

static str body_of(struct ctx *c, const char *name)
{
    for (size_t i = 0; i < WHATSAPP_CASES; i++) {
        if (strcmp(whatsapp_cases[i].name, name) == 0)
            return request_of(c, &whatsapp_cases[i].m).body;
    }
    print_error("no case \"%s\"\n", name);
    fail();
    return S("");
}

/* ---- out ---- */

#define TO                                                                          \
    "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":" \
    "\"60121111111\","
#define TO_ID                                                                                   \
    "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"recipient\":\"MY." \
    "13491208655302741918\","
#define OUR_ID   "\"biz_opaque_callback_data\":\"0197f3a0-0000-7000-8000-000000000001\"}"
#define REPLY_TO "\"context\":{\"message_id\":\"wamid.IN=\"},"
#define MEDIA_ID "{\"id\":\"1479537139650973\""

static void each_message_is_written_as_meta_wants_it(void **state)
{
    struct ctx *c = t_ctx(state);
    static const struct {
        const char *name, *body;
    } cases[] = {
        {"text",                              TO "\"type\":\"text\",\"text\":{\"preview_url\":false,\"body\":\"Selamat pagi "
                    "\\\"Aisyah\\\" \xf0\x9f\x91\x8b\\n\xe4\xbd\xa0\xe5\xa5\xbd\"}," OUR_ID          },
        {"text with a link",                  TO "\"type\":\"text\",\"text\":{\"preview_url\":true,\"body\":\"see "
                                "https://example.com/a?b=1\"}," OUR_ID                   },
        {"text to a user id",
         TO_ID "\"type\":\"text\",\"text\":{\"preview_url\":false,\"body\":\"hello\"}," OUR_ID                       },
        {"reply",
         TO "\"type\":\"text\",\"text\":{\"preview_url\":false,\"body\":\"yes\"}," REPLY_TO OUR_ID                   },
        {"image",                             TO "\"type\":\"image\",\"image\":" MEDIA_ID "}," OUR_ID                },
        {"image with caption in reply",
         TO "\"type\":\"image\",\"image\":" MEDIA_ID ",\"caption\":\"our shop\"}," REPLY_TO OUR_ID                   },
        {"image that WhatsApp does not show",
         TO "\"type\":\"document\",\"document\":" MEDIA_ID ",\"filename\":\"cat.gif\"}," OUR_ID                      },
        {"audio",                             TO "\"type\":\"audio\",\"audio\":" MEDIA_ID "}," OUR_ID                },
        {"voice",                             TO "\"type\":\"audio\",\"audio\":" MEDIA_ID "}," OUR_ID                },
        {"audio with words",                  TO "\"type\":\"document\",\"document\":" MEDIA_ID
                                ",\"caption\":\"listen\",\"filename\":\"a.mp3\"}," OUR_ID},
        {"audio in libmagic's words",         TO "\"type\":\"audio\",\"audio\":" MEDIA_ID "}," OUR_ID                },
        {"document",                          TO "\"type\":\"document\",\"document\":" MEDIA_ID
                        ",\"caption\":\"your invoice\",\"filename\":\"invoice "
                        "\xe7\x99\xbc\xe7\xa5\xa8.pdf\"}," OUR_ID                                },
        {"sticker",                           TO "\"type\":\"sticker\",\"sticker\":" MEDIA_ID "}," OUR_ID            },
        {"reaction",                          TO "\"type\":\"reaction\",\"reaction\":{\"message_id\":\"wamid.IN=\","
                        "\"emoji\":\"\xf0\x9f\x91\x8d\"}," OUR_ID                                },
        {"reaction taken back",               TO "\"type\":\"reaction\",\"reaction\":{\"message_id\":\"wamid.IN="
                                   "\",\"emoji\":\"\"}," OUR_ID                       },
        {"read mark",
         "{\"messaging_product\":\"whatsapp\",\"status\":\"read\",\"message_id\":\"wamid.IN=\"}"                     },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        T_STR(body_of(c, cases[i].name), cases[i].body);
}

static void a_send_goes_to_the_phone_number_with_the_token_beside_it(void **state)
{
    struct ctx *c = t_ctx(state);
    struct http_request r = request_of(c, &whatsapp_cases[0].m);
    size_t at;

    assert_int_equal(r.method, HTTP_POST);
    T_STR(r.url, "https://graph.facebook.com/v25.0/106540352242922/messages");
    T_STR(r.content_type, "application/json");
    T_STR(secret_expose(r.bearer), "EAAB");
    assert_int_equal(r.headers.n, 0);
    assert_false(str_find(r.body, S("EAAB"), &at));
}

static str repeat(struct ctx *c, str piece, size_t times)
{
    struct buf b = buf_new(c->arena, piece.len * times + 1);

    for (size_t i = 0; i < times; i++)
        buf_add(&b, piece);
    return buf_str(&b);
}

static void limits_are_counted_in_characters(void **state)
{
    struct ctx *c = t_ctx(state);
    struct channel_account acc = account(c);
    struct outbound text = {.to = {.address = S("601")}, .kind = MESSAGE_TEXT};
    struct outbound file = {.to = {.address = S("601")},
                            .kind = MESSAGE_IMAGE,
                            .file_id = S("1"),
                            .file_type = S("image/png")};
    struct http_request r;

    text.text = repeat(c, S("\U0001F44B"), 4096);
    T_OK(c, whatsapp_send(c, &acc, &text, &r));
    text.text = repeat(c, S("\U0001F44B"), 4097);
    T_FAILS_AT(c, ERR_INVALID, "body", whatsapp_send(c, &acc, &text, &r));
    file.text = repeat(c, S("\u4e00"), 1024);
    T_OK(c, whatsapp_send(c, &acc, &file, &r));
    file.text = repeat(c, S("\u4e00"), 1025);
    T_FAILS_AT(c, ERR_INVALID, "body", whatsapp_send(c, &acc, &file, &r));
}

static void what_cannot_be_sent_is_refused_with_the_field(void **state)
{
    struct ctx *c = t_ctx(state);
    struct channel_account acc = account(c);
    static const struct {
        struct outbound m;
        const char *field;
    } cases[] = {
        {{.to = {.address = STR_INIT("601")}, .kind = MESSAGE_TEXT, .text = STR_INIT(" \n")},
         "body"                                                                                               },
        {{.to = {.address = STR_INIT("601")}, .kind = MESSAGE_NOTE, .text = STR_INIT("x")},   "kind"          },
        {{.to = {.address = STR_INIT("601")}, .kind = MESSAGE_IMAGE},                         "attachment_ids"},
        {{.kind = MESSAGE_TEXT, .text = STR_INIT("to nobody")},                               ""              },
        {{.mark_read = true},                                                                 ""              },
    };
    struct http_request r;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        T_FAILS_AT(c, ERR_INVALID, cases[i].field, whatsapp_send(c, &acc, &cases[i].m, &r));
}

/* ---- the answer ---- */

static struct delivery_result judge(struct ctx *c, enum http_failure failure, int status, str body,
                                    const char *retry_after)
{
    struct http_response resp = {.failure = failure, .status = status, .body = body};
    struct delivery_result result;

    if (retry_after != NULL)
        http_header_add(&resp.headers, S("retry-after"), str_of(retry_after));
    T_OK(c, whatsapp_sent(c, &resp, &result));
    return result;
}

static void an_accepted_message_brings_its_id(void **state)
{
    struct ctx *c = t_ctx(state);
    struct delivery_result r =
        judge(c, HTTP_ANSWERED, 200,
              S("{\"messaging_product\":\"whatsapp\",\"contacts\":[{\"input\":\"1\",\"wa_id\":"
                "\"1\"}],\"messages\":[{\"id\":\"wamid.X=\",\"message_status\":\"accepted\"}]}"),
              NULL);

    assert_int_equal(r.outcome, DELIVERY_ACCEPTED);
    T_STR(r.provider_id, "wamid.X=");
    r = judge(c, HTTP_ANSWERED, 200, S("{\"success\":true}"), NULL);
    assert_int_equal(r.outcome, DELIVERY_ACCEPTED);
    T_STR(r.provider_id, "");
}

static void an_answer_that_does_not_say_is_uncertain(void **state)
{
    struct ctx *c = t_ctx(state);
    static const struct {
        enum http_failure failure;
        int status;
        str body;
    } cases[] = {
        {HTTP_NO_ANSWER,      0,   STR_INIT("")                                                },
        {HTTP_ANSWERED,       200, STR_INIT("")                                                },
        {HTTP_ANSWERED,       200,
         STR_INIT("{\"messaging_product\":\"whatsapp\",\"messages\":[{\"id\":\"wamid.")        },
        {HTTP_ANSWERED,       200, STR_INIT("<html>ok</html>")                                 },
        {HTTP_ANSWERED,       200, STR_INIT("{}")                                              },
        {HTTP_ANSWERED,       200, STR_INIT("{\"messages\":[]}")                               },
        {HTTP_ANSWERED,       200, STR_INIT("{\"success\":false}")                             },
        {HTTP_ANSWERED,       200, STR_INIT("null")                                            },
        {HTTP_ANSWER_TOO_BIG, 200, STR_INIT("{\"messages\":[{\"id\":\"wamid.X\"}]}")           },
        {HTTP_ANSWERED,       500, STR_INIT("")                                                },
        {HTTP_ANSWERED,       502, STR_INIT("<html>bad gateway</html>")                        },
        {HTTP_ANSWERED,       504, STR_INIT("")                                                },
        {HTTP_ANSWERED,       302, STR_INIT("")                                                },
        {HTTP_ANSWERED,       500, STR_INIT("{\"error\":{\"code\":1,\"message\":\"unknown\"}}")},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct delivery_result r = judge(c, cases[i].failure, cases[i].status, cases[i].body, NULL);

        if (r.outcome != DELIVERY_UNCERTAIN || str_is_empty(r.reason) || str_is_empty(r.code)) {
            print_error("%d %.*s: outcome %d\n", cases[i].status, STR_ARG(cases[i].body),
                        (int)r.outcome);
            fail();
        }
    }
}

static void an_unreadable_answer_leaves_no_error_behind(void **state)
{
    struct ctx *c = t_ctx(state);

    T_STR(judge(c, HTTP_NO_ANSWER, 0, S(""), NULL).code, "no_answer");
    T_STR(judge(c, HTTP_ANSWERED, 200, S("{"), NULL).code, "unreadable");
    assert_int_equal(c->err.code, OK);
}

static void what_certainly_did_not_go_is_tried_again(void **state)
{
    struct ctx *c = t_ctx(state);

    assert_int_equal(judge(c, HTTP_NOT_SENT, 0, S(""), NULL).outcome, DELIVERY_RETRY);
    assert_int_equal(judge(c, HTTP_ANSWERED, 503, S(""), NULL).outcome, DELIVERY_RETRY);
    assert_int_equal(judge(c, HTTP_ANSWERED, 429, S(""), NULL).outcome, DELIVERY_RETRY);
    assert_int_equal(
        judge(c, HTTP_ANSWERED, 500, S("{\"error\":{\"code\":131000,\"message\":\"x\"}}"), NULL)
            .outcome,
        DELIVERY_RETRY);
    assert_int_equal(
        judge(c, HTTP_ANSWERED, 500, S("{\"error\":{\"code\":1,\"is_transient\":true}}"), NULL)
            .outcome,
        DELIVERY_RETRY);
    assert_int_equal(judge(c, HTTP_ANSWERED, 429, S("{\"error\":{\"code\":424242}}"), NULL).outcome,
                     DELIVERY_RETRY);
}

static void they_say_how_long_to_wait(void **state)
{
    struct ctx *c = t_ctx(state);

    assert_int_equal(judge(c, HTTP_ANSWERED, 429, S(""), "17").retry_after, 17);
    assert_int_equal(judge(c, HTTP_ANSWERED, 503, S(""), " 3 ").retry_after, 3);
    assert_int_equal(
        judge(c, HTTP_ANSWERED, 429, S("{\"error\":{\"code\":131056}}"), NULL).retry_after, 6);
    assert_int_equal(
        judge(c, HTTP_ANSWERED, 429, S("{\"error\":{\"code\":131056}}"), "40").retry_after, 40);
    assert_int_equal(judge(c, HTTP_ANSWERED, 429, S(""), "-5").retry_after, 0);
    assert_int_equal(
        judge(c, HTTP_ANSWERED, 429, S(""), "Wed, 21 Oct 2026 07:28:00 GMT").retry_after, 0);
    assert_int_equal(judge(c, HTTP_ANSWERED, 429, S(""), "99999999999").retry_after, 86400);
    assert_int_equal(judge(c, HTTP_ANSWERED, 429, S(""), NULL).retry_after, 0);
}

static void a_refusal_says_whose_fault_it_is(void **state)
{
    struct ctx *c = t_ctx(state);
    struct delivery_result r;

    r = judge(c, HTTP_ANSWERED, 400,
              S("{\"error\":{\"message\":\"(#131047) Re-engagement "
                "message\",\"type\":\"OAuthException\",\"code\":131047}}"),
              NULL);
    assert_int_equal(r.outcome, DELIVERY_REJECTED);
    assert_false(r.account_bad);
    T_STR(r.code, "131047");
    T_STR(r.reason,
          "More than 24 hours have passed since the customer wrote. Only a template can be sent.");
    r = judge(c, HTTP_ANSWERED, 401, S("{\"error\":{\"code\":190,\"message\":\"x\"}}"), NULL);
    assert_int_equal(r.outcome, DELIVERY_REJECTED);
    assert_true(r.account_bad);
    r = judge(c, HTTP_ANSWERED, 401, S("<html>"), NULL);
    assert_int_equal(r.outcome, DELIVERY_REJECTED);
    assert_true(r.account_bad);
    T_STR(r.code, "http_401");
    r = judge(c, HTTP_ANSWERED, 400, S(""), NULL);
    assert_int_equal(r.outcome, DELIVERY_REJECTED);
    assert_false(r.account_bad);
    r = judge(c, HTTP_ANSWERED, 400,
              S("{\"error\":{\"code\":424242,\"message\":\"m\",\"error_data\":{\"details\":\"their "
                "own words\"}}}"),
              NULL);
    assert_int_equal(r.outcome, DELIVERY_REJECTED);
    T_STR(r.reason, "their own words");
}

/* The project's list of Meta's codes says what to do with each. */
static void every_published_code_is_treated_as_advised(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *text = t_contract(c, "messaging/meta-whatsapp/error-codes.json");
    static const struct {
        const char *action;
        enum delivery outcome;
        bool account_bad;
    } advice[] = {
        {"reauth",               DELIVERY_REJECTED, true },
        {"permission",           DELIVERY_REJECTED, true },
        {"account_blocked",      DELIVERY_REJECTED, true },
        {"billing",              DELIVERY_REJECTED, true },
        {"reregister_number",    DELIVERY_REJECTED, true },
        {"display_name_pending", DELIVERY_REJECTED, true },
        {"pause_sender_quality", DELIVERY_RETRY,    true },
        {"retry_backoff",        DELIVERY_RETRY,    false},
    };
    const struct json *codes;
    struct json *root;
    size_t wrong = 0;

    if (text == NULL)
        skip();
    T_OK(c, json_parse(c, str_of(text), &root));
    codes = json_get(root, "codes");
    assert_true(json_count(codes) > 100);
    for (size_t i = 0; i < json_count(codes); i++) {
        const struct json *row = json_at(codes, i);
        str action = json_get_str(row, "suggested_action");
        str code = json_dump(c, json_get(row, "code"));
        enum delivery outcome = DELIVERY_REJECTED;
        bool account_bad =
            str_eq(code, S("131044")); /* the list says fix_request; its name says payment */
        struct delivery_result r;

        if (str_eq(code, S("\"200-299\"")))
            code = S("247");
        for (size_t k = 0; k < sizeof advice / sizeof *advice; k++) {
            if (str_eq(action, str_of(advice[k].action))) {
                outcome = advice[k].outcome;
                account_bad = advice[k].account_bad;
            }
        }
        r = judge(
            c, HTTP_ANSWERED, 400,
            arena_printf(c->arena, "{\"error\":{\"code\":%.*s,\"message\":\"m\"}}", STR_ARG(code)),
            NULL);
        if (r.outcome != outcome || r.account_bad != account_bad || str_is_empty(r.reason) ||
            !str_eq(r.code, code)) {
            print_error("%.*s (%.*s): outcome %d, account_bad %d\n", STR_ARG(code), STR_ARG(action),
                        (int)r.outcome, r.account_bad);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void the_table_of_codes_is_in_order(void **state)
{
    static const int64_t some[] = {0,   2,   3,     4,      10,     100,    190,    200,
                                   299, 368, 80007, 130429, 131047, 133016, 135000, 137000};

    (void)state;
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        assert_non_null(whatsapp_error_find(some[i]));
    assert_null(whatsapp_error_find(1));
    assert_null(whatsapp_error_find(300));
    assert_null(whatsapp_error_find(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(each_message_is_written_as_meta_wants_it),
        T(a_send_goes_to_the_phone_number_with_the_token_beside_it),
        T(limits_are_counted_in_characters),
        T(what_cannot_be_sent_is_refused_with_the_field),
        T(an_accepted_message_brings_its_id),
        T(an_answer_that_does_not_say_is_uncertain),
        T(an_unreadable_answer_leaves_no_error_behind),
        T(what_certainly_did_not_go_is_tried_again),
        T(they_say_how_long_to_wait),
        T(a_refusal_says_whose_fault_it_is),
        T(every_published_code_is_treated_as_advised),
        T(the_table_of_codes_is_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
