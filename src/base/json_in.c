/*
 * json_in.c - JSON from outside: limits first, then the parser, then access.
 *
 * A scan over the bytes counts levels and values before the parser sees them,
 * since the parser allocates as it goes and out of memory is an abort.  The
 * scan need not be exact about what is not JSON: the parser decides that.
 */
#include "base/json.h"
#include "base/json_tree.h"

/* ---- limits ---- */

/* Past the closing quote, or to the end. */
static size_t skip_string(str text, size_t i)
{
    while (i < text.len && text.ptr[i] != '"')
        i += text.ptr[i] == '\\' ? 2 : 1;
    return i + 1;
}

static enum status check_limits(struct ctx *c, str text)
{
    size_t nodes = 1;
    int depth = 0;

    if (text.len > JSON_MAX_BYTES)
        return FAIL(c, ERR_TOO_LARGE, "more than %d bytes of JSON", JSON_MAX_BYTES);
    for (size_t i = 0; i < text.len;) {
        char ch = text.ptr[i++];

        if (ch == '"') {
            i = skip_string(text, i);
        } else if (ch == '{' || ch == '[') {
            nodes++;
            if (++depth > JSON_MAX_DEPTH)
                return FAIL(c, ERR_TOO_LARGE, "JSON nested deeper than %d levels", JSON_MAX_DEPTH);
        } else if (ch == '}' || ch == ']') {
            depth--;
        } else if (ch == ',' && ++nodes > JSON_MAX_NODES) {
            return FAIL(c, ERR_TOO_LARGE, "more than %d values in JSON", JSON_MAX_NODES);
        }
    }
    if (nodes > JSON_MAX_NODES)
        return FAIL(c, ERR_TOO_LARGE, "more than %d values in JSON", JSON_MAX_NODES);
    return OK;
}

enum status json_parse(struct ctx *c, str text, struct json **out)
{
    TRY(check_limits(c, text));
    return tree_parse(c, text, out);
}

/* ---- access that takes anything ---- */

enum json_kind json_kind_of(const struct json *j)
{
    return j == NULL ? JSON_NULL : (enum json_kind)tree_kind(j);
}

_Static_assert((int)JSON_NULL == (int)TREE_NULL && (int)JSON_OBJECT == (int)TREE_OBJECT,
               "the two lists of kinds go in step");

const struct json *json_get(const struct json *object, const char *key)
{
    return json_kind_of(object) == JSON_OBJECT ? tree_get(object, key) : NULL;
}

const struct json *json_at(const struct json *array, size_t i)
{
    return json_kind_of(array) == JSON_ARRAY ? tree_at(array, i) : NULL;
}

size_t json_count(const struct json *array_or_object)
{
    enum json_kind kind = json_kind_of(array_or_object);

    return kind == JSON_ARRAY || kind == JSON_OBJECT ? tree_count(array_or_object) : 0;
}

str json_to_str(const struct json *j)
{
    return json_kind_of(j) == JSON_STRING ? tree_str(j) : S("");
}

int64_t json_to_i64(const struct json *j)
{
    enum json_kind kind = json_kind_of(j);
    int64_t n = 0;

    if (kind == JSON_INTEGER)
        return tree_i64(j);
    if (kind == JSON_STRING)
        (void)str_parse_i64(tree_str(j), &n);
    return n;
}

static bool is_number(const struct json *j)
{
    enum json_kind kind = json_kind_of(j);

    return kind == JSON_INTEGER || kind == JSON_REAL;
}

str json_get_str(const struct json *object, const char *key)
{
    return json_to_str(json_get(object, key));
}

int64_t json_get_i64(const struct json *object, const char *key)
{
    return json_to_i64(json_get(object, key));
}

double json_get_double(const struct json *object, const char *key)
{
    const struct json *j = json_get(object, key);

    return is_number(j) ? tree_double(j) : 0;
}

bool json_get_bool(const struct json *object, const char *key)
{
    const struct json *j = json_get(object, key);

    return json_kind_of(j) == JSON_TRUE_FALSE && tree_bool(j);
}

bool json_member(const struct json *object, size_t i, str *key, const struct json **value)
{
    void *it;

    if (json_kind_of(object) != JSON_OBJECT)
        return false;
    it = tree_first(object);
    for (; it != NULL && i > 0; i--)
        it = tree_next(object, it);
    if (it == NULL)
        return false;
    *key = tree_key(it);
    *value = tree_value(it);
    return true;
}

str json_dump(struct ctx *c, const struct json *j)
{
    return j == NULL ? S("null") : tree_dump(c, j);
}

/* ---- into a struct ---- */

/* Where we are, outermost last; turned into "items.3.name" only when something is wrong. */
struct place {
    const struct place *up;
    str name;     /* of a member */
    size_t index; /* of an element, when name is empty */
};

static void add_path(struct buf *b, const struct place *p)
{
    if (p == NULL)
        return;
    add_path(b, p->up);
    if (b->len > 0)
        buf_add_char(b, '.');
    if (str_is_empty(p->name))
        buf_add_i64(b, (int64_t)p->index);
    else
        buf_add(b, str_utf8_cut(p->name, sizeof((struct err *)0)->field));
}

static enum status at_place(struct ctx *c, const struct place *p, enum status code)
{
    struct buf b = buf_new(c->arena, 4096);

    add_path(&b, p);
    return err_field(c, buf_str(&b).ptr, code);
}

#define FAIL_AT(c, place, ...) \
    ((void)at_place((c), (place), FAIL((c), ERR_INVALID, __VA_ARGS__)), ERR_INVALID)

static enum status read_object(struct ctx *c, const struct place *p, const struct json *object,
                               const struct field *table, void *into, uint64_t *seen);

static enum status check_text(struct ctx *c, const struct place *p, const struct json *j,
                              const struct field *f, str *out)
{
    str text;

    if (json_kind_of(j) != JSON_STRING)
        return FAIL_AT(c, p, "must be a text");
    text = tree_str(j);
    if (f->max > 0 && text.len > f->max)
        return FAIL_AT(c, p, "must not be longer than %u bytes", f->max);
    if ((f->flags & F_NONEMPTY) != 0 && str_is_empty(str_trim(text)))
        return FAIL_AT(c, p, "must not be empty");
    *out = text;
    return OK;
}

static enum status read_i64(struct ctx *c, const struct place *p, const struct json *j,
                            const struct field *f, int64_t *out)
{
    int64_t n;

    if (json_kind_of(j) != JSON_INTEGER)
        return FAIL_AT(c, p, "must be a whole number");
    n = tree_i64(j);
    if (f->max > 0 && (n < 0 || n > f->max))
        return FAIL_AT(c, p, "must be from 0 to %u", f->max);
    *out = n;
    return OK;
}

static enum status read_double(struct ctx *c, const struct place *p, const struct json *j,
                               double *out)
{
    if (!is_number(j))
        return FAIL_AT(c, p, "must be a number");
    *out = tree_double(j);
    return OK;
}

static enum status read_uuid(struct ctx *c, const struct place *p, const struct json *j,
                             struct uuid *out)
{
    if (!uuid_parse(json_to_str(j), out))
        return FAIL_AT(c, p, "must be a UUID");
    return OK;
}

static enum status read_instant(struct ctx *c, const struct place *p, const struct json *j,
                                struct instant *out)
{
    if (!instant_parse(json_to_str(j), out))
        return FAIL_AT(c, p, "must be a time like 2026-11-22T08:41:38Z");
    return OK;
}

static enum status read_json(struct ctx *c, const struct place *p, const struct json *j,
                             const struct field *f, struct json_text *out)
{
    str text = json_dump(c, j);

    if (f->max > 0 && text.len > f->max)
        return FAIL_AT(c, p, "must not be longer than %u bytes", f->max);
    out->text = text;
    return OK;
}

static enum status read_enum(struct ctx *c, const struct place *p, const struct json *j,
                             const struct field *f, int *out)
{
    struct buf words;

    if (json_kind_of(j) == JSON_STRING && field_value(f->names, tree_str(j), out))
        return OK;
    words = buf_new(c->arena, sizeof c->err.msg);
    for (int i = 0; i < f->names->count; i++) {
        if (f->names->words[i] == NULL)
            continue;
        buf_add(&words, words.len > 0 ? S(", ") : S(""));
        buf_add(&words, str_of(f->names->words[i]));
    }
    return FAIL_AT(c, p, "must be one of %s", buf_str(&words).ptr);
}

static enum status read_member(struct ctx *c, const struct place *p, const struct json *j,
                               const struct field *f, void *into);

static enum status read_list(struct ctx *c, const struct place *p, const struct json *j,
                             const struct field *f, struct list *out)
{
    size_t n = json_count(j);
    char *items;

    if (json_kind_of(j) != JSON_ARRAY)
        return FAIL_AT(c, p, "must be a list");
    if (f->max > 0 && n > f->max)
        return FAIL_AT(c, p, "must not have more than %u elements", f->max);
    items = arena_alloc_array(c->arena, f->sub_size, n);
    for (size_t i = 0; i < n; i++) {
        struct place element = {.up = p, .index = i};
        char *item = items + i * f->sub_size;

        if (field_is_bare(f->sub))
            TRY(read_member(c, &element, tree_at(j, i), f->sub, item));
        else
            TRY(read_object(c, &element, tree_at(j, i), f->sub, item, NULL));
    }
    *out = (struct list){items, n};
    return OK;
}

static enum status read_secret(struct ctx *c, const struct place *p, const struct json *j,
                               const struct field *f, struct secret *out)
{
    str text;

    TRY(check_text(c, p, j, f, &text));
    *out = (struct secret){text.ptr, text.len};
    return OK;
}

/* null: a text becomes {NULL, 0}, everything else zero. */
static void set_none(const struct field *f, void *into)
{
    static const size_t sizes[] = {
        [FT_STR] = sizeof(str),
        [FT_I64] = sizeof(int64_t),
        [FT_BOOL] = sizeof(bool),
        [FT_UUID] = sizeof(struct uuid),
        [FT_INSTANT] = sizeof(struct instant),
        [FT_JSON] = sizeof(struct json_text),
        [FT_BYTES] = sizeof(struct bytes),
        [FT_SECRET] = sizeof(struct secret),
        [FT_DOUBLE] = sizeof(double),
        [FT_ENUM] = sizeof(int),
        [FT_OBJECT] = 0,
        [FT_LIST] = sizeof(struct list),
    };

    memset(FIELD_PTR(char, into, f), 0, f->type == FT_OBJECT ? f->sub_size : sizes[f->type]);
}

static enum status read_member(struct ctx *c, const struct place *p, const struct json *j,
                               const struct field *f, void *into)
{
    if (json_kind_of(j) == JSON_NULL && f->type != FT_JSON) {
        if ((f->flags & F_NULL) == 0)
            return FAIL_AT(c, p, "must not be null");
        set_none(f, into);
        return OK;
    }
    switch (f->type) {
    case FT_STR:
        return check_text(c, p, j, f, FIELD_PTR(str, into, f));
    case FT_I64:
        return read_i64(c, p, j, f, FIELD_PTR(int64_t, into, f));
    case FT_BOOL:
        if (json_kind_of(j) != JSON_TRUE_FALSE)
            return FAIL_AT(c, p, "must be true or false");
        *FIELD_PTR(bool, into, f) = tree_bool(j);
        return OK;
    case FT_UUID:
        return read_uuid(c, p, j, FIELD_PTR(struct uuid, into, f));
    case FT_INSTANT:
        return read_instant(c, p, j, FIELD_PTR(struct instant, into, f));
    case FT_JSON:
        return read_json(c, p, j, f, FIELD_PTR(struct json_text, into, f));
    case FT_SECRET:
        return read_secret(c, p, j, f, FIELD_PTR(struct secret, into, f));
    case FT_DOUBLE:
        return read_double(c, p, j, FIELD_PTR(double, into, f));
    case FT_ENUM:
        return read_enum(c, p, j, f, FIELD_PTR(int, into, f));
    case FT_OBJECT:
        return read_object(c, p, j, f->sub, FIELD_PTR(char, into, f), NULL);
    case FT_LIST:
        return read_list(c, p, j, f, FIELD_PTR(struct list, into, f));
    case FT_BYTES:
        break;
    }
    return FAIL(c, ERR_INTERNAL, "%s: bytes do not come as JSON", f->name);
}

static bool find_row(const struct field *table, str key, size_t *out)
{
    for (size_t i = 0; table[i].name != NULL; i++) {
        if (str_eq(str_of(table[i].name), key)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static enum status read_object(struct ctx *c, const struct place *p, const struct json *object,
                               const struct field *table, void *into, uint64_t *seen)
{
    uint64_t came = 0;

    if (json_kind_of(object) != JSON_OBJECT)
        return FAIL_AT(c, p, "must be an object");
    for (void *it = tree_first(object); it != NULL; it = tree_next(object, it)) {
        struct place member = {.up = p, .name = tree_key(it)};
        size_t row;

        if (!find_row(table, member.name, &row))
            return FAIL_AT(c, &member, "is not known here");
        TRY(read_member(c, &member, tree_value(it), &table[row], into));
        came |= UINT64_C(1) << row;
    }
    for (size_t i = 0; table[i].name != NULL; i++) {
        struct place member = {.up = p, .name = str_of(table[i].name)};

        if ((table[i].flags & F_REQUIRED) != 0 && (came >> i & 1) == 0)
            return FAIL_AT(c, &member, "is required");
    }
    if (seen != NULL)
        *seen = came;
    return OK;
}

enum status json_read(struct ctx *c, const struct json *object, const struct field *table,
                      void *into, uint64_t *seen)
{
    if (field_count(table) > 64)
        return FAIL(c, ERR_INTERNAL, "a JSON-in table has more than 64 rows");
    return read_object(c, NULL, object, table, into, seen);
}
