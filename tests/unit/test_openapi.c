/*
 * test_openapi.c - the document is JSON, complete, and refers only to what is in it.
 */
#include "t.h"

#include "api/openapi.h"
#include "api/routes.h"
#include "base/json.h"

static const struct json *document(struct ctx *c)
{
    struct json *j;
    str text;

    T_OK(c, openapi_text(c, &text));
    T_OK(c, json_parse(c, text, &j));
    return j;
}

static void every_row_that_is_not_hidden_is_described(void **state)
{
    struct ctx *c = t_ctx(state);
    const struct json *paths = json_get(document(c), "paths");

    for (size_t i = 0; i < routes_count; i++) {
        const struct json *path = json_get(paths, routes[i].path);
        const char *word = field_word(&http_method_names, (int)routes[i].method);
        char method[16] = "";

        for (size_t k = 0; word[k] != '\0' && k < sizeof method - 1; k++)
            method[k] = (char)(word[k] + ('a' - 'A'));
        if ((routes[i].flags & ROUTE_HIDDEN) != 0)
            continue;
        if (json_get_str(json_get(path, method), "operationId").len == 0)
            fail_msg("%s %s is missing", word, routes[i].path);
    }
    assert_null(json_get(paths, "/inbox"));
}

static void check_refs(struct ctx *c, const struct json *components, const struct json *j)
{
    const struct json *value;
    str key;

    for (size_t i = 0; json_kind_of(j) == JSON_OBJECT && json_member(j, i, &key, &value); i++) {
        if (str_eq(key, S("$ref"))) {
            str to = json_to_str(value), base = S("#/components/"), kind;
            struct cur at = cur_of(str_slice(to, base.len, to.len));

            assert_true(str_starts_with(to, base));
            assert_true(cur_until(&at, '/', to.len, &kind));
            if (json_get(json_get(components, arena_copy(c->arena, kind).ptr), at.at) == NULL)
                fail_msg("%.*s leads nowhere", STR_ARG(to));
        }
        check_refs(c, components, value);
    }
    for (size_t i = 0; json_kind_of(j) == JSON_ARRAY && i < json_count(j); i++)
        check_refs(c, components, json_at(j, i));
}

static void every_reference_leads_somewhere(void **state)
{
    struct ctx *c = t_ctx(state);
    const struct json *doc = document(c);

    check_refs(c, json_get(doc, "components"), doc);
}

static void operations_have_names_of_their_own(void **state)
{
    struct ctx *c = t_ctx(state);
    const struct json *paths = json_get(document(c), "paths"), *path, *operation;
    str names[256], key;
    size_t n = 0;

    for (size_t i = 0; json_member(paths, i, &key, &path); i++) {
        for (size_t k = 0; json_member(path, k, &key, &operation); k++) {
            names[n] = json_get_str(operation, "operationId");
            for (size_t m = 0; m < n; m++)
                assert_false(str_eq(names[m], names[n]));
            n++;
        }
    }
    assert_true(n > 40);
}

static void shapes_of_one_name_are_one_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < routes_count; i++) {
        for (size_t k = 0; k < routes_count; k++) {
            const struct shape *a = routes[i].out, *b = routes[k].out;

            if (a != NULL && b != NULL && strcmp(a->name, b->name) == 0 && a->fields != b->fields)
                fail_msg("two shapes are called %s", a->name);
            if (a != NULL && routes[k].in != NULL && strcmp(a->name, routes[k].in->name) == 0)
                fail_msg("%s is the name of one that goes out and one that comes in", a->name);
        }
    }
}

static void a_shape_says_what_must_be_there_and_what_may_be_null(void **state)
{
    struct ctx *c = t_ctx(state);
    const struct json *schemas = json_get(json_get(document(c), "components"), "schemas");
    const struct json *session = json_get(json_get(schemas, "Session"), "properties");
    const struct json *wanted = json_get(schemas, "SessionNew");

    T_STR(json_dump(c, json_get(session, "permissions")),
          "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"x-max-bytes\":1000}}");
    T_STR(json_dump(c, json_get(json_get(session, "token"), "type")), "[\"string\",\"null\"]");
    T_STR(json_dump(c, json_get(session, "availability")),
          "{\"type\":\"string\",\"enum\":[\"online\",\"busy\",\"offline\"]}");
    T_STR(json_dump(c, json_get(wanted, "required")), "[\"email\",\"password\"]");
    assert_false(json_get_bool(wanted, "additionalProperties"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_row_that_is_not_hidden_is_described),
        T(every_reference_leads_somewhere),
        T(operations_have_names_of_their_own),
        T(shapes_of_one_name_are_one_shape),
        T(a_shape_says_what_must_be_there_and_what_may_be_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
