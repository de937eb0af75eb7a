/*
 * ingest.c - see ingest.h.
 */
#include "store/ingest.h"

#include "db/db.h"
#include "store/ingest.sql.h"

static const struct field known_address_row[] = {
    FIELD(struct known_address, id, 0, 0),
    FIELD(struct known_address, contact_id, 0, 0),
    FIELD(struct known_address, kind, 0, 0),
    FIELD(struct known_address, unnamed, 0, 0),
    FIELD_END,
};

static str or_null(str s)
{
    return s.len > 0 ? s : (str){NULL, 0};
}

enum status ingest_find_addresses(struct ctx *c, str kind, str value, str other_kind,
                                  str other_value, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(
        c, &ingest_find_addresses_sql,
        DB_ARGS(A(c->org), A(kind), A(or_null(value)), A(other_kind), A(or_null(other_value))),
        &rows));
    return db_read_all(c, rows, known_address_row, sizeof(struct known_address), out);
}

struct moment {
    struct instant at;
};

static const struct field moment_row[] = {
    FIELD(struct moment, at, F_NULL, 0),
    FIELD_END,
};

enum status ingest_merge_contacts(struct ctx *c, struct uuid keep, struct uuid drop,
                                  struct instant *follow_up)
{
    static const struct db_stmt *const moves[] = {
        &ingest_merge_identities_sql,    &ingest_merge_authors_sql, &ingest_merge_reactions_sql,
        &ingest_merge_conversations_sql, &ingest_merge_notes_sql,
    };
    struct db_rows *rows;
    struct moment next = {.at = {0}};

    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
        TRY(db_exec(c, moves[i], DB_ARGS(A(c->org), A(keep), A(drop)), NULL));
    TRY(db_query(c, &ingest_merge_contact_sql, DB_ARGS(A(c->org), A(keep), A(drop)), &rows));
    if (db_count(rows) > 0)
        TRY(db_read(c, rows, 0, moment_row, &next));
    TRY(db_exec(c, &ingest_remove_contact_sql, DB_ARGS(A(c->org), A(drop)), NULL));
    *follow_up = next.at;
    return OK;
}

static const struct field read_message_row[] = {
    FIELD(struct read_message, id, 0, 0),
    FIELD(struct read_message, version, 0, 0),
    FIELD_END,
};

enum status ingest_read_up_to(struct ctx *c, struct uuid conversation_id, struct instant up_to,
                              struct instant at, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &ingest_read_up_to_sql, DB_ARGS(A(c->org), A(conversation_id), A(up_to), A(at)),
                 &rows));
    return db_read_all(c, rows, read_message_row, sizeof(struct read_message), out);
}
