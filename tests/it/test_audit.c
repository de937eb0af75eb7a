/*
 * The audit log: written with the change, read by its organisation, changed by nobody, kept by the month.
 */
#include "pg.h"

#include "domain/audit.h"

struct shelf {
    str label;
    int64_t height;
};

static const struct field shelf_fields[] = {
    FIELD(struct shelf, label, 0, 80),
    FIELD(struct shelf, height, 0, 0),
    FIELD_END,
};

static const struct actor somebody = {.name = STR_INIT("Aisyah"), .role = ROLE_ADMIN};
static const struct origin from = {STR_INIT("192.0.2.7"), STR_INIT("curl"), STR_INIT("req-1")};

static struct uuid write_one(struct pg *pg, struct uuid org, const char *action)
{
    struct ctx *c = pg_begin_as(pg, DB_APP, TX_WRITE, org);
    struct shelf before = {S("left"), 3}, after = {S("left"), 5};
    struct uuid id = uuid_new();

    c->actor = &somebody;
    c->from = &from;
    OK_OR_FAIL(c, audit_write(c, &(struct audit){.action = action,
                                                 .entity = id,
                                                 .name = S("the shelf"),
                                                 .fields = shelf_fields,
                                                 .before = &before,
                                                 .after = &after}));
    pg_commit(c);
    return id;
}

static size_t count(struct pg *pg, struct uuid org, const struct audit_query *query,
                    struct audit_row *first)
{
    struct ctx *c = pg_begin_as(pg, DB_APP, TX_READ, org);
    struct list found;

    OK_OR_FAIL(c, audit_list(c, query, &found));
    if (found.n > 0 && first) {
        *first = *(struct audit_row *)found.items;
        first->before.text = arena_copy(pg->arena, first->before.text);
        first->after.text = arena_copy(pg->arena, first->after.text);
        first->actor_name = arena_copy(pg->arena, first->actor_name);
        first->ip = arena_copy(pg->arena, first->ip);
    }
    pg_rollback(c);
    return found.n;
}

static void a_row_says_who_what_from_where_and_only_what_differs(void **state)
{
    struct pg *pg = *state;
    struct uuid entity = write_one(pg, pg->org, "shelf.change");
    struct audit_row row;

    assert_int_equal(1, count(pg, pg->org, &(struct audit_query){.limit = 10}, &row));
    assert_true(uuid_eq(entity, row.entity_id));
    assert_true(str_eq(S("Aisyah"), row.actor_name));
    assert_true(str_eq(S("192.0.2.7"), row.ip));
    assert_true(str_eq(S("{\"height\": 3}"), row.before.text));
    assert_true(str_eq(S("{\"height\": 5}"), row.after.text));
}

static void it_is_found_by_action_and_its_beginning(void **state)
{
    struct pg *pg = *state;

    (void)write_one(pg, pg->org, "shelves.change");
    assert_int_equal(
        1, count(pg, pg->org, &(struct audit_query){.action = S("shelf"), .limit = 10}, NULL));
    assert_int_equal(
        1,
        count(pg, pg->org, &(struct audit_query){.action = S("shelf.change"), .limit = 10}, NULL));
    assert_int_equal(
        0, count(pg, pg->org, &(struct audit_query){.action = S("shel"), .limit = 10}, NULL));
}

static void another_organisation_sees_nothing_of_it(void **state)
{
    struct pg *pg = *state;

    (void)write_one(pg, pg->org, "shelf.change");
    assert_int_equal(0, count(pg, pg->other, &(struct audit_query){.limit = 10}, NULL));
}

/* What the role may not do fails, and says so. */
static void denied(struct pg *pg, enum db_role role, const char *sql)
{
    struct ctx *c = pg_begin(pg, role, role == DB_APP ? TX_WRITE : TX_SYSTEM);
    struct db_stmt statement = {.name = "denied", .text = sql};

    assert_int_not_equal(OK, db_exec(c, &statement, DB_NO_ARGS, NULL));
    pg_rollback(c);
}

static void nobody_changes_or_removes_what_was_written(void **state)
{
    static const char *const deeds[] = {
        "UPDATE audit_log SET action = 'nothing.happened'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "DROP TABLE audit_log",
    };
    struct pg *pg = *state;

    (void)write_one(pg, pg->org, "shelf.change");
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        denied(pg, DB_APP, deeds[i]);
        denied(pg, DB_SYSTEM, deeds[i]);
    }
    denied(pg, DB_APP, "SELECT audit_log_roll()");
}

static void a_month_cannot_be_read_past_the_policy(void **state)
{
    struct pg *pg = *state;
    str month = pg_text(pg, pg->arena, "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')");

    (void)write_one(pg, pg->org, "shelf.change");
    denied(pg, DB_APP, arena_printf(pg->arena, "SELECT * FROM audit_log_%.*s", STR_ARG(month)).ptr);
}

static void months_to_come_are_made_and_old_ones_go(void **state)
{
    struct pg *pg = *state;
    struct ctx *c;

    pg_sql(pg, "CREATE TABLE audit_log_2020_01 PARTITION OF audit_log FOR VALUES FROM "
               "(id_at('2020-01-01Z')) TO (id_at('2020-02-01Z'))");
    c = pg_begin(pg, DB_SYSTEM, TX_SYSTEM);
    OK_OR_FAIL(c, audit_roll(c));
    pg_commit(c);
    assert_int_equal(4, pg_i64(pg, "SELECT count(*) FROM pg_inherits WHERE inhparent = "
                                   "'audit_log'::regclass"));
    assert_int_equal(1, pg_i64(pg, "SELECT count(*) FROM pg_class WHERE relname = to_char((now() + "
                                   "interval '2 months') AT TIME ZONE 'UTC', "
                                   "'\"audit_log_\"YYYY_MM')"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_says_who_what_from_where_and_only_what_differs),
        cmocka_unit_test(it_is_found_by_action_and_its_beginning),
        cmocka_unit_test(another_organisation_sees_nothing_of_it),
        cmocka_unit_test(nobody_changes_or_removes_what_was_written),
        cmocka_unit_test(a_month_cannot_be_read_past_the_policy),
        cmocka_unit_test(months_to_come_are_made_and_old_ones_go),
    };

    return cmocka_run_group_tests(tests, pg_setup, pg_teardown);
}
