/*
 * stage.c - the lead pipeline.
 */
#include "store/stage.h"

#include "db/db.h"
#include "store/stage.sql.h"

static const struct field stage_row[] = {
    FIELD(struct stage, id, 0, 0),
    FIELD(struct stage, name, 0, 0),
    FIELD(struct stage, position, 0, 0),
    FIELD(struct stage, outcome, 0, 0),
    FIELD_END,
};

enum status stage_insert(struct ctx *c, const struct stage *row)
{
    return db_exec(c, &stage_insert_sql,
                   DB_ARGS(A(c->org), A(row->id), A(row->name), A(row->position), A(row->outcome)),
                   NULL);
}

enum status stage_list(struct ctx *c, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &stage_list_sql, DB_ARGS(A(c->org)), &rows));
    return db_read_all(c, rows, stage_row, sizeof(struct stage), out);
}

enum status stage_select(struct ctx *c, struct uuid id, struct stage *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_query(c, &stage_select_sql, DB_ARGS(A(c->org), A(id)), &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, stage_row, out) : OK;
}
