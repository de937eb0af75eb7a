/*
 * relay.c - the threads of the TLS door, and whom they accept.
 *
 * Events are edge-triggered and say no more than "look again": a connection is pumped until neither
 * way moves.  The time limits are the edge's, which sees each connection from its first moment, the
 * handshake included; here are only those for the very end, when the edge has let go.
 */
#include "http/relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/listen.h"
#include "http/relay_private.h"

enum {
    EVENTS = 128,
    ACCEPTS = 32, /* in a row */
    TICK_MS = 1000,
    REST_MS = 200,
    LOOPS_MAX = 4,
    PAIR_BYTES = 128 * 1024, /* what the kernel may hold for one way of a pair */
};

/* ---- what an event is about: a tube, and whether its client's side; else the loop's own ---- */

static bool watch(struct relay_loop *l, int fd, uint32_t events, void *about)
{
    struct epoll_event e = {.events = events, .data = {.ptr = about}};

    return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &e) == 0;
}

/* Tubes are aligned, so the lowest bit is free to say which side it is. */
static void *server_side(struct tube *t)
{
    return (char *)t + 1;
}

/* ---- coming ---- */

static struct tube *tube_new(struct relay_loop *l, int client_fd, int server_fd, SSL *ssl)
{
    struct tube *t = l->spare_tubes;

    if (t != NULL)
        l->spare_tubes = t->next;
    else
        t = NEW(l->arena, struct tube);
    *t = (struct tube){.ssl = ssl,
                       .client_fd = client_fd,
                       .server_fd = server_fd,
                       .next = l->tubes,
                       .at = &l->tubes};
    if (t->next != NULL)
        t->next->at = &t->next;
    l->tubes = t;
    return t;
}

static void forget(struct relay_loop *l, struct tube *t)
{
    if (t->over)
        return;
    t->over = true;
    tube_close(l, t);
    *t->at = t->next;
    if (t->next != NULL)
        t->next->at = t->at;
    t->next = l->over;
    l->over = t;
}

static void pump(struct relay_loop *l, struct tube *t)
{
    enum tube_state state = tube_pump(l, t);

    if (state == TUBE_IS_OVER) {
        forget(l, t);
    } else if (state == TUBE_HAS_MORE && !t->again) {
        t->again = true;
        t->again_next = l->again;
        l->again = t;
    }
}

static SSL *session_new(struct relay *r, int fd)
{
    SSL_CTX *context = tls_context(r->tls);
    SSL *ssl = SSL_new(context);

    SSL_CTX_free(context);
    if (ssl != NULL && SSL_set_fd(ssl, fd) == 1)
        return ssl;
    SSL_free(ssl);
    return NULL;
}

static void begin(struct relay_loop *l, struct tube *t)
{
    const uint32_t all = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

    if (watch(l, t->client_fd, all, t) && watch(l, t->server_fd, all, server_side(t)))
        pump(l, t);
    else
        forget(l, t);
}

/* false: nothing could be made for it, so there will be nothing for the next one either. */
static bool welcome(struct relay_loop *l, int fd, const struct sockaddr *from, socklen_t size)
{
    int one = 1, bytes = PAIR_BYTES, pair[2];
    SSL *ssl;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) {
        close(fd);
        return false;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (int i = 0; i < 2; i++)
        (void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    ssl = session_new(l->relay, fd);
    if (ssl == NULL || !edge_adopt(l->relay->edge, pair[1], from, size)) {
        if (ssl == NULL)
            close(pair[1]);
        SSL_free(ssl);
        close(pair[0]);
        close(fd);
        return ssl != NULL;
    }
    begin(l, tube_new(l, fd, pair[0], ssl));
    return true;
}

static void stop_accepting(struct relay_loop *l)
{
    if (!l->accepting)
        return;
    (void)epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, l->relay->listen_fd, NULL);
    l->accepting = false;
    atomic_fetch_sub(&l->relay->accepting, 1);
}

static void accept_some(struct relay_loop *l)
{
    for (int i = 0; i < ACCEPTS && !atomic_load(&l->relay->draining); i++) {
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        int fd = accept4(l->relay->listen_fd, (struct sockaddr *)&from, &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0 && welcome(l, fd, (struct sockaddr *)&from, size))
            continue;
        if (fd >= 0 || errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            stop_accepting(l);
            l->rest_until_ms = clock_mono_ms() + REST_MS;
        }
        if (fd >= 0 || errno != ECONNABORTED)
            return;
    }
}

/* ---- a thread ---- */

static void handle(struct relay_loop *l, const struct epoll_event *e)
{
    uintptr_t about = (uintptr_t)e->data.ptr;
    struct tube *t = (struct tube *)(about & ~(uintptr_t)1);
    uint64_t times;

    if (e->data.ptr == l) {
        accept_some(l);
    } else if (e->data.ptr == &l->wake_fd) {
        (void)!read(l->wake_fd, &times, sizeof times);
    } else if (!t->over) {
        if ((about & 1) != 0 && (e->events & (EPOLLHUP | EPOLLERR)) != 0)
            tube_server_gone(t);
        pump(l, t);
    }
}

static void go_on(struct relay_loop *l)
{
    struct tube *t = l->again;

    l->again = NULL;
    while (t != NULL) {
        struct tube *next = t->again_next;

        t->again = false;
        if (!t->over)
            pump(l, t);
        t = next;
    }
}

static void end_overdue(struct relay_loop *l, int64_t now_ms)
{
    struct tube *next;

    for (struct tube *t = l->tubes; t != NULL; t = next) {
        next = t->next;
        if (t->until_ms != 0 && t->until_ms < now_ms)
            forget(l, t);
    }
}

/* Tubes in the list of those to go on with are kept until they have been seen there. */
static void recycle(struct relay_loop *l)
{
    struct tube **at = &l->over;

    while (*at != NULL) {
        struct tube *t = *at;

        if (t->again) {
            at = &t->next;
            continue;
        }
        *at = t->next;
        t->next = l->spare_tubes;
        l->spare_tubes = t;
    }
}

static void start_accepting(struct relay_loop *l)
{
    l->accepting = watch(l, l->relay->listen_fd, EPOLLIN | EPOLLEXCLUSIVE, l);
    if (l->accepting)
        atomic_fetch_add(&l->relay->accepting, 1);
}

static bool shall_end(const struct relay_loop *l, int64_t now_ms)
{
    int64_t stop_at_ms = atomic_load(&l->relay->stop_at_ms);

    return stop_at_ms != 0 && (l->tubes == NULL || now_ms >= stop_at_ms);
}

static int wait_ms(const struct relay_loop *l)
{
    if (l->again != NULL)
        return 0;
    return l->accepting && atomic_load(&l->relay->stop_at_ms) == 0 ? TICK_MS : REST_MS / 4;
}

static void *run(void *arg)
{
    struct relay_loop *l = arg;
    int64_t tick_ms = clock_mono_ms() + TICK_MS, now_ms = 0;

    start_accepting(l);
    while (!shall_end(l, now_ms)) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(l->epoll_fd, events, EVENTS, wait_ms(l));

        for (int i = 0; i < n; i++)
            handle(l, &events[i]);
        go_on(l);
        now_ms = clock_mono_ms();
        if (atomic_load(&l->relay->draining))
            stop_accepting(l);
        else if (!l->accepting && now_ms >= l->rest_until_ms)
            start_accepting(l);
        if (now_ms >= tick_ms) {
            tick_ms = now_ms + TICK_MS;
            end_overdue(l, now_ms);
        }
        recycle(l);
    }
    while (l->tubes != NULL)
        forget(l, l->tubes);
    return NULL;
}

/* ---- life ---- */

static bool loop_start(struct relay *r, struct relay_loop *l)
{
    l->relay = r;
    l->arena = arena_new();
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return l->epoll_fd >= 0 && l->wake_fd >= 0 && watch(l, l->wake_fd, EPOLLIN, &l->wake_fd) &&
           pthread_create(&l->thread, NULL, run, l) == 0;
}

/* Signals are the main thread's. */
static bool start(struct relay *r)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int wanted = cores > LOOPS_MAX ? LOOPS_MAX : cores > 0 ? (int)cores : 1;
    sigset_t all, before;

    r->loops = NEW_ARRAY(r->arena, struct relay_loop, (size_t)wanted);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (r->n_loops < wanted && loop_start(r, &r->loops[r->n_loops]))
        r->n_loops++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return r->n_loops == wanted;
}

/* What a failed start leaves behind goes with the process. */
enum status relay_new(struct ctx *c, str listen, struct tls *tls, struct edge *edge,
                      struct relay **out)
{
    struct arena *arena = arena_new();
    struct relay *r = NEW(arena, struct relay);

    r->arena = arena;
    r->tls = tls;
    r->edge = edge;
    TRY(listen_open(c, listen, &r->listen_fd, &r->port));
    if (!start(r))
        return FAIL(c, ERR_UNAVAILABLE, "cannot start the TLS threads");
    *out = r;
    return OK;
}

int relay_port(const struct relay *r)
{
    return r->port;
}

static void wake(struct relay *r)
{
    for (int i = 0; i < r->n_loops; i++)
        (void)eventfd_write(r->loops[i].wake_fd, 1);
}

void relay_drain(struct relay *r)
{
    atomic_store(&r->draining, true);
    (void)shutdown(r->listen_fd, SHUT_RDWR); /* who knocks is told at once */
    wake(r);
    /* Whoever is being let in is in; who looks at the door from now on sees that it is shut. */
    while (atomic_load(&r->accepting) > 0)
        usleep(1000);
}

void relay_free(struct relay *r, int64_t wait_ms)
{
    if (r == NULL)
        return;
    atomic_store(&r->stop_at_ms, clock_mono_ms() + wait_ms);
    wake(r);
    for (int i = 0; i < r->n_loops; i++) {
        pthread_join(r->loops[i].thread, NULL);
        close(r->loops[i].epoll_fd);
        close(r->loops[i].wake_fd);
        arena_free(r->loops[i].arena);
    }
    close(r->listen_fd);
    arena_free(r->arena);
}
