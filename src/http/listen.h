/*
 * listen.h - a listening socket.
 */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "base/ctx.h"

/* Listen at "127.0.0.1:8080", "[::1]:8080" or "localhost:0"; what was bound to when the port was 0.
 * The socket does not block, and a program that is just letting go of the port is waited for. */
enum status listen_open(struct ctx *c, str at, int *out_fd, int *out_port);

#endif
