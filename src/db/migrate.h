/*
 * migrate.h - bringing a database to the schema that this binary was built with.
 *
 * The files of migrations/ are part of the binary.  They run as sambung_owner, in the
 * order of their numbers, each in one transaction with a lock time-out, under
 * an advisory lock, so that any number of processes may try at once.  They only
 * go forward.  What was applied is remembered with its checksum: a database
 * that a newer Sambung made, or a migration that changed after it ran, is
 * refused in words that say so.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "base/embedded.h"
#include "db/db.h"

/* A file as it was at build time; lists end with a NULL name. */
extern const struct embedded_file migrations[];
/* The three roles; an administrator runs it once, connected to the database. */
extern const struct embedded_file roles_sql[];

struct migrate_report {
    int64_t applied; /* how many ran now */
    int64_t version; /* where the database stands */
};

/* Migrate; c->db is a connection as the owner with no transaction open.
 * ERR_CONFLICT      the database is newer, or what was applied has changed
 * ERR_UNAVAILABLE   a lock could not be had: other work is in the way, try again */
enum status migrate_run(struct ctx *c, struct migrate_report *out);
/* The same with another list of files: what a test of the runner needs. */
enum status migrate_run_files(struct ctx *c, const struct embedded_file *files,
                              struct migrate_report *out);

/* Does the schema fit this binary?  For web and worker, on any role's connection.
 * ERR_CONFLICT says what to do. */
enum status migrate_verify(struct ctx *c);

#endif
