/*
 * parts.h - what the files of jobs share.  Not for others: they include jobs/worker.h.
 *
 * worker.c        start, threads, stop
 * scheduler.c     whose turn it is: claims jobs, finds vault rows, renews leases
 * agenda.c        when to look at which organisation
 * queue.c         claimed work waiting for a thread, and what is running
 * run.c           one job: its context, its transactions, how it ended
 * kinds.c         the table of kinds
 * the rest        one file per kind of job
 */
#ifndef JOBS_PARTS_H
#define JOBS_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/json.h"
#include "base/log.h"
#include "domain/keys.h"
#include "jobs/worker.h"
#include "store/job.h"
#include "store/mail.h"

struct run;

/* ---- kinds.c ---- */

struct kind {
    const char *name;
    /* OK: done.  ERR_INVALID, _NOT_FOUND, _FORBIDDEN, _TOO_LARGE: failed for good.  Anything else:
     * again, with back-off, until max_attempts. */
    enum status (*run)(struct run *r);
    int64_t max_attempts;
    int64_t lease_s;
    int concurrency; /* at once in this process */
};

extern const struct kind kinds[];
enum { KIND_INBOUND = 0, KIND_MAIL, KINDS = 14 };
int kind_find(str name); /* -1: unknown */

/* ---- queue.c: thread-safe ---- */

enum { QUEUE_MAX = 512 };

struct task {
    int kind;
    struct uuid org;
    struct uuid channel_id; /* a drain of the vault: no job row, job is zero */
    struct job job;
    const struct mail_due *mail; /* a mail of the program's own: no organisation, no job row */
    struct arena *arena;         /* holds the job's strings; the run's own */
    int64_t leased_ms;           /* monotonic: when the lease was taken or renewed */
};

struct queue;
struct queue *queue_new(int size);
void queue_free(struct queue *q);
int queue_room(struct queue *q);
/* How many of this organisation are waiting or running. */
int queue_load(struct queue *q, struct uuid org);
bool queue_has_drain(struct queue *q, struct uuid channel_id);
/* Kinds that have room; words and leases for a claim. */
size_t queue_open_kinds(struct queue *q, str *names, int64_t *lease_s);
void queue_put(struct queue *q, const struct task *t);
/* Wait for one whose kind has room; NULL when the queue is closed. */
struct task *queue_take(struct queue *q);
void queue_done(struct queue *q, struct task *t);
/* Jobs whose lease is older than age_ms, marked as renewed now; at most max. */
struct held {
    struct uuid org, job, lease;
    int64_t lease_s;
};
size_t queue_held(struct queue *q, int64_t age_ms, struct held *out, size_t max);
/* No more is handed out. */
void queue_close(struct queue *q);
/* What was never started, one after the other; false when there is none left. */
bool queue_take_back(struct queue *q, struct task *out);
/* Wait until nothing runs, at most that long. */
bool queue_wait_idle(struct queue *q, int64_t ms);
void queue_count(struct queue *q, int *ready, int *running);

/* ---- agenda.c: the scheduler's own, not thread-safe ---- */

struct visit {
    struct uuid org;
    int64_t at_ms; /* monotonic */
    bool official; /* its org_queue row must be moved on */
};

struct agenda {
    struct visit items[1024];
    size_t n;
};

/* One entry an organisation: the earlier time holds.  Past the size the entry is dropped; the
 * organisation's row in org_queue brings it again. */
void agenda_add(struct agenda *a, struct uuid org, int64_t at_ms, bool official);
/* The entry that has been due for longest. */
bool agenda_take(struct agenda *a, int64_t now_ms, struct visit *out);
int64_t agenda_next(const struct agenda *a, int64_t otherwise);

/* ---- worker.c ---- */

struct worker {
    struct arena *arena;
    struct worker_options options; /* constant */
    struct uuid id;
    struct keys *keys; /* has its own lock */
    struct queue *queue;
    int wake_fd; /* eventfd: the scheduler shall look up */
    atomic_bool stopping;
    atomic_bool mail_wanted;    /* a mail was queued by a job: look at once */
    pthread_mutex_t touch_lock; /* over touched */
    struct agenda *touched;
    atomic_llong done, failed, retried;
    pthread_mutex_t trust_lock; /* over what follows */
    struct uuid trusted[256];   /* the first channels drained to their end by this process */
    size_t n_trusted;
    struct rest {
        struct uuid channel_id;
        int64_t until_ms;
    } resting[64]; /* channels that could not be drained, the last ones */
    size_t next_resting;
};

/* The scheduler shall look up. */
void worker_wake(struct worker *w);
/* There is mail to send. */
void worker_want_mail(struct worker *w);
/* Look at this organisation so many ms from now. */
void worker_touch(struct worker *w, struct uuid org, int64_t in_ms);
bool worker_is_stopping(const struct worker *w);
/* Sleep, but not past a stop; false when stopped. */
bool worker_sleep(struct worker *w, int64_t ms);
/* Has this process drained that channel to its end before?  See inbound.c. */
bool worker_trusts(struct worker *w, struct uuid channel_id);
void worker_trust(struct worker *w, struct uuid channel_id);
/* A channel that could not be drained is let alone for a while. */
void worker_rest(struct worker *w, struct uuid channel_id, int64_t ms);
bool worker_rests(struct worker *w, struct uuid channel_id);

/* ---- scheduler.c ---- */

void scheduler_run(struct worker *w);

/* ---- run.c ---- */

struct run {
    struct ctx c; /* no connection but between run_begin and run_commit */
    struct worker *worker;
    const struct task *task;
    const struct job *job;   /* id zero: a drain */
    const struct json *args; /* an object */
    struct instant later;    /* with OK: not done, run again then, and do not count this attempt */
    struct instant retry_at; /* with a failure: the provider's wish; none: our back-off */
    str result;              /* for the one who waits */
    bool settled;            /* the job row was settled in a transaction of the kind's own */
    bool told_jobs;          /* the transaction enqueued: tell at its commit */
    struct log_fields log;
};

void run_task(struct worker *w, struct task *t);

/* A short transaction on an application-role connection, borrowed for it. */
enum status run_begin(struct run *r);
/* Commit, give the connection back, tell the notifier. */
enum status run_commit(struct run *r);
/* Roll back what is open and give the connection back. */
void run_rollback(struct run *r);
/* The whole of one; fn gets c and arg. */
enum status run_in_tx(struct run *r, enum status (*fn)(struct run *r, void *arg), void *arg);
enum status run_arg_id(struct run *r, const char *name, struct uuid *out);
/* Two to the power of attempts in seconds, an hour at most, give or take a quarter. */
int64_t backoff_ms(int64_t attempts);
/* The one way out, with a time limit. */
enum status run_call(struct run *r, const struct http_request *request, int64_t limit_ms,
                     struct http_response *out);
/* May trying again help? */
bool is_passing(enum status s);

/* ---- the kinds ---- */

enum status job_inbound(struct run *r);
enum { MAIL_AT_ONCE = 4, MAIL_LEASE_S = 120 };
enum status job_mail(struct run *r);
enum status job_deliver(struct run *r);
enum status job_fetch_media(struct run *r);
enum status job_mark_read(struct run *r);
enum status job_reaction(struct run *r);
enum status job_channel_test(struct run *r);
enum status job_follow_up(struct run *r);
enum status job_unsnooze(struct run *r);
enum status job_assign(struct run *r);
enum status job_team_removed(struct run *r);
enum status job_demo_reply(struct run *r);
enum status job_purge(struct run *r);
enum status job_sso(struct run *r);
/* Errands that wait, into the queue, as tasks of the organisation zero: their rows are not jobs, and
 * how they ended is written by job_sso itself.  System role. */
enum status sso_find_errands(struct ctx *c, struct worker *w);
/* Some of what belongs to no organisation: expired sessions and the like.  System role, no
 * transaction open. */
enum status purge_global(struct ctx *c, bool *more);

#endif
