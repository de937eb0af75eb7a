/*
 * assignment.c - rules, whom they may choose, and whose turn it is.
 */
#include "store/assignment.h"

#include "db/db.h"
#include "store/assignment.sql.h"

static const struct field assignment_rule_row[] = {
    FIELD(struct assignment_rule, owner_id, 0, 0),
    FIELD(struct assignment_rule, team_id, F_NULL, 0),
    FIELD_ENUM(struct assignment_rule, method, 0, &assignment_method_names),
    FIELD(struct assignment_rule, reassign_hours, 0, 0),
    FIELD_END,
};

enum status assignment_rule_list(struct ctx *c, struct uuid owner, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &assignment_rule_list_sql, DB_ARGS(A(c->org), A(owner)), &rows));
    return db_read_all(c, rows, assignment_rule_row, sizeof(struct assignment_rule), out);
}

enum status assignment_rule_put(struct ctx *c, const struct assignment_rule *row)
{
    return db_exec(c, &assignment_rule_put_sql,
                   DB_ARGS(A(c->org), A(row->owner_id), A(row->team_id),
                           A_WORD(&assignment_method_names, row->method), A(row->reassign_hours)),
                   NULL);
}

enum status assignment_rule_delete(struct ctx *c, struct uuid owner)
{
    return db_exec(c, &assignment_rule_delete_sql, DB_ARGS(A(c->org), A(owner)), NULL);
}

enum status assignment_rule_forget_team(struct ctx *c, struct uuid team)
{
    return db_exec(c, &assignment_rule_forget_team_sql, DB_ARGS(A(c->org), A(team)), NULL);
}

enum status assignment_unqueue(struct ctx *c, struct uuid owner)
{
    return db_exec(c, &assignment_unqueue_sql, DB_ARGS(A(c->org), A(owner)), NULL);
}

static const struct field assignment_candidate_row[] = {
    FIELD(struct assignment_candidate, owner_id, 0, 0),
    FIELD_ENUM(struct assignment_candidate, method, 0, &assignment_method_names),
    FIELD(struct assignment_candidate, user_id, 0, 0),
    FIELD_ENUM(struct assignment_candidate, role, 0, &member_role_names),
    FIELD(struct assignment_candidate, role_words, 0, 0),
    FIELD(struct assignment_candidate, turn, 0, 0),
    FIELD(struct assignment_candidate, capacity, 0, 0),
    FIELD(struct assignment_candidate, held, 0, 0),
    FIELD_END,
};

enum status assignment_candidates(struct ctx *c, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &assignment_candidates_sql, DB_ARGS(A(c->org)), &rows));
    return db_read_all(c, rows, assignment_candidate_row, sizeof(struct assignment_candidate), out);
}

enum status assignment_turn_put(struct ctx *c, struct uuid owner, struct uuid user, int64_t turn)
{
    return db_exec(c, &assignment_turn_put_sql, DB_ARGS(A(c->org), A(owner), A(user), A(turn)),
                   NULL);
}

enum status assignment_waits(struct ctx *c, bool *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &assignment_waits_sql, DB_ARGS(A(c->org)), &rows));
    *out = db_scalar_i64(rows) > 0;
    return OK;
}

struct moment {
    struct instant at;
};

static const struct field moment_row[] = {
    FIELD(struct moment, at, F_NULL, 0),
    FIELD_END,
};

enum status assignment_next_here(struct ctx *c, struct instant *out)
{
    struct moment moment;
    struct db_rows *rows;

    TRY(db_query(c, &assignment_next_here_sql, DB_ARGS(A(c->org)), &rows));
    TRY(db_read(c, rows, 0, moment_row, &moment));
    *out = moment.at;
    return OK;
}
