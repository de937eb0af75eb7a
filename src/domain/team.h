/*
 * team.h - teams: who is in them, and what becomes of their conversations when they are gone.
 *
 * A conversation may be a team's, with or without an assignee.  Whoever may read only their teams'
 * conversations (actor.h) reads those: so a change of members is a change of what people see, and
 * their streams begin anew.
 */
#ifndef DOMAIN_TEAM_H
#define DOMAIN_TEAM_H

#include "domain/actor.h"
#include "store/assignment.h"
#include "store/team.h"

struct team_view {
    struct team team;
    struct list members; /* of struct uuid, by name */
    struct assignment_rule rule;
};

/* List of struct team_view, by name. */
enum status teams_load(struct ctx *c, struct list *out);
enum status team_load(struct ctx *c, struct uuid id, struct team_view *out);

/* ERR_INVALID: the name is taken, or no name. */
enum status team_create(struct ctx *c, str name, struct team_view *out);
/* version: what the caller saw; 0: does not matter.  ERR_CONFLICT stale_version. */
enum status team_rename(struct ctx *c, struct uuid id, str name, int64_t version,
                        struct team_view *out);
/* These and nobody else.  ERR_INVALID: somebody is not here, or is in too many teams. */
enum status team_set_members(struct ctx *c, struct uuid id, const struct list *users,
                             struct team_view *out);
/* Its conversations are without a team, the last of them perhaps a little later. */
enum status team_remove(struct ctx *c, struct uuid id);

/* The worker's: some of a removed team's conversations, then the team itself.  *more: again. */
enum status team_let_go(struct ctx *c, struct uuid id, bool *more);
/* The teams somebody is in, for their stream; at most max of them into out. */
enum status team_ids_of(struct ctx *c, struct uuid user, struct uuid *out, size_t max, size_t *n);
enum status team_publish(struct ctx *c, struct uuid id);

#endif
