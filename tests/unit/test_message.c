/*
 * test_message.c - headers, queries, cookies, the WebSocket handshake, and where the client may go.
 */
#include "t.h"

#include <arpa/inet.h>

#include "http/client_policy.h"
#include "http/message.h"
#include "http/websocket.h"

static void header_names_are_compared_without_case(void **state)
{
    struct http_headers h = {0};

    (void)state;
    http_header_add(&h, S("Content-Type"), S("text/plain"));
    http_header_add(&h, S("X-A"), S("1"));
    http_header_add(&h, S("x-a"), S("2"));
    T_STR(http_header_get(&h, "content-TYPE"), "text/plain");
    T_STR(http_header_get(&h, "X-a"), "1");
    T_STR(http_header_get(&h, "X-B"), "");
}

static void headers_past_the_maximum_are_left_out(void **state)
{
    struct http_headers h = {0};

    (void)state;
    for (int i = 0; i < HTTP_MAX_HEADERS + 5; i++)
        http_header_add(&h, S("X"), S("1"));
    assert_int_equal(h.n, HTTP_MAX_HEADERS);
}

static void methods_are_known_by_their_capital_names(void **state)
{
    enum http_method m = HTTP_GET;

    (void)state;
    assert_true(http_method_parse(S("PATCH"), &m));
    assert_int_equal(m, HTTP_PATCH);
    assert_false(http_method_parse(S("patch"), &m));
    assert_false(http_method_parse(S("TRACE"), &m));
    assert_false(http_method_parse(S(""), &m));
}

static void a_query_value_is_found_and_decoded(void **state)
{
    struct ctx *c = t_ctx(state);
    str v;

    assert_true(http_query_get(c->arena, S("a=1&name=a+b%20c%2Fd&a=2"), "name", &v));
    T_STR(v, "a b c/d");
    assert_true(http_query_get(c->arena, S("a=1&a=2"), "a", &v));
    T_STR(v, "1");
    assert_true(http_query_get(c->arena, S("&&flag&x=y=z"), "flag", &v));
    T_STR(v, "");
    assert_true(http_query_get(c->arena, S("x=y=z"), "x", &v));
    T_STR(v, "y=z");
    assert_false(http_query_get(c->arena, S("a=1"), "b", &v));
    assert_false(http_query_get(c->arena, S(""), "a", &v));
}

static void a_malformed_query_gives_nothing(void **state)
{
    struct ctx *c = t_ctx(state);
    struct cur at = cur_of(S("a=1&b=%2"));
    bool bad = false;
    str name, value;

    assert_true(http_query_next(c->arena, &at, &name, &value, &bad));
    assert_false(http_query_next(c->arena, &at, &name, &value, &bad));
    assert_true(bad);
    assert_false(http_query_get(c->arena, S("b=%zz"), "b", &value));
}

static void a_cookie_is_found_among_others(void **state)
{
    str v;

    (void)state;
    assert_true(http_cookie_get(S("theme=dark; sambung=ses_abc; x=1"), "sambung", &v));
    T_STR(v, "ses_abc");
    assert_true(http_cookie_get(S("sambung=\"quoted\""), "sambung", &v));
    T_STR(v, "quoted");
    assert_false(http_cookie_get(S("xsambung=1; sambung2=2"), "sambung", &v));
    assert_false(http_cookie_get(S("sambung"), "sambung", &v));
    assert_false(http_cookie_get(S(""), "sambung", &v));
    assert_false(http_cookie_get(S("; ;;"), "sambung", &v));
}

static struct http_request handshake(void)
{
    struct http_request rq = {.method = HTTP_GET};

    http_header_add(&rq.headers, S("Upgrade"), S("WebSocket"));
    http_header_add(&rq.headers, S("Connection"), S("keep-alive, Upgrade"));
    http_header_add(&rq.headers, S("Sec-WebSocket-Version"), S("13"));
    http_header_add(&rq.headers, S("Sec-WebSocket-Key"), S("dGhlIHNhbXBsZSBub25jZQ=="));
    return rq;
}

static void a_websocket_is_accepted_as_the_rfc_computes_it(void **state)
{
    struct ctx *c = t_ctx(state);
    struct http_request rq = handshake();
    struct answer a = {0};

    assert_true(websocket_asked(&rq));
    websocket_accept(c->arena, &rq, &a);
    assert_int_equal(a.status, 101);
    /* RFC 6455, section 1.3 */
    T_STR(http_header_get(&a.headers, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void half_a_handshake_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct http_request rq = handshake();

        rq.headers.items[i].value = S("other");
        assert_false(websocket_asked(&rq));
    }
}

static void an_address_is_read_strictly(void **state)
{
    struct ctx *c = t_ctx(state);
    struct url u;
    static const char *const bad[] = {
        "",
        "ftp://a/",
        "https://",
        "https://a@b/",
        "https://a b/",
        "https://a/b c",
        "https://a/#x",
        "https://a:0/",
        "https://a:99999/",
        "https://a:/",
        "https://[::1]/",
        "//a/",
        "https://a\\@b/",
        "https://a%2eb/",
        "https://.a/",
        "https://a..b/",
        "javascript:1",
    };

    assert_true(url_parse(c->arena, S("https://Graph.Facebook.com:443/v1?a=b"), &u));
    assert_true(u.https);
    T_STR(u.host, "graph.facebook.com");
    assert_int_equal(u.port, 443);
    T_STR(u.target, "/v1?a=b");
    assert_true(url_parse(c->arena, S("http://a?x"), &u));
    T_STR(u.target, "/?x");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (url_parse(c->arena, str_of(bad[i]), &u))
            fail_msg("%s was accepted", bad[i]);
}

static void only_listed_hosts_are_allowed(void **state)
{
    static const char *const allowed[] = {"graph.facebook.com", ".fbsbx.com", NULL};

    (void)state;
    assert_true(host_is_allowed(allowed, S("graph.facebook.com")));
    assert_true(host_is_allowed(allowed, S("lookaside.fbsbx.com")));
    assert_false(host_is_allowed(allowed, S("fbsbx.com")));
    assert_false(host_is_allowed(allowed, S("evilfbsbx.com")));
    assert_false(host_is_allowed(allowed, S("x.graph.facebook.com")));
    assert_false(host_is_allowed(allowed, S("graph.facebook.com.evil.org")));
    assert_false(host_is_allowed(NULL, S("a")));
}

static void the_egress_map_leads_to_loopback_only(void **state)
{
    struct ctx *c = t_ctx(state);
    struct egress map[EGRESS_MAX];
    struct url u;
    size_t n;
    str to;

    assert_true(egress_parse(c->arena, S("# dev\n\ngraph.facebook.com = http://127.0.0.1:9001/\n"),
                             map, &n));
    assert_int_equal(n, 1);
    assert_true(url_parse(c->arena, S("https://graph.facebook.com/v1/me?x=1"), &u));
    assert_true(egress_apply(c->arena, map, n, &u, &to));
    T_STR(to, "http://127.0.0.1:9001/v1/me?x=1");
    assert_true(url_parse(c->arena, S("https://other.example/"), &u));
    assert_false(egress_apply(c->arena, map, n, &u, &to));
    assert_false(egress_parse(c->arena, S("a.example = http://10.0.0.1:80\n"), map, &n));
    assert_false(egress_parse(c->arena, S("a.example http://127.0.0.1:80\n"), map, &n));
}

static bool is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return address_is_public((struct sockaddr *)(void *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return address_is_public((struct sockaddr *)(void *)&v6);
}

static void inside_addresses_are_not_public_however_they_are_written(void **state)
{
    static const char *const inside[] = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
    };
    static const char *const outside[] = {"8.8.8.8",       "172.32.0.1",   "100.128.0.1",
                                          "157.240.1.1",   "2a03:2880::1", "::ffff:8.8.8.8",
                                          "2002:808:808::"};

    (void)state;
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        if (is_public(inside[i]))
            fail_msg("%s is inside", inside[i]);
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        if (!is_public(outside[i]))
            fail_msg("%s is outside", outside[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(header_names_are_compared_without_case),
        T(headers_past_the_maximum_are_left_out),
        T(methods_are_known_by_their_capital_names),
        T(a_query_value_is_found_and_decoded),
        T(a_malformed_query_gives_nothing),
        T(a_cookie_is_found_among_others),
        T(a_websocket_is_accepted_as_the_rfc_computes_it),
        T(half_a_handshake_is_none),
        T(an_address_is_read_strictly),
        T(only_listed_hosts_are_allowed),
        T(the_egress_map_leads_to_loopback_only),
        T(inside_addresses_are_not_public_however_they_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
