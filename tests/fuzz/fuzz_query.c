/*
 * fuzz_query.c - the target of a request: path and query.  A path finds a row whose pattern it
 * fits; a query's pairs come decoded, and asking by name finds the first of them.
 */
#include "fuzz.h"

#include "api/dispatch_private.h"

static void check_path(struct arena *a, str path)
{
    str params[ROUTE_MAX_PARAMS] = {{0}};
    struct uuid ids[ROUTE_MAX_PARAMS];
    struct matched m;

    if (route_match(HTTP_GET, path, &m) != MATCH_FOUND)
        return;
    MUST(m.route != NULL && m.n <= ROUTE_MAX_PARAMS && path.ptr[0] == '/');
    if (!route_params(a, &m, params, ids))
        return;
    for (int i = 0; i < m.n; i++)
        MUST(params[i].len > 0 && str_is_utf8(params[i]));
}

static void check_query(struct arena *a, str query)
{
    struct cur at = cur_of(query);
    str name, value, first, seen_name = S(""), seen_value = S("");
    bool bad = false, any = false;

    while (http_query_next(a, &at, &name, &value, &bad)) {
        MUST(name.len + value.len <= query.len);
        if (any)
            continue;
        any = true;
        seen_name = arena_copy(a, name);
        seen_value = arena_copy(a, value);
    }
    MUST(bad || cur_at_end(&at));
    if (any && memchr(seen_name.ptr, '\0', seen_name.len) == NULL) {
        MUST(http_query_get(a, query, seen_name.ptr, &first));
        MUST(str_eq(first, seen_value));
    }
    (void)query_is_search(query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct cur at = cur_of((str){(const char *)data, size});
    str path = S("");

    if (size > 0 && cur_until(&at, '?', size, &path)) {
        check_path(a, path);
        check_query(a, (str){at.at, (size_t)(at.end - at.at)});
    }
    arena_free(a);
    return 0;
}
