/*
 * visitor.c - one statement each.
 */
#include "store/visitor.h"

#include "db/db.h"
#include "store/visitor.sql.h"

static const struct field thread_row[] = {
    FIELD(struct visitor_thread, conversation_id, 0, 0),
    FIELD(struct visitor_thread, assignee_id, F_NULL, 0),
    FIELD(struct visitor_thread, team_id, F_NULL, 0),
    FIELD(struct visitor_thread, contact_name, 0, 0),
    FIELD(struct visitor_thread, read_at, F_NULL, 0),
    FIELD_END,
};

enum status visitor_thread_find(struct ctx *c, struct uuid channel_id, struct uuid visitor,
                                struct visitor_thread *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &visitor_thread_sql,
                 DB_ARGS(A(c->org), A(channel_id), A(uuid_str(c->arena, visitor))), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, thread_row, out) : OK;
}

struct whose {
    struct uuid channel_id;
    str visitor;
};

static const struct field whose_row[] = {
    FIELD(struct whose, channel_id, 0, 0),
    FIELD(struct whose, visitor, 0, 0),
    FIELD_END,
};

enum status visitor_find_by_conversation(struct ctx *c, struct uuid conversation_id,
                                         struct uuid *channel_id, struct uuid *visitor, bool *found)
{
    struct db_rows *rows;
    struct whose whose;

    TRY(db_query(c, &visitor_by_conversation_sql, DB_ARGS(A(c->org), A(conversation_id)), &rows));
    *found = db_count(rows) > 0;
    if (!*found)
        return OK;
    TRY(db_read(c, rows, 0, whose_row, &whose));
    *channel_id = whose.channel_id;
    *found = uuid_parse(whose.visitor, visitor);
    return OK;
}

enum status visitor_members_are_online(struct ctx *c, bool *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &visitor_members_online_sql, DB_ARGS(A(c->org)), &rows));
    *out = db_scalar_i64(rows) > 0;
    return OK;
}

enum status visitor_lock_uploads(struct ctx *c, struct uuid visitor)
{
    return db_exec(c, &visitor_uploads_lock_sql, DB_ARGS(A(c->org), A(visitor)), NULL);
}

enum status visitor_count_uploads(struct ctx *c, struct uuid visitor, int64_t *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &visitor_uploads_waiting_sql, DB_ARGS(A(c->org), A(visitor)), &rows));
    *out = db_scalar_i64(rows);
    return OK;
}

enum status visitor_demo_channel(struct ctx *c, struct uuid *out)
{
    static const struct field channel_id_row[] = {
        {.name = "channel_id", .type = FT_UUID},
        FIELD_END,
    };
    struct db_rows *rows;

    *out = (struct uuid){0};
    TRY(db_query(c, &visitor_demo_channel_sql, DB_NO_ARGS, &rows));
    return db_count(rows) > 0 ? db_read(c, rows, 0, channel_id_row, out) : OK;
}
