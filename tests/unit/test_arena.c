/*
 * test_arena.c - memory that dies together.  Under AddressSanitizer the program
 * is also its own proof of M7: run with "overrun" or "after-reset" it must die.
 */
#include "t.h"

#include <sys/wait.h>
#include <unistd.h>

static void memory_comes_zeroed_and_aligned(void **state)
{
    struct arena *a = t_ctx(state)->arena;

    for (size_t size = 1; size < 3000; size += 7) {
        unsigned char *p = arena_alloc(a, size);

        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAA, size);
    }
}

static void memory_is_zeroed_again_after_a_reset(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (int turn = 0; turn < 3; turn++) {
        unsigned char *p = arena_alloc(a, 100);

        for (size_t i = 0; i < 100; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAA, 100);
        arena_reset(a);
        assert_int_equal(arena_used(a), 0);
    }
    arena_free(a);
}

static void allocations_do_not_overlap(void **state)
{
    struct arena *a = t_ctx(state)->arena;
    unsigned char *all[400];
    size_t size[400];

    for (size_t i = 0; i < 400; i++) {
        /* Small ones, some larger than a quarter of a block, some larger than a block. */
        size[i] = i % 50 == 0 ? 100000 : i % 7 == 0 ? 5000 : i;
        all[i] = arena_alloc(a, size[i]);
        memset(all[i], (int)(i & 0xFF), size[i]);
    }
    for (size_t i = 0; i < 400; i++)
        for (size_t k = 0; k < size[i]; k++)
            assert_int_equal(all[i][k], i & 0xFF);
}

static void used_counts_what_was_asked_for(void **state)
{
    struct arena *a = t_ctx(state)->arena;
    size_t before = arena_used(a);

    assert_non_null(arena_alloc(a, 64));
    assert_int_equal(arena_used(a) - before, 64);
}

static void a_copy_is_terminated(void **state)
{
    struct arena *a = t_ctx(state)->arena;
    str copy = arena_copy(a, str_slice(S("hello"), 1, 4));

    T_STR(copy, "ell");
    assert_int_equal(copy.ptr[3], '\0');
    copy = arena_copy(a, (str){NULL, 0});
    assert_int_equal(copy.len, 0);
    assert_int_equal(copy.ptr[0], '\0');
}

static void printf_into_an_arena(void **state)
{
    T_STR(arena_printf(t_ctx(state)->arena, "%d-%.*s", 42, STR_ARG(S("x"))), "42-x");
}

struct trace {
    char text[8];
    size_t n;
};

static struct trace trace;

static void note(void *arg)
{
    trace.text[trace.n++] = *(const char *)arg;
}

static void defers_run_last_first_and_once(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    trace = (struct trace){.n = 0};
    /* What a defer needs may itself lie in the arena. */
    for (const char *s = "abc"; *s != '\0'; s++)
        arena_defer(a, note, (void *)(uintptr_t)arena_copy(a, (str){s, 1}).ptr);
    arena_reset(a);
    T_STR(str_of(trace.text), "cba");
    arena_free(a);
    T_STR(str_of(trace.text), "cba");
    arena_free(NULL);
}

static void free_runs_the_defers_too(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    trace = (struct trace){.n = 0};
    arena_defer(a, note, (void *)(uintptr_t) "z");
    arena_free(a);
    T_STR(str_of(trace.text), "z");
}

/* Run fn in a child; true if it was killed or ended badly. */
static bool dies(void (*fn)(struct arena *a))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        struct arena *a = arena_new();

        (void)close(STDERR_FILENO);
        fn(a);
        _exit(0);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    return status != 0;
}

static void ask_for_too_many(struct arena *a)
{
    memset(arena_alloc_array(a, 16, SIZE_MAX / 8), 1, 1);
}

static void an_array_whose_size_overflows_aborts(void **state)
{
    (void)state;
    assert_true(dies(ask_for_too_many));
}

#if T_ASAN
static void overrun(struct arena *a)
{
    volatile char *p = arena_alloc(a, 10);

    p[10] = 'x';
}

static void use_after_reset(struct arena *a)
{
    volatile char *p = arena_alloc(a, 10);

    arena_reset(a);
    p[0] = 'x';
}

static void the_sanitizer_sees_overruns_and_use_after_reset(void **state)
{
    (void)state;
    assert_true(dies(overrun));
    assert_true(dies(use_after_reset));
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(memory_comes_zeroed_and_aligned),
        T(memory_is_zeroed_again_after_a_reset),
        T(allocations_do_not_overlap),
        T(used_counts_what_was_asked_for),
        T(a_copy_is_terminated),
        T(printf_into_an_arena),
        T(defers_run_last_first_and_once),
        T(free_runs_the_defers_too),
        T(an_array_whose_size_overflows_aborts),
#if T_ASAN
        T(the_sanitizer_sees_overruns_and_use_after_reset),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
