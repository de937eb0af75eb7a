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
    TURN_AGAIN,     /* the same; an earlier call was cut off, but the provider knows our key */
    TURN_UPLOAD,    /* hand over its file first (delivery_note_upload), then claim again */
    TURN_LATER,     /* not before run_at: undo, back-off, rate limit, or its predecessor */
    TURN_SENT,      /* local channel: it is "sent" already */
    TURN_OVER,      /* cancelled, settled, failed just now, another job's, gone: nothing to do */
    TURN_UNCERTAIN, /* an earlier run of this job died in the call: it is "uncertain" now */
};

struct delivery_item {
    bool begun;           /* in: this run has seen TURN_NOW, and has not called yet */
    int64_t rate_percent; /* in: of the channel's usual rate; 0: no limit */
    struct uuid message_id;
    struct uuid conversation_id;
    struct uuid channel_id;
    str channel_kind;
    bool degraded;             /* the channel was, when the message was claimed */
    bool noted;                /* its health says already that it sends */
    struct outbound out;       /* file_id is empty while the file has yet to be uploaded */
    struct uuid attachment_id; /* zero: no file */
    struct bytes file_sha256;
    struct instant run_at;     /* TURN_LATER */
    struct instant not_before; /* TURN_NOW: the channel's rate allows it from then on; soon */
};

/*
 * Whose turn is it?  job_id is remembered in the message, so that only the same job may later
 * conclude that its own call was cut off.
 */
enum status delivery_claim(struct ctx *c, struct uuid message_id, struct uuid job_id,
                           struct delivery_item *item, enum delivery_turn *turn);
/* The provider has the file. */
enum status delivery_note_upload(struct ctx *c, const struct delivery_item *item, str file_id);

struct delivery_record {
    struct uuid job_id; /* who tried; a failure counts only while the message is not another's */
    struct delivery_result result;
    /* DELIVERY_RETRY: when it is tried again; none: it is given up.  The job must run again then. */
    struct instant retry_at;
};

/*
 * Record how the call ended (or, after TURN_UPLOAD, that the file could not be handed over).
 * *state is what the message is now: evidence that came in between (a status webhook) is not
 * overwritten.  May be repeated.  ERR_CONFLICT: the provider's id is another message's.
 */
enum status delivery_settle(struct ctx *c, const struct delivery_item *item,
                            const struct delivery_record *record, enum message_state *state);
/* The channel must rest until then (provider's rate limit). */
enum status delivery_pause(struct ctx *c, struct uuid channel_id, struct instant until);

#endif
