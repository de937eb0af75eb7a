/*
 * auto.h - what lives in one function only goes when that returns, whichever way it does.
 *
 *     AUTO(close_fd) int fd = open(...);
 *
 * What lives longer is tied to an arena (arena_defer).  Not for a file that was written and must be
 * known to have arrived: whether its close succeeded cannot be told here.
 */
#ifndef BASE_AUTO_H
#define BASE_AUTO_H

#include <unistd.h>

#define AUTO(fn) __attribute__((cleanup(fn)))

static inline void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

#endif
