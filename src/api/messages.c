/*
 * messages.c - a conversation's messages, and answering.
 */
#include "api/cursor.h"
#include "api/handlers.h"
#include "api/server.h"
#include "api/shapes.h"
#include "domain/message.h"

/* ---- shapes ---- */

struct message_out {
    struct message_item item;
    struct list attachments; /* struct attachment_out */
    struct list reactions;   /* struct reaction */
};

#define ITEM(m, nm, fl)        FIELD_AS(struct message_out, item.m, nm, fl, 0)
#define MSG(m, fl)             FIELD_AS(struct message_out, item.message.m, #m, fl, 0)
#define MSG_ENUM(m, fl, words) FIELD_ENUM_AS(struct message_out, item.message.m, #m, fl, words)

static const struct field reply_to_json[] = {
    ITEM(reply_id, "id", 0),
    FIELD_WORD_AS(struct message_out, item.reply_kind, "kind", 0, &message_kind_names),
    ITEM(reply_body, "body", 0),
    FIELD_WORD_AS(struct message_out, item.reply_author, "author", 0, &author_kind_names),
    ITEM(reply_author_name, "author_name", F_NULL),
    FIELD_END,
};

static const struct field reaction_json[] = {
    FIELD(struct reaction, emoji, 0, 0),
    FIELD(struct reaction, by_contact, 0, 0),
    FIELD(struct reaction, actor_id, 0, 0),
    FIELD_END,
};

static const struct field message_json[] = {
    MSG(id, 0),
    MSG(conversation_id, 0),
    MSG_ENUM(direction, 0, &direction_names),
    MSG_ENUM(kind, 0, &message_kind_names),
    MSG_ENUM(author, 0, &author_kind_names),
    MSG(author_id, F_NULL),
    ITEM(author_name, "author_name", F_NULL),
    MSG(body, 0),
    MSG(payload, F_NULL),
    FIELD_PART(struct message_out, "reply_to", F_NULL, reply_to_json),
    MSG(forwarded, 0),
    MSG_ENUM(state, 0, &message_state_names),
    MSG(error_code, F_NULL),
    MSG(error_text, F_NULL),
    MSG(at, 0),
    MSG(send_at, F_NULL),
    MSG(sent_at, F_NULL),
    MSG(delivered_at, F_NULL),
    MSG(read_at, F_NULL),
    MSG(edited_at, F_NULL),
    MSG(revoked_at, F_NULL),
    FIELD_LIST(struct message_out, attachments, 0, struct attachment_out, attachment_json, 0),
    FIELD_LIST(struct message_out, reactions, 0, struct reaction, reaction_json, 0),
    MSG(version, 0),
    FIELD_END,
};

const struct shape message_shape = SHAPE(struct message_out, message_json, "Message");

static const struct field message_page_json[] = {
    PAGE_FIELDS(struct message_out, message_json),
};

const struct shape message_page_shape = SHAPE(struct page, message_page_json, "MessagePage");

/* ---- reading ---- */

/* The files of one message: they come sorted by message. */
static struct list files_of(struct ctx *c, const struct req *r, const struct thread *thread,
                            struct uuid message_id)
{
    const struct attachment *files = thread->attachments.items;
    struct attachment_out *out;
    size_t from = 0, n = 0;

    while (from < thread->attachments.n && !uuid_eq(files[from].message_id, message_id))
        from++;
    while (from + n < thread->attachments.n && uuid_eq(files[from + n].message_id, message_id))
        n++;
    out = NEW_ARRAY(c->arena, struct attachment_out, n);
    for (size_t i = 0; i < n; i++)
        out[i] = attachment_shown(c, r, &files[from + i]);
    return (struct list){out, n};
}

static struct list reactions_of(const struct thread *thread, struct uuid message_id)
{
    struct reaction *reactions = thread->reactions.items;
    size_t from = 0, n = 0;

    while (from < thread->reactions.n && !uuid_eq(reactions[from].message_id, message_id))
        from++;
    while (from + n < thread->reactions.n && uuid_eq(reactions[from + n].message_id, message_id))
        n++;
    return (struct list){n ? &reactions[from] : NULL, n};
}

static struct message_out shown(struct ctx *c, const struct req *r, const struct thread *thread,
                                size_t i)
{
    const struct message_item *items = thread->messages.items;

    return (struct message_out){
        .item = items[i],
        .attachments = files_of(c, r, thread, items[i].message.id),
        .reactions = reactions_of(thread, items[i].message.id),
    };
}

struct messages_in {
    int64_t limit;
    str cursor;
    struct uuid after;
};

static const struct field messages_in[] = {
    FIELD(struct messages_in, limit, 0, 100),
    FIELD(struct messages_in, cursor, 0, 200),
    FIELD(struct messages_in, after, 0, 0),
    FIELD_END,
};

const struct shape messages_query = SHAPE(struct messages_in, messages_in, "messages_query");

enum status get_messages(struct ctx *c, struct req *r)
{
    const struct messages_in *in = r->query;
    struct message_page asked = {
        .conversation_id = r->ids[0], .limit = (int)req_limit(in->limit), .after_id = in->after};
    const struct message_item *items;
    struct page *page = r->out;
    struct message_out *out;
    struct thread thread;
    size_t n;

    TRY(cursor_read_at(c, in->cursor, &asked.before, &asked.before_id));
    TRY(message_thread(c, &asked, &thread));
    items = thread.messages.items;
    n = thread.messages.n > (size_t)asked.limit ? (size_t)asked.limit : thread.messages.n;
    out = NEW_ARRAY(c->arena, struct message_out, n);
    for (size_t i = 0; i < n; i++)
        out[i] = shown(c, r, &thread, i);
    page->items = (struct list){out, n};
    if (thread.messages.n > n)
        page->next_cursor =
            cursor_text_at(c->arena, items[n - 1].message.at, items[n - 1].message.id);
    return OK;
}

static enum status show(struct ctx *c, struct req *r, struct uuid id)
{
    struct thread thread;

    TRY(message_load(c, id, &thread));
    *(struct message_out *)r->out = shown(c, r, &thread, 0);
    return OK;
}

enum status get_message(struct ctx *c, struct req *r)
{
    return show(c, r, r->ids[0]);
}

/* ---- writing ---- */

enum { NEW_TEXT = 1, NEW_NOTE };
static const char *const new_kind_words[] = {[NEW_TEXT] = "text", [NEW_NOTE] = "note"};
static const struct field_names new_kind_names = {new_kind_words, NEW_NOTE + 1};

struct message_in {
    int kind;
    str body;
    struct uuid reply_to_id;
    struct list attachment_ids;
    bool undo;
};

static const struct field message_in[] = {
    FIELD_ENUM(struct message_in, kind, F_REQUIRED, &new_kind_names),
    FIELD(struct message_in, body, 0, MESSAGE_BODY_MAX),
    FIELD(struct message_in, reply_to_id, F_NULL, 0),
    FIELD_LIST(struct message_in, attachment_ids, 0, struct uuid, bare_uuid,
               ATTACHMENTS_PER_MESSAGE),
    FIELD(struct message_in, undo, 0, 0),
    FIELD_END,
};

const struct shape message_new_shape = SHAPE(struct message_in, message_in, "MessageNew");

enum status post_message(struct ctx *c, struct req *r)
{
    const struct message_in *in = r->in;
    struct message_new msg = {
        .note = in->kind == NEW_NOTE,
        .body = in->body.ptr ? in->body : S(""),
        .reply_to_id = in->reply_to_id,
        .attachments = in->attachment_ids.items,
        .n_attachments = in->attachment_ids.n,
        .undo_ms = in->undo ? r->server->config->undo_seconds * 1000 : 0,
    };
    struct uuid first;

    TRY(message_reply(c, r->ids[0], &msg, &first));
    return show(c, r, first);
}

enum status post_message_cancel(struct ctx *c, struct req *r)
{
    TRY(message_cancel(c, r->ids[0]));
    return show(c, r, r->ids[0]);
}

enum status post_message_retry(struct ctx *c, struct req *r)
{
    TRY(message_retry(c, r->ids[0]));
    return show(c, r, r->ids[0]);
}

enum { OUTCOME_SENT = 1, OUTCOME_NOT_SENT };
static const char *const outcome_words[] = {
    [OUTCOME_SENT] = "sent", [OUTCOME_NOT_SENT] = "not_sent"};
static const struct field_names outcome_names = {outcome_words, OUTCOME_NOT_SENT + 1};

struct settle_in {
    int outcome;
};

static const struct field settle_in[] = {
    FIELD_ENUM(struct settle_in, outcome, F_REQUIRED, &outcome_names),
    FIELD_END,
};

const struct shape message_settle_shape = SHAPE(struct settle_in, settle_in, "MessageSettle");

enum status post_message_settle(struct ctx *c, struct req *r)
{
    const struct settle_in *in = r->in;

    TRY(message_settle(c, r->ids[0], in->outcome == OUTCOME_SENT));
    return show(c, r, r->ids[0]);
}

struct reaction_in {
    str emoji;
};

static const struct field reaction_in[] = {
    FIELD(struct reaction_in, emoji, F_REQUIRED, 64),
    FIELD_END,
};

const struct shape reaction_put_shape = SHAPE(struct reaction_in, reaction_in, "ReactionPut");

enum status put_message_reaction(struct ctx *c, struct req *r)
{
    const struct reaction_in *in = r->in;

    TRY(message_react(c, r->ids[0], in->emoji));
    return show(c, r, r->ids[0]);
}
