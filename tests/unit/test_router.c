/*
 * test_router.c - from a method and a path to a row.
 */
#include "t.h"

#include "api/router.h"

/* The pattern that a path is found by, or "". */
static const char *found(enum http_method method, const char *path)
{
    struct matched m;

    return route_match(method, str_of(path), &m) == MATCH_FOUND ? m.route->path : "";
}

static void literals_and_parameters_match(void **state)
{
    (void)state;
    assert_string_equal(found(HTTP_GET, "/"), "/");
    assert_string_equal(found(HTTP_GET, "/healthz"), "/healthz");
    assert_string_equal(found(HTTP_GET, "/v1/contacts/x/notes"), "/v1/contacts/{id}/notes");
    assert_string_equal(found(HTTP_POST, "/v1/contacts/x/notes"), "/v1/contacts/{id}/notes");
}

static void a_literal_goes_before_a_parameter(void **state)
{
    (void)state;
    assert_string_equal(found(HTTP_GET, "/v1/conversations/counts"), "/v1/conversations/counts");
    assert_string_equal(found(HTTP_GET, "/chat/widget.js"), "/chat/widget.js");
    assert_string_equal(found(HTTP_GET, "/chat/other"), "/chat/{id}");
}

static void head_is_found_as_get(void **state)
{
    (void)state;
    assert_string_equal(found(HTTP_HEAD, "/healthz"), "/healthz");
}

static void a_path_with_another_method_says_which_it_takes(void **state)
{
    struct ctx *c = t_ctx(state);
    struct matched m;

    assert_int_equal(route_match(HTTP_PUT, S("/v1/session"), &m), MATCH_NO_METHOD);
    T_STR(route_allow(c->arena, m.allowed), "GET, HEAD, POST, DELETE");
    assert_int_equal(route_match(HTTP_POST, S("/v1/conversations/counts"), &m), MATCH_NO_METHOD);
    T_STR(route_allow(c->arena, m.allowed), "GET, HEAD");
}

static void near_misses_match_nothing(void **state)
{
    static const char *const paths[] = {
        "",
        "v1/session",
        "//",
        "/v1/session/",
        "//v1/session",
        "/v1//session",
        "/V1/session",
        "/v1/contacts/",
        "/v1/contacts//notes",
        "/v1/contacts/x/notes/",
        "/healthz/x",
        "/v1",
        "/assets/",
        "/assets/a/b",
        "/v1/contacts/x/../y",
    };
    struct matched m;

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (route_match(HTTP_GET, str_of(paths[i]), &m) != MATCH_NO_PATH)
            fail_msg("%s matched", paths[i]);
}

static void parameters_are_decoded_and_ids_are_uuids(void **state)
{
    struct ctx *c = t_ctx(state);
    struct matched m;
    str params[ROUTE_MAX_PARAMS];
    struct uuid ids[ROUTE_MAX_PARAMS];

    route_match(HTTP_PUT, S("/v1/conversations/01890a5d-ac96-774b-bcce-b302099a8057/drafts/te%78t"),
                &m);
    assert_true(route_params(c->arena, &m, params, ids));
    T_STR(params[1], "text");
    T_STR(uuid_str(c->arena, ids[0]), "01890a5d-ac96-774b-bcce-b302099a8057");
    route_match(HTTP_GET, S("/assets/a%2Fb"), &m);
    assert_true(route_params(c->arena, &m, params, ids));
    T_STR(params[0], "a/b");
}

static void a_malformed_parameter_is_no_such_thing(void **state)
{
    static const char *const paths[] = {
        "/v1/contacts/7", "/v1/contacts/01890a5d-ac96-774b-bcce-b302099a805",
        "/assets/%zz",    "/assets/%ff",
        "/assets/a%00b",
    };
    struct ctx *c = t_ctx(state);

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct matched m;
        str params[ROUTE_MAX_PARAMS];
        struct uuid ids[ROUTE_MAX_PARAMS];

        assert_int_equal(route_match(HTTP_GET, str_of(paths[i]), &m), MATCH_FOUND);
        assert_false(route_params(c->arena, &m, params, ids));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(literals_and_parameters_match),
        T(a_literal_goes_before_a_parameter),
        T(head_is_found_as_get),
        T(a_path_with_another_method_says_which_it_takes),
        T(near_misses_match_nothing),
        T(parameters_are_decoded_and_ids_are_uuids),
        T(a_malformed_parameter_is_no_such_thing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
