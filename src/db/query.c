/*
 * query.c - one statement: BEGIN if it is the first, Parse if it is new here,
 * Bind and Execute, all in one round trip.
 *
 * Prepared statements are found by a 64-bit hash of name and parameter types,
 * so a call with an untyped NULL is another statement to the server than one
 * with a value, and neither can decode the other's bytes.
 */
#include "db/conn.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { MAX_ANSWERS = 4 };

uint64_t hash_add(uint64_t hash, const void *data, size_t n)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3ull;
    return hash;
}

static struct prepared *slot_of(struct prepared *table, size_t cap, uint64_t key)
{
    size_t at = key & (cap - 1);

    while (table[at].key && table[at].key != key)
        at = (at + 1) & (cap - 1);
    return &table[at];
}

struct prepared *prepared_find(struct db_conn *conn, uint64_t key)
{
    struct prepared *slot = slot_of(conn->prepared, conn->prepared_cap, key);

    return slot->key ? slot : NULL;
}

struct prepared *prepared_add(struct db_conn *conn, const struct statement *st, const char *name)
{
    struct prepared *slot;

    if ((conn->prepared_n + 1) * 2 > conn->prepared_cap) {
        size_t cap = conn->prepared_cap * 2;
        struct prepared *table = NEW_ARRAY(conn->arena, struct prepared, cap);

        for (size_t i = 0; i < conn->prepared_cap; i++)
            if (conn->prepared[i].key)
                *slot_of(table, cap, conn->prepared[i].key) = conn->prepared[i];
        conn->prepared = table;
        conn->prepared_cap = cap;
    }
    slot = slot_of(conn->prepared, conn->prepared_cap, st->key);
    slot->key = st->key;
    slot->counter = counter_find(st->label);
    snprintf(slot->name, sizeof(slot->name), "%s", name);
    conn->prepared_n++;
    return slot;
}

struct trip {
    int begin;  /* statements that open the transaction */
    bool parse; /* the statement is new to this connection */
    char name[64];
};

static void queue(struct ctx *c, const struct statement *st, const struct encoded *e, int n,
                  struct trip *t)
{
    struct db_conn *conn = c->db;
    struct prepared *known = prepared_find(conn, st->key);

    t->parse = !known;
    t->begin = conn->tx == TX_STATE_WISHED ? conn_queue_begin(c, conn) : 0;
    if (PQpipelineStatus(conn->pg) == PQ_PIPELINE_OFF && PQenterPipelineMode(conn->pg) == 0)
        conn->broken = true;
    if (t->parse) {
        snprintf(t->name, sizeof(t->name), "%.44s:%016llx", st->name, (unsigned long long)st->key);
        if (PQsendPrepare(conn->pg, t->name, st->text, n, e->types) == 0)
            conn->broken = true;
    }
    if (PQsendQueryPrepared(conn->pg, known ? known->name : t->name, n, e->values, e->lengths,
                            e->formats, 1) == 0)
        conn->broken = true;
}

static bool is_fine(const PGresult *answer)
{
    ExecStatusType is = PQresultStatus(answer);

    return is == PGRES_COMMAND_OK || is == PGRES_TUPLES_OK;
}

/* What the answers say about the connection, and the first failure among them. */
static enum status judge(struct ctx *c, const struct statement *st, const struct trip *t,
                         PGresult **answers, int n)
{
    struct db_conn *conn = c->db;
    int bad = 0;

    while (bad < n && is_fine(answers[bad]))
        bad++;
    if (t->begin && bad > 0)
        conn->tx = TX_STATE_OPEN;
    if (t->parse && bad > t->begin)
        prepared_add(conn, st, t->name);
    if (bad == n)
        return OK;
    if (conn->tx == TX_STATE_OPEN)
        conn->tx = TX_STATE_FAILED;
    if (conn_plan_is_stale(answers[bad]))
        conn->broken = true;
    return conn_fail(c, conn, st->label, answers[bad]);
}

static enum status round_trip(struct ctx *c, const struct statement *st, const struct db_arg *args,
                              int n, PGresult **out)
{
    PGresult *answers[MAX_ANSWERS];
    struct encoded e;
    struct trip t = {0};
    int count;
    enum status s;

    TRY(args_encode(c, args, n, &e));
    queue(c, st, &e, n, &t);
    count = t.begin + t.parse + 1;
    TRY(conn_round_trip(c, c->db, answers, count));
    s = judge(c, st, &t, answers, count);
    for (int i = 0; i < count - 1; i++)
        PQclear(answers[i]);
    if (s != OK)
        PQclear(answers[count - 1]);
    else
        *out = answers[count - 1];
    return s;
}

static enum status check_usable(struct ctx *c, const struct statement *st)
{
    enum status s = OK;

    assert(c->db && "db_borrow comes first");
    if (c->db->tx == TX_STATE_FAILED)
        s = FAIL(c, ERR_INTERNAL, "something went wrong on our side");
    else if (c->db->broken || db_fault_due())
        s = FAIL(c, ERR_UNAVAILABLE, "the database cannot be reached now");
    else
        return OK;
    if (s == ERR_UNAVAILABLE)
        c->db->broken = true;
    else
        err_cause(c, "a statement after one that failed in the same transaction");
    (void)st;
    return s;
}

/* The server went away under a connection that lay idle: its BEGIN was not answered, so nothing
 * can have happened, and a fresh connection may try. */
static bool is_safe_to_repeat(const struct ctx *c)
{
    return c->db->broken && c->db->tx == TX_STATE_WISHED &&
           (!c->deadline_ms || clock_mono_ms() < c->deadline_ms);
}

enum status statement_run(struct ctx *c, const struct statement *st, const struct db_arg *args,
                          int n, PGresult **out)
{
    int64_t began = clock_mono_us();
    struct prepared *known;
    enum status s;

    TRY(check_usable(c, st));
    s = round_trip(c, st, args, n, out);
    if (s == ERR_UNAVAILABLE && is_safe_to_repeat(c) && conn_reopen(c, c->db) == OK)
        s = round_trip(c, st, args, n, out);
    known = prepared_find(c->db, st->key);
    counter_add(known ? known->counter : counter_find(st->label), clock_mono_us() - began, s != OK);
    return s;
}

uint64_t statement_key(const char *name, const struct db_arg *args, int n)
{
    uint64_t key = hash_add(HASH_START, name, strlen(name));

    for (int i = 0; i < n; i++)
        key = hash_add(key, &(unsigned char){(unsigned char)args[i].type}, 1);
    return key ? key : 1;
}

static enum status run(struct ctx *c, const struct db_stmt *stmt, const struct db_arg *args, int n,
                       PGresult **out)
{
    struct statement st = {statement_key(stmt->name, args, n), stmt->name, stmt->name, stmt->text};

    assert(n == stmt->params);
    return statement_run(c, &st, args, n, out);
}

enum status db_query(struct ctx *c, const struct db_stmt *stmt, const struct db_arg *args, int n,
                     struct db_rows **out)
{
    PGresult *result = NULL;

    TRY(run(c, stmt, args, n, &result));
    *out = rows_new(c, result);
    return OK;
}

enum status db_exec(struct ctx *c, const struct db_stmt *stmt, const struct db_arg *args, int n,
                    int64_t *changed)
{
    PGresult *result = NULL;
    int64_t count = 0;

    TRY(run(c, stmt, args, n, &result));
    if (!str_parse_i64(str_of(PQcmdTuples(result)), &count))
        count = 0;
    PQclear(result);
    if (changed)
        *changed = count;
    return OK;
}
