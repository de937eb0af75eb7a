/*
 * rate.h - how often one caller may: token buckets in memory, per process.
 *
 * A bucket belongs to a rate class and a key (a user, an address, a channel).  With
 * several web processes each keeps its own, so the whole allows as many times more.  An address is
 * exchange.counted.  The table is of fixed size; under a flood of new keys the least recently used
 * of a few neighbours gives way, which at worst lets somebody start afresh.
 */
#ifndef API_RATE_H
#define API_RATE_H

#include "api/routes.h"

struct rate_table;

struct rate_rule {
    int64_t burst;      /* at once, after a pause */
    int64_t per_minute; /* in the long run */
};

extern const struct rate_rule rate_rules[]; /* by enum rate_class; burst 0: not counted */

struct rate_verdict {
    bool allowed;
    int64_t limit;     /* the burst */
    int64_t remaining; /* whole tokens */
    int64_t reset_s;   /* until the bucket is full again; when refused: until there is one */
};

/* percent: of the rules' figures; 0 switches the limits off. */
struct rate_table *rate_new(struct arena *a, int64_t percent);
void rate_done(struct rate_table *t); /* the memory is the arena's */
struct rate_verdict rate_take(struct rate_table *t, enum rate_class class, str key, int64_t now_ms);
/* What is larger than the burst takes all of it: it is allowed when the bucket is full. */
struct rate_verdict rate_take_some(struct rate_table *t, enum rate_class class, str key,
                                   int64_t tokens, int64_t now_ms);
/* Tokens that were taken and not used after all. */
void rate_give_back(struct rate_table *t, enum rate_class class, str key, int64_t tokens,
                    int64_t now_ms);

#endif
