/*
 * json.h - JSON out by a streaming writer, JSON in by jansson, both over the
 * field table.
 *
 * Out: writes into a buf as it goes; closing what was not opened is an assert.
 * In: limits on size, depth and count are checked before the parser runs;
 * duplicate keys, bad UTF-8, NUL, trailing bytes and reals that overflow are refused.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include "base/field.h"

/* ---- out ---- */

enum { JSON_MAX_DEPTH = 32, JSON_MAX_NODES = 100000, JSON_MAX_BYTES = 16 * 1024 * 1024 };

struct json_writer {
    struct buf *buf;
    int depth;
    uint64_t has_items; /* a bit per open level */
    uint64_t is_array;
};

struct json_writer json_writer_new(struct buf *b);
/* Inside an object each value has a key; inside an array and at the top pass NULL. */
void json_object_begin(struct json_writer *w, const char *key);
void json_object_end(struct json_writer *w);
void json_array_begin(struct json_writer *w, const char *key);
void json_array_end(struct json_writer *w);
void json_str(struct json_writer *w, const char *key, str value);
void json_i64(struct json_writer *w, const char *key, int64_t value);
void json_double(struct json_writer *w, const char *key, double value);
void json_bool(struct json_writer *w, const char *key, bool value);
/* Another name for the linker: libjansson owns the symbol json_null. */
void json_null(struct json_writer *w, const char *key) __asm__("json_write_null");
void json_raw(struct json_writer *w, const char *key, str json); /* must be JSON already */
/* A whole struct as an object. */
void json_struct(struct json_writer *w, const char *key, const struct field *table, const void *in);
/* The members of a struct, into the object that is open. */
void json_members(struct json_writer *w, const struct field *table, const void *in);

/* ---- in ---- */

struct json; /* a parsed value; lives in the arena of the ctx that parsed it */

/* Parse one value.  Errors: ERR_INVALID naming the place, ERR_TOO_LARGE over a limit. */
enum status json_parse(struct ctx *c, str text, struct json **out);

enum json_kind {
    JSON_NULL = 1,
    JSON_TRUE_FALSE,
    JSON_INTEGER,
    JSON_REAL,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};
/* All of these take NULL and the wrong kind gracefully: nothing, empty, zero. */
enum json_kind json_kind_of(const struct json *j); /* NULL gives JSON_NULL */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_at(const struct json *array, size_t i);
size_t json_count(const struct json *array_or_object);
str json_get_str(const struct json *object, const char *key);     /* "" if absent */
int64_t json_get_i64(const struct json *object, const char *key); /* numbers as text too */
double json_get_double(const struct json *object, const char *key);
bool json_get_bool(const struct json *object, const char *key);
str json_to_str(const struct json *j);
int64_t json_to_i64(const struct json *j);
/* Walk an object: for (size_t i = 0; json_member(obj, i, &key, &value); i++).  O(n) a step. */
bool json_member(const struct json *object, size_t i, str *key, const struct json **value);
/* A value as compact text again, in the arena. */
str json_dump(struct ctx *c, const struct json *j);

/*
 * Fill a struct from an object, strictly: unknown key, missing key, wrong type,
 * over length or range are ERR_INVALID with the field's path ("items.3.name").
 * *seen gets a bit per table row whose key came (for PATCH); it may be NULL.
 * Absent members keep what *into held.
 */
enum status json_read(struct ctx *c, const struct json *object, const struct field *table,
                      void *into, uint64_t *seen);

#endif
