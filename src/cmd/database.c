/*
 * database.c - connection strings and pools of the commands; see database.h.
 */
#include "cmd/database.h"

#include "base/buf.h"
#include "db/migrate.h"
#include "domain/account.h"
#include "domain/keys.h"

enum { MAX_CONNINFO = 8192, COMMAND_MS = 30000 };

static const char *const setting_names[] = {[DB_APP] = "DATABASE_URL",
                                            [DB_SYSTEM] = "SAMBUNG_SYSTEM_DATABASE_URL",
                                            [DB_OWNER] = "SAMBUNG_OWNER_DATABASE_URL"};

bool database_is_private(const struct config *cfg)
{
    return cfg->database_url.size == 0;
}

/* A value of a connection string in its quotes. */
static void add_quoted(struct buf *b, str s)
{
    buf_add_char(b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\'' || s.ptr[i] == '\\')
            buf_add_char(b, '\\');
        buf_add_char(b, s.ptr[i]);
    }
    buf_add_char(b, '\'');
}

static enum status private_conninfo(struct ctx *c, const struct config *cfg, enum db_role role,
                                    str *out)
{
    static const char *const users[] = {
        [DB_APP] = "sambung_app", [DB_SYSTEM] = "sambung_system", [DB_OWNER] = "sambung_owner"};
    struct buf b = buf_new(c->arena, MAX_CONNINFO);

    buf_add(&b, S("host="));
    add_quoted(&b, arena_printf(c->arena, "%.*s/run", STR_ARG(cfg->data)));
    buf_printf(&b, " port=5432 dbname=sambung user=%s", users[role]);
    return buf_done(c, &b, out);
}

enum status database_conninfo(struct ctx *c, const struct config *cfg, enum db_role role, str *out)
{
    const struct secret *urls[] = {[DB_APP] = &cfg->database_url,
                                   [DB_SYSTEM] = &cfg->system_database_url,
                                   [DB_OWNER] = &cfg->owner_database_url};

    if (database_is_private(cfg))
        return private_conninfo(c, cfg, role, out);
    if (urls[role]->size == 0)
        return FAIL(c, ERR_INVALID, "%s must be set when DATABASE_URL is", setting_names[role]);
    *out = arena_copy(c->arena, secret_expose(*urls[role]));
    return OK;
}

enum status database_pool_new(struct ctx *c, const struct config *cfg,
                              const struct database_pool *wanted, struct db_pool **out)
{
    struct db_pool_options options = {
        .role = wanted->role,
        .size = wanted->size,
        .statement_timeout_ms = wanted->statement_timeout_ms,
        .process = wanted->process,
    };

    TRY(database_conninfo(c, cfg, wanted->role, &options.conninfo));
    *out = db_pool_new(&options);
    return OK;
}

enum status database_open(struct ctx *c, const struct config *cfg, enum db_role role,
                          struct db_pool **pool)
{
    struct database_pool one = {.role = role, .size = 1, .process = "sambung command"};
    int64_t deadline_ms = c->deadline_ms;
    enum status s;

    TRY(database_pool_new(c, cfg, &one, pool));
    c->deadline_ms = clock_mono_ms() + COMMAND_MS;
    s = db_borrow(c, *pool);
    c->deadline_ms = deadline_ms;
    if (s != OK)
        db_pool_free(*pool);
    return s;
}

void database_close(struct ctx *c, struct db_pool *pool)
{
    db_return(c);
    db_pool_free(pool);
}

enum status database_verify(struct ctx *c, enum db_role role)
{
    TRY(db_verify_role(c, role, setting_names[role]));
    return role == DB_OWNER ? OK : migrate_verify(c);
}

/* With a connection of the system role in c->db. */
static enum status open_master(struct ctx *c, const struct config *cfg, bool make,
                               struct master_key *out)
{
    bool any = true;
    enum status s;

    TRY(db_begin(c, TX_SYSTEM));
    TRY(account_any(c, &any));
    if (!any)
        return make ? master_key_make(c, cfg->key, cfg->key_file, out) : OK;
    s = master_key_load(c, cfg->key, cfg->key_file, out);
    if (s == ERR_NOT_FOUND)
        return FAIL(c, ERR_CONFLICT,
                    "the master key is missing: the database is sealed with one that is not in "
                    "SAMBUNG_KEY and not at %.*s; put it back, or copy it from the other machine",
                    STR_ARG(cfg->key_file));
    TRY(s);
    return keys_verify(c, out);
}

enum status database_master_key(struct ctx *c, const struct config *cfg, struct master_key *out)
{
    enum status s = open_master(c, cfg, true, out);

    db_rollback(c);
    return s;
}

enum status database_check_key(struct ctx *c, const struct config *cfg)
{
    struct master_key master;
    enum status s = open_master(c, cfg, false, &master);

    db_rollback(c);
    return s;
}

enum status database_ready(struct ctx *c, const struct config *cfg,
                           const struct database_pools *pools, struct master_key *out)
{
    enum status s;

    c->deadline_ms = clock_mono_ms() + COMMAND_MS;
    TRY(db_borrow(c, pools->app));
    s = database_verify(c, DB_APP);
    db_return(c);
    TRY(s);
    TRY(db_borrow(c, pools->system));
    s = database_verify(c, DB_SYSTEM);
    if (s == OK)
        s = database_master_key(c, cfg, out);
    db_return(c);
    c->deadline_ms = 0;
    return s;
}
