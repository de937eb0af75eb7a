/*
 * relay_tube.c - one connection: TLS on the client's side, plain bytes on the edge's.
 *
 * Each way holds one block at most, so whoever does not read stops whoever sends, as a socket
 * would.  Each way ends by itself: an edge that has answered and closed its half still reads what
 * the client is sending.
 */
#include <errno.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/relay_private.h"

enum {
    ROUNDS = 8,       /* in a row; then others have their turn */
    FLUSH_MS = 60000, /* for the last of an answer, when the edge is gone */
    LINGER_MS = 3000, /* for their goodbye: closing on unread bytes would take ours back */
};

enum step { STEP_IDLE = 1, STEP_MOVED, STEP_BROKEN };

/* ---- blocks ---- */

static struct block *hold(struct relay_loop *l, const char *bytes, size_t size)
{
    struct block *b = l->spare_blocks;

    if (b != NULL)
        l->spare_blocks = b->next;
    else
        b = NEW(l->arena, struct block);
    memcpy(b->bytes, bytes, size);
    b->from = 0;
    b->to = size;
    return b;
}

static void let_go(struct relay_loop *l, struct block **b)
{
    if (*b == NULL)
        return;
    (*b)->next = l->spare_blocks;
    l->spare_blocks = *b;
    *b = NULL;
}

/* n bytes of it are gone. */
static enum step taken(struct relay_loop *l, struct block **b, size_t n)
{
    (*b)->from += n;
    if ((*b)->from == (*b)->to)
        let_go(l, b);
    return n > 0 ? STEP_MOVED : STEP_IDLE;
}

/* ---- from the client to the edge ---- */

/* How many bytes it took.  Nobody there: all of them, since the client must still be heard out. */
static size_t give_server(struct tube *t, const char *bytes, size_t size)
{
    ssize_t n = t->server_gone ? (ssize_t)size
                               : send(t->server_fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n >= 0)
        return (size_t)n;
    if (errno == EAGAIN || errno == EINTR)
        return 0;
    tube_server_gone(t);
    return size;
}

static enum step client_says_no_more(struct tube *t, int result)
{
    switch (SSL_get_error(t->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return STEP_IDLE;
    case SSL_ERROR_ZERO_RETURN:
        t->client_ended = true;
        (void)shutdown(t->server_fd, SHUT_WR);
        return STEP_MOVED;
    default:
        return STEP_BROKEN;
    }
}

static enum step upwards(struct relay_loop *l, struct tube *t)
{
    size_t n;
    int got;

    if (t->to_server != NULL) {
        struct block *b = t->to_server;

        return taken(l, &t->to_server, give_server(t, b->bytes + b->from, b->to - b->from));
    }
    if (t->client_ended)
        return STEP_IDLE;
    ERR_clear_error();
    got = SSL_read(t->ssl, l->scratch, BLOCK_BYTES);
    if (got <= 0)
        return client_says_no_more(t, got);
    n = give_server(t, l->scratch, (size_t)got);
    if (n < (size_t)got)
        t->to_server = hold(l, l->scratch + n, (size_t)got - n);
    return STEP_MOVED;
}

/* ---- from the edge to the client ---- */

/* How many bytes it took; -1: broken. */
static int give_client(struct tube *t, const char *bytes, size_t size)
{
    int n, why;

    ERR_clear_error();
    n = SSL_write(t->ssl, bytes, (int)size);
    if (n > 0)
        return n;
    why = SSL_get_error(t->ssl, n);
    return why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ ? 0 : -1;
}

/* Nothing waits for the client any more. */
static enum step say_goodbye(struct tube *t)
{
    int result;

    if (t->said_goodbye)
        return STEP_IDLE;
    ERR_clear_error();
    result = SSL_shutdown(t->ssl);
    if (result < 0 && SSL_get_error(t->ssl, result) == SSL_ERROR_WANT_WRITE)
        return STEP_IDLE;
    (void)shutdown(t->client_fd, SHUT_WR);
    t->said_goodbye = true;
    if (t->server_gone)
        t->until_ms = clock_mono_ms() + LINGER_MS;
    return STEP_MOVED;
}

static enum step downwards(struct relay_loop *l, struct tube *t)
{
    ssize_t got;
    int n;

    if (t->to_client != NULL) {
        struct block *b = t->to_client;

        n = give_client(t, b->bytes + b->from, b->to - b->from);
        return n < 0 ? STEP_BROKEN : taken(l, &t->to_client, (size_t)n);
    }
    if (t->server_ended)
        return say_goodbye(t);
    got = recv(t->server_fd, l->scratch, BLOCK_BYTES, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return STEP_IDLE;
    if (got <= 0) {
        t->server_ended = true;
        return STEP_MOVED;
    }
    n = give_client(t, l->scratch, (size_t)got);
    if (n < 0)
        return STEP_BROKEN;
    if (n < (int)got)
        t->to_client = hold(l, l->scratch + n, (size_t)(got - n));
    return STEP_MOVED;
}

/* ---- both ---- */

void tube_server_gone(struct tube *t)
{
    if (t->server_gone)
        return;
    t->server_gone = true;
    t->until_ms = clock_mono_ms() + (t->said_goodbye ? LINGER_MS : FLUSH_MS);
}

static enum step shake(struct tube *t)
{
    int result, why;

    if (t->server_gone) /* the edge did not want to wait any longer */
        return STEP_BROKEN;
    ERR_clear_error();
    result = SSL_accept(t->ssl);
    if (result == 1) {
        t->shaken = true;
        return STEP_MOVED;
    }
    why = SSL_get_error(t->ssl, result);
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? STEP_IDLE : STEP_BROKEN;
}

enum tube_state tube_pump(struct relay_loop *l, struct tube *t)
{
    if (!t->shaken) {
        enum step step = shake(t);

        if (step != STEP_MOVED)
            return step == STEP_IDLE ? TUBE_WAITS : TUBE_IS_OVER;
    }
    for (int i = 0; i < ROUNDS; i++) {
        enum step up = upwards(l, t), down = downwards(l, t);

        if (up == STEP_BROKEN || down == STEP_BROKEN || (t->said_goodbye && t->client_ended))
            return TUBE_IS_OVER;
        if (up == STEP_IDLE && down == STEP_IDLE)
            return TUBE_WAITS;
    }
    return TUBE_HAS_MORE;
}

void tube_close(struct relay_loop *l, struct tube *t)
{
    let_go(l, &t->to_client);
    let_go(l, &t->to_server);
    SSL_free(t->ssl);
    close(t->client_fd);
    close(t->server_fd);
    t->ssl = NULL;
}
