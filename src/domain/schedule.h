/*
 * schedule.h - working hours, absence, and who is here.
 *
 * What somebody says of themselves (online, busy, offline) holds within their hours and while they are
 * not away; otherwise they are offline.  Rules choose among those who are online.  Whatever may
 * bring somebody back makes the rules look again at what waits.
 */
#ifndef DOMAIN_SCHEDULE_H
#define DOMAIN_SCHEDULE_H

#include "domain/actor.h"
#include "store/schedule.h"

/* ---- hours ---- */

/* The organisation's, or a member's own; *found false: they have none. */
enum status hours_of_org(struct ctx *c, struct schedule *out, bool *found);
enum status hours_of_member(struct ctx *c, struct uuid user, struct schedule *out, bool *found);
/* schedule NULL: none any more.  ERR_INVALID names the field: timezone, hours.  Only
 * the organisation's are audited: one's own are everyday's. */
enum status hours_set_org(struct ctx *c, const struct schedule *schedule,
                          const struct list *holidays);
enum status hours_set_member(struct ctx *c, struct uuid user, const struct schedule *schedule);
enum status holidays_load(struct ctx *c, struct list *out);

/* ---- who is here ---- */

struct here {
    struct uuid user_id;
    enum availability says;      /* of themselves */
    enum availability effective; /* and what holds now */
    struct instant away_until;   /* none: not away by their word */
    bool off_hours;
    int64_t capacity; /* 0: no end */
    bool own_hours;
};
/* Active members by name; list of struct here.  user zero: all. */
enum status here_list(struct ctx *c, struct uuid user, struct list *out);

struct here_patch {
    bool has_availability, has_away_until;
    enum availability availability;
    struct instant away_until; /* none: back */
};
/* ERR_INVALID: away_until has passed or is more than a year away. */
enum status here_change(struct ctx *c, struct uuid user, const struct here_patch *patch,
                        struct here *out);
/* How many open conversations rules give somebody at most; 0: no end.  ERR_NOT_FOUND. */
enum status here_set_capacity(struct ctx *c, struct uuid user, int64_t capacity, struct here *out);

#endif
