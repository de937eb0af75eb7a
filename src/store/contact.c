/*
 * contact.c - people, one by one and in pages.
 *
 * LIMIT stands in the text and not in a parameter: with generic plans the planner must see that a
 * page is short.  So a page has one of two sizes, and what is too much is dropped here.
 */
#include "store/contact.h"

#include "db/db.h"
#include "store/contact.sql.h"
#include "store/search.h"

enum { SMALL_PAGE = 25 };

static const struct field contact_row[] = {
    FIELD(struct contact, id, 0, 0),
    FIELD(struct contact, name, 0, 0),
    FIELD(struct contact, owner_id, F_NULL, 0),
    FIELD(struct contact, stage_id, F_NULL, 0),
    FIELD(struct contact, locale, F_NULL, 0),
    FIELD(struct contact, source, F_NULL, 0),
    FIELD(struct contact, avatar_id, F_NULL, 0),
    FIELD(struct contact, next_follow_up_at, F_NULL, 0),
    FIELD(struct contact, follow_up_reason, F_NULL, 0),
    FIELD(struct contact, custom, 0, 0),
    FIELD(struct contact, created_at, 0, 0),
    FIELD(struct contact, updated_at, 0, 0),
    FIELD(struct contact, version, 0, 0),
    FIELD_END,
};

static const struct field contact_listed_row[] = {
    FIELD(struct contact_listed, name_key, 0, 0),
    FIELD_END,
};

static const struct field contact_follow_up_row[] = {
    FIELD(struct contact_follow_up, owner_id, F_NULL, 0),
    FIELD(struct contact_follow_up, reason, F_NULL, 0),
    FIELD(struct contact_follow_up, version, 0, 0),
    FIELD_END,
};

static enum status read_one(struct ctx *c, const struct db_rows *rows, struct contact *out)
{
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such contact");
    return db_read(c, rows, 0, contact_row, out);
}

enum status contact_select(struct ctx *c, struct uuid id, struct contact *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &contact_select_sql, DB_ARGS(A(c->org), A(id)), &rows));
    return read_one(c, rows, out);
}

enum status contact_lock(struct ctx *c, struct uuid id, struct contact *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &contact_lock_sql, DB_ARGS(A(c->org), A(id)), &rows));
    return read_one(c, rows, out);
}

enum status contact_insert(struct ctx *c, const struct contact *row)
{
    str name = row->name.ptr ? str_utf8_cut(row->name, CONTACT_NAME_MAX) : S("");

    return db_exec(c, &contact_insert_sql,
                   DB_ARGS(A(c->org), A(row->id), A(name), A(row->owner_id), A(row->stage_id),
                           A(row->locale), A(row->source), A(row->next_follow_up_at),
                           A(row->follow_up_reason), A(row->custom)),
                   NULL);
}

enum status contact_update(struct ctx *c, const struct contact *row, int64_t *version)
{
    struct db_rows *rows;

    TRY(db_query(c, &contact_update_sql,
                 DB_ARGS(A(c->org), A(row->id), A(row->name), A(row->owner_id), A(row->stage_id),
                         A(row->next_follow_up_at), A(row->follow_up_reason), A(row->custom)),
                 &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such contact");
    *version = db_scalar_i64(rows);
    return OK;
}

enum status contact_update_name_if_empty(struct ctx *c, struct uuid id, str name, int64_t *version)
{
    str fits = str_utf8_cut(name, CONTACT_NAME_MAX);
    struct db_rows *rows;

    TRY(db_query(c, &contact_update_name_if_empty_sql, DB_ARGS(A(c->org), A(id), A(fits)), &rows));
    *version = db_scalar_i64(rows);
    return OK;
}

enum status contact_take_follow_up(struct ctx *c, struct uuid id, struct contact_follow_up *out,
                                   bool *due)
{
    struct db_rows *rows;

    TRY(db_query(c, &contact_take_follow_up_sql, DB_ARGS(A(c->org), A(id)), &rows));
    *due = db_count(rows) > 0;
    return *due ? db_read(c, rows, 0, contact_follow_up_row, out) : OK;
}

static enum status read_page(struct ctx *c, const struct db_rows *rows, int limit, struct list *out)
{
    int n = db_count(rows) > limit + 1 ? limit + 1 : db_count(rows);
    struct contact_listed *items = NEW_ARRAY(c->arena, struct contact_listed, (size_t)n);

    for (int i = 0; i < n; i++)
        TRY(db_read(c, rows, i, contact_row, &items[i].contact));
    for (int i = 0; i < n; i++)
        TRY(db_read(c, rows, i, contact_listed_row, &items[i]));
    *out = (struct list){items, (size_t)n};
    return OK;
}

/* No id is smaller: with "" it stands before every name. */
static const struct uuid first_id = {
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
};

static enum status list_by_name(struct ctx *c, const struct contact_page *page,
                                struct db_rows **rows)
{
    str address = search_address(c->arena, page->q);
    str name = page->after_name.ptr ? page->after_name : S("");
    struct uuid id = page->after_name.ptr ? page->after_id : first_id;
    const struct db_arg begins[] = {A(page->q), A(name),    A(id),      A(page->q), A(page->q),
                                    A(page->q), A(address), A(address), A(name),    A(id)};
    const struct db_filter filter = {&contact_named_fragment, begins, 10};

    return db_list(c, &contact_list_sql, DB_ARGS(A(c->org)), &filter, 1,
                   page->limit <= SMALL_PAGE ? &contact_by_name_26_fragment
                                             : &contact_by_name_101_fragment,
                   rows);
}

static enum status list_by_change(struct ctx *c, const struct contact_page *page,
                                  struct db_rows **rows)
{
    const struct db_arg before[] = {A(page->after_at), A(page->after_id)};
    const struct db_filter filters[] = {
        {&contact_changed_before_fragment, before, 2}
    };

    return db_list(c, &contact_list_sql, DB_ARGS(A(c->org)), filters,
                   instant_is_none(page->after_at) ? 0 : 1,
                   page->limit <= SMALL_PAGE ? &contact_by_change_26_fragment
                                             : &contact_by_change_101_fragment,
                   rows);
}

enum status contact_list(struct ctx *c, const struct contact_page *page, struct list *out)
{
    struct db_rows *rows;

    if (page->q.len > 0)
        TRY(list_by_name(c, page, &rows));
    else
        TRY(list_by_change(c, page, &rows));
    return read_page(c, rows, page->limit, out);
}
