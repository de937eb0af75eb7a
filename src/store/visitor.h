/*
 * visitor.h - what the web chat's visitors need to be told: read only.
 */
#ifndef STORE_VISITOR_H
#define STORE_VISITOR_H

#include "base/ctx.h"
#include "base/field.h"

struct visitor_thread {
    struct uuid conversation_id;
    struct uuid assignee_id; /* zero: nobody */
    struct uuid team_id;     /* zero: no team's */
    str contact_name;
    struct instant read_at; /* by any member; none: not yet */
};
/* *found false: this visitor has not written yet. */
enum status visitor_thread_find(struct ctx *c, struct uuid channel_id, struct uuid visitor,
                                struct visitor_thread *out, bool *found);
/* Whose conversation is it?  *found false: not a web chat's. */
enum status visitor_find_by_conversation(struct ctx *c, struct uuid conversation_id,
                                         struct uuid *channel_id, struct uuid *visitor,
                                         bool *found);
enum status visitor_members_are_online(struct ctx *c, bool *out);
/* The demo page's web chat; zero: there is none, or more than one organisation.  System role. */
enum status visitor_demo_channel(struct ctx *c, struct uuid *out);
/* Until the transaction ends: a visitor has no row of their own to lock. */
enum status visitor_lock_uploads(struct ctx *c, struct uuid visitor);
/* Of the last day; counting stops at 100. */
enum status visitor_count_uploads(struct ctx *c, struct uuid visitor, int64_t *out);

#endif
