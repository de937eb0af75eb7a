/*
 * str.h - a borrowed run of bytes, and a cursor that parses it.
 *
 * A str never owns and is not NUL-terminated in general; one made by an arena
 * happens to be, so its ptr may then be handed to C.  Lengths are bytes.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct str {
    const char *ptr;
    size_t len;
} str;

#define S(lit) ((str){"" lit "", sizeof(lit) - 1})
#define STR_INIT(lit)              \
    {                              \
        "" lit "", sizeof(lit) - 1 \
    }                                    /* for static tables */
#define STR_ARG(s) (int)(s).len, (s).ptr /* for "%.*s" */

str str_of(const char *cstr); /* NULL gives the empty str */
bool str_is_empty(str s);
bool str_eq(str a, str b);
bool str_eq_fold(str a, str b); /* ASCII case is ignored */
bool str_starts_with(str s, str prefix);
bool str_ends_with(str s, str suffix);
bool str_find(str s, str needle, size_t *out); /* the first place */
str str_slice(str s, size_t from, size_t to);  /* clamped to s */
str str_trim(str s);                           /* ASCII white space at both ends */

/* Whole-string conversions; false (and *out untouched) unless all of s fits. */
bool str_parse_i64(str s, int64_t *out);

bool str_is_utf8(str s);      /* well-formed, no surrogates, no NUL */
size_t str_utf8_step(str s);  /* length of the first character, 0 if it is NUL or malformed */
size_t str_utf8_count(str s); /* code points; s must be UTF-8 */
str str_utf8_cut(str s, size_t max_bytes); /* the longest prefix that ends between code points */

/* A place in a text that is being parsed.  Every step states its maximum. */
struct cur {
    const char *at;
    const char *end;
};

struct cur cur_of(str s);
bool cur_at_end(const struct cur *cur);
/* What stands before stop (which is consumed), or the rest; false if it is longer than max. */
bool cur_until(struct cur *cur, char stop, size_t max, str *out);
bool cur_skip(struct cur *cur, str literal); /* consume literal, if it stands here */

/* A secret: does not fit STR_ARG, has no field type for JSON or logs. */
struct secret {
    const char *bytes;
    size_t size;
};

/* The one way to look inside; grep for it. */
str secret_expose(struct secret s);

#endif
