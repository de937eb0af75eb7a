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
#include "domain/account.h"
#include "http/tls_pair.h"
#include "provider/oidc.h"

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

/* Could something be made at this path?  What is above it must be there. */
static enum status check_can_make(struct ctx *c, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash == path ? 1 : (size_t)(slash - path);
    str parent = arena_copy(c->arena, (str){path, n});

    if (access(parent.ptr, F_OK) != 0)
        return FAIL(c, ERR_INVALID, "%s cannot be made: there is no %s", path, parent.ptr);
    if (access(parent.ptr, W_OK | X_OK) != 0)
        return FAIL(c, ERR_INVALID, "%s cannot be made: %s may not be written to", path,
                    parent.ptr);
    return OK;
}

static enum status check_data(struct ctx *c, const struct config *cfg)
{
    struct stat st;

    if (stat(cfg->data.ptr, &st) != 0)
        return check_can_make(c, cfg->data.ptr);
    if (!S_ISDIR(st.st_mode))
        return FAIL(c, ERR_INVALID, "it is not a directory");
    if (st.st_mode & 077)
        return FAIL(c, ERR_INVALID, "others may look into it: chmod 700 %s", cfg->data.ptr);
    if (access(cfg->data.ptr, R_OK | W_OK | X_OK) != 0)
        return FAIL(c, ERR_INVALID, "%s may not be written to", cfg->data.ptr);
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

/* Its form and its place; whether it opens what is there, the database knows. */
static enum status check_key(struct ctx *c, const struct config *cfg)
{
    str inside = arena_printf(c->arena, "%.*s/", STR_ARG(cfg->data));
    struct master_key key;

    if (cfg->key.size == 0 && access(cfg->key_file.ptr, F_OK) != 0) {
        if (access(cfg->data.ptr, F_OK) != 0 && str_starts_with(cfg->key_file, inside) &&
            strchr(cfg->key_file.ptr + inside.len, '/') == NULL)
            return OK; /* it is made with the folder */
        return check_can_make(c, cfg->key_file.ptr);
    }
    return master_key_load(c, cfg->key, cfg->key_file, &key);
}

/* "https://crm.example:8443" -> "crm.example" */
static str host_of(str url)
{
    size_t at = 0;

    if (str_find(url, S("://"), &at))
        url = str_slice(url, at + 3, url.len);
    for (size_t end = url.len; end > 0 && url.ptr[end - 1] != ']'; end--)
        if (url.ptr[end - 1] == ':')
            return str_slice(url, 0, end - 1);
    return url;
}

static void check_tls(struct ctx *c, const struct config *cfg, int *bad)
{
    struct tls_pair pair;
    enum status s = tls_pair_read(c, cfg->tls_cert, cfg->tls_key, &pair);

    note(c, s, "TLS certificate and key", bad);
    if (s != OK)
        return;
    note(c, tls_pair_is_current(c, &pair), "TLS certificate's time", bad);
    note(c, tls_pair_is_for(c, &pair, host_of(cfg->public_url)), "TLS certificate's names", bad);
}

static enum status check_egress(struct ctx *c, const struct config *cfg)
{
    if (str_is_empty(cfg->egress_map) || access(cfg->egress_map.ptr, R_OK) == 0)
        return OK;
    return FAIL(c, ERR_INVALID, "%s cannot be read", cfg->egress_map.ptr);
}

static enum status check_mail_ca(struct ctx *c, const struct config *cfg)
{
    if (access(cfg->smtp_ca_file.ptr, R_OK) == 0)
        return OK;
    return FAIL(c, ERR_INVALID, "%s cannot be read", cfg->smtp_ca_file.ptr);
}

static enum status check_role(struct ctx *c, const struct config *cfg, enum db_role role)
{
    struct db_pool *pool;
    enum status s;

    c->deadline_ms = clock_mono_ms() + CHECK_MS;
    TRY(database_open(c, cfg, role, &pool));
    s = database_verify(c, role);
    database_close(c, pool);
    return s;
}

static enum status check_seals(struct ctx *c, const struct config *cfg)
{
    struct db_pool *pool;
    enum status s;

    c->deadline_ms = clock_mono_ms() + CHECK_MS;
    TRY(database_open(c, cfg, DB_SYSTEM, &pool));
    s = database_check_key(c, cfg);
    database_close(c, pool);
    return s;
}

static void check_databases(struct ctx *c, const struct config *cfg, const char *app,
                            const char *system, int *bad)
{
    enum status s;

    note(c, check_role(c, cfg, DB_APP), app, bad);
    s = check_role(c, cfg, DB_SYSTEM);
    note(c, s, system, bad);
    if (s == OK)
        note(c, check_seals(c, cfg), "master key opens what the database holds", bad);
}

static void check_private(struct ctx *c, const struct config *cfg, int *bad)
{
    struct cluster cluster;
    enum status s = cluster_find(c, cfg, &cluster);

    note(c, s, "private PostgreSQL", bad);
    if (s != OK)
        return;
    if (access(arena_printf(c->arena, "%s/postmaster.pid", cluster.data).ptr, F_OK) == 0)
        check_databases(c, cfg, "private PostgreSQL, running", "private PostgreSQL, system role",
                        bad);
    else if (access(cluster.data, F_OK) == 0)
        puts("?      whether the master key fits is known when the private PostgreSQL runs");
}

static void check_settings(struct ctx *c, const struct invocation *in, int *bad)
{
    for (size_t i = 0; i < in->problems->n; i++) {
        c->err = in->problems->items[i];
        note(c, c->err.code, "setting", bad);
    }
}

static void check_all(struct ctx *c, const struct config *cfg, int *bad)
{
    const struct secret none = {NULL, 0};
    struct oidc_providers providers;

    note(c, check_data(c, cfg), "data directory", bad);
    if (!str_is_empty(cfg->public_url)) /* else it is among the settings that are wrong */
        note(c, check_public_url(c, cfg), "public address", bad);
    if (!str_is_empty(cfg->tls_cert) && !str_is_empty(cfg->tls_key))
        check_tls(c, cfg, bad);
    note(c, check_key(c, cfg), "master key", bad);
    note(c, oidc_configure(c, cfg, &providers), "providers to sign in with", bad);
    note(c, account_check_person(c, cfg->admin_email, none), "SAMBUNG_ADMIN_EMAIL", bad);
    note(c, account_check_person(c, S(""), cfg->admin_password), "SAMBUNG_ADMIN_PASSWORD", bad);
    if (!str_is_empty(cfg->smtp_ca_file))
        note(c, check_mail_ca(c, cfg), "SAMBUNG_SMTP_CA_FILE", bad);
    if (cfg->dev)
        note(c, check_egress(c, cfg), "SAMBUNG_EGRESS_MAP", bad);
    if (database_is_private(cfg)) {
        check_private(c, cfg, bad);
        return;
    }
    check_databases(c, cfg, "DATABASE_URL", "SAMBUNG_SYSTEM_DATABASE_URL", bad);
    if (cfg->owner_database_url.size)
        note(c, check_role(c, cfg, DB_OWNER), "SAMBUNG_OWNER_DATABASE_URL", bad);
}

enum status cmd_check(struct ctx *c, struct invocation *in)
{
    const struct config *cfg = &in->config;
    struct buf text = buf_new(c->arena, MAX_PRINT);
    int bad = 0;

    TRY(cmd_no_more(c, in));
    TRY(config_print(c, cfg, &text));
    printf("%.*s\n", STR_ARG(buf_str(&text)));
    check_settings(c, in, &bad);
    if (access(cfg->data.ptr, F_OK) == 0)
        note(c, process_drop_root(c, cfg), "user to run as", &bad);
    check_all(c, cfg, &bad);
    fflush(stdout);
    c->err = (struct err){0};
    return bad == 0 ? OK : FAIL(c, ERR_INVALID, "%d of these would not work", bad);
}
