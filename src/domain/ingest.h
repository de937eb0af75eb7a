/*
 * ingest.h - a provider's events become rows, in the caller's transaction.
 *
 * Replays and duplicates change nothing: a provider's message exists once per channel, counters
 * move only when its row was really inserted, states only go forward.  Order does not matter
 * either, except that an event may speak of a message that we do not know yet; such events are
 * counted in waiting, and the caller brings the payload again, once, some seconds later.
 *
 * The caller holds the channel's lock (inbound_lock_channel), so that one thread at a time makes
 * contacts and conversations of a channel.
 */
#ifndef DOMAIN_INGEST_H
#define DOMAIN_INGEST_H

#include "provider/channel.h"

struct ingest_source {
    struct uuid channel_id;
    const struct channel_ops *ops;
    struct instant arrived_at; /* the time of what says none, and nothing is later than it */
};

struct ingest_result {
    size_t messages; /* newly inserted */
    size_t waiting;  /* events whose message is not known (yet) */
    size_t jobs;     /* enqueued: the notifier must be told */
    size_t queued;   /* conversations that a rule shall find somebody for: the caller works them off
                        (domain/assignment.h) at the end of its transaction */
    str trouble; /* what is wrong with the account, by the last event that said so; "": nothing */
};

/*
 * *result is added to.  A failure spoils the transaction.  Trouble is the caller's to write down
 * (channel_degrade), at the end of its transaction: the channel's rows come after conversations.
 */
enum status ingest_events(struct ctx *c, const struct ingest_source *from,
                          const struct channel_event *events, size_t n,
                          struct ingest_result *result);

#endif
