/*
 * Files in and out of WhatsApp: where they lie, who gets our token, what Meta
 * takes, and what each answer means.
 */
#include "t.h"

#include "provider/channel.h"

static const struct media_ops *media(void)
{
    return channel_find(S("whatsapp"))->media;
}

static struct channel_account account(struct ctx *c)
{
    struct json *settings;
    struct json *secrets;

    T_OK(c, json_parse(c, S("{\"phone_number_id\":\"106540352242922\",\"api_version\":\"v25.0\"}"),
                       &settings));
    T_OK(c, json_parse(c, S("{\"access_token\":\"EAAB\"}"), &secrets));
    return (struct channel_account){.settings = settings, .secrets = secrets};
}

static struct http_response answer(enum http_failure failure, int status, const char *body)
{
    return (struct http_response){.failure = failure, .status = status, .body = str_of(body)};
}

static void a_file_is_asked_for_by_its_id(void **state)
{
    struct ctx *c = t_ctx(state);
    struct channel_account acc = account(c);
    struct http_request r;

    T_OK(c, media()->locate(c, &acc, S("1003383421387256"), &r));
    assert_int_equal(r.method, HTTP_GET);
    T_STR(r.url,
          "https://graph.facebook.com/v25.0/1003383421387256?phone_number_id=106540352242922");
    T_STR(secret_expose(r.bearer), "EAAB");
    T_OK(c, media()->locate(c, &acc, S("../me?x=1#"), &r));
    T_STR(r.url,
          "https://graph.facebook.com/v25.0/..%2Fme%3Fx%3D1%23?phone_number_id=106540352242922");
    T_FAILS(c, ERR_INVALID, media()->locate(c, &acc, S(""), &r));
}

static void the_answer_says_where_it_lies(void **state)
{
    struct ctx *c = t_ctx(state);
    struct http_response resp = answer(HTTP_ANSWERED, 200,
                                       "{\"messaging_product\":\"whatsapp\",\"url\":\"https:\\/\\/"
                                       "lookaside.fbsbx.com\\/a?mid=1\",\"file_size\":\"303833\"}");
    str url;

    T_OK(c, media()->located(c, &resp, &url));
    T_STR(url, "https://lookaside.fbsbx.com/a?mid=1");
}

static void a_file_that_is_not_there_is_told_from_one_that_comes_later(void **state)
{
    struct ctx *c = t_ctx(state);
    static const struct {
        enum http_failure failure;
        int status;
        const char *body;
        enum status expected;
    } cases[] = {
        {HTTP_NOT_SENT,  0,   "",                                                ERR_UNAVAILABLE },
        {HTTP_NO_ANSWER, 0,   "",                                                ERR_UNAVAILABLE },
        {HTTP_ANSWERED,  200, "{\"url\":",                                       ERR_UNAVAILABLE },
        {HTTP_ANSWERED,  200, "{}",                                              ERR_UNAVAILABLE },
        {HTTP_ANSWERED,  500, "",                                                ERR_UNAVAILABLE },
        {HTTP_ANSWERED,  404, "",                                                ERR_NOT_FOUND   },
        {HTTP_ANSWERED,  400, "{\"error\":{\"code\":100,\"error_subcode\":33}}", ERR_NOT_FOUND   },
        {HTTP_ANSWERED,  401, "",                                                ERR_UNAUTHORIZED},
        {HTTP_ANSWERED,  400, "{\"error\":{\"code\":190}}",                      ERR_UNAUTHORIZED},
        {HTTP_ANSWERED,  429, "",                                                ERR_RATE_LIMITED},
        {HTTP_ANSWERED,  400, "{\"error\":{\"code\":80007}}",                    ERR_RATE_LIMITED},
    };
    str url;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_response resp = answer(cases[i].failure, cases[i].status, cases[i].body);

        T_FAILS(c, cases[i].expected, media()->located(c, &resp, &url));
    }
}

static void only_meta_gets_our_token(void **state)
{
    struct ctx *c = t_ctx(state);
    struct channel_account acc = account(c);
    static const char *const foreign[] = {
        "http://lookaside.fbsbx.com/a",
        "https://evil.example/lookaside.fbsbx.com/a",
        "https://lookaside.fbsbx.com.evil.example/a",
        "https://lookaside.fbsbx.com@evil.example/a",
        "https://evilfbsbx.com/a",
        "https://evil.example\\.fbsbx.com/a",
        "https://lookaside.fbsbx.com:8443/a",
        "ftp://lookaside.fbsbx.com/a",
        "",
        "https://",
        "https://evil.example?.fbsbx.com/a",
        "https://evil.example#.fbsbx.com/a",
    };
    struct http_request r;

    T_OK(c, media()->fetch(c, &acc, S("https://lookaside.fbsbx.com/a?mid=1"), &r));
    assert_int_equal(r.method, HTTP_GET);
    T_STR(r.url, "https://lookaside.fbsbx.com/a?mid=1");
    T_STR(secret_expose(r.bearer), "EAAB");
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        T_FAILS(c, ERR_INVALID, media()->fetch(c, &acc, str_of(foreign[i]), &r));
}

static void a_file_is_handed_over_in_parts(void **state)
{
    struct ctx *c = t_ctx(state);
    struct channel_account acc = account(c);
    struct http_request r;

    T_OK(c, media()->upload(c, &acc, S("/data/blobs/ab"), S("shop.jpg"), S("image/jpeg"), &r));
    assert_int_equal(r.method, HTTP_POST);
    T_STR(r.url, "https://graph.facebook.com/v25.0/106540352242922/media");
    assert_int_equal(r.n_parts, 3);
    T_STR(r.parts[0].name, "messaging_product");
    T_STR(r.parts[0].data, "whatsapp");
    T_STR(r.parts[1].name, "type");
    T_STR(r.parts[1].data, "image/jpeg");
    T_STR(r.parts[2].name, "file");
    T_STR(r.parts[2].filename, "shop.jpg");
    T_STR(r.parts[2].content_type, "image/jpeg");
    T_STR(r.parts[2].path, "/data/blobs/ab");
}

static void a_format_goes_by_the_name_that_meta_has_for_it(void **state)
{
    struct ctx *c = t_ctx(state);
    struct channel_account acc = account(c);
    struct http_request r;

    T_OK(c, media()->upload(c, &acc, S("/x"), S("a"), S("audio/x-m4a"), &r));
    T_STR(r.parts[1].data, "audio/mp4");
    T_STR(r.parts[2].content_type, "audio/mp4");
    T_OK(c, media()->upload(c, &acc, S("/x"), S("a"), S("audio/AMR"), &r));
    T_STR(r.parts[1].data, "audio/amr");
    T_OK(c, media()->upload(c, &acc, S("/x"), S(""), S("application/x-unheard-of"), &r));
    T_STR(r.parts[1].data, "application/x-unheard-of");
    T_STR(r.parts[2].filename, "file");
}

static struct delivery_result uploaded(struct ctx *c, enum http_failure failure, int status,
                                       const char *body)
{
    struct http_response resp = answer(failure, status, body);
    struct delivery_result result;

    T_OK(c, media()->uploaded(c, &resp, &result));
    return result;
}

static void handing_over_twice_does_no_harm(void **state)
{
    struct ctx *c = t_ctx(state);
    struct delivery_result r = uploaded(c, HTTP_ANSWERED, 200, "{\"id\":\"1479537139650973\"}");

    assert_int_equal(r.outcome, DELIVERY_ACCEPTED);
    T_STR(r.provider_id, "1479537139650973");
    assert_int_equal(uploaded(c, HTTP_NO_ANSWER, 0, "").outcome, DELIVERY_RETRY);
    assert_int_equal(uploaded(c, HTTP_NOT_SENT, 0, "").outcome, DELIVERY_RETRY);
    assert_int_equal(uploaded(c, HTTP_ANSWERED, 200, "{\"id\"").outcome, DELIVERY_RETRY);
    assert_int_equal(uploaded(c, HTTP_ANSWERED, 500, "").outcome, DELIVERY_RETRY);
}

static void a_file_that_meta_does_not_take_is_rejected_in_words(void **state)
{
    struct ctx *c = t_ctx(state);
    struct delivery_result r =
        uploaded(c, HTTP_ANSWERED, 400, "{\"error\":{\"code\":131053,\"message\":\"x\"}}");

    assert_int_equal(r.outcome, DELIVERY_REJECTED);
    T_STR(r.code, "131053");
    T_STR(r.reason, "WhatsApp could not take this file: wrong type or too large.");
    assert_true(uploaded(c, HTTP_ANSWERED, 401, "{\"error\":{\"code\":190}}").account_bad);
}

static void files_are_measured_before_they_go(void **state)
{
    struct ctx *c = t_ctx(state);
    const int64_t mb = 1024 * 1024;
    const struct {
        const char *type;
        int64_t max;
    } limits[] = {
        {"image/jpeg",             5 * mb  },
        {"image/png",              5 * mb  },
        {"audio/ogg; codecs=opus", 16 * mb },
        {"video/mp4",              16 * mb },
        {"application/pdf",        100 * mb},
        {"image/gif",              100 * mb},
    };

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        T_OK(c, media()->check(c, str_of(limits[i].type), limits[i].max));
        T_FAILS_AT(c, ERR_INVALID, "attachment_ids",
                   media()->check(c, str_of(limits[i].type), limits[i].max + 1));
    }
    T_FAILS_AT(c, ERR_INVALID, "attachment_ids", media()->check(c, S("image/png"), 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_file_is_asked_for_by_its_id),
        T(the_answer_says_where_it_lies),
        T(a_file_that_is_not_there_is_told_from_one_that_comes_later),
        T(only_meta_gets_our_token),
        T(a_file_is_handed_over_in_parts),
        T(a_format_goes_by_the_name_that_meta_has_for_it),
        T(handing_over_twice_does_no_harm),
        T(a_file_that_meta_does_not_take_is_rejected_in_words),
        T(files_are_measured_before_they_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
