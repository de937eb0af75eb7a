/*
 * database.h - where the database is, for each role: the private cluster's
 * socket, or the three URLs of one that is run by others.
 */
#ifndef CMD_DATABASE_H
#define CMD_DATABASE_H

#include "base/config.h"
#include "crypto/seal.h"
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

/* Of the connection in c->db: is it the right role, and (but for the owner) does the schema fit?
 * ERR_INVALID: the role is wrong.  ERR_CONFLICT: the schema is. */
enum status database_verify(struct ctx *c, enum db_role role);
/*
 * The master key, and that it opens what this database holds; c->db is the system role's.  It is
 * made when there is none and no organisation either: later, a new one would open nothing.
 * ERR_CONFLICT says what to do.
 */
enum status database_master_key(struct ctx *c, const struct config *cfg, struct master_key *out);
/* The same, just looking: nothing is made. */
enum status database_check_key(struct ctx *c, const struct config *cfg);

/* What web and worker ask before they work: both of the above, with a connection of each pool. */
struct database_pools {
    struct db_pool *app, *system;
};
enum status database_ready(struct ctx *c, const struct config *cfg,
                           const struct database_pools *pools, struct master_key *out);

#endif
