/*
 * pg.h - a database of its own for each integration test program.
 *
 * tools/with_pg.sh gives the cluster; the first program that comes makes the
 * roles and a migrated template, and each gets a copy of it (some 50 ms).
 * Tests connect as the three roles of the product: a superuser would see
 * through row-level security and prove nothing.
 *
 *     int main(void)
 *     {
 *         const struct CMUnitTest tests[] = {cmocka_unit_test(a_true_sentence)};
 *         return cmocka_run_group_tests(tests, pg_setup, pg_teardown);
 *     }
 *
 * In a test: struct pg *pg = *state.  Whatever goes wrong in here fails the test.
 */
#ifndef IT_PG_H
#define IT_PG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/db.h"

struct pg {
    struct arena *arena;                  /* its own */
    struct db_pool *app, *system, *owner; /* 8 connections each */
    struct uuid org, other;       /* two organisations that exist; data_key is 60 zero bytes */
    struct uuid user, other_user; /* an owner of each, user@example.com and other@... */
    char database[64];
};

int pg_setup(void **state);
int pg_teardown(void **state);

/* A ctx for pg->org with an arena and 10 s, and a transaction of that mode on that role's pool
 * (TX_NONE: a connection without one). */
struct ctx *pg_begin(struct pg *pg, enum db_role role, enum tx_mode mode);
/* The same for another organisation. */
struct ctx *pg_begin_as(struct pg *pg, enum db_role role, enum tx_mode mode, struct uuid org);
/* Commit, which must succeed, and free the ctx. */
void pg_commit(struct ctx *c);
/* Roll back and free the ctx. */
void pg_rollback(struct ctx *c);

/* SQL as the owner, who sees every organisation: to arrange, and to look at what came of it. */
void pg_sql(struct pg *pg, const char *sql);
int64_t pg_i64(struct pg *pg, const char *sql);               /* one bigint */
str pg_text(struct pg *pg, struct arena *a, const char *sql); /* one text; "" when null or no row */

/* A pool to this test's database as that role, for tests of the pool itself. */
struct db_pool *pg_pool(const char *database, enum db_role role, int size);
/* The connection string of that role to this database, in the arena. */
str pg_conninfo(struct arena *a, const char *database, const char *user);

/* TRY for tests: the status must be OK, else its text is shown. */
void pg_ok(struct ctx *c, enum status s, const char *what);
#define OK_OR_FAIL(c, expr) pg_ok((c), (expr), #expr)

#endif
