/*
 * address.c - see address.h.
 */
#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* ---- one address ---- */

struct address address_of(const struct sockaddr *sa)
{
    struct address out = {{0}};

    if (sa->sa_family == AF_INET6) {
        memcpy(out.b, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
    } else if (sa->sa_family == AF_INET) {
        out.b[10] = out.b[11] = 0xff;
        memcpy(out.b + 12, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
    }
    return out;
}

static bool is_v4(struct address a)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

    return memcmp(a.b, prefix, sizeof prefix) == 0;
}

bool address_is_loopback(struct address a)
{
    static const uint8_t one[16] = {[15] = 1};

    return is_v4(a) ? a.b[12] == 127 : memcmp(a.b, one, sizeof one) == 0;
}

bool address_parse(str text, struct address *out)
{
    char host[INET6_ADDRSTRLEN];
    struct in_addr v4;

    if (text.len == 0 || text.len >= sizeof host || memchr(text.ptr, '\0', text.len) != NULL)
        return false;
    memcpy(host, text.ptr, text.len);
    host[text.len] = '\0';
    if (inet_pton(AF_INET, host, &v4) == 1) {
        *out = (struct address){
            {[10] = 0xff, [11] = 0xff}
        };
        memcpy(out->b + 12, &v4, 4);
        return true;
    }
    return inet_pton(AF_INET6, host, out->b) == 1;
}

str address_text(struct arena *a, struct address address)
{
    char text[INET6_ADDRSTRLEN] = "";

    if (is_v4(address))
        inet_ntop(AF_INET, address.b + 12, text, sizeof text);
    else
        inet_ntop(AF_INET6, address.b, text, sizeof text);
    return arena_copy(a, str_of(text));
}

struct address address_counted(struct address a)
{
    if (!is_v4(a))
        memset(a.b + 8, 0, 8);
    return a;
}

/* ---- networks ---- */

static bool is_in(struct address a, struct address base, int bits)
{
    int whole = bits / 8, rest = bits % 8;

    if (memcmp(a.b, base.b, (size_t)whole) != 0)
        return false;
    return rest == 0 || ((a.b[whole] ^ base.b[whole]) >> (8 - rest)) == 0;
}

bool networks_have(const struct networks *networks, struct address a)
{
    for (int i = 0; i < networks->n; i++)
        if (is_in(a, networks->items[i].base, networks->items[i].bits))
            return true;
    return false;
}

static bool network_parse(str text, struct address *base, int *bits)
{
    int64_t n = 128;
    size_t slash = 0;
    str host = text;

    if (str_find(text, S("/"), &slash)) {
        host = str_slice(text, 0, slash);
        if (!str_parse_i64(str_slice(text, slash + 1, text.len), &n) || n < 0)
            return false;
        /* "/8" of an address with dots is about its four bytes */
        if (memchr(host.ptr, ':', host.len) == NULL)
            n += 96;
    }
    *bits = (int)n;
    return n <= 128 && address_parse(host, base);
}

bool networks_parse(str list, struct networks *out)
{
    struct cur at = cur_of(list);
    str one;

    out->n = 0;
    while (!cur_at_end(&at) && cur_until(&at, ',', 64, &one)) {
        one = str_trim(one);
        if (one.len == 0)
            continue;
        if (out->n == NETWORKS_MAX ||
            !network_parse(one, &out->items[out->n].base, &out->items[out->n].bits))
            return false;
        out->n++;
    }
    return cur_at_end(&at);
}

/* ---- through proxies ---- */

/* Some proxies write the port too: "192.0.2.1:4711", "[2001:db8::1]:4711". */
static bool hop_parse(str hop, struct address *out)
{
    size_t at;

    hop = str_trim(hop);
    if (str_starts_with(hop, S("[")))
        return str_find(hop, S("]"), &at) && address_parse(str_slice(hop, 1, at), out);
    if (str_find(hop, S(":"), &at) && memchr(hop.ptr, '.', at) != NULL)
        hop = str_slice(hop, 0, at);
    return address_parse(hop, out);
}

/* Go on leftwards through one header; false at the first that is no proxy of ours, or no address. */
static bool walk(const struct networks *trusted, str list, struct address *from)
{
    while (list.len > 0) {
        size_t comma = list.len;

        while (comma > 0 && list.ptr[comma - 1] != ',')
            comma--;
        if (!networks_have(trusted, *from) || !hop_parse(str_slice(list, comma, list.len), from))
            return false;
        list = str_slice(list, 0, comma > 0 ? comma - 1 : 0);
    }
    return true;
}

struct address address_of_client(const struct networks *trusted, struct address from,
                                 const struct http_headers *headers)
{
    /* Several headers are one list, in their order: a proxy may add a line of its own below the
     * client's. */
    for (size_t i = headers->n; i > 0; i--)
        if (str_eq_fold(headers->items[i - 1].name, S("X-Forwarded-For")) &&
            !walk(trusted, headers->items[i - 1].value, &from))
            break;
    return from;
}
