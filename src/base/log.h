/*
 * log.h - one line a request or job, as logfmt or JSON, on standard error.
 *
 * Only the request dispatcher, the job runner and main write at info and above.
 * A line is one write(2), so processes sharing the descriptor do not mix.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/buf.h"

enum log_level { LOG_DEBUG = 1, LOG_INFO, LOG_WARN, LOG_ERROR };

enum { LOG_MAX_FIELDS = 24 };

struct log_field {
    const char *key;
    str value;
    bool number; /* as a JSON number, not a string */
};

/* What is inherited by every line of a request or job.  Values must outlive it. */
struct log_fields {
    struct log_field items[LOG_MAX_FIELDS];
    size_t n;
};

void log_setup(enum log_level least, bool json, const char *process); /* once, before threads */
bool log_level_on(enum log_level level);
void log_put(struct log_fields *f, const char *key, str value); /* silently full past the maximum */
void log_put_number(struct log_fields *f, const char *key, str digits); /* the same, a number */
void log_line(enum log_level level, const char *event, const struct log_fields *f);
/* A line with a formatted message and no request: start, stop, a child died. */
void log_note(enum log_level level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
