/*
 * search.h - what people type, in the form in which addresses are kept.
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "base/arena.h"

/* A phone number loses its plus, blanks and dashes; ASCII letters become small; the rest stays. */
str search_address(struct arena *a, str q);

#endif
