/*
 * delivery.h - what happens to a message from "queued" on: the send state machine.
 *
 *     queued -> sending -> sent | failed | uncertain | queued (a certain non-send)
 *
 * At most one message of a conversation is "sending", and it is the oldest one not yet settled,
 * so a person gets our messages in the order in which they were written.  Each function is one
 * step, inside the caller's transaction; the network call lies between delivery_claim and
 * delivery_record and is made by jobs/deliver.c with no transaction open.
 */
#ifndef DOMAIN_DELIVERY_H
#define DOMAIN_DELIVERY_H

#include "provider/channel.h"

/* ---- for the domain's message verbs ---- */

/*
 * A message row in state queued was just written (or made queued again): see to its delivery, now
 * or at send_at (none: now).  On a local channel (web chat) with nothing before it and no undo it
 * is "sent" when this returns: *sent says so.  After the commit tell the notifier.
 */
enum status delivery_enqueue(struct ctx *c, struct uuid message_id, struct uuid conversation_id,
                             const struct channel_ops *ops, struct instant send_at, bool *sent);
/* A message was cancelled or settled: it may be the next one's turn. */
enum status delivery_wake_next(struct ctx *c, struct uuid conversation_id);

/* ---- for jobs/deliver.c ---- */

enum delivery_turn {
    TURN_NOW = 1,   /* the message is "sending" and ours: call the provider */
    TURN_SENT,      /* local channel: it is "sent" already */
    TURN_LATER,     /* not before run_at (undo, back-off, rate limit, its predecessor) */
    TURN_OVER,      /* cancelled, settled, gone: nothing to do */
    TURN_UNCERTAIN, /* an earlier run of this job died in the call: it is "uncertain" now */
    TURN_AGAIN,     /* the same, but the provider knows our key: call again */
};

struct delivery_item {
    struct uuid message_id;
    struct uuid conversation_id;
    struct uuid channel_id;
    str channel_kind;
    struct outbound out;       /* file_id is empty while the file has yet to be uploaded */
    struct uuid attachment_id; /* zero: no file */
    str file_sha256;
    struct instant run_at; /* TURN_LATER */
    int64_t attempts;
};

/* Whose turn is it?  job_id is remembered in the message, so that only the same job may later
 * conclude that its own call was cut off. */
enum status delivery_claim(struct ctx *c, struct uuid message_id, struct uuid job_id,
                           struct delivery_item *out, enum delivery_turn *turn);

struct delivery_record {
    struct delivery_result result;
    struct instant retry_at; /* DELIVERY_RETRY: none when there will be no more attempts */
};

/* Record how the call ended.  *state is what the message is now: evidence that came in between
 * (a status webhook) is not overwritten. */
enum status delivery_settle(struct ctx *c, const struct delivery_item *item,
                            const struct delivery_record *record, enum message_state *state);
/* The channel must rest until then (provider's rate limit). */
enum status delivery_pause(struct ctx *c, struct uuid channel_id, struct instant until);

#endif
