/*
 * read_marker.c - how far members have read.
 */
#include "store/read_marker.h"

#include "db/db.h"
#include "store/read_marker.sql.h"

enum status read_marker_put(struct ctx *c, struct uuid conversation_id, struct uuid user_id,
                            bool *moved)
{
    int64_t changed;

    TRY(db_exec(c, &read_marker_put_sql, DB_ARGS(A(c->org), A(conversation_id), A(user_id)),
                &changed));
    *moved = changed > 0;
    return OK;
}
