/*
 * uuid.h - identifiers: UUIDv7 made by us, so they sort by time, cannot be
 * guessed, and are known before the INSERT.
 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "base/arena.h"

struct uuid {
    uint8_t b[16];
};

struct uuid uuid_new(void); /* v7, monotonic within a thread */
bool uuid_is_zero(struct uuid u);
bool uuid_eq(struct uuid a, struct uuid b);
int uuid_cmp(struct uuid a, struct uuid b);
bool uuid_parse(str s, struct uuid *out); /* the 36-character form, either case */
enum { UUID_TEXT = 36 };
void uuid_text(struct uuid u, char out[UUID_TEXT + 1]);
str uuid_str(struct arena *a, struct uuid u);

/* Bytes from the kernel's generator; aborts if there are none. */
void random_bytes(void *out, size_t n);

#endif
