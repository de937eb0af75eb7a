/*
 * hooks.c - where providers report what happened.
 *
 * The order is the point: the signature over the raw bytes first, then the
 * vault, then the answer.  Nothing is parsed here; the worker does that, from
 * the vault, as often as it takes.
 */
#include "api/channel_cache.h"
#include "api/dispatch_private.h"
#include "api/handlers.h"
#include "api/keep.h"
#include "live/notify.h"

static enum status find_channel(struct ctx *c, struct req *r, const struct known_channel **out)
{
    return channel_cache_get(c, r->server->channels, r->server->data_keys, r->ids[0], out);
}

/* The provider's own check of the address, when it is entered on its side. */
enum status get_hook(struct ctx *c, struct req *r)
{
    const struct known_channel *channel;
    str text;

    TRY(find_channel(c, r, &channel));
    if (!channel->ops->connect || !channel->ops->connect->challenge)
        return FAIL(c, ERR_NOT_FOUND, "this channel has no webhook");
    TRY(channel->ops->connect->challenge(c, &channel->account, r->x->request.query, &text));
    req_raw(r, 200, "text/plain; charset=utf-8", text);
    return OK;
}

static enum status note_forgery(struct ctx *c, void *arg)
{
    const struct known_channel *channel = arg;

    return channel_forged(c, channel->account.id);
}

/* On the channel's card; that it could not be noted is no reason for another answer. */
static void count_forgery(struct ctx *c, struct req *r, const struct known_channel *channel)
{
    struct ctx own = *c;

    if (!known_channel_note_forgery(channel, clock_mono_ms()))
        return;
    own.db = NULL;
    if (dispatch_in_system(&own, r->server, note_forgery, (void *)(uintptr_t)channel) == OK)
        notify_changes(r->server->notifier);
}

enum status post_hook(struct ctx *c, struct req *r)
{
    struct http_request webhook = r->x->request;
    const struct known_channel *channel;
    struct keep keep = {.channel_id = r->ids[0]};
    enum status s;

    TRY(find_channel(c, r, &channel));
    TRY(req_body(c, r, &webhook.body));
    s = channel->ops->verify(c, &channel->account, &webhook);
    /* a channel that nobody is connected to has no secret to be wrong about */
    if (s == ERR_FORBIDDEN && channel->ops->connect)
        count_forgery(c, r, channel);
    TRY(s);
    keep.body = keep.digest = webhook.body;
    return keep_and_answer(c, r, &keep, req_raw(r, 200, "text/plain; charset=utf-8", S("kept\n")));
}
