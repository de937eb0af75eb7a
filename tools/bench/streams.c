/*
 * streams.c - many idle event streams, for script/bench.
 *
 * A load generator in JavaScript would measure itself: 5,000 callbacks cost more than the fan-out
 * they are to time.  This one opens N WebSockets with one bearer token, says "ready", and then
 * prints a line each time all of them have received something:
 *
 *   {"round":1,"first_us":<wall clock>,"last_us":<wall clock>}
 *
 * It ends when its standard input closes.  Loopback and plain HTTP only.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_STREAMS = 20000, BATCH = 256 };

struct round {
    uint32_t number;
    uint32_t seen; /* streams that have received something in this round */
    int64_t first_us;
    int64_t last_us;
};

static int fds[MAX_STREAMS];
static uint32_t last_round[MAX_STREAMS];

static int64_t wall_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* Blocking: connect, upgrade, and read the answer's head with the first frame behind it. */
static int open_stream(const struct sockaddr_in *to, const char *head)
{
    char answer[4096];
    size_t have = 0;
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)to, sizeof *to) != 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (send(fd, head, strlen(head), 0) < 0)
        die("send");
    while (have < sizeof answer - 1) {
        ssize_t n = recv(fd, answer + have, sizeof answer - 1 - have, 0);
        if (n <= 0)
            die("recv");
        have += (size_t)n;
        answer[have] = '\0';
        char *end = strstr(answer, "\r\n\r\n");
        if (end && strncmp(answer, "HTTP/1.1 101", 12) != 0) {
            fprintf(stderr, "refused: %s\n", answer);
            exit(1);
        }
        if (end && strstr(end, "hello"))
            break;
    }
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        die("fcntl");
    return fd;
}

static void note_arrival(struct round *r, uint32_t stream, uint32_t n_streams)
{
    if (last_round[stream] == r->number)
        return;
    last_round[stream] = r->number;
    r->last_us = wall_us();
    if (r->seen++ == 0)
        r->first_us = r->last_us;
    if (r->seen < n_streams)
        return;
    printf("{\"round\":%u,\"first_us\":%lld,\"last_us\":%lld}\n", r->number, (long long)r->first_us,
           (long long)r->last_us);
    fflush(stdout);
    *r = (struct round){.number = r->number + 1};
}

static void drain(int fd, uint32_t stream)
{
    char sink[16384];
    ssize_t n;

    while ((n = recv(fd, sink, sizeof sink, 0)) > 0) {
    }
    if (n == 0 || errno != EAGAIN) {
        fprintf(stderr, "stream %u was closed\n", stream);
        exit(1);
    }
}

static void listen_to_all(int ep, uint32_t n_streams)
{
    struct epoll_event events[BATCH];
    struct round r = {.number = 1};

    for (;;) {
        int n = epoll_wait(ep, events, BATCH, -1);
        for (int i = 0; i < n; i++) {
            uint32_t stream = events[i].data.u32;
            if (stream == MAX_STREAMS)
                return; /* standard input closed */
            drain(fds[stream], stream);
            note_arrival(&r, stream, n_streams);
        }
    }
}

int main(int argc, char **argv)
{
    char head[2048];
    struct rlimit many = {MAX_STREAMS + 100, MAX_STREAMS + 100};
    struct sockaddr_in to = {.sin_family = AF_INET};

    if (argc != 5) {
        fprintf(stderr, "usage: streams PORT PATH TOKEN COUNT\n");
        return 2;
    }
    uint32_t count = (uint32_t)strtoul(argv[4], NULL, 10);
    if (count == 0 || count > MAX_STREAMS)
        return 2;
    setrlimit(RLIMIT_NOFILE, &many);
    to.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    snprintf(
        head, sizeof head,
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Authorization: Bearer %s\r\n\r\n",
        argv[2], argv[1], argv[3]);

    int ep = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event input = {.events = EPOLLIN | EPOLLHUP, .data.u32 = MAX_STREAMS};
    if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, STDIN_FILENO, &input) != 0)
        die("epoll");
    for (uint32_t i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        fds[i] = open_stream(&to, head);
        if (epoll_ctl(ep, EPOLL_CTL_ADD, fds[i], &event) != 0)
            die("epoll_ctl");
    }
    printf("ready\n");
    fflush(stdout);
    listen_to_all(ep, count);
    return 0;
}
