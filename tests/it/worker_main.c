/*
 * A worker as a process of its own, for tests that kill it:
 *
 *     it_worker DATABASE EGRESS-MAP BLOBS KEY-HEX LEASE-SECONDS
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "pg.h"

#include "base/log.h"
#include "http/client.h"
#include "jobs/worker.h"

static struct worker *running;

static void stop(int sig)
{
    (void)sig;
    worker_stop(running);
}

int main(int argc, char **argv)
{
    static const char *const hosts[] = {"graph.facebook.com", ".fbsbx.com", NULL};
    struct ctx c = {.arena = arena_new()};
    struct worker_options o = {.threads = 8, .rate_percent = 100};
    struct master_key master;
    struct blob_store blobs;
    str key;

    if (argc != 6 || !decode_hex(c.arena, str_of(argv[4]), &key) || key.len != 32)
        return 2;
    log_setup(LOG_ERROR, false, "it_worker");
    memcpy(master.bytes, key.ptr, 32);
    o.app = pg_pool(argv[1], DB_APP, 6);
    o.system = pg_pool(argv[1], DB_SYSTEM, 1);
    if (!str_parse_i64(str_of(argv[5]), &o.lease_s))
        return 2;
    o.master = &master;
    o.blobs = &blobs;
    if (blob_directory_new(&c, str_of(argv[3]), &blobs) != OK ||
        http_client_new(
            &c,
            &(struct http_client_options){.allowed_hosts = hosts, .egress_map = str_of(argv[2])},
            &o.http) != OK ||
        worker_new(&c, &o, &running) != OK) {
        fprintf(stderr, "it_worker: %s (%s)\n", c.err.msg, c.err.cause);
        return 1;
    }
    signal(SIGTERM, stop);
    worker_run(running);
    worker_free(running);
    http_client_free(o.http);
    db_pool_free(o.app);
    db_pool_free(o.system);
    arena_free(c.arena);
    return 0;
}
