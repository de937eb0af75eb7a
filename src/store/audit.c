/*
 * audit.c - what was done.
 */
#include "store/audit.h"

#include "db/db.h"
#include "store/audit.sql.h"

const struct field audit_row_fields[] = {
    FIELD(struct audit_row, id, 0, 0),
    FIELD(struct audit_row, at, 0, 0),
    FIELD_ENUM(struct audit_row, actor_kind, 0, &actor_kind_names),
    FIELD(struct audit_row, actor_id, F_NULL, 0),
    FIELD(struct audit_row, actor_name, 0, 0),
    FIELD(struct audit_row, action, 0, 0),
    FIELD(struct audit_row, entity_id, F_NULL, 0),
    FIELD(struct audit_row, entity_name, 0, 0),
    FIELD(struct audit_row, ip, 0, 0),
    FIELD(struct audit_row, user_agent, 0, 0),
    FIELD(struct audit_row, request_id, 0, 0),
    FIELD(struct audit_row, before, F_NULL, 0),
    FIELD(struct audit_row, after, F_NULL, 0),
    FIELD_END,
};

enum status audit_insert(struct ctx *c, const struct audit_row *row)
{
    return db_exec(c, &audit_insert_sql,
                   DB_ARGS(A(c->org), A(row->id), A_WORD(&actor_kind_names, row->actor_kind),
                           A(row->actor_id), A(row->actor_name), A(row->action), A(row->entity_id),
                           A(row->entity_name), A(row->ip), A(row->user_agent), A(row->request_id),
                           A(row->before), A(row->after)),
                   NULL);
}

enum status audit_list(struct ctx *c, const struct audit_query *query, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &audit_list_sql,
                 DB_ARGS(A(c->org), A(query->before_id), A(query->action), A(query->actor_id),
                         A(query->since), A(query->until), A(query->limit)),
                 &rows));
    return db_read_all(c, rows, audit_row_fields, sizeof(struct audit_row), out);
}

enum status audit_roll(struct ctx *c)
{
    return db_exec(c, &audit_roll_sql, DB_NO_ARGS, NULL);
}
