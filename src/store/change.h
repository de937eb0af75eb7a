/*
 * change.h - the feed: "this changed, read it again".
 *
 * Written in the transaction that changes; store/feed.h reads it.  Feed order is not commit order: a
 * consumer drops a version older than one it has seen.
 */
#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include "base/ctx.h"
#include "base/field.h"

/* kinds: message conversation contact note channel member field draft */
struct change {
    str kind;
    struct uuid entity_id;
    struct uuid conversation_id; /* zero: none */
    struct uuid contact_id;      /* zero: none */
    struct uuid channel_id;      /* zero: none */
    int64_t version;             /* the row's, after the change; 0: it has none */
    /* of the conversation it belongs to, so that the feed can be filtered by what a person may see */
    struct uuid assignee_before;
    struct uuid assignee_after;
    struct uuid actor_id; /* the user who did it; zero: the system, or a contact */
};

/* For c->org, in c's transaction.  After the commit tell the notifier. */
enum status change_write(struct ctx *c, const struct change *ch);

#endif
