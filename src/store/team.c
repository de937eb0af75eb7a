/*
 * team.c - teams and who is in them.
 */
#include "store/team.h"

#include "db/db.h"
#include "store/team.sql.h"

static const struct field team_row[] = {
    FIELD(struct team, id, 0, 0),
    FIELD(struct team, name, 0, 0),
    FIELD(struct team, version, 0, 0),
    FIELD_END,
};

static const struct field team_member_row[] = {
    FIELD(struct team_member, team_id, 0, 0),
    FIELD(struct team_member, user_id, 0, 0),
    FIELD_END,
};

struct just_id {
    struct uuid id;
};

static const struct field just_id_row[] = {
    FIELD(struct just_id, id, 0, 0),
    FIELD_END,
};

static struct uuid_array array_of(const struct list *ids)
{
    return (struct uuid_array){ids->items, ids->n};
}

enum status team_list(struct ctx *c, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &team_list_sql, DB_ARGS(A(c->org)), &rows));
    return db_read_all(c, rows, team_row, sizeof(struct team), out);
}

enum status team_members(struct ctx *c, struct uuid team, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &team_members_sql, DB_ARGS(A(c->org), A(team)), &rows));
    return db_read_all(c, rows, team_member_row, sizeof(struct team_member), out);
}

enum status team_lock(struct ctx *c, struct uuid id, struct team *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &team_lock_sql, DB_ARGS(A(c->org), A(id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such team");
    return db_read(c, rows, 0, team_row, out);
}

enum status team_find(struct ctx *c, struct uuid id, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &team_find_sql, DB_ARGS(A(c->org), A(id)), &rows));
    *found = db_scalar_i64(rows) > 0;
    return OK;
}

enum status team_count(struct ctx *c, int64_t *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &team_count_sql, DB_ARGS(A(c->org)), &rows));
    *out = db_scalar_i64(rows);
    return OK;
}

enum status team_insert(struct ctx *c, const struct team *row)
{
    int64_t changed;

    TRY(db_exec(c, &team_insert_sql, DB_ARGS(A(c->org), A(row->id), A(row->name)), &changed));
    return changed > 0 ? OK : FAIL_FIELD(c, "name", "another team has this name");
}

enum status team_update(struct ctx *c, struct uuid id, str name, int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &team_name_taken_sql, DB_ARGS(A(c->org), A(name), A(id)), &rows));
    if (db_scalar_i64(rows) > 0)
        return FAIL_FIELD(c, "name", "another team has this name");
    TRY(db_query(c, &team_update_sql, DB_ARGS(A(c->org), A(id), A(name)), &rows));
    *version = db_scalar_i64(rows);
    return OK;
}

enum status team_retire(struct ctx *c, struct uuid id)
{
    return db_exec(c, &team_retire_sql, DB_ARGS(A(c->org), A(id)), NULL);
}

enum status team_delete(struct ctx *c, struct uuid id)
{
    return db_exec(c, &team_delete_sql, DB_ARGS(A(c->org), A(id)), NULL);
}

enum status team_put_members(struct ctx *c, struct uuid id, const struct list *users,
                             struct list *joined, struct list *left)
{
    struct uuid_array wanted = array_of(users);
    struct db_rows *rows;

    TRY(db_query(c, &team_member_delete_sql, DB_ARGS(A(c->org), A(id), A(wanted)), &rows));
    TRY(db_read_all(c, rows, just_id_row, sizeof(struct just_id), left));
    TRY(db_query(c, &team_member_insert_sql, DB_ARGS(A(c->org), A(id), A(wanted)), &rows));
    return db_read_all(c, rows, just_id_row, sizeof(struct just_id), joined);
}

enum status team_of_member(struct ctx *c, struct uuid user, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &team_of_member_sql, DB_ARGS(A(c->org), A(user)), &rows));
    return db_read_all(c, rows, just_id_row, sizeof(struct just_id), out);
}

enum status team_has(struct ctx *c, struct uuid team, struct uuid user, bool *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &team_has_sql, DB_ARGS(A(c->org), A(team), A(user)), &rows));
    *out = db_scalar_i64(rows) > 0;
    return OK;
}

enum status team_fullest(struct ctx *c, const struct list *users, int64_t *out)
{
    struct uuid_array ids = array_of(users);
    struct db_rows *rows;

    TRY(db_query(c, &team_fullest_sql, DB_ARGS(A(c->org), A(ids)), &rows));
    *out = db_scalar_i64(rows);
    return OK;
}
