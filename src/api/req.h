/*
 * req.h - a request as a handler sees it.
 *
 * Everything lies in the exchange's arena and goes when the answer has been
 * sent.  A handler reads ids, query and in, fills out, and returns a status;
 * begin, commit, encoding and the answer are the dispatcher's.  After a status
 * other than OK the transaction is rolled back and the problem that c->err
 * describes is sent.
 */
#ifndef API_REQ_H
#define API_REQ_H

#include "api/routes.h"
#include "http/edge.h"

struct server;

struct req {
    struct server *server;
    struct exchange *x;
    const struct route *route;
    str params[ROUTE_MAX_PARAMS];      /* path parameters in order, decoded */
    struct uuid ids[ROUTE_MAX_PARAMS]; /* the same, where they are uuids */
    struct uuid session;               /* or API key; zero: nobody is signed in */
    struct instant session_ends_at;
    str session_token; /* what leads to it (account_session); not for an API key */
    void *query;       /* a struct of route->query; absent values are zero */
    uint64_t query_seen;
    void *in;                        /* a struct of route->in */
    uint64_t seen;                   /* which of its keys came: req_has */
    void *out;                       /* a struct of route->out, zeroed: fill it */
    int status;                      /* set already by the row; change it if need be */
    struct answer *raw;              /* set it (req_raw) to answer something else than out */
    struct http_headers headers_out; /* added to any answer */
    bool keep; /* commit although the handler fails: the failure itself is recorded */
    /* Called last, after the commit and after the connection has been given back, instead of
     * answering: from then on r belongs to the callee, who sees to it that req_answer or req_fail
     * is called, now or later, from any thread (a webhook that waits in the vault). */
    void (*hand_over)(struct req *r);
    /* After the commit, wait (without a thread) for this job's result, then call then(c, r) in a
     * new transaction of the same kind; job_result is its JSON.  10 s at most, then 503. */
    struct uuid wait_job;
    enum status (*then)(struct ctx *c, struct req *r);
    str job_result;
    bool for_errand; /* wait_job is an errand's id (domain/sso.h): req_wait_errand */
    /* For what is slow on disk: the handler has only looked, and its transaction is rolled back;
     * aside(c, r) runs without a connection; then(c, r) runs in a new transaction of the same
     * kind, and what it does counts. */
    enum status (*aside)(struct ctx *c, struct req *r);
    /* Whose Idempotency-Key it is when nobody is signed in, from aside on: a visitor's id.  With a
     * key of theirs that is known already (req_is_repeated) aside is not called. */
    struct uuid caller;
    /* With a raw answer of status 101: who takes the socket.  The exchange goes when it returns;
     * the socket is non-blocking and the callee's to close.  extra was read past the headers. */
    void (*upgraded)(struct req *r, int fd, str extra);
    void *user; /* the handler's own, for aside, then and upgraded */
};

/* A {items, next_cursor} answer: FIELD_LIST(struct page, ...) and FIELD(struct page, next_cursor,
 * F_NULL, 0). */
struct page {
    struct list items;
    str next_cursor; /* ptr NULL: this is the last page */
};
#define PAGE_FIELDS(elem, table)                                                                   \
    FIELD_LIST(struct page, items, 0, elem, table, 0), FIELD(struct page, next_cursor, F_NULL, 0), \
        FIELD_END

bool req_has(const struct req *r, const char *name);       /* did this key of the body come? */
bool req_query_has(const struct req *r, const char *name); /* did this parameter come? */
/* 1..100, 25 when it is not given (0). */
int64_t req_limit(int64_t asked);

/* A new empty answer in r->raw. */
struct answer *req_raw(struct req *r, int status, const char *content_type, str body);
void req_header(struct req *r, const char *name, str value);
str req_header_get(const struct req *r, const char *name); /* "" if absent */
/* ERR_RATE_LIMITED: what, and when it may be tried again, in words and as Retry-After. */
enum status req_too_often(struct ctx *c, struct req *r, int64_t wait_s, const char *what);
/* Has r->caller, set by a handler that goes aside, used this Idempotency-Key before?  Whether for
 * the same request is seen later, when the digest of the body has been taken. */
enum status req_is_repeated(struct ctx *c, struct req *r, bool *out);
/* The same for an errand to a provider of identity, which is of no organisation. */
void req_wait_errand(struct req *r, struct uuid errand,
                     enum status (*then)(struct ctx *c, struct req *r));
/* The whole raw body in the arena, also when it was spooled. */
enum status req_body(struct ctx *c, struct req *r, str *out);

/* The path of a spooled body (ROUTE_SPOOL), for opening and reading; good while the request
 * lasts. */
str req_body_path(struct req *r);

/* Not a handshake: upgrade_required, and how to ask. */
enum status req_is_websocket(struct ctx *c, struct req *r);

/* The end of a request that was handed over, exactly once.  r and its arena are gone afterwards. */
void req_answer(struct req *r, const struct answer *answer);
/* word: of the closed list (problem.h), or NULL for the kind's own. */
void req_fail(struct req *r, enum status code, const char *word, const char *msg);

#endif
