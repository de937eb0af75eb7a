/*
 * client.c - blocking calls by libcurl, on pooled handles.
 *
 * A handle keeps its connections open, so a call prefers the one that last
 * talked to the same host.  Threads are many and mostly wait; a multi handle would save
 * memory and cost the straight line (research: same throughput).
 */
#include "http/client.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/auto.h"
#include "http/client_policy.h"
#include "http/transfer.h"

enum {
    SLOTS = 256,
    DEFAULT_ANSWER = 1024 * 1024,
    EGRESS_FILE_MAX = 65536,
};

struct slot {
    CURL *easy; /* made when first needed */
    bool busy;
    char host[64]; /* whom it talked to last */
};

struct http_client {
    struct arena *arena;
    const char *const *allowed;
    struct egress map[EGRESS_MAX];
    size_t n_map;
    pthread_mutex_t lock;
    pthread_cond_t free;
    _Atomic int64_t fail_after; /* calls until one is to fail; 0: none */
    struct slot slots[SLOTS];   /* under lock, but for the easy of a busy one */
};

/* ---- life ---- */

static enum status read_map(struct ctx *c, struct http_client *client, str path)
{
    char *text = NEW_ARRAY(c->arena, char, EGRESS_FILE_MAX);
    ssize_t n;
    AUTO(close_fd) int fd = open(arena_copy(c->arena, path).ptr, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return FAIL_FIELD(c, "egress_map", "cannot open %.*s", STR_ARG(path));
    n = read(fd, text, EGRESS_FILE_MAX);
    if (n < 0 || !egress_parse(client->arena, (str){text, (size_t)n}, client->map, &client->n_map))
        return FAIL_FIELD(c, "egress_map", "%.*s: lines must read \"host = http://127.0.0.1:port\"",
                          STR_ARG(path));
    return OK;
}

static const char *const *copy_list(struct arena *a, const char *const *list)
{
    const char **out;
    size_t n = 0;

    while (list != NULL && list[n] != NULL)
        n++;
    out = NEW_ARRAY(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = arena_copy(a, str_of(list[i])).ptr;
    return out;
}

enum status http_client_new(struct ctx *c, const struct http_client_options *options,
                            struct http_client **out)
{
    struct arena *arena = arena_new();
    struct http_client *client = NEW(arena, struct http_client);

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return FAIL(c, ERR_INTERNAL, "libcurl does not start");
    client->arena = arena;
    client->allowed = copy_list(arena, options->allowed_hosts);
    pthread_mutex_init(&client->lock, NULL);
    pthread_cond_init(&client->free, NULL);
    if (!str_is_empty(options->egress_map)) {
        enum status status = read_map(c, client, options->egress_map);

        if (status != OK) {
            http_client_free(client);
            return status;
        }
    }
    *out = client;
    return OK;
}

void http_client_free(struct http_client *client)
{
    if (client == NULL)
        return;
    for (int i = 0; i < SLOTS; i++)
        if (client->slots[i].easy != NULL)
            curl_easy_cleanup(client->slots[i].easy);
    pthread_cond_destroy(&client->free);
    pthread_mutex_destroy(&client->lock);
    arena_free(client->arena);
    curl_global_cleanup();
}

/* ---- slots ---- */

/* Under lock: one that knows the host, else one that is fresh, else any. */
static struct slot *pick(struct http_client *client, str host)
{
    struct slot *best = NULL;

    for (int i = 0; i < SLOTS; i++) {
        struct slot *slot = &client->slots[i];

        if (slot->busy)
            continue;
        if (slot->easy != NULL && str_eq(str_of(slot->host), host))
            return slot;
        if (best == NULL || (best->easy != NULL && slot->easy == NULL))
            best = slot;
    }
    return best;
}

static struct slot *slot_take(struct http_client *client, str host)
{
    str fits = str_slice(host, 0, sizeof client->slots[0].host - 1);
    struct slot *slot;

    pthread_mutex_lock(&client->lock);
    while ((slot = pick(client, fits)) == NULL)
        pthread_cond_wait(&client->free, &client->lock);
    slot->busy = true;
    pthread_mutex_unlock(&client->lock);
    memcpy(slot->host, fits.ptr, fits.len);
    slot->host[fits.len] = '\0';
    if (slot->easy == NULL)
        slot->easy = curl_easy_init();
    else
        curl_easy_reset(slot->easy); /* keeps the connections */
    return slot;
}

static void slot_give(struct http_client *client, struct slot *slot)
{
    pthread_mutex_lock(&client->lock);
    slot->busy = false;
    pthread_cond_signal(&client->free);
    pthread_mutex_unlock(&client->lock);
}

/* ---- one call ---- */

static void not_sent(struct http_response *out, str why)
{
    out->failure = HTTP_NOT_SENT;
    out->why = why;
}

static void call_url(struct ctx *c, struct http_client *client, struct transfer *call, str host,
                     str url)
{
    struct slot *slot = slot_take(client, host);

    if (slot->easy == NULL)
        not_sent(call->out, S("libcurl has no memory"));
    else
        transfer_run(c, call, slot->easy, url);
    slot_give(client, slot);
}

void http_client_fail_after(struct http_client *client, int64_t n)
{
    atomic_store(&client->fail_after, n);
}

/* The provider has it, and we do not know. */
static void lose_answer(struct http_client *client, struct http_response *out)
{
    if (atomic_load(&client->fail_after) > 0 && atomic_fetch_sub(&client->fail_after, 1) == 1)
        *out = (struct http_response){
            .failure = HTTP_NO_ANSWER, .body = S(""), .why = S("a test lost the answer")};
}

static str whole_url(struct arena *a, const struct url *url)
{
    if (url->port > 0)
        return arena_printf(a, "%s://%.*s:%d%.*s", url->https ? "https" : "http",
                            STR_ARG(url->host), url->port, STR_ARG(url->target));
    return arena_printf(a, "%s://%.*s%.*s", url->https ? "https" : "http", STR_ARG(url->host),
                        STR_ARG(url->target));
}

enum status http_client_call(struct ctx *c, struct http_client *client,
                             const struct http_request *in, struct http_response *out)
{
    struct transfer call = {.arena = c->arena, .in = in, .out = out, .file = -1};
    struct url url;
    str whole;

    *out = (struct http_response){.body = S(""), .why = S("")};
    if (!url_parse(c->arena, in->url, &url))
        return FAIL(c, ERR_INVALID, "not an address that can be called");
    if (!host_is_allowed(client->allowed, url.host)) {
        not_sent(out, S("the host is not on the allow-list"));
        return OK;
    }
    call.max = in->max_answer > 0 ? (int64_t)in->max_answer : DEFAULT_ANSWER;
    call.once = in->method == HTTP_POST || in->method == HTTP_PATCH;
    call.body = buf_new(c->arena, in->save_to.len > 0 ? 1 : (size_t)call.max);
    call.mapped = egress_apply(c->arena, client->map, client->n_map, &url, &whole);
    if (!call.mapped)
        whole = whole_url(c->arena, &url);
    if (!call.mapped && !url.https) {
        not_sent(out, S("only https is called"));
        return OK;
    }
    if (in->save_to.len > 0) {
        call.file = open(arena_copy(c->arena, in->save_to).ptr,
                         O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (call.file < 0)
            return FAIL(c, ERR_UNAVAILABLE, "cannot write to the spool");
    }
    call_url(c, client, &call, url.host, whole);
    if (call.file >= 0)
        close(call.file);
    out->body = buf_str(&call.body);
    lose_answer(client, out);
    return OK;
}
