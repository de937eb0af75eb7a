/*
 * edge_conn.c - one slot a connection: who it is from, what it is doing, since when.
 *
 * libmicrohttpd knows one time limit, between two bytes.  A client that sends a
 * byte now and then would hold a connection for ever, so a sweeper looks at all
 * of them each second and shuts down those whose head, body or answer takes too
 * long as a whole.  It never closes: the library sees the end of the stream and does that
 * itself, and it tells us (edge_connection) before the number can be reused, under the
 * same lock that the sweeper holds while it looks.
 *
 * Loopback and trusted proxies are not counted per address: behind a proxy
 * everybody has its address.
 */
#include <sys/socket.h>

#include "http/edge_private.h"

void edge_find_peer(struct edge *e, struct incoming *in)
{
    struct address none = {{0}};
    struct address from = address_of_client(
        &e->trusted, in->conn != NULL ? in->conn->address : none, &in->x.request.headers);

    in->x.peer = address_text(in->x.arena, from);
    in->x.counted = address_text(in->x.arena, address_counted(from));
}

/* ---- counting addresses ---- */

static bool is_exempt(const struct edge *e, struct address a)
{
    return address_is_loopback(a) || networks_have(&e->trusted, a);
}

static int *count_head(struct edge *e, struct address a)
{
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < sizeof a.b; i++)
        hash = (hash ^ a.b[i]) * 16777619U;
    return &e->count_heads[hash % (uint32_t)e->n_count_heads];
}

static struct address_count *count_find(struct edge *e, struct address a)
{
    for (int i = *count_head(e, a); i >= 0; i = e->counts[i].next)
        if (memcmp(e->counts[i].address.b, a.b, sizeof a.b) == 0)
            return &e->counts[i];
    return NULL;
}

static int count_add(struct edge *e, struct address a)
{
    struct address_count *found = count_find(e, a);
    int *head = count_head(e, a), i = e->free_count;

    if (found != NULL) {
        found->count++;
        return (int)(found - e->counts);
    }
    if (i < 0)
        return -1;
    e->free_count = e->counts[i].next;
    e->counts[i] = (struct address_count){.address = a, .count = 1, .next = *head};
    *head = i;
    return i;
}

int edge_count(struct edge *e, struct address a)
{
    int i;

    if (e->options.per_address <= 0 || is_exempt(e, a))
        return -1;
    pthread_mutex_lock(&e->counts_lock);
    i = count_add(e, address_counted(a));
    pthread_mutex_unlock(&e->counts_lock);
    return i;
}

/* Under counts_lock. */
static void count_less(struct edge *e, int i)
{
    struct address_count *gone = &e->counts[i];
    int *link = count_head(e, gone->address);

    if (--gone->count > 0)
        return;
    while (*link != i)
        link = &e->counts[*link].next;
    *link = gone->next;
    gone->next = e->free_count;
    e->free_count = i;
}

static void count_drop(struct edge *e, int i)
{
    pthread_mutex_lock(&e->counts_lock);
    count_less(e, i);
    pthread_mutex_unlock(&e->counts_lock);
}

/* On the epoll thread, and on those that bring connections of their own (edge_adopt). */
enum MHD_Result edge_accept(void *cls, const struct sockaddr *addr, socklen_t len)
{
    struct edge *e = cls;
    struct address a = address_of(addr);
    struct address_count *found;
    bool room;

    (void)len;
    if (e->options.per_address <= 0 || is_exempt(e, a))
        return MHD_YES;
    pthread_mutex_lock(&e->counts_lock);
    found = count_find(e, address_counted(a));
    room = found == NULL || found->count < e->options.per_address;
    pthread_mutex_unlock(&e->counts_lock);
    if (room)
        return MHD_YES;
    atomic_fetch_add(&e->refused, 1);
    return MHD_NO;
}

/* ---- slots ---- */

void conn_enter(struct conn *conn, enum conn_phase phase, int64_t bytes)
{
    if (conn == NULL)
        return;
    /* The time first: with a fresh one no phase is overdue, whatever the sweeper sees of the
     * rest. */
    atomic_store(&conn->since_ms, clock_mono_ms());
    atomic_store(&conn->bytes, bytes);
    atomic_store(&conn->phase, (int)phase);
}

struct conn *edge_conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static void conn_open(struct edge *e, struct MHD_Connection *mhd, void **socket_context)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *from =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct conn *conn;

    pthread_mutex_lock(&e->conns_lock);
    conn = e->free_conns;
    if (conn != NULL && fd != NULL && from != NULL) {
        e->free_conns = conn->next;
        conn->fd = fd->connect_fd;
        conn->address = address_of(from->client_addr);
        conn->counted = -1;
        atomic_store(&conn->cut, false);
        conn_enter(conn, CONN_HEAD, 0);
        conn->prev = NULL;
        conn->next = e->conns;
        if (e->conns != NULL)
            e->conns->prev = conn;
        e->conns = conn;
        *socket_context = conn;
    }
    pthread_mutex_unlock(&e->conns_lock);
    if (conn != NULL && *socket_context != NULL)
        conn->counted = edge_count(e, conn->address);
}

static void conn_close(struct edge *e, struct conn *conn)
{
    if (conn->counted >= 0)
        count_drop(e, conn->counted);
    pthread_mutex_lock(&e->conns_lock);
    if (conn->prev != NULL)
        conn->prev->next = conn->next;
    else
        e->conns = conn->next;
    if (conn->next != NULL)
        conn->next->prev = conn->prev;
    conn->fd = -1;
    conn->next = e->free_conns;
    e->free_conns = conn;
    pthread_mutex_unlock(&e->conns_lock);
}

void edge_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
                     enum MHD_ConnectionNotificationCode code)
{
    struct edge *e = cls;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        atomic_fetch_add(&e->open, 1);
        conn_open(e, mhd, socket_context);
        return;
    }
    atomic_fetch_sub(&e->open, 1);
    if (*socket_context != NULL)
        conn_close(e, *socket_context);
}

/* ---- the sweeper ---- */

static bool is_overdue(const struct edge *e, const struct conn *conn, int64_t now_ms)
{
    int64_t age = now_ms - atomic_load(&conn->since_ms);
    int64_t earned = atomic_load(&conn->bytes) * 1000 / EDGE_MIN_RATE;
    int64_t head_ms = e->options.head_timeout_s * 1000;

    switch ((enum conn_phase)atomic_load(&conn->phase)) {
    case CONN_HEAD:
        return age > head_ms;
    case CONN_KEPT:
        return age > e->options.idle_timeout_s * 1000 + head_ms;
    case CONN_BODY:
        return age > EDGE_BODY_GRACE_MS + earned;
    case CONN_SENDING:
        return age > EDGE_SEND_GRACE_MS + earned;
    case CONN_WORKING:
    case CONN_LEFT:
        return false;
    }
    return false;
}

/* Under conns_lock.  While a head or body is awaited nothing of an answer is on its way, so the
 * refusal can be put on the socket behind the library's back. */
static void cut(struct edge *e, struct conn *conn)
{
    int phase = atomic_load(&conn->phase);
    char text[EDGE_REFUSAL_MAX];

    if (phase == CONN_HEAD || phase == CONN_BODY) {
        str refusal = edge_raw_refusal(e, 408, S("one that was too slow"), text);

        (void)!send(conn->fd, refusal.ptr, refusal.len, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    atomic_store(&conn->cut, true);
    atomic_fetch_add(&e->refused, 1);
    (void)shutdown(conn->fd, SHUT_RDWR);
}

static void *sweep(void *arg)
{
    struct edge *e = arg;

    pthread_mutex_lock(&e->conns_lock);
    while (!e->sweeper_stop) {
        struct timespec until;
        int64_t now_ms = clock_mono_ms();

        for (struct conn *conn = e->conns; conn != NULL; conn = conn->next)
            if (!atomic_load(&conn->cut) && is_overdue(e, conn, now_ms))
                cut(e, conn);
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        pthread_cond_timedwait(&e->sweeper_wake, &e->conns_lock, &until);
    }
    pthread_mutex_unlock(&e->conns_lock);
    return NULL;
}

bool edge_conns_init(struct edge *e)
{
    struct conn *slots = NEW_ARRAY(e->arena, struct conn, (size_t)e->options.max_connections);
    pthread_condattr_t attr;

    for (int i = 0; i < e->options.max_connections; i++) {
        slots[i].next = e->free_conns;
        e->free_conns = &slots[i];
    }
    e->n_count_heads = 4096;
    e->count_heads = NEW_ARRAY(e->arena, int, (size_t)e->n_count_heads);
    for (int i = 0; i < e->n_count_heads; i++)
        e->count_heads[i] = -1;
    e->counts = NEW_ARRAY(e->arena, struct address_count, (size_t)e->options.max_connections);
    for (int i = 0; i < e->options.max_connections; i++)
        e->counts[i].next = i + 1 < e->options.max_connections ? i + 1 : -1;
    pthread_mutex_init(&e->counts_lock, NULL);
    pthread_mutex_init(&e->conns_lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&e->sweeper_wake, &attr);
    pthread_condattr_destroy(&attr);
    return pthread_create(&e->sweeper, NULL, sweep, e) == 0;
}

void edge_conns_stop(struct edge *e)
{
    pthread_mutex_lock(&e->conns_lock);
    e->sweeper_stop = true;
    pthread_cond_signal(&e->sweeper_wake);
    pthread_mutex_unlock(&e->conns_lock);
    pthread_join(e->sweeper, NULL);
}
