/*
 * conversation.c - threads, one by one: finding, locking, and keeping what the list shows.
 *
 * conversation_list.c has the pages, conversation_some.c what is done to many.
 */
#include "store/conversation.h"

#include "db/db.h"
#include "store/conversation.sql.h"
#include "store/conversation_row.h"

const struct field conversation_row[] = {
    FIELD(struct conversation, id, 0, 0),
    FIELD(struct conversation, contact_id, 0, 0),
    FIELD(struct conversation, channel_id, 0, 0),
    FIELD(struct conversation, identity_id, 0, 0),
    FIELD(struct conversation, number, 0, 0),
    FIELD_ENUM(struct conversation, state, 0, &conversation_state_names),
    FIELD(struct conversation, snoozed_until, F_NULL, 0),
    FIELD(struct conversation, assignee_id, F_NULL, 0),
    FIELD(struct conversation, team_id, F_NULL, 0),
    FIELD(struct conversation, queued_at, F_NULL, 0),
    FIELD(struct conversation, sort_at, 0, 0),
    FIELD(struct conversation, last_message_at, F_NULL, 0),
    FIELD(struct conversation, last_inbound_at, F_NULL, 0),
    FIELD(struct conversation, last_message_id, F_NULL, 0),
    FIELD(struct conversation, inbound_count, 0, 0),
    FIELD(struct conversation, waiting_since, F_NULL, 0),
    FIELD(struct conversation, first_reply_at, F_NULL, 0),
    FIELD(struct conversation, window_closes_at, F_NULL, 0),
    FIELD(struct conversation, version, 0, 0),
    FIELD(struct conversation, basis_version, 0, 0),
    FIELD_END,
};

/* ---- one row ---- */

static enum status select_row(struct ctx *c, const struct db_filter *filter,
                              const struct db_fragment *order, struct conversation *out,
                              bool *found)
{
    struct db_rows *rows;

    TRY(db_list(c, &conversation_select_sql, DB_ARGS(A(c->org)), filter, 1, order, &rows));
    *found = db_count(rows) > 0;
    return *found ? db_read(c, rows, 0, conversation_row, out) : OK;
}

static enum status select_by_id(struct ctx *c, struct uuid id, const struct db_fragment *order,
                                struct conversation *out)
{
    const struct db_arg args[] = {A(id)};
    const struct db_filter filter = {&conversation_row_of_id_fragment, args, 1};
    bool found;

    TRY(select_row(c, &filter, order, out, &found));
    return found ? OK : FAIL(c, ERR_NOT_FOUND, "no such conversation");
}

enum status conversation_select(struct ctx *c, struct uuid id, struct conversation *out)
{
    return select_by_id(c, id, NULL, out);
}

enum status conversation_lock(struct ctx *c, struct uuid id, struct conversation *out)
{
    return select_by_id(c, id, &conversation_locked_fragment, out);
}

enum status conversation_lock_due(struct ctx *c, struct uuid id, struct conversation *out,
                                  bool *due)
{
    const struct db_arg args[] = {A(id)};
    const struct db_filter filter = {&conversation_row_due_fragment, args, 1};

    return select_row(c, &filter, &conversation_locked_fragment, out, due);
}

enum status conversation_find_thread(struct ctx *c, struct uuid channel_id, struct uuid identity_id,
                                     struct conversation *out, bool *found)
{
    const struct db_arg args[] = {A(channel_id), A(identity_id)};
    const struct db_filter filter = {&conversation_row_of_identity_fragment, args, 2};

    return select_row(c, &filter, NULL, out, found);
}

enum status conversation_find_address(struct ctx *c, struct uuid channel_id, str kind, str value,
                                      struct conversation *out, bool *found)
{
    const struct db_arg args[] = {A(channel_id), A(kind), A(value)};
    const struct db_filter filter = {&conversation_row_of_address_fragment, args, 3};

    return select_row(c, &filter, NULL, out, found);
}

enum status conversation_lock_by_contact(struct ctx *c, struct uuid contact_id, struct list *out)
{
    const struct db_arg args[] = {A(contact_id)};
    const struct db_filter filter = {&conversation_rows_of_contact_fragment, args, 1};
    struct db_rows *rows;

    TRY(db_list(c, &conversation_select_sql, DB_ARGS(A(c->org)), &filter, 1,
                &conversation_all_locked_fragment, &rows));
    return db_read_all(c, rows, conversation_row, sizeof(struct conversation), out);
}

/* ---- writing ---- */

struct placed {
    struct uuid team_id;
};

static const struct field placed_row[] = {
    FIELD(struct placed, team_id, F_NULL, 0),
    FIELD_END,
};

enum status conversation_insert(struct ctx *c, struct conversation *row, bool *inserted)
{
    struct placed placed;
    struct db_rows *rows;

    TRY(db_query(c, &conversation_insert_sql,
                 DB_ARGS(A(c->org), A(row->id), A(row->contact_id), A(row->channel_id),
                         A(row->identity_id), A(row->number),
                         A_WORD(&conversation_state_names, row->state), A(row->assignee_id),
                         A(row->sort_at), A(row->window_closes_at)),
                 &rows));
    *inserted = db_count(rows) > 0;
    if (!*inserted)
        return OK;
    TRY(db_read(c, rows, 0, placed_row, &placed));
    row->team_id = placed.team_id;
    return OK;
}

/* One line: white space of any kind and length becomes a blank. */
static str preview_of(struct arena *a, str body)
{
    str trimmed = str_trim(body);
    size_t room = CONVERSATION_PREVIEW_MAX + 4; /* so that the cut sees a whole character */
    char *out = arena_alloc(a, room);
    size_t n = 0;

    for (size_t i = 0; i < trimmed.len && n < room; i++) {
        char ch = trimmed.ptr[i];

        if (ch >= '\t' && ch <= '\r')
            ch = ' ';
        if (ch != ' ' || (n > 0 && out[n - 1] != ' '))
            out[n++] = ch;
    }
    return str_utf8_cut((str){out, n}, CONVERSATION_PREVIEW_MAX);
}

static enum status read_version(struct ctx *c, const struct db_rows *rows, int64_t *version)
{
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such conversation");
    if (version)
        *version = db_scalar_i64(rows);
    return OK;
}

static const struct field heard_row[] = {
    FIELD(struct conversation_heard, version, 0, 0),
    FIELD(struct conversation_heard, assignee_id, F_NULL, 0),
    FIELD(struct conversation_heard, team_id, F_NULL, 0),
    FIELD(struct conversation_heard, queued, 0, 0),
    FIELD(struct conversation_heard, reassign_hours, 0, 0),
    FIELD_END,
};

enum status conversation_touch_inbound(struct ctx *c, const struct conversation_touch *t,
                                       struct conversation_heard *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &conversation_touch_inbound_sql,
                 DB_ARGS(A(c->org), A(t->id), A(t->message_id), A(t->at),
                         A(preview_of(c->arena, t->preview)), A_WORD(&message_kind_names, t->kind),
                         A_WORD(&message_state_names, t->state), A(t->window_closes_at)),
                 &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such conversation");
    return out ? db_read(c, rows, 0, heard_row, out) : OK;
}

enum status conversation_touch_outbound(struct ctx *c, const struct conversation_touch *t,
                                        int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &conversation_touch_outbound_sql,
                 DB_ARGS(A(c->org), A(t->id), A(t->message_id), A(t->at),
                         A(preview_of(c->arena, t->preview)), A_WORD(&message_kind_names, t->kind),
                         A_WORD(&message_state_names, t->state), A(t->author_id), A(t->undoable)),
                 &rows));
    return read_version(c, rows, version);
}

enum status conversation_update_last_state(struct ctx *c, struct uuid id, struct uuid message_id,
                                           enum message_state state)
{
    return db_exec(c, &conversation_update_last_state_sql,
                   DB_ARGS(A(c->org), A(id), A(message_id), A_WORD(&message_state_names, state)),
                   NULL);
}

enum status conversation_update_last_preview(struct ctx *c, struct uuid id, struct uuid message_id,
                                             str body)
{
    return db_exec(c, &conversation_update_last_preview_sql,
                   DB_ARGS(A(c->org), A(id), A(message_id), A(preview_of(c->arena, body))), NULL);
}

/* The message that the list should show. */
struct shown {
    struct uuid id;
    struct instant at;
    str body;
    str kind;
    str direction;
    str state;
    struct uuid author_id;
};

static const struct field shown_row[] = {
    FIELD(struct shown, id, 0, 0),
    FIELD(struct shown, at, 0, 0),
    FIELD(struct shown, body, 0, 0),
    FIELD(struct shown, kind, 0, 0),
    FIELD(struct shown, direction, 0, 0),
    FIELD(struct shown, state, 0, 0),
    FIELD(struct shown, author_id, F_NULL, 0),
    FIELD_END,
};

enum status conversation_recount(struct ctx *c, struct uuid id, struct instant cancelled_at,
                                 int64_t *version)
{
    struct shown shown = {.id = {{0}}};
    struct db_rows *rows;

    TRY(db_query(c, &conversation_select_shown_sql, DB_ARGS(A(c->org), A(id)), &rows));
    if (db_count(rows) > 0)
        TRY(db_read(c, rows, 0, shown_row, &shown));
    TRY(db_query(c, &conversation_recount_sql,
                 DB_ARGS(A(c->org), A(id), A(shown.id), A(shown.at),
                         A(preview_of(c->arena, shown.body)), A(shown.kind), A(shown.direction),
                         A(shown.state), A(cancelled_at), A(shown.author_id)),
                 &rows));
    return read_version(c, rows, version);
}

enum status conversation_restore(struct ctx *c, struct uuid id, int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &conversation_restore_sql, DB_ARGS(A(c->org), A(id)), &rows));
    *version = db_scalar_i64(rows);
    return OK;
}

enum status conversation_update_seen(struct ctx *c, struct uuid id, struct instant at)
{
    return db_exec(c, &conversation_update_seen_sql, DB_ARGS(A(c->org), A(id), A(at)), NULL);
}

enum status conversation_update(struct ctx *c, const struct conversation *row, int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &conversation_update_sql,
                 DB_ARGS(A(c->org), A(row->id), A_WORD(&conversation_state_names, row->state),
                         A(row->snoozed_until), A(row->assignee_id), A(row->team_id)),
                 &rows));
    return read_version(c, rows, version);
}

enum status conversation_assign(struct ctx *c, struct uuid id, struct uuid assignee,
                                int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &conversation_assign_sql, DB_ARGS(A(c->org), A(id), A(assignee)), &rows));
    return read_version(c, rows, version);
}

enum status conversation_queue(struct ctx *c, struct uuid id)
{
    return db_exec(c, &conversation_queue_sql, DB_ARGS(A(c->org), A(id)), NULL);
}

enum status conversation_unqueue(struct ctx *c, struct uuid id)
{
    return db_exec(c, &conversation_unqueue_sql, DB_ARGS(A(c->org), A(id)), NULL);
}

enum status conversation_leave_team(struct ctx *c, struct uuid id, int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &conversation_leave_team_sql, DB_ARGS(A(c->org), A(id)), &rows));
    return read_version(c, rows, version);
}

enum status conversation_bring_back(struct ctx *c, struct uuid id, str attention, str text,
                                    int64_t *version)
{
    str fits = text.ptr ? str_utf8_cut(text, CONVERSATION_ATTENTION_MAX) : text;
    struct db_rows *rows;

    TRY(db_query(c, &conversation_bring_back_sql, DB_ARGS(A(c->org), A(id), A(attention), A(fits)),
                 &rows));
    return read_version(c, rows, version);
}

enum status conversation_clear_attention(struct ctx *c, struct uuid id, int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &conversation_clear_attention_sql, DB_ARGS(A(c->org), A(id)), &rows));
    *version = db_scalar_i64(rows);
    return OK;
}
