/*
 * signing_key.c - keys that access tokens are signed with.
 */
#include "store/signing_key.h"

#include "db/db.h"
#include "store/signing_key.sql.h"

static const struct field signing_key_row[] = {
    FIELD(struct signing_key, id, 0, 0),
    FIELD(struct signing_key, secret, 0, 0),
    FIELD(struct signing_key, created_at, 0, 0),
    FIELD_END,
};

enum status signing_key_insert(struct ctx *c, const struct signing_key *row)
{
    return db_exec(c, &signing_key_insert_sql, DB_ARGS(A(row->id), A(row->secret)), NULL);
}

enum status signing_key_list(struct ctx *c, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &signing_key_list_sql, DB_NO_ARGS, &rows));
    return db_read_all(c, rows, signing_key_row, sizeof(struct signing_key), out);
}

enum status signing_key_lock(struct ctx *c)
{
    return db_exec(c, &signing_key_lock_sql, DB_NO_ARGS, NULL);
}

enum status signing_key_purge(struct ctx *c, int64_t *removed)
{
    return db_exec(c, &signing_key_purge_sql, DB_NO_ARGS, removed);
}
