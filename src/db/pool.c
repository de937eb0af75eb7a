/*
 * pool.c - a few connections, lent one at a time.
 *
 * The last one given back is lent first, so that the few that are needed stay
 * warm.  A connection whose server has gone is noticed when it is lent, by its
 * socket, and replaced: a restarted PostgreSQL costs nobody an error.  While
 * the server cannot be reached, one borrower at a time tries, with back-off;
 * the others wait for it, DOWN_PATIENCE_MS at most, so that request threads
 * are not all stuck behind a dead database.
 */
#include "db/conn.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

enum {
    MAX_POOL = 256,
    BACKOFF_FIRST_MS = 50,
    BACKOFF_MOST_MS = 1000,
    DOWN_PATIENCE_MS = 1500,
    CONNECT_MS = 10000,
    WAIT_MS = 10000, /* for a caller without a deadline */
};

struct db_pool {
    struct arena *arena;
    struct db_pool_options options; /* constant */
    pthread_mutex_t lock;           /* over all that follows */
    pthread_cond_t change;
    struct db_conn *idle[MAX_POOL];
    int n_idle, open, waiting;
    int failures;          /* in a row */
    bool connecting;       /* someone tries, while failures > 0 */
    int64_t next_try_ms;   /* when failures > 0 */
    struct err last_error; /* why */
};

struct db_pool *db_pool_new(const struct db_pool_options *options)
{
    struct arena *arena = arena_new();
    struct db_pool *pool = NEW(arena, struct db_pool);
    pthread_condattr_t attr;

    assert(options->size > 0 && options->size <= MAX_POOL);
    pool->arena = arena;
    pool->options = *options;
    pool->options.conninfo = arena_copy(arena, options->conninfo);
    pool->options.process = arena_copy(arena, str_of(options->process)).ptr;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->change, &attr);
    pthread_condattr_destroy(&attr);
    return pool;
}

void db_pool_free(struct db_pool *pool)
{
    if (!pool)
        return;
    assert(pool->open == pool->n_idle && "a connection is still lent");
    for (int i = 0; i < pool->n_idle; i++)
        conn_close(pool->idle[i]);
    pthread_cond_destroy(&pool->change);
    pthread_mutex_destroy(&pool->lock);
    arena_free(pool->arena);
}

static void wait_until(struct db_pool *pool, int64_t mono_ms)
{
    struct timespec t = {.tv_sec = mono_ms / 1000, .tv_nsec = mono_ms % 1000 * 1000000};

    pool->waiting++;
    (void)pthread_cond_timedwait(&pool->change, &pool->lock, &t);
    pool->waiting--;
}

static int64_t backoff_ms(int failures)
{
    int64_t ms = BACKOFF_FIRST_MS;

    for (int i = 1; i < failures && ms < BACKOFF_MOST_MS; i++)
        ms *= 2;
    return ms < BACKOFF_MOST_MS ? ms : BACKOFF_MOST_MS;
}

/* Called with the lock, which is let go while the server is asked. */
static enum status connect_one(struct ctx *c, struct db_pool *pool, int64_t until_ms,
                               struct db_conn **out)
{
    int64_t now = clock_mono_ms();
    int64_t deadline_ms = until_ms < now + CONNECT_MS ? until_ms : now + CONNECT_MS;
    enum status s;

    pool->open++;
    pool->connecting = true;
    pthread_mutex_unlock(&pool->lock);
    s = conn_open(c, &pool->options, deadline_ms, out);
    pthread_mutex_lock(&pool->lock);
    pool->connecting = false;
    if (s == OK) {
        (*out)->pool = pool;
        pool->failures = 0;
    } else {
        pool->open--;
        pool->failures++;
        pool->next_try_ms = clock_mono_ms() + backoff_ms(pool->failures);
        pool->last_error = c->err;
    }
    pthread_cond_broadcast(&pool->change);
    return s;
}

/* An idle connection whose server is still there, or NULL. */
static struct db_conn *take_idle(struct db_pool *pool)
{
    while (pool->n_idle > 0) {
        struct db_conn *conn = pool->idle[--pool->n_idle];

        if (conn_is_alive(conn))
            return conn;
        pool->open--;
        conn_close(conn);
    }
    return NULL;
}

static bool may_connect(const struct db_pool *pool, int64_t now)
{
    if (pool->open >= pool->options.size)
        return false;
    return pool->failures == 0 || (!pool->connecting && now >= pool->next_try_ms);
}

static enum status give_up(struct ctx *c, const struct db_pool *pool)
{
    if (pool->failures > 0) {
        c->err = pool->last_error;
        return c->err.code;
    }
    return FAIL(c, ERR_UNAVAILABLE, "too much is being asked of the database; try again");
}

static enum status borrow(struct ctx *c, struct db_pool *pool, struct db_conn **out)
{
    int64_t began = clock_mono_ms();
    int64_t until_ms = c->deadline_ms ? c->deadline_ms : began + WAIT_MS;
    bool tried = false;

    for (;;) {
        int64_t now = clock_mono_ms();
        int64_t most = until_ms;

        *out = take_idle(pool);
        if (*out)
            return OK;
        if (may_connect(pool, now) && (now < until_ms || !tried)) {
            tried = true;
            if (connect_one(c, pool, until_ms, out) == OK)
                return OK;
            continue;
        }
        if (pool->failures > 0 && began + DOWN_PATIENCE_MS < most)
            most = began + DOWN_PATIENCE_MS;
        if (now >= most)
            return give_up(c, pool);
        if (pool->failures > 0 && !pool->connecting && pool->next_try_ms < most)
            most = pool->next_try_ms;
        wait_until(pool, most);
    }
}

enum status db_borrow(struct ctx *c, struct db_pool *pool)
{
    struct db_conn *conn = NULL;
    enum status s;

    assert(!c->db);
    pthread_mutex_lock(&pool->lock);
    s = borrow(c, pool, &conn);
    pthread_mutex_unlock(&pool->lock);
    if (s == OK)
        c->db = conn;
    return s;
}

void db_return(struct ctx *c)
{
    struct db_conn *conn = c->db;
    struct db_pool *pool;

    if (!conn)
        return;
    db_rollback(c);
    c->db = NULL;
    pool = conn->pool;
    pthread_mutex_lock(&pool->lock);
    /* a cancellation that came late may have hit the COMMIT or the ROLLBACK itself */
    if (conn->broken || conn->listening || PQtransactionStatus(conn->pg) != PQTRANS_IDLE) {
        pool->open--;
        pthread_cond_signal(&pool->change);
        pthread_mutex_unlock(&pool->lock);
        conn_close(conn);
        return;
    }
    pool->idle[pool->n_idle++] = conn;
    pthread_cond_signal(&pool->change);
    pthread_mutex_unlock(&pool->lock);
}

void db_pool_stats(const struct db_pool *pool, struct db_pool_stat *out)
{
    static const char *const names[] = {
        [DB_APP] = "app", [DB_SYSTEM] = "system", [DB_OWNER] = "owner"};
    pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&pool->lock;

    pthread_mutex_lock(lock);
    *out = (struct db_pool_stat){
        .name = names[pool->options.role],
        .size = pool->options.size,
        .open = pool->open,
        .busy = pool->open - pool->n_idle,
        .waiting = pool->waiting,
    };
    pthread_mutex_unlock(lock);
}
