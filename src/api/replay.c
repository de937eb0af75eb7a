/*
 * replay.c - the stored answer is "<etag>\n<body>", sealed under a key derived from the master key
 * and bound to its organisation and user.
 */
#include "api/replay.h"

#include <unistd.h>

#include "api/server.h"
#include "domain/actor.h"
#include "domain/idempotency.h"

enum { KEY_MAX = 200, CHUNK = 65536 };

static bool is_sane(str key)
{
    if (key.len == 0)
        return false;
    for (size_t i = 0; i < key.len; i++)
        if (key.ptr[i] <= ' ' || key.ptr[i] >= 127)
            return false;
    return key.len <= KEY_MAX;
}

/* Over method, target and body: the body alone may be the same for two things. */
static enum status digest_of(struct ctx *c, struct req *r, uint8_t out[SHA256_BYTES])
{
    const struct http_request *rq = &r->x->request;
    struct sha256_stream *stream = sha256_begin(c->arena);
    off_t at = 0;
    char *chunk;
    ssize_t n;

    sha256_more(stream, str_of(r->route->path));
    sha256_more(stream,
                arena_printf(c->arena, "\n%.*s?%.*s\n", STR_ARG(rq->url), STR_ARG(rq->query)));
    if (r->x->body_fd < 0) {
        sha256_more(stream, rq->body);
        sha256_end(stream, out);
        return OK;
    }
    chunk = NEW_ARRAY(c->arena, char, CHUNK);
    while ((n = pread(r->x->body_fd, chunk, CHUNK, at)) > 0) {
        sha256_more(stream, (str){chunk, (size_t)n});
        at += n;
    }
    if (n < 0)
        return FAIL(c, ERR_UNAVAILABLE, "the spooled body cannot be read");
    sha256_end(stream, out);
    return OK;
}

static struct data_key sealing_key(const struct req *r)
{
    struct data_key key;

    memcpy(key.bytes, r->server->keys.answer, sizeof key.bytes);
    return key;
}

static struct uuid asker(const struct ctx *c, const struct req *r)
{
    return c->actor != NULL ? c->actor->id : r->caller;
}

static struct seal_place place_of(const struct ctx *c, const struct req *r)
{
    return (struct seal_place){
        .org = c->org, .table = "idempotency", .id = asker(c, r), .column = "response"};
}

static enum status open_stored(struct ctx *c, struct req *r, const struct idempotency *stored,
                               struct replay *out)
{
    struct data_key key = sealing_key(r);
    struct seal_place place = place_of(c, r);
    struct secret plain;
    struct cur at;

    out->found = true;
    out->status = (int)stored->status;
    out->etag = out->body = S("");
    if (stored->response.data.ptr == NULL)
        return OK;
    TRY(unseal(c, &key, &place, stored->response, &plain));
    at = cur_of(secret_expose(plain));
    if (!cur_until(&at, '\n', 200, &out->etag))
        return FAIL(c, ERR_INTERNAL, "a stored answer does not read");
    out->body = (str){at.at, (size_t)(at.end - at.at)};
    return OK;
}

enum status replay_prepare(struct ctx *c, struct req *r, struct replay *out)
{
    str key = req_header_get(r, "Idempotency-Key");

    if (!http_header_has(&r->x->request.headers, "Idempotency-Key") || !route_replays(r->route))
        return OK;
    if (!is_sane(key))
        return FAIL_FIELD(c, "Idempotency-Key", "must be 1 to %d visible ASCII characters",
                          KEY_MAX);
    out->key = key;
    return OK;
}

enum status replay_digest(struct ctx *c, struct req *r, struct replay *out)
{
    return out->key.len > 0 ? digest_of(c, r, out->digest) : OK;
}

enum status replay_look(struct ctx *c, struct req *r, struct replay *out)
{
    return out->key.len > 0 ? idempotency_find(c, asker(c, r), out->key, &out->seen) : OK;
}

enum status replay_begin(struct ctx *c, struct req *r, struct replay *out)
{
    struct idempotency mine, stored;
    bool claimed;

    if (out->key.len == 0 || uuid_is_zero(asker(c, r)))
        return OK;
    mine = (struct idempotency){
        .user_id = asker(c, r),
        .key = out->key,
        .route = str_of(r->route->path),
        .request_digest = {{(const char *)out->digest, SHA256_BYTES}},
    };
    TRY(idempotency_claim(c, &mine, &claimed, &stored));
    out->claimed = claimed;
    if (claimed)
        return OK;
    if (!str_eq(stored.request_digest.data, mine.request_digest.data))
        return FAIL_REASON(c, ERR_INVALID, "idempotency_mismatch",
                           "this Idempotency-Key was used for another request");
    if (stored.status == 0)
        return FAIL(c, ERR_CONFLICT, "the first request with this Idempotency-Key is not finished");
    return open_stored(c, r, &stored, out);
}

enum status replay_keep(struct ctx *c, struct req *r, const struct replay *replay)
{
    struct data_key key = sealing_key(r);
    struct seal_place place = place_of(c, r);
    struct idempotency row = {
        .user_id = asker(c, r),
        .key = replay->key,
        .route = str_of(r->route->path),
        .request_digest = {{(const char *)replay->digest, SHA256_BYTES}},
        .status = replay->status,
    };

    if (!replay->claimed)
        return OK;
    if (replay->body.len > 0)
        TRY(seal(c, &key, &place,
                 arena_printf(c->arena, "%.*s\n%.*s", STR_ARG(replay->etag), STR_ARG(replay->body)),
                 &row.response));
    return idempotency_keep(c, &row);
}

enum status replay_release(struct ctx *c, const struct req *r, const struct replay *replay)
{
    struct idempotency row = {.user_id = asker(c, r), .key = replay->key};

    return idempotency_release(c, &row);
}
