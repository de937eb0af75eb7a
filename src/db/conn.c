/*
 * conn.c - opening a connection, and the round trip.
 *
 * Why not PQexec: it blocks without a deadline.  Everything here is
 * non-blocking libpq around one poll(), so c->deadline_ms holds whatever the
 * network does.  Past the deadline the server is asked to cancel and has
 * CANCEL_GRACE_MS to say so; only then is the connection given up.
 */
#include "db/conn.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { CANCEL_CALL_MS = 500, CANCEL_GRACE_MS = 2000, CONNECT_MS = 10000, PREPARED_START = 64 };

/* Wait for the socket; *in_time false when until_ms (0: never) came first. */
static enum status wait_socket(struct ctx *c, struct db_conn *conn, short events, int64_t until_ms,
                               bool *in_time)
{
    struct pollfd p = {.fd = PQsocket(conn->pg), .events = events};

    for (;;) {
        int64_t left = until_ms ? until_ms - clock_mono_ms() : 60000;
        int n;

        if (left <= 0) {
            *in_time = false;
            return OK;
        }
        n = poll(&p, 1, (int)(left > 60000 ? 60000 : left));
        if (n > 0) {
            *in_time = true;
            return OK;
        }
        if (n < 0 && errno != EINTR)
            return conn_lost(c, conn, "poll");
    }
}

static enum status finish_connect(struct ctx *c, struct db_conn *conn, int64_t deadline_ms)
{
    PostgresPollingStatusType step = PGRES_POLLING_WRITING;

    for (;;) {
        bool in_time = false;

        if (step == PGRES_POLLING_OK)
            return OK;
        if (step == PGRES_POLLING_FAILED)
            return conn_lost(c, conn, "connect");
        TRY(wait_socket(c, conn, step == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_ms,
                        &in_time));
        if (!in_time)
            return conn_lost(c, conn, "connect: no answer in time");
        step = PQconnectPoll(conn->pg);
    }
}

static void drop_notice(void *arg, const PGresult *notice)
{
    (void)arg;
    (void)notice;
}

static enum status start(struct ctx *c, struct db_conn *conn, int64_t deadline_ms)
{
    const struct db_pool_options *options = conn->options;
    const char *keys[] = {"dbname",          "application_name", "client_encoding",
                          "keepalives_idle", "tcp_user_timeout", NULL};
    const char *values[] = {arena_copy(conn->arena, options->conninfo).ptr,
                            options->process,
                            "UTF8",
                            "30",
                            "15000",
                            NULL};
    str settings;

    conn->pg = PQconnectStartParams(keys, values, 1);
    if (!conn->pg || PQstatus(conn->pg) == CONNECTION_BAD)
        return conn_lost(c, conn, "connect");
    TRY(finish_connect(c, conn, deadline_ms));
    PQsetNoticeReceiver(conn->pg, drop_notice, NULL);
    if (PQsetnonblocking(conn->pg, 1) != 0)
        return conn_lost(c, conn, "connect");
    /* by statement and not by start-up parameter: poolers refuse those */
    settings = arena_printf(conn->arena,
                            "SET plan_cache_mode = force_generic_plan; SET TimeZone = 'UTC'; "
                            "SET client_min_messages = error; SET statement_timeout = %lld; "
                            "SET idle_in_transaction_session_timeout = %d",
                            (long long)options->statement_timeout_ms,
                            options->role == DB_OWNER ? 0 : 60000);
    return conn_run_text(c, conn, settings.ptr);
}

enum status conn_open(struct ctx *c, const struct db_pool_options *options, int64_t deadline_ms,
                      struct db_conn **out)
{
    struct arena *arena = arena_new();
    struct db_conn *conn = NEW(arena, struct db_conn);
    int64_t mine = c->deadline_ms;
    enum status s;

    conn->arena = arena;
    conn->options = options;
    conn->mode = TX_NONE;
    conn->tx = TX_STATE_NONE;
    conn->prepared_cap = PREPARED_START;
    conn->prepared = NEW_ARRAY(arena, struct prepared, PREPARED_START);
    c->deadline_ms = deadline_ms;
    s = start(c, conn, deadline_ms);
    c->deadline_ms = mine;
    if (s != OK) {
        conn_close(conn);
        return s;
    }
    *out = conn;
    return OK;
}

enum status conn_reopen(struct ctx *c, struct db_conn *conn)
{
    PQfinish(conn->pg);
    conn->pg = NULL;
    conn->broken = false;
    conn->listening = false;
    conn->prepared = NEW_ARRAY(conn->arena, struct prepared, conn->prepared_cap);
    conn->prepared_n = 0;
    return start(c, conn, c->deadline_ms ? c->deadline_ms : clock_mono_ms() + CONNECT_MS);
}

void conn_close(struct db_conn *conn)
{
    if (!conn)
        return;
    PQfinish(conn->pg);
    arena_free(conn->arena);
}

bool conn_is_alive(struct db_conn *conn)
{
    struct pollfd p = {.fd = PQsocket(conn->pg), .events = POLLIN};

    if (conn->broken || PQstatus(conn->pg) != CONNECTION_OK)
        return false;
    if (poll(&p, 1, 0) <= 0)
        return true;
    /* a setting that was reloaded is announced too: readable is not yet gone */
    return PQconsumeInput(conn->pg) == 1 && PQstatus(conn->pg) == CONNECTION_OK &&
           !(p.revents & (POLLERR | POLLHUP));
}

void conn_queue_text(struct db_conn *conn, const char *sql)
{
    if (PQpipelineStatus(conn->pg) == PQ_PIPELINE_OFF && PQenterPipelineMode(conn->pg) == 0)
        conn->broken = true;
    if (!conn->broken && PQsendQueryParams(conn->pg, sql, 0, NULL, NULL, NULL, NULL, 1) == 0)
        conn->broken = true;
}

static void *call_cancel(void *arg)
{
    PGcancel *cancel = arg;
    char words[256];

    (void)PQcancel(cancel, words, sizeof(words));
    PQfreeCancel(cancel);
    return NULL;
}

/* PQcancel waits for the server without a deadline, and a server that hangs is why it is called: a
 * thread waits for it, and is left to itself when that takes too long.  false: nobody took it. */
static bool ask_to_cancel(struct db_conn *conn)
{
    PGcancel *cancel = PQgetCancel(conn->pg);
    int64_t until_us = instant_add_ms(clock_now(), CANCEL_CALL_MS).us;
    struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};
    pthread_t thread;

    if (!cancel || pthread_create(&thread, NULL, call_cancel, cancel) != 0) {
        PQfreeCancel(cancel);
        return false;
    }
    /* not pthread_clockjoin_np: ThreadSanitizer does not see threads end there */
    if (pthread_timedjoin_np(thread, NULL, &until) == 0)
        return true;
    pthread_detach(thread);
    return false;
}

/* Flush and read until libpq has an answer to give. */
static enum status wait_answer(struct ctx *c, struct db_conn *conn, int64_t *until_ms,
                               bool *cancelled)
{
    for (;;) {
        int unsent = PQflush(conn->pg);
        bool in_time = false;

        if (unsent < 0)
            return conn_lost(c, conn, "send");
        if (!unsent && PQisBusy(conn->pg) == 0)
            return OK;
        TRY(wait_socket(c, conn, unsent ? POLLIN | POLLOUT : POLLIN, *until_ms, &in_time));
        if (!in_time && *cancelled)
            return conn_lost(c, conn, "no answer in time");
        if (!in_time) {
            *cancelled = true;
            *until_ms = clock_mono_ms() + CANCEL_GRACE_MS;
            if (!ask_to_cancel(conn))
                return conn_lost(c, conn, "no answer in time");
            continue;
        }
        if (PQconsumeInput(conn->pg) == 0)
            return conn_lost(c, conn, "receive");
    }
}

static void clear_all(PGresult **answers, int n)
{
    for (int i = 0; i < n; i++)
        PQclear(answers[i]);
}

static enum status collect(struct ctx *c, struct db_conn *conn, PGresult **answers, int n, int *got)
{
    int64_t until_ms = c->deadline_ms;
    bool cancelled = false;
    int ends = 0;

    for (;;) {
        PGresult *answer;

        TRY(wait_answer(c, conn, &until_ms, &cancelled));
        answer = PQgetResult(conn->pg);
        if (!answer) {
            /* the end of one statement's answers; two in a row is a connection that died */
            if (++ends > 1 || PQstatus(conn->pg) != CONNECTION_OK)
                return conn_lost(c, conn, "receive");
            continue;
        }
        ends = 0;
        if (PQresultStatus(answer) == PGRES_PIPELINE_SYNC) {
            PQclear(answer);
            return *got == n ? OK : conn_lost(c, conn, "answers do not match");
        }
        if (*got == n) {
            PQclear(answer);
            return conn_lost(c, conn, "answers do not match");
        }
        answers[(*got)++] = answer;
    }
}

enum status conn_round_trip(struct ctx *c, struct db_conn *conn, PGresult **answers, int n)
{
    int got = 0;
    enum status s;

    if (conn->broken || PQpipelineSync(conn->pg) == 0)
        return conn_lost(c, conn, "send");
    s = collect(c, conn, answers, n, &got);
    if (s == OK)
        return OK;
    /* the server's last words say more than "connection closed" */
    for (int i = 0; i < got; i++)
        if (PQresultStatus(answers[i]) == PGRES_FATAL_ERROR)
            s = conn_fail(c, conn, "connection lost", answers[i]);
    clear_all(answers, got);
    conn->broken = true;
    return s == OK ? ERR_UNAVAILABLE : s;
}

int conn_queue_begin(struct ctx *c, struct db_conn *conn)
{
    char org[UUID_TEXT + 1];
    char set[80];

    conn_queue_text(conn, conn->mode == TX_READ ? "BEGIN READ ONLY" : "BEGIN");
    if (conn->mode == TX_SYSTEM || uuid_is_zero(c->org))
        return 1;
    /* a literal: SET takes no parameter, and set_config() does not reach the shards of Citus */
    uuid_text(c->org, org);
    snprintf(set, sizeof(set), "SET LOCAL app.org = '%s'", org);
    conn_queue_text(conn, set);
    return 2;
}

enum status conn_run_text(struct ctx *c, struct db_conn *conn, const char *sql)
{
    enum status s = OK;
    int64_t until_ms = c->deadline_ms;
    bool cancelled = false;

    if (PQpipelineStatus(conn->pg) != PQ_PIPELINE_OFF && PQexitPipelineMode(conn->pg) == 0)
        return conn_lost(c, conn, "leave the pipeline");
    if (PQsendQuery(conn->pg, sql) == 0)
        return conn_lost(c, conn, "send");
    for (;;) {
        PGresult *answer;
        ExecStatusType is;

        TRY(wait_answer(c, conn, &until_ms, &cancelled));
        answer = PQgetResult(conn->pg);
        if (!answer)
            break;
        is = PQresultStatus(answer);
        if (s == OK && is != PGRES_COMMAND_OK && is != PGRES_TUPLES_OK && is != PGRES_EMPTY_QUERY)
            s = conn_fail(c, conn, "SQL text", answer);
        PQclear(answer);
        if (PQstatus(conn->pg) != CONNECTION_OK) {
            conn->broken = true;
            break;
        }
    }
    return s;
}
