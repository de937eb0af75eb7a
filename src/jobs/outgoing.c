/*
 * outgoing.c - small things told to a provider besides messages: that we have read, and our
 * reactions.  Both may be told twice without harm, so they know no uncertainty: what did not
 * clearly arrive is told again a few times and then let be.
 */
#include "domain/channel.h"
#include "jobs/parts.h"
#include "store/delivery.h"
#include "store/message.h"
#include "store/reaction.h"

enum { CALL_MS = 20000 };

struct telling {
    struct uuid id; /* of the conversation, or the message */
    bool needless;
    struct channel_account account;
    const struct channel_ops *ops;
    struct outbound out;
};

/* The channel is gone, or has no such thing: then there is nobody to tell. */
static enum status open_channel(struct run *r, struct telling *t, struct uuid channel_id)
{
    enum status s = channel_account_load(&r->c, r->worker->keys, channel_id, &t->account, &t->ops);

    t->needless = s == ERR_CONFLICT || (s == OK && t->ops->traits.local);
    return s == ERR_CONFLICT ? OK : s;
}

static enum status tell(struct run *r, struct telling *t)
{
    struct http_request request;
    struct http_response response;
    struct delivery_result result;

    TRY(t->ops->send(&r->c, &t->account, &t->out, &request));
    TRY(run_call(r, &request, CALL_MS, &response));
    TRY(t->ops->sent(&r->c, &response, &result));
    switch (result.outcome) {
    case DELIVERY_ACCEPTED:
        return OK;
    case DELIVERY_REJECTED:
        return FAIL(&r->c, ERR_INVALID, "%.*s", STR_ARG(result.reason));
    case DELIVERY_RETRY:
    case DELIVERY_UNCERTAIN:
        break;
    }
    if (result.retry_after > 0)
        r->retry_at = instant_add_ms(clock_now(), result.retry_after * 1000);
    return FAIL(&r->c, ERR_UNAVAILABLE, "%.*s", STR_ARG(result.reason));
}

static enum status prepare_mark(struct run *r, void *arg)
{
    struct telling *t = arg;
    struct message last;
    bool found;

    TRY(message_find_last_inbound(&r->c, t->id, &last, &found));
    t->needless = !found || !last.provider_id.ptr;
    if (t->needless)
        return OK;
    TRY(open_channel(r, t, last.channel_id));
    t->needless |= !t->needless && !t->ops->traits.read_marks;
    t->out = (struct outbound){.target_id = last.provider_id, .mark_read = true};
    return OK;
}

enum status job_mark_read(struct run *r)
{
    struct telling t = {.ops = NULL};

    TRY(run_arg_id(r, "conversation_id", &t.id));
    TRY(run_in_tx(r, prepare_mark, &t));
    return t.needless ? OK : tell(r, &t);
}

/* The last one that a member gave; a provider knows one reaction of the business. */
static str our_emoji(const struct list *reactions)
{
    const struct reaction *rows = reactions->items;
    str emoji = S("");

    for (size_t i = 0; i < reactions->n; i++)
        if (!rows[i].by_contact)
            emoji = rows[i].emoji;
    return emoji;
}

static enum status prepare_reaction(struct run *r, void *arg)
{
    struct telling *t = arg;
    struct delivery_row row;
    struct list reactions;
    struct message msg;
    enum status s = message_select(&r->c, t->id, &msg);

    t->needless = s == ERR_NOT_FOUND || (s == OK && !msg.provider_id.ptr);
    if (t->needless)
        return OK;
    TRY(s);
    TRY(open_channel(r, t, msg.channel_id));
    t->needless |= !t->needless && !t->ops->traits.reactions;
    if (t->needless)
        return OK;
    TRY(delivery_select(&r->c, t->id, &row));
    TRY(reaction_list(&r->c, &t->id, 1, &reactions));
    t->out = (struct outbound){
        .to = {.address = row.address, .scoped_id = row.scoped_id},
        .emoji = our_emoji(&reactions),
        .target_id = msg.provider_id,
    };
    return OK;
}

enum status job_reaction(struct run *r)
{
    struct telling t = {.ops = NULL};

    TRY(run_arg_id(r, "message_id", &t.id));
    TRY(run_in_tx(r, prepare_reaction, &t));
    return t.needless ? OK : tell(r, &t);
}
