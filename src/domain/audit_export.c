/*
 * audit_export.c - the audit log as a file for a spreadsheet.
 */
#include "domain/audit.h"

/* A cell in quotes.  One that begins like a formula gets an apostrophe before it, since a name or a
 * user agent is what somebody else wrote. */
static void add_cell(struct buf *b, str text)
{
    buf_add_char(b, '"');
    if (text.len > 0 && strchr("=+-@\t\r", text.ptr[0]))
        buf_add_char(b, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, text.ptr[i]);
    }
    buf_add_char(b, '"');
}

static void add_line(struct arena *a, struct buf *b, const struct audit_row *row)
{
    const str cells[] = {
        instant_str(a, row->at), str_of(field_word(&actor_kind_names, (int)row->actor_kind)),
        row->actor_name,         row->action,
        row->entity_name,        row->ip,
        row->user_agent,         row->request_id,
        row->before.text,        row->after.text,
    };

    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        if (i > 0)
            buf_add_char(b, ',');
        add_cell(b, cells[i]);
    }
    buf_add(b, S("\r\n"));
}

enum status audit_browse(struct ctx *c, const struct audit_query *query, struct list *out)
{
    return audit_list(c, query, out);
}

enum status audit_export(struct ctx *c, const struct audit_query *query, struct buf *csv)
{
    struct audit_query next = *query;
    size_t total = 0;
    struct list page;

    next.limit = AUDIT_LIMIT_MAX;
    buf_add(csv,
            S("time,actor kind,actor,action,object,address,user agent,request,before,after\r\n"));
    do {
        const struct audit_row *rows;

        TRY(audit_list(c, &next, &page));
        rows = page.items;
        total += page.n;
        if (total > AUDIT_EXPORT_MAX)
            return FAIL_FIELD(c, "since", "these are more than %d entries; choose a shorter time",
                              AUDIT_EXPORT_MAX);
        for (size_t i = 0; i < page.n; i++)
            add_line(c->arena, csv, &rows[i]);
        if (page.n > 0)
            next.before_id = rows[page.n - 1].id;
    } while (page.n == AUDIT_LIMIT_MAX);
    return audit_write(c, &(struct audit){.action = "audit.export"});
}
