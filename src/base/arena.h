/*
 * arena.h - memory that dies together.
 *
 * A request or a job has one arena; what is made for it is made there and goes
 * when it ends.  Allocation never returns NULL: out of memory aborts, hence
 * every input has a stated maximum before it is copied.  An arena belongs to
 * one thread at a time.  Memory comes zeroed and aligned for any type.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);  /* runs the defers; NULL is fine */
void arena_reset(struct arena *a); /* empties it for the next turn; runs the defers */
size_t arena_used(const struct arena *a);

void *arena_alloc(struct arena *a, size_t size)
    __attribute__((malloc, returns_nonnull, warn_unused_result));
void *arena_alloc_array(struct arena *a, size_t size, size_t n)
    __attribute__((malloc, returns_nonnull, warn_unused_result));
#define NEW(a, T)          ((T *)arena_alloc((a), sizeof(T)))
#define NEW_ARRAY(a, T, n) ((T *)arena_alloc_array((a), sizeof(T), (n)))

str arena_copy(struct arena *a, str s); /* NUL-terminated */
str arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Run fn(arg) when the arena is reset or freed, last registered first. */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);

#endif
