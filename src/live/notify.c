/*
 * notify.c - one thread that turns many wishes into few NOTIFYs.
 *
 * Two batches: callers add to one under the lock, the thread sends the other
 * without it.  A batch is kept until it has been sent, so an outage delays and
 * does not lose; what is sent twice costs the listeners one look.
 */
#include "live/notify.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/buf.h"
#include "db/db.h"

enum {
    SPACING_MS = 10,
    RETRY_MS = 250,
    MAX_ORGS = 1024, /* the organisations past it are found by the workers' own look */
    MAX_LINES = 1000,
    MAX_LINE = 2000,
    LINES_BYTES = 64 * 1024,
    PAYLOAD_MAX = 7900, /* the server's limit is 8000 */
};

struct batch {
    struct uuid orgs[MAX_ORGS];
    size_t n_orgs;
    bool changes, mail;
    char lines[LINES_BYTES];
    size_t used;
    size_t n_lines;
};

struct notifier {
    struct arena *arena;
    struct db_pool *pool;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;              /* under lock */
    struct batch *incoming; /* under lock */
    struct batch *leaving;  /* the thread's */
    _Atomic int64_t jobs, changes, presence, sent, failures;
};

static bool batch_is_empty(const struct batch *b)
{
    return !b->n_orgs && !b->changes && !b->mail && !b->n_lines;
}

static void batch_reset(struct batch *b)
{
    b->n_orgs = b->used = b->n_lines = 0;
    b->changes = b->mail = false;
}

static enum status send_one(struct ctx *c, struct notifier *n, const char *channel, str payload)
{
    TRY(db_notify(c, channel, payload));
    n->sent++;
    return OK;
}

static enum status send_jobs(struct ctx *c, struct notifier *n, const struct batch *b)
{
    struct buf payload = buf_new(c->arena, PAYLOAD_MAX);

    for (size_t i = 0; i < b->n_orgs; i++) {
        char text[UUID_TEXT + 1];

        uuid_text(b->orgs[i], text);
        if (payload.len + 1 + UUID_TEXT > PAYLOAD_MAX) {
            TRY(send_one(c, n, "sambung_job", buf_str(&payload)));
            buf_reset(&payload);
        }
        if (payload.len)
            buf_add_char(&payload, ',');
        buf_add(&payload, (str){text, UUID_TEXT});
    }
    return payload.len ? send_one(c, n, "sambung_job", buf_str(&payload)) : OK;
}

/* Whole lines, as many as fit. */
static enum status send_presence(struct ctx *c, struct notifier *n, const struct batch *b)
{
    size_t from = 0;

    while (from < b->used) {
        size_t to = b->used;

        if (to - from > PAYLOAD_MAX) {
            to = from + PAYLOAD_MAX;
            while (b->lines[to - 1] != '\n')
                to--;
        }
        TRY(send_one(c, n, "sambung_presence", (str){b->lines + from, to - from}));
        from = to;
    }
    return OK;
}

static enum status send_batch(struct ctx *c, struct notifier *n, struct batch *b)
{
    if (!c->db)
        TRY(db_borrow(c, n->pool));
    if (b->changes) {
        TRY(send_one(c, n, "sambung_change", S("")));
        b->changes = false;
    }
    if (b->mail) {
        TRY(send_one(c, n, "sambung_job", S("mail")));
        b->mail = false;
    }
    TRY(send_jobs(c, n, b));
    b->n_orgs = 0;
    TRY(send_presence(c, n, b));
    batch_reset(b);
    return OK;
}

/* Or until it shall stop. */
static void wait_ms(struct notifier *n, int64_t ms)
{
    struct timespec until;
    int64_t at = clock_mono_ms() + ms;

    until.tv_sec = at / 1000;
    until.tv_nsec = at % 1000 * 1000000;
    while (!n->stop)
        if (pthread_cond_timedwait(&n->wake, &n->lock, &until) != 0)
            return;
}

/* Called and returns with the lock held. */
static bool next_batch(struct notifier *n, int64_t *last_sent_ms)
{
    int64_t now;

    if (!batch_is_empty(n->leaving))
        wait_ms(n, RETRY_MS);
    else
        while (!n->stop && batch_is_empty(n->incoming))
            pthread_cond_wait(&n->wake, &n->lock);
    now = clock_mono_ms();
    if (now < *last_sent_ms + SPACING_MS)
        wait_ms(n, *last_sent_ms + SPACING_MS - now);
    if (batch_is_empty(n->leaving)) {
        struct batch *swap = n->leaving;

        n->leaving = n->incoming;
        n->incoming = swap;
    }
    *last_sent_ms = clock_mono_ms();
    return !batch_is_empty(n->leaving);
}

static void *run(void *arg)
{
    struct notifier *n = arg;
    struct ctx c = {.arena = arena_new()};
    int64_t last_sent_ms = 0;
    bool go_on = true;

    pthread_mutex_lock(&n->lock);
    while (go_on) {
        bool last = n->stop;

        if (next_batch(n, &last_sent_ms)) {
            pthread_mutex_unlock(&n->lock);
            c.deadline_ms = clock_mono_ms() + 5000;
            if (send_batch(&c, n, n->leaving) != OK) {
                n->failures++;
                db_return(&c);
            }
            arena_reset(c.arena);
            pthread_mutex_lock(&n->lock);
        }
        go_on = !last;
    }
    pthread_mutex_unlock(&n->lock);
    db_return(&c);
    arena_free(c.arena);
    return NULL;
}

enum status notifier_new(struct ctx *c, const struct notifier_options *options,
                         struct notifier **out)
{
    struct db_pool_options pool = {
        .conninfo = options->conninfo,
        .role = DB_SYSTEM,
        .size = 1,
        .statement_timeout_ms = 5000,
        .process = options->process,
    };
    struct arena *arena = arena_new();
    struct notifier *n = NEW(arena, struct notifier);
    pthread_condattr_t monotonic;

    n->arena = arena;
    n->incoming = NEW(arena, struct batch);
    n->leaving = NEW(arena, struct batch);
    n->pool = db_pool_new(&pool);
    pthread_mutex_init(&n->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&n->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&n->thread, NULL, run, n) != 0) {
        db_pool_free(n->pool);
        arena_free(arena);
        return FAIL(c, ERR_UNAVAILABLE, "cannot start the notifier's thread");
    }
    *out = n;
    return OK;
}

void notifier_free(struct notifier *n)
{
    if (!n)
        return;
    pthread_mutex_lock(&n->lock);
    n->stop = true;
    pthread_cond_signal(&n->wake);
    pthread_mutex_unlock(&n->lock);
    pthread_join(n->thread, NULL);
    db_pool_free(n->pool);
    pthread_cond_destroy(&n->wake);
    pthread_mutex_destroy(&n->lock);
    arena_free(n->arena);
}

void notify_jobs(struct notifier *n, struct uuid org)
{
    struct batch *b;
    size_t i = 0;

    if (!n)
        return;
    n->jobs++;
    pthread_mutex_lock(&n->lock);
    b = n->incoming;
    while (i < b->n_orgs && !uuid_eq(b->orgs[i], org))
        i++;
    if (i == b->n_orgs && i < MAX_ORGS)
        b->orgs[b->n_orgs++] = org;
    pthread_cond_signal(&n->wake);
    pthread_mutex_unlock(&n->lock);
}

void notify_changes(struct notifier *n)
{
    if (!n)
        return;
    n->changes++;
    pthread_mutex_lock(&n->lock);
    n->incoming->changes = true;
    pthread_cond_signal(&n->wake);
    pthread_mutex_unlock(&n->lock);
}

void notify_mail(struct notifier *n)
{
    if (!n)
        return;
    n->jobs++;
    pthread_mutex_lock(&n->lock);
    n->incoming->mail = true;
    pthread_cond_signal(&n->wake);
    pthread_mutex_unlock(&n->lock);
}

void notify_presence(struct notifier *n, str json)
{
    struct batch *b;

    if (!n || json.len > MAX_LINE)
        return;
    n->presence++;
    pthread_mutex_lock(&n->lock);
    b = n->incoming;
    if (b->n_lines < MAX_LINES && b->used + json.len + 1 <= LINES_BYTES) {
        memcpy(b->lines + b->used, json.ptr, json.len);
        b->used += json.len;
        b->lines[b->used++] = '\n';
        b->n_lines++;
        pthread_cond_signal(&n->wake);
    }
    pthread_mutex_unlock(&n->lock);
}

void notifier_read_stats(struct notifier *n, struct notifier_stats *out)
{
    *out = (struct notifier_stats){
        .jobs = n->jobs,
        .changes = n->changes,
        .presence = n->presence,
        .sent = n->sent,
        .failures = n->failures,
    };
}
