/*
 * relay.h - the door that speaks TLS, in front of the edge.
 *
 * A few threads accept connections, do the handshake, and pass plain bytes to and from the edge
 * through a pair of sockets, one pair a connection.  The edge knows nothing of TLS: limits, slow
 * clients, uploads, files and WebSockets are what they are without it.  Why not the library's own
 * TLS: docs/decisions/0010.
 */
#ifndef HTTP_RELAY_H
#define HTTP_RELAY_H

#include "http/edge.h"
#include "http/tls.h"

struct relay;

/* listen: address:port.  tls and edge outlive it. */
enum status relay_new(struct ctx *c, str listen, struct tls *tls, struct edge *edge,
                      struct relay **out);
int relay_port(const struct relay *r);
/* Accept nobody any more; who is connected goes on.  Before edge_free: new connections are its. */
void relay_drain(struct relay *r);
/* After the edge's and the hub's ends are closed: what they said last is sent, for at most
 * wait_ms. */
void relay_free(struct relay *r, int64_t wait_ms);

#endif
