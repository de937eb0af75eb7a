/*
 * The WhatsApp of shop.h: a thread a connection, enough of HTTP for one
 * request, and a memory of who asked for what.
 */
#include "shop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake.h"

enum { REQUEST_MAX = 1 << 20, PATIENCE_S = 10 };

struct guest {
    struct fake *fake;
    int fd;
};

void fake_next(struct fake *f, struct fake_answer answer)
{
    pthread_mutex_lock(&f->lock);
    f->script[f->n_script++] = answer;
    pthread_mutex_unlock(&f->lock);
}

void fake_usual(struct fake *f, struct fake_answer answer)
{
    pthread_mutex_lock(&f->lock);
    f->usual = answer;
    pthread_mutex_unlock(&f->lock);
}

void fake_let_go(struct fake *f)
{
    pthread_mutex_lock(&f->lock);
    f->let_go = true;
    pthread_cond_broadcast(&f->change);
    pthread_mutex_unlock(&f->lock);
}

void fake_wait(struct fake *f, int n)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&f->lock);
    while (f->n_calls < n)
        if (pthread_cond_timedwait(&f->change, &f->lock, &until) != 0)
            break;
    n -= f->n_calls;
    pthread_mutex_unlock(&f->lock);
    if (n > 0)
        fail_msg("%d calls did not come", n);
}

int fake_count(struct fake *f)
{
    int n;

    pthread_mutex_lock(&f->lock);
    n = f->n_calls;
    pthread_mutex_unlock(&f->lock);
    return n;
}

int fake_times(struct fake *f, const char *reference)
{
    int n = 0;

    pthread_mutex_lock(&f->lock);
    for (int i = 0; i < f->n_calls; i++)
        n += strcmp(f->calls[i].reference, reference) == 0 && f->calls[i].wamid[0];
    pthread_mutex_unlock(&f->lock);
    return n;
}

/* ---- one request ---- */

static size_t parse_length(const char *at)
{
    size_t n = 0;

    for (; *at == ' ' || (*at >= '0' && *at <= '9'); at++)
        n = *at == ' ' ? n : n * 10 + (size_t)(*at - '0');
    return n;
}

static size_t body_length(const char *head)
{
    const char *line = strcasestr(head, "\r\nContent-Length:");

    return line ? parse_length(line + 17) : 0;
}

/* All of it, NUL-terminated; false when the other side went away. */
static bool read_request(int fd, char *buf, char **body)
{
    size_t have = 0;
    char *end = NULL;

    buf[0] = '\0';
    while (have + 1 < REQUEST_MAX) {
        ssize_t n;

        if (!end && (end = strstr(buf, "\r\n\r\n")) != NULL) {
            end += 4;
            if (strcasestr(buf, "Expect: 100-continue"))
                (void)!send(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL);
        }
        if (end && have >= (size_t)(end - buf) + body_length(buf))
            break;
        n = read(fd, buf + have, REQUEST_MAX - 1 - have);
        if (n <= 0)
            return false;
        have += (size_t)n;
        buf[have] = '\0';
    }
    *body = end;
    return end != NULL;
}

static void copy_member(const char *body, const char *name, char *out, size_t size)
{
    const char *at = strstr(body, name);
    size_t n = 0;

    if (!at)
        return;
    at += strlen(name);
    while (*at && *at != '"' && n + 1 < size)
        out[n++] = *at++;
    out[n] = '\0';
}

static void copy_word(const char **at, char *out, size_t size)
{
    size_t n = 0;

    while (**at && **at != ' ' && n + 1 < size)
        out[n++] = *(*at)++;
    out[n] = '\0';
    *at += **at == ' ';
}

static void note(struct fake *f, const char *head, const char *body, struct fake_call *out)
{
    struct fake_call *call = &f->calls[f->n_calls % FAKE_MAX];

    memset(call, 0, sizeof(*call));
    copy_word(&head, call->method, sizeof(call->method));
    copy_word(&head, call->path, sizeof(call->path));
    copy_member(body, "\"biz_opaque_callback_data\":\"", call->reference, sizeof(call->reference));
    copy_member(body, "\"body\":\"", call->text, sizeof(call->text));
    *out = *call;
}

static void send_answer(int fd, const struct fake_answer *a, const struct fake_call *call)
{
    char accepted[256], head[512];
    const char *body = a->body;
    size_t bytes = a->bytes;

    if (!body) {
        snprintf(accepted, sizeof(accepted),
                 "{\"messaging_product\":\"whatsapp\",\"success\":true,\"id\":\"file-%.40s\","
                 "\"messages\":[{\"id\":\"%s\"}]}",
                 call->wamid, call->wamid);
        body = accepted;
    }
    if (bytes == 0)
        bytes = strlen(body);
    snprintf(head, sizeof(head),
             "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s"
             "Connection: close\r\n\r\n",
             a->status ? a->status : 200, bytes, a->headers ? a->headers : "");
    (void)!send(fd, head, strlen(head), MSG_NOSIGNAL);
    (void)!send(fd, body, bytes, MSG_NOSIGNAL);
}

/* With the lock: takes the call, gives it an id when it will be accepted. */
static struct fake_answer take(struct fake *f, const char *head, const char *body,
                               struct fake_call *call)
{
    struct fake_answer a = f->at_script < f->n_script ? f->script[f->at_script++] : f->usual;

    note(f, head, body, call);
    if (a.deed != FAKE_ANSWER || (!a.body && (a.status == 0 || a.status == 200)))
        snprintf(call->wamid, sizeof(call->wamid), "wamid.out%d", f->n_calls + 1);
    f->calls[f->n_calls++ % FAKE_MAX] = *call;
    if (++f->inside > f->inside_most)
        f->inside_most = f->inside;
    pthread_cond_broadcast(&f->change);
    return a;
}

static void serve(struct fake *f, int fd, char *buf)
{
    struct fake_answer a;
    struct fake_call call;
    char *body;

    if (!read_request(fd, buf, &body))
        return;
    pthread_mutex_lock(&f->lock);
    a = take(f, buf, body, &call);
    while (a.deed == FAKE_HOLD && !f->let_go && !f->stop)
        pthread_cond_wait(&f->change, &f->lock);
    pthread_mutex_unlock(&f->lock);
    if (a.delay_ms > 0)
        (void)poll(NULL, 0, a.delay_ms);
    pthread_mutex_lock(&f->lock);
    f->inside--;
    pthread_mutex_unlock(&f->lock);
    if (a.deed != FAKE_HANG_UP)
        send_answer(fd, &a, &call);
}

static void *serve_guest(void *arg)
{
    struct guest *g = arg;
    char *buf = malloc(REQUEST_MAX);

    if (buf)
        serve(g->fake, g->fd, buf);
    free(buf);
    shutdown(g->fd, SHUT_RDWR);
    close(g->fd);
    pthread_mutex_lock(&g->fake->lock);
    g->fake->open--;
    pthread_cond_broadcast(&g->fake->change);
    pthread_mutex_unlock(&g->fake->lock);
    free(g);
    return NULL;
}

static void *accept_guests(void *arg)
{
    struct fake *f = arg;
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    for (;;) {
        struct guest *g;
        pthread_t thread;
        int fd = accept(f->listener, NULL, NULL);

        if (fd < 0)
            break;
        g = malloc(sizeof(*g));
        *g = (struct guest){f, fd};
        pthread_mutex_lock(&f->lock);
        f->open++;
        pthread_mutex_unlock(&f->lock);
        pthread_create(&thread, &attr, serve_guest, g);
    }
    pthread_attr_destroy(&attr);
    return NULL;
}

struct fake *fake_new(void)
{
    struct fake *f = calloc(1, sizeof(*f));
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(sa);

    f->usual.deed = FAKE_ANSWER;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->change, NULL);
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&sa, sizeof(sa)), 0);
    assert_int_equal(listen(f->listener, 128), 0);
    assert_int_equal(getsockname(f->listener, (struct sockaddr *)&sa, &len), 0);
    f->port = ntohs(sa.sin_port);
    pthread_create(&f->thread, NULL, accept_guests, f);
    return f;
}

void fake_clear(struct fake *f)
{
    pthread_mutex_lock(&f->lock);
    f->let_go = true;
    pthread_cond_broadcast(&f->change);
    while (f->open > 0)
        pthread_cond_wait(&f->change, &f->lock);
    f->let_go = false;
    f->n_script = f->at_script = f->n_calls = f->inside = f->inside_most = 0;
    f->usual = (struct fake_answer){.deed = FAKE_ANSWER};
    pthread_mutex_unlock(&f->lock);
}

void fake_free(struct fake *f)
{
    fake_clear(f);
    shutdown(f->listener, SHUT_RDWR);
    pthread_join(f->thread, NULL);
    close(f->listener);
    pthread_cond_destroy(&f->change);
    pthread_mutex_destroy(&f->lock);
    free(f);
}
