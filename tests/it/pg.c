#include "pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/migrate.h"

enum { POOL = 8, PATIENCE_MS = 10000, TEMPLATE_LOCK = 4711 };

static struct ctx *ctx_new(void)
{
    struct arena *arena = arena_new();
    struct ctx *c = NEW(arena, struct ctx);

    c->arena = arena;
    c->deadline_ms = clock_mono_ms() + PATIENCE_MS;
    return c;
}

static void ctx_free(struct ctx *c)
{
    db_return(c);
    arena_free(c->arena);
}

void pg_ok(struct ctx *c, enum status s, const char *what)
{
    if (s != OK)
        fail_msg("%s: status %d at %s:%d: %s (%s)", what, (int)s, c->err.file, c->err.line,
                 c->err.msg, c->err.cause);
}

str pg_conninfo(struct arena *a, const char *database, const char *user)
{
    const char *host = getenv("PGHOST");
    const char *port = getenv("PGPORT");

    return arena_printf(a, "host=%s port=%s dbname=%s user=%s", host ? host : "",
                        port ? port : "5432", database, user);
}

static struct db_pool *pool_as(const char *database, const char *user, enum db_role role, int size)
{
    struct arena *arena = arena_new();
    struct db_pool_options options = {
        .conninfo = pg_conninfo(arena, database, user),
        .role = role,
        .size = size,
        .statement_timeout_ms = role == DB_OWNER ? 0 : 5000,
        .process = "test",
    };
    struct db_pool *pool = db_pool_new(&options);

    arena_free(arena);
    return pool;
}

struct db_pool *pg_pool(const char *database, enum db_role role, int size)
{
    static const char *const users[] = {
        [DB_APP] = "sambung_app", [DB_SYSTEM] = "sambung_system", [DB_OWNER] = "sambung_owner"};

    return pool_as(database, users[role], role, size);
}

struct one_text {
    str value;
};

/* A statement is known by its name for as long as the process lives. */
static const char *keep(const char *sql)
{
    static char *kept[1024];
    size_t i = 0;

    while (i < 1023 && kept[i] && strcmp(kept[i], sql) != 0)
        i++;
    if (!kept[i])
        kept[i] = strdup(sql);
    return kept[i];
}

static int64_t ask_i64(struct ctx *c, const char *sql)
{
    const struct db_stmt stmt = {keep(sql), sql, 0};
    struct db_rows *rows;

    OK_OR_FAIL(c, db_query(c, &stmt, DB_NO_ARGS, &rows));
    return db_scalar_i64(rows);
}

static void run(struct db_pool *pool, const char *sql)
{
    struct ctx *c = ctx_new();

    OK_OR_FAIL(c, db_borrow(c, pool));
    OK_OR_FAIL(c, db_run(c, str_of(sql)));
    ctx_free(c);
}

/* The name holds what the template is made of, so that a changed migration makes a new one. */
static void template_name(char *out, size_t size)
{
    uint64_t hash = 1469598103934665603u;

    for (const struct embedded_file *f = migrations; f->name; f++)
        for (const char *p = f->sha256; *p; p++)
            hash = (hash ^ (unsigned char)*p) * 1099511628211u;
    snprintf(out, size, "template_%016llx", (unsigned long long)hash);
}

static void make_template(const char *name)
{
    struct db_pool *super = pool_as(name, "postgres", DB_OWNER, 1);
    struct db_pool *owner;
    struct ctx *c = ctx_new();
    struct migrate_report report;

    run(super, roles_sql[0].text);
    db_pool_free(super);
    owner = pg_pool(name, DB_OWNER, 1);
    OK_OR_FAIL(c, db_borrow(c, owner));
    OK_OR_FAIL(c, migrate_run(c, &report));
    ctx_free(c);
    db_pool_free(owner);
}

/* One at a time makes what is missing; CREATE DATABASE cannot stand in a transaction. */
static void make_database(struct pg *pg)
{
    struct db_pool *admin = pool_as("postgres", "postgres", DB_OWNER, 1);
    struct ctx *c = ctx_new();
    char name[64];
    str sql;

    template_name(name, sizeof(name));
    OK_OR_FAIL(c, db_borrow(c, admin));
    sql = arena_printf(c->arena, "SELECT pg_advisory_lock(%d)", TEMPLATE_LOCK);
    OK_OR_FAIL(c, db_run(c, sql));
    sql = arena_printf(
        c->arena, "SELECT count(*) FROM pg_database WHERE datname = '%s' AND datistemplate", name);
    if (ask_i64(c, sql.ptr) == 0) {
        sql = arena_printf(c->arena, "DROP DATABASE IF EXISTS %s", name);
        OK_OR_FAIL(c, db_run(c, sql));
        sql = arena_printf(c->arena, "CREATE DATABASE %s", name);
        OK_OR_FAIL(c, db_run(c, sql));
        make_template(name);
        sql = arena_printf(c->arena, "ALTER DATABASE %s IS_TEMPLATE true", name);
        OK_OR_FAIL(c, db_run(c, sql));
    }
    sql = arena_printf(c->arena, "CREATE DATABASE %s TEMPLATE %s OWNER sambung_owner", pg->database,
                       name);
    OK_OR_FAIL(c, db_run(c, sql));
    ctx_free(c);
    db_pool_free(admin);
}

static void make_orgs(struct pg *pg)
{
    struct arena *a = arena_new();
    char org[2][UUID_TEXT + 1], user[2][UUID_TEXT + 1];

    pg->org = uuid_new();
    pg->other = uuid_new();
    pg->user = uuid_new();
    pg->other_user = uuid_new();
    uuid_text(pg->org, org[0]);
    uuid_text(pg->other, org[1]);
    uuid_text(pg->user, user[0]);
    uuid_text(pg->other_user, user[1]);
    for (int i = 0; i < 2; i++) {
        const char *word = i ? "other" : "user";
        str sql = arena_printf(
            a,
            "INSERT INTO org (org_id, name, slug, data_key) VALUES ('%s', '%s', '%s', "
            "decode(repeat('00', 60), 'hex'));"
            "INSERT INTO app_user (id, email, name) VALUES ('%s', '%s@example.com', '%s');"
            "INSERT INTO membership (org_id, user_id, name, email, role) VALUES ('%s', '%s', '%s', "
            "'%s@example.com', 'owner');",
            org[i], word, word, user[i], word, word, org[i], user[i], word, word);

        run(pg->owner, sql.ptr);
    }
    arena_free(a);
}

int pg_setup(void **state)
{
    struct arena *arena = arena_new();
    struct pg *pg = NEW(arena, struct pg);

    pg->arena = arena;
    if (!getenv("TEST_PG"))
        fail_msg("run this below tools/with_pg.sh");
    snprintf(pg->database, sizeof(pg->database), "it_%d_%lld", (int)getpid(),
             (long long)clock_mono_us());
    make_database(pg);
    pg->app = pg_pool(pg->database, DB_APP, POOL);
    pg->system = pg_pool(pg->database, DB_SYSTEM, POOL);
    pg->owner = pg_pool(pg->database, DB_OWNER, POOL);
    make_orgs(pg);
    *state = pg;
    return 0;
}

int pg_teardown(void **state)
{
    struct pg *pg = *state;
    struct db_pool *admin = pool_as("postgres", "postgres", DB_OWNER, 1);
    char sql[128];

    db_pool_free(pg->app);
    db_pool_free(pg->system);
    db_pool_free(pg->owner);
    snprintf(sql, sizeof(sql), "DROP DATABASE %s WITH (FORCE)", pg->database);
    run(admin, sql);
    db_pool_free(admin);
    arena_free(pg->arena);
    return 0;
}

struct ctx *pg_begin_as(struct pg *pg, enum db_role role, enum tx_mode mode, struct uuid org)
{
    struct db_pool *pools[] = {
        [DB_APP] = pg->app, [DB_SYSTEM] = pg->system, [DB_OWNER] = pg->owner};
    struct ctx *c = ctx_new();

    c->org = org;
    OK_OR_FAIL(c, db_borrow(c, pools[role]));
    if (mode != TX_NONE)
        OK_OR_FAIL(c, db_begin(c, mode));
    return c;
}

struct ctx *pg_begin(struct pg *pg, enum db_role role, enum tx_mode mode)
{
    return pg_begin_as(pg, role, mode, pg->org);
}

void pg_commit(struct ctx *c)
{
    if (db_in_transaction(c))
        OK_OR_FAIL(c, db_commit(c));
    ctx_free(c);
}

void pg_rollback(struct ctx *c)
{
    ctx_free(c);
}

void pg_sql(struct pg *pg, const char *sql)
{
    run(pg->owner, sql);
}

int64_t pg_i64(struct pg *pg, const char *sql)
{
    struct ctx *c = pg_begin(pg, DB_OWNER, TX_NONE);
    int64_t n = ask_i64(c, sql);

    ctx_free(c);
    return n;
}

str pg_text(struct pg *pg, struct arena *a, const char *sql)
{
    static const struct field one_text_row[] = {FIELD(struct one_text, value, F_NULL, 0),
                                                FIELD_END};
    struct ctx *c = pg_begin(pg, DB_OWNER, TX_NONE);
    str whole = arena_printf(c->arena, "SELECT (%s)::text AS value", sql);
    const struct db_stmt stmt = {keep(whole.ptr), whole.ptr, 0};
    struct one_text row = {S("")};
    struct db_rows *rows;
    str out;

    OK_OR_FAIL(c, db_query(c, &stmt, DB_NO_ARGS, &rows));
    if (db_count(rows) > 0)
        OK_OR_FAIL(c, db_read(c, rows, 0, one_text_row, &row));
    out = arena_copy(a, row.value);
    ctx_free(c);
    return out;
}
