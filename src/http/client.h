/*
 * client.h - the one way out.
 *
 * Only hosts on the allow-list are called, over TLS 1.2 or later with the
 * certificate verified; the name is resolved once, private and link-local
 * addresses are refused, redirects are not followed.  In development an egress
 * map sends named hosts to loopback instead ("graph.facebook.com = http://127.0.0.1:9001").
 * Blocking; obeys c->deadline_ms.  Safe from many threads.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "http/message.h"

struct http_client;

struct http_client_options {
    const char *const *allowed_hosts; /* NULL-terminated; ".fbsbx.com" allows every host below it */
    str egress_map;                   /* path of a map file, or ""; the caller has checked --dev */
};

enum status http_client_new(struct ctx *c, const struct http_client_options *options,
                            struct http_client **out);
void http_client_free(struct http_client *client);

/* Never fails for what the network did: that is in out->failure.  ERR_INVALID: a URL of ours is
 * malformed. */
enum status http_client_call(struct ctx *c, struct http_client *client,
                             const struct http_request *in, struct http_response *out);

/* For tests: the n-th call from now on goes out and gets no answer (0: none does). */
void http_client_fail_after(struct http_client *client, int64_t n);

#endif
