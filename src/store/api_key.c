/*
 * api_key.c - keys with which programs act.
 */
#include "store/api_key.h"

#include "db/db.h"
#include "store/api_key.sql.h"
#include "store/locator.h"

static const struct field api_key_row[] = {
    FIELD(struct api_key, id, 0, 0),
    FIELD(struct api_key, user_id, 0, 0),
    FIELD(struct api_key, user_name, 0, 0),
    FIELD(struct api_key, name, 0, 0),
    FIELD(struct api_key, scopes, 0, 0),
    FIELD(struct api_key, hint, 0, 0),
    FIELD(struct api_key, created_at, 0, 0),
    FIELD(struct api_key, expires_at, 0, 0),
    FIELD(struct api_key, last_used_at, F_NULL, 0),
    FIELD(struct api_key, last_ip, F_NULL, 0),
    FIELD_END,
};

static const struct field ended_row[] = {
    FIELD(struct api_key, id, 0, 0),         FIELD(struct api_key, user_id, 0, 0),
    FIELD(struct api_key, name, 0, 0),       FIELD(struct api_key, scopes, 0, 0),
    FIELD(struct api_key, expires_at, 0, 0), FIELD_END,
};

static const struct field api_key_view_row[] = {
    FIELD(struct api_key_view, id, 0, 0),
    FIELD(struct api_key_view, org_id, 0, 0),
    FIELD(struct api_key_view, user_id, 0, 0),
    FIELD(struct api_key_view, name, 0, 0),
    FIELD(struct api_key_view, scopes, 0, 0),
    FIELD(struct api_key_view, expires_at, 0, 0),
    FIELD_ENUM(struct api_key_view, role, 0, &member_role_names),
    FIELD(struct api_key_view, role_words, 0, 0),
    FIELD_END,
};

enum status api_key_insert(struct ctx *c, const struct api_key *row, struct bytes digest)
{
    TRY(db_exec(c, &api_key_insert_sql,
                DB_ARGS(A(c->org), A(row->id), A(row->user_id), A(row->name), A(row->scopes),
                        A(digest), A(row->hint), A(row->expires_at)),
                NULL));
    return locator_insert(c, S("api_key"), digest, row->id);
}

enum status api_key_list(struct ctx *c, struct uuid user_id, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &api_key_list_sql, DB_ARGS(A(c->org), A(user_id)), &rows));
    return db_read_all(c, rows, api_key_row, sizeof(struct api_key), out);
}

struct just_count {
    int64_t n;
};

static const struct field just_count_row[] = {
    FIELD(struct just_count, n, 0, 0),
    FIELD_END,
};

enum status api_key_count(struct ctx *c, struct uuid user_id, int64_t *out)
{
    struct just_count count;
    struct db_rows *rows;

    TRY(db_query(c, &api_key_count_sql, DB_ARGS(A(c->org), A(user_id)), &rows));
    TRY(db_read(c, rows, 0, just_count_row, &count));
    *out = count.n;
    return OK;
}

enum status api_key_end(struct ctx *c, struct uuid id, struct uuid user_id, struct api_key *out,
                        bool *done)
{
    struct db_rows *rows;

    TRY(db_query(c, &api_key_end_sql, DB_ARGS(A(c->org), A(id), A(user_id)), &rows));
    *done = db_count(rows) > 0;
    return *done ? db_read(c, rows, 0, ended_row, out) : OK;
}

enum status api_key_end_all(struct ctx *c, struct uuid user_id)
{
    return db_exec(c, &api_key_end_all_sql, DB_ARGS(A(c->org), A(user_id)), NULL);
}

enum status api_key_select(struct ctx *c, struct bytes digest, struct api_key_view *out,
                           bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &api_key_select_sql, DB_ARGS(A(digest)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, api_key_view_row, out) : OK;
}

enum status api_key_update_seen(struct ctx *c, struct uuid id, str ip)
{
    return db_exec(c, &api_key_update_seen_sql, DB_ARGS(A(c->org), A(id), A(ip)), NULL);
}
