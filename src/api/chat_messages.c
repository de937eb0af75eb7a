/*
 * chat_messages.c - what a web-chat visitor says and reads.
 *
 * What they say goes into the vault like any provider's webhook, and is taken in by the
 * worker; its digest is over the visitor and an id of the visitor's own, so that sending
 * it again, after an answer was lost, changes nothing.
 */
#include "api/chat_visit.h"
#include "api/handlers.h"
#include "api/keep.h"
#include "api/rate.h"
#include "api/server.h"
#include "api/shapes.h"
#include "domain/upload.h"
#include "domain/visitor.h"

enum { PAGE = 100, UPLOADS_OF_MESSAGE = 10, PAYLOAD_MAX = 80 * 1024 };

/* ---- saying ---- */

struct saying {
    struct buf text;
    struct json_writer w;
};

static void put_uuid(struct json_writer *w, const char *key, struct uuid id)
{
    char text[UUID_TEXT + 1];

    uuid_text(id, text);
    json_str(w, key, (str){text, UUID_TEXT});
}

/* An event that the web chat's provider reads (provider/local.h); its members follow. */
static void say(struct ctx *c, struct saying *s, const struct visit *visit, struct uuid id,
                const char *type)
{
    s->text = buf_new(c->arena, PAYLOAD_MAX);
    s->w = json_writer_new(&s->text);
    json_object_begin(&s->w, NULL);
    put_uuid(&s->w, "visitor", visit->pass.visitor);
    json_array_begin(&s->w, "events");
    json_object_begin(&s->w, NULL);
    put_uuid(&s->w, "id", id);
    json_str(&s->w, "at", instant_str(c->arena, clock_now()));
    json_str(&s->w, "type", str_of(type));
}

static enum status said(struct ctx *c, struct req *r, struct saying *s, str digest,
                        const struct answer *answer)
{
    struct keep keep = {.channel_id = r->ids[0], .digest = digest};

    json_object_end(&s->w);
    json_array_end(&s->w);
    json_object_end(&s->w);
    TRY(buf_done(c, &s->text, &keep.body));
    return keep_and_answer(c, r, &keep, answer);
}

static str digest_of(struct ctx *c, const struct visit *visit, const char *what, str id)
{
    return arena_printf(c->arena, "%s|%s|%.*s", uuid_str(c->arena, visit->pass.visitor).ptr, what,
                        STR_ARG(id));
}

static const struct answer *nothing_to_say(struct ctx *c)
{
    struct answer *a = NEW(c->arena, struct answer);

    a->status = 204;
    return a;
}

/* ---- a message ---- */

struct upload_ref {
    struct uuid id;
};

struct message_in {
    struct uuid client_id;
    str body;
    struct json_text upload_ids;
};

static const struct field message_in[] = {
    FIELD(struct message_in, client_id, F_REQUIRED, 0),
    FIELD(struct message_in, body, 0, 10000),
    FIELD(struct message_in, upload_ids, 0, 1000),
    FIELD_END,
};

const struct shape visitor_message_new_shape =
    SHAPE(struct message_in, message_in, "VisitorMessageNew");

struct message_kept {
    struct uuid client_id;
};

static const struct field message_kept[] = {
    FIELD(struct message_kept, client_id, 0, 0),
    FIELD_END,
};

const struct shape visitor_message_shape =
    SHAPE(struct message_kept, message_kept, "VisitorMessage");

static enum status read_uploads(struct ctx *c, const struct visit *visit, str list,
                                struct uuid ids[UPLOADS_OF_MESSAGE], size_t *n)
{
    struct json *json = NULL;

    *n = 0;
    if (str_is_empty(list))
        return OK;
    TRY(json_parse(c, list, &json));
    if (json_kind_of(json) != JSON_ARRAY || json_count(json) > UPLOADS_OF_MESSAGE)
        return FAIL_FIELD(c, "upload_ids", "a list of at most %d files", UPLOADS_OF_MESSAGE);
    for (size_t i = 0; i < json_count(json); i++, (*n)++)
        if (!uuid_parse(json_to_str(json_at(json, i)), &ids[i]))
            return FAIL_FIELD(c, "upload_ids", "a list of ids");
    return visitor_check_uploads(c, visit->pass.visitor, ids, *n);
}

static void write_message(struct saying *s, const struct message_in *in, const struct uuid *uploads,
                          size_t n)
{
    json_str(&s->w, "body", in->body);
    json_array_begin(&s->w, "uploads");
    for (size_t i = 0; i < n; i++)
        put_uuid(&s->w, NULL, uploads[i]);
    json_array_end(&s->w);
}

enum status post_visitor_message(struct ctx *c, struct req *r)
{
    const struct message_in *in = r->in;
    struct uuid uploads[UPLOADS_OF_MESSAGE];
    str id = uuid_str(c->arena, in->client_id);
    struct saying s;
    struct visit visit;
    size_t n;

    TRY(visit_begin(c, r, &visit));
    TRY(read_uploads(c, &visit, in->upload_ids.text, uploads, &n));
    if (n == 0 && str_is_empty(str_trim(in->body)))
        return FAIL_FIELD(c, "body", "the message is empty");
    say(c, &s, &visit, in->client_id, "message");
    write_message(&s, in, uploads, n);
    return said(c, r, &s, digest_of(c, &visit, "message", id),
                req_raw(r, 202, "application/json",
                        arena_printf(c->arena, "{\"client_id\":\"%s\"}", id.ptr)));
}

/* ---- an e-mail address, and how far they have read ---- */

struct email_in {
    str email;
};

static const struct field email_in[] = {
    FIELD(struct email_in, email, F_REQUIRED | F_NONEMPTY, 254),
    FIELD_END,
};

const struct shape visitor_email_shape = SHAPE(struct email_in, email_in, "VisitorEmail");

enum status post_visitor_email(struct ctx *c, struct req *r)
{
    str email = str_trim(((const struct email_in *)r->in)->email);
    struct saying s;
    struct visit visit;
    size_t at, more;

    TRY(visit_begin(c, r, &visit));
    if (!str_find(email, S("@"), &at) || at == 0 || at + 1 == email.len ||
        str_find(email, S(" "), &more) ||
        str_find(str_slice(email, at + 1, email.len), S("@"), &more))
        return FAIL_FIELD(c, "email", "this is not an e-mail address");
    say(c, &s, &visit, uuid_new(), "email");
    json_str(&s.w, "email", email);
    return said(c, r, &s, digest_of(c, &visit, "email", email), nothing_to_say(c));
}

struct read_in {
    struct uuid message_id;
};

static const struct field read_in[] = {
    FIELD(struct read_in, message_id, F_REQUIRED, 0),
    FIELD_END,
};

const struct shape visitor_read_shape = SHAPE(struct read_in, read_in, "VisitorRead");

enum status post_visitor_read(struct ctx *c, struct req *r)
{
    const struct read_in *in = r->in;
    struct saying s;
    struct visit visit;

    TRY(visit_begin(c, r, &visit));
    say(c, &s, &visit, uuid_new(), "seen");
    put_uuid(&s.w, "message_id", in->message_id);
    return said(c, r, &s, digest_of(c, &visit, "seen", uuid_str(c->arena, in->message_id)),
                nothing_to_say(c));
}

/* ---- a file ---- */

struct upload_in {
    str name;
};

static const struct field upload_in[] = {
    FIELD(struct upload_in, name, 0, 1000),
    FIELD_END,
};

const struct shape visitor_upload_query =
    SHAPE(struct upload_in, upload_in, "visitor_upload_query");

/* Files of strangers take room: counted by number and size, of the visitor and of the address,
 * since anybody may be as many visitors as they like.  All of it is taken, or nothing. */
static enum status charge_upload(struct ctx *c, struct req *r, struct uuid visitor)
{
    const str who = {(const char *)visitor.b, sizeof(visitor.b)};
    const int64_t kib = (r->x->body_bytes + 1023) / 1024, now_ms = clock_mono_ms();
    struct rate_table *rates = r->server->rates;
    const struct {
        enum rate_class class;
        str key;
        int64_t tokens;
    } limits[] = {
        {RATE_VISITOR_FILES, who,           1  },
        {RATE_VISITOR_KIB,   who,           kib},
        {RATE_ADDRESS_FILES, r->x->counted, 1  },
        {RATE_ADDRESS_KIB,   r->x->counted, kib},
    };

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct rate_verdict v =
            rate_take_some(rates, limits[i].class, limits[i].key, limits[i].tokens, now_ms);

        if (v.allowed)
            continue;
        while (i-- > 0)
            rate_give_back(rates, limits[i].class, limits[i].key, limits[i].tokens, now_ms);
        return req_too_often(c, r, v.reset_s, "too many files");
    }
    return OK;
}

/* A repetition is neither charged nor stored again. */
enum status post_visitor_upload(struct ctx *c, struct req *r)
{
    struct visit visit;
    bool repeated;

    TRY(visit_begin(c, r, &visit));
    r->caller = visit.pass.visitor;
    TRY(req_is_repeated(c, r, &repeated));
    if (!repeated) {
        TRY(visitor_may_upload(c, visit.pass.visitor));
        TRY(charge_upload(c, r, visit.pass.visitor));
    }
    return upload_body(c, r,
                       &(struct upload){.name = ((const struct upload_in *)r->query)->name,
                                        .channel_id = r->ids[0],
                                        .visitor_id = visit.pass.visitor});
}

/* ---- reading ---- */

struct history_in {
    struct uuid after;
};

static const struct field history_in[] = {
    FIELD(struct history_in, after, 0, 0),
    FIELD_END,
};

const struct shape visitor_messages_query =
    SHAPE(struct history_in, history_in, "visitor_messages_query");

struct line_out {
    struct message message;
    str client_id; /* the visitor's own id of what they wrote; ptr NULL otherwise */
    str author_name;
    struct list attachments;
};

#define MSG(m, fl)             FIELD_AS(struct line_out, message.m, #m, fl, 0)
#define MSG_ENUM(m, fl, words) FIELD_ENUM_AS(struct line_out, message.m, #m, fl, words)

static const struct field line_json[] = {
    MSG(id, 0),
    FIELD(struct line_out, client_id, F_NULL, 0),
    MSG_ENUM(direction, 0, &direction_names),
    MSG_ENUM(kind, 0, &message_kind_names),
    MSG(body, 0),
    MSG(at, 0),
    MSG_ENUM(state, 0, &message_state_names),
    FIELD(struct line_out, author_name, F_NULL, 0),
    FIELD_LIST(struct line_out, attachments, 0, struct attachment_out, attachment_json, 0),
    FIELD_END,
};

struct history_out {
    struct list items;
    struct instant read_at;
    bool more;
};

static const struct field history_json[] = {
    FIELD_LIST(struct history_out, items, 0, struct line_out, line_json, 0),
    FIELD(struct history_out, read_at, F_NULL, 0),
    FIELD(struct history_out, more, 0, 0),
    FIELD_END,
};

const struct shape visitor_message_page_shape =
    SHAPE(struct history_out, history_json, "VisitorMessagePage");

static struct list files_of(struct ctx *c, const struct req *r, const struct thread *thread,
                            struct uuid message_id)
{
    const struct attachment *files = thread->attachments.items;
    struct attachment_out *out = NEW_ARRAY(c->arena, struct attachment_out, thread->attachments.n);
    size_t n = 0;

    for (size_t i = 0; i < thread->attachments.n; i++)
        if (uuid_eq(files[i].message_id, message_id))
            out[n++] = attachment_shown(c, r, &files[i]);
    return (struct list){out, n};
}

static struct line_out shown(struct ctx *c, const struct req *r, const struct thread *thread,
                             const struct message_item *item)
{
    struct line_out line = {.message = item->message, .author_name = item->author_name};

    if (item->message.direction == DIRECTION_IN)
        line.client_id = item->message.provider_id;
    line.attachments = files_of(c, r, thread, item->message.id);
    return line;
}

enum status get_visitor_messages(struct ctx *c, struct req *r)
{
    const struct history_in *in = r->query;
    struct history_out *out = r->out;
    const struct message_item *items;
    struct visitor_thread mine;
    struct thread thread;
    struct line_out *lines;
    struct visit visit;
    size_t n;
    bool found;

    TRY(visit_begin(c, r, &visit));
    TRY(visitor_load_thread(c, r->ids[0], visit.pass.visitor, &mine, &found));
    if (!found)
        return OK;
    TRY(visitor_messages(c, &mine, in->after, PAGE, &thread));
    items = thread.messages.items;
    out->more = thread.messages.n > PAGE;
    n = out->more ? PAGE : thread.messages.n;
    lines = NEW_ARRAY(c->arena, struct line_out, n);
    for (size_t i = 0; i < n; i++) /* oldest first */
        lines[n - 1 - i] = shown(c, r, &thread, &items[i]);
    out->items = (struct list){lines, n};
    out->read_at = mine.read_at;
    return OK;
}
