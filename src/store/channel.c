/*
 * channel.c - connected accounts and their health.
 *
 * channel_list and channel_select count failed payloads and waiting messages in the same statement:
 * both counts walk small partial indexes and stop at 1000.
 */
#include "store/channel.h"

#include "db/db.h"
#include "store/channel.sql.h"

enum { ERROR_MAX = 1000, SECOND_US = 1000000 };

static const struct field channel_row[] = {
    FIELD(struct channel, id, 0, 0),
    FIELD(struct channel, kind, 0, 0),
    FIELD(struct channel, name, 0, 0),
    FIELD_ENUM(struct channel, state, 0, &channel_state_names),
    FIELD(struct channel, settings, 0, 0),
    FIELD(struct channel, has_secrets, 0, 0),
    FIELD(struct channel, silence_alarm_minutes, 0, 0),
    FIELD(struct channel, token_expires_at, F_NULL, 0),
    FIELD(struct channel, created_at, 0, 0),
    FIELD(struct channel, version, 0, 0),
    FIELD_END,
};

static const struct field channel_health_row[] = {
    FIELD(struct channel, last_inbound_at, F_NULL, 0),
    FIELD(struct channel, last_outbound_at, F_NULL, 0),
    FIELD(struct channel, last_error_at, F_NULL, 0),
    FIELD(struct channel, last_error, F_NULL, 0),
    FIELD(struct channel, silent, 0, 0),
    FIELD(struct channel, failed_inbound, 0, 0),
    FIELD(struct channel, queued, 0, 0),
    FIELD_END,
};

static const struct field channel_sealed_row[] = {
    FIELD(struct channel_sealed, id, 0, 0),
    FIELD(struct channel_sealed, kind, 0, 0),
    FIELD(struct channel_sealed, name, 0, 0),
    FIELD_ENUM(struct channel_sealed, state, 0, &channel_state_names),
    FIELD(struct channel_sealed, settings, 0, 0),
    FIELD(struct channel_sealed, secrets, F_NULL, 0),
    FIELD(struct channel_sealed, version, 0, 0),
    FIELD_END,
};

static enum status no_channel(struct ctx *c)
{
    return FAIL(c, ERR_NOT_FOUND, "no such channel");
}

enum status channel_list(struct ctx *c, struct list *out)
{
    struct db_rows *rows;
    struct channel *items;

    TRY(db_list(c, &channel_list_sql, DB_ARGS(A(c->org)), NULL, 0, &channel_by_age_fragment,
                &rows));
    TRY(db_read_all(c, rows, channel_row, sizeof(struct channel), out));
    items = out->items;
    for (size_t i = 0; i < out->n; i++)
        TRY(db_read(c, rows, (int)i, channel_health_row, &items[i]));
    return OK;
}

enum status channel_select(struct ctx *c, struct uuid id, struct channel *out)
{
    const struct db_arg of_id[] = {A(id)};
    const struct db_filter filter = {&channel_of_id_fragment, of_id, 1};
    struct db_rows *rows;
    struct channel found;

    TRY(db_list(c, &channel_list_sql, DB_ARGS(A(c->org)), &filter, 1, NULL, &rows));
    if (db_count(rows) == 0)
        return no_channel(c);
    TRY(db_read(c, rows, 0, channel_row, &found));
    TRY(db_read(c, rows, 0, channel_health_row, &found));
    *out = found;
    return OK;
}

enum status channel_lock(struct ctx *c, struct uuid id, struct channel *out)
{
    struct db_rows *rows;
    struct channel found = {.id = id};

    TRY(db_query(c, &channel_lock_sql, DB_ARGS(A(c->org), A(id)), &rows));
    if (db_count(rows) == 0)
        return no_channel(c);
    TRY(db_read(c, rows, 0, channel_row, &found));
    *out = found;
    return OK;
}

enum status channel_select_sealed(struct ctx *c, struct uuid id, struct channel_sealed *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &channel_select_sealed_sql, DB_ARGS(A(c->org), A(id)), &rows));
    if (db_count(rows) == 0)
        return no_channel(c);
    return db_read(c, rows, 0, channel_sealed_row, out);
}

enum status channel_insert(struct ctx *c, const struct channel *row, struct bytes secrets)
{
    TRY(db_exec(c, &channel_insert_sql,
                DB_ARGS(A(c->org), A(row->id), A(row->kind), A(row->name),
                        A_WORD(&channel_state_names, row->state), A(row->settings), A(secrets),
                        A(row->silence_alarm_minutes), A(row->token_expires_at)),
                NULL));
    return db_exec(c, &channel_health_insert_sql, DB_ARGS(A(c->org), A(row->id)), NULL);
}

enum status channel_update(struct ctx *c, const struct channel *row, struct bytes secrets)
{
    int64_t changed;

    TRY(db_exec(c, &channel_update_sql,
                DB_ARGS(A(c->org), A(row->id), A(row->name),
                        A_WORD(&channel_state_names, row->state), A(row->settings),
                        A(row->silence_alarm_minutes), A(secrets), A(row->token_expires_at)),
                &changed));
    return changed ? OK : no_channel(c);
}

enum status channel_update_state(struct ctx *c, struct uuid id, enum channel_state state,
                                 int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &channel_update_state_sql,
                 DB_ARGS(A(c->org), A(id), A_WORD(&channel_state_names, state)), &rows));
    *version = db_scalar_i64(rows);
    return OK;
}

enum status channel_disconnect(struct ctx *c, struct uuid id)
{
    int64_t changed;

    TRY(db_exec(c, &channel_disconnect_sql, DB_ARGS(A(c->org), A(id)), &changed));
    return changed ? OK : no_channel(c);
}

enum status channel_health_inbound(struct ctx *c, struct uuid id, struct instant at)
{
    return db_exec(c, &channel_health_inbound_sql, DB_ARGS(A(c->org), A(id), A(at)), NULL);
}

enum status channel_health_outbound(struct ctx *c, struct uuid id, struct instant at)
{
    return db_exec(c, &channel_health_outbound_sql, DB_ARGS(A(c->org), A(id), A(at)), NULL);
}

enum status channel_health_error(struct ctx *c, struct uuid id, str text)
{
    str fits = str_utf8_cut(text, ERROR_MAX);

    return db_exec(c, &channel_health_error_sql, DB_ARGS(A(c->org), A(id), A(fits)), NULL);
}

struct reserved {
    struct instant at;
};

static const struct field reserved_row[] = {
    FIELD(struct reserved, at, 0, 0),
    FIELD_END,
};

enum status channel_health_reserve(struct ctx *c, struct uuid id, int64_t per_second,
                                   struct instant *out)
{
    int64_t step_us = per_second > 0 ? SECOND_US / per_second : 0;
    struct db_rows *rows;
    struct reserved slot;

    TRY(db_query(c, &channel_health_reserve_sql, DB_ARGS(A(c->org), A(id), A(step_us)), &rows));
    if (db_count(rows) == 0)
        return no_channel(c);
    TRY(db_read(c, rows, 0, reserved_row, &slot));
    *out = slot.at;
    return OK;
}

enum status channel_health_hold(struct ctx *c, struct uuid id, struct instant until)
{
    return db_exec(c, &channel_health_hold_sql, DB_ARGS(A(c->org), A(id), A(until)), NULL);
}
