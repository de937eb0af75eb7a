/*
 * delivery.c - see delivery.h.
 */
#include "store/delivery.h"

#include "db/db.h"
#include "store/delivery.sql.h"

enum status delivery_lock(struct ctx *c, struct uuid message_id, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &delivery_lock_sql, DB_ARGS(A(c->org), A(message_id)), &rows));
    *found = db_count(rows) > 0;
    return OK;
}

static const struct field delivery_row_table[] = {
    FIELD(struct delivery_row, conversation_id, 0, 0),
    FIELD(struct delivery_row, contact_id, 0, 0),
    FIELD(struct delivery_row, assignee_id, F_NULL, 0),
    FIELD(struct delivery_row, team_id, F_NULL, 0),
    FIELD(struct delivery_row, kind, 0, 0),
    FIELD(struct delivery_row, body, 0, 0),
    FIELD(struct delivery_row, state, 0, 0),
    FIELD(struct delivery_row, send_at, F_NULL, 0),
    FIELD(struct delivery_row, delivery_job, F_NULL, 0),
    FIELD(struct delivery_row, channel_id, 0, 0),
    FIELD(struct delivery_row, channel_kind, 0, 0),
    FIELD(struct delivery_row, channel_state, 0, 0),
    FIELD(struct delivery_row, window_closes_at, F_NULL, 0),
    FIELD(struct delivery_row, address, F_NULL, 0),
    FIELD(struct delivery_row, scoped_id, F_NULL, 0),
    FIELD(struct delivery_row, reply_to, F_NULL, 0),
    FIELD(struct delivery_row, first_id, F_NULL, 0),
    FIELD(struct delivery_row, first_send_at, F_NULL, 0),
    FIELD(struct delivery_row, other_sending, 0, 0),
    FIELD(struct delivery_row, next_send_at, F_NULL, 0),
    FIELD(struct delivery_row, noted, 0, 0),
    FIELD(struct delivery_row, attachment_id, F_NULL, 0),
    FIELD(struct delivery_row, file_name, F_NULL, 0),
    FIELD(struct delivery_row, file_type, F_NULL, 0),
    FIELD(struct delivery_row, file_sha256, F_NULL, 0),
    FIELD(struct delivery_row, file_id, F_NULL, 0),
    FIELD_END,
};

enum status delivery_select(struct ctx *c, struct uuid message_id, struct delivery_row *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &delivery_select_sql, DB_ARGS(A(c->org), A(message_id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such message");
    return db_read(c, rows, 0, delivery_row_table, out);
}

enum status delivery_start(struct ctx *c, struct uuid message_id, struct uuid job_id,
                           int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &delivery_start_sql, DB_ARGS(A(c->org), A(message_id), A(job_id)), &rows));
    *version = db_scalar_i64(rows);
    return OK;
}

enum status delivery_note_provider_id(struct ctx *c, struct uuid message_id, str provider_id)
{
    return db_exec(c, &delivery_note_provider_id_sql,
                   DB_ARGS(A(c->org), A(message_id), A(provider_id)), NULL);
}

enum status delivery_note_outbound(struct ctx *c, struct uuid message_id)
{
    return db_exec(c, &delivery_note_outbound_sql, DB_ARGS(A(c->org), A(message_id)), NULL);
}

static const struct field delivery_next_row[] = {
    FIELD(struct delivery_next, id, 0, 0),
    FIELD(struct delivery_next, state, 0, 0),
    FIELD(struct delivery_next, send_at, F_NULL, 0),
    FIELD_END,
};

enum status delivery_select_next(struct ctx *c, struct uuid conversation_id,
                                 struct delivery_next *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &delivery_select_next_sql, DB_ARGS(A(c->org), A(conversation_id)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, delivery_next_row, out) : OK;
}
