/*
 * parking.c - a list, a lock and a thread.  The list is short: connecting a channel is a rare
 * thing.
 */
#include "api/parking.h"

#include <pthread.h>

#include "api/dispatch_private.h"

struct parked {
    struct req *req;
    struct uuid org, job;
    int64_t until_ms, look_ms; /* when its time is over, when to look next */
};

struct parking {
    struct server *server;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct parked waiting[PARKING_MAX]; /* under lock */
    int n;                              /* under lock */
    bool stop;                          /* under lock */
};

static int64_t earliest(const struct parking *p, int64_t now_ms)
{
    int64_t at = now_ms + 60000;

    for (int i = 0; i < p->n; i++)
        if (p->waiting[i].look_ms < at)
            at = p->waiting[i].look_ms;
    return at;
}

/* Under lock: take one out whose turn has come. */
static bool take_due(struct parking *p, int64_t now_ms, struct parked *out)
{
    for (int i = 0; i < p->n; i++) {
        if (p->waiting[i].look_ms > now_ms && !p->stop)
            continue;
        *out = p->waiting[i];
        p->waiting[i] = p->waiting[--p->n];
        return true;
    }
    return false;
}

/* Under lock. */
static void put_back(struct parking *p, struct parked one)
{
    p->waiting[p->n++] = one;
}

/* Not under lock.  true: it has been answered. */
static bool look_at(struct parking *p, struct parked *one, bool stop)
{
    struct arena *arena = arena_new();
    struct ctx c = {.arena = arena, .deadline_ms = clock_mono_ms() + 2000};
    int64_t now_ms = clock_mono_ms();
    bool ended = false;
    str result = {NULL, 0};

    if (!stop && dispatch_job_ended(&c, p->server, one->org, one->job, &ended, &result) != OK)
        ended = false;
    if (ended)
        dispatch_resume(one->req, result);
    else if (stop || now_ms >= one->until_ms)
        dispatch_resume(one->req, (str){NULL, 0});
    arena_free(arena);
    one->look_ms = now_ms + PARKING_LOOK_MS;
    return ended || stop || now_ms >= one->until_ms;
}

static void *run(void *arg)
{
    struct parking *p = arg;
    struct parked one;

    pthread_mutex_lock(&p->lock);
    while (!p->stop || p->n > 0) {
        int64_t now_ms = clock_mono_ms(), at;
        struct timespec until;

        if (take_due(p, now_ms, &one)) {
            bool stop = p->stop, answered;

            pthread_mutex_unlock(&p->lock);
            answered = look_at(p, &one, stop);
            pthread_mutex_lock(&p->lock);
            if (!answered)
                put_back(p, one);
            continue;
        }
        at = earliest(p, now_ms);
        until = (struct timespec){.tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000};
        pthread_cond_timedwait(&p->wake, &p->lock, &until);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

enum status parking_new(struct ctx *c, struct arena *a, struct server *s, struct parking **out)
{
    struct parking *p = NEW(a, struct parking);
    pthread_condattr_t attr;

    p->server = s;
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&p->thread, NULL, run, p) != 0)
        return FAIL(c, ERR_UNAVAILABLE, "cannot start a thread");
    *out = p;
    return OK;
}

void parking_add(struct parking *p, struct req *r, struct uuid org)
{
    int64_t now_ms = clock_mono_ms();
    struct parked one = {
        .req = r,
        .org = org,
        .job = r->wait_job,
        .until_ms = now_ms + PARKING_WAIT_MS,
        .look_ms = now_ms + PARKING_LOOK_MS / 10,
    };
    bool full;

    pthread_mutex_lock(&p->lock);
    /* One place is kept for the one that is being looked at. */
    full = p->n >= PARKING_MAX - 1 || p->stop;
    if (!full)
        put_back(p, one);
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    if (full)
        dispatch_resume(r, (str){NULL, 0});
}

void parking_ended(struct parking *p, struct uuid job)
{
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < p->n; i++) {
        if (!uuid_eq(p->waiting[i].job, job))
            continue;
        p->waiting[i].look_ms = 0;
        pthread_cond_signal(&p->wake);
    }
    pthread_mutex_unlock(&p->lock);
}

void parking_done(struct parking *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
}
