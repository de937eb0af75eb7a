/*
 * cluster.c - see cluster.h.
 *
 * Why single-user mode for the roles: it needs no superuser who can log in, and
 * the moment in which one could never exists.
 *
 * Why our own look at postmaster.pid: after a crash in a container the number
 * in it often belongs to somebody else by now, and PostgreSQL refuses to start.
 */
#include "cmd/cluster.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "cmd/process.h"
#include "db/migrate.h"

enum { MAX_FILE = 65536, LEAVING_MS = 30000 };

static enum status fail_errno(struct ctx *c, const char *what, const char *name)
{
    return FAIL(c, ERR_INTERNAL, "cannot %s %s: %s", what, name, strerrordesc_np(errno));
}

static const char *below(struct ctx *c, const char *dir, const char *name)
{
    return arena_printf(c->arena, "%s/%s", dir, name).ptr;
}

/* "" when it cannot be read */
static str read_file(struct ctx *c, const char *path)
{
    char *text = arena_alloc(c->arena, MAX_FILE);
    AUTO(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, MAX_FILE - 1);

    return n < 0 ? S("") : (str){text, (size_t)n};
}

static enum status write_file(struct ctx *c, const char *path, str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len && fsync(fd) == 0;

    if (fd >= 0 && close(fd) != 0)
        ok = false;
    return ok ? OK : fail_errno(c, "write", path);
}

/* ---- the binaries ---- */

enum { MAJOR_LEAST = 15, MAJOR_MOST = 99 };

static bool has_server(struct ctx *c, const char *bindir)
{
    return access(below(c, bindir, "postgres"), X_OK) == 0 &&
           access(below(c, bindir, "initdb"), X_OK) == 0;
}

static enum status find_bindir(struct ctx *c, const struct config *cfg, int64_t wanted,
                               const char **out)
{
    if (!str_is_empty(cfg->pg_bindir)) {
        *out = arena_copy(c->arena, cfg->pg_bindir).ptr;
        if (has_server(c, *out))
            return OK;
        return FAIL_FIELD(c, "SAMBUNG_PG_BINDIR", "SAMBUNG_PG_BINDIR: no postgres and initdb in %s",
                          *out);
    }
    for (int major = MAJOR_MOST; major >= MAJOR_LEAST; major--) {
        *out = arena_printf(c->arena, "/usr/lib/postgresql/%d/bin", major).ptr;
        if ((wanted == 0 || wanted == major) && has_server(c, *out))
            return OK;
    }
    if (wanted)
        return FAIL(c, ERR_INVALID,
                    "the private database was made by PostgreSQL %d, which is not installed: "
                    "apt-get install postgresql-%d",
                    (int)wanted, (int)wanted);
    return FAIL(c, ERR_INVALID,
                "PostgreSQL %d or later is not installed: apt-get install postgresql, or set "
                "DATABASE_URL",
                MAJOR_LEAST);
}

enum status cluster_find(struct ctx *c, const struct config *cfg, struct cluster *out)
{
    const char *root = arena_copy(c->arena, cfg->data).ptr;
    const char *bindir;
    int64_t wanted = 0;

    if (strpbrk(root, "'\",\\\n"))
        return FAIL_FIELD(c, "SAMBUNG_DATA",
                          "the data directory's path has quotes or commas in it");
    out->data = below(c, root, "postgres");
    out->run = below(c, root, "run");
    out->log = below(c, root, "log");
    out->start_log = below(c, out->log, "postgres-start.log");
    if (strlen(out->run) + sizeof("/.s.PGSQL.5432") > sizeof(((struct sockaddr_un *)0)->sun_path))
        return FAIL_FIELD(c, "SAMBUNG_DATA", "the data directory's path is too long for a socket");
    if (!str_parse_i64(str_trim(read_file(c, below(c, out->data, "PG_VERSION"))), &wanted))
        wanted = 0;
    TRY(find_bindir(c, cfg, wanted, &bindir));
    out->postgres = below(c, bindir, "postgres");
    out->initdb = below(c, bindir, "initdb");
    out->argv[0] = out->postgres; /* it finds its own files by this */
    out->argv[1] = "-D";
    out->argv[2] = out->data;
    out->argv[3] = NULL;
    return OK;
}

/* ---- making it ---- */

static enum status run_logged(struct ctx *c, const struct cluster *cluster, const char *path,
                              const char *const *argv, const char *input)
{
    const char *log = below(c, cluster->run, "setup.log");
    struct program program = {.path = path, .argv = argv, .death_signal = SIGKILL};
    AUTO(close_fd) int in = open(input ? input : "/dev/null", O_RDONLY | O_CLOEXEC);
    AUTO(close_fd) int out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    enum status s;

    program.input_fd = in;
    program.output_fd = out;
    s = in < 0 || out < 0 ? fail_errno(c, "open", log) : process_run(c, &program);
    if (s != OK)
        err_cause(c, read_file(c, log).ptr);
    else
        unlink(log);
    return s;
}

/* One text of SQL as the superuser, with no server running. */
static enum status single_user(struct ctx *c, const struct cluster *cluster, const char *data,
                               const char *database, str sql)
{
    /* commands end with ";" and an empty line */
    const char *const argv[] = {
        cluster->postgres,        "--single", "-j", "-D", data, "-c", "exit_on_error=on", "-c",
        "log_min_messages=error", database,   NULL};
    const char *input = below(c, cluster->run, "setup.sql");
    enum status s;

    TRY(write_file(c, input, sql));
    s = run_logged(c, cluster, cluster->postgres, argv, input);
    unlink(input);
    return s;
}

static enum status write_access(struct ctx *c, const char *data)
{
    enum { TEXT = 4096 };
    char *text = arena_alloc(c->arena, TEXT);
    struct passwd me, *found = NULL;
    str hba = S("# Written by sambung: the operating system vouches for its user.\n"
                "local all sambung_owner,sambung_app,sambung_system peer map=sambung\n");
    str ident;

    if (getpwuid_r(geteuid(), &me, text, TEXT, &found) != 0 || !found)
        return FAIL(c, ERR_INVALID, "user %u has no name, which the database needs",
                    (unsigned)geteuid());
    ident = arena_printf(c->arena,
                         "# Written by sambung at each start.\n"
                         "sambung \"%s\" sambung_owner\n"
                         "sambung \"%s\" sambung_app\n"
                         "sambung \"%s\" sambung_system\n",
                         me.pw_name, me.pw_name, me.pw_name);
    TRY(write_file(c, below(c, data, "pg_hba.conf"), hba));
    return write_file(c, below(c, data, "pg_ident.conf"), ident);
}

static int64_t megabytes(int64_t share, int64_t least, int64_t most)
{
    struct sysinfo info;
    int64_t mb = least;

    if (sysinfo(&info) == 0)
        mb = (int64_t)(info.totalram * (uint64_t)info.mem_unit / 1048576) / share;
    return mb < least ? least : mb > most ? most : mb;
}

/* Sized for a machine that PostgreSQL shares with us; postgresql.conf, read after it, may say otherwise. */
static enum status write_settings(struct ctx *c, const struct cluster *cluster, const char *data)
{
    str text = arena_printf(c->arena,
                            "# Written by sambung at each start; put your own settings into "
                            "postgresql.conf, below the\n"
                            "# line that includes this file.\n"
                            "listen_addresses = ''\n"
                            "unix_socket_directories = '%s'\n"
                            "unix_socket_permissions = 0700\n"
                            "port = 5432\n"
                            "max_connections = 120\n"
                            "shared_buffers = %dMB\n"
                            "effective_cache_size = %dMB\n"
                            "work_mem = 8MB\n"
                            "maintenance_work_mem = 64MB\n"
                            "fsync = on\n"
                            "synchronous_commit = on\n"
                            "full_page_writes = on\n"
                            "wal_compression = on\n"
                            "max_wal_size = 1GB\n"
                            "checkpoint_timeout = 15min\n"
                            "random_page_cost = 1.1\n"
                            "jit = off\n"
                            "autovacuum_naptime = 15s\n"
                            "timezone = 'UTC'\n"
                            "log_timezone = 'UTC'\n"
                            "lc_messages = 'C'\n"
                            "logging_collector = on\n"
                            "log_directory = '%s'\n"
                            "log_filename = 'postgres-%%a.log'\n" /* a week of them */
                            "log_truncate_on_rotation = on\n"
                            "log_rotation_age = 1d\n"
                            "log_rotation_size = 0\n"
                            "log_checkpoints = off\n"
                            "log_min_messages = warning\n"
                            "log_min_error_statement = panic\n" /* statements hold people's data */
                            "log_line_prefix = '%%m %%p %%u '\n",
                            cluster->run, (int)megabytes(8, 64, 512), (int)megabytes(2, 256, 65536),
                            cluster->log);

    return write_file(c, below(c, data, "sambung.conf"), text);
}

static enum status remove_tree(struct ctx *c, const char *path)
{
    const char *const argv[] = {"rm", "-rf", "--", path, NULL};
    const struct program rm = {.path = "/bin/rm", .argv = argv, .death_signal = SIGKILL};

    return process_run(c, &rm);
}

static enum status create(struct ctx *c, const struct cluster *cluster)
{
    const char *aside = arena_printf(c->arena, "%s.new", cluster->data).ptr;
    const char *const argv[] = {cluster->initdb,
                                "-D",
                                aside,
                                "-U",
                                "postgres",
                                "--data-checksums",
                                "--auth=reject",
                                "--encoding=UTF8",
                                "--locale=C.UTF-8",
                                "--no-instructions",
                                NULL};

    TRY(remove_tree(c, aside));
    TRY(run_logged(c, cluster, cluster->initdb, argv, NULL));
    TRY(single_user(c, cluster, aside, "template1", S("CREATE DATABASE sambung;\n\n")));
    TRY(single_user(c, cluster, aside, "sambung", str_of(roles_sql[0].text)));
    TRY(write_file(c, below(c, aside, "postgresql.conf"),
                   S("include_if_exists = 'sambung.conf'\n\n# Your own settings:\n")));
    if (rename(aside, cluster->data) != 0)
        return fail_errno(c, "rename", aside);
    return OK;
}

/* ---- what a crash leaves behind ---- */

/* The n-th line (from 0) of a file of PostgreSQL's. */
static str line_of(str text, int n)
{
    struct cur cur = cur_of(text);
    str line = S("");

    for (int i = 0; i <= n; i++)
        if (cur_at_end(&cur) || !cur_until(&cur, '\n', MAX_FILE, &line))
            return S("");
    return str_trim(line);
}

/* Does this process number belong to a PostgreSQL on our directory? */
static bool is_our_server(struct ctx *c, const struct cluster *cluster, int64_t pid)
{
    const char *proc = arena_printf(c->arena, "/proc/%lld", (long long)pid).ptr;
    char here[4096] = {0};
    struct stat theirs, ours;

    if (pid <= 1 || !str_eq(str_trim(read_file(c, below(c, proc, "comm"))), S("postgres")))
        return false;
    /* a postmaster stands in its data directory */
    if (readlink(below(c, proc, "cwd"), here, sizeof(here) - 1) < 0)
        return errno == EACCES || errno == EPERM;
    return stat(here, &theirs) == 0 && stat(cluster->data, &ours) == 0 &&
           theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev;
}

static int64_t pid_in(struct ctx *c, const char *path)
{
    int64_t pid = 0;

    if (!str_parse_i64(line_of(read_file(c, path), 0), &pid))
        return 0;
    return pid < 0 ? -pid : pid;
}

static enum status clear_leftovers(struct ctx *c, const struct cluster *cluster)
{
    const char *files[] = {below(c, cluster->data, "postmaster.pid"),
                           below(c, cluster->run, ".s.PGSQL.5432.lock")};
    int64_t give_up_ms = clock_mono_ms() + LEAVING_MS;
    const struct timespec pause = {.tv_nsec = 50000000};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]);) {
        int64_t pid = pid_in(c, files[i]);

        if (pid == 0 || !is_our_server(c, cluster, pid)) {
            unlink(files[i++]);
            continue;
        }
        /* one that was told to stop when its supervisor died may still be at it */
        if (clock_mono_ms() > give_up_ms)
            return FAIL(c, ERR_CONFLICT, "another PostgreSQL (process %lld) runs on %s",
                        (long long)pid, cluster->data);
        nanosleep(&pause, NULL);
    }
    return OK;
}

enum status cluster_prepare(struct ctx *c, const struct cluster *cluster)
{
    if (mkdir(cluster->run, 0700) != 0 && errno != EEXIST)
        return fail_errno(c, "make", cluster->run);
    if (mkdir(cluster->log, 0700) != 0 && errno != EEXIST)
        return fail_errno(c, "make", cluster->log);
    if (access(below(c, cluster->data, "PG_VERSION"), F_OK) != 0)
        TRY(create(c, cluster));
    TRY(write_access(c, cluster->data));
    TRY(write_settings(c, cluster, cluster->data));
    return clear_leftovers(c, cluster);
}

str cluster_last_words(struct ctx *c, const struct cluster *cluster)
{
    struct cur cur = cur_of(read_file(c, cluster->start_log));
    str line, last = S("");

    while (!cur_at_end(&cur) && cur_until(&cur, '\n', MAX_FILE, &line)) {
        size_t at = 0;

        if (str_find(line, S("FATAL: "), &at) || str_starts_with(line, S("postgres: ")))
            last = str_slice(line, at, line.len);
    }
    return arena_copy(c->arena, last);
}

bool cluster_is_ready(struct ctx *c, const struct cluster *cluster, pid_t pid)
{
    str text = read_file(c, below(c, cluster->data, "postmaster.pid"));
    int64_t theirs = 0;

    return str_parse_i64(line_of(text, 0), &theirs) && theirs == pid &&
           str_eq(line_of(text, 7), S("ready"));
}
