/*
 * glance.c - the look itself is done without the lock: it may take as long as a database that does
 * not answer.  Those who come meanwhile are told what was seen before, so that they do not use up the request
 * threads.
 */
#include "api/glance.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"

enum { FRESH_MS = 1000, STALE_MS = 5000 };

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

/* True: the caller is to look, and to say what was seen. */
static bool begin(struct glance *g, void *out)
{
    bool mine;

    pthread_mutex_lock(&g->lock);
    while (g->looking && !is_younger(g, STALE_MS))
        pthread_cond_wait(&g->seen, &g->lock);
    mine = !g->looking && !is_younger(g, FRESH_MS);
    if (mine)
        g->looking = true;
    else
        memcpy(out, g->value, g->size);
    pthread_mutex_unlock(&g->lock);
    return mine;
}

void glance_at(struct glance *g, void (*look)(void *arg, void *value), void *arg, void *out)
{
    if (!begin(g, out))
        return;
    look(arg, out);
    pthread_mutex_lock(&g->lock);
    memcpy(g->value, out, g->size);
    g->at_ms = clock_mono_ms();
    g->known = true;
    g->looking = false;
    pthread_cond_broadcast(&g->seen);
    pthread_mutex_unlock(&g->lock);
}
