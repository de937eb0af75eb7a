/*
 * client_policy.c - reading addresses strictly and refusing where not to go.
 *
 * libcurl reads URLs too, and two parsers that disagree are how requests are
 * smuggled to inside hosts: so the URL it gets is put together again from what
 * was understood here.  The address check runs on the socket that libcurl is about to
 * connect, not on a name looked up before.
 */
#include "http/client_policy.h"

#include "base/buf.h"

static bool is_host_char(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '.' || ch == '-';
}

static bool read_host(struct arena *a, str text, str *out)
{
    char *lower = NEW_ARRAY(a, char, text.len + 1);

    if (text.len == 0 || text.len > 253 || text.ptr[0] == '.' || text.ptr[0] == '-')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char ch = text.ptr[i];

        lower[i] = ch;
        if (ch >= 'A' && ch <= 'Z')
            lower[i] = (char)(ch - 'A' + 'a');
        if (!is_host_char(lower[i]) || (ch == '.' && i > 0 && lower[i - 1] == '.'))
            return false;
    }
    *out = (str){lower, text.len};
    return true;
}

static bool read_port(str text, int *out)
{
    int64_t port;

    if (text.len == 0 || text.len > 5 || !str_parse_i64(text, &port) || port < 1 || port > 65535)
        return false;
    *out = (int)port;
    return true;
}

static bool is_target(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] >= 127 || s.ptr[i] == '#' || s.ptr[i] == '\\')
            return false;
    return true;
}

bool url_parse(struct arena *a, str text, struct url *out)
{
    struct url url = {0};
    str authority, rest;
    size_t slash = 0, colon;

    if (text.len > URL_MAX)
        return false;
    url.https = str_starts_with(text, S("https://"));
    if (!url.https && !str_starts_with(text, S("http://")))
        return false;
    rest = str_slice(text, url.https ? 8 : 7, text.len);
    while (slash < rest.len && rest.ptr[slash] != '/' && rest.ptr[slash] != '?')
        slash++;
    authority = str_slice(rest, 0, slash);
    url.target = str_slice(rest, slash, rest.len);
    if (url.target.len == 0 || url.target.ptr[0] == '?')
        url.target = arena_printf(a, "/%.*s", STR_ARG(url.target));
    if (str_find(authority, S(":"), &colon)) {
        if (!read_port(str_slice(authority, colon + 1, authority.len), &url.port))
            return false;
        authority = str_slice(authority, 0, colon);
    }
    if (!read_host(a, authority, &url.host) || !is_target(url.target))
        return false;
    *out = url;
    return true;
}

bool host_is_allowed(const char *const *allowed, str host)
{
    for (; allowed != NULL && *allowed != NULL; allowed++) {
        str one = str_of(*allowed);

        if (str_eq(one, host) ||
            (one.len > 1 && one.ptr[0] == '.' && host.len > one.len && str_ends_with(host, one)))
            return true;
    }
    return false;
}

/* ---- the egress map ---- */

static bool is_loopback_url(struct arena *a, str text)
{
    struct url url;

    return url_parse(a, text, &url) &&
           (str_eq(url.host, S("127.0.0.1")) || str_eq(url.host, S("localhost")));
}

bool egress_parse(struct arena *a, str text, struct egress *out, size_t *n)
{
    struct cur at = cur_of(text);
    str line, host;

    *n = 0;
    while (!cur_at_end(&at) && cur_until(&at, '\n', 1024, &line)) {
        struct cur inside;
        str to;

        line = str_trim(line);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        inside = cur_of(line);
        if (*n == EGRESS_MAX || !cur_until(&inside, '=', 256, &host))
            return false;
        to = str_trim((str){inside.at, (size_t)(inside.end - inside.at)});
        if (str_ends_with(to, S("/")))
            to = str_slice(to, 0, to.len - 1);
        if (!is_loopback_url(a, to) || !read_host(a, str_trim(host), &out[*n].host))
            return false;
        out[(*n)++].to = arena_copy(a, to);
    }
    return cur_at_end(&at);
}

bool egress_apply(struct arena *a, const struct egress *map, size_t n, const struct url *url,
                  str *out)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(map[i].host, url->host)) {
            *out = arena_printf(a, "%.*s%.*s", STR_ARG(map[i].to), STR_ARG(url->target));
            return true;
        }
    }
    return false;
}

/* ---- addresses ---- */

struct range4 {
    uint32_t base;
    int bits;
};

static const struct range4 not_public4[] = {
    {0x00000000, 8 }, /* "this network" */
    {0x0a000000, 8 }, /* private */
    {0x64400000, 10}, /* carrier's NAT */
    {0x7f000000, 8 }, /* loopback */
    {0xa9fe0000, 16}, /* link-local, cloud metadata */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relays */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 4 }, /* multicast */
    {0xf0000000, 4 }, /* reserved, broadcast */
};

static bool is_public4(uint32_t ip)
{
    for (size_t i = 0; i < sizeof not_public4 / sizeof not_public4[0]; i++)
        if ((ip ^ not_public4[i].base) >> (32 - not_public4[i].bits) == 0)
            return false;
    return true;
}

static uint32_t embedded4(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool is_public6(const uint8_t *b)
{
    static const uint8_t zero[16] = {0}, mapped[12] = {[10] = 0xff, [11] = 0xff},
                         nat64[12] = {0x00, 0x64, 0xff, 0x9b};

    if (memcmp(b, mapped, 12) == 0 || memcmp(b, nat64, 12) == 0)
        return is_public4(embedded4(b + 12));
    if (memcmp(b, zero, 12) == 0) /* ::, ::1 and the old way to write IPv4 */
        return false;
    if (b[0] == 0x20 && b[1] == 0x02) /* 6to4 */
        return is_public4(embedded4(b + 2));
    if (b[0] == 0x20 && b[1] == 0x01 && ((b[2] == 0x0d && b[3] == 0xb8) || (b[2] | b[3]) == 0))
        return false;             /* documentation; Teredo */
    return (b[0] & 0xe0) == 0x20; /* global unicast and nothing else */
}

bool address_is_public(const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET)
        return is_public4(ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr));
    if (sa->sa_family == AF_INET6)
        return is_public6(((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr.s6_addr);
    return false;
}
