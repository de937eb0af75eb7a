/*
 * places.h - roughly where an address is, from a local MaxMind DB file, when one is configured
 * (SAMBUNG_PLACES).  No address is ever asked about anywhere else.
 *
 * Thread-safe once opened: the file is only read.
 */
#ifndef API_PLACES_H
#define API_PLACES_H

#include "base/ctx.h"

struct places;

/* In a; file "": *out is NULL, and no place is known.  ERR_INVALID: the file cannot be read. */
enum status places_open(struct ctx *c, struct arena *a, str file, struct places **out);
void places_close(struct places *p); /* NULL is fine */
/* "Kuala Lumpur, Malaysia" as far as the file knows it, in the locale's language or English; ptr
 * NULL when it is not known.  p may be NULL. */
str places_find(struct arena *a, const struct places *p, str ip, str locale);

#endif
