/*
 * message.h - answering a customer, and what becomes of the answer.
 *
 * A reply is a row in state queued, a job, a moved conversation and a feed row in one transaction:
 * none without the others.  The provider is called later, by the worker (domain/delivery.h).
 */
#ifndef DOMAIN_MESSAGE_H
#define DOMAIN_MESSAGE_H

#include "domain/actor.h"
#include "store/attachment.h"
#include "store/conversation.h"
#include "store/message.h"
#include "store/reaction.h"

/* A page of a thread: messages newest first, what hangs on them beside. */
struct thread {
    struct list messages;    /* struct message_item; up to limit + 1 */
    struct list attachments; /* struct attachment, by message */
    struct list reactions;   /* struct reaction, by message */
};

/* Three statements at most, whatever the number of messages.  ERR_NOT_FOUND out of reach. */
enum status message_thread(struct ctx *c, const struct message_page *page, struct thread *out);
/* One, as a thread of one. */
enum status message_load(struct ctx *c, struct uuid id, struct thread *out);

struct message_new {
    bool note; /* for the team only */
    str body;  /* UTF-8; may be empty with attachments */
    struct uuid reply_to_id;
    const struct uuid *attachments; /* uploaded before (domain/upload.h); each becomes a message */
    size_t n_attachments;
    int64_t undo_ms; /* it leaves so much later and can be cancelled until then; 0: at once */
};
/*
 * ERR_INVALID   naming the field: empty, too long for the channel, a file it does not take
 * ERR_CONFLICT  window_closed, channel_disconnected
 * *first is the first message's id; the others follow through the feed.
 */
enum status message_reply(struct ctx *c, struct uuid conversation_id, const struct message_new *in,
                          struct uuid *first);

/* Before it leaves.  ERR_CONFLICT too_late. */
enum status message_cancel(struct ctx *c, struct uuid id);
/* A failed one, again, from the start. */
enum status message_retry(struct ctx *c, struct uuid id);
/* A person says what became of an uncertain one: sent, or not (then failed, to be retried). */
enum status message_settle(struct ctx *c, struct uuid id, bool was_sent);
/* The actor's emoji on a message; "" removes it.  Where the channel can, the person sees it. */
enum status message_react(struct ctx *c, struct uuid id, str emoji);

/* ---- for the rest of the domain ---- */

/* A feed row of kind message. */
enum status message_publish(struct ctx *c, struct uuid message_id, const struct conversation *conv,
                            int64_t version);

#endif
