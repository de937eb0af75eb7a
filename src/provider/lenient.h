/*
 * lenient.h - reading what providers send: by their rules, within our limits.
 *
 * Providers add keys, leave some out, and write numbers as text and text as
 * numbers.  So nothing here fails: what is missing or of the wrong kind is
 * empty or zero, and the caller decides what it cannot do without.
 */
#ifndef PROVIDER_LENIENT_H
#define PROVIDER_LENIENT_H

#include "provider/channel.h"

/* Words: a longer text is cut between code points. */
str lenient_text(struct ctx *c, const struct json *object, const char *key, size_t max_bytes);
/* An id or an address: a longer one is "", since half an id is another id. */
str lenient_id(struct ctx *c, const struct json *object, const char *key, size_t max_bytes);
/* Seconds since 1970; none when it is not between 1970 and 2100. */
struct instant lenient_time(const struct json *object, const char *key);
/* A number, also as text; false when it is none. */
bool lenient_number(struct ctx *c, const struct json *object, const char *member, double *out);
/* Parse JSON that came inside a text; NULL when it is none.  Leaves c->err alone. */
const struct json *lenient_parse(struct ctx *c, str text);

/* Events in the making.  Full at CHANNEL_MAX_EVENTS, which events_done reports. */
struct event_list {
    struct arena *arena;
    struct channel_event *items;
    size_t n;
    size_t cap;
    bool full;
};

/* A new event, zeroed but for its kind; valid until the next is added. */
struct channel_event *events_add(struct event_list *list, enum channel_event_kind kind);
/* Oldest first; those of the same second stay as they came.  ERR_TOO_LARGE when full. */
enum status events_done(struct ctx *c, struct event_list *list, struct channel_event **out,
                        size_t *n_out);

#endif
