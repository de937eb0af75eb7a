/*
 * openapi.c - walking the tables twice: once for the paths, once for the schemas they name.
 *
 * A table that belongs to a named shape is referred to wherever it occurs,
 * also inside other shapes; tables without a name are written in place.
 *
 * More than 600 lines, since what no table says stands here too, as data: headers, schemes, and the few
 * rows that answer by hand.
 */
#include "api/openapi.h"

#include "api/handlers.h"
#include "api/problem.h"
#include "base/json.h"

enum { TEXT_MAX = 1024 * 1024, SHAPES_MAX = 256 };

struct doc {
    struct json_writer w;
    struct arena *arena;
    const struct shape *shapes[SHAPES_MAX]; /* named ones, once each */
    bool incoming[SHAPES_MAX];
    size_t n;
};

/* ---- what the table does not say ---- */

/* Rows whose handler writes the answer or reads the query itself. */
static const struct by_hand {
    enum status (*handler)(struct ctx *c, struct req *r);
    const char *content_type;
    const struct shape *out;
    const char *query[3]; /* all required */
} by_hand[] = {
    {get_hook,    "text/plain",       NULL,         {"hub.mode", "hub.verify_token", "hub.challenge"}},
    {post_hook,   "text/plain",       NULL,         {NULL}                                           },
    {get_media,   "*/*",              NULL,         {"org", "exp", "sig"}                            },
    {get_health,  "application/json", NULL,         {NULL}                                           },
    {get_ready,   "application/json", &ready_shape, {NULL}                                           },
    {get_metrics, "text/plain",       NULL,         {NULL}                                           },
    {get_openapi, "application/json", NULL,         {NULL}                                           },
};

static const struct by_hand *hand_of(const struct route *r)
{
    for (size_t i = 0; i < sizeof(by_hand) / sizeof(by_hand[0]); i++)
        if (by_hand[i].handler == r->handler)
            return &by_hand[i];
    return NULL;
}

/* ---- which shapes have a name ---- */

static bool has_name(const struct shape *s)
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

static void collect_one(struct doc *d, const struct shape *s, bool incoming)
{
    if (!has_name(s) || shape_of(d, s->fields) != NULL || d->n == SHAPES_MAX)
        return;
    d->incoming[d->n] = incoming;
    d->shapes[d->n++] = s;
}

static void collect(struct doc *d)
{
    for (size_t i = 0; i < routes_count; i++) {
        collect_one(d, routes[i].in, true);
        collect_one(d, routes[i].out, false);
    }
    for (size_t i = 0; i < sizeof(by_hand) / sizeof(by_hand[0]); i++)
        collect_one(d, by_hand[i].out, false);
}

/* ---- schemas ---- */

static void write_table(struct doc *d, const char *key, const struct field *table, bool incoming);
static void write_value(struct doc *d, const char *key, const struct field *f, bool incoming);

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

static void write_ref(struct doc *d, const char *key, const struct shape *shape)
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
        write_ref(d, inner, shape);
    else
        write_table(d, inner, f->sub, incoming);
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
        write_value(d, "items", f->sub, incoming);
    else if (shape != NULL)
        write_ref(d, "items", shape);
    else
        write_table(d, "items", f->sub, incoming);
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

static void write_value(struct doc *d, const char *key, const struct field *f, bool incoming)
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
static void write_table(struct doc *d, const char *key, const struct field *table, bool incoming)
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
        write_value(d, f->name, f, incoming);
    json_object_end(&d->w);
    if (incoming)
        json_bool(&d->w, "additionalProperties", false);
    json_object_end(&d->w);
}

static void write_problem(struct doc *d)
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

/* ---- paths ---- */

/* get_contacts_id_notes */
static str operation_id(struct doc *d, const struct route *r)
{
    struct buf b = buf_new(d->arena, 200);
    const char *path = strncmp(r->path, "/v1/", 4) == 0 ? r->path + 3 : r->path;

    for (const char *m = field_word(&http_method_names, (int)r->method); *m != '\0'; m++)
        buf_add_char(&b, (char)(*m - 'A' + 'a'));
    for (; *path != '\0'; path++) {
        if (*path == '/' || *path == '-' || *path == '.')
            buf_add_char(&b, '_');
        else if (*path != '{' && *path != '}')
            buf_add_char(&b, *path);
    }
    return buf_str(&b);
}

static void write_path_params(struct doc *d, const char *path)
{
    const char *open = path;

    while ((open = strchr(open, '{')) != NULL) {
        const char *close = strchr(open, '}');
        str name = {open + 1, (size_t)(close - open - 1)};

        json_object_begin(&d->w, NULL);
        json_str(&d->w, "name", name);
        json_str(&d->w, "in", S("path"));
        json_bool(&d->w, "required", true);
        json_raw(&d->w, "schema",
                 str_eq(name, S("id")) ? S("{\"type\":\"string\",\"format\":\"uuid\"}")
                                       : S("{\"type\":\"string\"}"));
        json_object_end(&d->w);
        open = close;
    }
}

static void write_part(struct doc *d, const char *key, const char *kind, const char *name)
{
    json_object_begin(&d->w, key);
    json_str(&d->w, "$ref", arena_printf(d->arena, "#/components/%s/%s", kind, name));
    json_object_end(&d->w);
}

static bool has_etag(const struct route *r)
{
    for (const struct field *f = r->out != NULL ? r->out->fields : NULL; f && f->name; f++)
        if (f->type == FT_I64 && strcmp(f->name, "version") == 0)
            return true;
    return false;
}

static void write_hand_params(struct doc *d, const struct by_hand *hand)
{
    for (size_t i = 0; hand != NULL && i < 3 && hand->query[i] != NULL; i++) {
        json_object_begin(&d->w, NULL);
        json_str(&d->w, "name", str_of(hand->query[i]));
        json_str(&d->w, "in", S("query"));
        json_bool(&d->w, "required", true);
        json_raw(&d->w, "schema", S("{\"type\":\"string\"}"));
        json_object_end(&d->w);
    }
}

static void write_params(struct doc *d, const struct route *r)
{
    json_array_begin(&d->w, "parameters");
    write_path_params(d, r->path);
    write_hand_params(d, hand_of(r));
    if (route_replays(r))
        write_part(d, NULL, "parameters", "IdempotencyKey");
    if (route_version(r) != NULL)
        write_part(d, NULL, "parameters", "IfMatch");
    if (has_etag(r) && r->method == HTTP_GET)
        write_part(d, NULL, "parameters", "IfNoneMatch");
    if (r->query != NULL) {
        for (const struct field *f = r->query->fields; f->name != NULL; f++) {
            json_object_begin(&d->w, NULL);
            json_str(&d->w, "name", str_of(f->name));
            json_str(&d->w, "in", S("query"));
            json_bool(&d->w, "required", (f->flags & F_REQUIRED) != 0);
            write_value(d, "schema", f, true);
            json_object_end(&d->w);
        }
    }
    json_array_end(&d->w);
}

static void write_content(struct doc *d, const char *type, const struct shape *shape, bool incoming)
{
    json_object_begin(&d->w, "content");
    json_object_begin(&d->w, type);
    if (shape == NULL)
        json_raw(&d->w, "schema", S("{\"type\":\"string\",\"format\":\"binary\"}"));
    else if (has_name(shape))
        write_ref(d, "schema", shape);
    else
        write_table(d, "schema", shape->fields, incoming);
    json_object_end(&d->w);
    json_object_end(&d->w);
}

static int status_of(const struct route *r)
{
    if ((r->flags & ROUTE_CREATED) != 0)
        return 201;
    if ((r->flags & ROUTE_ACCEPTED) != 0)
        return 202;
    if ((r->flags & ROUTE_UPGRADE) != 0)
        return 101;
    return r->out != NULL || hand_of(r) != NULL ? 200 : 204;
}

static void write_response_headers(struct doc *d, const struct route *r)
{
    json_object_begin(&d->w, "headers");
    write_part(d, "X-Request-Id", "headers", "RequestId");
    if (has_etag(r))
        write_part(d, "ETag", "headers", "ETag");
    if (route_replays(r))
        write_part(d, "Idempotent-Replay", "headers", "IdempotentReplay");
    if (route_says_rate(r)) {
        write_part(d, "RateLimit-Limit", "headers", "RateLimitLimit");
        write_part(d, "RateLimit-Remaining", "headers", "RateLimitRemaining");
        write_part(d, "RateLimit-Reset", "headers", "RateLimitReset");
    }
    json_object_end(&d->w);
}

static void write_answer(struct doc *d, const struct route *r, int status)
{
    const struct by_hand *hand = hand_of(r);

    json_object_begin(&d->w, arena_printf(d->arena, "%d", status).ptr);
    json_str(&d->w, "description", str_of(r->summary));
    write_response_headers(d, r);
    if (hand != NULL)
        write_content(d, hand->content_type, hand->out, false);
    else if (r->out != NULL)
        write_content(d, "application/json", r->out, false);
    json_object_end(&d->w);
}

static void write_responses(struct doc *d, const struct route *r)
{
    json_object_begin(&d->w, "responses");
    write_answer(d, r, status_of(r));
    if (has_etag(r) && r->method == HTTP_GET)
        write_part(d, "304", "responses", "NotModified");
    if ((r->flags & ROUTE_UPGRADE) != 0)
        write_part(d, "426", "responses", "UpgradeRequired");
    if (r->rate != RATE_FREE)
        write_part(d, "429", "responses", "TooMany");
    if (r->handler == get_ready) /* not a problem: the same list, with what is down */
        write_answer(d, r, 503);
    else
        write_part(d, "503", "responses", "Unavailable");
    write_part(d, "default", "responses", "Failed");
    json_object_end(&d->w);
}

static str security_of(const struct route *r)
{
    if ((r->flags & ROUTE_VISITOR) != 0)
        return S("[{\"visitor\":[]}]");
    if (strcmp(r->permission, "public") == 0)
        return S("[]");
    return S("[{\"cookie\":[]},{\"loopback_cookie\":[]},{\"bearer\":[]}]");
}

static void write_operation(struct doc *d, const struct route *r)
{
    struct buf method = buf_new(d->arena, 16);

    for (const char *m = field_word(&http_method_names, (int)r->method); *m != '\0'; m++)
        buf_add_char(&method, (char)(*m - 'A' + 'a'));
    json_object_begin(&d->w, buf_str(&method).ptr);
    json_str(&d->w, "operationId", operation_id(d, r));
    json_str(&d->w, "summary", str_of(r->summary));
    json_str(&d->w, "x-permission", str_of(r->permission));
    json_raw(&d->w, "security", security_of(r));
    write_params(d, r);
    if (r->in != NULL || (r->flags & ROUTE_RAW && r->max_body != 0)) {
        json_object_begin(&d->w, "requestBody");
        json_bool(&d->w, "required", true);
        write_content(d, r->in != NULL ? "application/json" : "application/octet-stream", r->in,
                      true);
        json_object_end(&d->w);
    }
    write_responses(d, r);
    json_object_end(&d->w);
}

static void write_paths(struct doc *d)
{
    const char *open = NULL;

    json_object_begin(&d->w, "paths");
    for (size_t i = 0; i < routes_count; i++) {
        if ((routes[i].flags & ROUTE_HIDDEN) != 0)
            continue;
        if (open == NULL || strcmp(open, routes[i].path) != 0) {
            if (open != NULL)
                json_object_end(&d->w);
            open = routes[i].path;
            json_object_begin(&d->w, open);
        }
        write_operation(d, &routes[i]);
    }
    if (open != NULL)
        json_object_end(&d->w);
    json_object_end(&d->w);
}

/* What operations refer to. */
static const struct {
    const char *kind, *text;
} parts[] = {
    {"parameters",
     "{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"description"
     "\":\"Chosen by the caller: a repetition with the same key within a day gets the f"
     "irst answer and does nothing.\",\"schema\":{\"type\":\"string\",\"minLength\":1,"
     "\"maxLength\":200,\"pattern\":\"^[!-~]+$\"}},"
     "\"IfMatch\":{\"name\":\"If-Match\",\"in\":\"header\",\"description\":\"The ETag t"
     "hat was seen, instead of version in the body: one of the two is needed. * is what"
     "ever there is.\",\"schema\":{\"type\":\"string\"}},"
     "\"IfNoneMatch\":{\"name\":\"If-None-Match\",\"in\":\"header\",\"description\":\"T"
     "he ETag that is known: 304 when nothing has changed.\",\"schema\":{\"type\":\"str"
     "ing\"}}}"                                                                     },
    {"headers",         "{\"RequestId\":{\"description\":\"Names the request in the log; a sane one that i"
                "s sent is taken over.\",\"schema\":{\"type\":\"string\"}},"
                "\"ETag\":{\"description\":\"The version, in quotes.\",\"schema\":{\"type\":\"stri"
                "ng\"}},"
                "\"IdempotentReplay\":{\"description\":\"true: this is the first answer again.\","
                "\"schema\":{\"type\":\"string\",\"enum\":[\"true\"]}},"
                "\"RateLimitLimit\":{\"description\":\"How many requests of this kind are allowed "
                "at once.\",\"schema\":{\"type\":\"integer\"}},"
                "\"RateLimitRemaining\":{\"description\":\"How many are left.\",\"schema\":{\"type"
                "\":\"integer\"}},"
                "\"RateLimitReset\":{\"description\":\"Seconds until all are allowed again.\",\"sc"
                "hema\":{\"type\":\"integer\"}},"
                "\"RetryAfter\":{\"description\":\"Seconds to wait.\",\"schema\":{\"type\":\"integ"
                "er\"}}}"                                            },
    {"responses",
     "{\"Failed\":{\"description\":\"It did not work\",\"headers\":{\"X-Request-Id\":{"
     "\"$ref\":\"#/components/headers/RequestId\"}},\"content\":{\"application/problem+"
     "json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}},"
     "\"NotModified\":{\"description\":\"It is what If-None-Match says\",\"headers\":{"
     "\"X-Request-Id\":{\"$ref\":\"#/components/headers/RequestId\"}}},"
     "\"UpgradeRequired\":{\"description\":\"This is for a WebSocket\",\"headers\":{\"X"
     "-Request-Id\":{\"$ref\":\"#/components/headers/RequestId\"},\"Upgrade\":{\"schema"
     "\":{\"type\":\"string\",\"enum\":[\"websocket\"]}}},\"content\":{\"application/pr"
     "oblem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}},"
     "\"TooMany\":{\"description\":\"Too many requests\",\"headers\":{\"X-Request-Id\":"
     "{\"$ref\":\"#/components/headers/RequestId\"},\"Retry-After\":{\"$ref\":\"#/compo"
     "nents/headers/RetryAfter\"}},\"content\":{\"application/problem+json\":{\"schema"
     "\":{\"$ref\":\"#/components/schemas/Problem\"}}}},"
     "\"Unavailable\":{\"description\":\"Not available right now; nothing happened\",\""
     "headers\":{\"X-Request-Id\":{\"$ref\":\"#/components/headers/RequestId\"},\"Retry"
     "-After\":{\"$ref\":\"#/components/headers/RetryAfter\"}},\"content\":{\"applicati"
     "on/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}}"},
    {"securitySchemes",
     "{\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-sambung\",\""
     "description\":\"Set by POST /v1/session where the address is https\"},"
     "\"loopback_cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"sambung\","
     "\"description\":\"The same on a loopback address without TLS\"},"
     "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"A ses_ toke"
     "n: POST /v1/session with token true\"},"
     "\"visitor\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"A vis_ tok"
     "en: POST /chat/{id}/visitor\"}}"                                              },
};

static void write_components(struct doc *d)
{
    json_object_begin(&d->w, "components");
    json_object_begin(&d->w, "schemas");
    write_problem(d);
    for (size_t i = 0; i < d->n; i++)
        write_table(d, d->shapes[i]->name, d->shapes[i]->fields, d->incoming[i]);
    json_object_end(&d->w);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        json_raw(&d->w, parts[i].kind, str_of(parts[i].text));
    json_object_end(&d->w);
}

enum status openapi_text(struct ctx *c, str *out)
{
    struct buf b = buf_new(c->arena, TEXT_MAX);
    struct doc *d = NEW(c->arena, struct doc);

    d->arena = c->arena;
    d->w = json_writer_new(&b);
    collect(d);
    json_object_begin(&d->w, NULL);
    json_str(&d->w, "openapi", S("3.1.0"));
    json_object_begin(&d->w, "info");
    json_str(&d->w, "title", S("Sambung"));
    json_str(&d->w, "version", S(SAMBUNG_VERSION));
    json_object_end(&d->w);
    write_paths(d);
    write_components(d);
    json_object_end(&d->w);
    return buf_done(c, &b, out);
}

enum status get_openapi(struct ctx *c, struct req *r)
{
    str text;

    TRY(openapi_text(c, &text));
    req_raw(r, 200, "application/json", text)->body_static = true;
    return OK;
}
