/*
 * dispatch_end.c - an answer, its headers and its one log line.
 *
 * Security headers are here so that no handler can forget them; a handler that
 * needs another policy (pages, media) sets its own Content-Security-Policy and the common one stays
 * away.
 */
#include "api/dispatch_private.h"

#include <unistd.h>

#include "api/metrics.h"
#include "api/problem.h"
#include "base/json.h"

enum { OUT_MAX = 8 * 1024 * 1024 };

/* ---- encoding ---- */

static str etag_of(struct dispatch *d)
{
    const struct shape *out = d->req.route->out;

    for (const struct field *f = out->fields; f->name != NULL; f++)
        if (f->type == FT_I64 && strcmp(f->name, "version") == 0)
            return arena_printf(d->ctx.arena, "\"%lld\"",
                                (long long)*FIELD_CPTR(int64_t, d->req.out, f));
    return S("");
}

enum status dispatch_encode(struct dispatch *d)
{
    struct buf b;
    struct json_writer w;

    if (d->req.raw != NULL || d->req.route->out == NULL)
        return OK;
    b = buf_new(d->ctx.arena, OUT_MAX);
    w = json_writer_new(&b);
    json_struct(&w, NULL, d->req.route->out->fields, d->req.out);
    TRY(buf_done(&d->ctx, &b, &d->body));
    d->etag = etag_of(d);
    return OK;
}

/* ---- headers ---- */

static void put(struct answer *a, const char *name, str value)
{
    if (http_header_get(&a->headers, name).len == 0)
        http_header_add(&a->headers, str_of(name), value);
}

static str number(struct arena *a, int64_t n)
{
    return arena_printf(a, "%lld", (long long)n);
}

static void add_headers(struct dispatch *d, struct answer *a)
{
    struct arena *arena = d->req.x->arena;

    for (size_t i = 0; i < d->req.headers_out.n; i++)
        http_header_add(&a->headers, d->req.headers_out.items[i].name,
                        d->req.headers_out.items[i].value);
    put(a, "X-Request-Id", d->request_id);
    put(a, "X-Content-Type-Options", S("nosniff"));
    put(a, "Referrer-Policy", S("no-referrer"));
    put(a, "Cross-Origin-Resource-Policy", S("same-origin"));
    put(a, "Content-Security-Policy", S("default-src 'none'; frame-ancestors 'none'"));
    put(a, "Cache-Control", S("no-store"));
    if (d->req.server->https)
        put(a, "Strict-Transport-Security", S(EDGE_STRICT_TRANSPORT));
    if (!d->rated)
        return;
    put(a, "RateLimit-Limit", number(arena, d->rate.limit));
    put(a, "RateLimit-Remaining", number(arena, d->rate.remaining));
    put(a, "RateLimit-Reset", number(arena, d->rate.reset_s));
}

/* ---- the log line ---- */

static enum log_level level_of(int status)
{
    return status >= 500 ? LOG_ERROR : LOG_INFO;
}

static void log_request(struct dispatch *d, int status, int64_t us, int64_t bytes)
{
    struct arena *a = d->req.x->arena;
    const struct http_request *rq = &d->req.x->request;
    const struct err *err = &d->ctx.err;

    if (!log_level_on(level_of(status)))
        return;
    log_put(&d->log, "method", str_of(field_word(&http_method_names, (int)rq->method)));
    log_put(&d->log, "path", rq->url); /* the query may hold a signature */
    log_put(&d->log, "route", str_of(d->req.route != NULL ? d->req.route->path : "-"));
    log_put_number(&d->log, "status", number(a, status));
    log_put_number(&d->log, "us", number(a, us));
    log_put_number(&d->log, "bytes", number(a, bytes));
    log_put(&d->log, "ip", d->req.x->peer);
    if (status >= 400 && err->code != OK) {
        log_put(&d->log, "code", str_of(problem_code(err)));
        log_put(&d->log, "at", arena_printf(a, "%s:%d", err->file, err->line));
        log_put(&d->log, "msg", str_of(err->msg));
        if (err->field[0] != '\0')
            log_put(&d->log, "field", str_of(err->field));
        if (err->cause[0] != '\0')
            log_put(&d->log, "cause", str_of(err->cause));
    }
    log_line(level_of(status), "request", &d->log);
}

/* ---- sending ---- */

static void send(struct dispatch *d, struct answer *a)
{
    struct server *s = d->req.server;
    int64_t us = clock_mono_us() - d->req.x->started_us;

    add_headers(d, a);
    metrics_request(s->metrics, d->req.route, a->status, us);
    log_request(d, a->status, us, a->file_fd > 0 ? a->file_bytes : (int64_t)a->body.len);
    edge_answer(s->edge, d->req.x, a); /* d is gone when this returns */
}

static void send_problem(struct dispatch *d)
{
    struct arena *arena = d->req.x->arena;
    struct answer a = {
        .status = problem_status(&d->ctx.err),
        .content_type = S("application/problem+json"),
        .body = problem_json(arena, &d->ctx.err, d->request_id),
        .body_static = true,
    };

    if (a.status == 503)
        put(&a, "Retry-After", S("1"));
    send(d, &a);
}

static void send_json(struct dispatch *d, int status, str etag, str body)
{
    struct answer a = {.status = status, .body = body, .body_static = true};
    str known = req_header_get(&d->req, "If-None-Match");

    if (body.len > 0)
        a.content_type = status < 400 ? S("application/json") : S("application/problem+json");
    if (etag.len > 0)
        http_header_add(&a.headers, S("ETag"), etag);
    if (etag.len > 0 && status == 200 && d->req.route->method == HTTP_GET && str_eq(known, etag)) {
        a.status = 304;
        a.body = a.content_type = S("");
    }
    send(d, &a);
}

/* A file goes with the answer that it was opened for, and with no other. */
static void drop_file(struct answer *unsent)
{
    if (unsent == NULL || unsent->file_fd <= 0)
        return;
    close(unsent->file_fd);
    unsent->file_fd = 0;
}

void dispatch_finish(struct dispatch *d, enum status status)
{
    if (status != OK || d->replay.found)
        drop_file(d->req.raw);
    if (status != OK) {
        send_problem(d);
    } else if (d->replay.found) {
        req_header(&d->req, "Idempotent-Replay", S("true"));
        send_json(d, d->replay.status, d->replay.etag, d->replay.body);
    } else if (d->req.raw != NULL) {
        send(d, d->req.raw);
    } else {
        send_json(d, d->req.status, d->etag, d->body);
    }
}

/* ---- requests that were handed over ---- */

void req_answer(struct req *r, const struct answer *answer)
{
    struct dispatch *d = (struct dispatch *)(void *)r;
    struct answer copy = *answer;

    send(d, &copy);
}

void req_fail(struct req *r, enum status code, const char *word, const char *msg)
{
    struct dispatch *d = (struct dispatch *)(void *)r;
    enum status status = FAIL(&d->ctx, code, "%s", msg);

    if (word != NULL)
        (void)err_reason(&d->ctx, word, status);
    send_problem(d);
}
