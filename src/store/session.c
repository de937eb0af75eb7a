/*
 * session.c - signed-in browsers and scripts.
 */
#include "store/session.h"

#include "db/db.h"
#include "store/session.sql.h"

enum { USER_AGENT_MAX = 400 };

static const struct field session_view_row[] = {
    FIELD(struct session_view, id, 0, 0),
    FIELD(struct session_view, user_id, 0, 0),
    FIELD(struct session_view, org_id, 0, 0),
    FIELD(struct session_view, last_seen_at, 0, 0),
    FIELD(struct session_view, expires_at, 0, 0),
    FIELD(struct session_view, user_name, 0, 0),
    FIELD(struct session_view, email, 0, 0),
    FIELD(struct session_view, locale, 0, 0),
    FIELD(struct session_view, theme, 0, 0),
    FIELD_ENUM(struct session_view, role, 0, &member_role_names),
    FIELD_ENUM(struct session_view, availability, 0, &availability_names),
    FIELD(struct session_view, org_name, 0, 0),
    FIELD(struct session_view, org_locale, 0, 0),
    FIELD(struct session_view, org_timezone, 0, 0),
    FIELD_END,
};

enum status session_insert(struct ctx *c, const struct session *row)
{
    str agent = str_utf8_cut(row->user_agent, USER_AGENT_MAX);

    return db_exec(c, &session_insert_sql,
                   DB_ARGS(A(row->id), A(row->token_digest), A(row->user_id), A(row->org_id),
                           A(row->ip), A(agent), A(row->expires_at)),
                   NULL);
}

enum status session_select(struct ctx *c, struct bytes token_digest, struct session_view *out,
                           bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &session_select_sql, DB_ARGS(A(token_digest)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, session_view_row, out) : OK;
}

enum status session_update_seen(struct ctx *c, struct uuid id)
{
    return db_exec(c, &session_update_seen_sql, DB_ARGS(A(id)), NULL);
}

enum status session_revoke(struct ctx *c, struct uuid id)
{
    return db_exec(c, &session_revoke_sql, DB_ARGS(A(id)), NULL);
}
