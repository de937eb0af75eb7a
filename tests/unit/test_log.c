/*
 * test_log.c - lines on standard error, read back through a pipe.
 */
#include "t.h"

#include <unistd.h>

#include "base/json.h"
#include "base/log.h"

/* What log_line writes, with the time cut off the front. */
static str logged(struct ctx *c, enum log_level level, const struct log_fields *f)
{
    static char text[65536];
    int ends[2];
    int kept = dup(STDERR_FILENO);
    ssize_t n;

    assert_int_equal(pipe(ends), 0);
    assert_true(kept >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    log_line(level, "request", f);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(ends[1]);
    (void)close(kept);
    n = read(ends[0], text, sizeof text);
    (void)close(ends[0]);
    assert_true(n >= 0);
    return arena_copy(c->arena, (str){text, (size_t)n});
}

static str after_time(str line)
{
    size_t at;

    assert_true(str_find(line, S("level"), &at));
    return str_slice(line, at, line.len);
}

static void logfmt_quotes_only_what_needs_it(void **state)
{
    struct ctx *c = t_ctx(state);
    struct log_fields f = {.n = 0};

    log_setup(LOG_INFO, false, "web");
    log_put(&f, "route", S("GET_/v1/contacts"));
    log_put(&f, "ms", S("1.5"));
    log_put(&f, "msg", S("no such \"contact\""));
    log_put(&f, "empty", S(""));
    log_put(&f, "eq", S("a=b"));
    T_STR(after_time(logged(c, LOG_INFO, &f)),
          "level=info process=web event=request route=GET_/v1/contacts ms=1.5 "
          "msg=\"no such \\\"contact\\\"\" empty=\"\" eq=\"a=b\"\n");
}

static void a_value_cannot_forge_a_line(void **state)
{
    struct ctx *c = t_ctx(state);
    struct log_fields f = {.n = 0};
    str line;

    log_setup(LOG_INFO, false, "web");
    log_put(&f, "path", S("/x\nts=2026 level=error\x1B[31m\xFF"));
    line = after_time(logged(c, LOG_WARN, &f));
    T_STR(line, "level=warn process=web event=request "
                "path=\"/x\\nts=2026 level=error\\u001b[31m\xEF\xBF\xBD\"\n");
}

static void json_lines_parse(void **state)
{
    struct ctx *c = t_ctx(state);
    struct log_fields f = {.n = 0};
    struct json *j;
    struct instant t;

    log_setup(LOG_DEBUG, true, "worker");
    log_put(&f, "cause", S("ERROR:  \"x\"\n"));
    log_put_number(&f, "status", S("500"));
    log_put_number(&f, "ms", S("1.5"));
    T_OK(c, json_parse(c, logged(c, LOG_DEBUG, &f), &j));
    T_STR(json_get_str(j, "level"), "debug");
    T_STR(json_get_str(j, "process"), "worker");
    assert_int_equal(json_kind_of(json_get(j, "status")), JSON_INTEGER);
    assert_int_equal(json_kind_of(json_get(j, "ms")), JSON_REAL);
    T_STR(json_get_str(j, "event"), "request");
    T_STR(json_get_str(j, "cause"), "ERROR:  \"x\"\n");
    assert_true(instant_parse(json_get_str(j, "ts"), &t));
}

static void below_the_level_nothing_is_written(void **state)
{
    struct ctx *c = t_ctx(state);

    log_setup(LOG_WARN, false, "web");
    assert_false(log_level_on(LOG_INFO));
    assert_int_equal(logged(c, LOG_INFO, NULL).len, 0);
    assert_true(logged(c, LOG_ERROR, NULL).len > 0);
}

static void a_line_that_is_too_long_says_so_and_stays_whole(void **state)
{
    struct ctx *c = t_ctx(state);
    struct log_fields f = {.n = 0};
    char big[4000];
    struct json *j;
    str line;

    memset(big, '\1', sizeof big); /* six bytes each when escaped */
    for (int i = 0; i < LOG_MAX_FIELDS + 5; i++)
        log_put(&f, "k", (str){big, sizeof big});
    assert_int_equal(f.n, LOG_MAX_FIELDS);
    log_setup(LOG_INFO, true, "web");
    f.items[1].key = "l"; /* JSON refuses a key that comes twice */
    line = logged(c, LOG_INFO, &f);
    assert_true(line.len <= 16384 && str_ends_with(line, S("}\n")));
    T_OK(c, json_parse(c, line, &j));
    T_STR(json_get_str(j, "cut"), "true");
}

static void a_note_carries_a_message(void **state)
{
    (void)state;
    log_setup(LOG_ERROR, false, "web");
    log_note(LOG_INFO, "start", "not %s", "shown");
    assert_false(log_level_on(LOG_INFO));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(logfmt_quotes_only_what_needs_it),
        T(a_value_cannot_forge_a_line),
        T(json_lines_parse),
        T(below_the_level_nothing_is_written),
        T(a_line_that_is_too_long_says_so_and_stays_whole),
        T(a_note_carries_a_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
