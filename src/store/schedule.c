/*
 * schedule.c - hours, holidays, who is here.
 */
#include "store/schedule.h"

#include "db/db.h"
#include "store/schedule.sql.h"

enum { DAY_MINUTES = 1440 };

/* ---- hours ---- */

struct zone {
    str timezone;
};

static const struct field zone_row[] = {
    FIELD(struct zone, timezone, 0, 0),
    FIELD_END,
};

static const struct field work_span_row[] = {
    FIELD(struct work_span, weekday, 0, 0),
    FIELD(struct work_span, from_minute, 0, 0),
    FIELD(struct work_span, to_minute, 0, 0),
    FIELD_END,
};

enum status schedule_select(struct ctx *c, struct uuid owner, struct schedule *out, bool *found)
{
    struct schedule schedule = {
        .spans = {NULL, 0}
    };
    struct db_rows *rows;
    struct zone zone;

    TRY(db_query(c, &schedule_select_sql, DB_ARGS(A(c->org), A(owner)), &rows));
    *found = db_count(rows) > 0;
    if (!*found)
        return OK;
    TRY(db_read(c, rows, 0, zone_row, &zone));
    TRY(db_read_all(c, rows, work_span_row, sizeof(struct work_span), &schedule.spans));
    schedule.timezone = zone.timezone;
    if (((const struct work_span *)schedule.spans.items)->weekday == 0)
        schedule.spans.n = 0; /* hours, and none in them */
    *out = schedule;
    return OK;
}

enum status schedule_put(struct ctx *c, struct uuid owner, const struct schedule *row)
{
    const struct work_span *spans = row->spans.items;
    int64_t *from = NEW_ARRAY(c->arena, int64_t, row->spans.n);
    int64_t *to = NEW_ARRAY(c->arena, int64_t, row->spans.n);
    struct i64_array starts = {from, row->spans.n}, ends = {to, row->spans.n};

    for (size_t i = 0; i < row->spans.n; i++) {
        from[i] = (spans[i].weekday - 1) * DAY_MINUTES + spans[i].from_minute;
        to[i] = (spans[i].weekday - 1) * DAY_MINUTES + spans[i].to_minute;
    }
    return db_exec(c, &schedule_put_sql,
                   DB_ARGS(A(c->org), A(owner), A(row->timezone), A(starts), A(ends)), NULL);
}

enum status schedule_delete(struct ctx *c, struct uuid owner)
{
    return db_exec(c, &schedule_delete_sql, DB_ARGS(A(c->org), A(owner)), NULL);
}

enum status schedule_knows_zone(struct ctx *c, str name, bool *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &schedule_knows_zone_sql, DB_ARGS(A(name)), &rows));
    *out = db_scalar_i64(rows) > 0;
    return OK;
}

/* ---- holidays ---- */

static const struct field holiday_row[] = {
    FIELD(struct holiday, day, 0, 0),
    FIELD(struct holiday, name, 0, 0),
    FIELD_END,
};

enum status holiday_list(struct ctx *c, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &holiday_list_sql, DB_ARGS(A(c->org)), &rows));
    return db_read_all(c, rows, holiday_row, sizeof(struct holiday), out);
}

enum status holiday_put_all(struct ctx *c, const struct list *holidays)
{
    const struct holiday *items = holidays->items;
    str *days = NEW_ARRAY(c->arena, str, holidays->n);
    str *names = NEW_ARRAY(c->arena, str, holidays->n);
    struct str_array all_days = {days, holidays->n}, all_names = {names, holidays->n};

    for (size_t i = 0; i < holidays->n; i++) {
        days[i] = items[i].day;
        names[i] = items[i].name;
    }
    TRY(db_exec(c, &holiday_clear_sql, DB_ARGS(A(c->org)), NULL));
    return db_exec(c, &holiday_put_sql, DB_ARGS(A(c->org), A(all_days), A(all_names)), NULL);
}

/* ---- who is here ---- */

static const struct field presence_row_fields[] = {
    FIELD(struct presence_row, user_id, 0, 0),
    FIELD_ENUM(struct presence_row, availability, 0, &availability_names),
    FIELD(struct presence_row, away_until, F_NULL, 0),
    FIELD(struct presence_row, away, 0, 0),
    FIELD(struct presence_row, works, 0, 0),
    FIELD(struct presence_row, capacity, 0, 0),
    FIELD(struct presence_row, own_hours, 0, 0),
    FIELD_END,
};

enum status presence_list(struct ctx *c, struct instant at, struct uuid user, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &presence_list_sql, DB_ARGS(A(c->org), A(at), A(user)), &rows));
    return db_read_all(c, rows, presence_row_fields, sizeof(struct presence_row), out);
}

enum status presence_is_away_for(struct ctx *c, struct uuid user, int64_t hours, bool *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &presence_is_away_for_sql, DB_ARGS(A(c->org), A(user), A(hours)), &rows));
    *out = db_scalar_i64(rows) > 0;
    return OK;
}

enum status member_work_away(struct ctx *c, struct uuid user, struct instant until, bool by_word)
{
    return db_exec(c, &member_work_away_sql, DB_ARGS(A(c->org), A(user), A(until), A(by_word)),
                   NULL);
}

enum status member_work_capacity(struct ctx *c, struct uuid user, int64_t capacity)
{
    return db_exec(c, &member_work_capacity_sql, DB_ARGS(A(c->org), A(user), A(capacity)), NULL);
}
