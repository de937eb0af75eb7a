/*
 * team.h - teams and who is in them.
 *
 * A team that was removed has no name: it is in no list and nobody is in it, and its row goes when
 * its last conversation has been let go of.
 */
#ifndef STORE_TEAM_H
#define STORE_TEAM_H

#include "base/ctx.h"
#include "base/field.h"

enum { TEAM_LIST_MAX = 200, TEAM_MEMBERS_MAX = 200, TEAMS_OF_MEMBER_MAX = 16, TEAM_NAME_MAX = 80 };

struct team {
    struct uuid id;
    str name;
    int64_t version;
};

struct team_member {
    struct uuid team_id;
    struct uuid user_id;
};

/* List of struct team, by name. */
enum status team_list(struct ctx *c, struct list *out);
/* List of struct team_member, a team's after the other; team zero: of all. */
enum status team_members(struct ctx *c, struct uuid team, struct list *out);
enum status team_lock(struct ctx *c, struct uuid id, struct team *out); /* ERR_NOT_FOUND */
/* Is it there?  If so, it stays until the transaction ends. */
enum status team_find(struct ctx *c, struct uuid id, bool *found);
enum status team_count(struct ctx *c, int64_t *out);
/* ERR_CONFLICT: the name is taken. */
enum status team_insert(struct ctx *c, const struct team *row);
enum status team_update(struct ctx *c, struct uuid id, str name, int64_t *version);
/* Without a name, members and a rule; then, when no conversation is its own, gone. */
enum status team_retire(struct ctx *c, struct uuid id);
enum status team_delete(struct ctx *c, struct uuid id);
/* These and nobody else; lists of struct uuid of those who joined and those who left. */
enum status team_put_members(struct ctx *c, struct uuid id, const struct list *users,
                             struct list *joined, struct list *left);
/* The teams somebody is in; list of struct uuid. */
enum status team_of_member(struct ctx *c, struct uuid user, struct list *out);
enum status team_has(struct ctx *c, struct uuid team, struct uuid user, bool *out);
/* In how many teams the one of these is who is in the most. */
enum status team_fullest(struct ctx *c, const struct list *users, int64_t *out);

#endif
