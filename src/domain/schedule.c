/*
 * schedule.c - working hours, absence, and who is here; see schedule.h.
 */
#include "domain/schedule.h"

#include "domain/assignment.h"
#include "domain/audit.h"
#include "store/change.h"
#include "store/membership.h"

enum { DAY_MINUTES = 1440, CAPACITY_MAX = 1000 };

static const int64_t longest_absence_ms = INT64_C(366) * 24 * 3600 * 1000;

/* Everybody's list of colleagues reads again; user zero: for all of them. */
static enum status publish(struct ctx *c, struct uuid user)
{
    return change_write(c, &(struct change){.kind = S("member"),
                                            .entity_id = uuid_is_zero(user) ? c->org : user,
                                            .actor_id = actor_id(c)});
}

/* ---- hours ---- */

enum status hours_of_org(struct ctx *c, struct schedule *out, bool *found)
{
    return schedule_select(c, c->org, out, found);
}

enum status hours_of_member(struct ctx *c, struct uuid user, struct schedule *out, bool *found)
{
    return schedule_select(c, user, out, found);
}

enum status holidays_load(struct ctx *c, struct list *out)
{
    return holiday_list(c, out);
}

static enum status check_schedule(struct ctx *c, const struct schedule *s)
{
    const struct work_span *spans = s->spans.items;
    bool known;

    TRY(schedule_knows_zone(c, s->timezone, &known));
    if (!known)
        return FAIL_FIELD(c, "timezone", "this is no time zone, like Asia/Kuala_Lumpur");
    for (size_t i = 0; i < s->spans.n; i++) {
        if (spans[i].weekday < 1 || spans[i].weekday > 7)
            return FAIL_FIELD(c, "hours", "weekdays are 1 (Monday) to 7 (Sunday)");
        if (spans[i].from_minute < 0 || spans[i].to_minute > DAY_MINUTES ||
            spans[i].from_minute >= spans[i].to_minute)
            return FAIL_FIELD(c, "hours", "each begins before it ends, on the same day");
    }
    return OK;
}

static enum status check_holidays(struct ctx *c, const struct list *holidays)
{
    const struct holiday *items = holidays->items;
    struct instant at;

    for (size_t i = 0; i < holidays->n; i++) {
        if (items[i].day.len != 10 ||
            !instant_parse(arena_printf(c->arena, "%.*sT00:00:00Z", STR_ARG(items[i].day)), &at))
            return FAIL_FIELD(c, "holidays", "a day looks like 2026-12-25");
        for (size_t j = 0; j < i; j++)
            if (str_eq(items[i].day, items[j].day))
                return FAIL_FIELD(c, "holidays", "%.*s stands there twice", STR_ARG(items[i].day));
    }
    return OK;
}

struct hours_record {
    str timezone;
    struct list spans, holidays;
};

static const struct field span_audit[] = {
    FIELD(struct work_span, weekday, 0, 0),
    FIELD(struct work_span, from_minute, 0, 0),
    FIELD(struct work_span, to_minute, 0, 0),
    FIELD_END,
};

static const struct field holiday_audit[] = {
    FIELD(struct holiday, day, 0, 0),
    FIELD(struct holiday, name, 0, 0),
    FIELD_END,
};

static const struct field hours_audit[] = {
    FIELD(struct hours_record, timezone, F_NULL, 0),
    FIELD_LIST(struct hours_record, spans, 0, struct work_span, span_audit, 0),
    FIELD_LIST(struct hours_record, holidays, 0, struct holiday, holiday_audit, 0),
    FIELD_END,
};

static enum status put(struct ctx *c, struct uuid owner, const struct schedule *schedule)
{
    if (!schedule)
        return schedule_delete(c, owner);
    TRY(check_schedule(c, schedule));
    return schedule_put(c, owner, schedule);
}

enum status hours_set_org(struct ctx *c, const struct schedule *schedule,
                          const struct list *holidays)
{
    struct hours_record was =
                            {
                                .timezone = {NULL, 0}
    },
                        now = {.timezone = {NULL, 0}};
    struct schedule before;
    bool found;

    TRY(check_holidays(c, holidays));
    TRY(hours_of_org(c, &before, &found));
    TRY(holiday_list(c, &was.holidays));
    if (found) {
        was.timezone = before.timezone;
        was.spans = before.spans;
    }
    if (schedule) {
        now.timezone = schedule->timezone;
        now.spans = schedule->spans;
    }
    now.holidays = *holidays;
    TRY(put(c, c->org, schedule));
    TRY(holiday_put_all(c, holidays));
    TRY(audit_write(
        c, &(struct audit){
               .action = "hours.change", .fields = hours_audit, .before = &was, .after = &now}));
    TRY(publish(c, (struct uuid){{0}}));
    return assignment_room(c);
}

enum status hours_set_member(struct ctx *c, struct uuid user, const struct schedule *schedule)
{
    TRY(put(c, user, schedule));
    TRY(publish(c, user));
    return assignment_room(c);
}

/* ---- who is here ---- */

static struct here here_of(const struct presence_row *row)
{
    struct here out = {
        .user_id = row->user_id,
        .says = row->availability,
        .effective = row->availability,
        .away_until = row->away ? row->away_until : (struct instant){0},
        .off_hours = !row->works,
        .capacity = row->capacity,
        .own_hours = row->own_hours,
    };

    if (row->away || !row->works)
        out.effective = AVAILABILITY_OFFLINE;
    return out;
}

enum status here_list(struct ctx *c, struct uuid user, struct list *out)
{
    const struct presence_row *rows;
    struct here *items;
    struct list found;

    TRY(presence_list(c, (struct instant){0}, user, &found));
    rows = found.items;
    items = NEW_ARRAY(c->arena, struct here, found.n);
    for (size_t i = 0; i < found.n; i++)
        items[i] = here_of(&rows[i]);
    *out = (struct list){items, found.n};
    return OK;
}

static enum status load_one(struct ctx *c, struct uuid user, struct here *out)
{
    struct list found;

    TRY(here_list(c, user, &found));
    if (found.n == 0)
        return FAIL(c, ERR_NOT_FOUND, "nobody here has this id");
    *out = *(const struct here *)found.items;
    return OK;
}

static enum status check_absence(struct ctx *c, struct instant until)
{
    struct instant now = clock_now();

    if (instant_is_none(until))
        return OK;
    if (until.us <= now.us)
        return FAIL_FIELD(c, "away_until", "this time has passed");
    if (until.us > instant_add_ms(now, longest_absence_ms).us)
        return FAIL_FIELD(c, "away_until", "this is more than a year away");
    return OK;
}

enum status here_change(struct ctx *c, struct uuid user, const struct here_patch *patch,
                        struct here *out)
{
    struct here now;
    bool by_word;

    TRY(load_one(c, user, &now));
    if (patch->has_availability)
        now.says = patch->availability;
    if (patch->has_away_until) {
        TRY(check_absence(c, patch->away_until));
        now.away_until = patch->away_until;
    }
    by_word = !instant_is_none(now.away_until) || now.says == AVAILABILITY_OFFLINE;
    TRY(membership_update_availability(c, user, now.says));
    TRY(member_work_away(c, user, now.away_until, by_word));
    TRY(publish(c, user));
    TRY(assignment_room(c));
    return load_one(c, user, out);
}

struct capacity {
    int64_t capacity;
};

static const struct field capacity_audit[] = {
    FIELD(struct capacity, capacity, F_NULL, 0),
    FIELD_END,
};

enum status here_set_capacity(struct ctx *c, struct uuid user, int64_t capacity, struct here *out)
{
    struct capacity was, now = {capacity};
    struct membership member;
    struct here before;
    bool found;

    if (capacity < 0 || capacity > CAPACITY_MAX)
        return FAIL_FIELD(c, "capacity", "between 1 and %d, or no end", CAPACITY_MAX);
    TRY(load_one(c, user, &before));
    TRY(membership_select(c, user, &member, &found));
    was.capacity = before.capacity;
    TRY(member_work_capacity(c, user, capacity));
    TRY(audit_write(c, &(struct audit){.action = "member.capacity",
                                       .entity = user,
                                       .name = found ? member.name : S(""),
                                       .fields = capacity_audit,
                                       .before = &was,
                                       .after = &now}));
    TRY(publish(c, user));
    TRY(assignment_room(c));
    return load_one(c, user, out);
}
