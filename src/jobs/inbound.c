/*
 * inbound.c - working through the vault.
 *
 * The lock on the channel makes one thread in all processes drain it at a time, oldest first, so a
 * channel's events are taken in the order in which they came.  Up to 32 webhooks are one
 * transaction; when one of them cannot be stored, all are taken back and done one by one, and the
 * bad one ends as "failed", shown and replayable, while the others go on.
 *
 * A webhook that kills the process cannot be told from others by a return code.  So as long as a
 * process has not once drained a channel to its end (it may have been born of such a death), it
 * counts the attempts before it tries; what carries a count is done alone, and given up after five.
 * What others are in the way of, three times in a row, gets a count as well.
 *
 * Some events speak of a message that we do not know yet: a status can overtake our own record of
 * the answer that told us the provider's id.  Such a webhook is done, and once more some seconds
 * later; all that it says is idempotent.
 */
#include "store/inbound.h"
#include "crypto/seal.h"
#include "domain/assignment.h"
#include "domain/channel.h"
#include "domain/ingest.h"
#include "jobs/parts.h"
#include "store/channel.h"

enum {
    BATCH = 32,
    BATCHES_MAX = 64, /* then it is another's turn; the rest is found again */
    ATTEMPTS_MAX = 5, /* more than one, since a database that is away counts too */
    CONFLICT_TRIES = 3,
    AGAIN_MS = 5000,
};

struct drain {
    struct run *r;
    struct ctx *c; /* the run's */
    struct uuid channel_id;
    struct channel_account account;
    const struct channel_ops *ops;
    struct data_key key;
    bool again;  /* what waits now has waited before */
    str trouble; /* with the account, by what this transaction has read; "": none */
    bool queued; /* it has brought something for a rule */
};

/* ---- one webhook, in a transaction ---- */

static enum status parse(struct drain *d, const struct inbound *row, struct channel_event **events,
                         size_t *n)
{
    struct seal_place place = {d->c->org, "inbound", row->id, "body"};
    struct secret body;

    /* the key opened: it is this row that is damaged, and it does not hold up the others */
    if (unseal(d->c, &d->key, &place, row->body, &body) != OK)
        return FAIL(d->c, ERR_INVALID, "the webhook as it was kept does not open");
    return d->ops->events(d->c, &d->account, secret_expose(body), events, n);
}

static enum status try_again_later(struct drain *d, const struct inbound *row)
{
    str channel = uuid_str(d->c->arena, d->channel_id);
    str inbound = uuid_str(d->c->arena, row->id);

    d->r->told_jobs = true;
    return job_enqueue(
        d->c,
        &(struct job_spec){
            .kind = "inbound",
            .args = arena_printf(d->c->arena, "{\"channel_id\":\"%.*s\",\"inbound_id\":\"%.*s\"}",
                                 STR_ARG(channel), STR_ARG(inbound)),
            .run_at = instant_add_ms(clock_now(), AGAIN_MS),
            .dedupe_key = arena_printf(d->c->arena, "again:%.*s", STR_ARG(inbound)),
        });
}

/* *done false: it was settled as failed. */
static enum status take(struct drain *d, const struct inbound *row, bool *done)
{
    struct ingest_source from = {d->channel_id, d->ops, row->received_at};
    struct ingest_result result = {0};
    struct channel_event *events;
    enum status s;
    size_t n;

    *done = false;
    s = parse(d, row, &events, &n);
    if (s == ERR_INVALID || s == ERR_TOO_LARGE)
        return channel_inbound_failed(d->c, d->channel_id, row->id, str_of(d->c->err.msg));
    TRY(s);
    TRY(ingest_events(d->c, &from, events, n, &result));
    if (result.jobs > 0)
        d->r->told_jobs = true;
    d->queued |= result.queued > 0;
    if (!str_is_empty(result.trouble))
        d->trouble = result.trouble;
    if (result.waiting > 0 && !d->again)
        TRY(try_again_later(d, row));
    *done = true;
    return OK;
}

/* ---- the channel, at the beginning of each transaction ---- */

/* *gone: there is nobody to work for; what was new is settled. */
static enum status open_channel(struct drain *d, bool *gone)
{
    enum status s = inbound_lock_channel(d->c, d->channel_id);

    d->trouble = S("");
    d->queued = false;
    *gone = s == ERR_NOT_FOUND;
    if (*gone)
        return OK;
    TRY(s);
    s = channel_account_load(d->c, d->r->worker->keys, d->channel_id, &d->account, &d->ops);
    *gone = s == ERR_CONFLICT;
    if (*gone)
        return inbound_settle_ignored(d->c, d->channel_id, S("The channel is disconnected."));
    TRY(s);
    return keys_of_org(d->c, d->r->worker->keys, &d->key);
}

static enum status find_somebody(struct drain *d)
{
    if (!d->queued)
        return OK;
    d->r->told_jobs = true;
    return assignment_work_off(d->c, (struct uuid){{0}});
}

/* Rules once for all that came.  The channel's own rows come last: a delivery has a conversation when
 * it waits for them. */
static enum status close_channel(struct drain *d, struct instant received_at)
{
    TRY(find_somebody(d));
    if (!str_is_empty(d->trouble))
        TRY(channel_degrade(d->c, d->channel_id, d->trouble));
    return channel_health_inbound(d->c, d->channel_id, received_at);
}

/* ---- one alone ---- */

struct single {
    struct drain *d;
    struct uuid id;
    bool any_state; /* also when it is done already */
    bool gone;
};

static enum status take_single(struct run *r, void *arg)
{
    struct single *one = arg;
    struct inbound row;
    bool done;

    TRY(open_channel(one->d, &one->gone));
    if (one->gone)
        return OK;
    TRY(inbound_load(&r->c, one->id, &row));
    if (!one->any_state && !str_eq(row.state, S("new")))
        return OK;
    TRY(take(one->d, &row, &done));
    if (done)
        TRY(inbound_settle_done(&r->c, &one->id, 1));
    return close_channel(one->d, row.received_at);
}

static enum status fail_single(struct run *r, void *arg)
{
    const struct single *one = arg;

    return channel_inbound_failed(&r->c, one->d->channel_id, one->id, str_of(r->c.err.msg));
}

static bool is_away(enum status s)
{
    return s == ERR_UNAVAILABLE || s == ERR_UNCERTAIN || s == ERR_RATE_LIMITED;
}

static enum status do_alone(struct drain *d, struct single *one)
{
    struct err why;
    enum status s = OK;

    for (int i = 0; i < CONFLICT_TRIES; i++) {
        s = run_in_tx(d->r, take_single, one);
        if (s != ERR_CONFLICT)
            break;
    }
    if (s == OK || s == ERR_CONFLICT || is_away(s))
        return s; /* not the webhook's fault: it stays */
    why = d->c->err;
    log_note(LOG_ERROR, "inbound_failed", "webhook %.*s: %s (%s) at %s:%d", UUID_TEXT,
             uuid_str(d->c->arena, one->id).ptr, why.msg, why.cause, why.file, why.line);
    return run_in_tx(d->r, fail_single, one);
}

static enum status count_attempts(struct run *r, void *arg)
{
    const struct list *rows = arg;
    struct uuid *ids = NEW_ARRAY(r->c.arena, struct uuid, rows->n);

    for (size_t i = 0; i < rows->n; i++)
        ids[i] = ((const struct inbound *)rows->items)[i].id;
    return inbound_count_attempt(&r->c, ids, rows->n);
}

static enum status give_up(struct run *r, void *arg)
{
    const struct inbound *row = arg;

    log_note(LOG_ERROR, "inbound_failed", "webhook %.*s came to no end in %lld attempts", UUID_TEXT,
             uuid_str(r->c.arena, row->id).ptr, (long long)row->attempts);
    return channel_inbound_failed(
        &r->c, row->channel_id, row->id,
        S("Working through this came to no end in several attempts; the log says why."));
}

/* A worker died over it, or others were in its way each time: with care. */
static enum status do_suspect(struct drain *d, struct inbound *row)
{
    struct single one = {.d = d, .id = row->id};
    struct list self = {row, 1};

    if (row->attempts >= ATTEMPTS_MAX)
        return run_in_tx(d->r, give_up, row);
    TRY(run_in_tx(d->r, count_attempts, &self));
    return do_alone(d, &one);
}

/* ---- a batch ---- */

struct batch {
    struct drain *d;
    struct list rows; /* of struct inbound, without a count each */
    bool gone;
};

static enum status take_batch(struct run *r, void *arg)
{
    struct batch *b = arg;
    struct inbound *rows = b->rows.items;
    struct uuid *ids = NEW_ARRAY(r->c.arena, struct uuid, b->rows.n);
    size_t n = 0;
    bool done;

    for (size_t i = 0; i < b->rows.n; i++) {
        TRY(take(b->d, &rows[i], &done));
        if (done)
            ids[n++] = rows[i].id;
    }
    if (n > 0)
        TRY(inbound_settle_done(&r->c, ids, n));
    return close_channel(b->d, rows[b->rows.n - 1].received_at);
}

/* The oldest that carry no count, or the one that does. */
static void cut_batch(struct list *rows)
{
    const struct inbound *items = rows->items;
    size_t n = 0;

    while (n < rows->n && items[n].attempts == 0)
        n++;
    rows->n = n > 0 ? n : 1;
}

/* Opens the transaction that take_batch goes on with. */
static enum status read_batch(struct drain *d, struct batch *b)
{
    TRY(run_begin(d->r));
    TRY(open_channel(d, &b->gone));
    if (b->gone)
        return OK;
    TRY(inbound_select_new(d->c, d->channel_id, BATCH, &b->rows));
    if (b->rows.n > 0)
        cut_batch(&b->rows);
    return OK;
}

static enum status do_each(struct drain *d, const struct batch *b)
{
    struct inbound *rows = b->rows.items;

    for (size_t i = 0; i < b->rows.n; i++) {
        struct single one = {.d = d, .id = rows[i].id};
        struct list self = {&rows[i], 1};
        enum status s = do_alone(d, &one);

        if (s == ERR_CONFLICT)
            TRY(run_in_tx(d->r, count_attempts, &self));
        TRY(s);
    }
    return OK;
}

/* The counts are committed before the attempt; the channel may have gone in between. */
static enum status count_first(struct drain *d, struct batch *b)
{
    run_rollback(d->r);
    TRY(run_in_tx(d->r, count_attempts, &b->rows));
    TRY(run_begin(d->r));
    return open_channel(d, &b->gone);
}

/* *more: it is worth looking again. */
static enum status do_batch(struct drain *d, bool careful, bool *more)
{
    struct batch b = {.d = d};
    struct inbound *first;
    enum status s = read_batch(d, &b);

    *more = false;
    if (s != OK || b.gone || b.rows.n == 0)
        return s == OK ? run_commit(d->r) : s;
    *more = true;
    first = b.rows.items;
    if (first->attempts > 0) {
        run_rollback(d->r);
        return do_suspect(d, first);
    }
    if (careful)
        TRY(count_first(d, &b));
    if (b.gone)
        return run_commit(d->r);
    s = take_batch(d->r, &b);
    if (s == OK)
        return run_commit(d->r);
    run_rollback(d->r);
    return is_away(s) ? s : do_each(d, &b);
}

static enum status drain(struct drain *d)
{
    struct worker *w = d->r->worker;
    bool careful = !worker_trusts(w, d->channel_id);
    struct arena *own = d->c->arena, *scratch = arena_new();
    enum status s = OK;
    bool more = true;

    d->c->arena = scratch;
    for (int i = 0; s == OK && more && i < BATCHES_MAX && !worker_is_stopping(w); i++) {
        s = do_batch(d, careful, &more);
        run_rollback(d->r);
        arena_reset(scratch);
    }
    d->c->arena = own;
    arena_free(scratch);
    if (s == OK && !more)
        worker_trust(w, d->channel_id);
    return s;
}

enum status job_inbound(struct run *r)
{
    struct drain d = {.r = r, .c = &r->c, .channel_id = r->task->channel_id};
    struct single one = {.d = &d, .any_state = true};

    if (!uuid_is_zero(d.channel_id))
        return drain(&d);
    TRY(run_arg_id(r, "channel_id", &d.channel_id));
    if (str_is_empty(json_get_str(r->args, "inbound_id")))
        return drain(&d);
    TRY(run_arg_id(r, "inbound_id", &one.id));
    d.again = true;
    return do_alone(&d, &one);
}
