/*
 * job.c - the queue in SQL.  job.h says why the order of statements in job_enqueue matters.
 *
 * Rejected: one queue table claimed across organisations by FOR UPDATE SKIP LOCKED.  It is simpler,
 * but one busy organisation starves the others, and a distributed database refuses it.
 */
#include "store/job.h"

#include "db/db.h"
#include "store/change.h"
#include "store/job.sql.h"

enum { ERROR_MAX = 1000 };

static int64_t nearest_priority(int64_t p)
{
    if (p == 0)
        return JOB_PRIORITY_USUAL;
    if (p < JOB_PRIORITY_USUAL)
        return JOB_PRIORITY_FIRST;
    return p == JOB_PRIORITY_USUAL ? JOB_PRIORITY_USUAL : JOB_PRIORITY_LAST;
}

static str or_null(str s)
{
    return s.len > 0 ? s : (str){NULL, 0};
}

enum status job_enqueue(struct ctx *c, const struct job_spec *spec)
{
    struct uuid id = uuid_is_zero(spec->id) ? uuid_new() : spec->id;
    struct json_text args = {spec->args.len > 0 ? spec->args : S("{}")};

    TRY(db_exec(c, &job_insert_sql,
                DB_ARGS(A(c->org), A(id), A(str_of(spec->kind)), A(args),
                        A(nearest_priority(spec->priority)), A(spec->run_at),
                        A(or_null(spec->dedupe_key))),
                NULL));
    return db_exec(c, &org_queue_insert_sql, DB_ARGS(A(c->org)), NULL);
}

enum status job_enqueue_for(struct ctx *c, const char *kind, const char *name, struct uuid id,
                            struct instant run_at)
{
    char text[UUID_TEXT + 1];

    uuid_text(id, text);
    return job_enqueue(c, &(struct job_spec){
                              .kind = kind,
                              .args = arena_printf(c->arena, "{\"%s\":\"%s\"}", name, text),
                              .run_at = run_at,
                              .dedupe_key = arena_printf(c->arena, "%s:%s", kind, text),
                          });
}

static const struct field outcome_row[] = {
    FIELD(struct job_outcome, state, 0, 0),
    FIELD(struct job_outcome, result, F_NULL, 0),
    FIELD(struct job_outcome, last_error, F_NULL, 0),
    FIELD_END,
};

enum status job_outcome_load(struct ctx *c, struct uuid id, struct job_outcome *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &job_outcome_by_id_sql, DB_ARGS(A(c->org), A(id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "no such job");
    return db_read(c, rows, 0, outcome_row, out);
}

static const struct field job_row[] = {
    FIELD(struct job, id, 0, 0),       FIELD(struct job, lease_id, 0, 0),
    FIELD(struct job, kind, 0, 0),     FIELD(struct job, args, 0, 0),
    FIELD(struct job, attempts, 0, 0), FIELD(struct job, created_at, 0, 0),
    FIELD(struct job, run_at, 0, 0),   FIELD_END,
};

enum status job_claim(struct ctx *c, const struct job_appetite *appetite, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &job_claim_sql,
                 DB_ARGS(A(c->org), A(((struct str_array){appetite->kinds, appetite->n_kinds})),
                         A(((struct i64_array){appetite->lease_s, appetite->n_kinds})),
                         A(appetite->limit), A(uuid_new())),
                 &rows));
    return db_read_all(c, rows, job_row, sizeof(struct job), out);
}

enum status job_renew(struct ctx *c, const struct uuid *ids, const struct uuid *leases, size_t n,
                      int64_t lease_s)
{
    return db_exec(c, &job_renew_sql,
                   DB_ARGS(A(c->org), A(((struct uuid_array){ids, n})),
                           A(((struct uuid_array){leases, n})), A(lease_s)),
                   NULL);
}

/* Somebody waits for this job's result. */
static enum status announce(struct ctx *c, const struct job *job, str result, int64_t changed)
{
    if (changed == 0 || result.len == 0)
        return OK;
    return change_write(c, &(struct change){.kind = S("job"), .entity_id = job->id});
}

enum status job_finish(struct ctx *c, const struct job *job, str result)
{
    int64_t changed = 0;

    TRY(db_exec(
        c, &job_finish_sql,
        DB_ARGS(A(c->org), A(job->id), A(job->lease_id), A(((struct json_text){or_null(result)}))),
        &changed));
    return announce(c, job, result, changed);
}

enum status job_fail(struct ctx *c, const struct job *job, str error, str result)
{
    int64_t changed = 0;

    TRY(db_exec(c, &job_fail_sql,
                DB_ARGS(A(c->org), A(job->id), A(job->lease_id), A(str_utf8_cut(error, ERROR_MAX)),
                        A(((struct json_text){or_null(result)}))),
                &changed));
    return announce(c, job, result, changed);
}

static enum status requeue(struct ctx *c, const struct job *job, struct instant run_at,
                           int64_t uncount, str error)
{
    return db_exec(c, &job_requeue_sql,
                   DB_ARGS(A(c->org), A(job->id), A(job->lease_id), A(run_at), A(uncount),
                           A(or_null(str_utf8_cut(error, ERROR_MAX)))),
                   NULL);
}

enum status job_retry(struct ctx *c, const struct job *job, struct instant run_at, str error)
{
    return requeue(c, job, run_at, 0, error);
}

enum status job_postpone(struct ctx *c, const struct job *job, struct instant run_at)
{
    return requeue(c, job, run_at, 1, (str){NULL, 0});
}

/* ---- the scheduler's ---- */

struct just_id {
    struct uuid id;
};

static const struct field just_id_row[] = {
    FIELD(struct just_id, id, 0, 0),
    FIELD_END,
};

enum status org_queue_take(struct ctx *c, int64_t limit, int64_t ahead_s, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &org_queue_take_sql, DB_ARGS(A(limit), A(ahead_s)), &rows));
    return db_read_all(c, rows, just_id_row, sizeof(struct just_id), out);
}

struct look {
    struct instant next;
    struct instant lease;
    bool queued, inbound;
};

static const struct field look_row[] = {
    FIELD(struct look, next, F_NULL, 0),
    FIELD(struct look, lease, F_NULL, 0),
    FIELD(struct look, queued, 0, 0),
    FIELD(struct look, inbound, 0, 0),
    FIELD_END,
};

static struct instant earlier(struct instant a, struct instant b)
{
    if (instant_is_none(a))
        return b;
    return instant_is_none(b) || a.us < b.us ? a : b;
}

static enum status look(struct ctx *c, const str *kinds, size_t n, struct look *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &org_queue_look_sql, DB_ARGS(A(c->org), A(((struct str_array){kinds, n}))),
                 &rows));
    return db_read(c, rows, 0, look_row, out);
}

enum status org_queue_move(struct ctx *c, const struct job_appetite *known, bool busy,
                           struct instant *next, bool *idle)
{
    struct look now;

    TRY(look(c, known->kinds, known->n_kinds, &now));
    TRY(db_exec(c, &org_queue_move_sql,
                DB_ARGS(A(c->org), A(earlier(now.next, now.lease)), A((bool)(busy || now.inbound))),
                NULL));
    *next = now.next;
    *idle = !now.queued && instant_is_none(now.lease) && !now.inbound;
    return OK;
}

enum status job_next_due(struct ctx *c, const struct job_appetite *known, struct instant *out)
{
    struct look now;

    TRY(look(c, known->kinds, known->n_kinds, &now));
    *out = now.next;
    return OK;
}

enum status org_queue_remove(struct ctx *c)
{
    struct db_rows *rows;
    int64_t locked;

    TRY(db_query(c, &org_lock_alone_sql, DB_ARGS(A(c->org)), &rows));
    if (db_count(rows) == 0)
        return OK; /* somebody is enqueuing: there will be work */
    TRY(db_query(c, &channel_lock_all_alone_sql, DB_ARGS(A(c->org)), &rows));
    locked = db_count(rows);
    TRY(db_query(c, &channel_count_all_sql, DB_ARGS(A(c->org)), &rows));
    if (locked != db_scalar_i64(rows))
        return OK;
    return db_exec(c, &org_queue_remove_sql, DB_ARGS(A(c->org)), NULL);
}

enum status org_inbound_waiting(struct ctx *c, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &org_inbound_waiting_sql, DB_ARGS(A(c->org)), &rows));
    return db_read_all(c, rows, just_id_row, sizeof(struct just_id), out);
}

enum status job_enqueue_purges(struct ctx *c, int64_t limit, int64_t *enqueued)
{
    struct db_rows *rows;
    struct list orgs;

    TRY(db_query(c, &job_insert_purges_sql, DB_ARGS(A(limit)), &rows));
    TRY(db_read_all(c, rows, just_id_row, sizeof(struct just_id), &orgs));
    TRY(db_exec(c, &org_queue_insert_many_sql,
                DB_ARGS(A(((struct uuid_array){(const struct uuid *)orgs.items, orgs.n}))), NULL));
    *enqueued = (int64_t)orgs.n;
    return OK;
}

enum status worker_beat(struct ctx *c, struct uuid worker)
{
    return db_exec(c, &worker_beat_sql, DB_ARGS(A(worker)), NULL);
}

struct beat {
    struct instant at;
};

static const struct field beat_row[] = {
    FIELD(struct beat, at, F_NULL, 0),
    FIELD_END,
};

enum status worker_last_beat(struct ctx *c, struct instant *out)
{
    struct db_rows *rows;
    struct beat beat;

    TRY(db_query(c, &worker_last_beat_sql, DB_NO_ARGS, &rows));
    TRY(db_read(c, rows, 0, beat_row, &beat));
    *out = beat.at;
    return OK;
}

enum status worker_gone(struct ctx *c, struct uuid worker)
{
    return db_exec(c, &worker_gone_sql, DB_ARGS(A(worker)), NULL);
}
