/*
 * message_after.c - what may still be done to a message that is written: take it back before it
 * leaves, send it again, say what became of it, react to it.
 *
 * message_advance decides whether a step is possible; a step that was not taken is a conflict, never
 * a silent success.
 */
#include "domain/conversation.h"
#include "domain/delivery.h"
#include "domain/emoji.h"
#include "domain/message.h"
#include "provider/channel.h"
#include "store/channel.h"
#include "store/job.h"

/* The conversation first, the message second: see message.c. */
static enum status lock_both(struct ctx *c, struct uuid id, struct conversation *conv,
                             struct message *msg)
{
    TRY(message_select(c, id, msg));
    TRY(conversation_lock(c, msg->conversation_id, conv));
    TRY(conversation_reaches(c, conv));
    return message_lock(c, id, msg);
}

/* The list's line and the feed follow a message that moved. */
static enum status follow(struct ctx *c, const struct conversation *conv, struct uuid id,
                          enum message_state state, int64_t version)
{
    TRY(conversation_update_last_state(c, conv->id, id, state));
    return message_publish(c, id, conv, version);
}

enum status message_cancel(struct ctx *c, struct uuid id)
{
    struct message_step step = {.id = id, .to = STATE_CANCELLED};
    struct conversation conv;
    struct message msg;
    int64_t version, conv_version, restored;

    TRY(lock_both(c, id, &conv, &msg));
    if (msg.state == STATE_CANCELLED)
        return FAIL(c, ERR_CONFLICT, "this message was taken back already");
    TRY(message_advance(c, &step, &version));
    if (version == 0)
        return FAIL_REASON(c, ERR_CONFLICT, "too_late", "this message has left already");
    TRY(attachment_detach(c, id));
    TRY(conversation_recount(c, conv.id, msg.at, &conv_version));
    TRY(conversation_restore(c, conv.id, &restored));
    TRY(message_publish(c, id, &conv, version));
    TRY(conversation_publish(c, &conv, restored ? restored : conv_version, conv.assignee_id));
    return delivery_wake_next(c, conv.id);
}

/* The same questions as for a new message. */
static enum status check_open(struct ctx *c, const struct conversation *conv,
                              const struct channel_ops **ops)
{
    struct channel_sealed channel;

    TRY(channel_select_sealed(c, conv->channel_id, &channel));
    *ops = channel_find(channel.kind);
    if (channel.state == CHANNEL_DISCONNECTED || !*ops)
        return FAIL_REASON(c, ERR_CONFLICT, "channel_disconnected", "this channel is disconnected");
    if ((*ops)->traits.window_s > 0 && conv->window_closes_at.us <= clock_now().us)
        return FAIL_REASON(c, ERR_CONFLICT, "window_closed",
                           "the time in which this channel lets us reply is over");
    return OK;
}

enum status message_retry(struct ctx *c, struct uuid id)
{
    struct message_step step = {.id = id, .to = STATE_QUEUED};
    const struct channel_ops *ops;
    struct conversation conv;
    struct message msg;
    int64_t version;
    bool sent;

    TRY(lock_both(c, id, &conv, &msg));
    if (msg.state != STATE_FAILED || msg.direction != DIRECTION_OUT)
        return FAIL(c, ERR_CONFLICT, "only a message that failed can be sent again");
    TRY(check_open(c, &conv, &ops));
    TRY(message_advance(c, &step, &version));
    TRY(attachment_forget_provider_refs(c, id));
    TRY(delivery_enqueue(c, id, conv.id, ops, (struct instant){0}, &sent));
    return follow(c, &conv, id, sent ? STATE_SENT : STATE_QUEUED, sent ? version + 1 : version);
}

enum status message_settle(struct ctx *c, struct uuid id, bool was_sent)
{
    struct message_step step = {
        .id = id, .to = was_sent ? STATE_SENT : STATE_FAILED, .at = clock_now()};
    struct conversation conv;
    struct message msg;
    int64_t version;

    TRY(lock_both(c, id, &conv, &msg));
    if (msg.state != STATE_UNCERTAIN)
        return FAIL(c, ERR_CONFLICT, "what became of this message is known");
    if (!was_sent) {
        step.error_code = S("not_sent");
        step.error_text = S("Somebody looked and found that it was not sent.");
    }
    TRY(message_advance(c, &step, &version));
    TRY(follow(c, &conv, id, step.to, version));
    return delivery_wake_next(c, conv.id);
}

/* ---- reactions ---- */

static enum status put_reaction(struct ctx *c, struct uuid id, str emoji, bool *changed)
{
    struct reaction row = {
        .message_id = id, .actor_id = actor_id(c), .emoji = emoji, .at = clock_now()};

    if (emoji.len == 0)
        return reaction_delete(c, &row, changed);
    return reaction_put(c, &row, changed);
}

static enum status tell_person(struct ctx *c, const struct conversation *conv,
                               const struct message *msg)
{
    const struct channel_ops *ops;
    struct channel_sealed channel;

    TRY(channel_select_sealed(c, conv->channel_id, &channel));
    ops = channel_find(channel.kind);
    if (!ops || !ops->traits.reactions || !msg->provider_id.ptr)
        return OK;
    return job_enqueue_for(c, "reaction", "message_id", msg->id, (struct instant){0});
}

enum status message_react(struct ctx *c, struct uuid id, str emoji)
{
    struct conversation conv;
    struct message msg;
    int64_t version;
    bool changed;

    TRY(lock_both(c, id, &conv, &msg));
    if (emoji.len > 0 && !is_emoji(emoji))
        return FAIL_FIELD(c, "emoji", "a reaction is one emoji");
    if (msg.kind == MESSAGE_EVENT || msg.state == STATE_CANCELLED)
        return FAIL(c, ERR_CONFLICT, "nobody can react to this");
    TRY(put_reaction(c, id, emoji, &changed));
    if (!changed)
        return OK;
    TRY(message_bump(c, id, &version));
    TRY(message_publish(c, id, &conv, version));
    return msg.kind == MESSAGE_NOTE ? OK : tell_person(c, &conv, &msg);
}
