/*
 * demo_words.h - what the demonstration's people are called and say.  Inside the domain only.
 */
#ifndef DOMAIN_DEMO_WORDS_H
#define DOMAIN_DEMO_WORDS_H

#include <stddef.h>

enum demo_language { DEMO_ENGLISH, DEMO_MALAY, DEMO_CHINESE, DEMO_LANGUAGES };

/* NULL-terminated lists. */
extern const char *const demo_given[DEMO_LANGUAGES][40];
extern const char *const demo_family[DEMO_LANGUAGES][32];
extern const char *const demo_products[DEMO_LANGUAGES][16];
extern const char *const demo_cities[16];
extern const char *const demo_notes[DEMO_LANGUAGES][12];
extern const char *const demo_reasons[DEMO_LANGUAGES][8];

/*
 * A dialogue is a list of lines.  The first character says whose: '<' the customer's, '>' ours,
 * '#' a note for the team.  {p} is the product, {n} the customer's given name.
 */
enum { DEMO_LINES = 12, DEMO_TALKS = 12 };
extern const char *const demo_talks[DEMO_LANGUAGES][DEMO_TALKS][DEMO_LINES];

#endif
