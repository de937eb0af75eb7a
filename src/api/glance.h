/*
 * glance.h - what costs something to find out, and may be asked for by anybody at any rate: it is
 * looked at by one thread at a time and once a second at most; the others are told what was seen last.
 */
#ifndef API_GLANCE_H
#define API_GLANCE_H

#include "base/ctx.h"

struct glance;

/* size: of the value, a struct without pointers. */
struct glance *glance_new(struct arena *a, size_t size);
void glance_done(struct glance *g); /* the memory is the arena's */
/* Waits for another's look only while what was seen last is older than a few seconds. */
void glance_at(struct glance *g, void (*look)(void *arg, void *value), void *arg, void *out);

#endif
