/*
 * edge_answer.c - from an answer to libmicrohttpd's response.
 *
 * The response is made on the answering thread, so that copying is not the
 * epoll thread's work; the connection is then resumed and the library asks for
 * it (edge_send).  After a WebSocket upgrade the socket is duplicated and the library's side closed
 * at once: upgraded connections that stay in the library make it slow (it walks
 * all of them at each resume).
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "http/edge_private.h"

/* ---- refusals by the edge itself ---- */

static const struct http_header refusal_headers[] = {
    {STR_INIT("Cache-Control"),           STR_INIT("no-store")                                  },
    {STR_INIT("X-Content-Type-Options"),  STR_INIT("nosniff")                                   },
    {STR_INIT("Content-Security-Policy"), STR_INIT("default-src 'none'; frame-ancestors 'none'")},
};

static const char *reason_of(int status)
{
    return MHD_get_reason_phrase_for((unsigned int)status);
}

/* What the edge refuses never becomes a request of anybody's, so its line in the log is here. */
static void note_refusal(int status, str request_id, str peer)
{
    log_note(LOG_INFO, "refused", "%d to %.*s, request %.*s", status, STR_ARG(peer),
             STR_ARG(request_id));
}

str edge_raw_refusal(struct edge *e, int status, str peer, char *buf)
{
    char id_text[UUID_TEXT + 1], problem[EDGE_PROBLEM_MAX];
    str id = {id_text, UUID_TEXT}, body;
    int n;

    uuid_text(uuid_new(), id_text);
    body = e->ops.problem(status, id, problem);
    n = snprintf(
        buf, EDGE_REFUSAL_MAX,
        "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nX-Request-Id: %.*s\r\n"
        "Content-Length: %zu\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n%.*s",
        status, reason_of(status), STR_ARG(id), body.len, STR_ARG(body));

    note_refusal(status, id, peer);
    return n > 0 && n < EDGE_REFUSAL_MAX ? (str){buf, (size_t)n} : S("");
}

enum MHD_Result edge_refuse(struct incoming *in, int status)
{
    struct arena *a = in->x.arena;
    str id = uuid_str(a, uuid_new());
    str body = in->edge->ops.problem(status, id, arena_alloc(a, EDGE_PROBLEM_MAX));
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body.len, (void *)(uintptr_t)body.ptr, MHD_RESPMEM_PERSISTENT);

    if (response == NULL)
        return MHD_NO;
    note_refusal(status, id, in->x.peer);
    MHD_add_response_header(response, "Content-Type", "application/problem+json");
    MHD_add_response_header(response, "X-Request-Id", id.ptr);
    for (size_t i = 0; i < sizeof refusal_headers / sizeof refusal_headers[0]; i++)
        MHD_add_response_header(response, refusal_headers[i].name.ptr,
                                refusal_headers[i].value.ptr);
    if (in->edge->options.strict_transport)
        MHD_add_response_header(response, "Strict-Transport-Security", EDGE_STRICT_TRANSPORT);
    if (status == 503)
        MHD_add_response_header(response, "Retry-After", "1");
    MHD_add_response_header(response, "Connection", "close");
    in->response = response;
    in->status = status;
    return edge_send(in);
}

/* ---- upgrades ---- */

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static void upgraded(void *cls, struct MHD_Connection *mhd, void *con_cls, const char *extra,
                     size_t extra_size, MHD_socket sock, struct MHD_UpgradeResponseHandle *urh)
{
    struct incoming *in = cls;
    struct edge *e = in->edge;
    int one = 1, fd = fcntl(sock, F_DUPFD_CLOEXEC, 0);

    (void)mhd;
    (void)con_cls;
    conn_enter(in->conn, CONN_LEFT, 0);
    if (fd >= 0) {
        int flags = fcntl(fd, F_GETFL);

        (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        e->ops.upgraded(e->server, &in->x, fd, arena_copy(in->x.arena, (str){extra, extra_size}));
    }
    MHD_upgrade_action(urh, MHD_UPGRADE_ACTION_CLOSE);
}

/* ---- answers ---- */

/* libmicrohttpd refuses a header with a line break in it; so does it any that is ours by
 * mistake. */
static void add_headers(struct MHD_Response *response, const struct http_headers *headers,
                        struct arena *arena)
{
    for (size_t i = 0; i < headers->n; i++) {
        str name = arena_copy(arena, headers->items[i].name);
        str value = arena_copy(arena, headers->items[i].value);

        (void)MHD_add_response_header(response, name.ptr, value.ptr);
    }
}

/* The file is the response's to close, or ours when there is none. */
static struct MHD_Response *response_of_file(const struct answer *answer)
{
    struct MHD_Response *response = MHD_create_response_from_fd_at_offset64(
        (uint64_t)answer->file_bytes, answer->file_fd, (uint64_t)answer->file_offset);

    if (response == NULL)
        close(answer->file_fd);
    return response;
}

static struct MHD_Response *make_response(struct incoming *in, const struct answer *answer)
{
    if (answer->status == 101)
        return MHD_create_response_for_upgrade(upgraded, in);
    if (answer->file_fd > 0)
        return response_of_file(answer);
    return MHD_create_response_from_buffer(answer->body.len, (void *)(uintptr_t)answer->body.ptr,
                                           answer->body_static ? MHD_RESPMEM_PERSISTENT
                                                               : MHD_RESPMEM_MUST_COPY);
}

void edge_answer(struct edge *e, struct exchange *x, const struct answer *answer)
{
    struct incoming *in = (struct incoming *)(void *)x;
    struct MHD_Response *response = make_response(in, answer);

    if (response != NULL) {
        add_headers(response, &answer->headers, x->arena);
        if (answer->content_type.len > 0 && answer->status != 101)
            MHD_add_response_header(response, "Content-Type",
                                    arena_copy(x->arena, answer->content_type).ptr);
        if (atomic_load(&e->draining) && answer->status != 101)
            MHD_add_response_header(response, "Connection", "close");
    }
    in->response = response;
    in->status = answer->status;
    in->step = STEP_ANSWERED;
    atomic_fetch_sub(&e->suspended, 1);
    MHD_resume_connection(in->mhd);
}

enum MHD_Result edge_send(struct incoming *in)
{
    enum MHD_Result result;

    in->step = STEP_ANSWERED;
    if (in->response == NULL)
        return MHD_NO;
    conn_enter(in->conn, CONN_SENDING, 0);
    result = MHD_queue_response(in->mhd, (unsigned int)in->status, in->response);
    MHD_destroy_response(in->response);
    in->response = NULL;
    return result;
}
