/*
 * purge.c - retention: what was kept for a time only goes, some at a time, each in a transaction
 * of its own, so that none is long.
 *
 * An upload that was never sent goes in three steps: it is marked so that nobody can use it any
 * more, its bytes are removed unless somebody else has the same, the row goes.  Whatever fails in
 * between is done again tomorrow.
 */
#include "blob/blob.h"
#include "jobs/parts.h"
#include "store/audit.h"
#include "store/change.h"
#include "store/retention.h"
#include "store/signing_key.h"
#include "store/sso.h"

enum {
    ROUNDS_MAX = 2000,
    ORPHAN_ROUNDS = 50, /* some may be in the way of others, and stay until tomorrow */
};

struct step {
    enum status (*remove)(struct run *r, int64_t *removed);
    int64_t removed;
};

static enum status remove_inbound(struct run *r, int64_t *removed)
{
    return retention_inbound(&r->c, r->worker->options.inbound_keep_days, removed);
}

static enum status remove_jobs(struct run *r, int64_t *removed)
{
    return retention_jobs(&r->c, removed);
}

static enum status remove_idempotency(struct run *r, int64_t *removed)
{
    return retention_idempotency(&r->c, removed);
}

static enum status remove_api_keys(struct run *r, int64_t *removed)
{
    return retention_api_keys(&r->c, removed);
}

static enum status mark_orphans(struct run *r, int64_t *removed)
{
    return retention_mark_orphans(&r->c, removed);
}

static enum status take_step(struct run *r, void *arg)
{
    struct step *step = arg;

    return step->remove(r, &step->removed);
}

static enum status remove_all(struct run *r, enum status (*remove)(struct run *, int64_t *))
{
    struct step step = {.remove = remove, .removed = RETENTION_BATCH};

    for (int i = 0; i < ROUNDS_MAX && step.removed >= RETENTION_BATCH; i++) {
        if (worker_is_stopping(r->worker))
            return FAIL(&r->c, ERR_UNAVAILABLE, "stopped");
        TRY(run_in_tx(r, take_step, &step));
    }
    return OK;
}

static enum status list_orphans(struct run *r, void *arg)
{
    return retention_list_orphans(&r->c, arg);
}

static enum status forget_orphan(struct run *r, void *arg)
{
    const struct retention_orphan *orphan = arg;

    return retention_forget_orphan(&r->c, orphan->id);
}

static enum status remove_orphan(struct run *r, struct retention_orphan *orphan)
{
    struct blob_store *blobs = r->worker->options.blobs;
    enum status s = OK;

    if (orphan->sha256.data.len == 32 && !orphan->shared)
        s = blobs->ops->remove(
            &r->c, blobs, blob_key(r->c.arena, r->c.org, (const uint8_t *)orphan->sha256.data.ptr));
    if (s == ERR_CONFLICT)
        return OK; /* somebody just put the same bytes; tomorrow */
    TRY(s);
    return run_in_tx(r, forget_orphan, orphan);
}

static enum status remove_orphans(struct run *r)
{
    struct list found = {.n = RETENTION_ORPHANS};

    TRY(remove_all(r, mark_orphans));
    for (int i = 0; i < ORPHAN_ROUNDS && found.n == RETENTION_ORPHANS; i++) {
        struct retention_orphan *orphans;

        TRY(run_in_tx(r, list_orphans, &found));
        orphans = found.items;
        for (size_t j = 0; j < found.n; j++)
            TRY(remove_orphan(r, &orphans[j]));
    }
    return OK;
}

static enum status note_done(struct run *r, void *arg)
{
    (void)arg;
    return retention_done(&r->c);
}

enum status job_purge(struct run *r)
{
    TRY(remove_all(r, remove_inbound));
    TRY(remove_all(r, remove_jobs));
    TRY(remove_all(r, remove_idempotency));
    TRY(remove_all(r, remove_api_keys));
    TRY(remove_orphans(r));
    return run_in_tx(r, note_done, NULL);
}

enum status purge_global(struct ctx *c, bool *more)
{
    static enum status (*const steps[])(struct ctx *, int64_t *) = {
        change_purge,      retention_sessions,    retention_login_events,
        retention_mails,   retention_mail_events, retention_challenges,
        retention_devices, signing_key_purge,     sso_errand_purge,
    };
    int64_t removed;

    *more = false;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        TRY(steps[i](c, &removed));
        *more |= removed > 0;
    }
    return *more ? OK : audit_roll(c);
}
