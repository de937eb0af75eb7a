/*
 * membership.h - a person's place in an organisation.
 */
#ifndef STORE_MEMBERSHIP_H
#define STORE_MEMBERSHIP_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"

struct membership {
    struct uuid org_id;
    struct uuid user_id;
    str name; /* a copy of the user's, readable below row-level security */
    str email;
    enum member_role role;
    enum availability availability;
};

enum { MEMBERSHIP_LIST_MAX = 500 };

enum status membership_insert(struct ctx *c, const struct membership *row);
/* Active members of c->org by name; list of struct membership. */
enum status membership_list(struct ctx *c, struct list *out);
/* One active member of c->org; *found false otherwise. */
enum status membership_select(struct ctx *c, struct uuid user_id, struct membership *out,
                              bool *found);
/* A user's active memberships in every active organisation, oldest first.  System role. */
enum status membership_list_by_user(struct ctx *c, struct uuid user_id, struct list *out);
enum status membership_update_availability(struct ctx *c, struct uuid user_id,
                                           enum availability value);

#endif
