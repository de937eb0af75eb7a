/*
 * feed.h - what the feed's tailer asks besides store/change.h.  For the system role.
 */
#ifndef STORE_FEED_H
#define STORE_FEED_H

#include "store/change.h"

/* The last rows below a horizon, of all organisations, in order; list of struct change_row. */
enum { FEED_LAST_MAX = 2000 };
enum status feed_list_last(struct ctx *c, int64_t horizon, struct list *out);

/* When the oldest row was written that can be seen but stands above the horizon; none: no such
 * row. */
enum status feed_waiting_since(struct ctx *c, int64_t horizon, struct instant *out);

/* Which visitor of which web chat a message is for; those that a visitor may not see are left
 * out. */
struct feed_visitor_message {
    struct uuid org_id;
    struct uuid message_id;
    struct uuid channel_id;
    str visitor;
};
/* n pairs of organisation and message. */
enum status feed_list_visitor_messages(struct ctx *c, const struct uuid *orgs,
                                       const struct uuid *messages, size_t n, struct list *out);

#endif
