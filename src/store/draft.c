/*
 * draft.c - what a member has typed and not sent.
 */
#include "store/draft.h"

#include "db/db.h"
#include "store/draft.sql.h"

static const struct field draft_row[] = {
    FIELD(struct draft, conversation_id, 0, 0),
    FIELD(struct draft, user_id, 0, 0),
    FIELD(struct draft, kind, 0, 0),
    FIELD(struct draft, body, 0, 0),
    FIELD(struct draft, updated_at, 0, 0),
    FIELD_END,
};

enum status draft_list(struct ctx *c, struct uuid conversation_id, struct uuid user_id,
                       struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &draft_list_sql, DB_ARGS(A(c->org), A(conversation_id), A(user_id)), &rows));
    return db_read_all(c, rows, draft_row, sizeof(struct draft), out);
}

enum status draft_put(struct ctx *c, const struct draft *row)
{
    return db_exec(
        c, &draft_put_sql,
        DB_ARGS(A(c->org), A(row->conversation_id), A(row->user_id), A(row->kind), A(row->body)),
        NULL);
}

enum status draft_delete(struct ctx *c, struct uuid conversation_id, struct uuid user_id, str kind)
{
    return db_exec(c, &draft_delete_sql,
                   DB_ARGS(A(c->org), A(conversation_id), A(user_id), A(kind)), NULL);
}
