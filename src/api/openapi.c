/*
 * openapi.c - the paths, from the route table; what they refer to is in openapi_schema.c, and what no
 * table says in openapi_parts.json and, of the few rows that answer by hand, below.
 */
#include "api/openapi.h"

#include "api/handlers.h"
#include "api/openapi_schema.h"

enum { TEXT_MAX = 1024 * 1024 };

/* ---- what the table does not say ---- */

/* Rows whose handler writes the answer or reads the query itself. */
static const struct by_hand {
    enum status (*handler)(struct ctx *c, struct req *r);
    const char *content_type;
    const struct shape *out;
    const char *query[3]; /* all required */
} by_hand[] = {
    {get_hook,          "text/plain",       NULL,         {"hub.mode", "hub.verify_token", "hub.challenge"}},
    {post_hook,         "text/plain",       NULL,         {NULL}                                           },
    {get_media,         "*/*",              NULL,         {"org", "exp", "sig"}                            },
    {post_audit_export, "text/csv",         NULL,         {NULL}                                           },
    {get_health,        "application/json", NULL,         {NULL}                                           },
    {get_ready,         "application/json", &ready_shape, {NULL}                                           },
    {get_metrics,       "text/plain",       NULL,         {NULL}                                           },
    {get_openapi,       "application/json", NULL,         {NULL}                                           },
    {post_mail_hook,    "text/plain",       NULL,         {NULL}                                           },
    {get_jwks,          "application/json", NULL,         {NULL}                                           },
};

/* Signing in: 202 when a second factor is asked for. */
static bool may_ask(const struct route *r)
{
    return r->handler == post_session || r->handler == post_token;
}

static const struct by_hand *hand_of(const struct route *r)
{
    for (size_t i = 0; i < sizeof(by_hand) / sizeof(by_hand[0]); i++)
        if (by_hand[i].handler == r->handler)
            return &by_hand[i];
    return NULL;
}

/* The shapes that have a name, once each. */
static void collect(struct doc *d)
{
    for (size_t i = 0; i < routes_count; i++) {
        doc_collect(d, routes[i].in, true);
        doc_collect(d, routes[i].out, false);
    }
    for (size_t i = 0; i < sizeof(by_hand) / sizeof(by_hand[0]); i++)
        doc_collect(d, by_hand[i].out, false);
    doc_collect(d, &challenge_shape, false);
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
            doc_write_value(d, "schema", f, true);
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
    else if (doc_has_name(shape))
        doc_write_ref(d, "schema", shape);
    else
        doc_write_table(d, "schema", shape->fields, incoming);
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

static void write_challenge(struct doc *d, const struct route *r)
{
    json_object_begin(&d->w, "202");
    json_str(&d->w, "description", S("A second factor is asked for"));
    write_response_headers(d, r);
    write_content(d, "application/json", &challenge_shape, false);
    json_object_end(&d->w);
}

static void write_responses(struct doc *d, const struct route *r)
{
    json_object_begin(&d->w, "responses");
    write_answer(d, r, status_of(r));
    if (may_ask(r))
        write_challenge(d, r);
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
    if (route_takes_keys(r))
        return S("[{\"cookie\":[]},{\"loopback_cookie\":[]},{\"bearer\":[]},{\"api_key\":[]}]");
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

/* What operations refer to besides schemas: headers, answers, ways to sign in. */
static enum status write_parts(struct ctx *c, struct doc *d)
{
    const struct json *value;
    struct json *parts;
    str kind;

    TRY(json_parse(c, str_of(openapi_parts[0].text), &parts));
    for (size_t i = 0; json_member(parts, i, &kind, &value); i++)
        json_raw(&d->w, kind.ptr, json_dump(c, value));
    return OK;
}

static enum status write_components(struct ctx *c, struct doc *d)
{
    json_object_begin(&d->w, "components");
    json_object_begin(&d->w, "schemas");
    doc_write_problem(d);
    for (size_t i = 0; i < d->n; i++)
        doc_write_table(d, d->shapes[i]->name, d->shapes[i]->fields, d->incoming[i]);
    json_object_end(&d->w);
    TRY(write_parts(c, d));
    json_object_end(&d->w);
    return OK;
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
    TRY(write_components(c, d));
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
