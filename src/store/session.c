/*
 * session.c - signed-in browsers and scripts.
 */
#include "store/session.h"

#include "db/db.h"
#include "store/session.sql.h"

enum { USER_AGENT_MAX = 400 };

static const char *const session_kind_words[] = {"browser", "token"};
static const struct field_names session_kind_names = {session_kind_words, 2};

static const struct field session_view_row[] = {
    FIELD(struct session_view, id, 0, 0),
    FIELD(struct session_view, user_id, 0, 0),
    FIELD(struct session_view, org_id, 0, 0),
    FIELD(struct session_view, last_seen_at, 0, 0),
    FIELD(struct session_view, expires_at, 0, 0),
    FIELD(struct session_view, family, 0, 0),
    FIELD(struct session_view, user_name, 0, 0),
    FIELD(struct session_view, email, 0, 0),
    FIELD(struct session_view, locale, 0, 0),
    FIELD(struct session_view, theme, 0, 0),
    FIELD_ENUM(struct session_view, role, 0, &member_role_names),
    FIELD(struct session_view, role_words, 0, 0),
    FIELD_ENUM(struct session_view, availability, 0, &availability_names),
    FIELD(struct session_view, org_name, 0, 0),
    FIELD(struct session_view, org_locale, 0, 0),
    FIELD(struct session_view, org_timezone, 0, 0),
    FIELD(struct session_view, second_factor_required, 0, 0),
    FIELD(struct session_view, second_factor, 0, 0),
    FIELD(struct session_view, created_at, 0, 0),
    FIELD_END,
};

enum status session_insert(struct ctx *c, const struct session *row)
{
    str agent = str_utf8_cut(row->user_agent, USER_AGENT_MAX);

    return db_exec(c, &session_insert_sql,
                   DB_ARGS(A(row->id), A(row->token_digest), A(row->user_id), A(row->org_id),
                           A(row->ip), A(agent), A(row->expires_at),
                           A_WORD(&session_kind_names, row->kind)),
                   NULL);
}

enum status session_select(struct ctx *c, struct bytes token_digest, struct session_view *out,
                           bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &session_select_sql, DB_ARGS(A(token_digest), A((int64_t)SESSION_IDLE_DAYS)),
                 &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, session_view_row, out) : OK;
}

enum status session_update_seen(struct ctx *c, struct uuid id)
{
    return db_exec(c, &session_update_seen_sql, DB_ARGS(A(id)), NULL);
}

enum status session_update_token(struct ctx *c, struct uuid id, struct bytes token_digest)
{
    return db_exec(c, &session_update_token_sql, DB_ARGS(A(id), A(token_digest)), NULL);
}

enum status session_revoke(struct ctx *c, struct uuid id)
{
    return db_exec(c, &session_revoke_sql, DB_ARGS(A(id)), NULL);
}

const struct field session_place_row[] = {
    FIELD(struct session_place, id, 0, 0),
    FIELD(struct session_place, org_id, 0, 0),
    FIELD(struct session_place, org_name, 0, 0),
    FIELD(struct session_place, ip, 0, 0),
    FIELD(struct session_place, user_agent, 0, 0),
    FIELD(struct session_place, created_at, 0, 0),
    FIELD(struct session_place, last_seen_at, 0, 0),
    FIELD(struct session_place, expires_at, 0, 0),
    FIELD_END,
};

enum status session_list(struct ctx *c, struct uuid user_id, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &session_list_sql, DB_ARGS(A(user_id), A((int64_t)SESSION_IDLE_DAYS)), &rows));
    return db_read_all(c, rows, session_place_row, sizeof(struct session_place), out);
}

struct just_id {
    struct uuid id;
};

static const struct field just_id_row[] = {
    FIELD(struct just_id, id, 0, 0),
    FIELD_END,
};

enum status session_revoke_own(struct ctx *c, struct uuid id, struct uuid user_id, bool *done)
{
    struct db_rows *rows;

    TRY(db_query(c, &session_revoke_own_sql, DB_ARGS(A(id), A(user_id)), &rows));
    *done = db_count(rows) > 0;
    return OK;
}

enum status session_revoke_others(struct ctx *c, struct uuid user_id, struct uuid keep,
                                  struct list *ended)
{
    struct db_rows *rows;

    TRY(db_query(c, &session_revoke_others_sql, DB_ARGS(A(user_id), A(keep)), &rows));
    return db_read_all(c, rows, just_id_row, sizeof(struct just_id), ended);
}
