/*
 * inbound.h - the vault: webhooks as they came, sealed, written before they are acknowledged.
 *
 * A row in state "new" is work by itself: the scheduler finds it, no job row is needed.  The body
 * is sealed with the org's data key at place (org, "inbound", id, "body").  The digest is SHA-256
 * of the raw body under the channel (the caller's choice of bytes); the same digest on the same
 * channel is the same delivery and is kept once.
 */
#ifndef STORE_INBOUND_H
#define STORE_INBOUND_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"

/* What the vault lane writes: store/vault.h. */
struct inbound_row {
    struct uuid org;
    struct uuid id;
    struct uuid channel_id;
    struct instant received_at;
    struct bytes body; /* sealed */
    struct bytes digest;
};

/* ---- for the worker: c->org in an application-role transaction ---- */

struct inbound {
    struct uuid id;
    struct uuid channel_id;
    struct instant received_at;
    struct bytes body; /* sealed */
    str state;
    int64_t attempts;
};

/* Exactly one drains a channel at a time: waits for the lock on the channel.  ERR_NOT_FOUND. */
enum status inbound_lock_channel(struct ctx *c, struct uuid channel_id);
/* The oldest new rows of a channel. */
enum status inbound_select_new(struct ctx *c, struct uuid channel_id, int64_t limit,
                               struct list *out);
enum status inbound_load(struct ctx *c, struct uuid id, struct inbound *out);
/* One that cannot be read, with words for the health page; *changed false: it is not new any more. */
enum status inbound_fail(struct ctx *c, struct uuid id, str error, bool *changed);
/* Settle many as done. */
enum status inbound_settle_done(struct ctx *c, const struct uuid *ids, size_t n);
/* A disconnected channel's: nobody will work through its new rows any more. */
enum status inbound_settle_ignored(struct ctx *c, struct uuid channel_id, str why);
/* A single webhook of our own making (a simulated customer's), with the job that drains it. */
enum status inbound_insert(struct ctx *c, const struct inbound_row *row);
/* We are about to try these: one that kills the worker again and again must show up. */
enum status inbound_count_attempt(struct ctx *c, const struct uuid *ids, size_t n);

/* ---- for the health page and the inbound command ---- */

struct inbound_summary {
    struct uuid id;
    struct uuid channel_id;
    struct instant received_at;
    str state;
    int64_t attempts;
    str error; /* ptr NULL: none */
    int64_t bytes;
};

extern const struct field inbound_summary_row[];

/* Newest first; before: an id to go on below, zero for the first page; state "" is any. */
enum status inbound_list(struct ctx *c, struct uuid channel_id, str state, struct uuid before,
                         int64_t limit, struct list *out);
/* Work through it again: state new, and a job.  ERR_NOT_FOUND; ERR_CONFLICT unless failed, done
 * or ignored. */
enum status inbound_replay(struct ctx *c, struct uuid id);

#endif
