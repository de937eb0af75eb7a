/*
 * PostgreSQL goes away and comes back; we stay.  Runs below with_pg.sh --own,
 * since it stops the server that others would be using.
 */
#include "pg.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct db_stmt orgs_sql = {"orgs", "SELECT count(*) FROM org", 0};

static void pause_ms(long ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

/* "pid" and "ready" stand in the first and the eighth line. */
static pid_t postmaster(bool *ready)
{
    struct arena *a = arena_new();
    str path = arena_printf(a, "%s/postmaster.pid", getenv("TEST_PG"));
    FILE *f = fopen(path.ptr, "re");
    char line[256];
    int64_t pid = 0;

    *ready = false;
    for (int i = 0; f && i < 8 && fgets(line, sizeof(line), f); i++) {
        if (i == 0 && !str_parse_i64(str_trim(str_of(line)), &pid))
            pid = 0;
        *ready = i == 7 && str_eq(str_trim(str_of(line)), S("ready"));
    }
    if (f)
        fclose(f);
    arena_free(a);
    return (pid_t)pid;
}

static void stop_server(void)
{
    bool ready;
    pid_t pid = postmaster(&ready);

    assert_in_range(pid, 2, INT32_MAX);
    assert_int_equal(kill(pid, SIGINT),
                     0); /* synchronous_commit is off here: a crash would lose rows */
    while (postmaster(&ready) == pid)
        pause_ms(10);
}

/* A child of ours, which the kernel ends with us. */
static pid_t start_server(void)
{
    bool ready = false;
    pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/sh", "sh", "-c",
              "exec $TEST_PG_RUN setpriv --pdeathsig QUIT \"$TEST_PG_BINDIR/postgres\" -D "
              "\"$TEST_PG\" "
              ">/dev/null 2>&1",
              (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 1000 && !ready; i++, pause_ms(10))
        (void)postmaster(&ready);
    assert_true(ready);
    return pid;
}

static void a_restarted_server_is_found_by_the_same_pool(void **state)
{
    struct pg *pg = *state;
    struct ctx *idle = pg_begin(pg, DB_APP, TX_READ);
    struct ctx *busy = pg_begin(pg, DB_APP, TX_WRITE);
    struct ctx *c = pg_begin(pg, DB_APP, TX_NONE);
    struct db_rows *rows;
    int64_t began;
    pid_t server;

    OK_OR_FAIL(busy, db_query(busy, &orgs_sql, DB_NO_ARGS, &rows));
    pg_rollback(idle);
    db_return(c);
    stop_server();

    /* in the middle of a transaction: it is lost, and says so */
    assert_int_equal(db_query(busy, &orgs_sql, DB_NO_ARGS, &rows), ERR_UNAVAILABLE);
    db_return(busy);
    /* nobody is kept waiting for long */
    began = clock_mono_ms();
    assert_int_equal(db_borrow(c, pg->app), ERR_UNAVAILABLE);
    assert_in_range(clock_mono_ms() - began, 0, 4000);

    server = start_server();
    busy->deadline_ms = c->deadline_ms = clock_mono_ms() + 10000;
    OK_OR_FAIL(c, db_ping(c, pg->app));
    OK_OR_FAIL(busy, db_borrow(busy, pg->app));
    OK_OR_FAIL(busy, db_begin(busy, TX_READ));
    OK_OR_FAIL(busy, db_query(busy, &orgs_sql, DB_NO_ARGS, &rows));
    assert_int_equal(db_scalar_i64(rows), 1);
    pg_rollback(busy);
    pg_rollback(c);
    pg_teardown(state);
    kill(server, SIGQUIT);
    waitpid(server, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restarted_server_is_found_by_the_same_pool),
    };

    return cmocka_run_group_tests(tests, pg_setup, NULL);
}
