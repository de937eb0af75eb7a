/*
 * args.c - typed parameters into PostgreSQL's binary formats.
 *
 * Every parameter's type is said to the server and not inferred by it: an
 * int64_t stays eight bytes whatever it is compared with, and "$2::int" casts
 * on the server.
 */
#include "db/conn.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LIST = 100000, JSONB_VERSION = 1 };

struct db_arg db_arg_str(str s)
{
    return (struct db_arg){.type = DB_TEXT, .null = !s.ptr, .s = s};
}

struct db_arg db_arg_i64(int64_t i)
{
    return (struct db_arg){.type = DB_I64, .i = i};
}

struct db_arg db_arg_bool(bool b)
{
    return (struct db_arg){.type = DB_BOOL, .b = b};
}

struct db_arg db_arg_uuid(struct uuid u)
{
    return (struct db_arg){.type = DB_UUID, .null = uuid_is_zero(u), .u = u};
}

struct db_arg db_arg_instant(struct instant t)
{
    return (struct db_arg){.type = DB_INSTANT, .null = instant_is_none(t), .i = t.us};
}

struct db_arg db_arg_json(struct json_text j)
{
    return (struct db_arg){.type = DB_JSON, .null = !j.text.ptr, .s = j.text};
}

struct db_arg db_arg_bytes(struct bytes b)
{
    return (struct db_arg){.type = DB_BYTES, .null = !b.data.ptr, .s = b.data};
}

static struct db_arg list_arg(enum db_type type, const void *items, size_t n)
{
    return (struct db_arg){
        .type = type, .list = {items, n}
    };
}

struct db_arg db_arg_uuids(struct uuid_array a)
{
    return list_arg(DB_UUID_ARRAY, a.items, a.n);
}

struct db_arg db_arg_strs(struct str_array a)
{
    return list_arg(DB_TEXT_ARRAY, a.items, a.n);
}

struct db_arg db_arg_bytes_list(struct bytes_array a)
{
    return list_arg(DB_BYTES_ARRAY, a.items, a.n);
}

struct db_arg db_arg_i64s(struct i64_array a)
{
    return list_arg(DB_I64_ARRAY, a.items, a.n);
}

struct db_arg db_arg_jsons(struct json_array a)
{
    return list_arg(DB_JSON_ARRAY, a.items, a.n);
}

struct db_arg db_arg_instants(struct instant_array a)
{
    return list_arg(DB_INSTANT_ARRAY, a.items, a.n);
}

struct db_arg db_arg_null(void)
{
    return (struct db_arg){.null = true};
}

Oid args_oid(enum db_type type)
{
    static const Oid oids[] = {
        [DB_TEXT] = OID_TEXT,
        [DB_I64] = OID_INT8,
        [DB_BOOL] = OID_BOOL,
        [DB_UUID] = OID_UUID,
        [DB_INSTANT] = OID_TIMESTAMPTZ,
        [DB_JSON] = OID_JSONB,
        [DB_BYTES] = OID_BYTEA,
        [DB_UUID_ARRAY] = OID_UUID_ARRAY,
        [DB_TEXT_ARRAY] = OID_TEXT_ARRAY,
        [DB_BYTES_ARRAY] = OID_BYTEA_ARRAY,
        [DB_I64_ARRAY] = OID_INT8_ARRAY,
        [DB_JSON_ARRAY] = OID_JSONB_ARRAY,
        [DB_INSTANT_ARRAY] = OID_TIMESTAMPTZ_ARRAY,
    };

    return oids[type]; /* [0] is zero: A_NULL */
}

/* One element of an array, as a scalar argument. */
static struct db_arg element(enum db_type type, const void *items, size_t i)
{
    switch (type) {
    case DB_UUID_ARRAY:
        return db_arg_uuid(((const struct uuid *)items)[i]);
    case DB_TEXT_ARRAY:
        return db_arg_str(((const str *)items)[i]);
    case DB_BYTES_ARRAY:
        return db_arg_bytes(((const struct bytes *)items)[i]);
    case DB_I64_ARRAY:
        return db_arg_i64(((const int64_t *)items)[i]);
    case DB_JSON_ARRAY:
        return db_arg_json(((const struct json_text *)items)[i]);
    case DB_INSTANT_ARRAY:
        return db_arg_instant(((const struct instant *)items)[i]);
    case DB_TEXT:
    case DB_I64:
    case DB_BOOL:
    case DB_UUID:
    case DB_INSTANT:
    case DB_JSON:
    case DB_BYTES:
        break;
    }
    abort(); /* not an array */
}

/* Bytes that a scalar takes in binary. */
static size_t scalar_size(const struct db_arg *a)
{
    if (a->null)
        return 0;
    if (a->type == DB_TEXT || a->type == DB_BYTES)
        return a->s.len;
    if (a->type == DB_JSON)
        return a->s.len + 1;
    return a->type == DB_UUID ? 16 : a->type == DB_BOOL ? 1 : 8;
}

static void scalar_write(const struct db_arg *a, char *out)
{
    if (a->type == DB_TEXT || a->type == DB_BYTES) {
        memcpy(out, a->s.ptr, a->s.len);
    } else if (a->type == DB_JSON) {
        out[0] = JSONB_VERSION;
        memcpy(out + 1, a->s.ptr, a->s.len);
    } else if (a->type == DB_UUID) {
        memcpy(out, a->u.b, 16);
    } else if (a->type == DB_BOOL) {
        out[0] = a->b ? 1 : 0;
    } else {
        uint64_t be = htobe64((uint64_t)(a->type == DB_INSTANT ? a->i - PG_EPOCH_US : a->i));

        memcpy(out, &be, 8);
    }
}

static char *put_i32(char *at, uint32_t value)
{
    uint32_t be = htobe32(value);

    memcpy(at, &be, 4);
    return at + 4;
}

static Oid element_oid(enum db_type type)
{
    static const enum db_type scalars[] = {
        [DB_UUID_ARRAY] = DB_UUID, [DB_TEXT_ARRAY] = DB_TEXT, [DB_BYTES_ARRAY] = DB_BYTES,
        [DB_I64_ARRAY] = DB_I64,   [DB_JSON_ARRAY] = DB_JSON, [DB_INSTANT_ARRAY] = DB_INSTANT,
    };

    return args_oid(scalars[type]);
}

/* dimensions, has nulls, element type; then length and lower bound; then each with its size */
static str array_encode(struct ctx *c, const struct db_arg *a)
{
    size_t size = 20;
    bool nulls = false;
    char *start, *at;

    for (size_t i = 0; i < a->list.n; i++) {
        struct db_arg e = element(a->type, a->list.items, i);

        size += 4 + scalar_size(&e);
        nulls = nulls || e.null;
    }
    start = at = arena_alloc(c->arena, size);
    at = put_i32(at, a->list.n ? 1 : 0);
    at = put_i32(at, nulls);
    at = put_i32(at, element_oid(a->type));
    if (a->list.n) {
        at = put_i32(at, (uint32_t)a->list.n);
        at = put_i32(at, 1);
    }
    for (size_t i = 0; i < a->list.n; i++) {
        struct db_arg e = element(a->type, a->list.items, i);
        size_t n = scalar_size(&e);

        at = put_i32(at, e.null ? UINT32_MAX : (uint32_t)n);
        if (!e.null)
            scalar_write(&e, at);
        at += n;
    }
    return (str){start, (size_t)(at - start)};
}

enum status args_encode(struct ctx *c, const struct db_arg *args, int n, struct encoded *out)
{
    assert(n >= 0 && n <= MAX_PARAMS);
    for (int i = 0; i < n; i++) {
        const struct db_arg *a = &args[i];
        str data;

        out->types[i] = args_oid(a->type);
        out->formats[i] = 1;
        out->values[i] = NULL;
        out->lengths[i] = 0;
        if (a->null)
            continue;
        if (a->type >= DB_UUID_ARRAY) {
            if (a->list.n > MAX_LIST)
                return FAIL(c, ERR_TOO_LARGE, "too many items at once");
            data = array_encode(c, a);
        } else if (a->type == DB_TEXT || a->type == DB_BYTES) {
            data = a->s;
        } else {
            size_t size = scalar_size(a);
            char *at = size <= sizeof(out->fixed[i]) ? out->fixed[i] : arena_alloc(c->arena, size);

            scalar_write(a, at);
            data = (str){at, size};
        }
        if (data.len > INT32_MAX / 2)
            return FAIL(c, ERR_TOO_LARGE, "this is too large to store");
        out->values[i] = data.ptr;
        out->lengths[i] = (int)data.len;
    }
    return OK;
}
