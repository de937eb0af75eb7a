/*
 * device.c - browsers that a person has signed in with.
 */
#include "store/device.h"

#include "db/db.h"
#include "store/device.sql.h"

enum { USER_AGENT_MAX = 400 };

const struct field device_row[] = {
    FIELD(struct device, id, 0, 0),
    FIELD(struct device, ip, 0, 0),
    FIELD(struct device, user_agent, 0, 0),
    FIELD(struct device, created_at, 0, 0),
    FIELD(struct device, last_used_at, 0, 0),
    FIELD(struct device, trusted_until, F_NULL, 0),
    FIELD_END,
};

enum status device_insert(struct ctx *c, const struct device *row)
{
    str agent = str_utf8_cut(row->user_agent, USER_AGENT_MAX);

    return db_exec(c, &device_insert_sql,
                   DB_ARGS(A(row->id), A(row->digest), A(row->user_id), A(row->ip), A(agent),
                           A(row->trusted_until)),
                   NULL);
}

enum status device_select(struct ctx *c, struct bytes digest, struct uuid user_id,
                          struct device *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &device_select_sql, DB_ARGS(A(digest), A(user_id)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, device_row, out) : OK;
}

enum status device_update(struct ctx *c, const struct device *row)
{
    str agent = str_utf8_cut(row->user_agent, USER_AGENT_MAX);

    return db_exec(c, &device_update_sql,
                   DB_ARGS(A(row->id), A(row->digest), A(row->ip), A(agent), A(row->trusted_until)),
                   NULL);
}

struct just_count {
    int64_t n;
};

static const struct field just_count_row[] = {
    FIELD(struct just_count, n, 0, 0),
    FIELD_END,
};

enum status device_any(struct ctx *c, struct uuid user_id, bool *out)
{
    struct just_count count;
    struct db_rows *rows;

    TRY(db_query(c, &device_any_sql, DB_ARGS(A(user_id)), &rows));
    TRY(db_read(c, rows, 0, just_count_row, &count));
    *out = count.n > 0;
    return OK;
}

enum status device_list(struct ctx *c, struct uuid user_id, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &device_list_sql, DB_ARGS(A(user_id)), &rows));
    return db_read_all(c, rows, device_row, sizeof(struct device), out);
}

enum status device_forget(struct ctx *c, struct uuid id, struct uuid user_id, bool *done)
{
    int64_t changed;

    TRY(db_exec(c, &device_forget_sql, DB_ARGS(A(id), A(user_id)), &changed));
    *done = changed > 0;
    return OK;
}

enum status device_forget_all(struct ctx *c, struct uuid user_id)
{
    return db_exec(c, &device_forget_all_sql, DB_ARGS(A(user_id)), NULL);
}
