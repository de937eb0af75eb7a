/*
 * message.c - messages: one by one, in pages, and the steps of their lives.
 */
#include "store/message.h"

#include "db/db.h"
#include "store/message.sql.h"

enum { ERROR_CODE_MAX = 64, ERROR_TEXT_MAX = 1000 };

static const struct field message_row[] = {
    FIELD(struct message, id, 0, 0),
    FIELD(struct message, conversation_id, 0, 0),
    FIELD(struct message, channel_id, 0, 0),
    FIELD_ENUM(struct message, direction, 0, &direction_names),
    FIELD_ENUM(struct message, kind, 0, &message_kind_names),
    FIELD_ENUM(struct message, author, 0, &author_kind_names),
    FIELD(struct message, author_id, F_NULL, 0),
    FIELD(struct message, body, 0, 0),
    FIELD(struct message, payload, F_NULL, 0),
    FIELD(struct message, reply_to_id, F_NULL, 0),
    FIELD(struct message, forwarded, 0, 0),
    FIELD(struct message, provider_id, F_NULL, 0),
    FIELD(struct message, at, 0, 0),
    FIELD_ENUM(struct message, state, 0, &message_state_names),
    FIELD(struct message, error_code, F_NULL, 0),
    FIELD(struct message, error_text, F_NULL, 0),
    FIELD(struct message, send_at, F_NULL, 0),
    FIELD(struct message, sent_at, F_NULL, 0),
    FIELD(struct message, delivered_at, F_NULL, 0),
    FIELD(struct message, read_at, F_NULL, 0),
    FIELD(struct message, edited_at, F_NULL, 0),
    FIELD(struct message, revoked_at, F_NULL, 0),
    FIELD(struct message, version, 0, 0),
    FIELD_END,
};

static const struct field message_item_row[] = {
    FIELD(struct message_item, author_name, F_NULL, 0),
    FIELD(struct message_item, reply_id, F_NULL, 0),
    FIELD(struct message_item, reply_kind, F_NULL, 0),
    FIELD(struct message_item, reply_body, F_NULL, 0),
    FIELD(struct message_item, reply_author, F_NULL, 0),
    FIELD(struct message_item, reply_author_name, F_NULL, 0),
    FIELD_END,
};

/* ---- one row ---- */

static enum status select_row(struct ctx *c, const struct db_filter *filter,
                              const struct db_fragment *order, struct message *out, bool *found)
{
    struct db_rows *rows;

    TRY(db_list(c, &message_select_sql, DB_ARGS(A(c->org)), filter, 1, order, &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, message_row, out) : OK;
}

static enum status no_message(struct ctx *c)
{
    return FAIL(c, ERR_NOT_FOUND, "no such message");
}

static enum status select_by_id(struct ctx *c, struct uuid id, const struct db_fragment *order,
                                struct message *out)
{
    const struct db_arg args[] = {A(id)};
    const struct db_filter filter = {&message_row_of_id_fragment, args, 1};
    bool found;

    TRY(select_row(c, &filter, order, out, &found));
    return found ? OK : no_message(c);
}

enum status message_select(struct ctx *c, struct uuid id, struct message *out)
{
    return select_by_id(c, id, NULL, out);
}

enum status message_lock(struct ctx *c, struct uuid id, struct message *out)
{
    return select_by_id(c, id, &message_locked_fragment, out);
}

enum status message_find_by_provider(struct ctx *c, struct uuid channel_id, str provider_id,
                                     struct message *out, bool *found)
{
    const struct db_arg args[] = {A(channel_id), A(provider_id)};
    const struct db_filter filter = {&message_row_of_provider_fragment, args, 2};

    return select_row(c, &filter, NULL, out, found);
}

enum status message_find_last_inbound(struct ctx *c, struct uuid conversation_id,
                                      struct message *out, bool *found)
{
    const struct db_arg args[] = {A(conversation_id)};
    const struct db_filter filter = {&message_rows_inbound_fragment, args, 1};

    return select_row(c, &filter, &message_newest_fragment, out, found);
}

/* ---- threads ---- */

static enum status read_items(struct ctx *c, const struct db_rows *rows, int limit,
                              struct list *out)
{
    int n = db_count(rows) > limit + 1 ? limit + 1 : db_count(rows);
    struct message_item *items = NEW_ARRAY(c->arena, struct message_item, (size_t)n);

    for (int i = 0; i < n; i++)
        TRY(db_read(c, rows, i, message_row, &items[i].message));
    for (int i = 0; i < n; i++)
        TRY(db_read(c, rows, i, message_item_row, &items[i]));
    *out = (struct list){items, (size_t)n};
    return OK;
}

/* The reader, where that part is in reach; none otherwise. */
static struct uuid own(const struct conversation_scope *scope)
{
    return scope->assigned ? scope->user_id : (struct uuid){{0}};
}

static struct uuid teams(const struct conversation_scope *scope)
{
    return scope->team ? scope->user_id : (struct uuid){{0}};
}

enum status message_view(struct ctx *c, struct uuid id, const struct conversation_scope *scope,
                         struct message_item *out)
{
    const struct db_arg args[] = {A(id)};
    const struct db_filter filter = {&message_of_id_fragment, args, 1};
    struct db_rows *rows;
    struct list found;

    TRY(db_list(
        c, &message_list_sql,
        DB_ARGS(A(c->org), A(own(scope)), A(scope->all), A(scope->unassigned), A(teams(scope))),
        &filter, 1, NULL, &rows));
    TRY(read_items(c, rows, 1, &found));
    if (found.n == 0)
        return no_message(c);
    *out = *(const struct message_item *)found.items;
    return OK;
}

static const struct db_fragment *page_fragment(int limit)
{
    if (limit <= 25)
        return &message_page_26_fragment;
    return limit <= 50 ? &message_page_51_fragment : &message_page_101_fragment;
}

enum status message_list(struct ctx *c, const struct message_page *page,
                         const struct conversation_scope *scope, struct list *out)
{
    const struct db_arg of_conversation[] = {A(page->conversation_id), A(page->conversation_id)};
    const struct db_arg before[] = {A(page->before), A(page->before_id)};
    const struct db_arg after[] = {A(page->conversation_id), A(page->after_id)};
    struct db_filter filters[4];
    struct db_rows *rows;
    size_t n = 0;

    filters[n++] = (struct db_filter){&message_of_conversation_fragment, of_conversation, 2};
    if (!instant_is_none(page->before))
        filters[n++] = (struct db_filter){&message_before_fragment, before, 2};
    if (!uuid_is_zero(page->after_id))
        filters[n++] = (struct db_filter){&message_after_fragment, after, 2};
    if (page->public_only)
        filters[n++] = (struct db_filter){&message_public_fragment, NULL, 0};
    TRY(db_list(
        c, &message_list_sql,
        DB_ARGS(A(c->org), A(own(scope)), A(scope->all), A(scope->unassigned), A(teams(scope))),
        filters, n, page_fragment(page->limit), &rows));
    return read_items(c, rows, page->limit, out);
}

/* ---- writing ---- */

static enum status insert(struct ctx *c, const struct db_stmt *stmt, const struct message *row,
                          int64_t *changed)
{
    return db_exec(c, stmt,
                   DB_ARGS(A(c->org), A(row->id), A(row->conversation_id), A(row->channel_id),
                           A_WORD(&direction_names, row->direction),
                           A_WORD(&message_kind_names, row->kind),
                           A_WORD(&author_kind_names, row->author), A(row->author_id),
                           A(row->body.ptr ? row->body : S("")), A(row->payload),
                           A(row->reply_to_id), A(row->forwarded), A(row->provider_id), A(row->at),
                           A_WORD(&message_state_names, row->state), A(row->error_code),
                           A(row->error_text), A(row->send_at), A(row->sent_at)),
                   changed);
}

enum status message_insert(struct ctx *c, const struct message *row)
{
    return insert(c, &message_insert_sql, row, NULL);
}

enum status message_insert_once(struct ctx *c, const struct message *row, bool *inserted)
{
    int64_t changed;

    TRY(insert(c, &message_insert_once_sql, row, &changed));
    *inserted = changed > 0;
    return OK;
}

static str cut(str text, size_t max)
{
    return text.ptr ? str_utf8_cut(text, max) : text;
}

enum status message_advance(struct ctx *c, const struct message_step *step, int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &message_advance_sql,
                 DB_ARGS(A(c->org), A(step->id), A_WORD(&message_state_names, step->to),
                         A(step->at), A(step->provider_id),
                         A(cut(step->error_code, ERROR_CODE_MAX)),
                         A(cut(step->error_text, ERROR_TEXT_MAX)), A(step->send_at)),
                 &rows));
    *version = db_scalar_i64(rows);
    return OK;
}

enum status message_update_body(struct ctx *c, struct uuid id, str body, struct instant edited_at,
                                int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &message_update_body_sql, DB_ARGS(A(c->org), A(id), A(body), A(edited_at)),
                 &rows));
    *version = db_scalar_i64(rows);
    return OK;
}

enum status message_update_revoked(struct ctx *c, struct uuid id, struct instant at,
                                   int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &message_update_revoked_sql, DB_ARGS(A(c->org), A(id), A(at)), &rows));
    *version = db_scalar_i64(rows);
    return OK;
}

enum status message_bump(struct ctx *c, struct uuid id, int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &message_bump_sql, DB_ARGS(A(c->org), A(id)), &rows));
    *version = db_scalar_i64(rows);
    return OK;
}
