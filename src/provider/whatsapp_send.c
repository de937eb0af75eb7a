/*
 * Our messages as requests to Meta, and its answers.
 *
 * Meta has no idempotency key.  So an answer that does not say what became of
 * the message is DELIVERY_UNCERTAIN: a time-out, a cut or unreadable body, a
 * server error without Meta's own error object (a gateway on the way may have
 * lost only the answer).  Our id goes along as biz_opaque_callback_data and
 * comes back with the statuses, which settles it later.
 */
#include "provider/whatsapp.h"

enum {
    MAX_TEXT_CHARS = 4096,
    MAX_CAPTION_CHARS = 1024,
    MAX_FILE_NAME = 240,
    MAX_RETRY_AFTER = 86400,
    MAX_BODY = 65536,
};

/* ---- out ---- */

/* The type of message that a file becomes, when Meta shows its format. */
static str wanted_type(enum message_kind kind)
{
    switch ((int)kind) {
    case MESSAGE_IMAGE:
        return S("image");
    case MESSAGE_VIDEO:
        return S("video");
    case MESSAGE_AUDIO:
    case MESSAGE_VOICE:
        return S("audio");
    case MESSAGE_STICKER:
        return S("sticker");
    case MESSAGE_DOCUMENT:
        return S("document");
    default:
        return S("");
    }
}

/* What Meta does not show, and what it shows without the words that go along, goes as a document. */
static str wire_type(const struct outbound *m)
{
    const struct whatsapp_format *format = whatsapp_format(m->file_type);
    str wanted = wanted_type(m->kind);
    bool wordless = str_eq(wanted, S("audio")) || str_eq(wanted, S("sticker"));

    if (str_is_empty(wanted))
        return wanted;
    if (format == NULL || !str_eq(wanted, str_of(format->wire)))
        return S("document");
    return wordless && !str_is_empty(m->text) ? S("document") : wanted;
}

static bool has_link(str text)
{
    size_t at;

    return str_find(text, S("https://"), &at) || str_find(text, S("http://"), &at);
}

static enum status put_text(struct ctx *c, struct json_writer *w, const struct outbound *m)
{
    if (str_is_empty(str_trim(m->text)))
        return FAIL_FIELD(c, "body", "the message is empty");
    if (str_utf8_count(m->text) > MAX_TEXT_CHARS)
        return FAIL_FIELD(c, "body", "WhatsApp takes at most %d characters", MAX_TEXT_CHARS);
    json_str(w, "type", S("text"));
    json_object_begin(w, "text");
    json_bool(w, "preview_url", has_link(m->text));
    json_str(w, "body", m->text);
    json_object_end(w);
    return OK;
}

static enum status put_file(struct ctx *c, struct json_writer *w, const struct outbound *m)
{
    str type = wire_type(m);

    if (str_is_empty(type))
        return FAIL_FIELD(c, "kind", "WhatsApp cannot send this kind of message");
    if (str_is_empty(m->file_id))
        return FAIL_FIELD(c, "attachment_ids", "the file has not been uploaded to WhatsApp");
    if (str_utf8_count(m->text) > MAX_CAPTION_CHARS)
        return FAIL_FIELD(c, "body", "WhatsApp takes at most %d characters with a file",
                          MAX_CAPTION_CHARS);
    json_str(w, "type", type);
    json_object_begin(w, type.ptr);
    json_str(w, "id", m->file_id);
    if (!str_is_empty(m->text))
        json_str(w, "caption", m->text);
    if (str_eq(type, S("document")) && !str_is_empty(m->file_name))
        json_str(w, "filename", str_utf8_cut(m->file_name, MAX_FILE_NAME));
    json_object_end(w);
    return OK;
}

static void put_reaction(struct json_writer *w, const struct outbound *m)
{
    json_str(w, "type", S("reaction"));
    json_object_begin(w, "reaction");
    json_str(w, "message_id", m->target_id);
    json_str(w, "emoji", m->emoji);
    json_object_end(w);
}

static enum status put_recipient(struct ctx *c, struct json_writer *w, const struct outbound *m)
{
    json_str(w, "recipient_type", S("individual"));
    if (!str_is_empty(m->to.address))
        json_str(w, "to", m->to.address);
    else if (!str_is_empty(m->to.scoped_id))
        json_str(w, "recipient", m->to.scoped_id);
    else
        return FAIL(c, ERR_INVALID, "this person has no WhatsApp address");
    return OK;
}

static enum status put_message(struct ctx *c, struct json_writer *w, const struct outbound *m)
{
    char id[UUID_TEXT + 1];

    TRY(put_recipient(c, w, m));
    if (!str_is_empty(m->target_id))
        put_reaction(w, m);
    else if (m->kind == MESSAGE_TEXT)
        TRY(put_text(c, w, m));
    else
        TRY(put_file(c, w, m));
    if (!str_is_empty(m->reply_to)) {
        json_object_begin(w, "context");
        json_str(w, "message_id", m->reply_to);
        json_object_end(w);
    }
    if (!uuid_is_zero(m->id)) {
        uuid_text(m->id, id);
        json_str(w, "biz_opaque_callback_data", str_of(id));
    }
    return OK;
}

enum status whatsapp_send(struct ctx *c, const struct channel_account *acc,
                          const struct outbound *m, struct http_request *out)
{
    struct buf b = buf_new(c->arena, MAX_BODY);
    struct json_writer w = json_writer_new(&b);
    struct http_request request;
    str phone;

    TRY(whatsapp_phone(c, acc, &phone));
    TRY(whatsapp_request(c, acc, HTTP_POST, arena_printf(c->arena, "%.*s/messages", STR_ARG(phone)),
                         &request));
    json_object_begin(&w, NULL);
    json_str(&w, "messaging_product", S("whatsapp"));
    if (m->mark_read) {
        if (str_is_empty(m->target_id))
            return FAIL(c, ERR_INVALID, "nothing to mark as read");
        json_str(&w, "status", S("read"));
        json_str(&w, "message_id", m->target_id);
    } else {
        TRY(put_message(c, &w, m));
    }
    json_object_end(&w);
    request.content_type = S("application/json");
    TRY(buf_done(c, &b, &request.body));
    *out = request;
    return OK;
}

/* ---- the answer ---- */

const struct json *whatsapp_answer_error(const struct json *answer)
{
    const struct json *error = json_get(answer, "error");

    return json_kind_of(error) == JSON_OBJECT && json_get(error, "code") != NULL ? error : NULL;
}

/* In seconds; the form with a date is passed over, since a provider reads no clock. */
static int64_t retry_after(const struct http_response *resp)
{
    int64_t seconds;

    if (!str_parse_i64(str_trim(http_header_get(&resp->headers, "Retry-After")), &seconds) ||
        seconds < 0)
        return 0;
    return seconds < MAX_RETRY_AFTER ? seconds : MAX_RETRY_AFTER;
}

static void judge_by_status(struct ctx *c, int status, struct delivery_result *out)
{
    out->code = arena_printf(c->arena, "http_%d", status);
    if (status == 429 || status == 503) {
        out->outcome = DELIVERY_RETRY;
        out->reason = status == 429 ? S("WhatsApp limits how fast this channel may send.")
                                    : S("WhatsApp is not available at the moment.");
    } else if (status >= 400 && status < 500) {
        out->outcome = DELIVERY_REJECTED;
        out->account_bad = status == 401 || status == 403;
        out->reason = out->account_bad ? S("WhatsApp did not accept the access of this channel.")
                                       : S("WhatsApp did not accept this message.");
    } else {
        out->outcome = DELIVERY_UNCERTAIN;
        out->reason = S("WhatsApp gave no clear answer: the message may have been sent.");
    }
}

void whatsapp_refused(struct ctx *c, const struct http_response *resp, const struct json *error,
                      struct delivery_result *out)
{
    struct whatsapp_complaint why;

    judge_by_status(c, resp->status, out);
    if (error != NULL) {
        why = whatsapp_complaint(c, error);
        out->code = why.code;
        out->reason = str_is_empty(why.words) ? out->reason : why.words;
        if (why.known != NULL) {
            out->outcome = why.known->outcome;
            out->account_bad = why.known->account_bad;
            out->retry_after = why.known->retry_after;
        } else if (json_get_bool(error, "is_transient")) {
            out->outcome = DELIVERY_RETRY;
        }
    }
    if (resp->status == 429 && out->outcome != DELIVERY_RETRY) {
        out->outcome = DELIVERY_RETRY; /* whatever the code, they say: later */
    }
    if (retry_after(resp) > 0)
        out->retry_after = retry_after(resp);
}

/* An answer with success in its status line: it must say so in its body too. */
static void read_success(struct ctx *c, const struct json *answer, struct delivery_result *out)
{
    str id = lenient_id(c, json_at(json_get(answer, "messages"), 0), "id", CHANNEL_MAX_ID);

    if (!str_is_empty(id) || json_get_bool(answer, "success")) {
        *out = (struct delivery_result){.outcome = DELIVERY_ACCEPTED, .provider_id = id};
        return;
    }
    *out = (struct delivery_result){
        .outcome = DELIVERY_UNCERTAIN,
        .code = S("unreadable"),
        .reason = S("WhatsApp's answer could not be read: the message may have been sent."),
    };
}

enum status whatsapp_sent(struct ctx *c, const struct http_response *resp,
                          struct delivery_result *out)
{
    const struct json *answer = NULL;
    const struct json *error;

    *out = (struct delivery_result){0};
    if (resp->failure == HTTP_NOT_SENT) {
        out->outcome = DELIVERY_RETRY;
        out->code = S("not_sent");
        out->reason = S("WhatsApp could not be reached.");
        return OK;
    }
    if (resp->failure == HTTP_NO_ANSWER) {
        out->outcome = DELIVERY_UNCERTAIN;
        out->code = S("no_answer");
        out->reason = S("WhatsApp did not answer: the message may have been sent.");
        return OK;
    }
    if (resp->failure == HTTP_ANSWERED)
        answer = lenient_parse(c, resp->body);
    error = whatsapp_answer_error(answer);
    if (resp->status >= 200 && resp->status < 300 && error == NULL)
        read_success(c, answer, out);
    else
        whatsapp_refused(c, resp, error, out);
    return OK;
}
