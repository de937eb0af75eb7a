/*
 * field.h - the field table: one description of a struct, five uses.
 *
 * A row table reads database results (db/db.h), a JSON-out table encodes and a
 * JSON-in table decodes and validates (base/json.h), a configuration table
 * reads environment and file (base/config.h), and the JSON tables together are
 * the schemas of the OpenAPI document.  They are separate tables over the same
 * mechanism, so the API's shape and the schema's shape may differ.
 *
 * The member's C type picks the decoder at compile time.
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include "base/clock.h"
#include "base/str.h"
#include "base/uuid.h"

/* JSON that is passed on as it stands: jsonb columns, free-form payloads. */
struct json_text {
    str text;
};

/* Bytes that are not text: bytea. */
struct bytes {
    str data;
};

enum field_type {
    FT_STR = 1,
    FT_I64,
    FT_BOOL,
    FT_UUID,    /* zero <-> null when F_NULL */
    FT_INSTANT, /* zero <-> null when F_NULL */
    FT_JSON,
    FT_BYTES,  /* database only */
    FT_SECRET, /* JSON in and configuration only: never out, never logged */
    FT_DOUBLE, /* JSON only: latitude and the like */
    FT_ENUM,   /* int member <-> word of .names */
    FT_OBJECT, /* struct member, .sub describes it; JSON only */
    FT_LIST,   /* struct list of structs, .sub describes one; JSON only */
};

enum {
    F_REQUIRED = 1 << 0, /* in: the key must be there */
    F_NULL = 1 << 1,     /* may be null; a null str has ptr NULL, other types are zero */
    F_NONEMPTY = 1 << 2, /* in: a text of only white space is refused */
};

/* A list inside a JSON struct: n elements of the struct that the sub-table describes. */
struct list {
    void *items;
    size_t n;
};

/* The words of an enum; the index is the value; [0] is NULL when 0 has no meaning. */
struct field_names {
    const char *const *words;
    int count;
};

struct field {
    const char *name;
    enum field_type type;
    uint16_t offset;
    uint16_t flags;
    uint32_t max; /* str, json, secret: bytes; i64: greatest value (0: no limit); list: elements */
    const struct field_names *names; /* FT_ENUM; FT_STR: what it can be, for the OpenAPI document */
    const struct field *sub;         /* FT_OBJECT, FT_LIST */
    uint32_t sub_size;               /* FT_OBJECT, FT_LIST: sizeof one */
    const char *doc;                 /* one line for the OpenAPI document, or NULL */
};

#define FIELD_TYPE(T, m)                    \
    _Generic(((T *)0)->m, str               \
             : FT_STR, int64_t              \
             : FT_I64, bool                 \
             : FT_BOOL, double              \
             : FT_DOUBLE, struct uuid       \
             : FT_UUID, struct instant      \
             : FT_INSTANT, struct json_text \
             : FT_JSON, struct bytes        \
             : FT_BYTES, struct secret      \
             : FT_SECRET)
/* clang-format off */
#define FIELD(T, m, fl, mx)                                                                        \
    {.name = #m, .type = FIELD_TYPE(T, m), .offset = offsetof(T, m), .flags = (fl), .max = (mx)}
/* The same under another name. */
#define FIELD_AS(T, m, nm, fl, mx)                                                                 \
    {.name = (nm), .type = FIELD_TYPE(T, m), .offset = offsetof(T, m), .flags = (fl), .max = (mx)}
/* An enum member (its type must be int-sized). */
#define FIELD_ENUM(T, m, fl, wordlist)                                                             \
    {.name = #m, .type = FT_ENUM, .offset = offsetof(T, m), .flags = (fl), .names = (wordlist)}
/* A text that is always one of these words: as it stands in the database, and no enum is needed. */
#define FIELD_WORD_AS(T, m, nm, fl, wordlist)                                                      \
    {.name = (nm), .type = FIELD_TYPE(T, m), .offset = offsetof(T, m), .flags = (fl), .names = (wordlist)}
#define FIELD_OBJECT(T, m, fl, table)                                                              \
    {.name = #m, .type = FT_OBJECT, .offset = offsetof(T, m), .flags = (fl), .sub = (table),       \
     .sub_size = sizeof(((T *)0)->m)}
#define FIELD_LIST(T, m, fl, elem, table, mx)                                                      \
    {.name = #m, .type = FT_LIST, .offset = offsetof(T, m), .flags = (fl), .max = (mx),            \
     .sub = (table), .sub_size = sizeof(elem)}
#define FIELD_END {.name = NULL}
/* A sub-table whose only row has no name: the list holds bare values, not objects.  These two are for
 * FIELD_LIST(struct x, tags, 0, str, bare_str, 10) and (..., struct uuid, bare_uuid, 10). */
#define FIELD_BARE(ft, mx) {.name = "", .type = (ft), .max = (mx)}
extern const struct field bare_str[]; /* each at most 1000 bytes */
extern const struct field bare_uuid[];
/* clang-format on */

#define FIELD_PTR(T, base, f)  ((T *)(void *)((char *)(base) + (f)->offset))
#define FIELD_CPTR(T, base, f) ((const T *)(const void *)((const char *)(base) + (f)->offset))

size_t field_count(const struct field *table);
bool field_is_bare(const struct field *table);
const char *field_word(const struct field_names *names, int value); /* "" when unknown */
bool field_value(const struct field_names *names, str word, int *out);
bool field_seen(uint64_t seen, const struct field *table, const char *name);

#endif
