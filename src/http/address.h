/*
 * address.h - the addresses of clients, and which of them a request really comes from.
 *
 * A proxy of ours adds to X-Forwarded-For whom it was asked by.  So the list is believed from its
 * right end, and only as long as who wrote it is a proxy that was named to us: what is left
 * of the first stranger was written by that stranger.  No I/O here.
 */
#ifndef HTTP_ADDRESS_H
#define HTTP_ADDRESS_H

#include "http/message.h"

struct sockaddr;

/* An IPv4 address is kept as ::ffff:a.b.c.d. */
struct address {
    uint8_t b[16];
};

enum { NETWORKS_MAX = 32 };

struct networks {
    struct {
        struct address base;
        int bits; /* of the 128 */
    } items[NETWORKS_MAX];
    int n;
};

struct address address_of(const struct sockaddr *sa); /* all zero for what is neither IP */
bool address_parse(str text, struct address *out);
str address_text(struct arena *a, struct address address);
bool address_is_loopback(struct address a);
/* What limits count by: an IPv6 customer has a whole /64. */
struct address address_counted(struct address a);

/* Addresses and networks with commas; false if it is no such list, or a longer one. */
bool networks_parse(str list, struct networks *out);
bool networks_have(const struct networks *networks, struct address a);

/* Who asks, when the connection comes from there: the rightmost address in X-Forwarded-For that is
 * not a trusted proxy's.  Where the list cannot be read, the last who could be believed. */
struct address address_of_client(const struct networks *trusted, struct address from,
                                 const struct http_headers *headers);

#endif
