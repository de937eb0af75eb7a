/*
 * schedule.h - the hours in which people work, days on which nobody does, and who is here.
 *
 * Hours are by the clock on the wall of a time zone, and PostgreSQL does the reckoning, with its own
 * list of zones: nothing here adds hours to dates.  Whoever has no hours has the organisation's;
 * without those, every hour is one.  An owner is a member, or c->org itself.
 */
#ifndef STORE_SCHEDULE_H
#define STORE_SCHEDULE_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"

enum { SCHEDULE_SPANS_MAX = 70, HOLIDAYS_MAX = 200, HOLIDAY_NAME_MAX = 80, TIMEZONE_MAX = 64 };

/* Within one day; a night shift is two of them. */
struct work_span {
    int64_t weekday;                /* 1: Monday */
    int64_t from_minute, to_minute; /* 0..1440 */
};

struct schedule {
    str timezone;
    struct list spans; /* of struct work_span, in order; none: never */
};

struct holiday {
    str day; /* 2026-12-25 */
    str name;
};

enum status schedule_select(struct ctx *c, struct uuid owner, struct schedule *out, bool *found);
enum status schedule_put(struct ctx *c, struct uuid owner, const struct schedule *row);
enum status schedule_delete(struct ctx *c, struct uuid owner);
enum status schedule_knows_zone(struct ctx *c, str name, bool *out);
/* List of struct holiday. */
enum status holiday_list(struct ctx *c, struct list *out);
enum status holiday_put_all(struct ctx *c, const struct list *holidays);

/* Who is here. */
struct presence_row {
    struct uuid user_id;
    enum availability availability; /* as they say themselves */
    struct instant away_until;      /* none: not said; it may have passed */
    bool away;                      /* it has not passed */
    bool works;                     /* these are their hours */
    int64_t capacity;               /* 0: no end */
    bool own_hours;
};
/* Active members by name (user zero), or one; at a moment, none: now.  List of struct
 * presence_row. */
enum status presence_list(struct ctx *c, struct instant at, struct uuid user, struct list *out);
/* Was somebody away all the time in the last so many hours? */
enum status presence_is_away_for(struct ctx *c, struct uuid user, int64_t hours, bool *out);
/* by_word: away_until is to come, or they say that they are offline. */
enum status member_work_away(struct ctx *c, struct uuid user, struct instant until, bool by_word);
enum status member_work_capacity(struct ctx *c, struct uuid user, int64_t capacity); /* 0: no end */

#endif
