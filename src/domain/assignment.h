/*
 * assignment.h - who gets what comes in: rules, whose turn it is, and handing over.
 *
 * A conversation that is new, or open again, and nobody's, is queued when its team (or without one its
 * channel) has a rule.  Working off gives what is queued, the oldest first, to members who are here,
 * may answer, and have room: by turns, or to the one with the fewest open conversations.  Nobody
 * here: it stays queued and a job looks again when somebody's hours begin; whatever else may make room
 * (somebody comes back, something is resolved) makes that job run at once.
 *
 * One at a time in an organisation works off: the counter "assignment" is locked until the commit and
 * gives the turn as well, so two workers cannot fill the same place twice.  Conversations are then
 * taken with SKIP LOCKED, so that whoever holds the counter waits for no conversation; holding
 * conversations while waiting for the counter is fine.  What was skipped is looked at again soon.
 */
#ifndef DOMAIN_ASSIGNMENT_H
#define DOMAIN_ASSIGNMENT_H

#include "domain/actor.h"
#include "store/assignment.h"
#include "store/conversation.h"

/* ---- rules ---- */

/* Of the channels; list of struct assignment_rule. */
enum status assignment_rules(struct ctx *c, struct list *out);
/* owner: a channel (then team_id may say whose its conversations are) or a team.  ERR_NOT_FOUND: it is
 * neither; ERR_INVALID names the field. */
enum status assignment_set_rule(struct ctx *c, const struct assignment_rule *rule);

/* ---- for the rest of the domain, and for jobs ---- */

/* A conversation of c's transaction, locked, is open, nobody's, and shall find somebody. */
enum status assignment_ask(struct ctx *c, const struct conversation *conv);
/* The customer wrote, and this is what it is now: has who has it been away for too long? */
enum status assignment_heard(struct ctx *c, struct uuid conversation,
                             const struct conversation_heard *heard, bool *queued);
/*
 * Give what waits to who is here, but not to one (zero: nobody is left out).  At most ASSIGNMENT_BATCH;
 * the rest, and what waits for somebody, is a job's, which is made here.
 */
enum status assignment_work_off(struct ctx *c, struct uuid but_not_to);
/* Something may have made room: if anything waits, look at once. */
enum status assignment_room(struct ctx *c);

/*
 * Somebody's open, pending and snoozed conversations, some at a time (ASSIGNMENT_BATCH): to a
 * person, or with to zero back to their rules, which leave from_user out; without a rule to nobody.  Call it again, in
 * another transaction, while *more and *moved is not 0.  ERR_INVALID: "to" is nobody here, or the same.
 */
enum status assignment_hand_over(struct ctx *c, struct uuid from_user, struct uuid to,
                                 int64_t *moved, bool *more);

#endif
