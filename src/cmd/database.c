/*
 * database.c - connection strings and pools of the commands; see database.h.
 */
#include "cmd/database.h"

#include "base/buf.h"

enum { MAX_CONNINFO = 8192, COMMAND_MS = 30000 };

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
    static const char *const names[] = {[DB_APP] = "DATABASE_URL",
                                        [DB_SYSTEM] = "SAMBUNG_SYSTEM_DATABASE_URL",
                                        [DB_OWNER] = "SAMBUNG_OWNER_DATABASE_URL"};
    const struct secret *urls[] = {[DB_APP] = &cfg->database_url,
                                   [DB_SYSTEM] = &cfg->system_database_url,
                                   [DB_OWNER] = &cfg->owner_database_url};

    if (database_is_private(cfg))
        return private_conninfo(c, cfg, role, out);
    if (urls[role]->size == 0)
        return FAIL(c, ERR_INVALID, "%s must be set when DATABASE_URL is", names[role]);
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
