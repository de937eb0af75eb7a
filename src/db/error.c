/*
 * error.c - from SQLSTATE to the eleven statuses.
 *
 * Of the server's words only the primary message, the code and the names of
 * what was violated go into the cause: DETAIL and the statement's parameters
 * quote people's data, and a log is no place for them.
 */
#include "db/conn.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static bool one_of(const char *state, const char *const *list)
{
    for (; *list; list++)
        if (strncmp(state, *list, strlen(*list)) == 0)
            return true;
    return false;
}

static enum status status_of(const struct db_conn *conn, const char *state)
{
    static const char *const conflict[] = {"23505", "40001", "40P01", NULL};
    /* 08 connection, 25P03 idle too long, 53 disk full and too many connections, 55P03 lock,
     * 57014 statement timeout, 57P shutdown, 58 disk */
    static const char *const unavailable[] = {"08",    "25P03", "53", "55P03",
                                              "57014", "57P",   "58", NULL};

    if (!state)
        return ERR_UNAVAILABLE;
    if (one_of(state, conflict))
        return ERR_CONFLICT;
    if (one_of(state, unavailable))
        return ERR_UNAVAILABLE;
    /* a write in our own READ ONLY transaction is a bug; otherwise the server takes no writes */
    if (strcmp(state, "25006") == 0 && conn->mode != TX_READ)
        return ERR_UNAVAILABLE;
    return ERR_INTERNAL;
}

static const char *or_none(const char *s)
{
    return s ? s : "";
}

bool conn_plan_is_stale(const PGresult *answer)
{
    const char *where = PQresultErrorField(answer, PG_DIAG_SOURCE_FUNCTION);

    return where && strcmp(where, "RevalidateCachedQuery") == 0;
}

enum status conn_fail(struct ctx *c, const struct db_conn *conn, const char *what,
                      const PGresult *answer)
{
    const char *state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    char cause[400];
    enum status code = conn_plan_is_stale(answer) ? ERR_UNAVAILABLE : status_of(conn, state);
    enum status s;

    if (code == ERR_CONFLICT)
        s = FAIL(c, code, "someone else changed this at the same moment");
    else if (code == ERR_UNAVAILABLE)
        s = FAIL(c, code, "the database cannot do this now");
    else
        s = FAIL(c, code, "something went wrong on our side");
    snprintf(cause, sizeof(cause), "%s: %s %s%s%s", what, or_none(state),
             or_none(PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY)),
             PQresultErrorField(answer, PG_DIAG_CONSTRAINT_NAME) ? " constraint " : "",
             or_none(PQresultErrorField(answer, PG_DIAG_CONSTRAINT_NAME)));
    err_cause(c, cause);
    return s;
}

enum status conn_lost(struct ctx *c, struct db_conn *conn, const char *what)
{
    char cause[400];
    enum status s = FAIL(c, ERR_UNAVAILABLE, "the database cannot be reached now");

    conn->broken = true;
    snprintf(cause, sizeof(cause), "%s: %s", what, PQerrorMessage(conn->pg));
    err_cause(c, cause);
    return s;
}

/* Zero: no fault is wanted, so that production pays one relaxed load a call. */
static _Atomic int64_t fault_countdown;
static _Atomic bool fault_is_late;

void db_fail_after(int64_t n)
{
    atomic_store(&fault_is_late, false);
    atomic_store(&fault_countdown, n);
}

void db_fail_late_after(int64_t n)
{
    atomic_store(&fault_is_late, true);
    atomic_store(&fault_countdown, n);
}

bool db_fault_is_late(void)
{
    return atomic_load(&fault_is_late);
}

bool db_fault_due(void)
{
    if (atomic_load_explicit(&fault_countdown, memory_order_relaxed) == 0)
        return false;
    return atomic_fetch_sub(&fault_countdown, 1) == 1;
}
