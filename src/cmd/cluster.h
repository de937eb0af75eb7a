/*
 * cluster.h - the private PostgreSQL cluster below data/postgres.
 *
 * Made once: initdb with checksums, the three roles and the database, all in
 * single-user mode and in a directory aside, which is then renamed into place,
 * so that a half-made cluster is never taken for one.  It listens on a socket in
 * data/run only; the operating system vouches for who connects (peer, through
 * a map from our user to the three roles).  Nobody can connect as a superuser.
 */
#ifndef CMD_CLUSTER_H
#define CMD_CLUSTER_H

#include <sys/types.h>

#include "base/config.h"

struct cluster {
    const char *postgres; /* path of the server binary */
    const char *initdb;
    const char *data;      /* data/postgres */
    const char *run;       /* data/run */
    const char *log;       /* data/log: what the server has to say, a file a weekday */
    const char *start_log; /* the same before it writes there */
    const char *argv[8];   /* how to run it */
};

/* Find the binaries that fit.  ERR_INVALID says what to install. */
enum status cluster_find(struct ctx *c, const struct config *cfg, struct cluster *out);
/* Make it if it is not there, write its settings, clear what a crash left behind.
 * ERR_CONFLICT: another server is running on it. */
enum status cluster_prepare(struct ctx *c, const struct cluster *cluster);
/* What it said before it gave up starting; "" for nothing. */
str cluster_last_words(struct ctx *c, const struct cluster *cluster);
/* Does the server with this process id take connections? */
bool cluster_is_ready(struct ctx *c, const struct cluster *cluster, pid_t pid);

#endif
