/*
 * json_tree.h - the parsed tree, as json_in.c sees it.  Only json_tree.c knows
 * that it is libjansson's; its names and ours may not meet in one file.
 *
 * The tree is freed with the arena of the ctx.  Functions take the kind that
 * they say and nothing else; json_in.c asks first.
 */
#ifndef BASE_JSON_TREE_H
#define BASE_JSON_TREE_H

#include "base/ctx.h"

struct json;

enum tree_kind {
    TREE_NULL = 1,
    TREE_BOOL,
    TREE_INTEGER,
    TREE_REAL,
    TREE_STRING,
    TREE_ARRAY,
    TREE_OBJECT,
};

/* ERR_INVALID naming line and column.  The caller has checked depth, count and size. */
enum status tree_parse(struct ctx *c, str text, struct json **out);
enum tree_kind tree_kind(const struct json *j);
bool tree_bool(const struct json *j);
int64_t tree_i64(const struct json *j);
double tree_double(const struct json *j);
str tree_str(const struct json *j);
size_t tree_count(const struct json *array_or_object);
const struct json *tree_at(const struct json *array, size_t i);
const struct json *tree_get(const struct json *object, const char *key);

/* Walk an object in the order of the text: for (it = tree_first(o); it != NULL; it = tree_next(o, it)) */
void *tree_first(const struct json *object);
void *tree_next(const struct json *object, void *it);
str tree_key(void *it);
const struct json *tree_value(void *it);

/* Compact text in the arena. */
str tree_dump(struct ctx *c, const struct json *j);

#endif
