/*
 * database.h - where the database is, for each role: the private cluster's
 * socket, or the three URLs of one that is run by others.
 */
#ifndef CMD_DATABASE_H
#define CMD_DATABASE_H

#include "base/config.h"
#include "db/db.h"

/* Is there no DATABASE_URL, so that serve runs a cluster of its own? */
bool database_is_private(const struct config *cfg);
/* The connection string; ERR_INVALID names the URL that is missing. */
enum status database_conninfo(struct ctx *c, const struct config *cfg, enum db_role role, str *out);

struct database_pool {
    enum db_role role;
    int size;
    int64_t statement_timeout_ms;
    const char *process;
};
enum status database_pool_new(struct ctx *c, const struct config *cfg,
                              const struct database_pool *wanted, struct db_pool **out);

/* One connection into c->db for a command that does its work and ends; database_close after. */
enum status database_open(struct ctx *c, const struct config *cfg, enum db_role role,
                          struct db_pool **pool);
void database_close(struct ctx *c, struct db_pool *pool);

#endif
