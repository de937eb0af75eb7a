/*
 * prepare.c - "migrate", and what serve runs before anything else starts: the
 * schema, and in an empty database the first organisation and its owner.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/database.h"
#include "cmd/process.h"
#include "db/migrate.h"
#include "domain/account.h"
#include "domain/demo.h"

enum { FIRST_START_MS = 120000, PASSWORD_GROUPS = 4, PASSWORD_GROUP = 5 };

static enum status migrate(struct ctx *c, const struct config *cfg, struct migrate_report *out)
{
    struct db_pool *pool;
    enum status s;

    TRY(database_open(c, cfg, DB_OWNER, &pool));
    s = database_verify(c, DB_OWNER);
    if (s == OK)
        s = migrate_run(c, out);
    database_close(c, pool);
    return s;
}

enum status cmd_migrate(struct ctx *c, struct invocation *in)
{
    struct migrate_report report;

    if (cmd_flag(in, "--print-roles")) {
        TRY(cmd_no_more(c, in));
        fputs(roles_sql[0].text, stdout);
        return OK;
    }
    TRY(cmd_no_more(c, in));
    TRY(process_drop_root(c, &in->config));
    TRY(migrate(c, &in->config, &report));
    printf("%lld migrations applied, the database is at %04lld\n", (long long)report.applied,
           (long long)report.version);
    return OK;
}

/* ---- the first organisation ---- */

/* 20 letters and digits that are not mistaken for each other: 98 bits. */
static struct secret new_password(struct ctx *c)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    char text[PASSWORD_GROUPS * (PASSWORD_GROUP + 1)];
    size_t n = 0;

    while (n < sizeof(text) - 1) {
        uint8_t byte;

        if (n % (PASSWORD_GROUP + 1) == PASSWORD_GROUP) {
            text[n++] = '-';
            continue;
        }
        random_bytes(&byte, 1);
        /* each letter equally likely */
        if (byte < 256 / (sizeof(letters) - 1) * (sizeof(letters) - 1))
            text[n++] = letters[byte % (sizeof(letters) - 1)];
    }
    return (struct secret){arena_copy(c->arena, (str){text, n}).ptr, n};
}

static enum status make_first(struct ctx *c, const struct config *cfg,
                              const struct master_key *master, const struct account_new *in)
{
    struct uuid org, owner;
    bool any = true;

    TRY(db_begin(c, TX_SYSTEM));
    TRY(account_any(c, &any));
    if (any)
        return FAIL(c, ERR_CONFLICT, "there is an organisation already");
    TRY(account_bootstrap(c, master, in, &org, &owner));
    if (cfg->demo)
        TRY(demo_fill(c, owner, in->password));
    return db_commit(c);
}

static void show_sign_in(const struct config *cfg, const struct account_new *in)
{
    printf("\n  Sign in as   %.*s\n", STR_ARG(in->email));
    if (cfg->admin_password.size)
        printf("  Password     the one in SAMBUNG_ADMIN_PASSWORD\n\n");
    else
        printf("  Password     %.*s     (shown this once)\n\n",
               STR_ARG(secret_expose(in->password)));
    fflush(stdout);
}

static void show_no_demo(const struct config *cfg)
{
    printf("\n  No demo was made: this database has an organisation already, and stays as it is.\n"
           "  For a demo give it a folder of its own: --demo --data %.*s-demo\n\n",
           STR_ARG(cfg->data));
    fflush(stdout);
}

static enum status first_start(struct ctx *c, const struct config *cfg)
{
    struct account_new in = {
        .org_name = cfg->demo ? S("Kedai Sambung") : S("My organisation"),
        .name = cfg->demo ? S("Aisyah Rahman") : S("Administrator"),
        .email = str_is_empty(cfg->admin_email) ? S("admin@example.com") : cfg->admin_email,
        .password = cfg->admin_password,
    };
    struct master_key master;
    bool any = false;

    TRY(database_master_key(c, cfg, &master));
    TRY(db_begin(c, TX_SYSTEM));
    TRY(account_any(c, &any));
    db_rollback(c);
    if (any) {
        if (cfg->demo)
            show_no_demo(cfg);
        return OK;
    }
    if (in.password.size == 0)
        in.password = new_password(c);
    TRY(make_first(c, cfg, &master, &in));
    show_sign_in(cfg, &in);
    return OK;
}

/* The usual case first: nothing is to be done, and one look is enough. */
static enum status look(struct ctx *c, const struct config *cfg, enum status *fits)
{
    struct db_pool *pool;
    enum status s = OK;

    TRY(database_open(c, cfg, DB_SYSTEM, &pool));
    *fits = database_verify(c, DB_SYSTEM);
    if (*fits == OK) {
        c->deadline_ms = clock_mono_ms() + FIRST_START_MS;
        s = first_start(c, cfg);
        c->deadline_ms = 0;
    }
    database_close(c, pool);
    return s;
}

enum status cmd_prepare(struct ctx *c, struct invocation *in)
{
    const struct config *cfg = &in->config;
    struct migrate_report report;
    enum status fits;

    TRY(cmd_no_more(c, in));
    TRY(process_drop_root(c, cfg));
    TRY(look(c, cfg, &fits));
    if (fits != ERR_CONFLICT || (!database_is_private(cfg) && cfg->owner_database_url.size == 0))
        return fits;
    TRY(migrate(c, cfg, &report));
    log_note(LOG_INFO, "migrated", "%lld migrations, now at %04lld", (long long)report.applied,
             (long long)report.version);
    TRY(look(c, cfg, &fits));
    return fits;
}
