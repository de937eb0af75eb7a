/*
 * sso.c - errands to identity providers, while somebody waits at the door.
 *
 * They belong to no organisation: the row of sso_errand is the work itself, and the scheduler takes
 * it when it looks at the organisation zero.  Nothing is tried again: a code is good once, and
 * whoever waits can start over.  All calls together end before the one who waits gives up.
 *
 * What a provider publishes is fetched once a day.  A key that is not among the known ones may be new:
 * then they are fetched again, at most once a minute, whoever asks with whatever.
 */
#include "domain/sso.h"
#include "jobs/parts.h"
#include "store/sso.h"

enum {
    ALL_CALLS_MS = 7500,
    FRESH_S = 24 * 3600,
    KEYS_AGAIN_S = 60,
};

struct errand {
    const struct oidc_provider *provider;
    struct sso_document document;
    struct oidc_metadata metadata;
    struct oidc_exchange exchange;
    struct jwks keys;
    struct oidc_person person;
    int64_t until_ms; /* monotonic */
};

/* ---- short transactions of the system role ---- */

static enum status in_system(struct run *r, enum status (*fn)(struct run *r, struct errand *e),
                             struct errand *e)
{
    enum status s;

    r->c.deadline_ms = e->until_ms + 1000;
    TRY(db_borrow(&r->c, r->worker->options.system));
    s = db_begin(&r->c, TX_SYSTEM);
    if (s == OK)
        s = fn(r, e);
    if (s == OK)
        s = db_commit(&r->c);
    db_return(&r->c); /* rolls back what is open */
    return s;
}

static enum status load_document(struct run *r, struct errand *e)
{
    bool found;

    TRY(sso_document_select(&r->c, e->provider->issuer, &e->document, &found));
    return found ? OK : FAIL(&r->c, ERR_NOT_FOUND, "not fetched yet");
}

static enum status keep_document(struct run *r, struct errand *e)
{
    return sso_document_upsert(&r->c, e->provider->issuer, e->document.document);
}

static enum status keep_keys(struct run *r, struct errand *e)
{
    bool forced = !instant_is_none(e->document.keys_at);

    return sso_document_update_keys(&r->c, e->provider->issuer, e->document.keys, forced);
}

/* ---- calls ---- */

static enum status call(struct run *r, struct errand *e, const struct http_request *request,
                        struct http_response *out)
{
    int64_t left_ms = e->until_ms - clock_mono_ms();

    if (left_ms <= 0)
        return FAIL(&r->c, ERR_UNAVAILABLE, "the provider takes too long");
    return run_call(r, request, left_ms, out);
}

static enum status fetch(struct run *r, struct errand *e, str url, size_t max, str *out)
{
    struct http_request request = {.method = HTTP_GET, .url = url, .max_answer = max};
    struct http_response response;

    http_header_add(&request.headers, S("Accept"), S("application/json"));
    TRY(call(r, e, &request, &response));
    if (response.failure != HTTP_ANSWERED || response.status != 200) {
        enum status s = FAIL(&r->c, ERR_UNAVAILABLE, "%.*s: what it publishes cannot be fetched",
                             STR_ARG(e->provider->title));

        err_cause(&r->c, arena_printf(r->c.arena, "%.*s, %d, %.*s", STR_ARG(url), response.status,
                                      STR_ARG(response.why))
                             .ptr);
        return s;
    }
    *out = response.body;
    return OK;
}

/* ---- what it publishes ---- */

static bool is_older(struct instant at, int64_t seconds)
{
    return instant_is_none(at) || clock_now().us - at.us > seconds * 1000000;
}

/* Read before it is kept: what cannot be believed does not replace what could. */
static enum status fetch_document(struct run *r, struct errand *e)
{
    str url = oidc_document_url(r->c.arena, e->provider);

    TRY(fetch(r, e, url, OIDC_DOCUMENT_BYTES, &e->document.document));
    TRY(oidc_read_document(&r->c, e->provider, e->document.document, &e->metadata));
    return in_system(r, keep_document, e);
}

static enum status know_document(struct run *r, struct errand *e)
{
    enum status s = in_system(r, load_document, e);

    if (s == ERR_NOT_FOUND || (s == OK && is_older(e->document.document_at, FRESH_S)))
        return fetch_document(r, e);
    TRY(s);
    if (oidc_read_document(&r->c, e->provider, e->document.document, &e->metadata) == OK)
        return OK;
    return fetch_document(r, e); /* the settings have changed since */
}

static enum status fetch_keys(struct run *r, struct errand *e)
{
    TRY(fetch(r, e, e->metadata.jwks_uri, JWKS_BYTES, &e->document.keys));
    TRY(jwks_parse(&r->c, e->document.keys, &e->keys));
    return in_system(r, keep_keys, e);
}

static enum status know_keys(struct run *r, struct errand *e)
{
    if (!e->document.keys.ptr || is_older(e->document.keys_at, FRESH_S)) {
        e->document.keys_at = (struct instant){0};
        return fetch_keys(r, e);
    }
    return jwks_parse(&r->c, e->document.keys, &e->keys);
}

/* ---- the exchange ---- */

static enum status open_exchange(struct run *r, struct errand *e)
{
    struct sso_errand row = {
        .id = r->job->id,
        .secrets.data = S(""),
    };
    uint8_t key[32];

    if (!decode_base64(r->c.arena, json_get_str(r->args, "secrets"), &row.secrets.data))
        return FAIL(&r->c, ERR_INTERNAL, "the errand cannot be read");
    master_key_derive(r->worker->options.master, "sso", key);
    return sso_open(&r->c, key, &row, &e->exchange);
}

static enum status read_token(struct run *r, struct errand *e, const struct oidc_tokens *tokens)
{
    return oidc_read_id_token(&r->c, e->provider, &e->metadata, &e->keys, tokens, e->exchange.nonce,
                              &e->person);
}

static enum status exchange(struct run *r, struct errand *e)
{
    struct http_request request;
    struct http_response response;
    struct oidc_tokens tokens;
    enum status s;

    TRY(open_exchange(r, e));
    TRY(know_document(r, e));
    TRY(know_keys(r, e));
    oidc_token_request(&r->c, e->provider, &e->metadata, &e->exchange, &request);
    TRY(call(r, e, &request, &response));
    TRY(oidc_read_tokens(&r->c, &response, &tokens));
    s = read_token(r, e, &tokens);
    if (s == ERR_NOT_FOUND && is_older(e->document.forced_at, KEYS_AGAIN_S)) {
        e->document.keys_at = clock_now();
        TRY(fetch_keys(r, e));
        s = read_token(r, e, &tokens);
    }
    return s;
}

/* ---- the end of it ---- */

static enum sso_end end_of(enum status s)
{
    switch (s) {
    case OK:
        return SSO_OK;
    case ERR_CONFLICT:
        return SSO_EXPIRED;
    case ERR_UNAVAILABLE:
    case ERR_UNCERTAIN:
    case ERR_RATE_LIMITED:
    case ERR_INTERNAL:
        return SSO_UNAVAILABLE;
    case ERR_INVALID:
    case ERR_UNAUTHORIZED:
    case ERR_FORBIDDEN:
    case ERR_NOT_FOUND:
    case ERR_TOO_LARGE:
        break;
    }
    return SSO_REFUSED;
}

struct ending {
    struct errand errand; /* first: in_system hands it on */
    enum sso_end end;
};

static enum status write_end(struct run *r, struct errand *e)
{
    const struct ending *ending = (const struct ending *)(const void *)e;

    return sso_finish(&r->c, r->job->id, ending->end, &e->person);
}

enum status job_sso(struct run *r)
{
    struct ending ending = {.errand.until_ms = clock_mono_ms() + ALL_CALLS_MS};
    struct errand *e = &ending.errand;
    bool discover = str_eq(json_get_str(r->args, "kind"), S("discover"));
    struct err kept;
    enum status s;

    e->provider = oidc_find(r->worker->options.providers, json_get_str(r->args, "provider"));
    if (!e->provider)
        s = FAIL(&r->c, ERR_NOT_FOUND, "this worker's settings do not name that provider");
    else
        s = discover ? know_document(r, e) : exchange(r, e);
    ending.end = end_of(s);
    kept = r->c.err;
    TRY(in_system(r, write_end, e));
    r->c.err = kept;
    return s == ERR_CONFLICT ? OK : s; /* a code that is not good is nobody's fault here */
}

/* ---- taking them ---- */

static str args_of(struct arena *a, const struct sso_errand *row)
{
    struct buf b = buf_new(a, 16384), sealed = buf_new(a, 16384);
    struct json_writer w = json_writer_new(&b);

    if (row->secrets.data.ptr)
        buf_add_base64(&sealed, row->secrets.data);
    json_object_begin(&w, NULL);
    json_str(&w, "kind", row->kind);
    json_str(&w, "provider", row->provider);
    json_str(&w, "secrets", buf_str(&sealed));
    json_object_end(&w);
    return buf_str(&b);
}

enum status sso_find_errands(struct ctx *c, struct worker *w)
{
    /* no more than run at once: who waits here must not keep everybody's work out of the queue */
    int64_t room = kinds[kind_find(S("sso"))].concurrency - queue_load(w->queue, c->org);
    const struct sso_errand *rows;
    struct list found;

    if (room > queue_room(w->queue))
        room = queue_room(w->queue);
    if (room <= 0)
        return OK;
    TRY(sso_errand_take(c, room, &found));
    rows = found.items;
    for (size_t i = 0; i < found.n; i++) {
        struct arena *arena = arena_new();
        struct task t = {.kind = kind_find(S("sso")), .arena = arena};

        t.job.id = rows[i].id;
        t.job.kind = str_of(kinds[t.kind].name);
        t.job.args.text = args_of(arena, &rows[i]);
        t.job.attempts = 1;
        queue_put(w->queue, &t);
    }
    return OK;
}
