/*
 * req.c - what handlers ask of a request.
 */
#include "api/req.h"

#include <unistd.h>

#include "base/field.h"
#include "http/websocket.h"

bool req_has(const struct req *r, const char *name)
{
    return r->route->in != NULL && field_seen(r->seen, r->route->in->fields, name);
}

bool req_query_has(const struct req *r, const char *name)
{
    return r->route->query != NULL && field_seen(r->query_seen, r->route->query->fields, name);
}

int64_t req_limit(int64_t asked)
{
    if (asked <= 0)
        return 25;
    return asked > 100 ? 100 : asked;
}

struct answer *req_raw(struct req *r, int status, const char *content_type, str body)
{
    r->raw = NEW(r->x->arena, struct answer);
    r->raw->status = status;
    r->raw->content_type = str_of(content_type);
    r->raw->body = body;
    return r->raw;
}

void req_header(struct req *r, const char *name, str value)
{
    http_header_add(&r->headers_out, str_of(name), value);
}

str req_header_get(const struct req *r, const char *name)
{
    return http_header_get(&r->x->request.headers, name);
}

enum status req_too_often(struct ctx *c, struct req *r, int64_t wait_s, const char *what)
{
    if (wait_s < 1)
        wait_s = 1;
    req_header(r, "Retry-After", arena_printf(r->x->arena, "%lld", (long long)wait_s));
    return FAIL(c, ERR_RATE_LIMITED, "%s; try again in %lld s", what, (long long)wait_s);
}

void req_wait_errand(struct req *r, struct uuid errand,
                     enum status (*then)(struct ctx *c, struct req *r))
{
    r->wait_job = errand;
    r->for_errand = true;
    r->then = then;
}

enum status req_is_websocket(struct ctx *c, struct req *r)
{
    if (websocket_asked(&r->x->request))
        return OK;
    req_header(r, "Upgrade", S("websocket"));
    return FAIL_REASON(c, ERR_INVALID, "upgrade_required", "this address is for a WebSocket");
}

enum status req_body(struct ctx *c, struct req *r, str *out)
{
    size_t size = (size_t)r->x->body_bytes, have = 0;
    char *text;

    if (r->x->body_fd < 0) {
        *out = r->x->request.body;
        return OK;
    }
    text = arena_alloc(c->arena, size + 1);
    while (have < size) {
        ssize_t n = pread(r->x->body_fd, text + have, size - have, (off_t)have);

        if (n <= 0)
            return FAIL(c, ERR_UNAVAILABLE, "the spooled body cannot be read");
        have += (size_t)n;
    }
    *out = (str){text, size};
    return OK;
}

str req_body_path(struct req *r)
{
    return arena_printf(r->x->arena, "/proc/self/fd/%d", r->x->body_fd);
}
