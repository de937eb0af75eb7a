/*
 * metrics.c - counting requests, and the whole page for Prometheus.
 *
 * Gauges that cost a statement (the queue) are asked for when the page is, once a
 * second at most, with a short deadline: /metrics must answer while the database is away.
 */
#include "api/metrics.h"

#include <stdatomic.h>

#include "api/dispatch_private.h"
#include "api/glance.h"
#include "api/handlers.h"
#include "domain/work.h"
#include "http/tls.h"
#include "live/feed.h"
#include "live/hub.h"
#include "live/notify.h"
#include "live/vault.h"

enum { BUCKETS = 10, CLASSES = 6, MAX_ROWS = 256, PAGE_MAX = 1024 * 1024 };

/* Upper bounds in microseconds; the last is everything. */
static const int64_t bounds_us[BUCKETS] = {500,   1000,  2500,   5000,    10000,
                                           25000, 50000, 100000, 1000000, INT64_MAX};

struct row_figures {
    _Atomic int64_t by_class[CLASSES]; /* status / 100 */
    _Atomic int64_t bucket[BUCKETS];
    _Atomic int64_t sum_us;
};

struct metrics {
    struct row_figures rows[MAX_ROWS]; /* by index in routes; the last is "no route" */
};

struct metrics *metrics_new(struct arena *a)
{
    return NEW(a, struct metrics);
}

void metrics_request(struct metrics *m, const struct route *route, int status, int64_t us)
{
    size_t i = route != NULL ? (size_t)(route - routes) : MAX_ROWS - 1;
    struct row_figures *row = &m->rows[i];
    int b = 0;

    while (us > bounds_us[b])
        b++;
    atomic_fetch_add_explicit(&row->by_class[status / 100 % CLASSES], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&row->bucket[b], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&row->sum_us, us, memory_order_relaxed);
}

/* ---- the text ---- */

void metrics_head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP sambung_%s %s\n# TYPE sambung_%s %s\n", name, help, name, type);
}

void metrics_line(struct buf *out, const char *name, const char *labels, double value)
{
    if (labels[0] != '\0')
        buf_printf(out, "sambung_%s{%s} %.15g\n", name, labels, value);
    else
        buf_printf(out, "sambung_%s %.15g\n", name, value);
}

static const char *labels_of(struct buf *out, size_t i)
{
    if (i == MAX_ROWS - 1)
        return "method=\"-\",route=\"-\"";
    return arena_printf(out->arena, "method=\"%s\",route=\"%s\"",
                        field_word(&http_method_names, (int)routes[i].method), routes[i].path)
        .ptr;
}

static int64_t total_of(const struct row_figures *row)
{
    int64_t total = 0;

    for (int k = 0; k < CLASSES; k++)
        total += atomic_load(&row->by_class[k]);
    return total;
}

static void write_counts(const struct metrics *m, struct buf *out)
{
    metrics_head(out, "requests_total", "counter",
                 "Requests answered, by route and class of status.");
    for (size_t i = 0; i < MAX_ROWS; i++) {
        for (int k = 1; k < CLASSES; k++) {
            int64_t n = atomic_load(&m->rows[i].by_class[k]);

            if (n > 0)
                buf_printf(out, "sambung_requests_total{%s,status=\"%dxx\"} %lld\n",
                           labels_of(out, i), k, (long long)n);
        }
    }
}

static void write_histogram(const struct row_figures *row, const char *labels, struct buf *out)
{
    int64_t sum = 0;

    for (int b = 0; b < BUCKETS - 1; b++) {
        sum += atomic_load(&row->bucket[b]);
        buf_printf(out, "sambung_request_seconds_bucket{%s,le=\"%g\"} %lld\n", labels,
                   (double)bounds_us[b] / 1e6, (long long)sum);
    }
    sum += atomic_load(&row->bucket[BUCKETS - 1]);
    buf_printf(out, "sambung_request_seconds_bucket{%s,le=\"+Inf\"} %lld\n", labels,
               (long long)sum);
    buf_printf(out, "sambung_request_seconds_sum{%s} %.6f\n", labels,
               (double)atomic_load(&row->sum_us) / 1e6);
    buf_printf(out, "sambung_request_seconds_count{%s} %lld\n", labels, (long long)sum);
}

void metrics_write_requests(const struct metrics *m, struct buf *out)
{
    write_counts(m, out);
    metrics_head(out, "request_seconds", "histogram", "From the head to the answer, by route.");
    for (size_t i = 0; i < MAX_ROWS; i++)
        if (total_of(&m->rows[i]) > 0)
            write_histogram(&m->rows[i], labels_of(out, i), out);
}

static void gauge(struct buf *out, const char *name, const char *help, double value)
{
    metrics_head(out, name, "gauge", help);
    metrics_line(out, name, "", value);
}

static void counter(struct buf *out, const char *name, const char *help, double value)
{
    metrics_head(out, name, "counter", help);
    metrics_line(out, name, "", value);
}

static void write_edge(struct server *s, struct buf *out)
{
    struct edge_stats e;

    edge_read_stats(s->edge, &e);
    gauge(out, "connections", "Open client connections.", e.connections);
    gauge(out, "requests_queued", "Requests that wait for a thread.", e.queued);
    gauge(out, "request_threads_busy", "Threads with a request.", e.busy);
    gauge(out, "requests_suspended", "Requests that wait for their answer.", e.suspended);
    counter(out, "edge_refused_total", "Refused by the edge: malformed, too large, too slow, full.",
            (double)e.refused);
    gauge(out, "uptime_seconds", "Since the process began to listen.",
          (double)(clock_mono_us() - s->started_us) / 1e6);
}

static void write_vault(struct server *s, struct buf *out)
{
    struct vault_stats v;

    if (s->vault == NULL)
        return;
    vault_read_stats(s->vault, &v);
    counter(out, "vault_events_total", "Webhooks made durable.", (double)v.events);
    counter(out, "vault_repeats_total", "Webhooks that were there already.", (double)v.repeats);
    counter(out, "vault_batches_total", "Commits of the vault lane.", (double)v.batches);
    counter(out, "vault_errors_total", "Webhooks that could not be stored.", (double)v.errors);
    counter(out, "vault_refused_total", "Webhooks refused because too many waited.",
            (double)v.refused);
    counter(out, "vault_uncertain_total", "Webhooks whose commit was not answered.",
            (double)v.uncertain);
    counter(out, "vault_commit_seconds_total", "Time in the vault's transactions.",
            (double)v.commit_us / 1e6);
    gauge(out, "vault_queued", "Webhooks that wait for a commit.", (double)v.queued);
}

static void write_hub(struct server *s, struct buf *out)
{
    struct hub_stats h;

    if (s->hub == NULL)
        return;
    hub_read_stats(s->hub, &h);
    metrics_head(out, "streams", "gauge", "Open event streams.");
    metrics_line(out, "streams", "kind=\"agent\"", (double)h.agents);
    metrics_line(out, "streams", "kind=\"visitor\"", (double)h.visitors);
    counter(out, "stream_frames_total", "Frames sent to streams.", (double)h.frames);
    counter(out, "streams_dropped_total", "Streams dropped because they did not read.",
            (double)h.dropped_slow);
    gauge(out, "stream_pending_bytes", "Bytes that wait to be read by streams.",
          (double)h.pending_bytes);
    gauge(out, "stream_fanout_seconds", "From a change to its last socket, of the last batch.",
          (double)h.last_fanout_us / 1e6);
}

static void write_feed(struct server *s, struct buf *out)
{
    struct feed_stats f;
    struct notifier_stats n;

    if (s->feed != NULL) {
        feed_read_stats(s->feed, &f);
        counter(out, "feed_changes_total", "Changes read from the feed.", (double)f.changes);
        counter(out, "feed_errors_total", "Failed reads of the feed.", (double)f.errors);
        gauge(out, "feed_lag_seconds", "Age of the last change when it was handed on.",
              (double)f.lag_us / 1e6);
        gauge(out, "feed_behind_seconds", "How long a change has waited for older transactions.",
              (double)f.behind_us / 1e6);
    }
    if (s->notifier != NULL) {
        notifier_read_stats(s->notifier, &n);
        counter(out, "notify_total", "Notifications sent to other processes.", (double)n.sent);
        counter(out, "notify_failures_total", "Notifications that failed.", (double)n.failures);
    }
}

/* ---- what only the database knows ---- */

static enum status ask_queue(struct ctx *c, void *arg)
{
    return work_figures_load(c, arg);
}

struct figures {
    bool up;
    struct work_figures work;
};

const size_t metrics_figures_size = sizeof(struct figures);

struct question {
    struct server *server;
    struct arena *arena;
};

static void ask_database(void *arg, void *value)
{
    struct question *q = arg;
    struct figures *f = value;
    struct ctx c = {.arena = q->arena, .deadline_ms = clock_mono_ms() + 1000};

    f->up = dispatch_in_system(&c, q->server, ask_queue, &f->work) == OK;
}

static void write_queue(struct server *s, struct ctx *from, struct buf *out)
{
    struct question q = {s, from->arena};
    struct figures f = {0};
    struct work_figures w;

    if (glance_at(from, s->figures, ask_database, &q, &f) != OK)
        f.up = false;
    w = f.work;
    gauge(out, "database_up", "Does the database answer?", f.up ? 1 : 0);
    if (!f.up)
        return;
    gauge(out, "jobs_due", "Jobs that could run now, up to 1000.", (double)w.due);
    gauge(out, "jobs_running", "Jobs under a lease, up to 1000.", (double)w.running);
    gauge(out, "job_oldest_due_seconds", "How long the oldest of them has been due.",
          (double)w.oldest_due_ms / 1000);
    gauge(out, "jobs_failed_hour", "Jobs that failed for good in the last hour.",
          (double)w.jobs_failed);
    gauge(out, "inbound_waiting", "Webhooks in the vault that are not read yet, up to 1000.",
          (double)w.inbound_waiting);
    gauge(out, "mail_waiting", "Mails of our own that have not left yet, up to 1000.",
          (double)w.mail_waiting);
    gauge(out, "mail_late", "Those of them that have waited for five minutes and more.",
          (double)w.mail_late);
    metrics_head(out, "deliveries_hour", "gauge",
                 "Outbound messages of the last hour, by outcome.");
    metrics_line(out, "deliveries_hour", "outcome=\"sent\"", (double)w.sent);
    metrics_line(out, "deliveries_hour", "outcome=\"failed\"", (double)w.failed);
    metrics_line(out, "deliveries_hour", "outcome=\"uncertain\"", (double)w.uncertain);
    metrics_line(out, "deliveries_hour", "outcome=\"waiting\"", (double)w.waiting);
}

static void write_tls(struct server *s, struct buf *out)
{
    if (s->tls != NULL)
        gauge(out, "tls_certificate_expires_seconds", "Until the certificate's time is over.",
              (double)(tls_until(s->tls).us - clock_now().us) / 1e6);
}

enum status get_metrics(struct ctx *c, struct req *r)
{
    struct buf out = buf_new(c->arena, PAGE_MAX);
    struct server *s = r->server;
    str text;

    metrics_write_requests(s->metrics, &out);
    write_edge(s, &out);
    write_tls(s, &out);
    write_vault(s, &out);
    write_hub(s, &out);
    write_feed(s, &out);
    dispatch_write_database(s, &out);
    write_queue(s, c, &out);
    TRY(buf_done(c, &out, &text));
    req_raw(r, 200, "text/plain; version=0.0.4; charset=utf-8", text);
    return OK;
}
