/*
 * run.c - one job: its context, its transactions, how it ended.
 *
 * This is the job runner of rule E9: the one place in jobs that logs what failed.
 */
#include <stdio.h>

#include "jobs/parts.h"

enum {
    TX_LIMIT_MS = 10000,
    BACKOFF_MAX_MS = 3600 * 1000,
    SETTLE_TRIES = 3,
    SETTLE_WAIT_MS = 200,
    DRAIN_AGAIN_MS = 1000,
    DRAIN_REST_MS = 15000, /* it is the channel's own trouble */
};

/* ---- transactions ---- */

enum status run_begin(struct run *r)
{
    r->c.deadline_ms = clock_mono_ms() + TX_LIMIT_MS;
    r->told_jobs = false;
    TRY(db_borrow(&r->c, r->worker->options.app));
    return db_begin(&r->c, TX_WRITE);
}

enum status run_commit(struct run *r)
{
    const struct worker_options *o = &r->worker->options;
    enum status s = db_commit(&r->c);

    db_return(&r->c);
    if (s != OK)
        return s;
    if (o->notify_changes)
        o->notify_changes(o->user);
    if (r->c.mailed)
        worker_want_mail(r->worker);
    r->c.mailed = false;
    if (!r->told_jobs)
        return OK;
    worker_touch(r->worker, r->c.org, 0);
    if (o->notify_jobs)
        o->notify_jobs(o->user, r->c.org);
    return OK;
}

void run_rollback(struct run *r)
{
    db_return(&r->c);
}

enum status run_in_tx(struct run *r, enum status (*fn)(struct run *r, void *arg), void *arg)
{
    enum status s = run_begin(r);

    if (s == OK)
        s = fn(r, arg);
    if (s == OK)
        return run_commit(r);
    run_rollback(r);
    return s;
}

/* ---- help for the kinds ---- */

enum status run_arg_id(struct run *r, const char *name, struct uuid *out)
{
    if (!uuid_parse(json_get_str(r->args, name), out))
        return FAIL(&r->c, ERR_INVALID, "the job says no %s", name);
    return OK;
}

enum status run_call(struct run *r, const struct http_request *request, int64_t limit_ms,
                     struct http_response *out)
{
    r->c.deadline_ms = clock_mono_ms() + limit_ms;
    return http_client_call(&r->c, r->worker->options.http, request, out);
}

int64_t backoff_ms(int64_t attempts)
{
    int64_t ms = 1000;
    uint16_t dice;

    for (int64_t i = 0; i < attempts && ms < BACKOFF_MAX_MS; i++)
        ms *= 2;
    if (ms > BACKOFF_MAX_MS)
        ms = BACKOFF_MAX_MS;
    random_bytes(&dice, sizeof(dice));
    return ms * 3 / 4 + ms / 2 * dice / 65536;
}

bool is_passing(enum status s)
{
    switch (s) {
    case ERR_INVALID:
    case ERR_FORBIDDEN:
    case ERR_NOT_FOUND:
    case ERR_TOO_LARGE:
        return false;
    case OK:
    case ERR_UNAUTHORIZED:
    case ERR_CONFLICT:
    case ERR_RATE_LIMITED:
    case ERR_UNAVAILABLE:
    case ERR_UNCERTAIN:
    case ERR_INTERNAL:
        return true;
    }
    return true;
}

/* ---- how it ended ---- */

enum ending { ENDED_DONE = 1, ENDED_LATER, ENDED_RETRY, ENDED_FAILED };

struct outcome {
    enum ending how;
    struct instant at; /* ENDED_LATER, ENDED_RETRY */
    str error;
};

static struct outcome judge(struct run *r, enum status s)
{
    const struct kind *kind = &kinds[r->task->kind];
    struct outcome out = {.how = ENDED_DONE};

    if (s == OK && instant_is_none(r->later))
        return out;
    if (s == OK) {
        out.how = ENDED_LATER;
        out.at = r->later;
        return out;
    }
    out.error = r->c.err.cause[0]
                    ? arena_printf(r->c.arena, "%s (%s)", r->c.err.msg, r->c.err.cause)
                    : str_of(r->c.err.msg);
    out.how = is_passing(s) && r->job->attempts < kind->max_attempts ? ENDED_RETRY : ENDED_FAILED;
    if (out.how == ENDED_RETRY)
        out.at = instant_is_none(r->retry_at)
                     ? instant_add_ms(clock_now(), backoff_ms(r->job->attempts))
                     : r->retry_at;
    return out;
}

static enum status write_outcome(struct run *r, void *arg)
{
    const struct outcome *out = arg;

    switch (out->how) {
    case ENDED_DONE:
        return job_finish(&r->c, r->job, r->result);
    case ENDED_LATER:
        return job_postpone(&r->c, r->job, out->at);
    case ENDED_RETRY:
        return job_retry(&r->c, r->job, out->at, out->error);
    case ENDED_FAILED:
        return job_fail(&r->c, r->job, out->error, r->result);
    }
    return OK;
}

/* When even that fails, the lease runs out and the job is run again: every kind bears that. */
static void settle(struct run *r, struct outcome *out)
{
    struct err kept = r->c.err;

    for (int i = 0; i < SETTLE_TRIES; i++) {
        if (run_in_tx(r, write_outcome, out) == OK)
            break;
        if (!worker_sleep(r->worker, SETTLE_WAIT_MS << i))
            break;
    }
    if (out->how == ENDED_LATER || out->how == ENDED_RETRY)
        worker_touch(r->worker, r->c.org, (out->at.us - clock_now().us) / 1000 + 1);
    r->c.err = kept;
}

static void log_end(struct run *r, enum status s, const struct outcome *out, int64_t began_us)
{
    static const char *const endings[] = {
        [ENDED_DONE] = "done",
        [ENDED_LATER] = "later",
        [ENDED_RETRY] = "retry",
        [ENDED_FAILED] = "failed",
    };
    enum log_level level = s == OK ? LOG_DEBUG : out->how == ENDED_FAILED ? LOG_ERROR : LOG_WARN;
    struct log_fields *f = &r->log;
    struct arena *a = r->c.arena;

    if (!log_level_on(level))
        return;
    log_put(f, "outcome", str_of(endings[out->how]));
    log_put_number(f, "ms", arena_printf(a, "%.1f", (double)(clock_mono_us() - began_us) / 1000));
    if (s != OK) {
        log_put(f, "at",
                arena_printf(a, "%s:%d", r->c.err.file ? r->c.err.file : "?", r->c.err.line));
        log_put(f, "error", str_of(r->c.err.msg));
        log_put(f, "cause", str_of(r->c.err.cause));
    }
    log_line(level, "job", f);
}

static void begin_log(struct run *r)
{
    struct log_fields *f = &r->log;
    struct arena *a = r->c.arena;

    log_put(f, "kind", str_of(kinds[r->task->kind].name));
    if (r->task->mail) {
        log_put(f, "mail", uuid_str(a, r->task->mail->id));
        return;
    }
    log_put(f, "org", uuid_str(a, r->task->org));
    if (!uuid_is_zero(r->job->id)) {
        log_put(f, "job", uuid_str(a, r->job->id));
        log_put_number(f, "attempt", arena_printf(a, "%lld", (long long)r->job->attempts));
    }
    if (!uuid_is_zero(r->task->channel_id))
        log_put(f, "channel", uuid_str(a, r->task->channel_id));
}

/* A drain of the vault has no row: what it could not do is still there, and looked at again. */
static void end_drain(struct run *r, enum status s)
{
    bool away = s == ERR_UNAVAILABLE || s == ERR_UNCERTAIN || s == ERR_CONFLICT;
    int64_t rest_ms = s == OK ? 0 : away ? DRAIN_AGAIN_MS : DRAIN_REST_MS;

    if (rest_ms > 0)
        worker_rest(r->worker, r->task->channel_id, rest_ms);
    worker_touch(r->worker, r->c.org, rest_ms);
}

static void end_run(struct run *r, enum status s, struct outcome *out)
{
    if (r->task->mail)
        return; /* it has settled itself */
    if (uuid_is_zero(r->job->id))
        end_drain(r, s);
    else if (!uuid_is_zero(r->task->org) && !(r->settled && s == OK))
        settle(r, out); /* an errand at the door, which has no organisation, settles itself too */
}

static void count(struct worker *w, const struct outcome *out)
{
    if (out->how == ENDED_FAILED)
        w->failed++;
    else if (out->how == ENDED_RETRY)
        w->retried++;
    else
        w->done++;
}

static enum status run_kind(struct run *r)
{
    struct json *args = NULL;

    if (!uuid_is_zero(r->job->id))
        TRY(json_parse(&r->c, r->job->args.text, &args));
    r->args = args;
    return kinds[r->task->kind].run(r);
}

void run_task(struct worker *w, struct task *t)
{
    struct run r = {
        .c = {.arena = t->arena, .org = t->org},
        .worker = w,
        .task = t,
        .job = &t->job,
    };
    int64_t began_us = clock_mono_us();
    struct outcome out;
    enum status s;

    r.c.log = &r.log;
    begin_log(&r);
    s = run_kind(&r);
    run_rollback(&r); /* whatever a kind left open */
    out = judge(&r, s);
    end_run(&r, s, &out);
    count(w, &out);
    log_end(&r, s, &out, began_us);
}
