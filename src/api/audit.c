/*
 * audit.c - reading the audit log: by page, and as a file.
 */
#include "domain/audit.h"

#include "api/cursor.h"
#include "api/handlers.h"

enum { ACTION_MAX = 60, EXPORT_BYTES = 32 * 1024 * 1024 };

/* ---- shapes ---- */

static const struct field audit_page_json[] = {
    PAGE_FIELDS(struct audit_row, audit_row_fields),
};

const struct shape audit_page_shape = SHAPE(struct page, audit_page_json, "AuditPage");

struct audit_in {
    str action;
    struct uuid actor_id;
    struct instant since, until;
    int64_t limit;
    str cursor;
};

#define FILTER                                                                             \
    FIELD(struct audit_in, action, 0, ACTION_MAX), FIELD(struct audit_in, actor_id, 0, 0), \
        FIELD(struct audit_in, since, 0, 0), FIELD(struct audit_in, until, 0, 0)

static const struct field audit_query_in[] = {
    FILTER,
    FIELD(struct audit_in, limit, 0, 100),
    FIELD(struct audit_in, cursor, 0, 200),
    FIELD_END,
};

const struct shape audit_query = SHAPE(struct audit_in, audit_query_in, "audit_query");

static const struct field audit_export_in[] = {FILTER, FIELD_END};

const struct shape audit_export_shape = SHAPE(struct audit_in, audit_export_in, "AuditExport");

static struct audit_query asked(const struct audit_in *in)
{
    return (struct audit_query){.action = in->action.len > 0 ? in->action : (str){0},
                                .actor_id = in->actor_id,
                                .since = in->since,
                                .until = in->until};
}

/* ---- handlers ---- */

enum status get_audit(struct ctx *c, struct req *r)
{
    const struct audit_in *in = r->query;
    struct audit_query query = asked(in);
    size_t limit = (size_t)req_limit(in->limit);
    const struct audit_row *items;
    struct page *page = r->out;
    str key;

    TRY(cursor_read(c, in->cursor, &key, &query.before_id));
    query.limit = (int64_t)limit + 1;
    TRY(audit_browse(c, &query, &page->items));
    items = page->items.items;
    if (page->items.n > limit) {
        page->items.n = limit;
        page->next_cursor = cursor_text(c->arena, S(""), items[limit - 1].id);
    }
    return OK;
}

enum status post_audit_export(struct ctx *c, struct req *r)
{
    struct audit_query query = asked(r->in);
    struct buf csv = buf_new(c->arena, EXPORT_BYTES);
    str text;

    TRY(audit_export(c, &query, &csv));
    TRY(buf_done(c, &csv, &text));
    (void)req_raw(r, 200, "text/csv; charset=utf-8", text);
    req_header(r, "Content-Disposition", S("attachment; filename=\"audit.csv\""));
    return OK;
}
