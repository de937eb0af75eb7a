/*
 * conversation_some.c - many threads, some at a time: what waits for a rule, what somebody has, what
 * a team has.
 */
#include "db/db.h"
#include "store/conversation.h"
#include "store/conversation.sql.h"
#include "store/conversation_row.h"

static enum status select_some(struct ctx *c, const struct db_filter *filter,
                               const struct db_fragment *order, struct list *out)
{
    struct db_rows *rows;

    TRY(db_list(c, &conversation_select_sql, DB_ARGS(A(c->org)), filter, 1, order, &rows));
    return db_read_all(c, rows, conversation_row, sizeof(struct conversation), out);
}

static enum status any(struct ctx *c, const struct db_filter *filter, bool *out)
{
    struct list found;

    TRY(select_some(c, filter, &conversation_first_fragment, &found));
    *out = found.n > 0;
    return OK;
}

static enum status select_queued(struct ctx *c, const struct list *owners,
                                 const struct db_fragment *order, struct list *out)
{
    struct uuid_array ids = {owners->items, owners->n};
    const struct db_arg args[] = {A(ids)};
    const struct db_filter filter = {&conversation_rows_queued_fragment, args, 1};

    return select_some(c, &filter, order, out);
}

enum status conversation_lock_queued(struct ctx *c, const struct list *owners, struct list *out)
{
    return select_queued(c, owners, &conversation_queue_locked_fragment, out);
}

enum status conversation_queued(struct ctx *c, const struct list *owners, struct list *out)
{
    return select_queued(c, owners, &conversation_first_fragment, out);
}

static const str unresolved[] = {STR_INIT("open"), STR_INIT("pending"), STR_INIT("snoozed")};

enum status conversation_lock_held(struct ctx *c, struct uuid user, struct list *out)
{
    struct str_array states = {unresolved, 3};
    const struct db_arg args[] = {A(user), A(states)};
    const struct db_filter filter = {&conversation_rows_held_by_fragment, args, 2};

    return select_some(c, &filter, &conversation_some_locked_fragment, out);
}

enum status conversation_holds_any(struct ctx *c, struct uuid user, bool *out)
{
    struct str_array states = {unresolved, 3};
    const struct db_arg args[] = {A(user), A(states)};
    const struct db_filter filter = {&conversation_rows_held_by_fragment, args, 2};

    return any(c, &filter, out);
}

enum status conversation_lock_of_team(struct ctx *c, struct uuid team, struct list *out)
{
    const struct db_arg args[] = {A(team)};
    const struct db_filter filter = {&conversation_rows_of_team_fragment, args, 1};

    return select_some(c, &filter, &conversation_some_locked_fragment, out);
}

enum status conversation_team_has_any(struct ctx *c, struct uuid team, bool *out)
{
    const struct db_arg args[] = {A(team)};
    const struct db_filter filter = {&conversation_rows_of_team_fragment, args, 1};

    return any(c, &filter, out);
}
