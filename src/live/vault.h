/*
 * vault.h - the vault lane: webhooks made durable before they are answered.
 *
 * Two batcher threads with a connection each commit what arrived during their last commit as one
 * group, at most 64, without a timer.  A channel always goes to the same one, so what
 * was put first is committed first.  A group that fails is done again one by
 * one, so that one bad item cannot hold up the others.
 *
 * Memory: an item and its body are the caller's and must live until done was
 * called; the lane allocates nothing for it.
 */
#ifndef LIVE_VAULT_H
#define LIVE_VAULT_H

#include "base/ctx.h"

struct notifier;
struct vault;

struct vault_options {
    str conninfo;              /* of the system role */
    const char *process;       /* application_name */
    struct notifier *notifier; /* told of the organisations after each commit; may be NULL */
};

struct vault_item {
    struct uuid org;
    struct uuid channel_id;
    struct uuid id; /* by uuid_new; the worker reads a channel's items in the order of their ids */
    struct instant received_at;
    str body;           /* sealed */
    uint8_t digest[32]; /* SHA-256 of what makes a repetition one: unique per channel */
    /*
     * Called once, on a batcher's thread; must not block.
     * OK               durable; already_there says that it was before
     * ERR_UNAVAILABLE  certainly not stored
     * ERR_UNCERTAIN    the commit was not answered: the sender shall try again, the digest absorbs it
     * anything else    not stored: the channel is gone meanwhile, or a bug of ours
     */
    void (*done)(void *arg, enum status status, bool already_there);
    void *arg;
    struct vault_item *next; /* the lane's */
};

enum status vault_new(struct ctx *c, const struct vault_options *options, struct vault **out);
/* Commits what is queued, then stops. */
void vault_free(struct vault *v);

/* Hand it over.  ERR_UNAVAILABLE, and done is not called, when too much is waiting already. */
enum status vault_put(struct vault *v, struct vault_item *item);

struct vault_stats {
    int64_t batches;   /* committed */
    int64_t events;    /* stored */
    int64_t repeats;   /* were there already */
    int64_t redone;    /* groups done again one by one */
    int64_t errors;    /* items not stored */
    int64_t refused;   /* queue full */
    int64_t uncertain; /* items whose commit was not answered */
    int64_t queued;    /* waiting now */
    int64_t largest;   /* greatest group so far */
    int64_t commit_us; /* time spent in transactions, together */
};
void vault_read_stats(struct vault *v, struct vault_stats *out);

#endif
