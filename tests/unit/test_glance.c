/*
 * test_glance.c - looks that hang, and those who come meanwhile.
 */
#include "t.h"

#include <pthread.h>

#include "api/glance.h"
#include "base/clock.h"

static _Atomic int64_t later_ms; /* the clock is ahead by that much */

int64_t __real_clock_mono_ms(void);
int64_t __wrap_clock_mono_ms(void);

int64_t __wrap_clock_mono_ms(void)
{
    return __real_clock_mono_ms() + later_ms;
}

/* One who looks, and is held there until the test lets go. */
struct looker {
    struct glance *glance;
    pthread_barrier_t begun, go_on;
    pthread_t thread;
    int seen;
};

static void look_long(void *arg, void *value)
{
    struct looker *l = arg;

    (void)pthread_barrier_wait(&l->begun);
    (void)pthread_barrier_wait(&l->go_on);
    *(int *)value = 2;
}

static void *hang(void *arg)
{
    struct looker *l = arg;
    struct ctx c = {.deadline_ms = clock_mono_ms() + 60000};

    if (glance_at(&c, l->glance, look_long, l, &l->seen) != OK)
        l->seen = -1;
    return NULL;
}

static void begin_to_hang(struct looker *l)
{
    (void)pthread_barrier_init(&l->begun, NULL, 2);
    (void)pthread_barrier_init(&l->go_on, NULL, 2);
    assert_int_equal(pthread_create(&l->thread, NULL, hang, l), 0);
    (void)pthread_barrier_wait(&l->begun);
}

static void let_go(struct looker *l)
{
    (void)pthread_barrier_wait(&l->go_on);
    assert_int_equal(pthread_join(l->thread, NULL), 0);
    assert_int_equal(l->seen, 2);
    glance_done(l->glance);
}

static void look(void *arg, void *value)
{
    *(int *)value = *(int *)arg;
}

/* What somebody with so much time is told; 0: that nobody knows. */
static int told(struct ctx *c, struct looker *l, int64_t patience_ms)
{
    int other = 3, out = 0;

    c->deadline_ms = clock_mono_ms() + patience_ms;
    if (glance_at(c, l->glance, look, &other, &out) != OK) {
        assert_int_equal(c->err.code, ERR_UNAVAILABLE);
        return 0;
    }
    return out;
}

static void while_a_look_hangs_the_one_before_is_told_until_it_is_too_old(void **state)
{
    struct ctx *c = t_ctx(state);
    struct looker l = {.glance = glance_new(c->arena, sizeof(int))};
    int first = 1, out;

    later_ms = 0;
    T_OK(c, glance_at(c, l.glance, look, &first, &out));
    assert_int_equal(told(c, &l, 60000), 1);
    later_ms = GLANCE_FRESH_MS + 1;
    begin_to_hang(&l);
    assert_int_equal(told(c, &l, 60000), 1);
    later_ms = GLANCE_STALE_MS - 1000;
    assert_int_equal(told(c, &l, 60000), 1);
    later_ms = GLANCE_STALE_MS + 1;
    assert_int_equal(told(c, &l, 60000), 0); /* at once: nothing here waits a minute */
    let_go(&l);
}

static void the_first_look_is_waited_for_as_long_as_there_is_time(void **state)
{
    struct ctx *c = t_ctx(state);
    struct looker l = {.glance = glance_new(c->arena, sizeof(int))};

    later_ms = 0;
    begin_to_hang(&l);
    assert_int_equal(told(c, &l, 20), 0);
    assert_int_equal(told(c, &l, -20), 0);
    let_go(&l);
}

static void what_was_seen_is_good_for_a_second(void **state)
{
    struct ctx *c = t_ctx(state);
    struct looker l = {.glance = glance_new(c->arena, sizeof(int))};
    int first = 1, out;

    later_ms = 0;
    T_OK(c, glance_at(c, l.glance, look, &first, &out));
    assert_int_equal(told(c, &l, 0), 1);
    later_ms = GLANCE_FRESH_MS + 1;
    assert_int_equal(told(c, &l, 0), 3);
    glance_done(l.glance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(while_a_look_hangs_the_one_before_is_told_until_it_is_too_old),
        T(the_first_look_is_waited_for_as_long_as_there_is_time),
        T(what_was_seen_is_good_for_a_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
