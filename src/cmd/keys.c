/*
 * keys.c - "sambung keys rotate": a new key for signing access tokens, now and not only when the
 * last is old.  Those before are published until their tokens are over.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/database.h"
#include "cmd/process.h"
#include "domain/access_token.h"

static enum status rotate(struct ctx *c, const struct config *cfg)
{
    struct master_key master;
    struct door door;
    enum status status;

    TRY(database_verify(c, DB_SYSTEM));
    TRY(database_master_key(c, cfg, &master));
    door_of(&master, cfg->public_url, &door);
    TRY(db_begin(c, TX_SYSTEM));
    status = token_keys_rotate(c, &door);
    if (status == OK)
        return db_commit(c);
    db_rollback(c);
    return status;
}

enum status cmd_keys(struct ctx *c, struct invocation *in)
{
    struct db_pool *pool;
    enum status status;

    if (in->argc == 0 || strcmp(in->argv[0], "rotate") != 0)
        return USAGE(c, "keys rotate");
    in->argv++;
    in->argc--;
    TRY(cmd_no_more(c, in));
    TRY(process_drop_root(c, &in->config));
    TRY(database_open(c, &in->config, DB_SYSTEM, &pool));
    status = rotate(c, &in->config);
    database_close(c, pool);
    TRY(status);
    puts("access tokens are signed with a new key from now on");
    return OK;
}
