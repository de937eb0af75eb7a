/*
 * check.c - "sambung check": every setting and where it comes from, then what
 * would go wrong, in words.  Exit code 1 when something would.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "cmd/cluster.h"
#include "cmd/cmd.h"
#include "cmd/database.h"
#include "cmd/process.h"
#include "crypto/seal.h"
#include "db/migrate.h"

enum { MAX_PRINT = 65536, CHECK_MS = 5000 };

/* One finding: a failure is printed and counted, and does not end the check. */
static void note(const struct ctx *c, enum status s, const char *what, int *bad)
{
    if (s == OK) {
        printf("ok     %s\n", what);
        return;
    }
    printf("wrong  %s: %s\n", what, c->err.msg);
    if (c->err.cause[0])
        printf("       %s\n", c->err.cause);
    (*bad)++;
}

static enum status check_data(struct ctx *c, const struct config *cfg)
{
    struct stat st;

    if (stat(cfg->data.ptr, &st) != 0)
        return access(".", W_OK) == 0 ? OK : FAIL(c, ERR_INVALID, "it cannot be made");
    if (!S_ISDIR(st.st_mode))
        return FAIL(c, ERR_INVALID, "it is not a directory");
    if (st.st_mode & 077)
        return FAIL(c, ERR_INVALID, "others may look into it: chmod 700 %s", cfg->data.ptr);
    return OK;
}

static bool is_loopback(str listen)
{
    return str_starts_with(listen, S("127.")) || str_starts_with(listen, S("localhost:")) ||
           str_starts_with(listen, S("[::1]:"));
}

static enum status check_public_url(struct ctx *c, const struct config *cfg)
{
    size_t at;

    if (str_starts_with(cfg->public_url, S("https://")) || is_loopback(cfg->listen))
        return OK;
    if (str_find(cfg->public_url, S("://127."), &at) ||
        str_find(cfg->public_url, S("://localhost"), &at))
        return OK;
    return FAIL(
        c, ERR_INVALID,
        "over plain HTTP browsers drop the session cookie: set SAMBUNG_PUBLIC_URL to an https "
        "address");
}

static enum status check_key(struct ctx *c, const struct config *cfg)
{
    struct master_key key;

    /* do not make one just for looking */
    if (cfg->key.size == 0 && access(cfg->key_file.ptr, F_OK) != 0)
        return OK;
    return master_key_load(c, cfg->key, cfg->key_file, &key);
}

static enum status check_role(struct ctx *c, const struct config *cfg, enum db_role role)
{
    struct db_pool *pool;
    enum status s;

    c->deadline_ms = clock_mono_ms() + CHECK_MS;
    TRY(database_open(c, cfg, role, &pool));
    s = role == DB_OWNER ? OK : migrate_verify(c);
    database_close(c, pool);
    return s;
}

static void check_private(struct ctx *c, const struct config *cfg, int *bad)
{
    struct cluster cluster;
    enum status s = cluster_find(c, cfg, &cluster);

    note(c, s, "private PostgreSQL", bad);
    if (s != OK || access(arena_printf(c->arena, "%s/postmaster.pid", cluster.data).ptr, F_OK) != 0)
        return;
    note(c, check_role(c, cfg, DB_APP), "private PostgreSQL, running", bad);
}

enum status cmd_check(struct ctx *c, struct invocation *in)
{
    const struct config *cfg = &in->config;
    struct buf text = buf_new(c->arena, MAX_PRINT);
    int bad = 0;

    TRY(cmd_no_more(c, in));
    if (access(cfg->data.ptr, F_OK) == 0)
        TRY(process_drop_root(c, cfg));
    TRY(config_print(c, cfg, &text));
    printf("%.*s\n", STR_ARG(buf_str(&text)));
    note(c, check_data(c, cfg), "data directory", &bad);
    note(c, check_public_url(c, cfg), "public address", &bad);
    note(c, check_key(c, cfg), "master key", &bad);
    if (database_is_private(cfg)) {
        check_private(c, cfg, &bad);
    } else {
        note(c, check_role(c, cfg, DB_APP), "DATABASE_URL", &bad);
        note(c, check_role(c, cfg, DB_SYSTEM), "SAMBUNG_SYSTEM_DATABASE_URL", &bad);
        if (cfg->owner_database_url.size)
            note(c, check_role(c, cfg, DB_OWNER), "SAMBUNG_OWNER_DATABASE_URL", &bad);
    }
    fflush(stdout);
    c->err = (struct err){0};
    return bad == 0 ? OK : FAIL(c, ERR_INVALID, "%d of these would not work", bad);
}
