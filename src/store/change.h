/*
 * change.h - the feed: "this changed, read it again".
 *
 * Written in the transaction that changes, read in the order (xid, seq) up to a horizon: the oldest
 * transaction still writing.  So no cursor can skip a row, whatever the order of commits.  The
 * horizon is read in a statement of its own and passed on (distribution asks for it).
 *
 * Feed order is not commit order: a consumer drops a version older than one it has seen.
 */
#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include "base/ctx.h"
#include "base/field.h"

/* kinds: message conversation contact note channel member field draft team; and team_member, of a
 * member who joined or left a team: their streams begin anew */
struct change {
    str kind;
    struct uuid entity_id;
    struct uuid conversation_id; /* zero: none */
    struct uuid contact_id;      /* zero: none */
    struct uuid channel_id;      /* zero: none */
    int64_t version;             /* the row's, after the change; 0: it has none */
    /* of the conversation it belongs to, so that the feed can be filtered by what a person may
     * see */
    struct uuid assignee_before;
    struct uuid assignee_after;
    struct uuid team_before;
    struct uuid team_after;
    struct uuid actor_id; /* the user who did it; zero: the system, or a contact */
};

/* For c->org, in c's transaction.  After the commit tell the notifier. */
enum status change_write(struct ctx *c, const struct change *ch);

/* ---- reading: system role, except change_list_own ---- */

struct change_row {
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
    struct uuid team_before;
    struct uuid team_after;
    struct uuid actor_id; /* zero: the system */
    struct instant at;
};

/* After it, rows of these transactions may still appear; before it, never. */
enum status change_horizon(struct ctx *c, int64_t *out);
/* The last place below the horizon, where a new tail starts; zeros when the feed is empty. */
enum status change_last(struct ctx *c, int64_t horizon, int64_t *xid, int64_t *seq);
enum { CHANGE_BATCH = 500 };
/* All organisations, after (xid, seq), below the horizon; at most CHANGE_BATCH of struct
 * change_row. */
enum status change_list(struct ctx *c, int64_t xid, int64_t seq, int64_t horizon, struct list *out);
/* The same of c->org alone, with either role. */
enum status change_list_own(struct ctx *c, int64_t xid, int64_t seq, int64_t horizon,
                            struct list *out);
/* Is (xid, seq) older than what retention has kept?  Then a reader must start afresh. */
enum status change_is_lost(struct ctx *c, int64_t xid, int64_t seq, bool *out);
/* Retention: some of what is older than a week goes; call it until *removed is 0.  It leaves one
 * such row, by which change_is_lost knows that there was more. */
enum status change_purge(struct ctx *c, int64_t *removed);

#endif
