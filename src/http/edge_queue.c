/*
 * edge_queue.c - three lanes of threads: most requests; the slow ones, so that a few searches
 * cannot hold up the rest; and the door's, where a flood of guesses is among itself.
 */
#include "http/edge_private.h"

enum { STACK_BYTES = 1024 * 1024 };

static struct lane *lane_of(struct edge *e, const struct incoming *in)
{
    if (in->limit.door && e->door.n_threads > 0)
        return &e->door;
    return (in->limit.slow || in->limit.door) && e->slow.n_threads > 0 ? &e->slow : &e->fast;
}

bool edge_has_room(struct edge *e, const struct incoming *in)
{
    struct lane *lane = lane_of(e, in);
    bool room;

    pthread_mutex_lock(&lane->lock);
    room = lane->waiting < lane->most;
    pthread_mutex_unlock(&lane->lock);
    return room;
}

void edge_hand(struct edge *e, struct incoming *in)
{
    struct lane *lane = lane_of(e, in);

    in->next = NULL;
    pthread_mutex_lock(&lane->lock);
    if (lane->last != NULL)
        lane->last->next = in;
    else
        lane->first = in;
    lane->last = in;
    lane->waiting++;
    pthread_mutex_unlock(&lane->lock);
    /* After the unlock: whoever wakes does not find the door shut again. */
    pthread_cond_signal(&lane->ready);
}

struct worker {
    struct edge *edge;
    struct lane *lane;
};

/* Under lane->lock; NULL: nothing to do and asked to stop. */
static struct incoming *next_of(struct lane *lane)
{
    struct incoming *in;

    while (lane->first == NULL && !lane->stop)
        pthread_cond_wait(&lane->ready, &lane->lock);
    in = lane->first;
    if (in == NULL)
        return NULL;
    lane->first = in->next;
    if (lane->first == NULL)
        lane->last = NULL;
    lane->waiting--;
    return in;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct lane *lane = w->lane;
    struct incoming *in;

    pthread_mutex_lock(&lane->lock);
    while ((in = next_of(lane)) != NULL) {
        lane->busy++;
        pthread_mutex_unlock(&lane->lock);
        w->edge->ops.serve(w->edge->server, &in->x);
        pthread_mutex_lock(&lane->lock);
        lane->busy--;
    }
    pthread_mutex_unlock(&lane->lock);
    return NULL;
}

static bool lane_init(struct edge *e, struct lane *lane, int threads, int most)
{
    struct worker *w = NEW(e->arena, struct worker);
    pthread_attr_t attr;
    bool ok = true;

    *w = (struct worker){.edge = e, .lane = lane};
    lane->most = most;
    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->ready, NULL);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    lane->threads = NEW_ARRAY(e->arena, pthread_t, (size_t)threads);
    while (ok && lane->n_threads < threads) {
        ok = pthread_create(&lane->threads[lane->n_threads], &attr, work, w) == 0;
        if (ok)
            lane->n_threads++;
    }
    pthread_attr_destroy(&attr);
    return ok;
}

static void lane_stop(struct lane *lane)
{
    if (lane->threads == NULL)
        return;
    pthread_mutex_lock(&lane->lock);
    lane->stop = true;
    pthread_cond_broadcast(&lane->ready);
    pthread_mutex_unlock(&lane->lock);
    for (int i = 0; i < lane->n_threads; i++)
        pthread_join(lane->threads[i], NULL);
    pthread_cond_destroy(&lane->ready);
    pthread_mutex_destroy(&lane->lock);
    lane->threads = NULL;
}

bool edge_lanes_init(struct edge *e)
{
    const struct edge_options *o = &e->options;

    return lane_init(e, &e->fast, o->threads, o->queue) &&
           lane_init(e, &e->slow, o->slow_threads, o->queue) &&
           lane_init(e, &e->door, o->door_threads, o->door_queue);
}

void edge_lanes_stop(struct edge *e)
{
    lane_stop(&e->fast);
    lane_stop(&e->slow);
    lane_stop(&e->door);
}

void edge_lane_stats(struct edge *e, int *queued, int *busy)
{
    struct lane *lanes[] = {&e->fast, &e->slow, &e->door};

    *queued = *busy = 0;
    for (size_t i = 0; i < 3; i++) {
        pthread_mutex_lock(&lanes[i]->lock);
        *queued += lanes[i]->waiting;
        *busy += lanes[i]->busy;
        pthread_mutex_unlock(&lanes[i]->lock);
    }
}
