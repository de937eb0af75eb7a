/*
 * openapi_schema.c - field tables as JSON Schema.
 *
 * A table that belongs to a named shape is referred to wherever it occurs, also inside other shapes;
 * tables without a name are written in place.
 */
#include "api/openapi_schema.h"

#include <string.h>

#include "api/handlers.h"
#include "api/problem.h"

/* ---- which shapes have a name ---- */

bool doc_has_name(const struct shape *s)
{
    return s != NULL && s->name != NULL && s->name[0] >= 'A' && s->name[0] <= 'Z';
}

static const struct shape *shape_of(const struct doc *d, const struct field *table)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->shapes[i]->fields == table)
            return d->shapes[i];
    return NULL;
}

void doc_collect(struct doc *d, const struct shape *s, bool incoming)
{
    if (!doc_has_name(s) || shape_of(d, s->fields) != NULL || d->n == SHAPES_MAX)
        return;
    d->incoming[d->n] = incoming;
    d->shapes[d->n++] = s;
}

/* ---- schemas ---- */

static void write_type(struct doc *d, const char *type, bool null)
{
    if (!null) {
        json_str(&d->w, "type", str_of(type));
        return;
    }
    json_array_begin(&d->w, "type");
    json_str(&d->w, NULL, str_of(type));
    json_str(&d->w, NULL, S("null"));
    json_array_end(&d->w);
}

static void write_words(struct doc *d, const struct field *f)
{
    json_array_begin(&d->w, "enum");
    for (int i = 0; i < f->names->count; i++)
        if (f->names->words[i] != NULL)
            json_str(&d->w, NULL, str_of(f->names->words[i]));
    if ((f->flags & F_NULL) != 0)
        json_null(&d->w, NULL);
    json_array_end(&d->w);
}

void doc_write_ref(struct doc *d, const char *key, const struct shape *shape)
{
    json_object_begin(&d->w, key);
    json_str(&d->w, "$ref", arena_printf(d->arena, "#/components/schemas/%s", shape->name));
    json_object_end(&d->w);
}

/* An object, by name where it has one; null too where the flag says so. */
static void write_object(struct doc *d, const char *key, const struct field *f, bool incoming)
{
    const struct shape *shape = shape_of(d, f->sub);
    const char *inner = (f->flags & F_NULL) != 0 ? NULL : key;

    if (inner == NULL) {
        json_object_begin(&d->w, key);
        json_array_begin(&d->w, "anyOf");
    }
    if (shape != NULL)
        doc_write_ref(d, inner, shape);
    else
        doc_write_table(d, inner, f->sub, incoming);
    if (inner == NULL) {
        json_object_begin(&d->w, NULL);
        json_str(&d->w, "type", S("null"));
        json_object_end(&d->w);
        json_array_end(&d->w);
        json_object_end(&d->w);
    }
}

static void write_items(struct doc *d, const struct field *f, bool incoming)
{
    const struct shape *shape = shape_of(d, f->sub);

    json_str(&d->w, "type", S("array"));
    if (f->max > 0)
        json_i64(&d->w, "maxItems", f->max);
    if (field_is_bare(f->sub))
        doc_write_value(d, "items", f->sub, incoming);
    else if (shape != NULL)
        doc_write_ref(d, "items", shape);
    else
        doc_write_table(d, "items", f->sub, incoming);
}

static void write_text(struct doc *d, const struct field *f, const char *format)
{
    write_type(d, "string", (f->flags & F_NULL) != 0);
    if (format != NULL)
        json_str(&d->w, "format", str_of(format));
    /* maxLength counts characters, the program bytes of UTF-8 */
    if (f->max > 0)
        json_i64(&d->w, "x-max-bytes", f->max);
    if ((f->flags & F_NONEMPTY) != 0)
        json_i64(&d->w, "minLength", 1);
}

/* What the tables call some JSON, because the domain reads it and not the table. */
static const struct {
    const char *name, *type, *inside, *of;
} free_forms[] = {
    {"settings",   "object", "additionalProperties", "{\"type\":\"string\"}"                      },
    {"secrets",    "object", "additionalProperties", "{\"type\":\"string\"}"                      },
    {"custom",     "object", "additionalProperties", "{\"type\":[\"string\",\"number\",\"null\"]}"},
    {"choices",    "array",  "items",                "{\"type\":\"string\"}"                      },
    {"upload_ids", "array",  "items",                "{\"type\":\"string\",\"format\":\"uuid\"}"  },
    {"payload",    "object", "additionalProperties", "true"                                       },
    {"before",     "object", "additionalProperties", "true"                                       },
    {"after",      "object", "additionalProperties", "true"                                       },
};

static void write_free_form(struct doc *d, const struct field *f)
{
    for (size_t i = 0; i < sizeof(free_forms) / sizeof(free_forms[0]); i++) {
        if (strcmp(free_forms[i].name, f->name) != 0)
            continue;
        write_type(d, free_forms[i].type, (f->flags & F_NULL) != 0);
        json_raw(&d->w, free_forms[i].inside, str_of(free_forms[i].of));
    }
    if (f->max > 0)
        json_i64(&d->w, "x-max-bytes", f->max);
}

static void write_inside(struct doc *d, const struct field *f, bool incoming)
{
    bool null = (f->flags & F_NULL) != 0;

    switch (f->type) {
    case FT_STR:
        write_text(d, f, NULL);
        if (f->names != NULL)
            write_words(d, f);
        break;
    case FT_SECRET:
        write_text(d, f, "password");
        break;
    case FT_UUID:
        write_text(d, f, "uuid");
        break;
    case FT_INSTANT:
        write_text(d, f, "date-time");
        break;
    case FT_I64:
        write_type(d, "integer", null);
        if (f->max > 0)
            json_i64(&d->w, "maximum", f->max);
        break;
    case FT_DOUBLE:
        write_type(d, "number", null);
        break;
    case FT_BOOL:
        write_type(d, "boolean", null);
        break;
    case FT_ENUM:
        write_type(d, "string", null);
        write_words(d, f);
        break;
    case FT_LIST:
        write_items(d, f, incoming);
        break;
    case FT_JSON:
        write_free_form(d, f);
        break;
    case FT_OBJECT: /* write_object */
    case FT_BYTES:  /* never in JSON */
        break;
    }
    if (f->doc != NULL)
        json_str(&d->w, "description", str_of(f->doc));
}

void doc_write_value(struct doc *d, const char *key, const struct field *f, bool incoming)
{
    if (f->type == FT_OBJECT) {
        write_object(d, key, f, incoming);
        return;
    }
    json_object_begin(&d->w, key);
    write_inside(d, f, incoming);
    json_object_end(&d->w);
}

/* What goes out is always whole; what comes in has what it must have, and nothing unknown. */
void doc_write_table(struct doc *d, const char *key, const struct field *table, bool incoming)
{
    json_object_begin(&d->w, key);
    json_str(&d->w, "type", S("object"));
    json_array_begin(&d->w, "required");
    for (const struct field *f = table; f->name != NULL; f++)
        if (!incoming || (f->flags & F_REQUIRED) != 0)
            json_str(&d->w, NULL, str_of(f->name));
    json_array_end(&d->w);
    json_object_begin(&d->w, "properties");
    for (const struct field *f = table; f->name != NULL; f++)
        doc_write_value(d, f->name, f, incoming);
    json_object_end(&d->w);
    if (incoming)
        json_bool(&d->w, "additionalProperties", false);
    json_object_end(&d->w);
}

void doc_write_problem(struct doc *d)
{
    static const char *const members[] = {"type", "title", "code", "detail", "request_id"};

    json_object_begin(&d->w, "Problem");
    json_str(&d->w, "type", S("object"));
    json_array_begin(&d->w, "required");
    json_str(&d->w, NULL, S("type"));
    json_str(&d->w, NULL, S("title"));
    json_str(&d->w, NULL, S("status"));
    json_str(&d->w, NULL, S("code"));
    json_array_end(&d->w);
    json_object_begin(&d->w, "properties");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_object_begin(&d->w, members[i]);
        json_str(&d->w, "type", S("string"));
        if (strcmp(members[i], "code") == 0) {
            json_array_begin(&d->w, "enum");
            for (const struct problem_word *p = problem_words; p->code != NULL; p++)
                json_str(&d->w, NULL, str_of(p->code));
            json_array_end(&d->w);
        }
        json_object_end(&d->w);
    }
    json_raw(&d->w, "status", S("{\"type\":\"integer\"}"));
    json_raw(&d->w, "field", S("{\"type\":\"string\",\"description\":\"the input at fault\"}"));
    json_object_end(&d->w);
    json_object_end(&d->w);
}
