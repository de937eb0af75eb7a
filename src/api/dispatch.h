/*
 * dispatch.h - from an exchange to a handler and back; the same steps for every
 * row of the route table, in this order:
 *
 *   match, limit, authenticate, Origin, permission, rate, read the body, decode,
 *   begin, idempotency, handler, encode, keep the answer, commit, send, log.
 *
 * A handler that needs a slow disk (req.aside) has two transactions, with the disk between them.
 *
 * These are the edge's operations; server.c hands them to it.
 */
#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include "api/req.h"

int dispatch_limit(void *server, const struct http_request *head, str counted,
                   struct edge_limit *out);
void dispatch_serve(void *server, struct exchange *x);
void dispatch_upgraded(void *server, struct exchange *x, int fd, str extra);

#endif
