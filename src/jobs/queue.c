/*
 * queue.c - claimed work between the scheduler and the threads.
 *
 * A fixed table of tasks under one lock; a thread takes the oldest whose kind has room.  It is
 * short, so it is searched; what waits here is leased already, so it must not be long either.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "jobs/parts.h"

enum state { EMPTY = 0, READY, RUNNING };

struct place {
    struct task task;
    enum state state;
    int64_t order; /* of arrival */
};

struct queue {
    struct arena *arena;
    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t ready; /* something to take, or closed */
    pthread_cond_t ended; /* something ended */
    struct place *places;
    int size, n_ready, n_running;
    int running_of[KINDS];
    int64_t arrivals;
    bool closed;
};

struct queue *queue_new(int size)
{
    struct arena *arena = arena_new();
    struct queue *q = NEW(arena, struct queue);
    pthread_condattr_t attr;

    q->arena = arena;
    q->size = size < QUEUE_MAX ? size : QUEUE_MAX;
    q->places = NEW_ARRAY(arena, struct place, (size_t)q->size);
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->ready, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&q->ended, &attr);
    pthread_condattr_destroy(&attr);
    return q;
}

void queue_free(struct queue *q)
{
    if (!q)
        return;
    for (int i = 0; i < q->size; i++)
        if (q->places[i].state != EMPTY)
            arena_free(q->places[i].task.arena);
    pthread_cond_destroy(&q->ended);
    pthread_cond_destroy(&q->ready);
    pthread_mutex_destroy(&q->lock);
    arena_free(q->arena);
}

int queue_room(struct queue *q)
{
    int room;

    pthread_mutex_lock(&q->lock);
    room = q->closed ? 0 : q->size - q->n_ready - q->n_running;
    pthread_mutex_unlock(&q->lock);
    return room;
}

int queue_load(struct queue *q, struct uuid org)
{
    int n = 0;

    pthread_mutex_lock(&q->lock);
    for (int i = 0; i < q->size; i++)
        n += q->places[i].state != EMPTY && uuid_eq(q->places[i].task.org, org);
    pthread_mutex_unlock(&q->lock);
    return n;
}

bool queue_has_drain(struct queue *q, struct uuid channel_id)
{
    bool found = false;

    pthread_mutex_lock(&q->lock);
    for (int i = 0; i < q->size; i++)
        found |= q->places[i].state != EMPTY && uuid_eq(q->places[i].task.channel_id, channel_id);
    pthread_mutex_unlock(&q->lock);
    return found;
}

size_t queue_open_kinds(struct queue *q, str *names, int64_t *lease_s)
{
    int of[KINDS] = {0};
    size_t n = 0;

    pthread_mutex_lock(&q->lock);
    for (int i = 0; i < q->size; i++)
        if (q->places[i].state != EMPTY)
            of[q->places[i].task.kind]++;
    pthread_mutex_unlock(&q->lock);
    for (int k = 0; k < KINDS; k++) {
        if (of[k] >= kinds[k].concurrency)
            continue;
        names[n] = str_of(kinds[k].name);
        lease_s[n++] = kinds[k].lease_s;
    }
    return n;
}

void queue_put(struct queue *q, const struct task *t)
{
    int i = 0;

    pthread_mutex_lock(&q->lock);
    while (i < q->size && q->places[i].state != EMPTY)
        i++;
    if (i == q->size)
        abort(); /* the scheduler asked for the room first, and nobody else puts */
    q->places[i] = (struct place){*t, READY, ++q->arrivals};
    q->n_ready++;
    pthread_cond_signal(&q->ready);
    pthread_mutex_unlock(&q->lock);
}

/* With the lock: the oldest whose kind has room, or NULL. */
static struct place *pick(struct queue *q)
{
    struct place *best = NULL;

    for (int i = 0; i < q->size; i++) {
        struct place *p = &q->places[i];

        if (p->state == READY && q->running_of[p->task.kind] < kinds[p->task.kind].concurrency &&
            (!best || p->order < best->order))
            best = p;
    }
    return best;
}

struct task *queue_take(struct queue *q)
{
    struct place *p = NULL;

    pthread_mutex_lock(&q->lock);
    while (!q->closed && !(p = pick(q)))
        pthread_cond_wait(&q->ready, &q->lock);
    if (q->closed) {
        pthread_mutex_unlock(&q->lock);
        return NULL;
    }
    p->state = RUNNING;
    q->running_of[p->task.kind]++;
    q->n_ready--;
    q->n_running++;
    pthread_mutex_unlock(&q->lock);
    return &p->task;
}

void queue_done(struct queue *q, struct task *t)
{
    struct place *p = (struct place *)(void *)t; /* its first member */

    pthread_mutex_lock(&q->lock);
    q->running_of[t->kind]--;
    q->n_running--;
    p->state = EMPTY;
    p->task = (struct task){.arena = NULL};
    pthread_cond_signal(&q->ready); /* its kind has room for another now */
    pthread_cond_broadcast(&q->ended);
    pthread_mutex_unlock(&q->lock);
}

size_t queue_held(struct queue *q, int64_t age_ms, struct held *out, size_t max)
{
    int64_t now = clock_mono_ms();
    size_t n = 0;

    pthread_mutex_lock(&q->lock);
    for (int i = 0; i < q->size && n < max; i++) {
        struct place *p = &q->places[i];

        if (p->state == EMPTY || uuid_is_zero(p->task.job.id) || uuid_is_zero(p->task.org) ||
            now - p->task.leased_ms < age_ms)
            continue;
        p->task.leased_ms = now;
        out[n++] = (struct held){p->task.org, p->task.job.id, p->task.job.lease_id,
                                 kinds[p->task.kind].lease_s};
    }
    pthread_mutex_unlock(&q->lock);
    return n;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->ready);
    pthread_mutex_unlock(&q->lock);
}

bool queue_take_back(struct queue *q, struct task *out)
{
    bool found = false;

    pthread_mutex_lock(&q->lock);
    for (int i = 0; i < q->size && !found; i++) {
        if (q->places[i].state != READY)
            continue;
        *out = q->places[i].task;
        q->places[i].state = EMPTY;
        q->n_ready--;
        found = true;
    }
    pthread_mutex_unlock(&q->lock);
    return found;
}

bool queue_wait_idle(struct queue *q, int64_t ms)
{
    int64_t until = clock_mono_ms() + ms;
    struct timespec t = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
    bool idle;

    pthread_mutex_lock(&q->lock);
    while (q->n_running > 0 && clock_mono_ms() < until)
        (void)pthread_cond_timedwait(&q->ended, &q->lock, &t);
    idle = q->n_running == 0;
    pthread_mutex_unlock(&q->lock);
    return idle;
}

void queue_count(struct queue *q, int *ready, int *running)
{
    pthread_mutex_lock(&q->lock);
    *ready = q->n_ready;
    *running = q->n_running;
    pthread_mutex_unlock(&q->lock);
}
