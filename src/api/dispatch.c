/*
 * dispatch.c - the order of the steps, and every transaction of the web process's requests.
 *
 * This file alone of api/ knows the database, so that no handler can begin or
 * commit.  A connection is borrowed for the handler only: signing in again costs a
 * short transaction of the system role first, and only when the cache does not know the token.
 */
#include "api/dispatch.h"

#include <assert.h>

#include "api/dispatch_private.h"
#include "api/guess.h"
#include "api/metrics.h"
#include "api/org_cache.h"
#include "api/parking.h"
#include "api/problem.h"
#include "api/session.h"
#include "base/json.h"
#include "db/db.h"
#include "domain/sso.h"
#include "domain/work.h"
#include "live/notify.h"

enum { DEADLINE_MS = 10000, SLOW_DEADLINE_MS = 30000, REQUEST_ID_MAX = 64 };

/* ---- transactions ---- */

static bool is_search(const struct dispatch *d)
{
    return (d->req.route->flags & ROUTE_SEARCH) != 0 && query_is_search(d->req.x->request.query);
}

static enum status open_transaction(struct dispatch *d)
{
    struct server *s = d->req.server;
    enum tx_mode mode = is_search(d) ? TX_SYSTEM : d->req.route->tx;

    if (mode == TX_NONE)
        return OK;
    TRY(db_borrow(&d->ctx, is_search(d) ? s->slow : mode == TX_SYSTEM ? s->system : s->app));
    return db_begin(&d->ctx, mode);
}

static bool writes(const struct req *r)
{
    return r->route->tx == TX_WRITE || !uuid_is_zero(r->wait_job) ||
           (r->route->tx == TX_SYSTEM && r->route->method != HTTP_GET);
}

/* An errand is of no organisation, whoever leaves it. */
static struct uuid whose_work(const struct dispatch *d)
{
    return d->req.for_errand ? (struct uuid){{0}} : d->ctx.org;
}

/* Commit, or roll back (also what has only looked, before something slow), and give the connection
 * back.  Whoever waits for what was written is told. */
static enum status close_transaction(struct dispatch *d, enum status status)
{
    struct ctx *c = &d->ctx;
    struct server *s = d->req.server;
    bool keep = (status == OK && d->req.aside == NULL) || d->req.keep;

    if (c->db == NULL)
        return status;
    if (keep) {
        struct err before = c->err;
        enum status committed = db_commit(c);

        if (committed == OK)
            c->err = before;
        else
            status = committed;
        d->committed = committed == OK;
    } else {
        db_rollback(c);
    }
    db_return(c);
    if (d->committed && writes(&d->req)) {
        notify_changes(s->notifier);
        if (!uuid_is_zero(c->org) || d->req.for_errand)
            notify_jobs(s->notifier, whose_work(d));
    }
    if (d->committed && c->mailed)
        notify_mail(s->notifier);
    return status;
}

enum status dispatch_in_system(struct ctx *c, struct server *s,
                               enum status (*fn)(struct ctx *c, void *arg), void *arg)
{
    enum status status;

    TRY(db_borrow(c, s->system));
    status = db_begin(c, TX_SYSTEM);
    if (status == OK)
        status = fn(c, arg);
    if (status == OK)
        status = db_commit(c);
    else
        db_rollback(c);
    db_return(c);
    if (status == OK && c->mailed)
        notify_mail(s->notifier);
    return status;
}

/* ---- the handler, in its transaction ---- */

static enum status keep_answer(struct dispatch *d)
{
    struct req *r = &d->req;

    if (!d->replay.claimed || !uuid_is_zero(r->wait_job))
        return OK;
    d->replay.status = r->status;
    d->replay.body = d->body;
    d->replay.etag = d->etag;
    if (r->raw != NULL) {
        d->replay.status = r->raw->status;
        d->replay.body = r->raw->body;
    }
    return replay_keep(&d->ctx, r, &d->replay);
}

static enum status call_handler(struct dispatch *d,
                                enum status (*handler)(struct ctx *c, struct req *r))
{
    struct req *r = &d->req;

    TRY(handler(&d->ctx, r));
    if ((!uuid_is_zero(r->wait_job) && r->then != NULL) || r->aside != NULL)
        return OK; /* the answer is made later */
    TRY(dispatch_encode(d));
    return keep_answer(d);
}

static enum status in_transaction(struct dispatch *d,
                                  enum status (*handler)(struct ctx *c, struct req *r))
{
    enum status status = open_transaction(d);

    if (status == OK)
        status = replay_begin(&d->ctx, &d->req, &d->replay);
    if (status == OK && !d->replay.found)
        status = call_handler(d, handler);
    return close_transaction(d, status);
}

enum status req_is_repeated(struct ctx *c, struct req *r, bool *out)
{
    struct dispatch *d = (struct dispatch *)(void *)r;

    TRY(replay_look(c, r, &d->replay));
    *out = d->replay.seen;
    return OK;
}

/* Instead of then, when the key was known and is not any more: nothing has been done aside. */
static enum status key_is_gone(struct ctx *c, struct req *r)
{
    (void)r;
    return FAIL(c, ERR_CONFLICT, "the same request has just been removed; send it again");
}

/* A stranger's body is digested only here, after the handler has seen who it is and how often they
 * come. */
static enum status go_aside(struct dispatch *d)
{
    struct req *r = &d->req;
    enum status (*aside)(struct ctx * c, struct req * r) = r->aside;

    r->aside = NULL;
    d->ctx.deadline_ms = clock_mono_ms() + DEADLINE_MS;
    if (!d->known)
        TRY(replay_digest(&d->ctx, r, &d->replay));
    if (d->replay.seen)
        r->then = key_is_gone;
    else
        TRY(aside(&d->ctx, r));
    d->ctx.deadline_ms = clock_mono_ms() + DEADLINE_MS;
    return in_transaction(d, r->then);
}

static enum status handle(struct dispatch *d)
{
    struct req *r = &d->req;

    TRY(replay_prepare(&d->ctx, r, &d->replay));
    if (d->known)
        TRY(replay_digest(&d->ctx, r, &d->replay));
    TRY(in_transaction(d, r->route->handler));
    return r->aside == NULL ? OK : go_aside(d);
}

/* ---- the steps before it ---- */

static enum status match(struct dispatch *d)
{
    struct req *r = &d->req;
    struct http_request *rq = &r->x->request;

    switch (route_match(rq->method, rq->url, &d->matched)) {
    case MATCH_NO_PATH:
        return FAIL(&d->ctx, ERR_NOT_FOUND, "there is nothing at this address");
    case MATCH_NO_METHOD:
        req_header(r, "Allow", route_allow(d->ctx.arena, d->matched.allowed));
        return FAIL_REASON(&d->ctx, ERR_INVALID, "method_not_allowed",
                           "this address does not take %s",
                           field_word(&http_method_names, (int)rq->method));
    case MATCH_FOUND:
        break;
    }
    r->route = d->matched.route;
    r->status = (r->route->flags & ROUTE_CREATED) != 0    ? 201
                : (r->route->flags & ROUTE_ACCEPTED) != 0 ? 202
                : r->route->out == NULL                   ? 204
                                                          : 200;
    if (!route_params(d->ctx.arena, &d->matched, r->params, r->ids))
        return FAIL(&d->ctx, ERR_NOT_FOUND, "there is nothing at this address");
    return OK;
}

static enum status run(struct dispatch *d)
{
    TRY(match(d));
    if (is_search(d) || (d->req.route->flags & ROUTE_SLOW) != 0)
        d->ctx.deadline_ms = clock_mono_ms() + SLOW_DEADLINE_MS;
    TRY(dispatch_authenticate(d));
    TRY(dispatch_check_origin(d));
    TRY(dispatch_check_permission(d));
    TRY(dispatch_check_rate(d));
    TRY(dispatch_find_org(d));
    TRY(dispatch_read(d));
    return handle(d);
}

/* ---- the edge's operations ---- */

int dispatch_limit(void *server, const struct http_request *head, str counted,
                   struct edge_limit *out)
{
    struct server *s = server;
    struct matched m;

    /* What has no row gets its 404 or 405 from dispatch_serve, with a request id and a log line. */
    out->max_body = BODY_JSON;
    if (route_match(head->method, head->url, &m) != MATCH_FOUND)
        return 0;
    out->max_body =
        m.route->max_body == BODY_UPLOAD ? s->config->upload_max_bytes : m.route->max_body;
    out->spool = (m.route->flags & ROUTE_SPOOL) != 0;
    out->door = (m.route->flags & ROUTE_DOOR) != 0 &&
                !guess_is_good_place(s->guesses, counted, clock_mono_ms());
    out->slow = (m.route->flags & ROUTE_SLOW) != 0 ||
                ((m.route->flags & ROUTE_SEARCH) != 0 && query_is_search(head->query));
    return 0;
}

static bool is_sane_id(str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char ch = id.ptr[i];

        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
              ch == '-' || ch == '_' || ch == '.'))
            return false;
    }
    return id.len > 0 && id.len <= REQUEST_ID_MAX;
}

static struct dispatch *dispatch_new(struct server *s, struct exchange *x)
{
    struct dispatch *d = NEW(x->arena, struct dispatch);
    str id = http_header_get(&x->request.headers, "X-Request-Id");

    x->user = d;
    d->req.server = s;
    d->req.x = x;
    d->request_id = is_sane_id(id) ? id : uuid_str(x->arena, uuid_new());
    d->ctx.arena = x->arena;
    d->ctx.log = &d->log;
    d->from = (struct origin){
        .ip = x->peer, .user_agent = session_user_agent(&d->req), .request_id = d->request_id};
    d->ctx.from = &d->from;
    d->ctx.deadline_ms = clock_mono_ms() + DEADLINE_MS;
    log_put(&d->log, "request_id", d->request_id);
    return d;
}

void dispatch_serve(void *server, struct exchange *x)
{
    struct dispatch *d = dispatch_new(server, x);
    struct req *r = &d->req;
    enum status status = run(d);

    if (status == OK && !uuid_is_zero(r->wait_job) && r->then != NULL && !d->replay.found) {
        parking_add(r->server->parking, r, whose_work(d));
        return;
    }
    if (status == OK && r->hand_over != NULL) {
        r->hand_over(r);
        return;
    }
    dispatch_finish(d, status);
}

void dispatch_upgraded(void *server, struct exchange *x, int fd, str extra)
{
    struct dispatch *d = x->user;

    (void)server;
    assert(d->req.upgraded != NULL);
    d->req.upgraded(&d->req, fd, extra);
}

/* ---- requests that waited for a job ---- */

/* An errand to a provider of identity is of no organisation (domain/sso.h). */
struct errand_question {
    struct uuid errand;
    bool ended;
    str result;
};

static enum status ask_errand(struct ctx *c, void *arg)
{
    struct errand_question *q = arg;

    return sso_ended(c, q->errand, &q->ended, &q->result);
}

static enum status errand_ended(struct ctx *c, struct server *s, struct uuid errand, bool *ended,
                                str *result)
{
    struct errand_question q = {.errand = errand};

    TRY(dispatch_in_system(c, s, ask_errand, &q));
    *ended = q.ended;
    *result = q.result;
    return OK;
}

struct outcome_question {
    struct uuid job;
    struct job_outcome outcome;
};

static enum status load_outcome(struct ctx *c, void *arg)
{
    struct outcome_question *q = arg;

    return job_outcome_load(c, q->job, &q->outcome);
}

enum status dispatch_job_ended(struct ctx *c, struct server *s, struct uuid org, struct uuid job,
                               bool *ended, str *result)
{
    struct outcome_question q = {.job = job};

    if (uuid_is_zero(org))
        return errand_ended(c, s, job, ended, result);
    c->org = org;
    TRY(dispatch_in_system(c, s, load_outcome, &q));
    *ended = str_eq(q.outcome.state, S("done")) || str_eq(q.outcome.state, S("failed"));
    *result = q.outcome.result.text.len > 0 ? q.outcome.result.text : S("{}");
    return OK;
}

/* The claim of the first half is committed.  The second half has failed and so done nothing: the
 * same key may try again.  Unless that is not certain: then the key stays taken. */
static void release_key(struct dispatch *d, enum status failed)
{
    struct err before = d->ctx.err;
    enum status status;

    if (!d->replay.claimed || failed == ERR_UNCERTAIN)
        return;
    status = open_transaction(d);
    if (status == OK)
        status = replay_release(&d->ctx, &d->req, &d->replay);
    (void)close_transaction(d, status);
    d->ctx.err = before;
}

void dispatch_resume(struct req *r, str result)
{
    struct dispatch *d = (struct dispatch *)(void *)r;
    enum status status;

    d->ctx.deadline_ms = clock_mono_ms() + DEADLINE_MS;
    r->job_result = result.len > 0 ? arena_copy(d->ctx.arena, result) : S("");
    r->wait_job = (struct uuid){0};
    r->for_errand = false;
    if (result.ptr == NULL) {
        status = FAIL(&d->ctx, ERR_UNAVAILABLE, "this takes longer than usual; please try again");
    } else {
        status = open_transaction(d);
        if (status == OK)
            status = call_handler(d, r->then);
        status = close_transaction(d, status);
    }
    if (status != OK)
        release_key(d, status);
    dispatch_finish(d, status);
}

/* ---- the database's figures ---- */

enum status dispatch_ping(struct ctx *c, struct server *s, bool system)
{
    return db_ping(c, system ? s->system : s->app);
}

static void write_pool(const struct db_pool *pool, const char *name, struct buf *out)
{
    struct db_pool_stat stat;
    struct {
        const char *what;
        int n;
    } lines[4];

    db_pool_stats(pool, &stat);
    lines[0].what = "size", lines[0].n = stat.size;
    lines[1].what = "open", lines[1].n = stat.open;
    lines[2].what = "busy", lines[2].n = stat.busy;
    lines[3].what = "waiting", lines[3].n = stat.waiting;
    for (size_t i = 0; i < 4; i++)
        metrics_line(out, "pool_connections",
                     arena_printf(out->arena, "pool=\"%s\",what=\"%s\"", name, lines[i].what).ptr,
                     lines[i].n);
}

enum { STATEMENTS = 512 };

void dispatch_write_database(struct server *s, struct buf *out)
{
    struct db_stat *stats = NEW_ARRAY(out->arena, struct db_stat, STATEMENTS);
    size_t n = db_stats(stats, STATEMENTS);

    metrics_head(out, "pool_connections", "gauge", "Database connections.");
    write_pool(s->app, "app", out);
    write_pool(s->slow, "search", out);
    write_pool(s->system, "system", out);
    metrics_head(out, "statement_calls_total", "counter", "Calls of a statement.");
    for (size_t i = 0; i < n; i++)
        metrics_line(out, "statement_calls_total",
                     arena_printf(out->arena, "statement=\"%s\"", stats[i].name).ptr,
                     (double)stats[i].calls);
    metrics_head(out, "statement_errors_total", "counter", "Failed calls of a statement.");
    for (size_t i = 0; i < n; i++)
        metrics_line(out, "statement_errors_total",
                     arena_printf(out->arena, "statement=\"%s\"", stats[i].name).ptr,
                     (double)stats[i].errors);
    metrics_head(out, "statement_seconds_total", "counter", "Time spent waiting for a statement.");
    for (size_t i = 0; i < n; i++)
        metrics_line(out, "statement_seconds_total",
                     arena_printf(out->arena, "statement=\"%s\"", stats[i].name).ptr,
                     (double)stats[i].total_us / 1e6);
}
