/*
 * openapi_schema.h - the schemas of the API's description, for openapi.c.
 */
#ifndef API_OPENAPI_SCHEMA_H
#define API_OPENAPI_SCHEMA_H

#include "api/routes.h"
#include "base/json.h"

enum { SHAPES_MAX = 256 };

/* A description in the making. */
struct doc {
    struct json_writer w;
    struct arena *arena;
    const struct shape *shapes[SHAPES_MAX]; /* named ones, once each */
    bool incoming[SHAPES_MAX];
    size_t n;
};

bool doc_has_name(const struct shape *s); /* NULL has none */
/* Remember a shape that has a name; all before the first is written. */
void doc_collect(struct doc *d, const struct shape *s, bool incoming);

/* A member of the object that is being written: a reference, a table in place, one field, and what
 * every failure looks like. */
void doc_write_ref(struct doc *d, const char *key, const struct shape *shape);
void doc_write_table(struct doc *d, const char *key, const struct field *table, bool incoming);
void doc_write_value(struct doc *d, const char *key, const struct field *f, bool incoming);
void doc_write_problem(struct doc *d);

#endif
