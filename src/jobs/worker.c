/*
 * worker.c - threads, and how they end.
 *
 * Blocking threads instead of an event loop: a job reads like what it does, and 64 of them with
 * small stacks cost some 10 MB while they wait for providers (research: the same throughput as
 * curl's multi interface).
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "jobs/parts.h"

enum {
    THREADS = 64,
    THREADS_MAX = 256,
    READY_AHEAD = 16, /* claimed beyond what the threads can run now */
    UPLOAD_MAX = 26214400,
    KEEP_DAYS = 14,
    SLEEP_STEP_MS = 100,
};

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BIG_FRAMES
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BIG_FRAMES
#endif
/* TLS and name look-ups fit into the small one with room to spare. */
#ifdef BIG_FRAMES
enum { STACK_BYTES = 4 * 1024 * 1024 };
#else
enum { STACK_BYTES = 512 * 1024 };
#endif

enum status worker_new(struct ctx *c, const struct worker_options *options, struct worker **out)
{
    struct arena *arena = arena_new();
    struct worker *w = NEW(arena, struct worker);

    w->arena = arena;
    w->options = *options;
    if (w->options.threads <= 0)
        w->options.threads = THREADS;
    if (w->options.threads > THREADS_MAX)
        w->options.threads = THREADS_MAX;
    if (w->options.upload_max_bytes <= 0)
        w->options.upload_max_bytes = UPLOAD_MAX;
    if (w->options.inbound_keep_days <= 0)
        w->options.inbound_keep_days = KEEP_DAYS;
    w->id = uuid_new();
    w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->wake_fd < 0) {
        arena_free(arena);
        return FAIL(c, ERR_UNAVAILABLE, "cannot make an event descriptor");
    }
    w->keys = keys_new(options->master);
    w->queue = queue_new(w->options.threads + READY_AHEAD);
    w->touched = NEW(arena, struct agenda);
    pthread_mutex_init(&w->touch_lock, NULL);
    pthread_mutex_init(&w->trust_lock, NULL);
    *out = w;
    return OK;
}

void worker_free(struct worker *w)
{
    int ready, running;

    if (!w)
        return;
    queue_count(w->queue, &ready, &running);
    if (running > 0)
        return; /* a thread that would not end still uses all this; the process is about to */
    queue_free(w->queue);
    keys_free(w->keys);
    close(w->wake_fd);
    pthread_mutex_destroy(&w->touch_lock);
    pthread_mutex_destroy(&w->trust_lock);
    arena_free(w->arena);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct task *t;
    struct arena *arena;

    while ((t = queue_take(w->queue)) != NULL) {
        run_task(w, t);
        arena = t->arena;
        queue_done(w->queue, t);
        arena_free(arena);
        worker_wake(w);
    }
    return NULL;
}

static int start(struct worker *w, pthread_t *threads)
{
    pthread_attr_t attr;
    int n = 0;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    while (n < w->options.threads && pthread_create(&threads[n], &attr, work, w) == 0)
        n++;
    pthread_attr_destroy(&attr);
    return n;
}

void worker_run(struct worker *w)
{
    pthread_t threads[THREADS_MAX];
    int n = start(w, threads), ready, running;

    if (n == 0) {
        log_note(LOG_ERROR, "worker_failed", "cannot start any thread");
        return;
    }
    scheduler_run(w);
    queue_count(w->queue, &ready, &running);
    if (running > 0)
        log_note(LOG_WARN, "worker_stopped", "%d jobs did not end in time", running);
    for (int i = 0; i < n; i++) {
        if (running > 0)
            pthread_detach(threads[i]);
        else
            pthread_join(threads[i], NULL);
    }
}

void worker_wake(struct worker *w)
{
    int saved = errno;
    uint64_t one = 1;

    if (write(w->wake_fd, &one, sizeof(one)) < 0)
        errno = saved; /* full: it will look up anyway */
}

void worker_stop(struct worker *w)
{
    atomic_store(&w->stopping, true);
    worker_wake(w);
}

bool worker_is_stopping(const struct worker *w)
{
    return atomic_load(&w->stopping);
}

bool worker_sleep(struct worker *w, int64_t ms)
{
    int64_t until = clock_mono_ms() + ms, left;

    while ((left = until - clock_mono_ms()) > 0 && !worker_is_stopping(w))
        (void)poll(NULL, 0, (int)(left < SLEEP_STEP_MS ? left : SLEEP_STEP_MS));
    return !worker_is_stopping(w);
}

void worker_want_mail(struct worker *w)
{
    atomic_store(&w->mail_wanted, true);
    worker_wake(w);
}

void worker_touch(struct worker *w, struct uuid org, int64_t in_ms)
{
    pthread_mutex_lock(&w->touch_lock);
    agenda_add(w->touched, org, clock_mono_ms() + (in_ms > 0 ? in_ms : 0), false);
    pthread_mutex_unlock(&w->touch_lock);
    worker_wake(w);
}

static bool is_trusted(const struct worker *w, struct uuid channel_id)
{
    for (size_t i = 0; i < w->n_trusted; i++)
        if (uuid_eq(w->trusted[i], channel_id))
            return true;
    return false;
}

bool worker_trusts(struct worker *w, struct uuid channel_id)
{
    bool found;

    pthread_mutex_lock(&w->trust_lock);
    found = is_trusted(w, channel_id);
    pthread_mutex_unlock(&w->trust_lock);
    return found;
}

void worker_trust(struct worker *w, struct uuid channel_id)
{
    pthread_mutex_lock(&w->trust_lock);
    if (!is_trusted(w, channel_id) && w->n_trusted < sizeof(w->trusted) / sizeof(w->trusted[0]))
        w->trusted[w->n_trusted++] = channel_id;
    pthread_mutex_unlock(&w->trust_lock);
}

void worker_rest(struct worker *w, struct uuid channel_id, int64_t ms)
{
    size_t size = sizeof(w->resting) / sizeof(w->resting[0]);

    pthread_mutex_lock(&w->trust_lock);
    w->resting[w->next_resting++ % size] =
        (struct rest){.channel_id = channel_id, .until_ms = clock_mono_ms() + ms};
    pthread_mutex_unlock(&w->trust_lock);
}

bool worker_rests(struct worker *w, struct uuid channel_id)
{
    size_t size = sizeof(w->resting) / sizeof(w->resting[0]);
    int64_t now = clock_mono_ms();
    bool rests = false;

    pthread_mutex_lock(&w->trust_lock);
    for (size_t i = 0; i < size; i++)
        rests |= w->resting[i].until_ms > now && uuid_eq(w->resting[i].channel_id, channel_id);
    pthread_mutex_unlock(&w->trust_lock);
    return rests;
}

void worker_read_stats(const struct worker *w, struct worker_stats *out)
{
    *out = (struct worker_stats){
        .done = atomic_load(&w->done),
        .failed = atomic_load(&w->failed),
        .retried = atomic_load(&w->retried),
    };
    queue_count(w->queue, &out->ready, &out->running);
}
