/*
 * tx.c - transactions.
 *
 * db_begin sends nothing; the first statement carries BEGIN with it.  COMMIT
 * is a trip of its own because the handler decides on it, and its tag is read:
 * PostgreSQL answers the COMMIT of a failed transaction with a cheerful
 * "ROLLBACK".  No answer to a COMMIT means that nobody knows.
 */
#include "db/conn.h"

#include <assert.h>
#include <string.h>

enum { COMMIT_GRACE_MS = 5000, ROLLBACK_MS = 2000 };

enum status db_begin(struct ctx *c, enum tx_mode mode)
{
    struct db_conn *conn = c->db;

    assert(conn && conn->tx == TX_STATE_NONE);
    assert(mode != TX_SYSTEM || conn->options->role != DB_APP);
    conn->mode = mode;
    if (mode != TX_NONE)
        conn->tx = TX_STATE_WISHED;
    if (conn->broken)
        return FAIL(c, ERR_UNAVAILABLE, "the database cannot be reached now");
    return OK;
}

static void end(struct db_conn *conn)
{
    conn->tx = TX_STATE_NONE;
    conn->mode = TX_NONE;
}

static enum status uncertain(struct ctx *c)
{
    struct err why = c->err;
    enum status s = FAIL(c, ERR_UNCERTAIN, "the database did not say whether this was done");

    err_cause(c, why.cause);
    return s;
}

static enum status judge_commit(struct ctx *c, struct db_conn *conn, PGresult *answer)
{
    enum status s;

    if (PQresultStatus(answer) != PGRES_COMMAND_OK)
        return conn_fail(c, conn, "COMMIT", answer);
    if (strcmp(PQcmdStatus(answer), "COMMIT") == 0)
        return OK;
    s = FAIL(c, ERR_INTERNAL, "something went wrong on our side");
    err_cause(c, "COMMIT of a failed transaction");
    return s;
}

/* The round trip, with more patience than the caller has: its outcome is worth waiting for. */
static enum status send_commit(struct ctx *c, struct db_conn *conn, PGresult **answer)
{
    int64_t deadline_ms = c->deadline_ms;
    int64_t patient_ms = clock_mono_ms() + COMMIT_GRACE_MS;
    enum status s;

    if (deadline_ms && deadline_ms < patient_ms)
        c->deadline_ms = patient_ms;
    conn_queue_text(conn, "COMMIT");
    s = conn_round_trip(c, conn, answer, 1);
    c->deadline_ms = deadline_ms;
    return s;
}

enum status db_commit(struct ctx *c)
{
    struct db_conn *conn = c->db;
    bool wrote = conn && conn->mode != TX_READ;
    PGresult *answer = NULL;
    enum status s;

    assert(conn && conn->tx != TX_STATE_NONE);
    if (conn->tx == TX_STATE_WISHED) {
        end(conn);
        return OK;
    }
    if (conn->broken) {
        /* it broke before COMMIT was sent: the server rolls back */
        end(conn);
        return FAIL(c, ERR_UNAVAILABLE, "the database cannot be reached now");
    }
    if (db_fault_due()) {
        if (db_fault_is_late() && send_commit(c, conn, &answer) == OK)
            PQclear(answer);
        conn->broken = true;
        s = conn_lost(c, conn, "COMMIT");
    } else {
        s = send_commit(c, conn, &answer);
    }
    if (s != OK) {
        end(conn);
        return wrote ? uncertain(c) : s;
    }
    s = judge_commit(c, conn, answer);
    PQclear(answer);
    end(conn);
    return s;
}

void db_rollback(struct ctx *c)
{
    struct db_conn *conn = c->db;
    struct err kept = c->err; /* the reason for rolling back is the one to report */
    int64_t deadline_ms = c->deadline_ms;
    PGresult *answer;

    if (!conn || conn->tx == TX_STATE_NONE)
        return;
    if (!conn->broken && conn->tx != TX_STATE_WISHED) {
        c->deadline_ms = clock_mono_ms() + ROLLBACK_MS;
        conn_queue_text(conn, "ROLLBACK");
        if (conn_round_trip(c, conn, &answer, 1) == OK)
            PQclear(answer);
    }
    c->deadline_ms = deadline_ms;
    c->err = kept;
    end(conn);
}

bool db_in_transaction(const struct ctx *c)
{
    return c->db && c->db->tx != TX_STATE_NONE;
}

enum status db_run(struct ctx *c, str sql)
{
    struct db_conn *conn = c->db;
    PGresult *answers[2];
    bool first = conn && conn->tx == TX_STATE_WISHED;
    enum status s;

    assert(conn);
    if (conn->broken || db_fault_due())
        return conn_lost(c, conn, "SQL text");
    if (first) {
        int n = conn_queue_begin(c, conn);

        TRY(conn_round_trip(c, conn, answers, n));
        for (int i = 0; i < n; i++)
            PQclear(answers[i]);
        conn->tx = TX_STATE_OPEN;
    }
    if (str_starts_with(sql, S("LISTEN")))
        conn->listening = true;
    s = conn_run_text(c, conn, arena_copy(c->arena, sql).ptr);
    if (s != OK && conn->tx == TX_STATE_OPEN)
        conn->tx = TX_STATE_FAILED;
    return s;
}
