/*
 * conn.h - one connection, as this folder sees it.  Nobody else includes it.
 *
 * A connection lives in pipeline mode: what is queued travels with the next
 * round trip, and the answers come back in order.  It belongs to one thread at
 * a time; its memory is its own arena and goes with it.
 */
#ifndef DB_CONN_H
#define DB_CONN_H

#include <libpq-fe.h>

#include "db/db.h"

struct db_counter;

/* Where the transaction stands. */
enum tx_state {
    TX_STATE_NONE = 1, /* statements commit themselves */
    TX_STATE_WISHED,   /* db_begin was called, nothing was sent yet */
    TX_STATE_OPEN,
    TX_STATE_FAILED, /* a statement failed: only a rollback helps */
};

/* A statement that the server knows. */
struct prepared {
    uint64_t key; /* 0: an empty slot */
    char name[64];
    struct db_counter *counter;
};

struct db_conn {
    PGconn *pg;
    struct arena *arena;
    struct db_pool *pool;
    const struct db_pool_options *options; /* its pool's */
    enum tx_mode mode;
    enum tx_state tx;
    bool broken;    /* nothing more can be asked of it */
    bool listening; /* LISTEN was run: not to be lent to others again */
    struct prepared *prepared;
    size_t prepared_cap; /* a power of two */
    size_t prepared_n;
};

/* ---- conn.c ---- */

enum status conn_open(struct ctx *c, const struct db_pool_options *options, int64_t deadline_ms,
                      struct db_conn **out);
/* A new session in the same place, with nothing prepared; what was wished for stays wished for. */
enum status conn_reopen(struct ctx *c, struct db_conn *conn);
void conn_close(struct db_conn *conn); /* NULL is fine */
/* Did the server leave while it lay idle?  Asks the socket, not the server. */
bool conn_is_alive(struct db_conn *conn);

/* Queue a statement of ours as text.  A failure shows in the next round trip. */
void conn_queue_text(struct db_conn *conn, const char *sql);
/* Send what is queued, wait for exactly n answers.  Past the deadline the server is asked to
 * cancel.  ERR_UNAVAILABLE and a broken connection when the answers do not come. */
enum status conn_round_trip(struct ctx *c, struct db_conn *conn, PGresult **answers, int n);
/* Several statements as one text, outside pipeline mode. */
enum status conn_run_text(struct ctx *c, struct db_conn *conn, const char *sql);
/* What the wished-for transaction begins with; returns the number of statements queued. */
int conn_queue_begin(struct ctx *c, struct db_conn *conn);

/* ---- error.c ---- */

/* The failure in an answer, as a status with its cause. */
enum status conn_fail(struct ctx *c, const struct db_conn *conn, const char *what,
                      const PGresult *answer);
/* The connection itself failed: "what" was being done. */
enum status conn_lost(struct ctx *c, struct db_conn *conn, const char *what);
/* Did a migration change what a prepared statement returns?  Then the connection is used up. */
bool conn_plan_is_stale(const PGresult *answer);
/* Count one call for db_fail_after; true when this is the one that fails. */
bool db_fault_due(void);
/* Is a COMMIT that fails to be done first? */
bool db_fault_is_late(void);

/* ---- query.c: what list.c shares ---- */

struct statement {
    uint64_t key;      /* who it is */
    const char *label; /* in the counters */
    const char *name;  /* on the server */
    const char *text;
};
enum status statement_run(struct ctx *c, const struct statement *st, const struct db_arg *args,
                          int n, PGresult **out);
struct prepared *prepared_find(struct db_conn *conn, uint64_t key);
struct prepared *prepared_add(struct db_conn *conn, const struct statement *st, const char *name);
uint64_t statement_key(const char *name, const struct db_arg *args, int n);
uint64_t hash_add(uint64_t hash, const void *data, size_t n); /* FNV-1a */
#define HASH_START 0xcbf29ce484222325ull
struct db_rows *rows_new(struct ctx *c, PGresult *result);

/* ---- args.c ---- */

enum { MAX_PARAMS = 40 };

struct encoded {
    Oid types[MAX_PARAMS];
    const char *values[MAX_PARAMS];
    int lengths[MAX_PARAMS];
    int formats[MAX_PARAMS];
    char fixed[MAX_PARAMS][16];
};
enum status args_encode(struct ctx *c, const struct db_arg *args, int n, struct encoded *out);
Oid args_oid(enum db_type type); /* 0: let the server infer it */

/* ---- stats.c ---- */

struct db_counter *counter_find(const char *label);
void counter_add(struct db_counter *counter, int64_t us, bool failed);

/* Types that we speak in binary. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_OID = 26,
    OID_JSON = 114,
    OID_FLOAT8 = 701,
    OID_BYTEA_ARRAY = 1001,
    OID_TEXT_ARRAY = 1009,
    OID_INT8_ARRAY = 1016,
    OID_VARCHAR = 1043,
    OID_TIMESTAMPTZ = 1184,
    OID_TIMESTAMPTZ_ARRAY = 1185,
    OID_UUID = 2950,
    OID_UUID_ARRAY = 2951,
    OID_JSONB = 3802,
    OID_JSONB_ARRAY = 3807,
    OID_XID8 = 5069,
};

/* PostgreSQL counts microseconds from 2000-01-01. */
#define PG_EPOCH_US INT64_C(946684800000000)

#endif
