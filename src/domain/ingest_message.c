/*
 * ingest_message.c - what was said.
 *
 * The conversation is locked before the message is written: everybody who writes both does it in
 * that order.  The conversation's counters move only when the message's row was really inserted.
 */
#include "domain/ingest_parts.h"

#include "domain/assignment.h"
#include "domain/conversation.h"
#include "domain/message.h"
#include "domain/upload.h"
#include "store/attachment.h"
#include "store/identity.h"
#include "store/org.h"

/* ---- the thread ---- */

static enum status find_thread_of(struct ingest *in, struct uuid identity_id,
                                  struct conversation *out, bool *found)
{
    *found = false;
    if (uuid_is_zero(identity_id))
        return OK;
    return conversation_find_thread(in->c, in->from->channel_id, identity_id, out, found);
}

/*
 * This time the person came with one of their two addresses only, and the thread hangs on the
 * other.  Never on another one of the same kind: an answer would go to the wrong number.
 */
static enum status find_by_other_address(struct ingest *in, const struct ingest_person *who,
                                         struct conversation *out, bool *found)
{
    str kind = uuid_is_zero(who->address_id)
                   ? str_of(in->from->ops->name)
                   : arena_printf(in->c->arena, "%s-scoped", in->from->ops->name);
    const struct identity *rows;
    struct list known;

    TRY(identity_list(in->c, &who->contact_id, 1, &known));
    rows = known.items;
    for (size_t i = known.n; i > 0 && !*found; i--) /* the latest first */
        if (str_eq(rows[i - 1].kind, kind))
            TRY(find_thread_of(in, rows[i - 1].id, out, found));
    return OK;
}

enum status ingest_find_thread(struct ingest *in, const struct ingest_person *who,
                               struct conversation *out, bool *found)
{
    TRY(find_thread_of(in, who->address_id, out, found));
    if (!*found)
        TRY(find_thread_of(in, who->scoped_id, out, found));
    if (*found || !(uuid_is_zero(who->address_id) || uuid_is_zero(who->scoped_id)))
        return OK;
    return find_by_other_address(in, who, out, found);
}

static enum status open_thread(struct ingest *in, const struct ingest_person *who,
                               struct instant at, struct conversation *out)
{
    struct uuid identity = uuid_is_zero(who->address_id) ? who->scoped_id : who->address_id;
    bool inserted, found;

    TRY(ingest_find_thread(in, who, out, &found));
    if (found)
        return OK;
    *out = (struct conversation){
        .id = uuid_new(),
        .contact_id = who->contact_id,
        .channel_id = in->from->channel_id,
        .identity_id = identity,
        .state = CONVERSATION_OPEN,
        .sort_at = at,
        .version = 1,
    };
    TRY(org_counter_next(in->c, S("conversation"), &out->number));
    TRY(conversation_insert(in->c, out, &inserted));
    if (inserted)
        return OK;
    TRY(ingest_find_thread(in, who, out, &found));
    return found ? OK : FAIL(in->c, ERR_CONFLICT, "this conversation was made just now");
}

/* ---- the message ---- */

static enum status find_reply(struct ingest *in, const struct channel_event *e,
                              struct uuid *reply_to)
{
    struct message target;
    bool found;

    *reply_to = (struct uuid){{0}};
    if (str_is_empty(e->target_id))
        return OK;
    TRY(message_find_by_provider(in->c, in->from->channel_id, e->target_id, &target, &found));
    if (found)
        *reply_to = target.id;
    return OK;
}

/* In a group the words were not for us alone; the payload says so. */
static struct json_text payload_of(struct ingest *in, const struct channel_event *e)
{
    struct buf b = buf_new(in->c->arena, 2048);
    struct json_writer w = json_writer_new(&b);

    if (!str_is_empty(e->payload))
        return (struct json_text){e->payload};
    if (str_is_empty(e->group_id))
        return (struct json_text){
            {NULL, 0}
        };
    json_object_begin(&w, NULL);
    json_str(&w, "group_id", e->group_id);
    json_object_end(&w);
    return (struct json_text){buf_str(&b)};
}

static str or_null(str s)
{
    return s.len > 0 ? s : (str){NULL, 0};
}

static struct message row_of(struct ingest *in, const struct channel_event *e,
                             const struct conversation *conv)
{
    struct instant at = ingest_time(in, e->at);

    return (struct message){
        .id = uuid_new(),
        .conversation_id = conv->id,
        .channel_id = conv->channel_id,
        .direction = e->echo ? DIRECTION_OUT : DIRECTION_IN,
        .kind = e->message,
        .author = e->echo ? AUTHOR_USER : AUTHOR_CONTACT,
        .author_id = e->echo ? (struct uuid){{0}} : conv->contact_id,
        .body = str_utf8_cut(e->text, CHANNEL_MAX_TEXT),
        .payload = payload_of(in, e),
        .forwarded = e->forwarded,
        .provider_id = or_null(e->provider_id),
        .at = at,
        .state = e->echo ? STATE_SENT : STATE_RECEIVED,
        .error_code = or_null(e->error_code),
        .error_text = or_null(e->error_text),
        .sent_at = e->echo ? at : (struct instant){0},
        .version = 1,
    };
}

/* From here on the row is locked: whose it is now is what the feed must say. */
static enum status hear(struct ingest *in, const struct conversation_touch *t,
                        struct conversation *conv, int64_t *version)
{
    struct conversation_heard heard;
    bool queued;

    TRY(conversation_touch_inbound(in->c, t, &heard));
    conv->assignee_id = heard.assignee_id;
    conv->team_id = heard.team_id;
    *version = heard.version;
    TRY(assignment_heard(in->c, conv->id, &heard, &queued));
    in->result->queued += queued;
    return OK;
}

static enum status touch(struct ingest *in, const struct channel_event *e,
                         const struct message *msg, struct conversation *conv)
{
    int64_t window_s = in->from->ops->traits.window_s;
    struct conversation_touch t = {
        .id = conv->id,
        .message_id = msg->id,
        .at = msg->at,
        .kind = msg->kind,
        .state = msg->state,
        .preview = msg->body,
    };
    int64_t version;

    if (!e->echo && window_s > 0)
        t.window_closes_at = instant_add_ms(msg->at, window_s * 1000);
    TRY(e->echo ? conversation_touch_outbound(in->c, &t, &version) : hear(in, &t, conv, &version));
    TRY(message_publish(in->c, msg->id, conv, msg->version));
    return conversation_publish(in->c, conv, version, conv->assignee_id);
}

/* ---- files ---- */

/* A visitor's own upload, ready and not used yet; otherwise it is passed over. */
static enum status find_upload(struct ingest *in, const struct channel_event *e, struct uuid id,
                               struct attachment *out, bool *usable)
{
    enum status s = attachment_select(in->c, id, out);
    struct uuid visitor;

    *usable = false;
    if (s == ERR_NOT_FOUND)
        return OK;
    TRY(s);
    *usable = out->state == ATTACHMENT_STORED && uuid_is_zero(out->message_id) &&
              uuid_eq(out->channel_id, in->from->channel_id) &&
              uuid_parse(e->person.address, &visitor) && uuid_eq(out->visitor_id, visitor);
    return OK;
}

/* What kind of message an upload makes, its content decides. */
static enum status set_kind(struct ingest *in, const struct channel_event *e, struct message *msg)
{
    struct attachment upload;
    bool usable;

    if (e->n_files == 0 || uuid_is_zero(e->files[0].upload))
        return OK;
    TRY(find_upload(in, e, e->files[0].upload, &upload, &usable));
    if (usable)
        msg->kind = upload.kind;
    else if (str_is_empty(msg->body))
        msg->kind = MESSAGE_UNSUPPORTED;
    else
        msg->kind = MESSAGE_TEXT;
    return OK;
}

static enum status add_file(struct ingest *in, const struct channel_event *e,
                            const struct message *msg, const struct channel_file *file)
{
    struct attachment row = {
        .id = uuid_new(),
        .message_id = msg->id,
        .channel_id = in->from->channel_id,
        .kind = file->kind,
        .name = str_is_empty(file->name) ? S("") : upload_safe_name(in->c->arena, file->name),
        .media_type = S("application/octet-stream"),
        .bytes = file->bytes,
        .state = ATTACHMENT_PENDING,
        .provider_ref = or_null(file->provider_id),
        .provider_url = or_null(file->url),
    };
    bool usable;

    if (!uuid_is_zero(file->upload)) {
        TRY(find_upload(in, e, file->upload, &row, &usable));
        return usable ? attachment_attach(in->c, file->upload, msg->id, &usable) : OK;
    }
    TRY(attachment_insert(in->c, &row));
    return ingest_enqueue(in, "fetch_media", "attachment_id", row.id, (struct instant){0});
}

enum status ingest_message(struct ingest *in, const struct channel_event *e)
{
    struct ingest_person who;
    struct conversation conv;
    struct message msg;
    bool inserted;

    TRY(ingest_know(in, &e->person, &who));
    TRY(open_thread(in, &who, ingest_time(in, e->at), &conv));
    msg = row_of(in, e, &conv);
    TRY(find_reply(in, e, &msg.reply_to_id));
    TRY(set_kind(in, e, &msg));
    TRY(message_insert_once(in->c, &msg, &inserted));
    if (!inserted)
        return OK; /* a replay */
    in->result->messages++;
    for (size_t i = 0; i < e->n_files; i++)
        TRY(add_file(in, e, &msg, &e->files[i]));
    return touch(in, e, &msg, &conv);
}
