/*
 * test_routes.c - the walk over the route table: what holds for every row, also for rows not yet
 * written.
 */
#include "t.h"

#include "api/routes.h"
#include "domain/actor.h"

static void every(void (*check)(const struct route *))
{
    assert_true(routes_count > 50);
    for (size_t i = 0; i < routes_count; i++)
        check(&routes[i]);
}

static void rows_are_sorted_and_none_is_there_twice(void **state)
{
    (void)state;
    for (size_t i = 1; i < routes_count; i++) {
        int order = strcmp(routes[i - 1].path, routes[i].path);

        if (order > 0 || (order == 0 && routes[i - 1].method >= routes[i].method))
            fail_msg("%s is out of order", routes[i].path);
    }
}

static void is_complete(const struct route *r)
{
    if (r->path[0] != '/' || r->handler == NULL || r->permission == NULL || r->tx == 0 ||
        r->rate == 0 || r->summary == NULL || r->summary[0] == '\0' || r->method == HTTP_HEAD ||
        r->method == HTTP_OPTIONS)
        fail_msg("%s lacks something", r->path);
}

static void every_row_says_everything(void **state)
{
    (void)state;
    every(is_complete);
}

static void has_known_permission(const struct route *r)
{
    str word = str_of(r->permission);

    if (!str_eq(word, S("public")) && !str_eq(word, S("member")) && permission_mask(word) == 0)
        fail_msg("%s: nobody has the permission %s", r->path, r->permission);
}

static void every_permission_is_one_that_roles_have(void **state)
{
    (void)state;
    every(has_known_permission);
}

static void has_sound_body(const struct route *r)
{
    bool reads = r->method == HTTP_GET || r->method == HTTP_DELETE;

    if (reads && (r->in != NULL || r->max_body != 0))
        fail_msg("%s: GET and DELETE have no body", r->path);
    if (r->in != NULL && (r->max_body <= 0 || (r->flags & ROUTE_RAW) != 0))
        fail_msg("%s: a JSON body needs a limit and is not raw", r->path);
    if (r->max_body > BODY_JSON && (r->flags & ROUTE_RAW) == 0)
        fail_msg("%s: only raw bodies are longer than %d", r->path, BODY_JSON);
    if (r->in != NULL && field_count(r->in->fields) > 64)
        fail_msg("%s: more than 64 fields", r->path);
}

static void bodies_are_limited_and_only_where_they_belong(void **state)
{
    (void)state;
    every(has_sound_body);
}

static void has_sound_transaction(const struct route *r)
{
    if (r->method == HTTP_GET && r->tx == TX_WRITE)
        fail_msg("%s: GET must not write", r->path);
    if ((r->flags & ROUTE_SEARCH) != 0 && (r->tx != TX_READ || r->query == NULL))
        fail_msg("%s: a search only reads, and has a q", r->path);
    if ((r->flags & ROUTE_SEARCH) != 0)
        (void)field_seen(0, r->query->fields, "q");
    if ((r->flags & ROUTE_BY_CHANNEL) != 0 && strstr(r->path, "{id}") == NULL)
        fail_msg("%s: which channel?", r->path);
}

static void reading_rows_do_not_write(void **state)
{
    (void)state;
    every(has_sound_transaction);
}

static void is_reachable_only_by_members(const struct route *r)
{
    bool api = strncmp(r->path, "/v1/", 4) == 0;
    bool signing_in = ((r->flags & ROUTE_NO_REPLAY) != 0 && r->rate == RATE_SIGN_IN) ||
                      strcmp(r->path, "/v1/sign-in/providers") == 0;

    if (api && !signing_in && strcmp(r->permission, "public") == 0)
        fail_msg("%s is public", r->path);
}

static void nothing_of_the_api_is_public_but_signing_in(void **state)
{
    (void)state;
    every(is_reachable_only_by_members);
}

static void check_table(const struct field *table, const char *path, bool incoming)
{
    for (const struct field *f = table; f->name != NULL; f++) {
        if (incoming && (f->type == FT_STR || f->type == FT_SECRET || f->type == FT_JSON) &&
            f->max == 0)
            fail_msg("%s: %s has no greatest length", path, f->name);
        if (incoming && f->type == FT_LIST && f->max == 0)
            fail_msg("%s: %s has no greatest number", path, f->name);
        if (!incoming && (f->type == FT_SECRET || f->type == FT_BYTES))
            fail_msg("%s: %s must not go out", path, f->name);
        if (f->type == FT_OBJECT || f->type == FT_LIST)
            check_table(f->sub, path, incoming);
    }
}

static void has_bounded_shapes(const struct route *r)
{
    if (r->in != NULL)
        check_table(r->in->fields, r->path, true);
    if (r->query != NULL)
        check_table(r->query->fields, r->path, true);
    if (r->out != NULL)
        check_table(r->out->fields, r->path, false);
}

static void every_text_that_comes_in_has_a_greatest_length(void **state)
{
    (void)state;
    every(has_bounded_shapes);
}

static void parameters_are_few(void **state)
{
    (void)state;
    for (size_t i = 0; i < routes_count; i++) {
        int n = 0;

        for (const char *p = routes[i].path; (p = strchr(p, '{')) != NULL; p++)
            n++;
        assert_true(n <= ROUTE_MAX_PARAMS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(rows_are_sorted_and_none_is_there_twice),
        T(every_row_says_everything),
        T(every_permission_is_one_that_roles_have),
        T(bodies_are_limited_and_only_where_they_belong),
        T(reading_rows_do_not_write),
        T(nothing_of_the_api_is_public_but_signing_in),
        T(every_text_that_comes_in_has_a_greatest_length),
        T(parameters_are_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
