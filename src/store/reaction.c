/*
 * reaction.c - emojis on messages.
 */
#include "store/reaction.h"

#include "db/db.h"
#include "store/reaction.sql.h"

static const struct field reaction_row[] = {
    FIELD(struct reaction, message_id, 0, 0), FIELD(struct reaction, actor_id, 0, 0),
    FIELD(struct reaction, by_contact, 0, 0), FIELD(struct reaction, emoji, 0, 0),
    FIELD(struct reaction, at, 0, 0),         FIELD_END,
};

enum status reaction_put(struct ctx *c, const struct reaction *row, bool *changed)
{
    int64_t n;

    TRY(db_exec(c, &reaction_put_sql,
                DB_ARGS(A(c->org), A(row->message_id), A(row->actor_id), A(row->by_contact),
                        A(row->emoji), A(row->at)),
                &n));
    *changed = n > 0;
    return OK;
}

enum status reaction_delete(struct ctx *c, const struct reaction *row, bool *changed)
{
    int64_t n;

    TRY(db_exec(c, &reaction_delete_sql,
                DB_ARGS(A(c->org), A(row->message_id), A(row->actor_id), A(row->at)), &n));
    *changed = n > 0;
    return OK;
}

enum status reaction_list(struct ctx *c, const struct uuid *messages, size_t n, struct list *out)
{
    struct uuid_array ids = {messages, n};
    struct db_rows *rows;

    TRY(db_query(c, &reaction_list_sql, DB_ARGS(A(c->org), A(ids)), &rows));
    return db_read_all(c, rows, reaction_row, sizeof(struct reaction), out);
}
