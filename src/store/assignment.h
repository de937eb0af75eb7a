/*
 * assignment.h - rules that find somebody for a conversation.
 *
 * A conversation that a rule shall find somebody for carries queued_at.  The rule is its team's, or
 * without a team its channel's; an owner is one or the other.  No row means by hand.
 */
#ifndef STORE_ASSIGNMENT_H
#define STORE_ASSIGNMENT_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"

struct assignment_rule {
    struct uuid owner_id;
    struct uuid team_id; /* a channel's: what comes in is this team's; zero: no team's */
    enum assignment_method method;
    int64_t reassign_hours; /* away for that long, somebody else gets it; 0: never */
};

enum { ASSIGNMENT_RULES_MAX = 500, ASSIGNMENT_BATCH = 50 };

/* Of one owner, or of all (zero); list of struct assignment_rule. */
enum status assignment_rule_list(struct ctx *c, struct uuid owner, struct list *out);
enum status assignment_rule_put(struct ctx *c, const struct assignment_rule *row);
enum status assignment_rule_delete(struct ctx *c, struct uuid owner);
/* A team is gone: no channel's conversations become its own. */
enum status assignment_rule_forget_team(struct ctx *c, struct uuid team);
/* Nothing waits for this rule any more. */
enum status assignment_unqueue(struct ctx *c, struct uuid owner);

struct assignment_candidate {
    struct uuid owner_id;
    enum assignment_method method;
    struct uuid user_id;
    enum member_role role;
    str role_words;
    int64_t turn;     /* when this rule last chose them; 0: never */
    int64_t capacity; /* 0: no end */
    int64_t held;
};
/* List of struct assignment_candidate, rule by rule. */
enum status assignment_candidates(struct ctx *c, struct list *out);
enum status assignment_turn_put(struct ctx *c, struct uuid owner, struct uuid user, int64_t turn);
/* Does anything wait for a rule? */
enum status assignment_waits(struct ctx *c, bool *out);
/* When somebody may be here who is not now; none: not by the clock. */
enum status assignment_next_here(struct ctx *c, struct instant *out);

#endif
