/*
 * health.h - what the server must know of the checks behind /readyz to make room for them.
 */
#ifndef API_HEALTH_H
#define API_HEALTH_H

#include <stddef.h>

/* Of struct readiness, which server.readiness holds. */
extern const size_t readiness_size;

#endif
