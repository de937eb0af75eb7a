/*
 * vault.c - the batchers.
 *
 * No timer: what arrived during the last commit is the next group, so an idle
 * lane adds nothing to a single webhook, and under load the groups grow by
 * themselves.  Two lanes overlap one's commit with the other's insert; more were not
 * faster.
 *
 * Hazard: a group's rows are put in the order of their digests (see
 * store/vault.sql), which is not that of arrival.  That is harmless, since the
 * worker reads by id; what must hold is only that a later webhook of a channel
 * is not committed before an earlier one, hence one lane per channel.
 */
#include "live/vault.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "live/notify.h"
#include "store/vault.h"

enum {
    LANES = 2,
    GROUP_MAX = 64,
    QUEUE_MAX = 4096,
    QUEUE_BYTES = 64 * 1024 * 1024,
    COMMIT_DEADLINE_MS = 5000,
};

struct lane {
    struct vault *vault;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct vault_item *first, **last; /* under lock, and the three below too */
    size_t waiting;
    size_t bytes;
    bool stop;
};

struct vault {
    struct arena *arena;
    struct db_pool *pool;
    struct notifier *notifier;
    struct lane lanes[LANES];
    int started;
    _Atomic int64_t batches, events, repeats, redone, errors, refused, uncertain, queued, largest,
        commit_us;
};

/* The order of store/vault.h; ties by id keep repeats within a group in order of arrival. */
static int compare(const void *a, const void *b)
{
    const struct vault_item *x = *(struct vault_item *const *)a;
    const struct vault_item *y = *(struct vault_item *const *)b;
    int by = uuid_cmp(x->org, y->org);

    if (!by)
        by = uuid_cmp(x->channel_id, y->channel_id);
    if (!by)
        by = memcmp(x->digest, y->digest, sizeof(x->digest));
    return by ? by : uuid_cmp(x->id, y->id);
}

static enum status commit(struct ctx *c, struct vault *v, struct vault_item *const *items, size_t n,
                          bool *new_rows)
{
    struct inbound_row *rows[GROUP_MAX];
    int64_t started_us = clock_mono_us();
    enum status s;

    for (size_t i = 0; i < n; i++) {
        rows[i] = NEW(c->arena, struct inbound_row);
        *rows[i] = (struct inbound_row){
            .org = items[i]->org,
            .id = items[i]->id,
            .channel_id = items[i]->channel_id,
            .received_at = items[i]->received_at,
            .body = {items[i]->body},
            .digest = {{(const char *)items[i]->digest, sizeof(items[i]->digest)}},
        };
    }
    c->deadline_ms = clock_mono_ms() + COMMIT_DEADLINE_MS;
    /* borrowed anew each time: that is when a server that went away is noticed */
    TRY(db_borrow(c, v->pool));
    s = vault_commit(c, rows, n, new_rows);
    db_return(c);
    v->commit_us += clock_mono_us() - started_us;
    return s;
}

static void tell_workers(struct vault *v, struct vault_item *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !uuid_eq(items[i]->org, items[i - 1]->org))
            notify_jobs(v->notifier, items[i]->org);
}

/* Afterwards the items are their owners' again. */
static void settle(struct vault *v, struct vault_item *const *items, size_t n, enum status s,
                   const bool *new_rows)
{
    if (s == OK) {
        v->batches++;
        if ((int64_t)n > v->largest)
            v->largest = (int64_t)n;
        tell_workers(v, items, n);
    }
    v->queued -= (int64_t)n;
    for (size_t i = 0; i < n; i++) {
        struct vault_item *item = items[i];

        if (s == OK && new_rows[i])
            v->events++;
        else if (s == OK)
            v->repeats++;
        else if (s == ERR_UNCERTAIN)
            v->uncertain++;
        else
            v->errors++;
        item->done(item->arg, s, s == OK && !new_rows[i]);
    }
}

/* One bad row spoils a group; a database that is away spoils all of it, alone or together. */
static bool is_worth_redoing(enum status s, size_t n)
{
    return n > 1 && s != OK && s != ERR_UNAVAILABLE && s != ERR_UNCERTAIN;
}

static void store_group(struct ctx *c, struct vault *v, struct vault_item **items, size_t n)
{
    bool new_rows[GROUP_MAX] = {false};
    enum status s;

    qsort(items, n, sizeof(struct vault_item *), compare);
    s = commit(c, v, items, n, new_rows);
    if (!is_worth_redoing(s, n)) {
        settle(v, items, n, s, new_rows);
        return;
    }
    v->redone++;
    for (size_t i = 0; i < n; i++) {
        s = commit(c, v, items + i, 1, new_rows);
        settle(v, items + i, 1, s, new_rows);
    }
}

/* Waits for the first; 0 when the lane shall stop and nothing is left. */
static size_t take_group(struct lane *lane, struct vault_item **items)
{
    size_t n = 0;

    pthread_mutex_lock(&lane->lock);
    while (!lane->first && !lane->stop)
        pthread_cond_wait(&lane->wake, &lane->lock);
    while (lane->first && n < GROUP_MAX) {
        items[n] = lane->first;
        lane->first = items[n]->next;
        lane->bytes -= items[n]->body.len;
        n++;
    }
    if (!lane->first)
        lane->last = &lane->first;
    lane->waiting -= n;
    pthread_mutex_unlock(&lane->lock);
    return n;
}

static void *run(void *arg)
{
    struct lane *lane = arg;
    struct ctx c = {.arena = arena_new()};
    struct vault_item *items[GROUP_MAX];
    size_t n;

    while ((n = take_group(lane, items)) > 0) {
        store_group(&c, lane->vault, items, n);
        arena_reset(c.arena);
    }
    arena_free(c.arena);
    return NULL;
}

static bool start_lane(struct vault *v, struct lane *lane)
{
    lane->vault = v;
    lane->last = &lane->first;
    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->wake, NULL);
    return pthread_create(&lane->thread, NULL, run, lane) == 0;
}

enum status vault_new(struct ctx *c, const struct vault_options *options, struct vault **out)
{
    struct db_pool_options pool = {
        .conninfo = options->conninfo,
        .role = DB_SYSTEM,
        .size = LANES,
        .statement_timeout_ms = COMMIT_DEADLINE_MS,
        .process = options->process,
    };
    struct arena *arena = arena_new();
    struct vault *v = NEW(arena, struct vault);

    v->arena = arena;
    v->notifier = options->notifier;
    v->pool = db_pool_new(&pool);
    while (v->started < LANES) {
        if (!start_lane(v, &v->lanes[v->started])) {
            vault_free(v);
            return FAIL(c, ERR_UNAVAILABLE, "cannot start the vault's threads");
        }
        v->started++;
    }
    *out = v;
    return OK;
}

void vault_free(struct vault *v)
{
    if (!v)
        return;
    for (int i = 0; i < v->started; i++) {
        pthread_mutex_lock(&v->lanes[i].lock);
        v->lanes[i].stop = true;
        pthread_cond_signal(&v->lanes[i].wake);
        pthread_mutex_unlock(&v->lanes[i].lock);
    }
    for (int i = 0; i < v->started; i++) {
        pthread_join(v->lanes[i].thread, NULL);
        pthread_cond_destroy(&v->lanes[i].wake);
        pthread_mutex_destroy(&v->lanes[i].lock);
    }
    db_pool_free(v->pool);
    arena_free(v->arena);
}

static struct lane *lane_of(struct vault *v, struct uuid channel_id)
{
    /* the last bytes of a UUIDv7 are random */
    return &v->lanes[channel_id.b[15] % LANES];
}

enum status vault_put(struct vault *v, struct vault_item *item)
{
    struct lane *lane = lane_of(v, item->channel_id);
    bool fits;

    pthread_mutex_lock(&lane->lock);
    fits = !lane->stop && lane->waiting < QUEUE_MAX && lane->bytes + item->body.len <= QUEUE_BYTES;
    if (fits) {
        item->next = NULL;
        *lane->last = item;
        lane->last = &item->next;
        lane->waiting++;
        lane->bytes += item->body.len;
        v->queued++;
        pthread_cond_signal(&lane->wake);
    } else {
        v->refused++;
    }
    pthread_mutex_unlock(&lane->lock);
    return fits ? OK : ERR_UNAVAILABLE;
}

void vault_read_stats(struct vault *v, struct vault_stats *out)
{
    *out = (struct vault_stats){
        .batches = v->batches,
        .events = v->events,
        .repeats = v->repeats,
        .redone = v->redone,
        .errors = v->errors,
        .refused = v->refused,
        .uncertain = v->uncertain,
        .queued = v->queued,
        .largest = v->largest,
        .commit_us = v->commit_us,
    };
}
