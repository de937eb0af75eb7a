/*
 * client_policy.h - where the outgoing client may go; pure, so that it can be tested and fuzzed.
 */
#ifndef HTTP_CLIENT_POLICY_H
#define HTTP_CLIENT_POLICY_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "http/client.h"

/* An address that has been read strictly; nothing else of it is ever handed to libcurl. */
struct url {
    bool https;
    str host;   /* lower case; letters, digits, dots and hyphens */
    int port;   /* 0: the scheme's own */
    str target; /* path and query, begins with '/' */
};

struct egress {
    str host;
    str to; /* "http://127.0.0.1:9001", no slash at the end */
};

enum { EGRESS_MAX = 32, URL_MAX = 8192 };

/* http or https; no user, no fragment, no blanks, at most URL_MAX bytes. */
bool url_parse(struct arena *a, str text, struct url *out);
/* "graph.facebook.com" names itself, ".fbsbx.com" every host below it. */
bool host_is_allowed(const char *const *allowed, str host);
/* Lines "host = http://127.0.0.1:port", # for comments; to other addresses than loopback: false. */
bool egress_parse(struct arena *a, str text, struct egress *out, size_t *n);
/* The URL to call instead; false when the host is not mapped. */
bool egress_apply(struct arena *a, const struct egress *map, size_t n, const struct url *url,
                  str *out);
/* Is it out on the Internet?  Private, link-local, loopback, multicast and documentation ranges
 * are not, in whatever way IPv6 dresses them up. */
bool address_is_public(const struct sockaddr *sa);

#endif
