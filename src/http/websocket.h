/*
 * websocket.h - the handshake of RFC 6455, server side.  Frames are live/'s.
 */
#ifndef HTTP_WEBSOCKET_H
#define HTTP_WEBSOCKET_H

#include "http/edge.h"

/* Is this a well-formed request for an upgrade to WebSocket version 13? */
bool websocket_asked(const struct http_request *rq);
/* The answer 101 that accepts it; websocket_asked was true. */
void websocket_accept(struct arena *a, const struct http_request *rq, struct answer *out);

#endif
