/*
 * glance.c - the look itself is done without the lock: it may take as long as a database or a disk
 * that does not answer.
 */
#include "api/glance.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

struct glance {
    size_t size;
    pthread_mutex_t lock;
    pthread_cond_t seen;
    bool looking, known; /* under lock, like the two below */
    int64_t at_ms;
    void *value;
};

struct glance *glance_new(struct arena *a, size_t size)
{
    struct glance *g = NEW(a, struct glance);

    g->size = size;
    g->value = arena_alloc(a, size);
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->seen, NULL);
    return g;
}

void glance_done(struct glance *g)
{
    pthread_cond_destroy(&g->seen);
    pthread_mutex_destroy(&g->lock);
}

static bool is_younger(const struct glance *g, int64_t ms)
{
    return g->known && clock_mono_ms() - g->at_ms < ms;
}

/* Under lock. */
static void wait_for_first(struct glance *g, int64_t until_ms)
{
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};

    while (!g->known && clock_mono_ms() < until_ms)
        (void)pthread_cond_clockwait(&g->seen, &g->lock, CLOCK_MONOTONIC, &until);
}

/* *mine: the caller is to look, and to say what was seen. */
static enum status begin(struct ctx *c, struct glance *g, bool *mine, void *out)
{
    enum status status = OK;

    pthread_mutex_lock(&g->lock);
    if (g->looking && !g->known)
        wait_for_first(g, c->deadline_ms);
    *mine = !g->looking && !is_younger(g, GLANCE_FRESH_MS);
    if (*mine)
        g->looking = true;
    else if (is_younger(g, GLANCE_STALE_MS))
        memcpy(out, g->value, g->size);
    else
        status = FAIL(c, ERR_UNAVAILABLE, "finding this out takes too long");
    pthread_mutex_unlock(&g->lock);
    return status;
}

enum status glance_at(struct ctx *c, struct glance *g, void (*look)(void *arg, void *value),
                      void *arg, void *out)
{
    bool mine;

    TRY(begin(c, g, &mine, out));
    if (!mine)
        return OK;
    look(arg, out);
    pthread_mutex_lock(&g->lock);
    memcpy(g->value, out, g->size);
    g->at_ms = clock_mono_ms();
    g->known = true;
    g->looking = false;
    pthread_cond_broadcast(&g->seen);
    pthread_mutex_unlock(&g->lock);
    return OK;
}
