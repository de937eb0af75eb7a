/*
 * Who calls, and is the account good: signatures over the bytes as they came,
 * the challenge, and what the test of an account's settings finds.
 */
#include "t.h"

#include <stdio.h>
#include <stdlib.h>

#include "provider/channel.h"

static const struct channel_ops *whatsapp(void)
{
    return channel_find(S("whatsapp"));
}

static struct channel_account account(struct ctx *c, const char *settings, const char *secrets)
{
    struct json *s;
    struct json *k;

    T_OK(c, json_parse(c, str_of(settings), &s));
    T_OK(c, json_parse(c, str_of(secrets), &k));
    return (struct channel_account){.settings = s, .secrets = k};
}

static struct channel_account with_secret(struct ctx *c, str app_secret)
{
    struct buf b = buf_new(c->arena, 1000);
    struct json_writer w = json_writer_new(&b);

    json_object_begin(&w, NULL);
    json_str(&w, "app_secret", app_secret);
    json_object_end(&w);
    return account(c, "{}", buf_str(&b).ptr);
}

static enum status verify(struct ctx *c, str secret, str body, str header)
{
    struct channel_account acc = with_secret(c, secret);
    struct http_request webhook = {.method = HTTP_POST, .body = body};

    if (header.ptr != NULL)
        http_header_add(&webhook.headers, S("x-hub-signature-256"), header);
    return whatsapp()->verify(c, &acc, &webhook);
}

static void the_published_signatures_are_told_from_the_forged(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *text = t_contract(c, "messaging/signature-vectors/meta-x-hub-signature-256.json");
    const struct json *vectors;
    struct json *root;

    if (text == NULL)
        skip();
    T_OK(c, json_parse(c, str_of(text), &root));
    vectors = json_get(root, "vectors");
    assert_true(json_count(vectors) >= 12);
    for (size_t i = 0; i < json_count(vectors); i++) {
        const struct json *v = json_at(vectors, i);
        enum status s = verify(c, json_get_str(v, "secret"), json_get_str(v, "body_utf8"),
                               json_get_str(v, "header"));

        if (s != (json_get_bool(v, "valid") ? OK : ERR_FORBIDDEN)) {
            print_error("%.*s: %d\n", STR_ARG(json_get_str(v, "name")), (int)s);
            fail();
        }
    }
}

static void every_fixture_is_signed_as_published(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *text = t_contract(c, "messaging/signature-vectors/meta-fixture-signatures.json");
    const struct json *value;
    struct json *root;
    size_t n = 0;
    str path;

    if (text == NULL)
        skip();
    T_OK(c, json_parse(c, str_of(text), &root));
    for (size_t i = 0; json_member(json_get(root, "files"), i, &path, &value); i++) {
        str file = arena_printf(c->arena, "messaging/%.*s", STR_ARG(path));

        if (!str_starts_with(path, S("meta-whatsapp/")))
            continue;
        T_OK(c, verify(c, json_get_str(root, "secret"), str_of(t_contract(c, file.ptr)),
                       json_to_str(value)));
        n++;
    }
    assert_true(n >= 80);
}

static void a_webhook_without_a_signature_is_forbidden(void **state)
{
    struct ctx *c = t_ctx(state);

    T_FAILS(c, ERR_FORBIDDEN, verify(c, S("secret"), S("test"), (str){0}));
}

static void without_an_app_secret_nobody_gets_in(void **state)
{
    struct ctx *c = t_ctx(state);
    /* HMAC-SHA256 of "test" under the empty key */
    str header = S("sha256=43b0cef99265f9e34c10ea9d3501926d27b39f57c6d674561d8ba236e7a819fb");

    T_FAILS(c, ERR_FORBIDDEN, verify(c, S(""), S("test"), header));
}

/* ---- the challenge ---- */

static enum status challenge(struct ctx *c, const char *secrets, const char *query, str *out)
{
    struct channel_account acc = account(c, "{}", secrets);

    return whatsapp()->connect->challenge(c, &acc, str_of(query), out);
}

static void the_challenge_is_answered_when_the_token_fits(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *secrets = "{\"verify_token\":\"meatyhamhock\"}";
    str out = S("untouched");

    T_FAILS(c, ERR_FORBIDDEN,
            challenge(c, secrets,
                      "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=other", &out));
    T_FAILS(c, ERR_FORBIDDEN,
            challenge(c, secrets, "hub.mode=subscribe&hub.challenge=1158201444", &out));
    T_FAILS(c, ERR_FORBIDDEN,
            challenge(c, secrets,
                      "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=meatyhamhock", &out));
    T_FAILS(c, ERR_FORBIDDEN, challenge(c, secrets, "", &out));
    T_STR(out, "untouched");
    T_OK(c, challenge(c, secrets,
                      "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock",
                      &out));
    T_STR(out, "1158201444");
}

static void the_token_is_decoded_like_a_form(void **state)
{
    struct ctx *c = t_ctx(state);
    str out;

    T_OK(c, challenge(c, "{\"verify_token\":\"a b+c\"}",
                      "hub.mode=subscribe&hub.challenge=7&hub.verify_token=a+b%2Bc", &out));
    T_STR(out, "7");
}

static void a_challenge_that_is_no_plain_word_is_not_sent_back(void **state)
{
    struct ctx *c = t_ctx(state);
    str out;

    T_FAILS(c, ERR_FORBIDDEN,
            challenge(c, "{\"verify_token\":\"t\"}",
                      "hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=t", &out));
}

static void without_a_verify_token_there_is_no_challenge(void **state)
{
    struct ctx *c = t_ctx(state);
    str out;

    T_FAILS(c, ERR_FORBIDDEN,
            challenge(c, "{}", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=", &out));
}

/* ---- the test of an account ---- */

#define GOOD_SETTINGS "{\"phone_number_id\":\"106540352242922\",\"api_version\":\"v25.0\"}"

static void the_test_asks_for_the_phone_number(void **state)
{
    struct ctx *c = t_ctx(state);
    struct channel_account acc = account(c, GOOD_SETTINGS, "{\"access_token\":\"EAAB\"}");
    struct http_request r;

    T_OK(c, whatsapp()->connect->test(c, &acc, &r));
    assert_int_equal(r.method, HTTP_GET);
    T_STR(r.url, "https://graph.facebook.com/v25.0/"
                 "106540352242922?fields=verified_name,display_phone_number");
    T_STR(secret_expose(r.bearer), "EAAB");
}

static void a_setting_that_cannot_be_right_is_named_before_anything_is_asked(void **state)
{
    struct ctx *c = t_ctx(state);
    static const struct {
        const char *settings, *secrets, *field;
    } cases[] = {
        {"{\"phone_number_id\":\"+60 3\"}",                          "{\"access_token\":\"t\"}", "phone_number_id"},
        {"{\"phone_number_id\":\"1/../me\"}",                        "{\"access_token\":\"t\"}", "phone_number_id"},
        {"{}",                                                       "{\"access_token\":\"t\"}", "phone_number_id"},
        {"{\"phone_number_id\":\"1\",\"api_version\":\"25\"}",       "{\"access_token\":\"t\"}",
         "api_version"                                                                                            },
        {"{\"phone_number_id\":\"1\",\"api_version\":\"v25.0/me\"}", "{\"access_token\":\"t\"}",
         "api_version"                                                                                            },
        {"{\"phone_number_id\":\"1\"}",                              "{}",                       "access_token"   },
    };
    struct http_request r;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct channel_account acc = account(c, cases[i].settings, cases[i].secrets);

        T_FAILS_AT(c, ERR_INVALID, cases[i].field, whatsapp()->connect->test(c, &acc, &r));
    }
}

static enum status tested(struct ctx *c, enum http_failure failure, int status, const char *body,
                          str *out)
{
    struct http_response resp = {.failure = failure, .status = status, .body = str_of(body)};

    return whatsapp()->connect->tested(c, &resp, out);
}

static void a_good_account_shows_its_number_and_name(void **state)
{
    struct ctx *c = t_ctx(state);
    str out;

    T_OK(c, tested(c, HTTP_ANSWERED, 200,
                   "{\"verified_name\":\"Kedai Maju\",\"display_phone_number\":\"+60 12-345 "
                   "6789\",\"id\":\"1\"}",
                   &out));
    T_STR(out, "+60 12-345 6789, Kedai Maju");
    T_OK(c, tested(c, HTTP_ANSWERED, 200, "{\"display_phone_number\":\"+60 12-345 6789\"}", &out));
    T_STR(out, "+60 12-345 6789");
}

static void a_token_is_asked_how_long_it_lives(void **state)
{
    struct ctx *c = t_ctx(state);
    struct channel_account acc = account(c, GOOD_SETTINGS, "{\"access_token\":\"EA/A B\"}");
    struct http_request r;

    T_OK(c, whatsapp()->connect->token(c, &acc, &r));
    assert_int_equal(r.method, HTTP_GET);
    T_STR(r.url, "https://graph.facebook.com/v25.0/debug_token?input_token=EA%2FA%20B");
    T_STR(secret_expose(r.bearer), "EA/A B");
}

static enum status token_told(struct ctx *c, int status, const char *body, struct token_facts *out)
{
    struct http_response resp = {.failure = HTTP_ANSWERED, .status = status, .body = str_of(body)};

    return whatsapp()->connect->token_told(c, &resp, out);
}

static void a_token_says_when_it_ends_and_what_it_may(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const silent[] = {"{\"error\":{\"code\":100}}", "<html>", "{\"data\":[]}"};
    struct token_facts facts;

    T_OK(c, token_told(c, 200,
                       "{\"data\":{\"expires_at\":1800000000,\"scopes\":"
                       "[\"public_profile\",\"whatsapp_business_messaging\"]}}",
                       &facts));
    assert_true(facts.told);
    assert_int_equal(facts.expires_at.us, INT64_C(1800000000) * 1000000);
    T_OK(c, token_told(c, 200, "{\"data\":{\"expires_at\":0}}", &facts));
    assert_true(facts.told && instant_is_none(facts.expires_at));
    T_OK(c, token_told(c, 200, "{\"data\":{\"expires_at\":9223372036854775807}}", &facts));
    assert_true(instant_is_none(facts.expires_at));
    for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
        T_OK(c, token_told(c, 200, silent[i], &facts));
        assert_true(!facts.told && instant_is_none(facts.expires_at));
    }
    T_OK(c, token_told(c, 400, "{\"data\":{\"expires_at\":1800000000}}", &facts));
    assert_false(facts.told);
    T_FAILS_AT(c, ERR_INVALID, "access_token",
               token_told(c, 200, "{\"data\":{\"scopes\":[\"public_profile\"]}}", &facts));
}

static void a_refusal_names_the_line_of_the_form(void **state)
{
    struct ctx *c = t_ctx(state);
    static const struct {
        int status;
        const char *body, *field;
    } cases[] = {
        {401, "{\"error\":{\"message\":\"expired\",\"code\":190}}",                                 "access_token"   },
        {403, "{\"error\":{\"message\":\"no\",\"code\":10}}",                                       "access_token"   },
        {400, "{\"error\":{\"message\":\"no\",\"code\":200}}",                                      "access_token"   },
        {401, "",                                                                                   "access_token"   },
        {400,
         "{\"error\":{\"message\":\"Unsupported get request\",\"code\":100,\"error_subcode\":33}}", "phone_number_id"},
        {404, "",                                                                                   "phone_number_id"},
        {400, "{\"error\":{\"message\":\"Unknown path components\",\"code\":2500}}",                "api_version"    },
    };
    str out;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        T_FAILS_AT(c, ERR_INVALID, cases[i].field,
                   tested(c, HTTP_ANSWERED, cases[i].status, cases[i].body, &out));
}

static void no_answer_is_nobodys_fault(void **state)
{
    struct ctx *c = t_ctx(state);
    str out;

    T_FAILS(c, ERR_UNAVAILABLE, tested(c, HTTP_NOT_SENT, 0, "", &out));
    T_FAILS(c, ERR_UNAVAILABLE, tested(c, HTTP_NO_ANSWER, 0, "", &out));
    T_FAILS(c, ERR_UNAVAILABLE, tested(c, HTTP_ANSWERED, 502, "<html>", &out));
    T_FAILS(c, ERR_UNAVAILABLE, tested(c, HTTP_ANSWERED, 200, "{\"display_pho", &out));
    T_FAILS(c, ERR_UNAVAILABLE, tested(c, HTTP_ANSWERED, 429, "", &out));
    T_FAILS(c, ERR_UNAVAILABLE, tested(c, HTTP_ANSWERED, 400, "{\"error\":{\"code\":4}}", &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_published_signatures_are_told_from_the_forged),
        T(every_fixture_is_signed_as_published),
        T(a_webhook_without_a_signature_is_forbidden),
        T(without_an_app_secret_nobody_gets_in),
        T(the_challenge_is_answered_when_the_token_fits),
        T(the_token_is_decoded_like_a_form),
        T(a_challenge_that_is_no_plain_word_is_not_sent_back),
        T(without_a_verify_token_there_is_no_challenge),
        T(the_test_asks_for_the_phone_number),
        T(a_setting_that_cannot_be_right_is_named_before_anything_is_asked),
        T(a_good_account_shows_its_number_and_name),
        T(a_token_is_asked_how_long_it_lives),
        T(a_token_says_when_it_ends_and_what_it_may),
        T(a_refusal_names_the_line_of_the_form),
        T(no_answer_is_nobodys_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
