/*
 * delivery.h - the rows behind the send state machine (domain/delivery.h).
 */
#ifndef STORE_DELIVERY_H
#define STORE_DELIVERY_H

#include "base/ctx.h"
#include "base/field.h"

/* Everything that decides whether a message may leave now, and how. */
struct delivery_row {
    struct uuid conversation_id;
    struct uuid contact_id;
    struct uuid assignee_id; /* zero: nobody */
    struct uuid team_id;     /* zero: no team's */
    str kind;                /* message_kind_names */
    str body;
    str state; /* message_state_names */
    struct instant send_at;
    struct uuid delivery_job; /* the job that set "sending"; zero: none */
    struct uuid channel_id;
    str channel_kind;
    str channel_state;
    struct instant window_closes_at;
    str address;   /* ptr NULL: none known */
    str scoped_id; /* ptr NULL */
    str reply_to;  /* provider id; ptr NULL */
    /* the oldest of the conversation that is queued or sending */
    struct uuid first_id;
    struct instant first_send_at;
    bool other_sending; /* another one of the conversation is in a call */
    struct instant next_send_at;
    bool noted; /* that the channel sends was noted just now */
    /* the file, if it has one */
    struct uuid attachment_id;
    str file_name;
    str file_type;
    struct bytes file_sha256;
    str file_id; /* the provider's; ptr NULL: to be uploaded */
};

/* Lock the message's conversation; *found false: there is no such message. */
enum status delivery_lock(struct ctx *c, struct uuid message_id, bool *found);
/* What it is now; lock its conversation first.  ERR_NOT_FOUND. */
enum status delivery_select(struct ctx *c, struct uuid message_id, struct delivery_row *out);
/* queued -> sending, by this job; *version 0: it was not queued any more. */
enum status delivery_start(struct ctx *c, struct uuid message_id, struct uuid job_id,
                           int64_t *version);
/* The provider's id, where none is known yet. */
enum status delivery_note_provider_id(struct ctx *c, struct uuid message_id, str provider_id);

/* Its channel has just sent something; written every few seconds at most, not to be a hot row. */
enum status delivery_note_outbound(struct ctx *c, struct uuid message_id);

/* The oldest message of a conversation that is queued or sending; *found false: none. */
struct delivery_next {
    struct uuid id;
    str state;
    struct instant send_at;
};
enum status delivery_select_next(struct ctx *c, struct uuid conversation_id,
                                 struct delivery_next *out, bool *found);

#endif
