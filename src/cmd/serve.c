/*
 * serve.c - the supervisor: PostgreSQL, web and worker as children.
 *
 * It holds no connection and no thread, so it stays small and cannot hang.  A
 * child that dies is started again with back-off while the others go on: they
 * reconnect.  Order matters at both ends: the database is up and migrated
 * before the others start, and goes last.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/server.h"
#include "base/log.h"
#include "cmd/cluster.h"
#include "cmd/cmd.h"
#include "cmd/database.h"
#include "cmd/process.h"

enum {
    BACKOFF_FIRST_MS = 100,
    BACKOFF_MOST_MS = 5000,
    STEADY_MS = 10000,  /* a child that lived so long starts with a clean slate */
    READY_MS = 60000,   /* for the database to recover from a crash */
    DRAIN_MS = 7500,    /* for web and worker */
    DATABASE_MS = 2000, /* for PostgreSQL after them: together under 10 s */
    FIRST_MS = 30000,   /* who refuses to start REFUSALS times in it is not asked again */
    REFUSALS = 5,
    POLL_MS = 5,
};

enum child_kind { CHILD_POSTGRES, CHILD_WEB, CHILD_WORKER, CHILDREN };

struct child {
    const char *name;
    struct program program;
    int stop_signal;
    bool wanted;
    pid_t pid; /* 0: not running */
    int64_t started_ms;
    int64_t start_at_ms;
    int failures;
    int refusals; /* ended by itself, with a code: the address is taken, the key is wrong */
};

struct supervisor {
    struct ctx *c;
    struct invocation *in;
    struct arena *scratch;
    bool private_database;
    struct cluster cluster;
    int start_log; /* what PostgreSQL says before it has a log */
    struct child children[CHILDREN];
    bool announced;
    bool ending;
};

/* ---- one child ---- */

static int64_t backoff_ms(int failures)
{
    int64_t ms = BACKOFF_FIRST_MS;

    for (int i = 1; i < failures && ms < BACKOFF_MOST_MS; i++)
        ms *= 2;
    return ms < BACKOFF_MOST_MS ? ms : BACKOFF_MOST_MS;
}

static void start(struct supervisor *s, struct child *child)
{
    if (process_spawn(s->c, &child->program, &child->pid) != OK) {
        log_note(LOG_ERROR, "start", "%s: %s", child->name, s->c->err.msg);
        child->pid = 0;
        child->failures++;
        child->start_at_ms = clock_mono_ms() + backoff_ms(child->failures);
        return;
    }
    child->started_ms = clock_mono_ms();
    log_note(LOG_INFO, "started", "%s, process %d", child->name, (int)child->pid);
}

static void died(struct supervisor *s, struct child *child, int result)
{
    child->pid = 0;
    if (s->ending)
        return;
    if (clock_mono_ms() - child->started_ms > STEADY_MS)
        child->failures = 0;
    child->failures++;
    child->start_at_ms = clock_mono_ms() + backoff_ms(child->failures);
    if (WIFSIGNALED(result))
        log_note(LOG_WARN, "died", "%s was ended by signal %d; starting again", child->name,
                 WTERMSIG(result));
    else if (WEXITSTATUS(result) == EXIT_REFUSED)
        child->refusals += REFUSALS; /* it has said why, and that will not change by itself */
    else
        log_note(LOG_WARN, "died", "%s ended with %d; starting again", child->name,
                 WEXITSTATUS(result));
    child->refusals += WIFEXITED(result) && WEXITSTATUS(result) != 0 &&
                       WEXITSTATUS(result) != EXIT_TRY_AGAIN; /* what it needs is away */
}

/* Collect who has died; other is a child that is not in the table, its result goes to *result. */
static bool reap(struct supervisor *s, pid_t other, int *result)
{
    bool seen = false;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == other) {
            *result = status;
            seen = true;
        }
        for (int i = 0; i < CHILDREN; i++)
            if (s->children[i].pid == pid)
                died(s, &s->children[i], status);
    }
    return seen;
}

/* Wait for a signal or the time; SIGTERM and SIGINT are remembered, SIGHUP is for the web process:
 * the certificate. */
static void pause_until(struct supervisor *s, int64_t mono_ms)
{
    int got = process_wait_signal(mono_ms);

    if (got == SIGTERM || got == SIGINT)
        s->ending = true;
    if (got == SIGHUP && s->children[CHILD_WEB].pid != 0)
        kill(s->children[CHILD_WEB].pid, SIGHUP);
}

static void start_due(struct supervisor *s)
{
    for (int i = 0; i < CHILDREN; i++) {
        struct child *child = &s->children[i];

        if (child->wanted && child->pid == 0 && clock_mono_ms() >= child->start_at_ms)
            start(s, child);
    }
}

static int64_t next_start_ms(const struct supervisor *s)
{
    int64_t next = clock_mono_ms() + 60000;

    for (int i = 0; i < CHILDREN; i++) {
        const struct child *child = &s->children[i];

        if (child->wanted && child->pid == 0 && child->start_at_ms < next)
            next = child->start_at_ms;
    }
    return next;
}

/* ---- the way up ---- */

static enum status lock_data(struct ctx *c, const struct config *cfg)
{
    const char *path = arena_printf(c->arena, "%.*s/serve.lock", STR_ARG(cfg->data)).ptr;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return FAIL(c, ERR_INTERNAL, "cannot open %s: %s", path, strerrordesc_np(errno));
    /* held until the process ends */
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return FAIL(c, ERR_CONFLICT, "another sambung serves %.*s", STR_ARG(cfg->data));
    return OK;
}

static const char *const *argv_of(struct supervisor *s, const char *command, bool announce)
{
    const char **argv = NEW_ARRAY(s->c->arena, const char *, 8);
    int n = 0;

    argv[n++] = "sambung";
    argv[n++] = command;
    if (!str_is_empty(s->in->config_file)) {
        argv[n++] = "--config";
        argv[n++] = s->in->config_file.ptr;
    }
    if (s->in->config.dev)
        argv[n++] = "--dev";
    if (s->in->config.demo)
        argv[n++] = "--demo";
    if (announce)
        argv[n++] = "--announce";
    return argv;
}

static void describe_children(struct supervisor *s)
{
    struct child *children = s->children;

    children[CHILD_POSTGRES] = (struct child){
        .name = "postgres",
        .stop_signal = SIGINT,
        .program = {.path = s->cluster.postgres,
                    .argv = s->cluster.argv,
                    .death_signal = SIGINT,
                    .output_fd = s->start_log},
    };
    children[CHILD_WEB] = (struct child){
        .name = "web",
        .stop_signal = SIGTERM,
        .program = {.argv = argv_of(s, "web", true), .death_signal = SIGTERM},
    };
    children[CHILD_WORKER] = (struct child){
        .name = "worker",
        .stop_signal = SIGTERM,
        .program = {.argv = argv_of(s, "worker", false), .death_signal = SIGTERM},
    };
}

static enum status give_up_database(struct supervisor *s)
{
    enum status result = FAIL(s->c, ERR_INTERNAL,
                              "the private database does not start: look into %s", s->cluster.log);

    err_cause(s->c, cluster_last_words(s->c, &s->cluster).ptr);
    return result;
}

/* The database takes connections, or we were told to end. */
static enum status wait_for_database(struct supervisor *s)
{
    const struct child *postgres = &s->children[CHILD_POSTGRES];
    int64_t give_up_ms = clock_mono_ms() + READY_MS;

    while (!s->ending) {
        int64_t now = clock_mono_ms();
        struct ctx c = {.arena = s->scratch};

        reap(s, 0, NULL);
        start_due(s);
        if (postgres->pid && cluster_is_ready(&c, &s->cluster, postgres->pid))
            return OK;
        arena_reset(s->scratch);
        if (now > give_up_ms || postgres->failures > REFUSALS)
            return give_up_database(s);
        pause_until(s, now + POLL_MS);
    }
    return OK;
}

/* Run "sambung prepare" until it has succeeded; again and again while the database is away. */
static enum status prepare(struct supervisor *s)
{
    struct program program = {.argv = argv_of(s, "prepare", false), .death_signal = SIGTERM};

    for (int tries = 1; !s->ending; tries++) {
        int result = 0;
        pid_t pid;

        TRY(process_spawn(s->c, &program, &pid));
        while (!reap(s, pid, &result)) {
            start_due(s);
            pause_until(s, clock_mono_ms() + 1000);
            if (s->ending)
                kill(pid, SIGTERM);
        }
        if (WIFEXITED(result) && WEXITSTATUS(result) == 0)
            return OK;
        if (!WIFEXITED(result) || WEXITSTATUS(result) != EXIT_TRY_AGAIN)
            return FAIL(s->c, ERR_INTERNAL, "the database could not be made ready");
        pause_until(s, clock_mono_ms() + backoff_ms(tries));
    }
    return OK;
}

/* ---- the way down ---- */

static void signal_all(struct supervisor *s, int from, int to, int signal)
{
    for (int i = from; i <= to; i++) {
        struct child *child = &s->children[i];

        if (child->pid)
            kill(child->pid, signal ? signal : child->stop_signal);
    }
}

static bool any_alive(const struct supervisor *s, int from, int to)
{
    for (int i = from; i <= to; i++)
        if (s->children[i].pid)
            return true;
    return false;
}

static void stop(struct supervisor *s, int from, int to, int64_t wait_ms, int harder)
{
    int64_t until_ms = clock_mono_ms() + wait_ms;

    signal_all(s, from, to, 0);
    while (any_alive(s, from, to) && clock_mono_ms() < until_ms) {
        reap(s, 0, NULL);
        if (any_alive(s, from, to))
            (void)process_wait_signal(until_ms);
    }
    reap(s, 0, NULL);
    if (!any_alive(s, from, to))
        return;
    log_note(LOG_WARN, "stop", "not everything ended in time");
    signal_all(s, from, to, harder);
    until_ms = clock_mono_ms() + 500;
    while (any_alive(s, from, to) && clock_mono_ms() < until_ms) {
        (void)process_wait_signal(until_ms);
        reap(s, 0, NULL);
    }
}

/* What does not start at first will not start later: say so and end, instead of trying for ever. */
static enum status check_start(struct supervisor *s, int64_t began_ms)
{
    if (clock_mono_ms() - began_ms > FIRST_MS)
        return OK;
    for (int i = CHILD_WEB; i <= CHILD_WORKER; i++)
        if (s->children[i].refusals >= REFUSALS)
            return FAIL(s->c, ERR_INTERNAL, "%s does not start; what it said stands above",
                        s->children[i].name);
    return OK;
}

static enum status run(struct supervisor *s)
{
    int64_t began_ms;

    if (s->private_database) {
        s->children[CHILD_POSTGRES].wanted = true;
        TRY(wait_for_database(s));
    }
    TRY(prepare(s));
    /* it has done its work; NOLINTNEXTLINE(concurrency-mt-unsafe): there are no threads here */
    unsetenv("SAMBUNG_ADMIN_PASSWORD");
    began_ms = clock_mono_ms();
    s->children[CHILD_WEB].wanted = true;
    s->children[CHILD_WORKER].wanted = true;
    while (!s->ending) {
        reap(s, 0, NULL);
        start_due(s);
        if (s->children[CHILD_WEB].pid && !s->announced) {
            s->announced = true; /* once: from now on it starts silently */
            s->children[CHILD_WEB].program.argv = argv_of(s, "web", false);
        }
        pause_until(s, next_start_ms(s));
        TRY(check_start(s, began_ms));
    }
    return OK;
}

enum status cmd_serve(struct ctx *c, struct invocation *in)
{
    struct supervisor s = {.c = c, .in = in};
    enum status result;

    TRY(cmd_no_more(c, in));
    s.private_database = database_is_private(&in->config);
    process_block_signals();
    TRY(process_make_data(c, &in->config));
    process_limits(in->config.dev, server_files(&in->config) + 1000);
    TRY(process_drop_root(c, &in->config));
    TRY(lock_data(c, &in->config));
    if (s.private_database) {
        TRY(cluster_find(c, &in->config, &s.cluster));
        TRY(cluster_prepare(c, &s.cluster));
        s.start_log = open(s.cluster.start_log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    }
    s.scratch = arena_new();
    describe_children(&s);
    result = run(&s);
    s.ending = true;
    stop(&s, CHILD_WEB, CHILD_WORKER, DRAIN_MS, SIGKILL);
    stop(&s, CHILD_POSTGRES, CHILD_POSTGRES, DATABASE_MS, SIGQUIT);
    arena_free(s.scratch);
    return result;
}
