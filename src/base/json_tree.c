/*
 * json_tree.c - the one file that knows libjansson.
 *
 * jansson rather than a parser of ours: it is well kept, strict when asked, and
 * its 26 us for a 2 kB webhook are far below what the database takes.  Reading
 * does not count references, so one thread may walk a tree that it owns.
 */
#include "base/json_tree.h"

#include <jansson.h>

/* jansson's functions want pointers without const even to look. */
static json_t *jansson_of(const struct json *j)
{
    return (json_t *)(uintptr_t)j;
}

static const struct json *ours(json_t *j)
{
    return (const struct json *)j;
}

static void free_tree(void *tree)
{
    json_decref(tree);
}

/* The key that ends where the parser stopped, as it stands in the text. */
static str key_before(str text, const json_error_t *error)
{
    size_t end = error->position > 0 && (size_t)error->position <= text.len
                     ? (size_t)error->position - 1
                     : 0;
    size_t start = end;

    if (end == 0 || text.ptr[end] != '"')
        return S("");
    while (start > 0 && (text.ptr[start - 1] != '"' || (start > 1 && text.ptr[start - 2] == '\\')))
        start--;
    return str_slice(text, start, end);
}

static enum status refuse(struct ctx *c, str text, const json_error_t *error)
{
    str key = json_error_code(error) == json_error_duplicate_key ? key_before(text, error) : S("");
    enum status st;

    if (key.len > 0)
        st = FAIL_FIELD(c, arena_copy(c->arena, key).ptr, "this key is there twice");
    else
        st = FAIL(c, ERR_INVALID, "not JSON: line %d, column %d", error->line, error->column);
    err_cause(c, error->text);
    return st;
}

enum status tree_parse(struct ctx *c, str text, struct json **out)
{
    json_error_t error;
    json_t *tree = json_loadb(text.len > 0 ? text.ptr : "", text.len,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

    if (tree == NULL)
        return refuse(c, text, &error);
    arena_defer(c->arena, free_tree, tree);
    *out = (struct json *)tree;
    return OK;
}

enum tree_kind tree_kind(const struct json *j)
{
    switch (json_typeof(jansson_of(j))) {
    case JSON_TRUE:
    case JSON_FALSE:
        return TREE_BOOL;
    case JSON_INTEGER:
        return TREE_INTEGER;
    case JSON_REAL:
        return TREE_REAL;
    case JSON_STRING:
        return TREE_STRING;
    case JSON_ARRAY:
        return TREE_ARRAY;
    case JSON_OBJECT:
        return TREE_OBJECT;
    case JSON_NULL:
        break;
    }
    return TREE_NULL;
}

bool tree_bool(const struct json *j)
{
    return json_is_true(jansson_of(j));
}

int64_t tree_i64(const struct json *j)
{
    return json_integer_value(jansson_of(j));
}

double tree_double(const struct json *j)
{
    return json_number_value(jansson_of(j));
}

str tree_str(const struct json *j)
{
    return (str){json_string_value(jansson_of(j)), json_string_length(jansson_of(j))};
}

size_t tree_count(const struct json *array_or_object)
{
    json_t *j = jansson_of(array_or_object);

    return json_is_array(j) ? json_array_size(j) : json_object_size(j);
}

const struct json *tree_at(const struct json *array, size_t i)
{
    return ours(json_array_get(jansson_of(array), i));
}

const struct json *tree_get(const struct json *object, const char *key)
{
    return ours(json_object_get(jansson_of(object), key));
}

void *tree_first(const struct json *object)
{
    return json_object_iter(jansson_of(object));
}

void *tree_next(const struct json *object, void *it)
{
    return json_object_iter_next(jansson_of(object), it);
}

str tree_key(void *it)
{
    return (str){json_object_iter_key(it), json_object_iter_key_len(it)};
}

const struct json *tree_value(void *it)
{
    return ours(json_object_iter_value(it));
}

static void free_text(void *text)
{
    free(text);
}

str tree_dump(struct ctx *c, const struct json *j)
{
    char *text = json_dumps(jansson_of(j), JSON_COMPACT | JSON_ENCODE_ANY);

    if (text == NULL)
        abort();
    arena_defer(c->arena, free_text, text);
    return str_of(text);
}
