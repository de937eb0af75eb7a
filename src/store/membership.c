/*
 * membership.c - who belongs to an organisation.
 */
#include "store/membership.h"

#include "db/db.h"
#include "store/membership.sql.h"

static const struct field membership_row[] = {
    FIELD(struct membership, org_id, 0, 0),
    FIELD(struct membership, user_id, 0, 0),
    FIELD(struct membership, name, 0, 0),
    FIELD(struct membership, email, 0, 0),
    FIELD_ENUM(struct membership, role, 0, &member_role_names),
    FIELD_ENUM(struct membership, availability, 0, &availability_names),
    FIELD_END,
};

enum status membership_insert(struct ctx *c, const struct membership *row)
{
    return db_exec(c, &membership_insert_sql,
                   DB_ARGS(A(c->org), A(row->user_id), A(row->name), A(row->email),
                           A_WORD(&member_role_names, row->role)),
                   NULL);
}

enum status membership_list(struct ctx *c, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &membership_list_sql, DB_ARGS(A(c->org)), &rows));
    return db_read_all(c, rows, membership_row, sizeof(struct membership), out);
}

enum status membership_select(struct ctx *c, struct uuid user_id, struct membership *out,
                              bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &membership_select_sql, DB_ARGS(A(c->org), A(user_id)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, membership_row, out) : OK;
}

enum status membership_list_by_user(struct ctx *c, struct uuid user_id, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &membership_list_by_user_sql, DB_ARGS(A(user_id)), &rows));
    return db_read_all(c, rows, membership_row, sizeof(struct membership), out);
}

enum status membership_update_availability(struct ctx *c, struct uuid user_id,
                                           enum availability value)
{
    return db_exec(c, &membership_update_availability_sql,
                   DB_ARGS(A(c->org), A(user_id), A_WORD(&availability_names, value)), NULL);
}
