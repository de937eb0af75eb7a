/*
 * fuzz_url.c - addresses that we are told to call, and the egress map.  What is accepted is whole:
 * put together again it reads as the same, and nothing in it could mean another host to anybody.
 */
#include "fuzz.h"

#include "http/client_policy.h"

static bool is_plain(str s, const char *forbidden)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] >= 127 || strchr(forbidden, s.ptr[i]) != NULL)
            return false;
    return true;
}

static void check_url(struct arena *a, str text)
{
    struct url url, again;
    str whole;

    if (!url_parse(a, text, &url))
        return;
    MUST(text.len <= URL_MAX && url.host.len > 0 && url.host.len <= 253);
    MUST(is_plain(url.host, "@:/\\?#[]%_"));
    MUST(url.target.ptr[0] == '/' && is_plain(url.target, "#\\"));
    MUST(url.port >= 0 && url.port <= 65535);
    whole = arena_printf(a, "%s://%.*s:%d%.*s", url.https ? "https" : "http", STR_ARG(url.host),
                         url.port > 0 ? url.port : 1, STR_ARG(url.target));
    if (whole.len > URL_MAX)
        return;
    MUST(url_parse(a, whole, &again));
    MUST(str_eq(again.host, url.host) && str_eq(again.target, url.target) &&
         again.https == url.https);
}

static void check_map(struct arena *a, str text)
{
    struct egress map[EGRESS_MAX];
    struct url url;
    size_t n;

    if (!egress_parse(a, text, map, &n))
        return;
    MUST(n <= EGRESS_MAX);
    for (size_t i = 0; i < n; i++)
        MUST(url_parse(a, map[i].to, &url) &&
             (str_eq(url.host, S("127.0.0.1")) || str_eq(url.host, S("localhost"))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    str bytes = {(const char *)data, size};

    check_url(a, bytes);
    check_map(a, bytes);
    arena_free(a);
    return 0;
}
