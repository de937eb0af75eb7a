/*
 * transact.c - a whole transaction in one trip.
 *
 * BEGIN, the statements and COMMIT leave together.  When one fails the server
 * skips the rest, COMMIT too, so nothing is half done; a connection that is
 * lost on the way leaves nobody knowing, since the COMMIT was among what had
 * been sent.  Statements that are new to the connection are prepared in trips of their own
 * before, which happens once.
 */
#include "db/conn.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { MAX_CALLS = 4 };

static struct statement statement_of(const struct db_call *call)
{
    return (struct statement){statement_key(call->stmt->name, call->args, call->n),
                              call->stmt->name, call->stmt->name, call->stmt->text};
}

static void enter_pipeline(struct db_conn *conn)
{
    if (PQpipelineStatus(conn->pg) == PQ_PIPELINE_OFF && PQenterPipelineMode(conn->pg) == 0)
        conn->broken = true;
}

static enum status prepare(struct ctx *c, const struct statement *st, const struct encoded *e,
                           int n)
{
    struct db_conn *conn = c->db;
    char name[64];
    PGresult *answer;
    enum status s = OK;

    if (prepared_find(conn, st->key))
        return OK;
    snprintf(name, sizeof(name), "%.44s:%016llx", st->name, (unsigned long long)st->key);
    enter_pipeline(conn);
    if (!conn->broken && PQsendPrepare(conn->pg, name, st->text, n, e->types) == 0)
        conn->broken = true;
    TRY(conn_round_trip(c, conn, &answer, 1));
    if (PQresultStatus(answer) == PGRES_COMMAND_OK)
        prepared_add(conn, st, name);
    else
        s = conn_fail(c, conn, st->label, answer);
    PQclear(answer);
    return s;
}

static void queue(struct db_conn *conn, const struct db_call *call, const struct encoded *e)
{
    const struct statement st = statement_of(call);
    const struct prepared *known = prepared_find(conn, st.key);

    if (!conn->broken && PQsendQueryPrepared(conn->pg, known->name, call->n, e->values, e->lengths,
                                             e->formats, 1) == 0)
        conn->broken = true;
}

static enum status uncertain(struct ctx *c)
{
    struct err why = c->err;
    enum status s = FAIL(c, ERR_UNCERTAIN, "the database did not say whether this was done");

    err_cause(c, why.cause);
    return s;
}

/* The first failure; the transaction it leaves behind is rolled back. */
static enum status judge(struct ctx *c, const struct db_call *calls, int n, PGresult **answers)
{
    struct db_conn *conn = c->db;
    enum status s = OK;

    for (int i = 0; i < n + 2 && s == OK; i++) {
        ExecStatusType is = PQresultStatus(answers[i]);
        bool ours = i > 0 && i <= n;

        if (is != PGRES_COMMAND_OK && is != PGRES_TUPLES_OK)
            s = conn_fail(c, conn, ours ? calls[i - 1].stmt->name : "BEGIN or COMMIT", answers[i]);
        if (s != OK && conn_plan_is_stale(answers[i]))
            conn->broken = true;
    }
    if (s == OK && strcmp(PQcmdStatus(answers[n + 1]), "COMMIT") != 0) {
        s = FAIL(c, ERR_INTERNAL, "something went wrong on our side");
        err_cause(c, "COMMIT of a failed transaction");
    }
    if (s != OK) {
        conn->tx = TX_STATE_FAILED;
        db_rollback(c);
    }
    return s;
}

static void hand_out(struct ctx *c, const struct db_call *call, PGresult *answer)
{
    int64_t count = 0;

    if (call->changed) {
        (void)str_parse_i64(str_of(PQcmdTuples(answer)), &count);
        *call->changed = count;
    }
    if (call->rows)
        *call->rows = rows_new(c, answer);
    else
        PQclear(answer);
}

static enum status run(struct ctx *c, const struct db_call *calls, int n,
                       const struct encoded *encoded)
{
    struct db_conn *conn = c->db;
    PGresult *answers[MAX_CALLS + 2] = {NULL};
    enum status s;

    conn_queue_text(conn, "BEGIN");
    for (int i = 0; i < n; i++)
        queue(conn, &calls[i], &encoded[i]);
    conn_queue_text(conn, "COMMIT");
    if (conn->broken)
        return conn_lost(c, conn, "send");
    if (db_fault_due()) {
        if (db_fault_is_late() && conn_round_trip(c, conn, answers, n + 2) == OK)
            for (int i = 0; i < n + 2; i++)
                PQclear(answers[i]);
        conn->broken = true;
        s = conn_lost(c, conn, "COMMIT");
    } else {
        s = conn_round_trip(c, conn, answers, n + 2);
    }
    if (s != OK)
        return uncertain(c);
    s = judge(c, calls, n, answers);
    PQclear(answers[0]);
    PQclear(answers[n + 1]);
    for (int i = 0; i < n; i++)
        if (s == OK)
            hand_out(c, &calls[i], answers[i + 1]);
        else
            PQclear(answers[i + 1]);
    return s;
}

static void count(struct db_conn *conn, const struct db_call *calls, int n, int64_t us, bool failed)
{
    for (int i = 0; i < n; i++) {
        const struct statement st = statement_of(&calls[i]);
        const struct prepared *known = prepared_find(conn, st.key);

        counter_add(known ? known->counter : counter_find(st.label), us / n, failed);
    }
}

enum status db_transact(struct ctx *c, const struct db_call *calls, int n)
{
    struct encoded encoded[MAX_CALLS];
    int64_t began = clock_mono_us();
    enum status s;

    assert(c->db && c->db->tx == TX_STATE_NONE && n > 0 && n <= MAX_CALLS);
    if (c->db->broken || db_fault_due()) {
        c->db->broken = true;
        return FAIL(c, ERR_UNAVAILABLE, "the database cannot be reached now");
    }
    for (int i = 0; i < n; i++) {
        const struct statement st = statement_of(&calls[i]);

        assert(calls[i].n == calls[i].stmt->params);
        TRY(args_encode(c, calls[i].args, calls[i].n, &encoded[i]));
        TRY(prepare(c, &st, &encoded[i], calls[i].n));
    }
    s = run(c, calls, n, encoded);
    count(c->db, calls, n, clock_mono_us() - began, s != OK);
    return s;
}
