/*
 * ctx.h - one request or one job: the first argument of everything.
 *
 * It carries what everybody needs: memory, the connection (in a transaction
 * already), the tenant, who acts, until when, and what went wrong.  It belongs
 * to one thread.
 */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/uuid.h"

struct db_conn;    /* db/db.h */
struct actor;      /* domain/actor.h */
struct log_fields; /* base/log.h */

/* What a request or a job asks of the database; see db/db.h. */
enum tx_mode {
    TX_NONE = 1,
    TX_READ,
    TX_WRITE,
    TX_SYSTEM, /* read-write on the system role, no org set */
};

/* From where a request came, for what must be accounted for. */
struct origin {
    str ip, user_agent, request_id;
};

struct ctx {
    struct arena *arena;
    struct db_conn *db;
    struct uuid org;           /* the tenant; row-level security is set to it */
    const struct actor *actor; /* NULL: the system itself */
    const struct origin *from; /* NULL: no request */
    int64_t deadline_ms;       /* monotonic; 0: none */
    struct log_fields *log;    /* NULL: nothing to add */
    bool mailed;               /* a mail was queued: the worker is told after the commit */
    struct err err;
};

enum status fail_at(struct ctx *c, const char *file, int line, enum status code, const char *fmt,
                    ...) __attribute__((format(printf, 5, 6)));

/*
 * return FAIL(c, ERR_CONFLICT, "this conversation was changed by %.*s", ...);
 * The code is the value of the whole, so that compilers see that it is not OK.
 */
#define FAIL(c, code, ...) ((void)fail_at((c), __FILE__, __LINE__, (code), __VA_ARGS__), (code))
/* The same for bad input: ERR_INVALID, naming the field. */
#define FAIL_FIELD(c, name, ...) \
    ((void)err_field((c), (name), FAIL((c), ERR_INVALID, __VA_ARGS__)), ERR_INVALID)
/* The same with a word from the API's closed list of reasons (api/problem.c). */
#define FAIL_REASON(c, code, word, ...) \
    ((void)err_reason((c), (word), FAIL((c), (code), __VA_ARGS__)), (code))

enum status err_field(struct ctx *c, const char *field, enum status code);
enum status err_reason(struct ctx *c, const char *reason, enum status code);
/* Add what only the log may see. */
void err_cause(struct ctx *c, const char *cause);

#endif
