/*
 * job.h - work for the worker: made in the transaction that needs it, run after its commit.
 *
 * A job row is claimed by one worker at a time under a lease.  Running it again must be safe: a
 * lease that expires (the worker died, the database was away too long) sends it back to the queue.
 * org_queue says which organisations have work; enqueuing only makes sure that the row is there.
 *
 * Never a lost wake-up: job_enqueue inserts the job first, whose foreign key holds a share lock on
 * the org row until commit, and the org_queue row second.  The scheduler removes an org_queue row
 * only while it holds that org row (and its channels, for the vault) exclusively and sees nothing
 * to do.  So whoever found the org_queue row in its place has either committed and is seen, or
 * keeps the scheduler from removing it.  Keep that order in any other statement that makes work.
 *
 * Kinds and their args (ids as text in a JSON object; nothing personal belongs there):
 *   inbound       {channel_id, inbound_id?}  work through the vault; new vault rows need no job
 *   deliver       {message_id}               key "deliver:<message>"; use domain/delivery.h
 *   fetch_media   {attachment_id}
 *   mark_read     {conversation_id}          key "mark_read:<conversation>": tell the person
 *   reaction      {message_id}               key "reaction:<message>": send ours as it stands now
 *   follow_up     {contact_id}               at contact.next_follow_up_at
 *   unsnooze      {conversation_id}          at conversation.snoozed_until
 *   channel_test  {channel_id?, kind, settings{}, secrets?}  secrets: base64 of the JSON object
 *                 sealed at place (org, "job", job id, "args"); without it, and for the settings
 *                 without them, those of channel_id.  result {ok, display?, problem?, field?}
 *   demo_reply    {message_id}               the null channel's simulated customer answers
 *   assign        {}                         key "assign": gives what waits for a rule
 *   team_removed  {team_id}                  its conversations are let go of
 *   purge         {}                         key "purge": retention; the worker makes them
 *
 * A job whose result someone waits for (channel_test) ends with a change row of kind "job" and the
 * job's id, so that the web process can answer the parked request.
 */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include "base/ctx.h"
#include "base/field.h"

/* There are only these three (the claim looks at each of them in turn). */
enum { JOB_PRIORITY_FIRST = 1, JOB_PRIORITY_USUAL = 5, JOB_PRIORITY_LAST = 9 };

struct job_spec {
    const char *kind;
    str args;              /* JSON object; "" is {} */
    struct instant run_at; /* none: now */
    int64_t priority;      /* 0: JOB_PRIORITY_USUAL */
    /* "": none.  A queued job with the same key takes this one's place, and the earlier run_at;
     * it is locked until the commit, so that it cannot run before what this one was made for. */
    str dedupe_key;
    struct uuid id; /* zero: made here */
};

/* Enqueue for c->org in c's transaction.  After the commit tell the notifier. */
enum status job_enqueue(struct ctx *c, const struct job_spec *spec);
/* The same with args {"<name>": "<id>"} and the key "<kind>:<id>". */
enum status job_enqueue_for(struct ctx *c, const char *kind, const char *name, struct uuid id,
                            struct instant run_at);

/* What became of a job, for the one who waits for it.  ERR_NOT_FOUND. */
struct job_outcome {
    str state; /* job_state_names */
    struct json_text result;
    str last_error;
};
enum status job_outcome_load(struct ctx *c, struct uuid id, struct job_outcome *out);

/* ---- for the worker ---- */

struct job {
    struct uuid id;
    struct uuid lease_id;
    str kind;
    struct json_text args;
    int64_t attempts; /* this run included */
    struct instant created_at;
    struct instant run_at;
};

/* What a claim may take. */
struct job_appetite {
    const str *kinds; /* known kinds with room */
    const int64_t *lease_s;
    size_t n_kinds;
    int64_t limit;
};

/* Due jobs, and those whose lease has expired, are now ours.  System role; c->org is the org. */
enum status job_claim(struct ctx *c, const struct job_appetite *appetite, struct list *out);
enum status job_renew(struct ctx *c, const struct uuid *ids, const struct uuid *leases, size_t n,
                      int64_t lease_s);
/* The end of a run.  Not an error when the lease was lost: the newer holder's word counts.
 * A result that is not "" is kept and announced by a change row of kind "job". */
enum status job_finish(struct ctx *c, const struct job *job, str result);
enum status job_fail(struct ctx *c, const struct job *job, str error, str result);
enum status job_retry(struct ctx *c, const struct job *job, struct instant run_at, str error);
/* Not its time yet, or claimed and not started: back to the queue without counting the attempt. */
enum status job_postpone(struct ctx *c, const struct job *job, struct instant run_at);

/* ---- for the scheduler, system role ---- */

/* Organisations whose time has come (or comes within ahead_s), longest waiting first; hidden from
 * other schedulers for two seconds.  List of struct uuid. */
enum status org_queue_take(struct ctx *c, int64_t limit, int64_t ahead_s, struct list *out);
/*
 * Look again when the next job is due, or before: after two seconds while the organisation has
 * work, ever later (30 s at most) the longer it had none.  busy: this look found some.
 * *next is the time of the next queued job of a kind that is known, none when there is none;
 * *idle: nothing is queued, runs or waits at all.
 */
enum status org_queue_move(struct ctx *c, const struct job_appetite *known, bool busy,
                           struct instant *next, bool *idle);
/* *next alone. */
enum status job_next_due(struct ctx *c, const struct job_appetite *known, struct instant *out);
/* Remove the row unless there is, or may be about to be, work.  Alone in its transaction. */
enum status org_queue_remove(struct ctx *c);
/* Channels of c->org with new vault rows; list of struct uuid. */
enum status org_inbound_waiting(struct ctx *c, struct list *out);
/* Every organisation that was not cleaned for a day gets its purge job, at most limit at once. */
enum status job_enqueue_purges(struct ctx *c, int64_t limit, int64_t *enqueued);

/* Every worker process beats; /readyz asks when one did last (none: never). */
enum status worker_beat(struct ctx *c, struct uuid worker);
enum status worker_last_beat(struct ctx *c, struct instant *out);
enum status worker_gone(struct ctx *c, struct uuid worker);

#endif
