/*
 * feed.h - reading `change` in order, up to a horizon.
 *
 * Cross-org where it says so: run those as the system role.  How to read
 * without gaps is told in live/feed.h.
 */
#ifndef STORE_FEED_H
#define STORE_FEED_H

#include "base/ctx.h"
#include "base/field.h"

/* A place in the feed: everything up to (xid, seq) has been seen. */
struct feed_cursor {
    int64_t xid;
    int64_t seq;
};

struct feed_change {
    struct uuid org_id;
    int64_t xid;
    int64_t seq;
    str kind;
    struct uuid entity_id;
    struct uuid conversation_id;
    struct uuid contact_id;
    struct uuid channel_id;
    int64_t version;
    struct uuid assignee_before;
    struct uuid assignee_after;
    struct uuid actor_id;
    struct instant at;
};

enum { FEED_PAGE = 500 }; /* rows at most in one answer of the list functions */

/* The oldest transaction still running: rows with a smaller xid are final. */
enum status feed_horizon(struct ctx *c, int64_t *out);
/* All organisations' rows after a cursor and below a horizon, in order, FEED_PAGE at most. */
enum status feed_list_all(struct ctx *c, struct feed_cursor after, int64_t horizon,
                          struct list *out);
/* The same of c->org. */
enum status feed_list(struct ctx *c, struct feed_cursor after, int64_t horizon, int64_t limit,
                      struct list *out);
/* The last rows below a horizon, of all organisations, in order. */
enum status feed_list_last(struct ctx *c, int64_t horizon, int64_t limit, struct list *out);
/* The time of the oldest row at or above the horizon that can be seen; none: zero. */
enum status feed_waiting_since(struct ctx *c, int64_t horizon, struct instant *out);
/* The oldest row that is still kept, of all organisations; zero when the table is empty. */
enum status feed_oldest(struct ctx *c, struct feed_cursor *out);

/* Which visitor of which web chat a changed message is for, when a visitor may see it. */
struct feed_visitor_message {
    struct uuid org_id;
    struct uuid message_id;
    struct uuid channel_id;
    str visitor;
};
enum status feed_visitor_messages(struct ctx *c, const struct uuid *orgs, const struct uuid *ids,
                                  size_t n, struct list *out);

#endif
