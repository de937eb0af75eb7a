/*
 * test_client.c - the outgoing client against a scripted server on loopback.
 *
 * The server is a thread that accepts, reads one request a step and does what
 * the script's letter says:
 *   k  answers 200 and keeps the connection      c  answers 200 and closes
 *   d  closes without an answer                  h  sends half a head and closes
 *   s  says nothing until the client gives up    b  announces more body than it sends
 *   r  redirects elsewhere                       L  answers with 4096 bytes
 */
#include "t.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/client.h"

struct script {
    const char *letters;
    int listen_fd, port;
    int requests, connections;
    char last[4096]; /* the last request's bytes */
    pthread_t thread;
};

static bool read_request(int fd, struct script *s)
{
    size_t have = 0, need = 0;

    memset(s->last, 0, sizeof s->last);
    while (have < sizeof s->last - 1) {
        ssize_t n = recv(fd, s->last + have, sizeof s->last - 1 - have, 0);
        char *end, *length;

        if (n <= 0)
            return false;
        have += (size_t)n;
        end = strstr(s->last, "\r\n\r\n");
        if (end == NULL)
            continue;
        length = strcasestr(s->last, "Content-Length: ");
        need = (size_t)(end + 4 - s->last);
        for (length = length != NULL ? length + 16 : NULL;
             length != NULL && *length >= '0' && *length <= '9';) {
            size_t bytes = 0;

            while (*length >= '0' && *length <= '9')
                bytes = bytes * 10 + (size_t)(*length++ - '0');
            need += bytes;
        }
        if (have >= need)
            break;
    }
    s->requests++;
    return true;
}

static void say(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

/* true: the connection stays */
static bool act(int fd, char letter)
{
    char large[4096 + 64];
    int n;

    switch (letter) {
    case 'k':
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Thing: a\r\n\r\nok");
        return true;
    case 'c':
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        return false;
    case 'h':
        say(fd, "HTTP/1.1 200 OK\r\nContent-Le");
        return false;
    case 'b':
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok");
        return false;
    case 'r':
        say(fd, "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: "
                "0\r\n\r\n");
        return true;
    case 'L':
        n = snprintf(large, sizeof large, "HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n");
        memset(large + n, 'x', 4096);
        (void)!send(fd, large, (size_t)n + 4096, MSG_NOSIGNAL);
        return true;
    case 's':
        (void)!recv(fd, large, sizeof large, 0); /* until the client goes */
        return false;
    default:
        return false;
    }
}

static void *play(void *arg)
{
    struct script *s = arg;
    const char *next = s->letters;
    bool open = false;
    int fd = -1;

    while (*next != '\0') {
        if (!open) {
            fd = accept(s->listen_fd, NULL, NULL);
            if (fd < 0)
                break;
            s->connections++;
        }
        open = read_request(fd, s) && act(fd, *next++);
        if (!open)
            close(fd);
    }
    /* Whoever comes now is counted and sent away. */
    if (open)
        close(fd);
    while ((fd = accept(s->listen_fd, NULL, NULL)) >= 0) {
        s->connections++;
        (void)read_request(fd, s);
        close(fd);
    }
    return NULL;
}

static struct http_client *begin(struct ctx *c, struct script *s, const char *letters)
{
    static const char *const allowed[] = {"api.example", NULL};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    struct http_client_options options = {.allowed_hosts = allowed};
    struct http_client *client;
    char map[64] = "/tmp/sambung-egress-XXXXXX";
    int fd = mkstemp(map);

    *s = (struct script){.letters = letters, .listen_fd = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(bind(s->listen_fd, (struct sockaddr *)(void *)&at, sizeof at), 0);
    assert_int_equal(listen(s->listen_fd, 8), 0);
    assert_int_equal(getsockname(s->listen_fd, (struct sockaddr *)(void *)&at, &size), 0);
    s->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, play, s), 0);
    assert_true(dprintf(fd, "api.example = http://127.0.0.1:%d\n", s->port) > 0);
    close(fd);
    options.egress_map = str_of(map);
    T_OK(c, http_client_new(c, &options, &client));
    unlink(map);
    return client;
}

static void end(struct http_client *client, struct script *s)
{
    http_client_free(client);
    shutdown(s->listen_fd, SHUT_RDWR);
    close(s->listen_fd);
    pthread_join(s->thread, NULL);
}

static struct http_response call(struct ctx *c, struct http_client *client, enum http_method method,
                                 const char *body)
{
    struct http_request rq = {.method = method,
                              .url = S("https://api.example/v1/messages"),
                              .content_type = S("application/json"),
                              .body = str_of(body)};
    struct http_response out;

    T_OK(c, http_client_call(c, client, &rq, &out));
    return out;
}

static void a_kept_connection_is_used_again(void **state)
{
    struct ctx *c = t_ctx(state);
    struct script s;
    struct http_client *client = begin(c, &s, "kkk");
    struct http_response out;

    for (int i = 0; i < 3; i++) {
        out = call(c, client, HTTP_POST, "{\"a\":1}");
        assert_int_equal(out.failure, HTTP_ANSWERED);
        assert_int_equal(out.status, 200);
        T_STR(out.body, "ok");
        T_STR(http_header_get(&out.headers, "x-thing"), "a");
    }
    end(client, &s);
    assert_int_equal(s.connections, 1);
}

static void the_request_says_what_it_was_told_to(void **state)
{
    struct ctx *c = t_ctx(state);
    struct script s;
    struct http_client *client = begin(c, &s, "k");
    struct http_request rq = {
        .method = HTTP_PUT,
        .url = S("https://api.example/a?b=c"),
        .bearer = {"hush", 4},
        .content_type = S("text/plain"),
        .body = S("text")
    };
    struct http_response out;

    http_header_add(&rq.headers, S("X-One"), S("1"));
    http_header_add(&rq.headers, S("X-Two"), S("2\r\nX-Evil: 3"));
    T_OK(c, http_client_call(c, client, &rq, &out));
    end(client, &s);
    assert_non_null(strstr(s.last, "PUT /a?b=c HTTP/1.1\r\n"));
    assert_non_null(strstr(s.last, "Authorization: Bearer hush\r\n"));
    assert_non_null(strstr(s.last, "X-One: 1\r\n"));
    assert_null(strstr(s.last, "X-Evil"));
    assert_null(strstr(s.last, "Expect:"));
    assert_non_null(strstr(s.last, "\r\n\r\ntext"));
}

static void a_post_is_never_sent_a_second_time(void **state)
{
    struct ctx *c = t_ctx(state);
    struct script s;
    /* The first is answered and kept; the second arrives on the same connection and gets no answer,
     * which makes libcurl want to try again on a fresh one. */
    struct http_client *client = begin(c, &s, "kd");
    struct http_response out;

    assert_int_equal(call(c, client, HTTP_POST, "{}").failure, HTTP_ANSWERED);
    out = call(c, client, HTTP_POST, "{}");
    end(client, &s);
    assert_int_equal(out.failure, HTTP_NO_ANSWER);
    assert_int_equal(out.status, 0);
    assert_int_equal(s.requests, 2);
}

static void half_an_answer_is_no_answer(void **state)
{
    struct ctx *c = t_ctx(state);

    for (const char *script = "dhb"; *script != '\0'; script++) {
        char one[2] = {*script, '\0'};
        struct script s;
        struct http_client *client = begin(c, &s, one);
        struct http_response out = call(c, client, HTTP_POST, "{}");

        end(client, &s);
        assert_int_equal(out.failure, HTTP_NO_ANSWER);
        assert_int_equal(s.requests, 1);
    }
}

static void silence_ends_at_the_deadline(void **state)
{
    struct ctx *c = t_ctx(state);
    struct script s;
    struct http_client *client = begin(c, &s, "s");
    int64_t began = clock_mono_ms();
    struct http_response out;

    c->deadline_ms = began + 200;
    out = call(c, client, HTTP_POST, "{}");
    assert_int_equal(out.failure, HTTP_NO_ANSWER);
    assert_true(clock_mono_ms() - began < 5000);
    end(client, &s);
}

static void nobody_listening_means_not_sent(void **state)
{
    struct ctx *c = t_ctx(state);
    struct script s;
    struct http_client *client = begin(c, &s, "");
    struct http_response out;

    shutdown(s.listen_fd, SHUT_RDWR);
    out = call(c, client, HTTP_POST, "{}");
    assert_int_equal(out.failure, HTTP_NOT_SENT);
    assert_true(out.why.len > 0);
    end(client, &s);
}

static void hosts_off_the_list_and_inside_addresses_are_not_called(void **state)
{
    static const char *const allowed[] = {"localhost", "127.0.0.1", NULL};
    struct ctx *c = t_ctx(state);
    struct http_client_options options = {.allowed_hosts = allowed};
    struct http_client *client;
    struct http_request rq = {.method = HTTP_GET};
    struct http_response out;
    static const struct {
        const char *url, *why;
    } cases[] = {
        {"https://evil.example/", "the host is not on the allow-list"  },
        {"https://localhost:1/",  "the name leads to a private address"},
        {"https://127.0.0.1:1/",  "the name leads to a private address"},
        {"http://localhost:1/",   "only https is called"               },
    };

    T_OK(c, http_client_new(c, &options, &client));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rq.url = str_of(cases[i].url);
        T_OK(c, http_client_call(c, client, &rq, &out));
        assert_int_equal(out.failure, HTTP_NOT_SENT);
        T_STR(out.why, cases[i].why);
    }
    rq.url = S("https://user@localhost/");
    T_FAILS(c, ERR_INVALID, http_client_call(c, client, &rq, &out));
    http_client_free(client);
}

static void no_failure_tells_what_the_query_holds(void **state)
{
    static const char *const urls[] = {
        "https://api.example/debug_token?input_token=hush",
        "https://localhost:1/debug_token?input_token=hush",
        "https://evil.example/debug_token?input_token=hush",
        "http://localhost/debug_token?input_token=hush",
        "https://user@localhost/debug_token?input_token=hush",
    };
    struct ctx *c = t_ctx(state);

    for (const char *letters = "dhbsL"; *letters != '\0'; letters++)
        for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
            char one[2] = {*letters, '\0'};
            struct script s;
            struct http_client *client = begin(c, &s, one);
            struct http_request rq = {
                .method = HTTP_GET, .url = str_of(urls[i]), .max_answer = 1000};
            struct http_response out = {.why = S("")};
            enum status status;

            c->deadline_ms = clock_mono_ms() + 100;
            status = http_client_call(c, client, &rq, &out);
            end(client, &s);
            assert_true(status != OK || out.failure != HTTP_ANSWERED);
            assert_null(strstr(c->err.msg, "hush"));
            assert_null(strstr(c->err.cause, "hush"));
            assert_null(memmem(out.why.ptr, out.why.len, "hush", 4));
        }
}

static void redirects_are_answers_and_not_followed(void **state)
{
    struct ctx *c = t_ctx(state);
    struct script s;
    struct http_client *client = begin(c, &s, "r");
    struct http_response out = call(c, client, HTTP_GET, "");

    end(client, &s);
    assert_int_equal(out.failure, HTTP_ANSWERED);
    assert_int_equal(out.status, 302);
    T_STR(http_header_get(&out.headers, "Location"), "https://elsewhere.example/");
}

static void an_answer_over_its_maximum_is_cut(void **state)
{
    struct ctx *c = t_ctx(state);
    struct script s;
    struct http_client *client = begin(c, &s, "L");
    struct http_request rq = {
        .method = HTTP_GET, .url = S("https://api.example/"), .max_answer = 1000};
    struct http_response out;

    T_OK(c, http_client_call(c, client, &rq, &out));
    end(client, &s);
    assert_int_equal(out.failure, HTTP_ANSWER_TOO_BIG);
    assert_int_equal(out.status, 200);
}

static void a_body_can_go_to_a_file(void **state)
{
    struct ctx *c = t_ctx(state);
    struct script s;
    struct http_client *client = begin(c, &s, "L");
    str path = arena_printf(c->arena, "/tmp/sambung-client-%d", (int)getpid());
    struct http_request rq = {
        .method = HTTP_GET, .url = S("https://api.example/"), .save_to = path};
    struct http_response out;

    T_OK(c, http_client_call(c, client, &rq, &out));
    end(client, &s);
    assert_int_equal(out.failure, HTTP_ANSWERED);
    assert_int_equal(out.bytes, 4096);
    assert_int_equal(out.body.len, 0);
    assert_int_equal(unlink(path.ptr), 0);
}

static void parts_are_sent_as_a_form(void **state)
{
    struct ctx *c = t_ctx(state);
    struct script s;
    struct http_client *client = begin(c, &s, "k");
    struct http_part parts[] = {
        {.name = S("messaging_product"),  .data = S("whatsapp")},
        { .name = S("file"),
         .filename = S("a.txt"),
         .content_type = S("text/plain"),
         .data = S("hello")},
    };
    struct http_request rq = {
        .method = HTTP_POST, .url = S("https://api.example/media"), .parts = parts, .n_parts = 2};
    struct http_response out;

    T_OK(c, http_client_call(c, client, &rq, &out));
    end(client, &s);
    assert_int_equal(out.failure, HTTP_ANSWERED);
    assert_non_null(strstr(s.last, "Content-Type: multipart/form-data; boundary="));
    assert_non_null(strstr(s.last, "name=\"messaging_product\"\r\n\r\nwhatsapp"));
    assert_non_null(strstr(
        s.last, "name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhello"));
}

static void a_test_can_lose_the_nth_answer(void **state)
{
    struct ctx *c = t_ctx(state);
    struct script s;
    struct http_client *client = begin(c, &s, "kkk");

    http_client_fail_after(client, 2);
    assert_int_equal(call(c, client, HTTP_POST, "{}").failure, HTTP_ANSWERED);
    assert_int_equal(call(c, client, HTTP_POST, "{}").failure, HTTP_NO_ANSWER);
    assert_int_equal(call(c, client, HTTP_POST, "{}").failure, HTTP_ANSWERED);
    end(client, &s);
    assert_int_equal(s.requests, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_kept_connection_is_used_again),
        T(the_request_says_what_it_was_told_to),
        T(a_post_is_never_sent_a_second_time),
        T(half_an_answer_is_no_answer),
        T(silence_ends_at_the_deadline),
        T(nobody_listening_means_not_sent),
        T(hosts_off_the_list_and_inside_addresses_are_not_called),
        T(no_failure_tells_what_the_query_holds),
        T(redirects_are_answers_and_not_followed),
        T(an_answer_over_its_maximum_is_cut),
        T(a_body_can_go_to_a_file),
        T(parts_are_sent_as_a_form),
        T(a_test_can_lose_the_nth_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
