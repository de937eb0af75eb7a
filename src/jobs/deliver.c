/*
 * deliver.c - one message to its provider: at most once, and never lost.
 *
 * Why nothing is sent twice.  The call is made only by a run that has committed the step
 * queued -> sending with its job's id (delivery_claim), and that step is taken under the
 * conversation's lock from "queued" alone, so of all runs of all workers one takes it.  After the
 * call the message leaves "sending" in one of four ways.  Back to "queued" it goes only when the
 * provider certainly did not take it; so the next call is again the only one.  A run that dies
 * between the step and the record leaves "sending" behind; the job's lease runs out, and its next
 * run finds its own id there: it cannot know, so the message becomes "uncertain" and is not sent
 * again, unless the provider honours our key (resend_is_safe).  Another job that finds "sending"
 * lets it be.  So a second call needs a first that certainly failed.
 *
 * Why nothing is lost.  The job is made in the transaction that makes the message, and ends only
 * in the transaction that settles it, or after it.  "uncertain" is settled by the status webhook
 * that carries our reference, or by a person.
 *
 * The lost COMMIT.  If the answer to the commit of queued -> sending is lost, no call was made yet:
 * the claim is repeated, and what it finds is ours (item.begun).  If the answer to the commit of
 * the record is lost, the record is repeated: every step in it leads forward only, so twice is
 * once.  While the database is away the record is kept in memory and tried for minutes; if the
 * lease runs out before, the message turns "uncertain", and the late record, which is evidence,
 * still settles it.
 */
#include <poll.h>

#include "base/auto.h"
#include "blob/blob.h"
#include "domain/channel.h"
#include "domain/delivery.h"
#include "jobs/parts.h"

enum {
    CALL_MS = 25000, /* below the kind's lease */
    UPLOAD_MS = 120000,
    CLAIM_TRIES = 8,
    ATTEMPTS_MAX = 30, /* a day of back-off */
    RECORD_FIRST_MS = 100,
    RECORD_MOST_MS = 2000,
    STOP_PATIENCE_MS = 8000,
    CONFLICT_TRIES = 3,
    RECORD_FOR_MS = 300000,
    RATE_PAUSE_MS = 1000, /* a limit without advice */
};

struct sending {
    struct run *r;
    struct delivery_item item;
    enum delivery_turn turn;
    struct channel_account account;
    const struct channel_ops *ops;
    struct delivery_record record;
    enum message_state state;
};

/* ---- claiming ---- */

static enum status claim(struct run *r, void *arg)
{
    struct sending *d = arg;
    enum status s;

    TRY(delivery_claim(&r->c, d->item.message_id, r->job->id, &d->item, &d->turn));
    if (d->turn == TURN_SENT || d->turn == TURN_OVER || d->turn == TURN_UNCERTAIN) {
        r->told_jobs = true; /* a successor may have been woken */
        r->settled = true;
        return job_finish(&r->c, r->job, S(""));
    }
    if (d->turn == TURN_LATER) {
        r->settled = true;
        return job_postpone(&r->c, r->job, d->item.run_at);
    }
    s = channel_account_load(&r->c, r->worker->keys, d->item.channel_id, &d->account, &d->ops);
    /* a claim that cannot be followed by a call must not be committed */
    return s;
}

/*
 * The database may be away for a moment, and the commit's answer may be lost: nothing was called
 * yet.  Only after a lost commit of TURN_NOW may "sending" be taken for ours: a commit of
 * TURN_UNCERTAIN may be lost as well, and that "sending" is of a call that was made.
 */
static enum status claim_for_sure(struct sending *d)
{
    enum status s = OK;

    for (int i = 0; i < CLAIM_TRIES; i++) {
        d->r->settled = false;
        d->turn = 0;
        s = run_in_tx(d->r, claim, d);
        if (s != ERR_UNCERTAIN && s != ERR_UNAVAILABLE)
            return s;
        if (s == ERR_UNCERTAIN && d->turn == TURN_NOW)
            d->item.begun = true;
        if (!worker_sleep(d->r->worker, RECORD_FIRST_MS << i))
            return s;
    }
    return s;
}

/* ---- recording ---- */

static bool is_last(const struct run *r)
{
    return r->job->attempts >= ATTEMPTS_MAX;
}

/* When a certain non-send is tried again; none: never. */
static struct instant retry_time(const struct sending *d)
{
    const struct delivery_result *res = &d->record.result;
    int64_t ms = backoff_ms(d->r->job->attempts);

    if (res->outcome != DELIVERY_RETRY || is_last(d->r))
        return (struct instant){0};
    if (res->retry_after * 1000 > ms)
        ms = res->retry_after * 1000 + ms / 8;
    return instant_add_ms(clock_now(), ms);
}

/* Our token or permission is at fault: the message waits until somebody has mended it. */
static void keep_when_account_is_bad(struct delivery_result *res)
{
    if (res->account_bad && res->outcome == DELIVERY_REJECTED)
        res->outcome = DELIVERY_RETRY;
}

static enum status note_channel(struct run *r, const struct sending *d)
{
    const struct delivery_result *res = &d->record.result;
    int64_t pause_ms = res->retry_after > 0 ? res->retry_after * 1000 : RATE_PAUSE_MS;

    if (res->account_bad)
        return channel_degrade(&r->c, d->item.channel_id, res->reason);
    if (res->outcome == DELIVERY_ACCEPTED && d->item.degraded)
        return channel_recover(&r->c, d->item.channel_id);
    if (res->outcome == DELIVERY_RETRY && res->retry_after > 0)
        return delivery_pause(&r->c, d->item.channel_id, instant_add_ms(clock_now(), pause_ms));
    return OK;
}

static enum status record(struct run *r, void *arg)
{
    struct sending *d = arg;

    TRY(delivery_settle(&r->c, &d->item, &d->record, &d->state));
    TRY(note_channel(r, d));
    r->told_jobs = true;
    r->settled = true;
    if (d->state == STATE_QUEUED)
        return job_retry(&r->c, r->job, d->record.retry_at, d->record.result.reason);
    return job_finish(&r->c, r->job, S(""));
}

/* Not past a stop by more than what is left of its patience. */
static void wait_to_record(const struct worker *w, int64_t ms, int64_t *until)
{
    int64_t last = clock_mono_ms() + STOP_PATIENCE_MS;

    if (worker_is_stopping(w) && *until > last)
        *until = last;
    (void)poll(NULL, 0, (int)ms);
}

/* What we know must be written down, however long the database is away. */
static enum status record_for_sure(struct sending *d)
{
    int64_t until = clock_mono_ms() + RECORD_FOR_MS, pause = RECORD_FIRST_MS;
    enum status s;

    d->record.job_id = d->r->job->id;
    d->record.retry_at = retry_time(d);
    for (int tries = 1; (s = run_in_tx(d->r, record, d)) != OK && clock_mono_ms() < until;
         tries++) {
        d->r->settled = false;
        if (s == ERR_CONFLICT && tries >= CONFLICT_TRIES)
            d->record.result.provider_id = S(""); /* another message has it: their mistake */
        wait_to_record(d->r->worker, pause, &until);
        pause = pause * 2 < RECORD_MOST_MS ? pause * 2 : RECORD_MOST_MS;
    }
    if (s == OK && d->state == STATE_QUEUED)
        worker_touch(d->r->worker, d->r->c.org,
                     (d->record.retry_at.us - clock_now().us) / 1000 + 1);
    return s;
}

/* Nothing has left us: for a while, or for good. */
static struct delivery_result refused_by_us(struct sending *d, enum status s)
{
    return (struct delivery_result){
        .outcome = is_passing(s) ? DELIVERY_RETRY : DELIVERY_REJECTED,
        .code = S("not_sendable"),
        .reason = arena_copy(d->r->c.arena, str_of(d->r->c.err.msg)),
    };
}

/* ---- the file ---- */

static enum status upload_call(struct sending *d, str path, struct delivery_result *out)
{
    struct ctx *c = &d->r->c;
    struct http_request request;
    struct http_response response;
    const struct outbound *m = &d->item.out;

    TRY(d->ops->media->upload(c, &d->account, path, m->file_name, m->file_type, &request));
    TRY(run_call(d->r, &request, UPLOAD_MS, &response));
    return d->ops->media->uploaded(c, &response, out);
}

/* An object store's bytes as a path: the descriptor's own, whatever store it is. */
static enum status upload_file(struct sending *d, struct delivery_result *out)
{
    struct blob_store *blobs = d->r->worker->options.blobs;
    struct ctx *c = &d->r->c;
    AUTO(close_fd) int fd = -1;
    int64_t bytes;

    if (d->item.file_sha256.data.len != 32)
        return FAIL(c, ERR_INVALID, "the file is not there");
    TRY(blobs->ops->open(c, blobs,
                         blob_key(c->arena, c->org, (const uint8_t *)d->item.file_sha256.data.ptr),
                         &fd, &bytes));
    return upload_call(d, arena_printf(c->arena, "/proc/self/fd/%d", fd), out);
}

static enum status note_upload(struct run *r, void *arg)
{
    struct sending *d = arg;

    return delivery_note_upload(&r->c, &d->item, d->record.result.provider_id);
}

/* *ready: the message can be claimed again, with its file in place. */
static enum status upload(struct sending *d, bool *ready)
{
    struct delivery_result *res = &d->record.result;
    enum status s = upload_file(d, res);

    *ready = false;
    if (s != OK)
        *res = refused_by_us(d, s);
    if (res->outcome == DELIVERY_ACCEPTED) {
        *ready = true;
        return run_in_tx(d->r, note_upload, d);
    }
    if (res->outcome == DELIVERY_UNCERTAIN)
        res->outcome = DELIVERY_RETRY; /* a file that lies there unused does no harm */
    keep_when_account_is_bad(res);
    return record_for_sure(d);
}

/* ---- the call ---- */

/* An answer that the provider's reader cannot make sense of. */
static struct delivery_result unreadable(const struct http_response *response)
{
    if (response->failure == HTTP_NOT_SENT)
        return (struct delivery_result){
            .outcome = DELIVERY_RETRY,
            .code = S("not_sent"),
            .reason = S("The provider could not be reached."),
        };
    return (struct delivery_result){
        .outcome = DELIVERY_UNCERTAIN,
        .code = S("unreadable"),
        .reason = S("The answer could not be read: the message may have been sent."),
    };
}

static struct delivery_result call(struct sending *d)
{
    struct ctx *c = &d->r->c;
    struct http_request request;
    struct http_response response;
    struct delivery_result res;
    enum status s = d->ops->send(c, &d->account, &d->item.out, &request);

    if (s == OK)
        s = run_call(d->r, &request, CALL_MS, &response);
    if (s != OK)
        return refused_by_us(d, s); /* nothing has left */
    if (d->ops->sent(c, &response, &res) != OK)
        res = unreadable(&response);
    if (res.outcome == DELIVERY_UNCERTAIN && d->ops->traits.resend_is_safe)
        res.outcome = DELIVERY_RETRY;
    keep_when_account_is_bad(&res);
    return res;
}

/* A claim that fails for good (the channel's secrets do not open) is the message's failure. */
static enum status claim_or_fail(struct sending *d)
{
    enum status s = claim_for_sure(d);

    if (s == OK || is_passing(s) || uuid_is_zero(d->item.conversation_id))
        return s;
    d->turn = TURN_OVER;
    d->record.result = refused_by_us(d, s);
    return record_for_sure(d);
}

static void wait_for_rate(struct sending *d)
{
    int64_t ms = (d->item.not_before.us - clock_now().us) / 1000;

    if (!instant_is_none(d->item.not_before) && ms > 0)
        (void)worker_sleep(d->r->worker, ms);
}

enum status job_deliver(struct run *r)
{
    struct sending *d = NEW(r->c.arena, struct sending);
    bool ready;

    d->r = r;
    d->item.rate_percent = r->worker->options.rate_percent;
    TRY(run_arg_id(r, "message_id", &d->item.message_id));
    TRY(claim_or_fail(d));
    if (d->turn == TURN_UPLOAD) {
        TRY(upload(d, &ready));
        if (!ready)
            return OK;
        TRY(claim_or_fail(d));
    }
    if (d->turn == TURN_LATER)
        worker_touch(r->worker, r->c.org, (d->item.run_at.us - clock_now().us) / 1000 + 1);
    if (d->turn != TURN_NOW && d->turn != TURN_AGAIN)
        return OK;
    wait_for_rate(d);
    d->record.result = call(d);
    return record_for_sure(d);
}
