/*
 * listen.c - see listen.h.
 */
#include "http/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096, WAIT_MS = 2000 };

/* "127.0.0.1:8080", "[::1]:8080", "localhost:0" */
static bool split_listen(struct arena *a, str listen, const char **host, const char **port)
{
    size_t colon = listen.len;

    while (colon > 0 && listen.ptr[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return false;
    *port = arena_copy(a, str_slice(listen, colon, listen.len)).ptr;
    listen = str_slice(listen, 0, colon - 1);
    if (listen.len >= 2 && listen.ptr[0] == '[' && listen.ptr[listen.len - 1] == ']')
        listen = str_slice(listen, 1, listen.len - 1);
    *host = arena_copy(a, listen).ptr;
    return listen.len > 0;
}

static int bind_one(const struct addrinfo *at)
{
    int why, one = 1, fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    why = errno;
    close(fd);
    errno = why;
    return -1;
}

/* The one before us may be about to let go of it. */
static int bind_patiently(const struct addrinfo *at)
{
    int fd = bind_one(at);

    for (int i = 0; fd < 0 && errno == EADDRINUSE && i < WAIT_MS / 20; i++) {
        usleep(20000);
        fd = bind_one(at);
    }
    return fd;
}

enum status listen_open(struct ctx *c, str at, int *out_fd, int *out_port)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *found = NULL;
    union {
        struct sockaddr any;
        struct sockaddr_in v4; /* the port stands at the same place in both */
        struct sockaddr_in6 v6;
    } bound = {0};
    socklen_t size = sizeof bound;
    const char *host = NULL, *port = NULL;
    int why, fd;

    if (!split_listen(c->arena, at, &host, &port) || getaddrinfo(host, port, &hints, &found) != 0)
        return FAIL_FIELD(c, "listen", "\"%.*s\" is not an address and a port", STR_ARG(at));
    fd = bind_patiently(found);
    why = errno;
    freeaddrinfo(found);
    if (fd < 0)
        return FAIL(c, ERR_CONFLICT, "cannot listen on %.*s: %s", STR_ARG(at),
                    why == EADDRINUSE ? "another program does so already" : strerrordesc_np(why));
    if (getsockname(fd, &bound.any, &size) != 0)
        return FAIL(c, ERR_INTERNAL, "cannot read the port");
    *out_fd = fd;
    *out_port = ntohs(bound.v4.sin_port);
    return OK;
}
