/*
 * test_address.c - who asks, when proxies stand between; and what a list of proxies is.
 */
#include "t.h"

#include "http/address.h"

static struct networks networks(const char *list)
{
    struct networks out;

    assert_true(networks_parse(str_of(list), &out));
    return out;
}

static struct address address(const char *text)
{
    struct address out;

    assert_true(address_parse(str_of(text), &out));
    return out;
}

/* The client, when the connection comes from ip and brings these headers, "" for none. */
static str client(struct ctx *c, const char *trusted, const char *ip, const char *first,
                  const char *second)
{
    struct networks proxies = networks(trusted);
    struct http_headers h = {0};

    http_header_add(&h, S("Host"), S("a"));
    if (*first != '\0')
        http_header_add(&h, S("X-Forwarded-For"), str_of(first));
    http_header_add(&h, S("Accept"), S("*/*"));
    if (*second != '\0')
        http_header_add(&h, S("x-forwarded-for"), str_of(second));
    return address_text(c->arena, address_of_client(&proxies, address(ip), &h));
}

static void a_forwarded_address_counts_only_from_a_trusted_proxy(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *trusted = "10.0.0.0/8, 192.0.2.7, 2001:db8::/32";

    T_STR(client(c, trusted, "203.0.113.9", "1.1.1.1", ""), "203.0.113.9");
    T_STR(client(c, trusted, "10.1.2.3", "1.1.1.1", ""), "1.1.1.1");
    T_STR(client(c, trusted, "192.0.2.7", "2001:db9::1", ""), "2001:db9::1");
    T_STR(client(c, trusted, "192.0.2.8", "1.1.1.1", ""), "192.0.2.8");
    T_STR(client(c, trusted, "10.1.2.3", "", ""), "10.1.2.3");
    T_STR(client(c, trusted, "2001:db8:ffff::1", "1.1.1.1", ""), "1.1.1.1");
    T_STR(client(c, trusted, "2001:db9::1", "1.1.1.1", ""), "2001:db9::1");
    T_STR(client(c, "", "127.0.0.1", "1.1.1.1", ""), "127.0.0.1");
    /* an IPv4 client on a socket for both */
    T_STR(client(c, trusted, "::ffff:10.1.2.3", "1.1.1.1", ""), "1.1.1.1");
}

static void what_the_client_wrote_before_the_proxy_is_not_believed(void **state)
{
    struct ctx *c = t_ctx(state);

    T_STR(client(c, "10.0.0.0/8", "10.0.0.1", "6.6.6.6, 1.1.1.1", ""), "1.1.1.1");
    T_STR(client(c, "10.0.0.0/8", "10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", ""), "1.1.1.1");
    T_STR(client(c, "10.0.0.0/8", "10.0.0.1", "10.0.0.3,10.0.0.2", ""), "10.0.0.3");
}

static void a_proxy_that_adds_a_line_of_its_own_is_heard_before_the_client_s(void **state)
{
    struct ctx *c = t_ctx(state);

    T_STR(client(c, "10.0.0.0/8", "10.0.0.1", "6.6.6.6", "1.1.1.1"), "1.1.1.1");
    T_STR(client(c, "10.0.0.0/8", "10.0.0.1", "6.6.6.6, 1.1.1.1", "10.0.0.2"), "1.1.1.1");
    T_STR(client(c, "10.0.0.0/8", "10.0.0.1", "6.6.6.6", "nonsense"), "10.0.0.1");
}

static void what_is_no_address_ends_the_list(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const nonsense[] = {
        "1.1.1.1, nonsense", ",,,",       "unknown",     "1.1.1.1, _hidden", "1.1.1.1 2.2.2.2",
        "[1.1.1.1",          "1.1.1.256", "for=1.1.1.1", "1.1.1.1,",         "::1%lo"};

    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++)
        T_STR(client(c, "10.0.0.0/8", "10.0.0.1", nonsense[i], ""), "10.0.0.1");
    T_STR(client(c, "10.0.0.0/8", "10.0.0.1", "1.1.1.1, nonsense, 10.0.0.2", ""), "10.0.0.2");
}

static void a_port_beside_the_address_is_passed_over(void **state)
{
    struct ctx *c = t_ctx(state);

    T_STR(client(c, "10.0.0.0/8", "10.0.0.1", "1.1.1.1:4711", ""), "1.1.1.1");
    T_STR(client(c, "10.0.0.0/8", "10.0.0.1", "[2001:db8::1]:4711", ""), "2001:db8::1");
    T_STR(client(c, "10.0.0.0/8", "10.0.0.1", "[2001:db8::1]", ""), "2001:db8::1");
}

static str counted(struct ctx *c, const char *ip)
{
    return address_text(c->arena, address_counted(address(ip)));
}

static void limits_count_a_whole_ipv6_network_and_each_ipv4_address(void **state)
{
    struct ctx *c = t_ctx(state);

    T_STR(counted(c, "2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    T_STR(counted(c, "2001:db8:1:2:ffff::1"), "2001:db8:1:2::");
    T_STR(counted(c, "2001:db8:1:3::1"), "2001:db8:1:3::");
    T_STR(counted(c, "203.0.113.9"), "203.0.113.9");
    T_STR(counted(c, "::ffff:203.0.113.10"), "203.0.113.10");
}

static void a_list_of_proxies_is_addresses_and_networks(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const bad[] = {
        "nonsense",  "10.0.0.0/33",    "10.0.0.0/x",   "10.0.0.256", "10.0.0.0/-1",
        "10.0.0.0/", "2001:db8::/129", "10.0.0.1 ::1", "*",          "0/0"};
    struct networks found = networks(" 10.0.0.1 ,, ::1, 2001:db8::/32 ");
    struct buf many = buf_new(c->arena, 4096);

    assert_int_equal(found.n, 3);
    assert_true(networks_have(&found, address("10.0.0.1")));
    assert_false(networks_have(&found, address("10.0.0.2")));
    assert_true(networks_have(&found, address("2001:db8:ffff::1")));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (networks_parse(str_of(bad[i]), &found))
            fail_msg("%s was accepted", bad[i]);
    for (int i = 0; i <= NETWORKS_MAX; i++)
        buf_add(&many, S("10.0.0.1,"));
    assert_false(networks_parse(buf_str(&many), &found));
}

static void networks_end_between_any_two_bits(void **state)
{
    struct networks n = networks("192.0.2.128/25, 198.51.100.4/31, 203.0.113.0/32");

    (void)state;
    assert_false(networks_have(&n, address("192.0.2.127")));
    assert_true(networks_have(&n, address("192.0.2.128")));
    assert_true(networks_have(&n, address("192.0.2.255")));
    assert_true(networks_have(&n, address("198.51.100.5")));
    assert_false(networks_have(&n, address("198.51.100.6")));
    assert_false(networks_have(&n, address("203.0.113.1")));
    n = networks("0.0.0.0/0");
    assert_true(networks_have(&n, address("8.8.8.8")));
    assert_false(networks_have(&n, address("2001:db8::1")));
    n = networks("::/0");
    assert_true(networks_have(&n, address("2001:db8::1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_forwarded_address_counts_only_from_a_trusted_proxy),
        T(what_the_client_wrote_before_the_proxy_is_not_believed),
        T(a_proxy_that_adds_a_line_of_its_own_is_heard_before_the_client_s),
        T(what_is_no_address_ends_the_list),
        T(a_port_beside_the_address_is_passed_over),
        T(limits_count_a_whole_ipv6_network_and_each_ipv4_address),
        T(a_list_of_proxies_is_addresses_and_networks),
        T(networks_end_between_any_two_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
