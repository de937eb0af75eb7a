/*
 * working.c - when people work, who is here, and handing over what one has.
 *
 * Hours are minutes of a day (540: nine o'clock) by the clock on the wall of the time zone.
 */
#include "api/handlers.h"
#include "domain/assignment.h"
#include "domain/schedule.h"

/* ---- shapes ---- */

static const struct field span_json[] = {
    FIELD(struct work_span, weekday, F_REQUIRED, 7),
    FIELD(struct work_span, from_minute, F_REQUIRED, 1440),
    FIELD(struct work_span, to_minute, F_REQUIRED, 1440),
    FIELD_END,
};

static const struct field holiday_json[] = {
    FIELD(struct holiday, day, F_REQUIRED, 10),
    FIELD(struct holiday, name, F_REQUIRED, HOLIDAY_NAME_MAX),
    FIELD_END,
};

/* The same struct in and out; the organisation's has holidays, one's own has not. */
struct hours {
    bool always; /* no hours: every hour is one; one's own: the organisation's hold */
    str timezone;
    struct list hours;    /* of struct work_span */
    struct list holidays; /* of struct holiday */
};

#define HOURS_FIELDS(fl)                                                                     \
    FIELD(struct hours, always, (fl), 0), FIELD(struct hours, timezone, (fl), TIMEZONE_MAX), \
        FIELD_LIST(struct hours, hours, (fl), struct work_span, span_json, SCHEDULE_SPANS_MAX)

static const struct field hours_json[] = {
    HOURS_FIELDS(0),
    FIELD_LIST(struct hours, holidays, 0, struct holiday, holiday_json, HOLIDAYS_MAX),
    FIELD_END,
};

static const struct field hours_in[] = {
    HOURS_FIELDS(F_REQUIRED),
    FIELD_LIST(struct hours, holidays, F_REQUIRED, struct holiday, holiday_json, HOLIDAYS_MAX),
    FIELD_END,
};

static const struct field my_hours_json[] = {
    HOURS_FIELDS(0),
    FIELD_END,
};

static const struct field my_hours_in[] = {
    HOURS_FIELDS(F_REQUIRED),
    FIELD_END,
};

const struct shape hours_shape = SHAPE(struct hours, hours_json, "Hours");
const struct shape hours_put_shape = SHAPE(struct hours, hours_in, "HoursPut");
const struct shape my_hours_shape = SHAPE(struct hours, my_hours_json, "MyHours");
const struct shape my_hours_put_shape = SHAPE(struct hours, my_hours_in, "MyHoursPut");

static const struct field here_json[] = {
    FIELD(struct here, user_id, 0, 0),
    {.name = "availability",
                                  .type = FT_ENUM,
                                  .offset = offsetof(struct here,             says),
                                  .names = &availability_names                                              },
    { .name = "here",
                                  .type = FT_ENUM,
                                  .offset = offsetof(struct here, effective),
                                  .names = &availability_names,
                                  .doc = "what holds now: offline outside one's hours and while one is away"},
    FIELD(struct here, away_until, F_NULL, 0),
    FIELD(struct here, off_hours, 0, 0),
    FIELD(struct here, capacity, F_NULL, 0),
    FIELD_END,
};

const struct shape here_shape = SHAPE(struct here, here_json, "Here");

struct here_in {
    enum availability availability;
    struct instant away_until;
};

static const struct field here_in[] = {
    FIELD_ENUM(struct here_in, availability, 0, &availability_names),
    FIELD(struct here_in, away_until, F_NULL, 0),
    FIELD_END,
};

const struct shape here_patch_shape = SHAPE(struct here_in, here_in, "HerePatch");

struct member_work_in {
    int64_t capacity;
};

static const struct field member_work_in[] = {
    FIELD(struct member_work_in, capacity, F_REQUIRED | F_NULL, 1000),
    FIELD_END,
};

const struct shape member_work_patch_shape =
    SHAPE(struct member_work_in, member_work_in, "MemberWorkPatch");

struct hand_over_in {
    struct uuid to;
};

static const struct field hand_over_in[] = {
    {.name = "to",
     .type = FT_UUID,
     .offset = offsetof(struct hand_over_in, to),
     .flags = F_REQUIRED | F_NULL,
     .doc = "a colleague; null: back to the rules, or to nobody"},
    FIELD_END,
};

const struct shape hand_over_shape = SHAPE(struct hand_over_in, hand_over_in, "HandOver");

struct handed_over {
    int64_t moved;
    bool more;
};

static const struct field handed_over_json[] = {
    FIELD(struct handed_over, moved, 0, 0),
    {.name = "more",
                                       .type = FT_BOOL,
                                       .offset = offsetof(struct handed_over, more),
                                       .doc = "some are left: ask again"},
    FIELD_END,
};

const struct shape handed_over_shape = SHAPE(struct handed_over, handed_over_json, "HandedOver");

/* ---- hours ---- */

static struct hours shown(const struct schedule *schedule, bool found)
{
    if (!found)
        return (struct hours){.always = true, .timezone = S("")};
    return (struct hours){.timezone = schedule->timezone, .hours = schedule->spans};
}

enum status get_hours(struct ctx *c, struct req *r)
{
    struct hours *out = r->out;
    struct schedule schedule;
    bool found;

    TRY(hours_of_org(c, &schedule, &found));
    *out = shown(&schedule, found);
    return holidays_load(c, &out->holidays);
}

static struct schedule schedule_of(const struct hours *in)
{
    return (struct schedule){.timezone = in->timezone, .spans = in->hours};
}

enum status put_hours(struct ctx *c, struct req *r)
{
    const struct hours *in = r->in;
    struct schedule schedule = schedule_of(in);

    TRY(hours_set_org(c, in->always ? NULL : &schedule, &in->holidays));
    return get_hours(c, r);
}

enum status get_my_hours(struct ctx *c, struct req *r)
{
    struct schedule schedule;
    bool found;

    TRY(hours_of_member(c, c->actor->id, &schedule, &found));
    *(struct hours *)r->out = shown(&schedule, found);
    return OK;
}

enum status put_my_hours(struct ctx *c, struct req *r)
{
    const struct hours *in = r->in;
    struct schedule schedule = schedule_of(in);

    TRY(hours_set_member(c, c->actor->id, in->always ? NULL : &schedule));
    return get_my_hours(c, r);
}

/* ---- who is here ---- */

enum status patch_my_availability(struct ctx *c, struct req *r)
{
    const struct here_in *in = r->in;
    struct here_patch patch = {
        .has_availability = req_has(r, "availability"),
        .has_away_until = req_has(r, "away_until"),
        .availability = in->availability,
        .away_until = in->away_until,
    };

    return here_change(c, c->actor->id, &patch, r->out);
}

enum status patch_member_work(struct ctx *c, struct req *r)
{
    const struct member_work_in *in = r->in;

    return here_set_capacity(c, r->ids[0], in->capacity, r->out);
}

enum status post_hand_over(struct ctx *c, struct req *r)
{
    const struct hand_over_in *in = r->in;
    struct handed_over *out = r->out;

    return assignment_hand_over(c, c->actor->id, in->to, &out->moved, &out->more);
}
