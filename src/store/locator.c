/*
 * locator.c - from an outside key to an organisation.
 */
#include "store/locator.h"

#include "db/db.h"
#include "store/locator.sql.h"

struct located {
    struct uuid org_id;
    struct uuid row_id;
};

static const struct field located_row[] = {
    FIELD(struct located, org_id, 0, 0),
    FIELD(struct located, row_id, 0, 0),
    FIELD_END,
};

struct bytes locator_channel_key(struct ctx *c, struct uuid channel_id)
{
    str key = {(const char *)channel_id.b, sizeof(channel_id.b)};

    return (struct bytes){arena_copy(c->arena, key)};
}

enum status locator_insert(struct ctx *c, str kind, struct bytes digest, struct uuid row_id)
{
    return db_exec(c, &locator_insert_sql, DB_ARGS(A(c->org), A(kind), A(digest), A(row_id)), NULL);
}

enum status locator_delete(struct ctx *c, str kind, struct bytes digest)
{
    return db_exec(c, &locator_delete_sql, DB_ARGS(A(c->org), A(kind), A(digest)), NULL);
}

enum status locator_select(struct ctx *c, str kind, struct bytes digest, struct uuid *org_id,
                           struct uuid *row_id, bool *found)
{
    struct db_rows *rows;
    struct located at;

    TRY(db_query(c, &locator_select_sql, DB_ARGS(A(kind), A(digest)), &rows));
    *found = db_count(rows) > 0;
    if (!*found)
        return OK;
    TRY(db_read(c, rows, 0, located_row, &at));
    *org_id = at.org_id;
    *row_id = at.row_id;
    return OK;
}
