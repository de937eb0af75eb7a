/*
 * dispatch_body.c - query and body through their field tables.
 *
 * What is not in the table is refused by name: a misspelt parameter that is
 * ignored is found out much later.  A row without a table takes anything, and its handler reads it.
 */
#include "api/dispatch_private.h"
#include "base/json.h"

bool query_is_search(str query)
{
    struct cur at = cur_of(query);
    str pair;

    while (!cur_at_end(&at) && cur_until(&at, '&', SIZE_MAX, &pair))
        if (str_starts_with(pair, S("q=")) && pair.len > 2)
            return true;
    return false;
}

/* ---- the query ---- */

static enum status read_value(struct ctx *c, const struct field *f, str value, void *into)
{
    switch (f->type) {
    case FT_STR:
        if (!str_is_utf8(value))
            return FAIL_FIELD(c, f->name, "%s is not UTF-8", f->name);
        if (f->max > 0 && value.len > f->max)
            return FAIL_FIELD(c, f->name, "%s must not be longer than %u bytes", f->name, f->max);
        *FIELD_PTR(str, into, f) = value;
        return OK;
    case FT_I64:
        /* zero is what an absent number is: no parameter means it */
        if (!str_parse_i64(value, FIELD_PTR(int64_t, into, f)) ||
            *FIELD_PTR(int64_t, into, f) < 1 ||
            (f->max > 0 && *FIELD_PTR(int64_t, into, f) > f->max))
            return FAIL_FIELD(c, f->name, "%s must be a number from 1 to %u", f->name, f->max);
        return OK;
    case FT_BOOL:
        *FIELD_PTR(bool, into, f) = str_eq(value, S("true"));
        if (!*FIELD_PTR(bool, into, f) && !str_eq(value, S("false")))
            return FAIL_FIELD(c, f->name, "%s must be true or false", f->name);
        return OK;
    case FT_UUID:
        if (!uuid_parse(value, FIELD_PTR(struct uuid, into, f)))
            return FAIL_FIELD(c, f->name, "%s must be a uuid", f->name);
        return OK;
    case FT_INSTANT:
        if (!instant_parse(value, FIELD_PTR(struct instant, into, f)))
            return FAIL_FIELD(c, f->name, "%s must be a time", f->name);
        return OK;
    case FT_ENUM:
        if (!field_value(f->names, value, FIELD_PTR(int, into, f)))
            return FAIL_FIELD(c, f->name, "%s is not one of its words", f->name);
        return OK;
    case FT_JSON:
    case FT_BYTES:
    case FT_SECRET:
    case FT_DOUBLE:
    case FT_OBJECT:
    case FT_LIST:
        break;
    }
    return FAIL(c, ERR_INTERNAL, "%s cannot stand in a query", f->name);
}

static bool row_of(const struct field *table, str name, size_t *out)
{
    for (size_t i = 0; table[i].name != NULL; i++) {
        if (str_eq(str_of(table[i].name), name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static enum status read_query(struct dispatch *d)
{
    struct req *r = &d->req;
    const struct field *table = r->route->query->fields;
    struct cur at = cur_of(r->x->request.query);
    str name, value;
    bool bad = false;
    size_t row;

    r->query = arena_alloc(d->ctx.arena, r->route->query->size);
    while (http_query_next(d->ctx.arena, &at, &name, &value, &bad)) {
        str shown = str_utf8_cut(name, 60);

        if (!row_of(table, name, &row))
            return FAIL_FIELD(&d->ctx, arena_copy(d->ctx.arena, shown).ptr,
                              "this parameter is not known here");
        if ((r->query_seen >> row & 1) != 0)
            return FAIL_FIELD(&d->ctx, table[row].name, "%s is given twice", table[row].name);
        if (value.len == 0)
            continue;
        TRY(read_value(&d->ctx, &table[row], value, r->query));
        r->query_seen |= UINT64_C(1) << row;
    }
    if (bad)
        return FAIL_FIELD(&d->ctx, "query", "the query is not well-formed");
    for (size_t i = 0; table[i].name != NULL; i++)
        if ((table[i].flags & F_REQUIRED) != 0 && (r->query_seen >> i & 1) == 0)
            return FAIL_FIELD(&d->ctx, table[i].name, "%s is required", table[i].name);
    return OK;
}

/* ---- the body ---- */

static bool is_json(str type)
{
    struct cur at = cur_of(type);
    str essence;

    return type.len > 0 && cur_until(&at, ';', type.len, &essence) &&
           str_eq_fold(str_trim(essence), S("application/json"));
}

/* If-Match: "7" says the same as a body's version; a proxy that compresses makes W/"7" of it; * is
 * whatever there is (0). */
static bool version_of_header(const struct req *r, int64_t *out)
{
    str match = str_trim(req_header_get(r, "If-Match"));

    if (str_eq(match, S("*"))) {
        *out = 0;
        return true;
    }
    if (str_starts_with(match, S("W/")))
        match = str_slice(match, 2, match.len);
    return match.len > 2 && match.ptr[0] == '"' && match.ptr[match.len - 1] == '"' &&
           str_parse_i64(str_slice(match, 1, match.len - 1), out) && *out > 0;
}

static enum status read_version(struct dispatch *d)
{
    struct req *r = &d->req;
    const struct field *version = route_version(r->route);

    if (version == NULL || req_has(r, "version"))
        return OK;
    if (!version_of_header(r, FIELD_PTR(int64_t, r->in, version)))
        return FAIL_FIELD(&d->ctx, "version",
                          "say which version you have seen: version or If-Match");
    r->seen |= UINT64_C(1) << (version - r->route->in->fields);
    return OK;
}

static enum status read_json(struct dispatch *d)
{
    struct req *r = &d->req;
    struct json *json;
    str body;

    if (!is_json(r->x->request.content_type))
        return FAIL_REASON(&d->ctx, ERR_INVALID, "unsupported_media_type",
                           "the body must be application/json");
    TRY(req_body(&d->ctx, r, &body));
    TRY(json_parse(&d->ctx, body, &json));
    r->in = arena_alloc(d->ctx.arena, r->route->in->size);
    TRY(json_read(&d->ctx, json, r->route->in->fields, r->in, &r->seen));
    return read_version(d);
}

enum status dispatch_read(struct dispatch *d)
{
    struct req *r = &d->req;

    if (r->route->query != NULL)
        TRY(read_query(d));
    if (r->route->in != NULL)
        TRY(read_json(d));
    if (r->route->out != NULL)
        r->out = arena_alloc(d->ctx.arena, r->route->out->size);
    return OK;
}
