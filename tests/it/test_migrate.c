#include "pg.h"

#include <string.h>

#include "db/migrate.h"

enum { MOST_FILES = 64 };

/* The product's migrations and one more. */
static void with_one_more(struct embedded_file *out, const char *name, const char *text)
{
    size_t n = 0;

    for (; migrations[n].name; n++)
        out[n] = migrations[n];
    assert_in_range(n, 1, MOST_FILES - 2);
    out[n] = (struct embedded_file){name, text, "0f"};
    out[n + 1] = (struct embedded_file){NULL, NULL, NULL};
}

static void migrating_again_does_nothing(void **state)
{
    struct ctx *c = pg_begin(*state, DB_OWNER, TX_NONE);
    struct migrate_report report;

    OK_OR_FAIL(c, migrate_run(c, &report));
    assert_int_equal(report.applied, 0);
    assert_in_range(report.version, 1, 9999);
    OK_OR_FAIL(c, migrate_verify(c));
    pg_rollback(c);
}

static void the_application_may_ask_whether_the_schema_fits(void **state)
{
    struct ctx *c = pg_begin(*state, DB_APP, TX_NONE);

    OK_OR_FAIL(c, migrate_verify(c));
    pg_rollback(c);
}

/* Without a policy for the owner, FORCE ROW LEVEL SECURITY makes this UPDATE touch nothing. */
static void a_filled_table_is_backfilled_by_the_owner(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_OWNER, TX_NONE);
    struct embedded_file files[MOST_FILES];
    struct migrate_report report;

    with_one_more(files, "9998_backfill.sql",
                  "ALTER TABLE membership ADD COLUMN initials text;"
                  "UPDATE membership SET initials = upper(left(name, 1));"
                  "ALTER TABLE membership ALTER COLUMN initials SET NOT NULL;");
    assert_int_equal(pg_i64(pg, "SELECT count(DISTINCT org_id) FROM membership"), 2);
    OK_OR_FAIL(c, migrate_run_files(c, files, &report));
    assert_int_equal(report.applied, 1);
    assert_int_equal(pg_i64(pg, "SELECT count(*) FROM membership WHERE initials IN ('U', 'O')"), 2);
    pg_sql(pg, "ALTER TABLE membership DROP COLUMN initials; DELETE FROM schema_migration WHERE "
               "version = 9998");
    pg_rollback(c);
}

static void a_database_that_a_newer_version_made_is_refused(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_OWNER, TX_NONE);
    struct migrate_report report;

    pg_sql(pg, "INSERT INTO schema_migration (version, name, checksum) VALUES (9999, "
               "'9999_future.sql', 'x')");
    assert_int_equal(migrate_run(c, &report), ERR_CONFLICT);
    assert_non_null(strstr(c->err.msg, "9999_future.sql"));
    assert_int_equal(migrate_verify(c), ERR_CONFLICT);
    pg_sql(pg, "DELETE FROM schema_migration WHERE version = 9999");
    OK_OR_FAIL(c, migrate_verify(c));
    pg_rollback(c);
}

static void a_migration_that_changed_after_it_ran_is_refused(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_OWNER, TX_NONE);
    struct migrate_report report;

    pg_sql(pg, "UPDATE schema_migration SET checksum = 'x' || checksum WHERE version = 1");
    assert_int_equal(migrate_run(c, &report), ERR_CONFLICT);
    assert_non_null(strstr(c->err.msg, "checksum"));
    pg_sql(pg, "UPDATE schema_migration SET checksum = substr(checksum, 2) WHERE version = 1");
    OK_OR_FAIL(c, migrate_verify(c));
    pg_rollback(c);
}

static void a_migration_that_fails_leaves_nothing_behind(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_OWNER, TX_NONE);
    struct embedded_file files[MOST_FILES];
    struct migrate_report report;

    with_one_more(files, "9998_broken.sql", "CREATE TABLE half (id bigint); SELECT 1 / 0;");
    assert_int_equal(migrate_run_files(c, files, &report), ERR_INTERNAL);
    assert_non_null(strstr(c->err.cause, "9998_broken.sql"));
    assert_int_equal(pg_i64(pg, "SELECT count(*) FROM pg_class WHERE relname = 'half'"), 0);
    OK_OR_FAIL(c, migrate_verify(c));
    pg_rollback(c);
}

static void the_roles_script_may_run_again_and_gives_no_power(void **state)
{
    struct pg *pg = *state;

    assert_int_equal(
        pg_i64(pg,
               "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'sambung\\_%' AND "
               "rolcanlogin AND NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"),
        3);
    assert_int_equal(
        pg_i64(pg, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                   "AND relkind = 'r' AND relowner <> 'sambung_owner'::regrole"),
        0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(migrating_again_does_nothing),
        cmocka_unit_test(the_application_may_ask_whether_the_schema_fits),
        cmocka_unit_test(a_filled_table_is_backfilled_by_the_owner),
        cmocka_unit_test(a_database_that_a_newer_version_made_is_refused),
        cmocka_unit_test(a_migration_that_changed_after_it_ran_is_refused),
        cmocka_unit_test(a_migration_that_fails_leaves_nothing_behind),
        cmocka_unit_test(the_roles_script_may_run_again_and_gives_no_power),
    };

    return cmocka_run_group_tests(tests, pg_setup, pg_teardown);
}
