/*
 * t.h - what every unit test starts from: cmocka, and a fresh ctx for each test.
 *
 *     static void a_sentence_that_is_true(void **state)
 *     {
 *         struct ctx *c = t_ctx(state);
 *         ...
 *         T_OK(c, json_parse(c, S("{}"), &j));
 *         T_FAILS(c, ERR_INVALID, json_parse(c, S("{"), &j));
 *         T_STR(buf_str(&b), "text");
 *     }
 *
 *     int main(void)
 *     {
 *         const struct CMUnitTest tests[] = {T(a_sentence_that_is_true)};
 *
 *         return cmocka_run_group_tests(tests, NULL, NULL);
 *     }
 */
#ifndef TESTS_T_H
#define TESTS_T_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/ctx.h"

#if defined(__SANITIZE_ADDRESS__)
#define T_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define T_ASAN 1
#endif
#endif
#ifndef T_ASAN
#define T_ASAN 0
#endif

#define T(fn) cmocka_unit_test_setup_teardown(fn, t_begin, t_end)

static inline int t_begin(void **state)
{
    struct arena *a = arena_new();
    struct ctx *c = NEW(a, struct ctx);

    c->arena = a;
    *state = c;
    return 0;
}

static inline int t_end(void **state)
{
    struct ctx *c = *state;

    arena_free(c->arena);
    return 0;
}

static inline struct ctx *t_ctx(void **state)
{
    return *state;
}

static inline void t_str(str got, str expected, const char *file, int line)
{
    if (str_eq(got, expected))
        return;
    print_error("got      \"%.*s\"\nexpected \"%.*s\"\n", STR_ARG(got), STR_ARG(expected));
    _fail(file, line);
}

static inline void t_status(const struct ctx *c, enum status got, enum status expected,
                            const char *file, int line)
{
    if (got == expected)
        return;
    print_error("got status %d, expected %d; field \"%s\", \"%s\", cause \"%s\" (%s:%d)\n",
                (int)got, (int)expected, c->err.field, c->err.msg, c->err.cause, c->err.file,
                c->err.line);
    _fail(file, line);
}

#define T_STR(got, expected)   t_str((got), str_of(expected), __FILE__, __LINE__)
#define T_OK(c, expr)          t_status((c), (expr), OK, __FILE__, __LINE__)
#define T_FAILS(c, code, expr) t_status((c), (expr), (code), __FILE__, __LINE__)
/* It failed, and says which field is at fault. */
#define T_FAILS_AT(c, code, name, expr)      \
    do {                                     \
        T_FAILS(c, code, expr);              \
        T_STR(str_of((c)->err.field), name); \
    } while (0)

/* The text of a file among the published facts, or NULL (with a word on why) when they are absent. */
static inline const char *t_contract(struct ctx *c, const char *path)
{
    const char *folder = getenv("SAMBUNG_CONTRACTS");
    struct buf text = buf_new(c->arena, 16 << 20);
    char piece[4096];
    size_t n;
    FILE *f;

    if (folder == NULL) {
        print_message("# SKIPPED: SAMBUNG_CONTRACTS is not set, %s was not compared\n", path);
        return NULL;
    }
    f = fopen(arena_printf(c->arena, "%s/%s", folder, path).ptr, "rb");
    if (f == NULL) {
        print_error("%s/%s cannot be read\n", folder, path);
        fail();
    }
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(&text, (str){piece, n});
    (void)fclose(f);
    return buf_str(&text).ptr;
}

#endif
