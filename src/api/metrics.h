/*
 * metrics.h - figures of this process, for /metrics.
 *
 * Requests are counted by route (the row, not the path: paths are without end)
 * with a latency histogram; counters are atomics, added to by all threads.
 */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "api/routes.h"
#include "base/buf.h"

struct metrics;
struct server;

/* What the database is asked for, of server.figures. */
extern const size_t metrics_figures_size;

struct metrics *metrics_new(struct arena *a);
/* route NULL: the path had none. */
void metrics_request(struct metrics *m, const struct route *route, int status, int64_t us);
void metrics_write_requests(const struct metrics *m, struct buf *out);

/* One line of Prometheus text; labels as they stand between the braces, or "". */
void metrics_line(struct buf *out, const char *name, const char *labels, double value);
void metrics_head(struct buf *out, const char *name, const char *type, const char *help);

/* dispatch.c: what the database's counters say. */
void dispatch_write_database(struct server *s, struct buf *out);

#endif
