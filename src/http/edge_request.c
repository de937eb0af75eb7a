/*
 * edge_request.c - libmicrohttpd's calls turned into an exchange.
 *
 * The library calls edge_request several times for one request: with the head,
 * for each piece of the body, at the end of the body (then the exchange is
 * handed to a lane and the connection suspended), and again after the resume
 * (then the answer is there).  It accepts an answer at the head or at the end of the body only; so
 * a body that turns out too long is read past, up to a limit, and refused at its end, and past that
 * limit the refusal is put on the socket by hand, and the connection dropped when the client goes
 * on sending for long.
 *
 * What the library is lenient about is refused here: anything that two
 * programs in a row could read differently.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/edge_private.h"

/* ---- the head ---- */

/* Arenas are used again: a request touches some twenty kilobytes, which would otherwise go back
 * and forth between here, malloc and the kernel. */
static struct incoming *incoming_new(struct edge *e)
{
    struct arena *arena = e->n_spare > 0 ? e->spare[--e->n_spare] : arena_new();
    struct incoming *in = NEW(arena, struct incoming);

    in->x.arena = arena;
    in->x.body_fd = -1;
    in->x.request.query = S("");
    return in;
}

static void give_back(struct edge *e, struct arena *arena)
{
    if (e->n_spare == EDGE_SPARE_ARENAS) {
        arena_free(arena);
        return;
    }
    arena_reset(arena);
    e->spare[e->n_spare++] = arena;
}

/* The raw target is seen here only; later the library has cut it up.  Without a query nothing need
 * be kept: the path comes again. */
void *edge_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    const char *query = strchr(uri, '?');
    struct incoming *in;

    conn_enter(edge_conn_of(mhd), CONN_HEAD, 0);
    if (query == NULL)
        return NULL;
    in = incoming_new(cls);
    in->x.request.query = arena_copy(in->x.arena, str_of(query + 1));
    return in;
}

struct heading {
    struct incoming *in;
    bool too_many, bad;
};

static bool is_single(str name)
{
    static const char *const names[] = {"Host",          "Content-Length",   "Content-Type",
                                        "Authorization", "Origin",           "Idempotency-Key",
                                        "If-Match",      "Transfer-Encoding"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq_fold(name, str_of(names[i])))
            return true;
    return false;
}

static bool is_token(str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.ptr[i];

        if (ch <= ' ' || ch >= 127 || strchr("()<>@,;:\\\"/[]?={}", ch) != NULL)
            return false;
    }
    return s.len > 0;
}

static bool has_header(const struct http_headers *h, const char *name)
{
    for (size_t i = 0; i < h->n; i++)
        if (str_eq_fold(h->items[i].name, str_of(name)))
            return true;
    return false;
}

static bool is_printable(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.ptr[i] < ' ' && s.ptr[i] != '\t') || s.ptr[i] == 127)
            return false;
    return true;
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *key,
                                  size_t key_len, const char *value, size_t value_len)
{
    struct heading *h = cls;
    struct http_headers *headers = &h->in->x.request.headers;
    str name = arena_copy(h->in->x.arena, (str){key, key_len});
    str text = value != NULL ? str_trim((str){value, value_len}) : S("");

    (void)kind;
    if (headers->n == HTTP_MAX_HEADERS) {
        h->too_many = true;
        return MHD_NO;
    }
    if (!is_token(name) || !is_printable(text) ||
        (is_single(name) && has_header(headers, name.ptr)))
        h->bad = true;
    http_header_add(headers, name, arena_copy(h->in->x.arena, text));
    return MHD_YES;
}

/* Of a name or address with an optional port; no user, no path, no blanks. */
static bool is_host(str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i];

        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
              ch == '.' || ch == '-' || ch == '_' || ch == ':' || ch == '[' || ch == ']'))
            return false;
    }
    return s.len > 0 && s.len <= 255;
}

/* How long the body will be: 0 none, -1 not said (chunked).  false: the two ways of saying it are
 * both there, or unreadable. */
static bool body_length(const struct http_headers *h, int64_t *out)
{
    str length = http_header_get(h, "Content-Length");
    bool chunked = has_header(h, "Transfer-Encoding");

    if (chunked && (has_header(h, "Content-Length") ||
                    !str_eq_fold(http_header_get(h, "Transfer-Encoding"), S("chunked"))))
        return false;
    if (chunked) {
        *out = -1;
        return true;
    }
    *out = 0;
    if (!has_header(h, "Content-Length"))
        return true;
    for (size_t i = 0; i < length.len; i++)
        if (length.ptr[i] < '0' || length.ptr[i] > '9')
            return false;
    return str_parse_i64(length, out);
}

/* 0, or the status to refuse with. */
static int check_head(struct incoming *in, const char *method, const char *version, str path)
{
    struct http_request *rq = &in->x.request;
    struct heading h = {.in = in};

    if (!http_method_parse(str_of(method), &rq->method))
        return 405;
    in->head = rq->method == HTTP_HEAD;
    if (path.len + rq->query.len > EDGE_MAX_TARGET)
        return 414;
    if (path.len == 0 || path.ptr[0] != '/' || !is_printable(path) || !is_printable(rq->query) ||
        memchr(path.ptr, ' ', path.len) != NULL)
        return 400;
    MHD_get_connection_values_n(in->mhd, MHD_HEADER_KIND, add_header, &h);
    if (h.too_many)
        return 431;
    if (h.bad || !body_length(&rq->headers, &in->declared))
        return 400;
    if (in->declared < 0 && strcmp(version, "HTTP/1.0") == 0)
        return 400;
    if (has_header(&rq->headers, "Host") ? !is_host(http_header_get(&rq->headers, "Host"))
                                         : strcmp(version, "HTTP/1.0") != 0)
        return 400;
    rq->content_type = http_header_get(&rq->headers, "Content-Type");
    return 0;
}

/* The refusal goes out by hand and our side of the stream is closed; what still comes is read for
 * a while, because closing on unread bytes would take the refusal back. */
static void hang_up(struct incoming *in)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(in->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    char text[EDGE_REFUSAL_MAX];
    str refusal = edge_raw_refusal(in->edge, in->refuse, in->x.peer, text);

    in->hung_up = true;
    if (fd == NULL)
        return;
    (void)!send(fd->connect_fd, refusal.ptr, refusal.len, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)shutdown(fd->connect_fd, SHUT_WR);
}

static enum MHD_Result begin(struct edge *e, struct incoming *in, const char *url,
                             const char *method, const char *version)
{
    int status;

    in->x.started_us = clock_mono_us();
    in->x.request.url = arena_copy(in->x.arena, str_of(url));
    in->step = STEP_BODY;
    status = check_head(in, method, version, in->x.request.url);
    edge_find_peer(e, in);
    if (status == 0)
        status = e->ops.limit(e->server, &in->x.request, in->x.counted, &in->limit);
    if (status == 0 && in->declared > in->limit.max_body)
        status = 413;
    if (status == 0 && atomic_load(&e->draining))
        status = 503;
    if (status != 0) {
        atomic_fetch_add(&e->refused, 1);
        if (in->declared == 0)
            return edge_refuse(in, status);
        /* A short body is read past, so that the client, busy sending, hears us; so is a longer
         * one, after it has been told. */
        in->refuse = status;
        in->limit.max_body = 0;
        if (in->declared > EDGE_DRAIN_BODY)
            hang_up(in);
    }
    if (in->declared != 0)
        conn_enter(in->conn, CONN_BODY, 0);
    return MHD_YES;
}

/* ---- the body ---- */

static void close_body(void *arg)
{
    struct incoming *in = arg;

    if (in->x.body_fd >= 0)
        close(in->x.body_fd);
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static void drop_memory(struct incoming *in)
{
    if (in->body_cap > 0)
        atomic_fetch_sub(&in->edge->body_memory, (int64_t)in->body_cap);
    in->body_cap = 0;
}

static bool spool(struct incoming *in)
{
    struct edge *e = in->edge;
    const char *dir = e->options.spool_dir.ptr;

    in->x.body_fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (in->x.body_fd < 0)
        return false;
    arena_defer(in->x.arena, close_body, in);
    if (!write_all(in->x.body_fd, in->body, in->x.request.body.len))
        return false;
    drop_memory(in);
    in->x.request.body = S("");
    return true;
}

/* Room for n more bytes in memory, by doubling: what is claimed but not sent costs nothing.  The
 * steps before the last stay in the arena, together as large as the last. */
static void grow(struct incoming *in, size_t n)
{
    size_t have = in->x.request.body.len, cap = in->body_cap > 0 ? in->body_cap : 1024;
    char *bigger;

    while (cap < have + n)
        cap *= 2;
    if (cap == in->body_cap)
        return;
    bigger = arena_alloc(in->x.arena, cap);
    if (have > 0)
        memcpy(bigger, in->body, have);
    atomic_fetch_add(&in->edge->body_memory, (int64_t)(cap - in->body_cap));
    in->body = bigger;
    in->body_cap = cap;
    in->x.request.body = (str){bigger, have};
}

static void keep(struct incoming *in, const char *data, size_t size)
{
    struct edge *e = in->edge;
    bool to_file = in->limit.spool || in->x.request.body.len + size > e->options.spool_above ||
                   in->declared > (int64_t)e->options.spool_above ||
                   atomic_load(&e->body_memory) > EDGE_BODY_MEMORY;

    if (in->x.body_fd < 0 && to_file && !spool(in)) {
        in->refuse = 503;
        return;
    }
    if (in->x.body_fd >= 0) {
        if (!write_all(in->x.body_fd, data, size))
            in->refuse = 503;
        return;
    }
    grow(in, size);
    memcpy(in->body + in->x.request.body.len, data, size);
    in->x.request.body.len += size;
}

static enum MHD_Result take(struct incoming *in, const char *data, size_t size)
{
    in->x.body_bytes += (int64_t)size;
    if (in->conn != NULL)
        atomic_fetch_add(&in->conn->bytes, (int64_t)size);
    if (in->refuse == 0 && in->x.body_bytes > in->limit.max_body) {
        atomic_fetch_add(&in->edge->refused, 1);
        in->refuse = 413;
    }
    if (in->refuse == 0)
        keep(in, data, size);
    else if (!in->hung_up && in->x.body_bytes > in->limit.max_body + EDGE_DRAIN_BODY)
        hang_up(in);
    return in->hung_up && in->x.body_bytes > EDGE_DRAIN_TOLD ? MHD_NO : MHD_YES;
}

static enum MHD_Result hand_over(struct incoming *in)
{
    struct edge *e = in->edge;

    if (in->hung_up)
        return MHD_NO;
    if (in->refuse != 0)
        return edge_refuse(in, in->refuse);
    if (in->limit.spool && in->x.body_fd < 0 && !spool(in))
        return edge_refuse(in, 503);
    if (in->x.body_fd >= 0 && lseek(in->x.body_fd, 0, SEEK_SET) != 0)
        return edge_refuse(in, 503);
    if (!edge_has_room(e, in)) {
        atomic_fetch_add(&e->refused, 1);
        return edge_refuse(in, 503);
    }
    conn_enter(in->conn, CONN_WORKING, 0);
    in->step = STEP_HANDED;
    atomic_fetch_add(&e->suspended, 1);
    /* Suspended first: the answer may come before edge_hand returns. */
    MHD_suspend_connection(in->mhd);
    edge_hand(e, in);
    return MHD_YES;
}

/* ---- libmicrohttpd's calls ---- */

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
enum MHD_Result edge_request(void *cls, struct MHD_Connection *mhd, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *data_size, void **con_cls)
{
    struct edge *e = cls;
    struct incoming *in = *con_cls;

    if (in == NULL || in->step == 0) {
        if (in == NULL)
            in = incoming_new(e);
        *con_cls = in;
        in->edge = e;
        in->mhd = mhd;
        in->conn = edge_conn_of(mhd);
        in->step = STEP_HEAD;
        in->counted = true;
        atomic_fetch_add(&e->in_flight, 1);
        return begin(e, in, url, method, version);
    }
    if (in->step == STEP_ANSWERED)
        return edge_send(in);
    if (*data_size > 0) {
        size_t size = *data_size;

        *data_size = 0;
        return take(in, data, size);
    }
    return in->step == STEP_BODY ? hand_over(in) : MHD_YES;
}

void edge_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
                    enum MHD_RequestTerminationCode why)
{
    struct edge *e = cls;
    struct incoming *in = *con_cls;
    struct conn *conn = edge_conn_of(mhd);

    (void)why;
    if (conn != NULL && atomic_load(&conn->phase) != CONN_LEFT)
        conn_enter(conn, CONN_KEPT, 0);
    if (in == NULL)
        return;
    *con_cls = NULL;
    if (in->edge != NULL)
        drop_memory(in);
    if (in->response != NULL)
        MHD_destroy_response(in->response);
    if (in->counted)
        atomic_fetch_sub(&e->in_flight, 1);
    give_back(e, in->x.arena);
}
