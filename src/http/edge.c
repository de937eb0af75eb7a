/*
 * edge.c - starting and stopping the listening side.
 *
 * One libmicrohttpd daemon with one epoll thread.  The socket is made by us and
 * not by the library, so that port 0, IPv6 and a long backlog are ours to say.
 * Threads are started with all signals blocked: they are the main thread's.
 */
#include "http/edge.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "http/edge_private.h"
#include "http/listen.h"

enum { OTHER_FILES = 512, FORGOTTEN_MS = 5000 };

/* ---- options ---- */

/* A connection is a descriptor, a stream that was upgraded is another. */
static void raise_file_limit(struct edge_options *o)
{
    rlim_t each = o->files_each > 0 ? (rlim_t)o->files_each : 1;
    rlim_t wanted = (rlim_t)o->max_connections * each + OTHER_FILES;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    if (limit.rlim_max < wanted) {
        struct rlimit higher = {.rlim_cur = wanted, .rlim_max = wanted};

        if (setrlimit(RLIMIT_NOFILE, &higher) == 0)
            return;
        wanted = limit.rlim_max;
    }
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || wanted <= OTHER_FILES)
        return;
    if ((rlim_t)o->max_connections > (wanted - OTHER_FILES) / each) {
        o->max_connections = (int)((wanted - OTHER_FILES) / each);
        log_note(LOG_WARN, "edge", "only %d connections: the limit of open files is %llu",
                 o->max_connections, (unsigned long long)wanted);
    }
}

static struct edge_options with_defaults(struct arena *a, const struct edge_options *from)
{
    struct edge_options o = *from;

    o.listen = arena_copy(a, o.listen);
    o.spool_dir = arena_copy(a, o.spool_dir.len > 0 ? o.spool_dir : S("/tmp"));
    o.trusted_proxies = arena_copy(a, o.trusted_proxies);
    o.threads = o.threads > 0 ? o.threads : 4;
    o.queue = o.queue > 0 ? o.queue : 1024;
    o.max_connections = o.max_connections > 0 ? o.max_connections : 10500;
    o.idle_timeout_s = o.idle_timeout_s > 0 ? o.idle_timeout_s : 60;
    o.head_timeout_s = o.head_timeout_s > 0 ? o.head_timeout_s : 10;
    o.spool_above = o.spool_above > 0 ? o.spool_above : 65536;
    raise_file_limit(&o);
    return o;
}

/* ---- the daemon ---- */

/* Paths stay as they came: "%2F" is not a slash. */
static size_t keep_escapes(void *cls, struct MHD_Connection *mhd, char *s)
{
    (void)cls;
    (void)mhd;
    return strlen(s);
}

static bool start_daemon(struct edge *e)
{
    e->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME | MHD_ALLOW_UPGRADE, 0, edge_accept,
        e, edge_request, e,                                                     /* */
        MHD_OPTION_LISTEN_SOCKET, e->listen_fd,                                 /* */
        MHD_OPTION_CONNECTION_LIMIT, (unsigned int)e->options.max_connections,  /* */
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)e->options.idle_timeout_s, /* */
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)EDGE_CONNECTION_POOL,       /* */
        MHD_OPTION_STRICT_FOR_CLIENT, 1,                                        /* */
        MHD_OPTION_URI_LOG_CALLBACK, edge_uri, e,                               /* */
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, e,                          /* */
        MHD_OPTION_NOTIFY_CONNECTION, edge_connection, e,                       /* */
        MHD_OPTION_NOTIFY_COMPLETED, edge_completed, e,                         /* */
        MHD_OPTION_END);
    return e->daemon != NULL;
}

static bool start_threads(struct edge *e)
{
    sigset_t all, before;
    bool ok;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    ok = edge_conns_init(e) && edge_lanes_init(e) && start_daemon(e);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

static enum status start(struct ctx *c, struct edge *e)
{
    if (!networks_parse(e->options.trusted_proxies, &e->trusted))
        return FAIL_FIELD(c, "trusted_proxies", "the trusted proxies are no addresses");
    TRY(listen_open(c, e->options.listen, &e->listen_fd, &e->port));
    if (!start_threads(e))
        return FAIL(c, ERR_UNAVAILABLE, "cannot start the HTTP threads");
    return OK;
}

/* *out is set before the first request comes, since that wants to be answered through it.  What a
 * failed start leaves behind goes with the process: nobody listens twice. */
enum status edge_new(struct ctx *c, const struct edge_options *options, const struct edge_ops *ops,
                     void *server, struct edge **out)
{
    struct arena *arena = arena_new();
    struct edge *e = NEW(arena, struct edge);
    enum status status;

    *e = (struct edge){.arena = arena, .ops = *ops, .server = server, .listen_fd = -1};
    e->options = with_defaults(arena, options);
    *out = e;
    status = start(c, e);
    if (status != OK)
        *out = NULL;
    return status;
}

bool edge_adopt(struct edge *e, int fd, const struct sockaddr *from, size_t size)
{
    return MHD_add_connection(e->daemon, fd, from, (socklen_t)size) == MHD_YES;
}

int edge_port(const struct edge *e)
{
    return e->port;
}

/* ---- the end ---- */

void edge_drain(struct edge *e, int64_t wait_ms)
{
    int64_t until = clock_mono_ms() + wait_ms;
    MHD_socket fd;

    atomic_store(&e->draining, true);
    fd = MHD_quiesce_daemon(e->daemon);
    if (fd != MHD_INVALID_SOCKET)
        close(fd);
    e->listen_fd = -1;
    while (atomic_load(&e->in_flight) > 0 && clock_mono_ms() < until)
        usleep(5000);
}

void edge_free(struct edge *e)
{
    if (e == NULL)
        return;
    if (!atomic_load(&e->draining))
        edge_drain(e, 0);
    edge_lanes_stop(e);
    /* The library may not be stopped while a connection is suspended: who still owes an answer
     * (a parked request) has been told to give it, before this is called.  Should one be
     * forgotten, the process ends without the library. */
    for (int i = 0; i < FORGOTTEN_MS / 5; i++) {
        if (atomic_load(&e->suspended) == 0)
            break;
        usleep(5000);
    }
    if (atomic_load(&e->suspended) > 0)
        return;
    MHD_stop_daemon(e->daemon);
    edge_conns_stop(e);
    while (e->n_spare > 0)
        arena_free(e->spare[--e->n_spare]);
    arena_free(e->arena);
}

void edge_read_stats(const struct edge *e, struct edge_stats *out)
{
    edge_lane_stats((struct edge *)(uintptr_t)e, &out->queued, &out->busy);
    out->connections = atomic_load(&e->open);
    out->suspended = atomic_load(&e->suspended);
    out->refused = atomic_load(&e->refused);
}
