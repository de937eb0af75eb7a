/*
 * fuzz_json.c - JSON from outside: what parses dumps to text that parses to the
 * same; what a table takes goes out as JSON that the table takes again; and
 * any bytes at all become a JSON string when they are written as one.
 */
#include "fuzz.h"

#include "base/json.h"
#include "base/vocabulary.h"

struct inner {
    str name;
    double number;
    struct uuid id;
};

struct outer {
    str text;
    str maybe;
    int64_t count;
    bool flag;
    struct instant at;
    enum message_kind kind;
    struct json_text any;
    struct inner one;
    struct list many;
};

static const struct field inner_fields[] = {
    FIELD(struct inner, name, F_REQUIRED | F_NONEMPTY, 8),
    FIELD(struct inner, number, 0, 0),
    FIELD(struct inner, id, F_NULL, 0),
    FIELD_END,
};

static const struct field outer_fields[] = {
    FIELD(struct outer, text, 0, 16),
    FIELD(struct outer, maybe, F_NULL, 0),
    FIELD(struct outer, count, 0, 1000),
    FIELD(struct outer, flag, 0, 0),
    FIELD(struct outer, at, F_NULL, 0),
    FIELD_ENUM(struct outer, kind, F_NULL, &message_kind_names),
    FIELD(struct outer, any, 0, 64),
    FIELD_OBJECT(struct outer, one, F_NULL, inner_fields),
    FIELD_LIST(struct outer, many, 0, struct inner, inner_fields, 4),
    FIELD_END,
};

static str written(struct ctx *c, const struct outer *in)
{
    struct buf b = buf_new(c->arena, 1 << 20);
    struct json_writer w = json_writer_new(&b);
    str out = S("");

    json_struct(&w, NULL, outer_fields, in);
    MUST(buf_done(c, &b, &out) == OK);
    return out;
}

static void through_a_table(struct ctx *c, const struct json *j)
{
    struct outer in = {.text = S("")};
    struct outer back = {.text = S("")};
    struct json *again;
    uint64_t seen;

    if (json_read(c, j, outer_fields, &in, &seen) != OK) {
        MUST(c->err.code == ERR_INVALID && c->err.msg[0] != '\0');
        return;
    }
    MUST(json_parse(c, written(c, &in), &again) == OK);
    MUST(json_read(c, again, outer_fields, &back, NULL) == OK);
    MUST(str_eq(written(c, &in), written(c, &back)));
}

static void walk(const struct json *j)
{
    const struct json *value = NULL;
    str key = S("");

    MUST(json_to_str(j).len == 0 || str_is_utf8(json_to_str(j)));
    (void)json_to_i64(j);
    for (size_t i = 0; i < 50 && json_member(j, i, &key, &value); i++) {
        MUST(str_is_utf8(key));
        walk(value);
    }
    for (size_t i = 0; i < 50 && json_at(j, i) != NULL; i++)
        walk(json_at(j, i));
}

static void as_a_string(struct ctx *c, str bytes)
{
    struct buf b = buf_new(c->arena, bytes.len * 6 + 2);
    struct json *j;
    size_t at;

    buf_add_json(&b, bytes);
    MUST(!b.overflow);
    if (str_find(bytes, S("\0"), &at))
        return; /* JSON can say it, we refuse to read it */
    MUST(json_parse(c, buf_str(&b), &j) == OK);
    MUST(!str_is_utf8(bytes) || str_eq(json_to_str(j), bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c = {.arena = arena_new()};
    str bytes = {(const char *)data, size};
    struct json *j;

    as_a_string(&c, bytes);
    if (json_parse(&c, bytes, &j) == OK) {
        str text = json_dump(&c, j);
        struct json *again;

        MUST(json_parse(&c, text, &again) == OK);
        MUST(str_eq(text, json_dump(&c, again)));
        walk(j);
        through_a_table(&c, j);
    }
    arena_free(c.arena);
    return 0;
}
