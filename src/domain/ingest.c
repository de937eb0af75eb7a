/*
 * ingest.c - which event goes where, and what providers tell about messages that exist.
 *
 * A status is looked for by the provider's id first and by our own reference second: the reference
 * is what settles a message whose provider id we never learnt, because the answer to the call was
 * lost.  Evidence beats what we believed (message_advance holds the table).
 */
#include "domain/ingest_parts.h"

#include "domain/channel.h"
#include "domain/conversation.h"
#include "domain/delivery.h"
#include "domain/message.h"
#include "store/attachment.h"
#include "store/delivery.h"
#include "store/ingest.h"
#include "store/job.h"

struct instant ingest_time(const struct ingest *in, struct instant at)
{
    struct instant latest = in->from->arrived_at;

    return instant_is_none(at) || at.us > latest.us ? latest : at;
}

enum status ingest_enqueue(struct ingest *in, const char *kind, const char *name, struct uuid id,
                           struct instant run_at)
{
    in->result->jobs++;
    return job_enqueue_for(in->c, kind, name, id, run_at);
}

/* ---- the message that an event is about ---- */

static enum status find_by_reference(struct ingest *in, str reference, struct message *out,
                                     bool *found)
{
    struct uuid id;
    enum status s;

    if (!uuid_parse(reference, &id))
        return OK;
    s = message_select(in->c, id, out);
    if (s == ERR_NOT_FOUND)
        return OK;
    TRY(s);
    *found = uuid_eq(out->channel_id, in->from->channel_id) && out->direction == DIRECTION_OUT;
    return OK;
}

static enum status find_target(struct ingest *in, const struct channel_event *e,
                               struct message *out, bool *found)
{
    *found = false;
    if (!str_is_empty(e->target_id))
        TRY(message_find_by_provider(in->c, in->from->channel_id, e->target_id, out, found));
    if (!*found && !str_is_empty(e->reference))
        TRY(find_by_reference(in, e->reference, out, found));
    if (!*found)
        in->result->waiting++;
    return OK;
}

/* Lock its conversation, change it, tell. */
static enum status publish(struct ingest *in, const struct message *msg,
                           const struct conversation *conv, int64_t version)
{
    return version != 0 ? message_publish(in->c, msg->id, conv, version) : OK;
}

/* ---- statuses ---- */

/* The attempt under way has no id of the provider's yet; what id there is, is an earlier one's. */
static bool is_under_way(const struct message *msg)
{
    return msg->state == STATE_QUEUED || msg->state == STATE_SENDING ||
           msg->state == STATE_UNCERTAIN;
}

/*
 * A message that failed and was sent again carries one reference for both attempts.  That the first
 * left, or failed, comes late then and says nothing of the second; that it arrived after all is
 * welcome from either.
 */
static bool is_old_news(const struct channel_event *e, const struct message *msg)
{
    bool same = str_eq(e->target_id, msg->provider_id);

    if (!msg->provider_id.ptr || str_is_empty(e->target_id))
        return false;
    return (e->state == STATE_SENT || e->state == STATE_FAILED) && same == is_under_way(msg);
}

static struct message_step step_of(struct ingest *in, const struct channel_event *e,
                                   const struct message *msg)
{
    struct message_step step = {
        .id = msg->id,
        .to = e->state,
        .at = ingest_time(in, e->at),
    };

    if ((!msg->provider_id.ptr || is_under_way(msg)) && !str_is_empty(e->target_id) &&
        !str_eq(e->target_id, e->reference))
        step.provider_id = e->target_id;
    if (e->state == STATE_FAILED) {
        step.error_code = e->error_code;
        step.error_text = e->error_text;
    }
    return step;
}

/* Its conversation may have waited for it. */
static bool was_in_the_way(const struct message *msg)
{
    return msg->state == STATE_QUEUED || msg->state == STATE_SENDING;
}

static enum status take_status(struct ingest *in, const struct channel_event *e)
{
    struct conversation conv;
    struct message_step step;
    struct message msg;
    int64_t version;
    bool found;

    TRY(find_target(in, e, &msg, &found));
    if (!found || msg.direction != DIRECTION_OUT)
        return OK;
    TRY(conversation_lock(in->c, msg.conversation_id, &conv));
    TRY(message_select(in->c, msg.id, &msg)); /* as it is now that nobody else can change it */
    if (is_old_news(e, &msg))
        return OK;
    step = step_of(in, e, &msg);
    TRY(message_advance(in->c, &step, &version));
    if (version == 0)
        return step.provider_id.ptr ? delivery_note_provider_id(in->c, msg.id, step.provider_id)
                                    : OK;
    TRY(conversation_update_last_state(in->c, conv.id, msg.id, step.to));
    TRY(publish(in, &msg, &conv, version));
    if (was_in_the_way(&msg)) {
        in->result->jobs++;
        TRY(delivery_wake_next(in->c, conv.id));
    }
    if (e->bad)
        in->result->trouble = e->error_text;
    return OK;
}

/* ---- edits, revokes, reactions ---- */

static enum status take_edit(struct ingest *in, const struct channel_event *e)
{
    struct conversation conv;
    struct message msg;
    int64_t version;
    bool found;

    TRY(find_target(in, e, &msg, &found));
    if (!found)
        return OK;
    TRY(conversation_lock(in->c, msg.conversation_id, &conv));
    TRY(message_update_body(in->c, msg.id, str_utf8_cut(e->text, CHANNEL_MAX_TEXT),
                            ingest_time(in, e->at), &version));
    if (version != 0)
        TRY(conversation_update_last_preview(in->c, conv.id, msg.id, e->text));
    return publish(in, &msg, &conv, version);
}

static enum status take_revoke(struct ingest *in, const struct channel_event *e)
{
    struct conversation conv;
    struct message msg;
    int64_t version;
    bool found;

    TRY(find_target(in, e, &msg, &found));
    if (!found)
        return OK;
    TRY(conversation_lock(in->c, msg.conversation_id, &conv));
    TRY(message_update_revoked(in->c, msg.id, ingest_time(in, e->at), &version));
    if (version == 0)
        return OK;
    TRY(attachment_withdraw(in->c, msg.id));
    TRY(conversation_update_last_preview(in->c, conv.id, msg.id, S("")));
    return publish(in, &msg, &conv, version);
}

static enum status take_reaction(struct ingest *in, const struct channel_event *e)
{
    struct conversation conv;
    struct reaction row;
    struct message msg;
    int64_t version;
    bool found, changed;

    TRY(find_target(in, e, &msg, &found));
    if (!found)
        return OK;
    TRY(conversation_lock(in->c, msg.conversation_id, &conv));
    /* one that was given in the provider's own app is nobody's in particular: the channel's */
    row = (struct reaction){
        .message_id = msg.id,
        .actor_id = e->echo ? in->from->channel_id : conv.contact_id,
        .by_contact = !e->echo,
        .emoji = e->emoji,
        .at = ingest_time(in, e->at),
    };
    TRY(str_is_empty(e->emoji) ? reaction_delete(in->c, &row, &changed)
                               : reaction_put(in->c, &row, &changed));
    if (!changed)
        return OK;
    TRY(message_bump(in->c, msg.id, &version));
    return publish(in, &msg, &conv, version);
}

/* ---- seen ---- */

/* Up to where: the message that is named, if it is in the person's own thread, or the moment. */
static enum status seen_up_to(struct ingest *in, const struct channel_event *e,
                              struct conversation *conv, struct instant *up_to, bool *found)
{
    struct ingest_person who;
    struct message msg;

    *up_to = ingest_time(in, e->at);
    TRY(ingest_recognise(in, &e->person, &who, found));
    if (!*found)
        return OK;
    if (str_is_empty(e->target_id))
        return ingest_find_thread(in, &who, conv, found);
    TRY(find_target(in, e, &msg, found));
    if (!*found)
        return OK;
    *up_to = msg.at;
    TRY(conversation_lock(in->c, msg.conversation_id, conv));
    *found = uuid_eq(conv->contact_id, who.contact_id);
    return OK;
}

static enum status take_seen(struct ingest *in, const struct channel_event *e)
{
    struct conversation conv;
    struct instant at = ingest_time(in, e->at), up_to;
    const struct read_message *rows;
    struct list read;
    bool found;

    TRY(seen_up_to(in, e, &conv, &up_to, &found));
    if (!found)
        return OK;
    TRY(conversation_update_seen(in->c, conv.id, at));
    TRY(ingest_read_up_to(in->c, conv.id, up_to, at, &read));
    rows = read.items;
    for (size_t i = 0; i < read.n; i++) {
        TRY(conversation_update_last_state(in->c, conv.id, rows[i].id, STATE_READ));
        TRY(message_publish(in->c, rows[i].id, &conv, rows[i].version));
    }
    return conversation_publish(in->c, &conv, conv.version, conv.assignee_id);
}

/* ---- the person and the account ---- */

static enum status take_preference(struct ingest *in, const struct channel_event *e)
{
    struct conversation_event event = {.event = "preference", .text = e->text};
    struct ingest_person who;
    struct conversation conv;
    bool found;

    TRY(ingest_know(in, &e->person, &who));
    TRY(ingest_find_thread(in, &who, &conv, &found));
    if (!found)
        return OK;
    TRY(conversation_lock(in->c, conv.id, &conv));
    event.key = arena_printf(
        in->c->arena, "preference:%.*s:%lld:%.*s", STR_ARG(uuid_str(in->c->arena, conv.id)),
        (long long)ingest_time(in, e->at).us, STR_ARG(str_utf8_cut(e->text, 64)));
    return conversation_add_event(in->c, &conv, &event);
}

static enum status take(struct ingest *in, const struct channel_event *e)
{
    switch (e->kind) {
    case EVENT_MESSAGE:
        return ingest_message(in, e);
    case EVENT_STATUS:
        return take_status(in, e);
    case EVENT_EDIT:
        return take_edit(in, e);
    case EVENT_REVOKE:
        return take_revoke(in, e);
    case EVENT_REACTION:
        return take_reaction(in, e);
    case EVENT_SEEN:
        return take_seen(in, e);
    case EVENT_IDENTITY:
        return ingest_identity(in, e);
    case EVENT_PREFERENCE:
        return take_preference(in, e);
    case EVENT_ACCOUNT:
        if (e->bad)
            in->result->trouble = e->text;
        return OK;
    case EVENT_NOTHING:
        return OK;
    }
    return FAIL(in->c, ERR_INTERNAL, "an event of a kind that does not exist");
}

enum status ingest_events(struct ctx *c, const struct ingest_source *from,
                          const struct channel_event *events, size_t n,
                          struct ingest_result *result)
{
    struct ingest in = {.c = c, .from = from, .result = result};

    for (size_t i = 0; i < n; i++)
        TRY(take(&in, &events[i]));
    return OK;
}
