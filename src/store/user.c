/*
 * user.c - people who sign in.
 */
#include "store/user.h"

#include "db/db.h"
#include "store/user.sql.h"

enum { USER_AGENT_MAX = 400 };

static const struct field user_row[] = {
    FIELD(struct user, id, 0, 0),
    FIELD(struct user, email, 0, 0),
    FIELD(struct user, name, 0, 0),
    FIELD(struct user, password_hash, F_NULL, 0),
    FIELD(struct user, locale, 0, 0),
    FIELD(struct user, theme, 0, 0),
    FIELD(struct user, state, 0, 0),
    FIELD(struct user, failed_sign_ins, 0, 0),
    FIELD(struct user, last_failed_at, F_NULL, 0),
    FIELD_END,
};

enum status user_insert(struct ctx *c, const struct user *row)
{
    int64_t changed;

    TRY(db_exec(
        c, &user_insert_sql,
        DB_ARGS(A(row->id), A(row->email), A(row->name), A(row->password_hash), A(row->locale)),
        &changed));
    if (changed == 0)
        return FAIL(c, ERR_CONFLICT, "somebody has this e-mail address already");
    return OK;
}

enum status user_select(struct ctx *c, struct uuid id, struct user *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &user_select_sql, DB_ARGS(A(id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such person");
    return db_read(c, rows, 0, user_row, out);
}

enum status user_select_by_email(struct ctx *c, str email, struct user *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &user_select_by_email_sql, DB_ARGS(A(email)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, user_row, out) : OK;
}

enum status user_update_settings(struct ctx *c, struct uuid id, str locale, str theme)
{
    return db_exec(c, &user_update_settings_sql, DB_ARGS(A(id), A(locale), A(theme)), NULL);
}

enum status user_update_password(struct ctx *c, struct uuid id, str password_hash)
{
    return db_exec(c, &user_update_password_sql, DB_ARGS(A(id), A(password_hash)), NULL);
}

enum status user_rehash(struct ctx *c, struct uuid id, str was, str hash)
{
    return db_exec(c, &user_rehash_sql, DB_ARGS(A(id), A(was), A(hash)), NULL);
}

enum status user_update_failed(struct ctx *c, struct uuid id)
{
    return db_exec(c, &user_update_failed_sql, DB_ARGS(A(id)), NULL);
}

enum status user_update_succeeded(struct ctx *c, struct uuid id)
{
    return db_exec(c, &user_update_succeeded_sql, DB_ARGS(A(id)), NULL);
}

enum status login_event_insert(struct ctx *c, const struct login_event *row)
{
    str agent = str_utf8_cut(row->user_agent, USER_AGENT_MAX);

    return db_exec(c, &login_event_insert_sql,
                   DB_ARGS(A(uuid_new()), A(row->user_id), A(row->ip), A(agent), A(row->outcome),
                           A(str_is_empty(row->via) ? S("password") : row->via)),
                   NULL);
}

static const struct field login_failures_row[] = {
    FIELD(struct login_failures, n, 0, 0),
    FIELD(struct login_failures, last_at, F_NULL, 0),
    FIELD_END,
};

enum status login_event_failures(struct ctx *c, struct uuid user_id, str ip,
                                 struct login_failures *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &login_event_failures_sql, DB_ARGS(A(user_id), A(ip)), &rows));
    return db_read(c, rows, 0, login_failures_row, out);
}

static const struct field login_place_row[] = {
    FIELD(struct login_place, ip, 0, 0),
    FIELD_END,
};

enum status login_event_places(struct ctx *c, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &login_event_places_sql, DB_NO_ARGS, &rows));
    return db_read_all(c, rows, login_place_row, sizeof(struct login_place), out);
}

enum status login_event_is_place(struct ctx *c, struct uuid user_id, str ip, bool *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &login_event_at_place_sql, DB_ARGS(A(user_id), A(ip)), &rows));
    *out = db_count(rows) > 0;
    return OK;
}

struct just_count {
    int64_t n;
};

static const struct field just_count_row[] = {
    FIELD(struct just_count, n, 0, 0),
    FIELD_END,
};

enum status login_event_bad_codes(struct ctx *c, struct uuid user_id, int64_t *out)
{
    struct just_count count;
    struct db_rows *rows;

    TRY(db_query(c, &login_event_bad_codes_sql, DB_ARGS(A(user_id)), &rows));
    TRY(db_read(c, rows, 0, just_count_row, &count));
    *out = count.n;
    return OK;
}

enum status login_event_seen(struct ctx *c, struct uuid user_id, str ip, str user_agent, bool *out)
{
    str agent = str_utf8_cut(user_agent, USER_AGENT_MAX);
    struct just_count count;
    struct db_rows *rows;

    TRY(db_query(c, &login_event_seen_sql, DB_ARGS(A(user_id), A(ip), A(agent)), &rows));
    TRY(db_read(c, rows, 0, just_count_row, &count));
    *out = count.n > 0;
    return OK;
}

const struct field login_seen_row[] = {
    FIELD(struct login_seen, id, 0, 0),
    FIELD(struct login_seen, at, 0, 0),
    FIELD(struct login_seen, ip, 0, 0),
    FIELD(struct login_seen, user_agent, 0, 0),
    FIELD(struct login_seen, outcome, 0, 0),
    FIELD(struct login_seen, via, 0, 0),
    FIELD_END,
};

enum status login_event_list(struct ctx *c, struct uuid user_id, struct uuid before, int64_t limit,
                             struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &login_event_list_sql, DB_ARGS(A(user_id), A(before), A(limit)), &rows));
    return db_read_all(c, rows, login_seen_row, sizeof(struct login_seen), out);
}
