/*
 * What holds for every channel in the list.  A new one gets these tests by
 * being in the list, and needs a row in samples[]: an account, a webhook, and
 * what its provider answers.
 */
#include "t.h"

#include "crypto/hash.h"
#include "provider/channel.h"

struct sample {
    const char *name;
    const char *settings;
    const char *secrets;
    const char *webhook;  /* one that it understands */
    const char *accepted; /* the provider's answer to a send; NULL for local channels */
    void (*sign)(struct ctx *c, struct http_request *webhook);
};

static void sign_whatsapp(struct ctx *c, struct http_request *webhook)
{
    uint8_t mac[SHA256_BYTES];
    struct buf header = buf_new(c->arena, 128);

    hmac_sha256(S("app-secret-0123456789"), webhook->body, mac);
    buf_add(&header, S("sha256="));
    buf_add_hex(&header, (str){(const char *)mac, sizeof mac});
    http_header_add(&webhook->headers, S("X-Hub-Signature-256"), buf_str(&header));
}

static const struct sample samples[] = {
    {
     .name = "whatsapp",
     .settings = "{\"phone_number_id\":\"106540352242922\",\"api_version\":\"v25.0\"}",
     .secrets = "{\"access_token\":\"access-token-0123456789\",\"app_secret\":\"app-secret-"
                   "0123456789\",\"verify_token\":\"verify-token-0123456789\"}", .webhook = "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":"
                   "[{\"field\":\"messages\",\"value\":{"
                   "\"metadata\":{\"phone_number_id\":\"106540352242922\"},\"contacts\":[{"
                   "\"profile\":{\"name\":\"\xe9\x99\xb3\"},\"wa_id\":\"60121111111\"}],"
                   "\"messages\":[{\"from\":\"60121111111\",\"id\":\"wamid.1\",\"timestamp\":"
                   "\"1763800001\",\"type\":\"text\",\"text\":{\"body\":\"a\\u00e4\"}},"
                   "{\"from\":\"60121111111\",\"id\":\"wamid.2\",\"timestamp\":\"1763800002\","
                   "\"type\":\"location\",\"location\":{\"latitude\":3.1,\"longitude\":101.6}}],"
                   "\"statuses\":[{\"id\":\"wamid.0\",\"status\":\"read\",\"timestamp\":"
                   "\"1763800003\",\"recipient_id\":\"60121111111\"}]}}]}]}", .accepted = "{\"messaging_product\":\"whatsapp\",\"messages\":[{\"id\":\"wamid.OUT\"}]}",
     .sign = sign_whatsapp,
     },
    {
     .name = "webchat",
     .settings = "{}",
     .secrets = "{}",
     .webhook = "{\"visitor\":\"0197f3a0-0000-7000-8000-0000000000aa\",\"events\":[{\"id\":"
                   "\"0197f3a0-0000-7000-8000-000000000001\","
                   "\"at\":\"2026-11-22T08:41:38.120Z\",\"type\":\"message\",\"body\":\"a\\u00e4\","
                   "\"uploads\":[\"0197f3a0-0000-7000-8000-000000000002\"]}]}", },
    {
     .name = "null",
     .settings = "{\"behaviour\":\"silent\"}",
     .secrets = "{}",
     .webhook = "{\"visitor\":\"60121111111\",\"events\":[{\"id\":\"m1\",\"type\":\"message\","
                   "\"body\":\"hello\"}]}", },
};

static const struct sample *sample_of(const struct channel_ops *ops)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        if (strcmp(samples[i].name, ops->name) == 0)
            return &samples[i];
    }
    print_error("channel \"%s\" has no row in samples[]\n", ops->name);
    abort();
}

static struct channel_account account_of(struct ctx *c, const struct channel_ops *ops)
{
    struct json *settings;
    struct json *secrets;

    T_OK(c, json_parse(c, str_of(sample_of(ops)->settings), &settings));
    T_OK(c, json_parse(c, str_of(sample_of(ops)->secrets), &secrets));
    return (struct channel_account){.name = S("Shop"), .settings = settings, .secrets = secrets};
}

static struct outbound hello(void)
{
    return (struct outbound){
        .id = {{1, 2, 3, 4, 5, 6, 0x77, 8, 0x89, 10, 11, 12, 13, 14, 15, 16}},
        .to = {.address = S("60121111111")},
        .kind = MESSAGE_TEXT,
        .text = S("hello"),
    };
}

static void each_row_of_the_list_is_whole(void **state)
{
    (void)state;
    for (size_t k = 0; channels[k] != NULL; k++) {
        const struct channel_ops *ops = channels[k];
        const struct media_ops *m = ops->media;

        assert_ptr_equal(channel_find(str_of(ops->name)), ops);
        assert_true(strlen(ops->name) <= 32);
        assert_non_null(ops->hosts);
        assert_non_null(ops->settings);
        assert_true(ops->traits.max_text > 0);
        assert_true(ops->send != NULL && ops->sent != NULL && ops->verify != NULL &&
                    ops->events != NULL);
        if (m != NULL) {
            assert_true(m->max_bytes > 0 && m->check != NULL);
            if (!ops->traits.local)
                assert_true(m->locate != NULL && m->located != NULL && m->fetch != NULL &&
                            m->upload != NULL && m->uploaded != NULL);
        }
        if (!ops->traits.local) {
            assert_non_null(ops->connect);
            assert_true(ops->connect->test != NULL && ops->connect->tested != NULL &&
                        ops->connect->challenge != NULL);
            assert_non_null(ops->hosts[0]);
        }
    }
    assert_null(channel_find(S("")));
    assert_null(channel_find(S("whatsap")));
}

static void each_setting_has_its_limits(void **state)
{
    (void)state;
    for (size_t k = 0; channels[k] != NULL; k++) {
        const struct channel_ops *ops = channels[k];
        for (const struct channel_setting *s = ops->settings; s->key != NULL; s++) {
            assert_true(s->max > 0);
            assert_true(s->initial == NULL || strlen(s->initial) <= s->max);
            assert_false(s->secret && s->initial != NULL);
            for (const struct channel_setting *other = ops->settings; other != s; other++)
                assert_string_not_equal(other->key, s->key);
        }
    }
}

static bool is_allowed(struct ctx *c, const struct channel_ops *ops, str url)
{
    for (const char *const *host = ops->hosts; *host != NULL; host++) {
        if (str_starts_with(url, arena_printf(c->arena, "https://%s/", *host)))
            return true;
    }
    return false;
}

static void each_sends_to_its_own_hosts_and_tells_no_secret(void **state)
{
    struct ctx *c = t_ctx(state);

    for (size_t k = 0; channels[k] != NULL; k++) {
        const struct channel_ops *ops = channels[k];
        struct channel_account acc = account_of(c, ops);
        struct outbound m = hello();
        struct http_request r;
        size_t at;

        T_OK(c, ops->send(c, &acc, &m, &r));
        if (ops->traits.local) {
            T_STR(r.url, "");
            continue;
        }
        assert_true(is_allowed(c, ops, r.url));
        assert_true(r.bearer.size > 0);
        assert_false(str_find(r.url, S("0123456789"), &at));
        assert_false(str_find(r.body, S("0123456789"), &at));
        for (size_t i = 0; i < r.headers.n; i++)
            assert_false(str_find(r.headers.items[i].value, S("0123456789"), &at));
    }
}

static str fill(struct ctx *c, str piece, size_t times)
{
    struct buf b = buf_new(c->arena, piece.len * times);

    for (size_t i = 0; i < times; i++)
        buf_add(&b, piece);
    return buf_str(&b);
}

static void each_refuses_a_text_that_is_too_long_rather_than_cut_it(void **state)
{
    struct ctx *c = t_ctx(state);

    for (size_t k = 0; channels[k] != NULL; k++) {
        const struct channel_ops *ops = channels[k];
        uint32_t chars = ops->traits.max_text_chars;
        struct channel_account acc = account_of(c, ops);
        struct outbound m = hello();
        struct http_request r;

        m.text = fill(c, S("x"), chars > 0 ? chars : ops->traits.max_text);
        T_OK(c, ops->send(c, &acc, &m, &r));
        m.text = fill(c, S("x"), (chars > 0 ? chars : ops->traits.max_text) + 1);
        T_FAILS_AT(c, ERR_INVALID, "body", ops->send(c, &acc, &m, &r));
        m.text = S("  ");
        T_FAILS_AT(c, ERR_INVALID, "body", ops->send(c, &acc, &m, &r));
        m.text = S("hello");
        m.to = (struct channel_person){0};
        T_FAILS(c, ERR_INVALID, ops->send(c, &acc, &m, &r));
    }
}

/* A copy with some bits of one byte turned over. */
static str damage(struct ctx *c, str body, size_t at, int bits)
{
    char *copy = arena_alloc(c->arena, body.len);

    memcpy(copy, body.ptr, body.len);
    copy[at] = (char)(copy[at] ^ bits);
    return (str){copy, body.len};
}

static struct delivery_result judge(struct ctx *c, const struct channel_ops *ops,
                                    enum http_failure failure, int status, str body)
{
    struct http_response resp = {.failure = failure, .status = status, .body = body};
    struct delivery_result result;

    T_OK(c, ops->sent(c, &resp, &result));
    return result;
}

static void each_knows_what_became_of_a_send(void **state)
{
    struct ctx *c = t_ctx(state);

    for (size_t k = 0; channels[k] != NULL; k++) {
        const struct channel_ops *ops = channels[k];
        enum delivery unclear = ops->traits.resend_is_safe ? DELIVERY_RETRY : DELIVERY_UNCERTAIN;
        const char *accepted = sample_of(ops)->accepted;

        if (ops->traits.local) {
            assert_int_equal(judge(c, ops, HTTP_NOT_SENT, 0, S("")).outcome, DELIVERY_ACCEPTED);
            continue;
        }
        assert_int_equal(judge(c, ops, HTTP_ANSWERED, 200, str_of(accepted)).outcome,
                         DELIVERY_ACCEPTED);
        assert_false(str_is_empty(judge(c, ops, HTTP_ANSWERED, 200, str_of(accepted)).provider_id));
        assert_int_equal(judge(c, ops, HTTP_ANSWERED, 400, S("{}")).outcome, DELIVERY_REJECTED);
        assert_false(judge(c, ops, HTTP_ANSWERED, 400, S("{}")).account_bad);
        assert_int_equal(judge(c, ops, HTTP_ANSWERED, 401, S("{}")).outcome, DELIVERY_REJECTED);
        assert_true(judge(c, ops, HTTP_ANSWERED, 401, S("{}")).account_bad);
        assert_int_equal(judge(c, ops, HTTP_ANSWERED, 429, S("{}")).outcome, DELIVERY_RETRY);
        assert_int_equal(judge(c, ops, HTTP_ANSWERED, 500, S("{}")).outcome, unclear);
        assert_int_equal(judge(c, ops, HTTP_NO_ANSWER, 0, S("")).outcome, unclear);
        assert_int_equal(judge(c, ops, HTTP_NOT_SENT, 0, S("")).outcome, DELIVERY_RETRY);
        for (size_t n = 0; n < strlen(accepted); n++)
            assert_int_equal(
                judge(c, ops, HTTP_ANSWERED, 200, str_slice(str_of(accepted), 0, n)).outcome,
                unclear);
    }
}

static void each_tells_a_good_webhook_from_a_forged_one(void **state)
{
    struct ctx *c = t_ctx(state);

    for (size_t k = 0; channels[k] != NULL; k++) {
        const struct channel_ops *ops = channels[k];
        const struct sample *sample = sample_of(ops);
        struct channel_account acc = account_of(c, ops);
        struct http_request good = {.method = HTTP_POST, .body = str_of(sample->webhook)};
        struct http_request forged;
        struct channel_account nobody = {0};

        T_FAILS(c, ERR_FORBIDDEN, ops->verify(c, &acc, &good)); /* not signed */
        if (ops->traits.local)
            continue;
        sample->sign(c, &good);
        T_OK(c, ops->verify(c, &acc, &good));
        T_FAILS(c, ERR_FORBIDDEN, ops->verify(c, &nobody, &good));
        for (size_t i = 0; i < good.body.len; i += 7) {
            str body = arena_copy(c->arena, good.body);

            forged = good;
            *(char *)(uintptr_t)&body.ptr[i] ^= 1;
            forged.body = body;
            T_FAILS(c, ERR_FORBIDDEN, ops->verify(c, &acc, &forged));
        }
        forged = good;
        forged.body = str_slice(good.body, 0, good.body.len - 1);
        T_FAILS(c, ERR_FORBIDDEN, ops->verify(c, &acc, &forged));
    }
}

/* Whatever comes, it is events or a clean refusal, and a refusal leaves the outputs alone. */
static void survives(struct ctx *c, const struct channel_ops *ops, str body)
{
    struct channel_event *const untouched = (struct channel_event *)(uintptr_t)16;
    struct channel_account acc = account_of(c, ops);
    struct channel_event *events = untouched;
    size_t n = 12345;
    enum status s = ops->events(c, &acc, body, &events, &n);

    if (s != OK && s != ERR_INVALID && s != ERR_TOO_LARGE) {
        print_error("%s: status %d for %.*s\n", ops->name, (int)s,
                    (int)(body.len < 80 ? body.len : 80), body.ptr);
        fail();
    }
    if (s != OK) {
        assert_ptr_equal(events, untouched);
        assert_int_equal(n, 12345);
    }
}

static void each_survives_what_is_no_webhook(void **state)
{
    struct ctx *c = t_ctx(state);
    static const str bodies[] = {
        STR_INIT(""),
        STR_INIT(" "),
        STR_INIT("null"),
        STR_INIT("[]"),
        STR_INIT("{}"),
        STR_INIT("7"),
        STR_INIT("\"\""),
        STR_INIT("not json"),
        STR_INIT("{\"a\":1,\"a\":2}"),
        STR_INIT("\xff\xfe"),
        STR_INIT("{\"a\":\"\xc3\"}"),
        STR_INIT("{\"a\":\"\\u0000\"}"),
        STR_INIT("{\"a\":\"\\ud800\"}"),
        STR_INIT("{\"a\":1e999}"),
        STR_INIT("{\"a\":99999999999999999999}"),
        STR_INIT("\0\0\0"),
        STR_INIT("a=1&b=2"),
        STR_INIT("<xml/>"),
        STR_INIT("{\"object\":\"whatsapp_business_account\",\"entry\":[null,[],{\"changes\":[null,["
                 "],{\"field\":\"messages\",\"value\":null}]}]}"),
        STR_INIT("{\"visitor\":{},\"events\":[null]}"),
    };

    for (size_t k = 0; channels[k] != NULL; k++) {
        const struct channel_ops *ops = channels[k];
        for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
            survives(c, ops, bodies[i]);
        survives(c, ops, fill(c, S("["), 100000));
        survives(c, ops, fill(c, S("{\"a\":"), 100000));
    }
}

static void each_survives_its_webhook_cut_anywhere_and_damaged(void **state)
{
    struct ctx *c = t_ctx(state);

    for (size_t k = 0; channels[k] != NULL; k++) {
        const struct channel_ops *ops = channels[k];
        str good = str_of(sample_of(ops)->webhook);
        struct channel_account acc = account_of(c, ops);
        struct channel_event *events;
        size_t n;

        T_OK(c, ops->events(c, &acc, good, &events, &n));
        assert_true(n > 0 && events[0].kind != EVENT_NOTHING);
        for (size_t i = 0; i < good.len; i++) {
            T_FAILS(c, ERR_INVALID, ops->events(c, &acc, str_slice(good, 0, i), &events, &n));
            for (int bit = 0; bit < 8; bit++)
                survives(c, ops, damage(c, good, i, 1 << bit));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(each_row_of_the_list_is_whole),
        T(each_setting_has_its_limits),
        T(each_sends_to_its_own_hosts_and_tells_no_secret),
        T(each_refuses_a_text_that_is_too_long_rather_than_cut_it),
        T(each_knows_what_became_of_a_send),
        T(each_tells_a_good_webhook_from_a_forged_one),
        T(each_survives_what_is_no_webhook),
        T(each_survives_its_webhook_cut_anywhere_and_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
