/*
 * attachment.c - files in messages, and those that wait to be put into one.
 */
#include "store/attachment.h"

#include "db/db.h"
#include "store/attachment.sql.h"

enum { ERROR_MAX = 500 };

static const struct field attachment_row[] = {
    FIELD(struct attachment, id, 0, 0),
    FIELD(struct attachment, message_id, F_NULL, 0),
    FIELD(struct attachment, channel_id, F_NULL, 0),
    FIELD(struct attachment, uploaded_by, F_NULL, 0),
    FIELD(struct attachment, visitor_id, F_NULL, 0),
    FIELD_ENUM(struct attachment, kind, 0, &message_kind_names),
    FIELD(struct attachment, name, 0, 0),
    FIELD(struct attachment, media_type, 0, 0),
    FIELD(struct attachment, bytes, 0, 0),
    FIELD(struct attachment, sha256, F_NULL, 0),
    FIELD_ENUM(struct attachment, state, 0, &attachment_state_names),
    FIELD(struct attachment, provider_ref, F_NULL, 0),
    FIELD(struct attachment, provider_url, F_NULL, 0),
    FIELD(struct attachment, error_text, F_NULL, 0),
    FIELD(struct attachment, created_at, 0, 0),
    FIELD_END,
};

static enum status read_one(struct ctx *c, const struct db_rows *rows, struct attachment *out)
{
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such file");
    return db_read(c, rows, 0, attachment_row, out);
}

enum status attachment_select(struct ctx *c, struct uuid id, struct attachment *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &attachment_select_sql, DB_ARGS(A(c->org), A(id)), &rows));
    return read_one(c, rows, out);
}

enum status attachment_lock(struct ctx *c, struct uuid id, struct attachment *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &attachment_lock_sql, DB_ARGS(A(c->org), A(id)), &rows));
    return read_one(c, rows, out);
}

enum status attachment_list(struct ctx *c, const struct uuid *messages, size_t n, struct list *out)
{
    struct uuid_array ids = {messages, n};
    struct db_rows *rows;

    TRY(db_query(c, &attachment_list_sql, DB_ARGS(A(c->org), A(ids)), &rows));
    return db_read_all(c, rows, attachment_row, sizeof(struct attachment), out);
}

enum status attachment_insert(struct ctx *c, const struct attachment *row)
{
    str name = row->name.ptr ? str_utf8_cut(row->name, ATTACHMENT_NAME_MAX) : S("");
    str type = row->media_type.ptr ? row->media_type : S("application/octet-stream");

    return db_exec(c, &attachment_insert_sql,
                   DB_ARGS(A(c->org), A(row->id), A(row->message_id), A(row->channel_id),
                           A(row->uploaded_by), A(row->visitor_id),
                           A_WORD(&message_kind_names, row->kind), A(name), A(type), A(row->bytes),
                           A(row->sha256), A_WORD(&attachment_state_names, row->state),
                           A(row->provider_ref), A(row->provider_url)),
                   NULL);
}

enum status attachment_attach(struct ctx *c, struct uuid id, struct uuid message_id, bool *changed)
{
    int64_t n;

    TRY(db_exec(c, &attachment_attach_sql, DB_ARGS(A(c->org), A(id), A(message_id)), &n));
    *changed = n > 0;
    return OK;
}

enum status attachment_detach(struct ctx *c, struct uuid message_id)
{
    return db_exec(c, &attachment_detach_sql, DB_ARGS(A(c->org), A(message_id)), NULL);
}

enum status attachment_withdraw(struct ctx *c, struct uuid message_id)
{
    return db_exec(c, &attachment_withdraw_sql, DB_ARGS(A(c->org), A(message_id)), NULL);
}

enum status attachment_update_stored(struct ctx *c, const struct attachment *row)
{
    return db_exec(c, &attachment_update_stored_sql,
                   DB_ARGS(A(c->org), A(row->id), A_WORD(&message_kind_names, row->kind),
                           A(row->media_type), A(row->bytes), A(row->sha256)),
                   NULL);
}

enum status attachment_update_failed(struct ctx *c, struct uuid id, str error_text)
{
    str fits = str_utf8_cut(error_text, ERROR_MAX);

    return db_exec(c, &attachment_update_failed_sql, DB_ARGS(A(c->org), A(id), A(fits)), NULL);
}

enum status attachment_update_provider_ref(struct ctx *c, struct uuid id, struct uuid message_id,
                                           str provider_ref)
{
    return db_exec(c, &attachment_update_provider_ref_sql,
                   DB_ARGS(A(c->org), A(id), A(message_id), A(provider_ref)), NULL);
}

enum status attachment_forget_provider_refs(struct ctx *c, struct uuid message_id)
{
    return db_exec(c, &attachment_forget_provider_refs_sql, DB_ARGS(A(c->org), A(message_id)),
                   NULL);
}
