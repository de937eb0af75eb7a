/*
 * clock.h - time: instants for what people see and the database keeps,
 * monotonic milliseconds for deadlines.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/arena.h"

/* Microseconds since 1970-01-01 UTC; 0 means "none". */
struct instant {
    int64_t us;
};

struct instant clock_now(void);
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
struct instant instant_add_ms(struct instant t, int64_t ms);
bool instant_is_none(struct instant t);

/* RFC 3339 with milliseconds in UTC: 2026-11-22T08:41:38.120Z */
str instant_str(struct arena *a, struct instant t);
enum { INSTANT_TEXT = 24 };
void instant_text(struct instant t, char out[INSTANT_TEXT + 1]); /* years 1 to 9999 */
bool instant_parse(str s, struct instant *out);                  /* any RFC 3339 offset */

#endif
