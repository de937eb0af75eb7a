/*
 * Files.  In: ask for the address by the file's id, then fetch it; the address
 * lives five minutes and wants our token, so it is only given to hosts of
 * Meta's.  Out: the file is handed over first, the message names its id.
 * Reading and handing over twice do no harm, so nothing here is uncertain.
 */
#include "provider/whatsapp.h"

#define MB (1LL << 20)

/* To add a format that Meta takes: a row; libmagic's name, Meta's name, where it shows, how large. */
static const struct whatsapp_format formats[] = {
    {STR_INIT("image/jpeg"),          STR_INIT("image/jpeg"), "image",   5 * MB  },
    {STR_INIT("image/png"),           STR_INIT("image/png"),  "image",   5 * MB  },
    {STR_INIT("image/webp"),          STR_INIT("image/webp"), "sticker", 100 * MB}, /* else a document */
    {STR_INIT("audio/aac"),           STR_INIT("audio/aac"),  "audio",   16 * MB },
    {STR_INIT("audio/x-hx-aac-adts"), STR_INIT("audio/aac"),  "audio",   16 * MB },
    {STR_INIT("audio/amr"),           STR_INIT("audio/amr"),  "audio",   16 * MB },
    {STR_INIT("audio/mpeg"),          STR_INIT("audio/mpeg"), "audio",   16 * MB },
    {STR_INIT("audio/mp4"),           STR_INIT("audio/mp4"),  "audio",   16 * MB },
    {STR_INIT("audio/x-m4a"),         STR_INIT("audio/mp4"),  "audio",   16 * MB },
    {STR_INIT("audio/ogg"),           STR_INIT("audio/ogg"),  "audio",   16 * MB },
    {STR_INIT("video/mp4"),           STR_INIT("video/mp4"),  "video",   16 * MB },
    {STR_INIT("video/3gpp"),          STR_INIT("video/3gpp"), "video",   16 * MB },
};

const struct whatsapp_format *whatsapp_format(str media_type)
{
    struct cur cur = cur_of(media_type);
    str plain = media_type;

    (void)cur_until(&cur, ';', 127, &plain); /* parameters do not matter */
    plain = str_trim(plain);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (str_eq_fold(plain, formats[i].type))
            return &formats[i];
    }
    return NULL;
}

static enum status file_request(struct ctx *c, const struct channel_account *acc, str provider_id,
                                struct http_request *out)
{
    struct buf path = buf_new(c->arena, (size_t)4 * CHANNEL_MAX_ID);
    str phone;
    str text;

    TRY(whatsapp_phone(c, acc, &phone));
    if (str_is_empty(provider_id))
        return FAIL(c, ERR_INVALID, "the file has no id");
    buf_add_url(&path, provider_id);
    buf_add(&path, S("?phone_number_id="));
    buf_add_url(&path, phone);
    TRY(buf_done(c, &path, &text));
    return whatsapp_request(c, acc, HTTP_GET, text, out);
}

/* Why a file or its address did not come. */
static enum status not_found(struct ctx *c, const struct http_response *resp,
                             const struct json *answer)
{
    struct whatsapp_complaint why = whatsapp_complaint(c, whatsapp_answer_error(answer));
    str words = str_is_empty(why.words) ? S("WhatsApp did not hand out the file") : why.words;

    if (resp->failure != HTTP_ANSWERED || resp->status >= 500)
        return FAIL(c, ERR_UNAVAILABLE, "WhatsApp did not answer");
    if (resp->status == 429 || (why.known != NULL && why.known->outcome == DELIVERY_RETRY))
        return FAIL(c, ERR_RATE_LIMITED, "%.*s", STR_ARG(words));
    if (resp->status == 401 || (why.known != NULL && why.known->account_bad))
        return FAIL(c, ERR_UNAUTHORIZED, "%.*s", STR_ARG(words));
    return FAIL(c, ERR_NOT_FOUND, "WhatsApp no longer has this file");
}

static enum status file_located(struct ctx *c, const struct http_response *resp, str *url)
{
    const struct json *answer =
        resp->failure == HTTP_ANSWERED ? lenient_parse(c, resp->body) : NULL;
    str found = lenient_id(c, answer, "url", CHANNEL_MAX_URL);

    if (resp->failure == HTTP_ANSWERED && resp->status == 200 && !str_is_empty(found)) {
        *url = found;
        return OK;
    }
    if (resp->status == 200) /* cut short, or not what was asked for */
        return FAIL(c, ERR_UNAVAILABLE, "WhatsApp's answer could not be read");
    return not_found(c, resp, answer);
}

/* "https://" and a host of Meta's, and nothing that makes another host of it. */
static bool is_their_url(str url)
{
    struct cur cur = cur_of(url);
    str host;

    if (!cur_skip(&cur, S("https://")) || !cur_until(&cur, '/', 255, &host))
        return false;
    for (size_t i = 0; i < host.len; i++) {
        char ch = host.ptr[i];

        if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '.' || ch == '-'))
            return false;
    }
    return str_eq(host, S("graph.facebook.com")) || str_ends_with(host, S(".fbsbx.com"));
}

static enum status file_fetch(struct ctx *c, const struct channel_account *acc, str url,
                              struct http_request *out)
{
    struct http_request request = {.method = HTTP_GET, .url = url};

    if (!is_their_url(url))
        return FAIL(c, ERR_INVALID, "the file does not lie with WhatsApp");
    request.bearer = account_secret(acc, "access_token");
    *out = request;
    return OK;
}

static enum status file_upload(struct ctx *c, const struct channel_account *acc, str path, str name,
                               str media_type, struct http_request *out)
{
    struct http_part *parts = NEW_ARRAY(c->arena, struct http_part, 3);
    const struct whatsapp_format *format = whatsapp_format(media_type);
    str type = format != NULL ? format->meta : media_type;
    struct http_request request;
    str phone;

    TRY(whatsapp_phone(c, acc, &phone));
    TRY(whatsapp_request(c, acc, HTTP_POST, arena_printf(c->arena, "%.*s/media", STR_ARG(phone)),
                         &request));
    parts[0] = (struct http_part){.name = S("messaging_product"), .data = S("whatsapp")};
    parts[1] = (struct http_part){.name = S("type"), .data = type};
    parts[2] = (struct http_part){
        .name = S("file"),
        .filename = str_is_empty(name) ? S("file") : name,
        .content_type = type,
        .path = path,
    };
    request.parts = parts;
    request.n_parts = 3;
    *out = request;
    return OK;
}

static enum status file_uploaded(struct ctx *c, const struct http_response *resp,
                                 struct delivery_result *out)
{
    const struct json *answer =
        resp->failure == HTTP_ANSWERED ? lenient_parse(c, resp->body) : NULL;
    str id = lenient_id(c, answer, "id", CHANNEL_MAX_ID);

    *out = (struct delivery_result){.outcome = DELIVERY_ACCEPTED, .provider_id = id};
    if (resp->failure == HTTP_ANSWERED && resp->status == 200 && !str_is_empty(id))
        return OK;
    *out = (struct delivery_result){0};
    whatsapp_refused(c, resp, whatsapp_answer_error(answer), out);
    if (out->outcome == DELIVERY_UNCERTAIN) { /* the file may lie there unused: no harm */
        out->outcome = DELIVERY_RETRY;
        out->reason = S("WhatsApp could not take the file at the moment.");
    }
    return OK;
}

static enum status file_check(struct ctx *c, str media_type, int64_t bytes)
{
    const struct whatsapp_format *format = whatsapp_format(media_type);
    int64_t max = format != NULL ? format->max_bytes : 100 * MB;

    if (bytes <= 0)
        return FAIL_FIELD(c, "attachment_ids", "the file is empty");
    if (bytes > max)
        return FAIL_FIELD(c, "attachment_ids", "WhatsApp takes such a file up to %lld MB",
                          (long long)(max / MB));
    return OK;
}

const struct media_ops whatsapp_media = {
    .max_bytes = 100 * MB,
    .locate = file_request,
    .located = file_located,
    .fetch = file_fetch,
    .upload = file_upload,
    .uploaded = file_uploaded,
    .check = file_check,
};
