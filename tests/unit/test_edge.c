/*
 * test_edge.c - the listening side alone, with a server of three lines behind it.  What only shows
 * with the whole program is in tests/http/10-*.
 */
#include "t.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/edge_private.h"

/* ---- addresses, without a socket ---- */

static struct edge *quiet_edge(struct ctx *c, int per_address, const char *trusted)
{
    struct edge *e = NEW(c->arena, struct edge);

    e->arena = c->arena;
    e->options = (struct edge_options){.max_connections = 100,
                                       .per_address = per_address,
                                       .idle_timeout_s = 60,
                                       .head_timeout_s = 10};
    assert_true(edge_conns_init(e));
    assert_true(networks_parse(str_of(trusted), &e->trusted));
    return e;
}

/* ---- a real one ---- */

struct stage {
    struct edge *edge;
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool held;  /* requests to /hold wait while it is set */
    int served; /* that have reached serve() */
};

static int limit(void *server, const struct http_request *head, str counted, struct edge_limit *out)
{
    (void)server;
    (void)counted;
    out->door = str_eq(head->url, S("/door"));
    out->max_body = 100000;
    out->slow = str_eq(head->url, S("/slow"));
    out->spool = str_eq(head->url, S("/spool"));
    return str_eq(head->url, S("/refused")) ? 404 : 0;
}

static void serve(void *server, struct exchange *x)
{
    struct stage *s = server;
    struct answer a = {.status = 200, .content_type = S("text/plain")};

    pthread_mutex_lock(&s->lock);
    s->served++;
    pthread_cond_broadcast(&s->change);
    while (s->held && (str_eq(x->request.url, S("/hold")) || str_eq(x->request.url, S("/door"))))
        pthread_cond_wait(&s->change, &s->lock);
    pthread_mutex_unlock(&s->lock);
    a.body = arena_printf(x->arena, "%.*s %.*s %lld %s", STR_ARG(x->request.url),
                          STR_ARG(x->request.query), (long long)x->body_bytes,
                          x->body_fd >= 0 ? "file" : "memory");
    edge_answer(s->edge, x, &a);
}

static void upgraded(void *server, struct exchange *x, int fd, str extra)
{
    (void)server;
    (void)x;
    (void)extra;
    close(fd);
}

static str problem(int status, str request_id, char *buf)
{
    (void)request_id;
    (void)buf;
    return status == 503 ? S("{\"status\":503}") : S("{\"status\":0}");
}

static void open_stage(struct ctx *c, struct stage *s, int queue)
{
    static const struct edge_ops ops = {limit, serve, upgraded, problem};
    struct edge_options options = {.listen = S("127.0.0.1:0"),
                                   .threads = 1,
                                   .slow_threads = 1,
                                   .queue = queue,
                                   .door_threads = 1,
                                   .door_queue = 2,
                                   .max_connections = 50,
                                   .spool_dir = S("/tmp")};

    *s = (struct stage){0};
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->change, NULL);
    T_OK(c, edge_new(c, &options, &ops, s, &s->edge));
}

static void close_stage(struct stage *s)
{
    edge_drain(s->edge, 1000);
    edge_free(s->edge);
    pthread_cond_destroy(&s->change);
    pthread_mutex_destroy(&s->lock);
}

static int ask(struct stage *s, str bytes)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)edge_port(s->edge))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)(void *)&at, sizeof at), 0);
    assert_int_equal(send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL), bytes.len);
    return fd;
}

static str answer_of(struct ctx *c, int fd)
{
    char text[4096];
    size_t have = 0;
    ssize_t n;

    while (have < sizeof text && (n = recv(fd, text + have, sizeof text - have, 0)) > 0)
        have += (size_t)n;
    close(fd);
    return arena_copy(c->arena, (str){text, have});
}

static str get(struct ctx *c, const char *target)
{
    return arena_printf(c->arena, "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                        target);
}

static void until_served(struct stage *s, int n)
{
    pthread_mutex_lock(&s->lock);
    while (s->served < n)
        pthread_cond_wait(&s->change, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

static void release(struct stage *s)
{
    pthread_mutex_lock(&s->lock);
    s->held = false;
    pthread_cond_broadcast(&s->change);
    pthread_mutex_unlock(&s->lock);
}

static void target_and_query_come_as_they_were_sent(void **state)
{
    struct ctx *c = t_ctx(state);
    struct stage s;
    str got;

    open_stage(c, &s, 10);
    got = answer_of(c, ask(&s, get(c, "/a%2Fb?x=%20+&&y")));
    assert_true(str_ends_with(got, S("\r\n\r\n/a%2Fb x=%20+&&y 0 memory")));
    close_stage(&s);
}

static void a_full_queue_is_503_and_says_when_to_come_again(void **state)
{
    struct ctx *c = t_ctx(state);
    struct stage s;
    int busy, waiting;
    struct edge_stats stats = {0};
    str refused;

    open_stage(c, &s, 1);
    s.held = true;
    busy = ask(&s, get(c, "/hold"));
    until_served(&s, 1);
    waiting = ask(&s, get(c, "/hold"));
    while (stats.queued == 0)
        edge_read_stats(s.edge, &stats);
    refused = answer_of(c, ask(&s, get(c, "/hold")));
    assert_true(str_starts_with(refused, S("HTTP/1.1 503")));
    assert_non_null(strstr(refused.ptr, "Retry-After: 1\r\n"));
    assert_true(str_ends_with(refused, S("{\"status\":503}")));
    /* The slow ones have threads of their own. */
    assert_true(str_starts_with(answer_of(c, ask(&s, get(c, "/slow"))), S("HTTP/1.1 200")));
    release(&s);
    assert_true(str_starts_with(answer_of(c, busy), S("HTTP/1.1 200")));
    assert_true(str_starts_with(answer_of(c, waiting), S("HTTP/1.1 200")));
    close_stage(&s);
}

static str post(struct ctx *c, const char *target, size_t size)
{
    struct buf b = buf_new(c->arena, size + 1000);

    buf_printf(&b,
               "POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
               target, size);
    for (size_t i = 0; i < size; i++)
        buf_add_char(&b, 'x');
    return buf_str(&b);
}

static void what_waits_at_the_door_holds_up_nobody_else(void **state)
{
    struct ctx *c = t_ctx(state);
    struct stage s;
    struct edge_stats stats = {0};
    int waiting[3];

    open_stage(c, &s, 10);
    s.held = true;
    waiting[0] = ask(&s, get(c, "/door"));
    until_served(&s, 1);
    for (int i = 1; i < 3; i++)
        waiting[i] = ask(&s, get(c, "/door"));
    while (stats.queued < 2)
        edge_read_stats(s.edge, &stats);
    assert_true(str_starts_with(answer_of(c, ask(&s, get(c, "/door"))), S("HTTP/1.1 503")));
    assert_true(str_starts_with(answer_of(c, ask(&s, get(c, "/a"))), S("HTTP/1.1 200")));
    assert_true(str_starts_with(answer_of(c, ask(&s, get(c, "/slow"))), S("HTTP/1.1 200")));
    release(&s);
    for (int i = 0; i < 3; i++)
        assert_true(str_starts_with(answer_of(c, waiting[i]), S("HTTP/1.1 200")));
    close_stage(&s);
}

static void short_bodies_stay_in_memory_and_long_ones_go_to_a_file(void **state)
{
    struct ctx *c = t_ctx(state);
    struct stage s;

    open_stage(c, &s, 10);
    assert_true(str_ends_with(answer_of(c, ask(&s, post(c, "/a", 65536))), S("/a  65536 memory")));
    assert_true(str_ends_with(answer_of(c, ask(&s, post(c, "/a", 65537))), S("/a  65537 file")));
    assert_true(str_ends_with(answer_of(c, ask(&s, post(c, "/spool", 3))), S("/spool  3 file")));
    assert_true(str_starts_with(answer_of(c, ask(&s, post(c, "/a", 100001))), S("HTTP/1.1 413")));
    close_stage(&s);
}

static void a_head_can_be_refused_before_its_body(void **state)
{
    struct ctx *c = t_ctx(state);
    struct stage s;

    open_stage(c, &s, 10);
    assert_true(str_starts_with(answer_of(c, ask(&s, get(c, "/refused"))), S("HTTP/1.1 404")));
    assert_true(str_starts_with(answer_of(c, ask(&s, post(c, "/refused", 10))), S("HTTP/1.1 404")));
    assert_int_equal(s.served, 0);
    close_stage(&s);
}

static void draining_finishes_what_is_under_way(void **state)
{
    struct ctx *c = t_ctx(state);
    struct stage s;
    int fd;

    open_stage(c, &s, 10);
    s.held = true;
    fd = ask(&s, get(c, "/hold"));
    until_served(&s, 1);
    edge_drain(s.edge, 10);
    release(&s);
    assert_true(str_starts_with(answer_of(c, fd), S("HTTP/1.1 200")));
    close_stage(&s);
}

static void one_address_opens_so_many_connections_and_no_more(void **state)
{
    struct ctx *c = t_ctx(state);
    struct edge *e = quiet_edge(c, 2, "198.51.100.1");
    struct sockaddr_in at = {.sin_family = AF_INET};
    struct sockaddr *sa = (struct sockaddr *)(void *)&at;

    inet_pton(AF_INET, "203.0.113.9", &at.sin_addr);
    assert_int_equal(edge_accept(e, sa, sizeof at), MHD_YES);
    for (int i = 0; i < 2; i++)
        (void)edge_count(e, address_of(sa));
    assert_int_equal(edge_accept(e, sa, sizeof at), MHD_NO);
    inet_pton(AF_INET, "203.0.113.10", &at.sin_addr);
    assert_int_equal(edge_accept(e, sa, sizeof at), MHD_YES);
    for (int i = 0; i < 5; i++) {
        inet_pton(AF_INET, i % 2 == 0 ? "198.51.100.1" : "127.0.0.1", &at.sin_addr);
        (void)edge_count(e, address_of(sa));
        assert_int_equal(edge_accept(e, sa, sizeof at), MHD_YES);
    }
    edge_conns_stop(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(one_address_opens_so_many_connections_and_no_more),
        T(target_and_query_come_as_they_were_sent),
        T(a_full_queue_is_503_and_says_when_to_come_again),
        T(what_waits_at_the_door_holds_up_nobody_else),
        T(short_bodies_stay_in_memory_and_long_ones_go_to_a_file),
        T(a_head_can_be_refused_before_its_body),
        T(draining_finishes_what_is_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
