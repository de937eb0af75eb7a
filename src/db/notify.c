/*
 * notify.c - wake-ups between processes, and "are you there".
 *
 * NOTIFY takes a lock over the whole database until its transaction ends, so
 * it is never sent inside a business transaction (measured: half the
 * throughput).
 */
#include "db/conn.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>

#include "db/notify.sql.h"

enum status db_notify(struct ctx *c, const char *channel, str payload)
{
    assert(c->db && c->db->tx == TX_STATE_NONE);
    return db_exec(c, &db_notify_sql, DB_ARGS(A(str_of(channel)), A(payload)), NULL);
}

enum status db_ping(struct ctx *c, struct db_pool *pool)
{
    enum status s;

    TRY(db_borrow(c, pool));
    s = db_exec(c, &db_ping_sql, DB_NO_ARGS, NULL);
    db_return(c);
    return s;
}

/* The next notification that has arrived already. */
static bool take(struct ctx *c, str *payload)
{
    PGnotify *n = PQnotifies(c->db->pg);

    if (!n)
        return false;
    *payload = arena_copy(c->arena, str_of(n->extra));
    PQfreemem(n);
    return true;
}

enum status db_wait_notify(struct ctx *c, int64_t deadline_ms, int wake_fd, bool *got, str *payload)
{
    struct pollfd p[2] = {
        {.fd = PQsocket(c->db->pg), .events = POLLIN},
        {.fd = wake_fd,             .events = POLLIN}
    };

    *got = false;
    if (c->db->broken)
        return conn_lost(c, c->db, "wait for a notification");
    for (;;) {
        int64_t left = deadline_ms - clock_mono_ms();
        int n;

        if (PQconsumeInput(c->db->pg) == 0 || PQstatus(c->db->pg) != CONNECTION_OK)
            return conn_lost(c, c->db, "wait for a notification");
        *got = take(c, payload);
        if (*got || left <= 0)
            return OK;
        n = poll(p, wake_fd >= 0 ? 2 : 1, (int)(left > 60000 ? 60000 : left));
        if (n < 0 && errno != EINTR)
            return conn_lost(c, c->db, "poll");
        if (n > 0 && wake_fd >= 0 && p[1].revents)
            return OK;
    }
}
