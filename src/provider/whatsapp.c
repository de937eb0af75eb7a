/*
 * WhatsApp, by Meta's Cloud API: who we are to it, who calls us, and whether an
 * account is good.  The version of the API is a setting, since Meta retires one
 * each quarter.
 */
#include "provider/whatsapp.h"

#include "crypto/hash.h"
#include "provider/list.h"

#define HOST "https://graph.facebook.com/"

static const char *const hosts[] = {"graph.facebook.com", ".fbsbx.com", NULL};

static const struct channel_setting settings[] = {
    {.key = "phone_number_id",         .required = true, .max = 32, .pattern = "[0-9]{5,32}"},
    {.key = "business_account_id",                       .max = 32, .pattern = "[0-9]{5,32}"},
    {.key = "api_version",
     .required = true,
     .max = 8,
     .pattern = "v[0-9]{1,3}[.][0-9]",
     .initial = "v25.0"},
    {.key = "access_token", .secret = true, .required = true, .max = 2048},
    {.key = "app_secret",                                .secret = true, .required = true, .max = 256},
    {.key = "verify_token",                 .secret = true, .required = true, .max = 256},
    {.key = NULL},
};

/* ---- requests ---- */

static bool skip_digits(struct cur *cur, size_t max)
{
    size_t n = 0;

    for (; !cur_at_end(cur) && *cur->at >= '0' && *cur->at <= '9' && n <= max; n++)
        cur->at++;
    return n >= 1 && n <= max;
}

enum status whatsapp_url(struct ctx *c, const struct channel_account *acc, str path, str *out)
{
    str version = account_setting(acc, "api_version");
    struct cur cur;

    if (str_is_empty(version))
        version = S("v25.0");
    cur = cur_of(version);
    if (!cur_skip(&cur, S("v")) || !skip_digits(&cur, 3) || !cur_skip(&cur, S(".")) ||
        !skip_digits(&cur, 1) || !cur_at_end(&cur))
        return FAIL_FIELD(c, "api_version", "a version looks like v25.0");
    *out = arena_printf(c->arena, HOST "%.*s/%.*s", STR_ARG(version), STR_ARG(path));
    return OK;
}

enum status whatsapp_phone(struct ctx *c, const struct channel_account *acc, str *out)
{
    str phone = account_setting(acc, "phone_number_id");
    struct cur cur = cur_of(phone);

    if (!skip_digits(&cur, 32) || !cur_at_end(&cur))
        return FAIL_FIELD(c, "phone_number_id", "the phone number's id is a row of digits");
    *out = phone;
    return OK;
}

enum status whatsapp_request(struct ctx *c, const struct channel_account *acc,
                             enum http_method method, str path, struct http_request *out)
{
    struct http_request request = {.method = method};

    TRY(whatsapp_url(c, acc, path, &request.url));
    request.bearer = account_secret(acc, "access_token");
    if (request.bearer.size == 0)
        return FAIL_FIELD(c, "access_token", "the access token is missing");
    *out = request;
    return OK;
}

/* ---- is the account good ---- */

static enum status account_test(struct ctx *c, const struct channel_account *acc,
                                struct http_request *out)
{
    str phone;

    TRY(whatsapp_phone(c, acc, &phone));
    return whatsapp_request(
        c, acc, HTTP_GET,
        arena_printf(c->arena, "%.*s?fields=verified_name,display_phone_number", STR_ARG(phone)),
        out);
}

/* Which line of the form Meta complains about. */
static enum status blame(struct ctx *c, const struct http_response *resp, const struct json *error)
{
    struct whatsapp_complaint why = whatsapp_complaint(c, error);
    int64_t code = json_get_i64(error, "code");

    if (resp->status == 429 || (why.known != NULL && why.known->outcome == DELIVERY_RETRY))
        return FAIL(c, ERR_UNAVAILABLE, "WhatsApp is busy; try again in a minute");
    if (error == NULL && (resp->status >= 500 || resp->status < 400))
        return FAIL(c, ERR_UNAVAILABLE, "WhatsApp did not answer; try again in a minute");
    if (code == 2500) /* a path that this version does not know */
        return FAIL_FIELD(c, "api_version", "Meta does not know this version");
    if (error != NULL && code == 100)
        return FAIL_FIELD(c, "phone_number_id",
                          "Meta does not know this phone number id, or the token may not see it");
    if (resp->status == 404)
        return FAIL_FIELD(c, "phone_number_id", "Meta does not know this phone number id");
    if (str_is_empty(why.words))
        why.words = S("Meta refused the access token");
    return FAIL_FIELD(c, "access_token", "%.*s", STR_ARG(why.words));
}

static enum status account_tested(struct ctx *c, const struct http_response *resp, str *display)
{
    const struct json *answer =
        resp->failure == HTTP_ANSWERED ? lenient_parse(c, resp->body) : NULL;
    str number = lenient_text(c, answer, "display_phone_number", 40);
    str name = lenient_text(c, answer, "verified_name", CHANNEL_MAX_NAME);

    if (resp->failure != HTTP_ANSWERED)
        return FAIL(c, ERR_UNAVAILABLE, "WhatsApp could not be reached; try again in a minute");
    if (resp->status != 200 || str_is_empty(number))
        return blame(c, resp, whatsapp_answer_error(answer));
    *display = str_is_empty(name)
                   ? number
                   : arena_printf(c->arena, "%.*s, %.*s", STR_ARG(number), STR_ARG(name));
    return OK;
}

/* ---- how long does the token live ---- */

enum { TOKEN_URL_MAX = 8192 };

/* A token may be asked about with itself (Meta, access token debugging). */
static enum status token_ask(struct ctx *c, const struct channel_account *acc,
                             struct http_request *out)
{
    struct buf path = buf_new(c->arena, TOKEN_URL_MAX);
    str whole;

    buf_add(&path, S("debug_token?input_token="));
    buf_add_url(&path, secret_expose(account_secret(acc, "access_token")));
    TRY(buf_done(c, &path, &whole));
    return whatsapp_request(c, acc, HTTP_GET, whole, out);
}

static bool may_send(const struct json *scopes)
{
    for (size_t i = 0; i < json_count(scopes); i++) {
        if (str_eq(json_to_str(json_at(scopes, i)), S("whatsapp_business_messaging")))
            return true;
    }
    return json_count(scopes) == 0; /* not told */
}

static enum status token_told(struct ctx *c, const struct http_response *resp,
                              struct token_facts *out)
{
    bool answered = resp->failure == HTTP_ANSWERED && resp->status == 200;
    const struct json *data = json_get(answered ? lenient_parse(c, resp->body) : NULL, "data");

    out->told = json_kind_of(data) == JSON_OBJECT;
    out->expires_at = lenient_time(data, "expires_at"); /* 0: never */
    if (!may_send(json_get(data, "scopes")))
        return FAIL_FIELD(c, "access_token",
                          "the token lacks the permission whatsapp_business_messaging");
    return OK;
}

/* ---- who calls ---- */

/* What we send back must be a plain word, whatever the content type is taken for. */
static bool is_plain(str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char ch = text.ptr[i];

        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
              ch == '-' || ch == '_' || ch == '.'))
            return false;
    }
    return text.len > 0 && text.len <= 128;
}

static enum status account_challenge(struct ctx *c, const struct channel_account *acc, str query,
                                     str *out)
{
    str expected = secret_expose(account_secret(acc, "verify_token"));
    str mode;
    str token;
    str challenge;

    if (!http_query_get(c->arena, query, "hub.mode", &mode) || !str_eq(mode, S("subscribe")) ||
        !http_query_get(c->arena, query, "hub.challenge", &challenge) || !is_plain(challenge))
        return FAIL(c, ERR_FORBIDDEN, "this is not WhatsApp's check of an address");
    if (!http_query_get(c->arena, query, "hub.verify_token", &token) || str_is_empty(expected) ||
        !same_bytes(token, expected))
        return FAIL(c, ERR_FORBIDDEN, "the verify token is another one");
    *out = challenge;
    return OK;
}

/* Meta signs the bytes that it sends, escapes and all: they are never read before this. */
static enum status webhook_verify(struct ctx *c, const struct channel_account *acc,
                                  const struct http_request *webhook)
{
    str secret = secret_expose(account_secret(acc, "app_secret"));
    uint8_t mac[SHA256_BYTES];
    struct buf expected = buf_new(c->arena, 128);

    if (str_is_empty(secret)) /* or an empty key would let everyone in */
        return FAIL(c, ERR_FORBIDDEN, "the channel has no app secret");
    hmac_sha256(secret, webhook->body, mac);
    buf_add(&expected, S("sha256="));
    buf_add_hex(&expected, (str){(const char *)mac, sizeof mac});
    if (!same_bytes(http_header_get(&webhook->headers, "X-Hub-Signature-256"), buf_str(&expected)))
        return FAIL(c, ERR_FORBIDDEN, "the signature does not fit");
    return OK;
}

static const struct connect_ops connect = {
    .test = account_test,
    .tested = account_tested,
    .token = token_ask,
    .token_told = token_told,
    .challenge = account_challenge,
};

const struct channel_ops whatsapp_channel = {
    .name = "whatsapp",
    .hosts = hosts,
    .settings = settings,
    .traits =
        {
                 .max_text = 4 * 4096,
                 .max_text_chars = 4096,
                 .max_caption_chars = 1024,
                 .window_s = 24LL * 60 * 60,
                 .per_second = 80,
                 .reactions = true,
                 .replies = true,
                 .read_marks = true,
                 },
    .media = &whatsapp_media,
    .connect = &connect,
    .send = whatsapp_send,
    .sent = whatsapp_sent,
    .verify = webhook_verify,
    .events = whatsapp_events,
};
