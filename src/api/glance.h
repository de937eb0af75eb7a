/*
 * glance.h - what costs something to find out, and may be asked for by anybody at any rate: it is
 * looked at by one thread at a time and once a second at most; the others are told what was seen
 * last.
 *
 * A look may hang, as a disk does.  So whoever comes meanwhile does not wait for it: until it ends
 * they are told what the look before has shown, which is then GLANCE_STALE_MS old at most; and
 * after that, that nobody knows.  Only while nothing has been seen ever is the first look waited
 * for.
 */
#ifndef API_GLANCE_H
#define API_GLANCE_H

#include "base/ctx.h"

enum { GLANCE_FRESH_MS = 1000, GLANCE_STALE_MS = 10000 };

struct glance;

/* size: of the value, a struct without pointers. */
struct glance *glance_new(struct arena *a, size_t size);
void glance_done(struct glance *g); /* the memory is the arena's */
/* ERR_UNAVAILABLE: another thread's look takes too long; for the first one, until
 * c->deadline_ms. */
enum status glance_at(struct ctx *c, struct glance *g, void (*look)(void *arg, void *value),
                      void *arg, void *out);

#endif
