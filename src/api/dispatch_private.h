/*
 * dispatch_private.h - what the files dispatch*.c share; nobody else includes it.
 *
 *   dispatch.c       the order of the steps, and all transactions
 *   dispatch_who.c   who asks
 *   dispatch_auth.c  from where, may they, how often
 *   dispatch_body.c  query and body -> structs
 *   dispatch_end.c   a struct or a failure -> an answer and a log line
 */
#ifndef API_DISPATCH_PRIVATE_H
#define API_DISPATCH_PRIVATE_H

#include "api/dispatch.h"
#include "api/rate.h"
#include "api/replay.h"
#include "api/router.h"
#include "api/server.h"
#include "api/session_cache.h"
#include "base/log.h"
#include "domain/actor.h"

/* A request under way; lies in the exchange's arena, and exchange.user points to it. */
struct dispatch {
    struct req req; /* first: a req is cast back */
    struct ctx ctx;
    struct log_fields log;
    struct matched matched;
    str request_id;
    struct signed_in who; /* when known */
    struct actor actor;
    struct origin from;
    bool known, by_cookie, rated;
    struct rate_verdict rate;
    struct replay replay;
    bool committed; /* what was written stays */
    str body;       /* the encoded answer */
    str etag;
};

/* dispatch.c: run fn in a short transaction of the system role; c has no connection yet. */
enum status dispatch_in_system(struct ctx *c, struct server *s,
                               enum status (*fn)(struct ctx *c, void *arg), void *arg);
/* Is the database there for this role? */
enum status dispatch_ping(struct ctx *c, struct server *s, bool system);
/* A parked request goes on: its job has ended with this result (JSON), or its time is over (ptr
 * NULL). */
void dispatch_resume(struct req *r, str result);
/* Has this job ended?  *result is its JSON; *ended false while it has not. */
enum status dispatch_job_ended(struct ctx *c, struct server *s, struct uuid org, struct uuid job,
                               bool *ended, str *result);

/* dispatch_who.c */
enum status dispatch_authenticate(struct dispatch *d);

/* dispatch_auth.c */
enum status dispatch_refuse_rate(struct dispatch *d, struct rate_verdict verdict);
enum status dispatch_check_origin(struct dispatch *d);
enum status dispatch_check_permission(struct dispatch *d);
enum status dispatch_check_rate(struct dispatch *d);
enum status dispatch_find_org(struct dispatch *d);

/* dispatch_body.c */
enum status dispatch_read(struct dispatch *d);
bool query_is_search(str query); /* has it a q= that is not empty? */

/* dispatch_end.c */
enum status dispatch_encode(struct dispatch *d); /* req.out -> body, etag */
void dispatch_finish(struct dispatch *d, enum status status);

#endif
