/*
 * db.h - PostgreSQL: pools, prepared statements, typed parameters, rows.
 *
 * Only this folder sees libpq.  Statements come from .sql files (tools/embed_sql.py);
 * each is prepared lazily, once per connection, under its own name.  Parameters
 * and results travel in binary.  Every connection runs with
 * plan_cache_mode=force_generic_plan and statement_timeout from its pool.
 *
 * Transactions: db_begin only notes the wish.  BEGIN and SET LOCAL app.org are
 * sent in one pipeline ahead of the first statement; COMMIT is a trip of its
 * own, and its tag is checked (a failed transaction answers ROLLBACK, which is
 * ERR_INTERNAL).  store/ and domain/ never begin or commit.
 *
 * Errors: unique violation, serialisation failure, deadlock -> ERR_CONFLICT; connection
 * lost, admin shutdown, too many connections -> ERR_UNAVAILABLE (ERR_UNCERTAIN
 * if it happened during COMMIT); statement timeout, read-only, disk full -> ERR_UNAVAILABLE; the
 * rest ERR_INTERNAL.  libpq's words go to err.cause only.  A broken connection
 * is thrown away when it goes back to its pool.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/ctx.h"
#include "base/field.h"

struct db_stmt {
    const char *name; /* C constant, name on the server, label in metrics */
    const char *text;
    int params;
};

enum db_type {
    DB_TEXT = 1,
    DB_I64,
    DB_BOOL,
    DB_UUID,
    DB_INSTANT,
    DB_JSON,
    DB_BYTES,
    DB_UUID_ARRAY,
    DB_TEXT_ARRAY,
    DB_BYTES_ARRAY,
    DB_I64_ARRAY,
    DB_JSON_ARRAY,
    DB_INSTANT_ARRAY
};

struct uuid_array {
    const struct uuid *items;
    size_t n;
};
struct str_array {
    const str *items;
    size_t n;
};
struct bytes_array {
    const struct bytes *items;
    size_t n;
};
struct i64_array {
    const int64_t *items;
    size_t n;
};
struct json_array {
    const struct json_text *items;
    size_t n;
};
struct instant_array {
    const struct instant *items;
    size_t n;
};

struct db_arg {
    enum db_type type;
    bool null;
    union {
        str s; /* text, json, bytes */
        int64_t i;
        bool b;
        struct uuid u;
        struct {
            const void *items;
            size_t n;
        } list;
    };
};

/* A(x) chooses by type; a double or a char * does not compile.  A null str (ptr NULL), a zero
 * uuid and a zero instant are NULL. */
struct db_arg db_arg_str(str s);
struct db_arg db_arg_i64(int64_t i);
struct db_arg db_arg_bool(bool b);
struct db_arg db_arg_uuid(struct uuid u);
struct db_arg db_arg_instant(struct instant t);
struct db_arg db_arg_json(struct json_text j);
struct db_arg db_arg_bytes(struct bytes b);
struct db_arg db_arg_uuids(struct uuid_array a);
struct db_arg db_arg_strs(struct str_array a);
struct db_arg db_arg_bytes_list(struct bytes_array a);
struct db_arg db_arg_i64s(struct i64_array a);
struct db_arg db_arg_jsons(struct json_array a);
struct db_arg db_arg_instants(struct instant_array a);
struct db_arg db_arg_null(void); /* untyped NULL */
#define A(x)                                       \
    _Generic((x), str                              \
             : db_arg_str, int64_t                 \
             : db_arg_i64, int                     \
             : db_arg_i64, bool                    \
             : db_arg_bool, struct uuid            \
             : db_arg_uuid, struct instant         \
             : db_arg_instant, struct json_text    \
             : db_arg_json, struct bytes           \
             : db_arg_bytes, struct uuid_array     \
             : db_arg_uuids, struct str_array      \
             : db_arg_strs, struct bytes_array     \
             : db_arg_bytes_list, struct i64_array \
             : db_arg_i64s, struct json_array      \
             : db_arg_jsons, struct instant_array  \
             : db_arg_instants)(x)
#define A_NULL db_arg_null()
/* An enum goes in as its word. */
#define A_WORD(names, value) db_arg_str(str_of(field_word((names), (int)(value))))
#define DB_ARGS(...)                      \
    (const struct db_arg[]){__VA_ARGS__}, \
        (int)(sizeof((const struct db_arg[]){__VA_ARGS__}) / sizeof(struct db_arg))
#define DB_NO_ARGS NULL, 0

struct db_rows; /* lives in the arena of the ctx that asked */

/* Run a statement in c's transaction. */
enum status db_query(struct ctx *c, const struct db_stmt *stmt, const struct db_arg *args, int n,
                     struct db_rows **out);
/* The same for one that returns no rows; *changed (may be NULL) gets the number of rows touched. */
enum status db_exec(struct ctx *c, const struct db_stmt *stmt, const struct db_arg *args, int n,
                    int64_t *changed);
int db_count(const struct db_rows *rows);
/* Read row i by column name.  An unexpected NULL, a missing column or a wrong type is ERR_INTERNAL. */
enum status db_read(struct ctx *c, const struct db_rows *rows, int i, const struct field *table,
                    void *out);
/* All rows into an array of structs of the given size. */
enum status db_read_all(struct ctx *c, const struct db_rows *rows, const struct field *table,
                        size_t size, struct list *out);
/* The first column of the first row, for SELECT count(*) and the like; 0 when NULL or no row. */
int64_t db_scalar_i64(const struct db_rows *rows);

/* ---- lists with filters (rule Q8) ----
 * A statement file may hold a base statement that ends in "WHERE org_id = $1" and fragments
 * ("-- fragment: x") that say " AND state = $?"; db_list joins those that are wanted, numbers
 * their parameters, adds the order and prepares the result under the base's name and a hash of
 * which they are.  A fragment belongs to the statement above it in its file.  The order has no
 * parameters of its own but may name the base's, and ones that follow them:
 * "ORDER BY at DESC LIMIT $2" with args of org and limit.
 */
struct db_fragment {
    const char *name;
    const char *text; /* with $? where its parameters go */
    int params;
};
struct db_filter {
    const struct db_fragment *fragment;
    const struct db_arg *args;
    int n;
};
enum { DB_MAX_FILTERS = 12 };
enum status db_list(struct ctx *c, const struct db_stmt *base, const struct db_arg *args, int n,
                    const struct db_filter *filters, size_t n_filters,
                    const struct db_fragment *order, struct db_rows **out);

/* ---- connections and transactions: for dispatch, live, jobs and cmd ---- */

enum db_role { DB_APP = 1, DB_SYSTEM, DB_OWNER };

struct db_pool;
struct db_pool_options {
    str conninfo;
    enum db_role role;
    int size;                     /* connections at most; made when first needed */
    int64_t statement_timeout_ms; /* 0: none */
    const char *process;          /* application_name */
};
struct db_pool *db_pool_new(const struct db_pool_options *options);
void db_pool_free(struct db_pool *pool);
/* Borrow one into c->db, waiting until c->deadline_ms at most.  ERR_UNAVAILABLE if none can be had. */
enum status db_borrow(struct ctx *c, struct db_pool *pool);
/* Give it back; rolls back what is open.  Fine when c->db is NULL. */
void db_return(struct ctx *c);
enum status db_begin(struct ctx *c, enum tx_mode mode);
enum status db_commit(struct ctx *c);
void db_rollback(struct ctx *c);
bool db_in_transaction(const struct ctx *c);
/* Is the borrowed connection this role, and no more?  ERR_INVALID names the setting it came from. */
enum status db_verify_role(struct ctx *c, enum db_role role, const char *setting);
/* Is the server there?  A cheap question for /readyz. */
enum status db_ping(struct ctx *c, struct db_pool *pool);

/*
 * A whole transaction in one trip: BEGIN, the calls, COMMIT, pipelined.  For the vault lane, whose
 * COMMIT does not depend on the answers; c must not be in a transaction.  Rows and changed may be
 * NULL.  ERR_UNCERTAIN when the connection was lost after the COMMIT had been sent; a call that
 * failed has undone all of them.
 */
struct db_call {
    const struct db_stmt *stmt;
    const struct db_arg *args;
    int n;
    struct db_rows **rows;
    int64_t *changed;
};
enum status db_transact(struct ctx *c, const struct db_call *calls, int n);

/* Free-form SQL text of ours: migrations, LISTEN, tests.  Never outside input. */
enum status db_run(struct ctx *c, str sql);
/* NOTIFY outside any transaction. */
enum status db_notify(struct ctx *c, const char *channel, str payload);
/* LISTEN was run on this connection: wait until deadline_ms (monotonic) for a notification.
 * *got false on time-out.  wake_fd (-1: none) becoming readable also ends the wait. */
enum status db_wait_notify(struct ctx *c, int64_t deadline_ms, int wake_fd, bool *got,
                           str *payload);

/* ---- counters for /metrics ---- */
struct db_stat {
    const char *name;
    int64_t calls;
    int64_t errors;
    int64_t total_us;
    int64_t max_us;
};
size_t db_stats(struct db_stat *out, size_t max); /* per statement, since start */
struct db_pool_stat {
    const char *name;
    int size, open, busy, waiting;
};
void db_pool_stats(const struct db_pool *pool, struct db_pool_stat *out);

/* For tests: the n-th call from now on fails as if the connection had been lost (0: none does). */
void db_fail_after(int64_t n);
/* The same, but a COMMIT that fails has been done: it is its answer that is lost. */
void db_fail_late_after(int64_t n);

#endif
