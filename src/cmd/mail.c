/*
 * mail.c - "sambung mail": our own mail from the operator's chair.
 *
 *   test ADDRESS [--locale ms]   queue a test mail and wait for what the worker makes of it
 *   list [--limit 50]
 *   allow ADDRESS      mail may go there again
 *
 * The test goes the way of every mail, through the table and the worker: what it shows is true for
 * the others too.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/database.h"
#include "cmd/mail.sql.h"
#include "cmd/process.h"
#include "domain/mail.h"
#include "mail/mailer.h"

enum { LIST_USUAL = 50, LIST_MOST = 1000, LOOK_MS = 200, PATIENCE_MS = 30000 };

static enum status take_address(struct ctx *c, struct invocation *in, str *out)
{
    if (in->argc == 0)
        return USAGE(c, "to which address?");
    *out = str_of(in->argv[0]);
    in->argv++;
    in->argc--;
    return OK;
}

/* ---- test ---- */

static enum status queue(struct ctx *c, struct invocation *in, str address, struct uuid *id)
{
    struct mail_new mail = {.kind = MAIL_TEST, .to = address};
    struct master_key master;

    TRY(cmd_option(c, in, "--locale", &mail.locale));
    TRY(cmd_no_more(c, in));
    TRY(master_key_load(c, in->config.key, in->config.key_file, &master));
    TRY(db_begin(c, TX_SYSTEM));
    TRY(mail_queue_id(c, &master, &mail, id));
    TRY(db_commit(c));
    return db_notify(c, "sambung_job", S("mail"));
}

static bool is_over(const struct mail_outcome *outcome)
{
    return !str_eq(outcome->state, S("queued")) && !str_eq(outcome->state, S("sending"));
}

static enum status report(struct ctx *c, const struct config *cfg,
                          const struct mail_outcome *outcome)
{
    str folder = mailer_folder(c->arena, cfg);

    if (str_eq(outcome->state, S("sent")) || str_eq(outcome->state, S("delivered"))) {
        if (cfg->mail == CONFIG_MAIL_FILE)
            printf("kept as a file in %.*s; set SAMBUNG_MAIL to send\n", STR_ARG(folder));
        else
            puts("sent");
        return OK;
    }
    if (str_eq(outcome->state, S("suppressed")))
        return FAIL(c, ERR_INVALID,
                    "nothing was sent: mail to this address ended in a %.*s before; \"sambung mail "
                    "allow\" lifts that",
                    STR_ARG(outcome->error));
    if (is_over(outcome))
        return FAIL(c, ERR_INVALID, "%.*s: %.*s", STR_ARG(outcome->state),
                    STR_ARG(str_utf8_cut(outcome->error, 200)));
    if (outcome->attempts == 0)
        return FAIL(c, ERR_UNAVAILABLE, "it waits; is a worker running?");
    return FAIL(c, ERR_UNAVAILABLE, "not yet, it will be tried again: %.*s",
                STR_ARG(str_utf8_cut(outcome->error, 200)));
}

static enum status test(struct ctx *c, struct invocation *in)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    struct mail_outcome outcome;
    struct uuid id;
    str address;

    TRY(take_address(c, in, &address));
    TRY(queue(c, in, address, &id));
    do {
        (void)poll(NULL, 0, LOOK_MS);
        c->deadline_ms = clock_mono_ms() + PATIENCE_MS;
        TRY(mail_outcome(c, id, &outcome));
        /* a first failure tells the operator what to mend; the mail itself goes on */
    } while (!is_over(&outcome) && outcome.error.len == 0 && clock_mono_ms() < until);
    return report(c, &in->config, &outcome);
}

/* ---- list ---- */

struct mail_line {
    struct uuid id;
    str kind;
    str to_address;
    str state;
    int64_t attempts;
    struct instant created_at;
    str error;
};

static const struct field mail_line_row[] = {
    FIELD(struct mail_line, id, 0, 0),         FIELD(struct mail_line, kind, 0, 0),
    FIELD(struct mail_line, to_address, 0, 0), FIELD(struct mail_line, state, 0, 0),
    FIELD(struct mail_line, attempts, 0, 0),   FIELD(struct mail_line, created_at, 0, 0),
    FIELD(struct mail_line, error, 0, 0),      FIELD_END,
};

static enum status list(struct ctx *c, struct invocation *in)
{
    str limit_text = {NULL, 0};
    int64_t limit = LIST_USUAL;
    const struct mail_line *rows;
    struct db_rows *result;
    struct list all;

    TRY(cmd_option(c, in, "--limit", &limit_text));
    TRY(cmd_no_more(c, in));
    if (limit_text.ptr && (!str_parse_i64(limit_text, &limit) || limit < 1 || limit > LIST_MOST))
        return USAGE(c, "--limit takes a number from 1 to %d", LIST_MOST);
    TRY(db_query(c, &operator_mail_list_sql, DB_ARGS(A(limit)), &result));
    TRY(db_read_all(c, result, mail_line_row, sizeof(struct mail_line), &all));
    rows = all.items;
    for (size_t i = 0; i < all.n; i++)
        printf("%s  %s  %-10.*s  %.*s to %.*s, %lld attempts  %.*s\n",
               uuid_str(c->arena, rows[i].id).ptr, instant_str(c->arena, rows[i].created_at).ptr,
               STR_ARG(rows[i].state), STR_ARG(rows[i].kind), STR_ARG(rows[i].to_address),
               (long long)rows[i].attempts, STR_ARG(rows[i].error));
    return OK;
}

/* ---- allow ---- */

static enum status allow(struct ctx *c, struct invocation *in)
{
    struct master_key master;
    str address;
    bool was;

    TRY(take_address(c, in, &address));
    TRY(cmd_no_more(c, in));
    TRY(master_key_load(c, in->config.key, in->config.key_file, &master));
    TRY(db_begin(c, TX_SYSTEM));
    TRY(mail_allow(c, &master, address, &was));
    TRY(db_commit(c));
    puts(was ? "mail may go there again" : "nothing stood in the way");
    return OK;
}

struct action {
    const char *name;
    enum status (*run)(struct ctx *c, struct invocation *in);
};

static enum status on_system_role(struct ctx *c, struct invocation *in, const struct action *action)
{
    struct db_pool *pool;
    enum status s;

    TRY(database_open(c, &in->config, DB_SYSTEM, &pool));
    s = action->run(c, in);
    database_close(c, pool);
    return s;
}

enum status cmd_mail(struct ctx *c, struct invocation *in)
{
    static const struct action actions[] = {
        {"test",  test },
        {"list",  list },
        {"allow", allow}
    };
    const char *name = in->argc > 0 ? in->argv[0] : "";

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(actions[i].name, name) != 0)
            continue;
        in->argv++;
        in->argc--;
        TRY(process_drop_root(c, &in->config));
        return on_system_role(c, in, &actions[i]);
    }
    return USAGE(c, "mail test ADDRESS, mail list or mail allow ADDRESS");
}
