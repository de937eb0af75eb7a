/*
 * inbound.c - "sambung inbound": the vault from the operator's chair.
 *
 *   list [--state failed] [--channel ID] [--limit 50]
 *   show ID       the body as it came
 *   replay ID     work through it again
 */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/database.h"
#include "cmd/inbound.sql.h"
#include "cmd/process.h"
#include "domain/keys.h"
#include "store/inbound.h"

enum { LIST_USUAL = 50, LIST_MOST = 1000 };

struct vault_row {
    struct uuid org_id;
    struct uuid id;
    struct uuid channel_id;
    struct instant received_at;
    str state;
    int64_t attempts;
    str error;
    int64_t bytes;
};

static const struct field vault_list_row[] = {
    FIELD(struct vault_row, org_id, 0, 0),
    FIELD(struct vault_row, id, 0, 0),
    FIELD(struct vault_row, channel_id, 0, 0),
    FIELD(struct vault_row, received_at, 0, 0),
    FIELD(struct vault_row, state, 0, 0),
    FIELD(struct vault_row, attempts, 0, 0),
    FIELD(struct vault_row, error, F_NULL, 0),
    FIELD(struct vault_row, bytes, 0, 0),
    FIELD_END,
};

struct vault_body {
    struct uuid org_id;
    struct uuid id;
    struct bytes body;
};

static const struct field vault_body_row[] = {
    FIELD(struct vault_body, org_id, 0, 0),
    FIELD(struct vault_body, id, 0, 0),
    FIELD(struct vault_body, body, 0, 0),
    FIELD_END,
};

static enum status take_uuid(struct ctx *c, struct invocation *in, struct uuid *out)
{
    if (in->argc == 0 || !uuid_parse(str_of(in->argv[0]), out))
        return USAGE(c, "which one? Give the id that \"inbound list\" shows");
    in->argv++;
    in->argc--;
    return cmd_no_more(c, in);
}

static bool is_state(str state)
{
    static const str states[] = {STR_INIT("new"), STR_INIT("done"), STR_INIT("failed"),
                                 STR_INIT("ignored")};

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (str_eq(state, states[i]))
            return true;
    return false;
}

static enum status list(struct ctx *c, struct invocation *in)
{
    str state = {NULL, 0}, channel = {NULL, 0}, limit_text = {NULL, 0};
    struct uuid channel_id = {{0}};
    int64_t limit = LIST_USUAL;
    const struct vault_row *rows;
    struct db_rows *result;
    struct list all;

    TRY(cmd_option(c, in, "--state", &state));
    TRY(cmd_option(c, in, "--channel", &channel));
    TRY(cmd_option(c, in, "--limit", &limit_text));
    TRY(cmd_no_more(c, in));
    if (state.ptr && !is_state(state))
        return USAGE(c, "--state takes new, done, failed or ignored");
    if (channel.ptr && !uuid_parse(channel, &channel_id))
        return USAGE(c, "--channel takes an id");
    if (limit_text.ptr && (!str_parse_i64(limit_text, &limit) || limit < 1 || limit > LIST_MOST))
        return USAGE(c, "--limit takes a number from 1 to %d", LIST_MOST);
    TRY(db_query(c, &operator_inbound_list_sql, DB_ARGS(A(channel_id), A(state), A(limit)),
                 &result));
    TRY(db_read_all(c, result, vault_list_row, sizeof(struct vault_row), &all));
    rows = all.items;
    for (size_t i = 0; i < all.n; i++)
        printf("%s  %s  %-7.*s  channel %s  %lld bytes, %lld attempts  %.*s\n",
               uuid_str(c->arena, rows[i].id).ptr, instant_str(c->arena, rows[i].received_at).ptr,
               STR_ARG(rows[i].state), uuid_str(c->arena, rows[i].channel_id).ptr,
               (long long)rows[i].bytes, (long long)rows[i].attempts, (int)rows[i].error.len,
               rows[i].error.ptr ? rows[i].error.ptr : "");
    return OK;
}

/* Find it and become its organisation. */
static enum status find(struct ctx *c, struct uuid id, struct vault_body *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &operator_inbound_select_sql, DB_ARGS(A(id)), &rows));
    if (db_count(rows) == 0)
        return FAIL(c, ERR_NOT_FOUND, "there is no such webhook in the vault");
    TRY(db_read(c, rows, 0, vault_body_row, out));
    c->org = out->org_id;
    return OK;
}

static enum status show(struct ctx *c, struct invocation *in)
{
    struct vault_body row;
    struct master_key master;
    struct data_key key;
    struct secret body;
    struct keys *keys;
    struct uuid id;
    enum status s;

    TRY(take_uuid(c, in, &id));
    TRY(find(c, id, &row));
    TRY(master_key_load(c, in->config.key, in->config.key_file, &master));
    keys = keys_new(&master);
    s = keys_of_org(c, keys, &key);
    keys_free(keys);
    TRY(s);
    struct seal_place place = {.org = c->org, .table = "inbound", .id = id, .column = "body"};
    TRY(unseal(c, &key, &place, row.body, &body));
    fwrite(secret_expose(body).ptr, 1, body.size, stdout);
    fputc('\n', stdout);
    return OK;
}

static enum status replay(struct ctx *c, struct invocation *in)
{
    struct vault_body row;
    struct uuid id;

    TRY(take_uuid(c, in, &id));
    TRY(find(c, id, &row));
    TRY(inbound_replay(c, id));
    printf("%s will be worked through again\n", uuid_str(c->arena, id).ptr);
    return OK;
}

struct action {
    const char *name;
    enum status (*run)(struct ctx *c, struct invocation *in);
};

/* The system role sees every organisation; replay enqueues a job, which the worker finds by itself. */
static enum status in_transaction(struct ctx *c, struct invocation *in, const struct action *action)
{
    struct db_pool *pool;
    enum status s;

    TRY(database_open(c, &in->config, DB_SYSTEM, &pool));
    s = db_begin(c, TX_SYSTEM);
    if (s == OK)
        s = action->run(c, in);
    if (s == OK)
        s = db_commit(c);
    database_close(c, pool);
    return s;
}

enum status cmd_inbound(struct ctx *c, struct invocation *in)
{
    static const struct action actions[] = {
        {"list",   list  },
        {"show",   show  },
        {"replay", replay}
    };
    const char *name = in->argc > 0 ? in->argv[0] : "";

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(actions[i].name, name) != 0)
            continue;
        in->argv++;
        in->argc--;
        TRY(process_drop_root(c, &in->config));
        return in_transaction(c, in, &actions[i]);
    }
    return USAGE(c, "inbound list, inbound show ID or inbound replay ID");
}
