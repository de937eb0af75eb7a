/*
 * rows.c - results in binary, read through a field table by column name.
 *
 * Texts point into the result, which goes with the ctx's arena; only the
 * places of the columns are worked out, once per table and not per row.
 */
#include "db/conn.h"

#include <endian.h>
#include <string.h>

enum { MAX_COLUMNS = 64 };

struct db_rows {
    PGresult *result;
    const struct field *mapped; /* the table that columns[] is for */
    int columns[MAX_COLUMNS];
};

static void clear(void *result)
{
    PQclear(result);
}

struct db_rows *rows_new(struct ctx *c, PGresult *result)
{
    struct db_rows *rows = NEW(c->arena, struct db_rows);

    rows->result = result;
    arena_defer(c->arena, clear, result);
    return rows;
}

int db_count(const struct db_rows *rows)
{
    return PQntuples(rows->result);
}

/* Big-endian integer of 1, 2, 4 or 8 bytes. */
static int64_t integer(const char *p, int n)
{
    uint64_t v = 0;

    for (int i = 0; i < n; i++)
        v = v << 8 | (unsigned char)p[i];
    if (n == 2)
        return (int16_t)v;
    if (n == 4)
        return (int32_t)v;
    return (int64_t)v;
}

static bool is_text(Oid type)
{
    return type == OID_TEXT || type == OID_VARCHAR || type == OID_NAME;
}

static bool is_integer(Oid type)
{
    return type == OID_INT8 || type == OID_INT4 || type == OID_INT2 || type == OID_XID8;
}

struct cell {
    Oid type;
    str data;
};

static void set_null(const struct field *f, void *out)
{
    if (f->type == FT_STR)
        *FIELD_PTR(str, out, f) = (str){NULL, 0};
    else if (f->type == FT_JSON)
        *FIELD_PTR(struct json_text, out, f) = (struct json_text){
            {NULL, 0}
        };
    else if (f->type == FT_BYTES)
        *FIELD_PTR(struct bytes, out, f) = (struct bytes){
            {NULL, 0}
        };
    else if (f->type == FT_UUID)
        *FIELD_PTR(struct uuid, out, f) = (struct uuid){{0}};
    else if (f->type == FT_INSTANT)
        *FIELD_PTR(struct instant, out, f) = (struct instant){0};
    else if (f->type == FT_BOOL)
        *FIELD_PTR(bool, out, f) = false;
    else if (f->type == FT_ENUM)
        *FIELD_PTR(int, out, f) = 0;
    else
        *FIELD_PTR(int64_t, out, f) = 0; /* FT_I64; FT_DOUBLE's zero has the same bytes */
}

static bool set_json(const struct field *f, struct cell cell, void *out)
{
    if (cell.type != OID_JSONB && cell.type != OID_JSON)
        return false;
    if (cell.type == OID_JSONB)
        cell.data = str_slice(cell.data, 1, cell.data.len); /* a version byte goes ahead */
    *FIELD_PTR(struct json_text, out, f) = (struct json_text){cell.data};
    return true;
}

static bool set_double(const struct field *f, struct cell cell, void *out)
{
    uint64_t bits;

    if (cell.type != OID_FLOAT8)
        return false;
    memcpy(&bits, cell.data.ptr, sizeof(bits));
    bits = be64toh(bits);
    memcpy(FIELD_PTR(double, out, f), &bits, sizeof(bits));
    return true;
}

/* false: the column's type does not fit the member's */
static bool set_value(const struct field *f, struct cell cell, void *out)
{
    switch (f->type) {
    case FT_STR:
        *FIELD_PTR(str, out, f) = cell.data;
        return is_text(cell.type);
    case FT_I64:
        *FIELD_PTR(int64_t, out, f) = integer(cell.data.ptr, (int)cell.data.len);
        return is_integer(cell.type);
    case FT_BOOL:
        *FIELD_PTR(bool, out, f) = cell.data.ptr[0] != 0;
        return cell.type == OID_BOOL;
    case FT_UUID:
        if (cell.type != OID_UUID)
            return false;
        memcpy(FIELD_PTR(struct uuid, out, f)->b, cell.data.ptr, 16);
        return true;
    case FT_INSTANT:
        FIELD_PTR(struct instant, out, f)->us = integer(cell.data.ptr, 8) + PG_EPOCH_US;
        return cell.type == OID_TIMESTAMPTZ;
    case FT_BYTES:
        *FIELD_PTR(struct bytes, out, f) = (struct bytes){cell.data};
        return cell.type == OID_BYTEA;
    case FT_JSON:
        return set_json(f, cell, out);
    case FT_DOUBLE:
        return set_double(f, cell, out);
    case FT_ENUM:
        return is_text(cell.type) && field_value(f->names, cell.data, FIELD_PTR(int, out, f));
    case FT_SECRET:
    case FT_OBJECT:
    case FT_LIST:
        return false;
    }
    return false;
}

static enum status bad_column(struct ctx *c, const struct field *f, const char *what)
{
    enum status s = FAIL(c, ERR_INTERNAL, "something went wrong on our side");

    err_cause(c, arena_printf(c->arena, "column %s %s", f->name, what).ptr);
    return s;
}

/* Columns are found once for a table and kept: PQfnumber is a linear search. */
static enum status map_columns(struct ctx *c, struct db_rows *rows, const struct field *table)
{
    int n = 0;

    if (rows->mapped == table)
        return OK;
    for (const struct field *f = table; f->name; f++, n++) {
        if (n == MAX_COLUMNS)
            return bad_column(c, f, "is one too many");
        rows->columns[n] = PQfnumber(rows->result, f->name);
        if (rows->columns[n] < 0)
            return bad_column(c, f, "is not in the result");
    }
    rows->mapped = table;
    return OK;
}

static enum status read_row(struct ctx *c, const struct db_rows *rows, int i,
                            const struct field *table, void *out)
{
    const int *column = rows->columns;

    for (const struct field *f = table; f->name; f++, column++) {
        struct cell cell = {
            PQftype(rows->result, *column), {NULL, 0}
        };

        if (PQgetisnull(rows->result, i, *column)) {
            if (!(f->flags & F_NULL))
                return bad_column(c, f, "is unexpectedly null");
            set_null(f, out);
            continue;
        }
        cell.data.ptr = PQgetvalue(rows->result, i, *column);
        cell.data.len = (size_t)PQgetlength(rows->result, i, *column);
        if (!set_value(f, cell, out))
            return bad_column(c, f, "has another type than its member");
    }
    return OK;
}

enum status db_read(struct ctx *c, const struct db_rows *rows, int i, const struct field *table,
                    void *out)
{
    /* the map is a cache inside the caller's own result */
    struct db_rows *cache = (struct db_rows *)(uintptr_t)rows;

    if (i < 0 || i >= db_count(rows))
        return FAIL(c, ERR_INTERNAL, "something went wrong on our side");
    TRY(map_columns(c, cache, table));
    return read_row(c, rows, i, table, out);
}

enum status db_read_all(struct ctx *c, const struct db_rows *rows, const struct field *table,
                        size_t size, struct list *out)
{
    size_t n = (size_t)db_count(rows);
    char *items = arena_alloc_array(c->arena, size, n ? n : 1);

    for (size_t i = 0; i < n; i++)
        TRY(db_read(c, rows, (int)i, table, items + i * size));
    *out = (struct list){items, n};
    return OK;
}

int64_t db_scalar_i64(const struct db_rows *rows)
{
    if (db_count(rows) == 0 || PQnfields(rows->result) == 0 || PQgetisnull(rows->result, 0, 0))
        return 0;
    return integer(PQgetvalue(rows->result, 0, 0), PQgetlength(rows->result, 0, 0));
}
