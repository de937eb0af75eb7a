/*
 * test_problem.c - what the caller learns of a failure, and what not.
 */
#include "t.h"

#include "api/problem.h"
#include "base/json.h"

static str text_of(struct ctx *c)
{
    return problem_json(c->arena, &c->err, S("req-1"));
}

static void every_kind_of_failure_has_its_status(void **state)
{
    static const int expected[] = {0, 422, 401, 403, 404, 409, 413, 429, 503, 502, 500};
    struct ctx *c = t_ctx(state);

    for (int code = ERR_INVALID; code <= ERR_INTERNAL; code++) {
        (void)FAIL(c, (enum status)code, "x");
        assert_int_equal(problem_status(&c->err), expected[code]);
    }
}

static void a_reason_of_the_list_is_the_code(void **state)
{
    struct ctx *c = t_ctx(state);

    (void)FAIL_REASON(c, ERR_CONFLICT, "window_closed", "too late by an hour");
    T_STR(str_of(problem_code(&c->err)), "window_closed");
    assert_int_equal(problem_status(&c->err), 409);
}

static void a_reason_off_the_list_falls_back_to_the_kind(void **state)
{
    struct ctx *c = t_ctx(state);

    (void)FAIL_REASON(c, ERR_CONFLICT, "no_such_word", "x");
    T_STR(str_of(problem_code(&c->err)), "conflict");
}

static void the_text_is_problem_json(void **state)
{
    struct ctx *c = t_ctx(state);

    (void)FAIL_FIELD(c, "name", "must not be \"empty\"");
    T_STR(text_of(c),
          "{\"type\":\"/problems/invalid\",\"title\":\"Something in the request is not right\","
          "\"status\":422,\"code\":\"invalid\",\"detail\":\"must not be \\\"empty\\\"\","
          "\"field\":\"name\",\"request_id\":\"req-1\"}");
}

static void causes_and_inside_mistakes_are_not_told(void **state)
{
    struct ctx *c = t_ctx(state);
    size_t at;

    (void)FAIL(c, ERR_UNAVAILABLE, "please try again");
    err_cause(c, "FATAL: password of sambung_app");
    assert_false(str_find(text_of(c), S("FATAL"), &at));
    assert_true(str_find(text_of(c), S("please try again"), &at));
    (void)FAIL(c, ERR_INTERNAL, "row 7 has a NULL in column x");
    assert_false(str_find(text_of(c), S("column x"), &at));
}

static void what_the_edge_says_is_problem_json_too(void **state)
{
    static const int all[] = {400, 401, 404, 405, 408, 413, 414, 431, 503, 999};
    struct ctx *c = t_ctx(state);

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char text[EDGE_PROBLEM_MAX];
        struct json *j;

        T_OK(c, json_parse(c, problem_brief(all[i], uuid_str(c->arena, uuid_new()), text), &j));
        assert_int_equal(json_get_str(j, "request_id").len, UUID_TEXT);
        assert_int_equal(json_get_i64(j, "status"), all[i] == 999 ? 400 : all[i]);
        assert_true(json_get_str(j, "code").len > 0);
    }
}

static void no_word_is_there_twice(void **state)
{
    (void)state;
    for (const struct problem_word *a = problem_words; a->code != NULL; a++)
        for (const struct problem_word *b = a + 1; b->code != NULL; b++)
            assert_string_not_equal(a->code, b->code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_kind_of_failure_has_its_status),
        T(a_reason_of_the_list_is_the_code),
        T(a_reason_off_the_list_falls_back_to_the_kind),
        T(the_text_is_problem_json),
        T(causes_and_inside_mistakes_are_not_told),
        T(what_the_edge_says_is_problem_json_too),
        T(no_word_is_there_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
