/*
 * message.c - threads, and writing into them.
 *
 * Everything that writes locks the conversation first and the message second, as the worker does, so
 * they wait for each other and never deadlock.  message_after.c has what may be done to a message
 * that is written.
 */
#include "domain/message.h"

#include "domain/conversation.h"
#include "domain/delivery.h"
#include "provider/channel.h"
#include "store/change.h"
#include "store/channel.h"
#include "store/draft.h"

/* ---- reading ---- */

static bool may_have_files(enum message_kind kind)
{
    return kind != MESSAGE_TEXT && kind != MESSAGE_NOTE && kind != MESSAGE_EVENT &&
           kind != MESSAGE_LOCATION && kind != MESSAGE_CONTACT;
}

/* What hangs on the messages, by two statements for all of them. */
static enum status hang_on(struct ctx *c, struct thread *thread)
{
    const struct message_item *items = thread->messages.items;
    size_t n = thread->messages.n, files = 0;
    struct uuid *ids = NEW_ARRAY(c->arena, struct uuid, n);
    struct uuid *with_files = NEW_ARRAY(c->arena, struct uuid, n);

    for (size_t i = 0; i < n; i++) {
        ids[i] = items[i].message.id;
        if (may_have_files(items[i].message.kind))
            with_files[files++] = ids[i];
    }
    if (files > 0)
        TRY(attachment_list(c, with_files, files, &thread->attachments));
    if (n > 0)
        TRY(reaction_list(c, ids, n, &thread->reactions));
    return OK;
}

enum status message_thread(struct ctx *c, const struct message_page *page, struct thread *out)
{
    struct conversation_scope scope = conversation_scope_of(c);
    struct thread thread = {
        .messages = {NULL, 0}
    };
    struct conversation conv;

    TRY(message_list(c, page, &scope, &thread.messages));
    if (thread.messages.n == 0) { /* nothing to see, or nothing to be seen? */
        TRY(conversation_select(c, page->conversation_id, &conv));
        TRY(conversation_reaches(c, &conv));
    }
    TRY(hang_on(c, &thread));
    *out = thread;
    return OK;
}

enum status message_load(struct ctx *c, struct uuid id, struct thread *out)
{
    struct conversation_scope scope = conversation_scope_of(c);
    struct message_item *item = NEW(c->arena, struct message_item);
    struct thread thread = {
        .messages = {item, 1}
    };

    TRY(message_view(c, id, &scope, item));
    TRY(hang_on(c, &thread));
    *out = thread;
    return OK;
}

enum status message_publish(struct ctx *c, struct uuid message_id, const struct conversation *conv,
                            int64_t version)
{
    return change_write(c, &(struct change){.kind = S("message"),
                                            .entity_id = message_id,
                                            .conversation_id = conv->id,
                                            .contact_id = conv->contact_id,
                                            .channel_id = conv->channel_id,
                                            .version = version,
                                            .assignee_before = conv->assignee_id,
                                            .assignee_after = conv->assignee_id,
                                            .team_before = conv->team_id,
                                            .team_after = conv->team_id,
                                            .actor_id = actor_id(c)});
}

/* ---- may this be sent? ---- */

/* A reply on its way into a conversation. */
struct reply {
    const struct message_new *in;
    struct conversation conv;
    const struct channel_ops *ops; /* NULL for a note */
    struct instant now;
    struct instant send_at; /* none: at once */
    struct message last;    /* what the list will show */
};

static enum status check_channel(struct ctx *c, struct reply *r)
{
    struct channel_sealed channel;
    const struct instant closes = r->conv.window_closes_at;

    TRY(channel_select_sealed(c, r->conv.channel_id, &channel));
    r->ops = channel_find(channel.kind);
    if (channel.state == CHANNEL_DISCONNECTED || !r->ops)
        return FAIL_REASON(c, ERR_CONFLICT, "channel_disconnected", "this channel is disconnected");
    if (r->ops->traits.window_s > 0 && closes.us <= r->now.us)
        return FAIL_REASON(c, ERR_CONFLICT, "window_closed",
                           "the time in which this channel lets us reply is over");
    return OK;
}

static enum status check_body(struct ctx *c, const struct reply *r)
{
    const struct channel_traits *t = &r->ops->traits;
    str body = r->in->body;
    bool caption = r->in->n_attachments > 0;
    size_t chars = str_utf8_count(body);
    uint32_t max_chars = caption && t->max_caption_chars ? t->max_caption_chars : t->max_text_chars;

    if (!caption && str_is_empty(str_trim(body)))
        return FAIL_FIELD(c, "body", "a message needs some words");
    if (t->max_text > 0 && body.len > t->max_text)
        return FAIL_FIELD(c, "body", "this channel takes at most %u bytes", t->max_text);
    if (max_chars > 0 && chars > max_chars)
        return FAIL_FIELD(c, "body", "this channel takes at most %u characters", max_chars);
    return OK;
}

static enum status check_reply_to(struct ctx *c, const struct reply *r)
{
    struct message other;
    enum status s;

    if (uuid_is_zero(r->in->reply_to_id))
        return OK;
    s = message_select(c, r->in->reply_to_id, &other);
    if (s != OK && s != ERR_NOT_FOUND)
        return s;
    if (s == ERR_NOT_FOUND || !uuid_eq(other.conversation_id, r->conv.id) ||
        other.kind == MESSAGE_EVENT || (other.kind == MESSAGE_NOTE && !r->in->note))
        return FAIL_FIELD(c, "reply_to_id", "there is no such message to reply to");
    return OK;
}

/* ---- writing ---- */

static struct message draw_up(struct ctx *c, const struct reply *r, enum message_kind kind,
                              str body)
{
    return (struct message){
        .id = uuid_new(),
        .conversation_id = r->conv.id,
        .channel_id = r->conv.channel_id,
        .direction = DIRECTION_OUT,
        .kind = kind,
        .author = c->actor ? AUTHOR_USER : AUTHOR_SYSTEM,
        .author_id = actor_id(c),
        .body = body,
        .at = r->now,
        .state = kind == MESSAGE_NOTE ? STATE_SENT : STATE_QUEUED,
        .send_at = r->send_at,
        .version = 1,
    };
}

/* The row, its file if it has one, its delivery, the feed. */
static enum status put(struct ctx *c, struct reply *r, struct message *row, struct uuid file)
{
    bool attached = true, sent = false;

    TRY(message_insert(c, row));
    if (!uuid_is_zero(file))
        TRY(attachment_attach(c, file, row->id, &attached));
    if (!attached)
        return FAIL(c, ERR_CONFLICT, "this file was sent already");
    TRY(delivery_enqueue(c, row->id, r->conv.id, r->ops, r->send_at, &sent));
    if (sent) {
        row->state = STATE_SENT;
        row->version++;
    }
    r->last = *row;
    return message_publish(c, row->id, &r->conv, row->version);
}

static enum status check_file(struct ctx *c, const struct reply *r, const struct attachment *file)
{
    const struct media_ops *media = r->ops->media;

    if (!uuid_is_zero(file->visitor_id) || !uuid_is_zero(file->message_id) ||
        file->state != ATTACHMENT_STORED || !uuid_eq(file->uploaded_by, actor_id(c)))
        return FAIL_FIELD(c, "attachment_ids", "there is no such uploaded file");
    if (!media)
        return FAIL_FIELD(c, "attachment_ids", "this channel takes no files");
    if (media->check && media->check(c, file->media_type, file->bytes) != OK)
        return err_field(c, "attachment_ids", c->err.code);
    return OK;
}

/* Each file is a message of its own; the text goes with the first. */
static enum status put_file(struct ctx *c, struct reply *r, size_t i, struct uuid *id)
{
    struct attachment file;
    struct message row;
    enum status s = attachment_lock(c, r->in->attachments[i], &file);

    if (s == ERR_NOT_FOUND)
        return FAIL_FIELD(c, "attachment_ids", "there is no such uploaded file");
    TRY(s);
    TRY(check_file(c, r, &file));
    row = draw_up(c, r, file.kind, i == 0 ? r->in->body : S(""));
    if (i == 0)
        row.reply_to_id = r->in->reply_to_id;
    *id = row.id;
    return put(c, r, &row, file.id);
}

static enum status put_all(struct ctx *c, struct reply *r, struct uuid *first)
{
    struct message row;
    struct uuid id;

    for (size_t i = 0; i < r->in->n_attachments; i++) {
        TRY(put_file(c, r, i, &id));
        if (i == 0)
            *first = id;
    }
    if (r->in->n_attachments > 0)
        return OK;
    row = draw_up(c, r, MESSAGE_TEXT, r->in->body);
    row.reply_to_id = r->in->reply_to_id;
    *first = row.id;
    return put(c, r, &row, (struct uuid){{0}});
}

/* For the team: nobody's list moves, nothing leaves. */
static enum status put_note(struct ctx *c, const struct reply *r, struct uuid *first)
{
    struct message row = draw_up(c, r, MESSAGE_NOTE, r->in->body);

    if (str_is_empty(str_trim(r->in->body)))
        return FAIL_FIELD(c, "body", "a note needs some words");
    if (r->in->n_attachments > 0)
        return FAIL_FIELD(c, "attachment_ids", "a note has no files");
    TRY(check_reply_to(c, r));
    row.reply_to_id = r->in->reply_to_id;
    TRY(message_insert(c, &row));
    *first = row.id;
    return message_publish(c, row.id, &r->conv, 1);
}

static enum status put_reply(struct ctx *c, struct reply *r, struct uuid *first)
{
    struct conversation_touch touch;
    int64_t version;

    TRY(check_channel(c, r));
    TRY(check_body(c, r));
    TRY(check_reply_to(c, r));
    TRY(put_all(c, r, first));
    touch = (struct conversation_touch){
        .id = r->conv.id,
        .message_id = r->last.id,
        .at = r->now,
        .kind = r->last.kind,
        .state = r->last.state,
        .author_id = r->last.author_id,
        .undoable = r->in->undo_ms > 0,
        .preview = r->last.body,
    };
    TRY(conversation_touch_outbound(c, &touch, &version));
    return conversation_publish(c, &r->conv, version, r->conv.assignee_id);
}

enum status message_reply(struct ctx *c, struct uuid conversation_id, const struct message_new *in,
                          struct uuid *first)
{
    struct reply r = {.in = in, .now = clock_now()};

    if (in->body.len > MESSAGE_BODY_MAX)
        return FAIL_FIELD(c, "body", "a message has at most %d bytes", MESSAGE_BODY_MAX);
    if (in->n_attachments > ATTACHMENTS_PER_MESSAGE)
        return FAIL_FIELD(c, "attachment_ids", "at most %d files", ATTACHMENTS_PER_MESSAGE);
    if (in->undo_ms > 0)
        r.send_at = instant_add_ms(r.now, in->undo_ms);
    TRY(conversation_lock(c, conversation_id, &r.conv));
    TRY(conversation_reaches(c, &r.conv));
    if (in->note) {
        r.send_at = (struct instant){0};
        TRY(put_note(c, &r, first));
    } else {
        TRY(put_reply(c, &r, first));
    }
    return c->actor
               ? draft_delete(c, conversation_id, actor_id(c), in->note ? S("note") : S("text"))
               : OK;
}
