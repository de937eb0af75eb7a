/*
 * delivery.c - the send state machine.
 *
 * Every step locks the conversation first and the message second, as everything else that writes
 * both does; so steps wait for each other and do not deadlock.
 *
 * The order in a conversation is that of the messages' ids, which is that of their making.  A
 * message whose turn it is not goes back to the queue for some time; whoever settles its
 * predecessor makes it due (delivery_wake_next), the time is only there for a lost wake-up.
 *
 * Rejected: holding the conversation locked during the call.  It would keep the order by itself,
 * and a connection and a transaction with it, for as long as a provider likes.
 */
#include "domain/delivery.h"

#include "domain/channel.h"
#include "domain/message.h"
#include "store/attachment.h"
#include "store/conversation.h"
#include "store/delivery.h"
#include "store/job.h"
#include "store/message.h"

enum {
    LOOK_AGAIN_MS = 30000, /* for a message behind another */
    RATE_PATIENCE_MS = 500,
};

/* The null channel's customers answer after two to eight seconds (jobs/demo.c). */
static enum status simulate(struct ctx *c, const struct channel_ops *ops, struct uuid message_id)
{
    struct instant at = instant_add_ms(clock_now(), 2000 + message_id.b[14] * 6000 / 256);

    if (!str_eq(str_of(ops->name), S("null")))
        return OK;
    return job_enqueue_for(c, "demo_reply", "message_id", message_id, at);
}

/* ---- for the domain's message verbs ---- */

enum status delivery_enqueue(struct ctx *c, struct uuid message_id, struct uuid conversation_id,
                             const struct channel_ops *ops, struct instant send_at, bool *sent)
{
    struct delivery_next next;
    bool found;
    int64_t version;

    *sent = false;
    if (!ops->traits.local || !instant_is_none(send_at))
        return job_enqueue_for(c, "deliver", "message_id", message_id, send_at);
    TRY(delivery_select_next(c, conversation_id, &next, &found));
    if (!found || !uuid_eq(next.id, message_id))
        return job_enqueue_for(c, "deliver", "message_id", message_id, send_at);
    TRY(message_advance(
        c, &(struct message_step){.id = message_id, .to = STATE_SENT, .at = clock_now()},
        &version));
    TRY(delivery_note_outbound(c, message_id));
    *sent = version != 0;
    return simulate(c, ops, message_id);
}

enum status delivery_wake_next(struct ctx *c, struct uuid conversation_id)
{
    struct delivery_next next;
    bool found;

    TRY(delivery_select_next(c, conversation_id, &next, &found));
    if (!found || !str_eq(next.state, S("queued")))
        return OK;
    return job_enqueue_for(c, "deliver", "message_id", next.id, next.send_at);
}

/* ---- one step ---- */

/* The message took a step: the list's line and the feed follow. */
static enum status moved(struct ctx *c, const struct conversation *conv, struct uuid message_id,
                         enum message_state state, int64_t version)
{
    TRY(conversation_update_last_state(c, conv->id, message_id, state));
    return message_publish(c, message_id, conv, version);
}

static enum status settle_as(struct ctx *c, const struct conversation *conv,
                             const struct message_step *step, int64_t *version)
{
    TRY(message_advance(c, step, version));
    if (*version == 0)
        return OK;
    TRY(moved(c, conv, step->id, step->to, *version));
    return step->to == STATE_QUEUED ? OK : delivery_wake_next(c, conv->id);
}

static enum status give_up(struct ctx *c, const struct conversation *conv, struct uuid message_id,
                           const char *code, const char *words)
{
    int64_t version;

    return settle_as(c, conv,
                     &(struct message_step){.id = message_id,
                                            .to = STATE_FAILED,
                                            .at = clock_now(),
                                            .error_code = str_of(code),
                                            .error_text = str_of(words)},
                     &version);
}

/* ---- claiming ---- */

struct claim {
    struct conversation conv; /* what publishing needs of it */
    struct delivery_row row;
    const struct channel_ops *ops;
    struct uuid job_id;
    struct instant now;
};

static void fill(const struct claim *cl, struct delivery_item *item)
{
    const struct delivery_row *row = &cl->row;
    int kind = 0;

    (void)field_value(&message_kind_names, row->kind, &kind);
    item->conversation_id = row->conversation_id;
    item->noted = row->noted;
    item->channel_id = row->channel_id;
    item->channel_kind = row->channel_kind;
    item->degraded = str_eq(row->channel_state, S("degraded"));
    item->attachment_id = row->attachment_id;
    item->file_sha256 = row->file_sha256;
    item->run_at = item->not_before = (struct instant){0};
    item->out = (struct outbound){
        .id = item->message_id,
        .to = {.address = row->address, .scoped_id = row->scoped_id},
        .kind = (enum message_kind)kind,
        .text = row->body,
        .reply_to = row->reply_to,
        .file_id = row->file_id,
        .file_name = row->file_name,
        .file_type = row->file_type,
    };
}

static enum status later(struct delivery_item *item, struct instant at, enum delivery_turn *turn)
{
    item->run_at = at;
    *turn = TURN_LATER;
    return OK;
}

/* It says "sending", and nobody is: an earlier run of ours began the call and did not come back. */
static enum status cut_off(struct ctx *c, const struct claim *cl, const struct delivery_item *item,
                           enum delivery_turn *turn)
{
    int64_t version;

    if (!uuid_eq(cl->row.delivery_job, cl->job_id)) {
        *turn = TURN_OVER; /* another job's call */
        return OK;
    }
    if (item->begun) {
        *turn = TURN_NOW; /* ours, from a moment ago: only the COMMIT's answer was lost */
        return OK;
    }
    if (cl->ops && cl->ops->traits.resend_is_safe) {
        *turn = TURN_AGAIN;
        return OK;
    }
    *turn = TURN_UNCERTAIN;
    return settle_as(
        c, &cl->conv,
        &(struct message_step){
            .id = item->message_id,
            .to = STATE_UNCERTAIN,
            .at = cl->now,
            .error_code = S("interrupted"),
            .error_text = S("Sending was interrupted: the message may have been sent."),
        },
        &version);
}

/* Reasons never to send it; *why stays NULL when there is none. */
static void find_obstacle(const struct claim *cl, const char **code, const char **why)
{
    bool closed = cl->ops && cl->ops->traits.window_s > 0 &&
                  cl->row.window_closes_at.us <= cl->now.us; /* none: never open */

    if (!cl->ops || str_eq(cl->row.channel_state, S("disconnected"))) {
        *code = "channel_disconnected";
        *why = "The channel was disconnected before this message could leave.";
    } else if (closed) {
        *code = "window_closed";
        *why = "The time in which replies are allowed ended before this message could leave.";
    }
}

static enum status send_locally(struct ctx *c, const struct claim *cl,
                                const struct delivery_item *item, enum delivery_turn *turn)
{
    int64_t version;

    *turn = TURN_SENT;
    TRY(delivery_note_outbound(c, item->message_id));
    TRY(simulate(c, cl->ops, item->message_id));
    return settle_as(
        c, &cl->conv,
        &(struct message_step){.id = item->message_id, .to = STATE_SENT, .at = cl->now}, &version);
}

static enum status begin(struct ctx *c, const struct claim *cl, struct delivery_item *item,
                         enum delivery_turn *turn)
{
    int64_t per_second = cl->ops->traits.per_second * item->rate_percent / 100, version;

    TRY(delivery_start(c, item->message_id, cl->job_id, &version));
    if (version == 0) {
        *turn = TURN_OVER;
        return OK;
    }
    /* the list's line stays at "queued": what matters there is whether it has left */
    TRY(message_publish(c, item->message_id, &cl->conv, version));
    /* last, since the channel's row is locked from here to the commit */
    if (per_second > 0)
        TRY(channel_health_reserve(c, item->channel_id, per_second, &item->not_before));
    *turn = TURN_NOW;
    return OK;
}

static bool is_after(struct instant a, struct instant b)
{
    return !instant_is_none(a) && a.us > b.us;
}

static enum status take_turn(struct ctx *c, const struct claim *cl, struct delivery_item *item,
                             enum delivery_turn *turn)
{
    const struct delivery_row *row = &cl->row;
    const char *code = NULL, *why = NULL;

    find_obstacle(cl, &code, &why);
    if (why) {
        *turn = TURN_OVER;
        return give_up(c, &cl->conv, item->message_id, code, why);
    }
    if (is_after(row->send_at, cl->now))
        return later(item, row->send_at, turn);
    if (row->other_sending || !uuid_eq(row->first_id, item->message_id))
        return later(item, instant_add_ms(cl->now, LOOK_AGAIN_MS), turn);
    if (cl->ops->traits.local)
        return send_locally(c, cl, item, turn);
    if (is_after(row->next_send_at, instant_add_ms(cl->now, RATE_PATIENCE_MS)))
        return later(item, row->next_send_at, turn);
    if (!uuid_is_zero(item->attachment_id) && str_is_empty(item->out.file_id) && cl->ops->media &&
        cl->ops->media->upload) {
        *turn = TURN_UPLOAD;
        return OK;
    }
    return begin(c, cl, item, turn);
}

enum status delivery_claim(struct ctx *c, struct uuid message_id, struct uuid job_id,
                           struct delivery_item *item, enum delivery_turn *turn)
{
    struct claim cl = {.job_id = job_id, .now = clock_now()};
    bool found;

    TRY(delivery_lock(c, message_id, &found));
    if (!found) {
        *turn = TURN_OVER;
        return OK;
    }
    TRY(delivery_select(c, message_id, &cl.row));
    cl.conv = (struct conversation){
        .id = cl.row.conversation_id,
        .contact_id = cl.row.contact_id,
        .channel_id = cl.row.channel_id,
        .assignee_id = cl.row.assignee_id,
        .team_id = cl.row.team_id,
    };
    cl.ops = channel_find(cl.row.channel_kind);
    item->message_id = message_id;
    fill(&cl, item);
    if (str_eq(cl.row.state, S("sending")))
        return cut_off(c, &cl, item, turn);
    if (str_eq(cl.row.state, S("queued")))
        return take_turn(c, &cl, item, turn);
    *turn = TURN_OVER;
    return OK;
}

enum status delivery_note_upload(struct ctx *c, const struct delivery_item *item, str file_id)
{
    return attachment_update_provider_ref(c, item->attachment_id, item->message_id, file_id);
}

/* ---- recording ---- */

static struct message_step step_of(const struct delivery_item *item,
                                   const struct delivery_record *record)
{
    const struct delivery_result *r = &record->result;
    struct message_step step = {.id = item->message_id, .at = clock_now()};

    if (r->outcome == DELIVERY_ACCEPTED) {
        step.to = STATE_SENT;
        step.provider_id = r->provider_id.len > 0 ? r->provider_id : (str){NULL, 0};
        return step;
    }
    if (r->outcome == DELIVERY_UNCERTAIN)
        step.to = STATE_UNCERTAIN;
    else if (r->outcome == DELIVERY_RETRY && !instant_is_none(record->retry_at))
        step.to = STATE_QUEUED;
    else
        step.to = STATE_FAILED;
    step.error_code = r->code;
    step.error_text = r->reason;
    step.send_at = step.to == STATE_QUEUED ? record->retry_at : (struct instant){0};
    return step;
}

/* What did not leave counts only while the message is this job's: another may be sending it by now,
 * after a file that could not be handed over, or a lease that ran out. */
static enum status is_ours(struct ctx *c, const struct delivery_item *item, struct uuid job_id,
                           bool *ours)
{
    struct delivery_row row;

    TRY(delivery_select(c, item->message_id, &row));
    *ours = str_eq(row.state, S("queued")) || uuid_eq(row.delivery_job, job_id);
    return OK;
}

enum status delivery_settle(struct ctx *c, const struct delivery_item *item,
                            const struct delivery_record *record, enum message_state *state)
{
    struct message_step step = step_of(item, record);
    struct conversation conv;
    struct message now;
    int64_t version = 0;
    bool ours = true;

    TRY(conversation_lock(c, item->conversation_id, &conv));
    if (step.to != STATE_SENT)
        TRY(is_ours(c, item, record->job_id, &ours));
    if (ours)
        TRY(settle_as(c, &conv, &step, &version));
    if (step.to == STATE_SENT && !item->noted)
        TRY(delivery_note_outbound(c, item->message_id));
    if (version != 0) {
        *state = step.to;
        return OK;
    }
    if (step.provider_id.len > 0)
        TRY(delivery_note_provider_id(c, item->message_id, step.provider_id));
    TRY(message_select(c, item->message_id, &now));
    *state = now.state;
    return OK;
}

enum status delivery_pause(struct ctx *c, struct uuid channel_id, struct instant until)
{
    return channel_health_hold(c, channel_id, until);
}
