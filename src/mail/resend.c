/*
 * resend.c - mail by Resend's API.
 *
 * The mail's id is the Idempotency-Key, which Resend remembers for a day, as long as we try: so a
 * call without an answer is simply made again.  A refusal of our key or our domain is a setting
 * that somebody may mend; the mail waits.
 */
#include "base/json.h"
#include "mail/mailer.h"

enum { BODY_MAX = 256 * 1024 };

const char mail_resend_host[] = "api.resend.com";

static enum status body_of(struct ctx *c, const struct mailer *m, const struct mail_letter *letter,
                           str *out)
{
    struct buf b = buf_new(c->arena, BODY_MAX);
    struct json_writer w = json_writer_new(&b);

    json_object_begin(&w, NULL);
    json_str(&w, "from",
             m->from_name.len == 0
                 ? m->from
                 : arena_printf(c->arena, "%.*s <%.*s>", STR_ARG(m->from_name), STR_ARG(m->from)));
    json_array_begin(&w, "to");
    json_str(&w, NULL, letter->to);
    json_array_end(&w);
    json_str(&w, "subject", letter->subject);
    json_str(&w, "text", letter->text);
    json_str(&w, "html", letter->html);
    json_object_begin(&w, "headers");
    json_str(&w, "Auto-Submitted", S("auto-generated"));
    json_str(&w, "X-Auto-Response-Suppress", S("All"));
    json_object_end(&w);
    json_object_end(&w);
    return buf_done(c, &b, out);
}

/* ---- what became of it ---- */

static enum mail_fate fate_of(int status, str name)
{
    switch (status) {
    case 400:
    case 405:
    case 413:
    case 451:
        return MAIL_REFUSED;
    case 422: /* our own address is a setting of ours, which somebody will mend */
        return str_eq(name, S("invalid_from_address")) ? MAIL_LATER : MAIL_REFUSED;
    case 409: /* the key was used for other words: an older version of us sent them */
        return str_eq(name, S("invalid_idempotent_request")) ? MAIL_DOUBTFUL : MAIL_LATER;
    default: /* our key, our domain, too many, their trouble */
        return MAIL_LATER;
    }
}

static void judge_answer(struct ctx *c, const struct http_response *answer, struct mail_result *out)
{
    struct json *body = NULL;
    int64_t wait_s;
    str name;

    if (json_parse(c, answer->body, &body) != OK)
        body = NULL;
    name = json_get_str(body, "name");
    out->provider_id = json_get_str(body, "id");
    if (answer->status == 200 && out->provider_id.len > 0)
        return;
    out->provider_id = (str){NULL, 0};
    out->fate = answer->status == 200 ? MAIL_LATER : fate_of(answer->status, name);
    out->why = arena_printf(c->arena, "Resend answered %d %.*s: %.*s", answer->status,
                            STR_ARG(str_utf8_cut(name, 64)),
                            STR_ARG(str_utf8_cut(json_get_str(body, "message"), 300)));
    if (str_parse_i64(http_header_get(&answer->headers, "Retry-After"), &wait_s) && wait_s > 0)
        out->retry_after_s = wait_s;
}

static void send(struct ctx *c, const struct mailer *m, const struct mail_letter *letter,
                 struct mail_result *out)
{
    struct http_request request = {
        .method = HTTP_POST,
        .url = arena_printf(c->arena, "https://%s/emails", mail_resend_host),
        .bearer = m->key,
        .content_type = S("application/json"),
    };
    struct http_response answer;

    *out = (struct mail_result){.fate = MAIL_TAKEN};
    http_header_add(&request.headers, S("Idempotency-Key"), uuid_str(c->arena, letter->id));
    if (body_of(c, m, letter, &request.body) != OK ||
        http_client_call(c, m->http, &request, &answer) != OK) {
        out->fate = MAIL_REFUSED;
        out->why = arena_copy(c->arena, str_of(c->err.msg));
        return;
    }
    if (answer.failure != HTTP_ANSWERED) {
        out->fate = MAIL_LATER;
        out->why = answer.why;
        return;
    }
    judge_answer(c, &answer, out);
}

const struct mail_ops mail_resend = {.name = "resend", .repeat_is_safe = true, .send = send};
