/*
 * The database layer against a real server.  Long, because each promise of db.h is a test here, and
 * they share the few tables and helpers at the beginning.
 */
#include "pg.h"

#include <pthread.h>
#include <string.h>

/* What goes in as a parameter and comes back as a column. */
struct all_types {
    str text;
    int64_t number;
    bool truth;
    struct uuid id;
    struct instant at;
    struct json_text json;
    struct bytes bytes;
};

static const struct field all_types_row[] = {
    FIELD(struct all_types, text, F_NULL, 0),  FIELD(struct all_types, number, F_NULL, 0),
    FIELD(struct all_types, truth, F_NULL, 0), FIELD(struct all_types, id, F_NULL, 0),
    FIELD(struct all_types, at, F_NULL, 0),    FIELD(struct all_types, json, F_NULL, 0),
    FIELD(struct all_types, bytes, F_NULL, 0), FIELD_END,
};

static const struct db_stmt echo_sql = {
    "echo",
    "SELECT $1 AS text, $2 AS number, $3 AS truth, $4 AS id, $5 AS at, $6 AS json, $7 AS bytes", 7};

static struct all_types echo(struct ctx *c, const struct all_types *in)
{
    struct all_types out;
    struct db_rows *rows;

    memset(&out, 0xee, sizeof(out)); /* what is null must be written too */
    OK_OR_FAIL(c, db_query(c, &echo_sql,
                           DB_ARGS(A(in->text), A(in->number), A(in->truth), A(in->id), A(in->at),
                                   A(in->json), A(in->bytes)),
                           &rows));
    assert_int_equal(db_count(rows), 1);
    OK_OR_FAIL(c, db_read(c, rows, 0, all_types_row, &out));
    return out;
}

static void assert_str(str got, str wanted)
{
    assert_int_equal(got.len, wanted.len);
    assert_memory_equal(got.ptr, wanted.ptr, wanted.len);
}

static void every_type_comes_back_as_it_went(void **state)
{
    struct ctx *c = pg_begin(*state, DB_APP, TX_READ);
    struct all_types in = {
        .text = S("Selamat pagi, \xe6\x97\xa9"),
        .number = INT64_MIN,
        .truth = true,
        .id = uuid_new(),
        .at = {.us = 1795337000123456},
        .json = {S("{\"a\": [1, null]}")},
        .bytes = {{"\0\xff\x01", 3}},
    };
    struct all_types out = echo(c, &in);

    assert_str(out.text, in.text);
    assert_true(out.number == INT64_MIN);
    assert_true(out.truth);
    assert_true(uuid_eq(out.id, in.id));
    assert_true(out.at.us == in.at.us);
    assert_str(out.json.text, in.json.text);
    assert_str(out.bytes.data, in.bytes.data);
    pg_rollback(c);
}

static void nulls_go_in_and_come_back_as_nothing(void **state)
{
    struct ctx *c = pg_begin(*state, DB_APP, TX_READ);
    struct all_types in = {0};
    struct all_types out = echo(c, &in);

    assert_null(out.text.ptr);
    assert_true(uuid_is_zero(out.id));
    assert_true(instant_is_none(out.at));
    assert_null(out.json.text.ptr);
    assert_null(out.bytes.data.ptr);
    pg_rollback(c);
}

static void an_empty_text_is_not_a_null(void **state)
{
    struct ctx *c = pg_begin(*state, DB_APP, TX_READ);
    struct all_types in = {.text = S(""), .bytes = {S("")}};
    struct all_types out = echo(c, &in);

    assert_non_null(out.text.ptr);
    assert_int_equal(out.text.len, 0);
    assert_non_null(out.bytes.data.ptr);
    pg_rollback(c);
}

struct one_json {
    struct json_text all;
};

static const struct field one_json_row[] = {FIELD(struct one_json, all, 0, 0), FIELD_END};

static void arrays_of_every_type_arrive_with_their_nulls(void **state)
{
    static const struct db_stmt arrays_sql = {
        "arrays",
        "SELECT jsonb_build_array($1::uuid[], $2::text[], $3::bytea[], $4::bigint[], $5::jsonb[], "
        "$6::timestamptz[], cardinality($7::text[])) AS all",
        7};
    struct ctx *c = pg_begin(*state, DB_APP, TX_READ);
    struct uuid ids[] = {{{1}}, {{0}}};
    str texts[] = {
        S("a,\"b"), {NULL, 0},
         S("")
    };
    struct bytes bytes[] = {{{"\0\1", 2}}, {{NULL, 0}}};
    int64_t numbers[] = {-1, 4611686018427387904};
    struct json_text jsons[] = {{S("{\"k\":1}")}, {{NULL, 0}}};
    struct instant at[] = {{1000000}, {0}};
    struct one_json row;
    struct db_rows *rows;

    OK_OR_FAIL(
        c, db_query(c, &arrays_sql,
                    DB_ARGS(A(((struct uuid_array){ids, 2})), A(((struct str_array){texts, 3})),
                            A(((struct bytes_array){bytes, 2})),
                            A(((struct i64_array){numbers, 2})), A(((struct json_array){jsons, 2})),
                            A(((struct instant_array){at, 2})), A(((struct str_array){NULL, 0}))),
                    &rows));
    OK_OR_FAIL(c, db_read(c, rows, 0, one_json_row, &row));
    assert_str(row.all.text, S("[[\"01000000-0000-0000-0000-000000000000\", null], "
                               "[\"a,\\\"b\", null, \"\"], [\"\\\\x0001\", null], "
                               "[-1, 4611686018427387904], [{\"k\": 1}, null], "
                               "[\"1970-01-01T00:00:01+00:00\", null], 0]"));
    pg_rollback(c);
}

struct strict {
    str text;
};

static const struct field strict_row[] = {FIELD(struct strict, text, 0, 0), FIELD_END};
static const struct field wrong_type_row[] = {FIELD_AS(struct all_types, number, "text", 0, 0),
                                              FIELD_END};

static void a_column_that_does_not_fit_its_member_is_an_error(void **state)
{
    static const struct db_stmt null_sql = {"null_text", "SELECT NULL::text AS text", 0};
    static const struct db_stmt text_sql = {"some_text", "SELECT 'a'::text AS text", 0};
    static const struct db_stmt number_sql = {"some_number", "SELECT 1::bigint AS text", 0};
    static const struct db_stmt other_sql = {"other_column", "SELECT 'a'::text AS word", 0};
    struct ctx *c = pg_begin(*state, DB_APP, TX_READ);
    struct all_types out;
    struct strict strict;
    struct db_rows *rows;

    OK_OR_FAIL(c, db_query(c, &null_sql, DB_NO_ARGS, &rows));
    assert_int_equal(db_read(c, rows, 0, strict_row, &strict), ERR_INTERNAL);
    OK_OR_FAIL(c, db_query(c, &text_sql, DB_NO_ARGS, &rows));
    assert_int_equal(db_read(c, rows, 0, wrong_type_row, &out), ERR_INTERNAL);
    OK_OR_FAIL(c, db_query(c, &number_sql, DB_NO_ARGS, &rows));
    assert_int_equal(db_read(c, rows, 0, strict_row, &strict), ERR_INTERNAL);
    OK_OR_FAIL(c, db_query(c, &other_sql, DB_NO_ARGS, &rows));
    assert_int_equal(db_read(c, rows, 0, strict_row, &strict), ERR_INTERNAL);
    assert_int_equal(db_read(c, rows, 1, strict_row, &strict), ERR_INTERNAL);
    pg_rollback(c);
}

static const struct db_stmt stage_insert_sql = {
    "stage_insert",
    "INSERT INTO pipeline_stage (org_id, id, name, position) VALUES ($1, $2, $3, $4)", 4};
static const struct db_stmt stage_count_sql = {
    "stage_count", "SELECT count(*) FROM pipeline_stage WHERE name = $1", 1};

static enum status insert_stage(struct ctx *c, struct uuid org, struct uuid id, str name)
{
    return db_exec(c, &stage_insert_sql, DB_ARGS(A(org), A(id), A(name), A(1)), NULL);
}

static int64_t count_stages(struct ctx *c, str name)
{
    struct db_rows *rows;

    OK_OR_FAIL(c, db_query(c, &stage_count_sql, DB_ARGS(A(name)), &rows));
    return db_scalar_i64(rows);
}

static void what_was_committed_is_there_and_what_was_rolled_back_is_not(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);

    OK_OR_FAIL(c, insert_stage(c, pg->org, uuid_new(), S("kept")));
    pg_commit(c);
    c = pg_begin(pg, DB_APP, TX_WRITE);
    OK_OR_FAIL(c, insert_stage(c, pg->org, uuid_new(), S("dropped")));
    pg_rollback(c);
    c = pg_begin(pg, DB_APP, TX_READ);
    assert_int_equal(count_stages(c, S("kept")), 1);
    assert_int_equal(count_stages(c, S("dropped")), 0);
    pg_rollback(c);
}

static void another_organisations_rows_are_not_seen_even_without_a_predicate(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin_as(pg, DB_APP, TX_WRITE, pg->other);

    OK_OR_FAIL(c, insert_stage(c, pg->other, uuid_new(), S("theirs")));
    pg_commit(c);
    c = pg_begin(pg, DB_APP, TX_READ);
    assert_int_equal(count_stages(c, S("theirs")), 0);
    pg_rollback(c);
    c = pg_begin_as(pg, DB_APP, TX_READ, (struct uuid){{0}});
    assert_int_equal(count_stages(c, S("theirs")), 0);
    pg_rollback(c);
    c = pg_begin(pg, DB_SYSTEM, TX_SYSTEM);
    assert_int_equal(count_stages(c, S("theirs")), 1);
    pg_rollback(c);
}

static void a_row_for_another_organisation_is_refused(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);

    assert_int_equal(insert_stage(c, pg->other, uuid_new(), S("smuggled")), ERR_INTERNAL);
    pg_rollback(c);
}

static void a_second_row_with_the_same_key_is_a_conflict(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);
    struct uuid id = uuid_new();

    OK_OR_FAIL(c, insert_stage(c, pg->org, id, S("one")));
    assert_int_equal(insert_stage(c, pg->org, id, S("two")), ERR_CONFLICT);
    assert_non_null(strstr(c->err.cause, "pipeline_stage_pkey"));
    pg_rollback(c);
}

static void committing_a_failed_transaction_is_an_error_and_not_silence(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);
    struct uuid id = uuid_new();

    OK_OR_FAIL(c, insert_stage(c, pg->org, id, S("lost")));
    assert_int_equal(insert_stage(c, pg->org, id, S("lost")), ERR_CONFLICT);
    assert_int_equal(insert_stage(c, pg->org, uuid_new(), S("late")), ERR_INTERNAL);
    assert_int_equal(db_commit(c), ERR_INTERNAL);
    pg_rollback(c);
}

static void writing_in_a_read_transaction_is_our_bug(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_READ);

    assert_int_equal(insert_stage(c, pg->org, uuid_new(), S("no")), ERR_INTERNAL);
    pg_rollback(c);
}

/* DETAIL would say "Key (email)=(user@example.com) already exists". */
static void a_persons_data_stay_out_of_the_cause(void **state)
{
    static const struct db_stmt user_sql = {
        "user_insert_again", "INSERT INTO app_user (id, email, name) VALUES ($1, $2, 'Again')", 2};
    struct ctx *c = pg_begin(*state, DB_SYSTEM, TX_SYSTEM);

    assert_int_equal(db_exec(c, &user_sql, DB_ARGS(A(uuid_new()), A(S("user@example.com"))), NULL),
                     ERR_CONFLICT);
    assert_non_null(strstr(c->err.cause, "app_user_email_key"));
    assert_null(strstr(c->err.cause, "user@example.com"));
    assert_null(strstr(c->err.msg, "app_user"));
    pg_rollback(c);
}

static void a_transaction_without_a_statement_costs_nothing_and_commits(void **state)
{
    pg_commit(pg_begin(*state, DB_APP, TX_WRITE));
}

static void changed_rows_are_counted(void **state)
{
    static const struct db_stmt rename_sql = {
        "stage_rename", "UPDATE pipeline_stage SET name = name WHERE org_id = $1 AND name = $2", 2};
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);
    int64_t changed = -1;

    for (int i = 0; i < 3; i++)
        OK_OR_FAIL(c, insert_stage(c, pg->org, uuid_new(), S("thrice")));
    OK_OR_FAIL(c, db_exec(c, &rename_sql, DB_ARGS(A(pg->org), A(S("thrice"))), &changed));
    assert_int_equal(changed, 3);
    OK_OR_FAIL(c, db_exec(c, &rename_sql, DB_ARGS(A(pg->org), A(S("nothing"))), &changed));
    assert_int_equal(changed, 0);
    pg_rollback(c);
}

static void an_untyped_null_and_a_value_do_not_share_a_statement(void **state)
{
    static const struct db_stmt stmt = {"nullable", "SELECT coalesce($1, 7)::bigint", 1};
    struct ctx *c = pg_begin(*state, DB_APP, TX_READ);
    struct db_rows *rows;

    OK_OR_FAIL(c, db_query(c, &stmt, DB_ARGS(A_NULL), &rows));
    assert_int_equal(db_scalar_i64(rows), 7);
    OK_OR_FAIL(c, db_query(c, &stmt, DB_ARGS(A(INT64_C(4294967296))), &rows));
    assert_true(db_scalar_i64(rows) == 4294967296);
    pg_rollback(c);
}

static const struct db_stmt stages_sql = {
    "stages", "SELECT name AS text FROM pipeline_stage WHERE org_id = $1", 1};
static const struct db_fragment named_fragment = {"named", "AND name = $?", 1};
static const struct db_fragment between_fragment = {"between", "AND position BETWEEN $? AND $?", 2};
static const struct db_fragment newest_fragment = {"newest", "ORDER BY id DESC LIMIT $2", 0};

static void a_list_takes_the_filters_that_are_wanted(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);
    struct db_arg name[] = {A(S("listed"))};
    struct db_arg range[] = {A(1), A(1)};
    struct db_filter both[] = {
        {&named_fragment,   name,  1},
        {&between_fragment, range, 2}
    };
    struct strict *row;
    struct db_rows *rows;
    struct list list;

    for (int i = 0; i < 5; i++)
        OK_OR_FAIL(c, insert_stage(c, pg->org, uuid_new(), i < 3 ? S("listed") : S("unlisted")));
    for (int i = 0; i < 2; i++) { /* the second time it is prepared already */
        OK_OR_FAIL(c, db_list(c, &stages_sql, DB_ARGS(A(pg->org), A(100)), both, 2,
                              &newest_fragment, &rows));
        assert_int_equal(db_count(rows), 3);
    }
    OK_OR_FAIL(c, db_list(c, &stages_sql, DB_ARGS(A(pg->org), A(2)), both + 1, 1, &newest_fragment,
                          &rows));
    assert_int_equal(db_count(rows), 2);
    OK_OR_FAIL(c, db_read_all(c, rows, strict_row, sizeof(struct strict), &list));
    row = list.items;
    assert_str(row[1].text, S("unlisted"));
    pg_rollback(c);
}

static void a_statement_past_its_deadline_is_cancelled_and_the_connection_lives(void **state)
{
    static const struct db_stmt slow_sql = {"slow", "SELECT pg_sleep(30)::text AS text", 0};
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_OWNER, TX_WRITE);
    int64_t began = clock_mono_ms();
    struct db_rows *rows;

    c->deadline_ms = began + 100;
    assert_int_equal(db_query(c, &slow_sql, DB_NO_ARGS, &rows), ERR_UNAVAILABLE);
    assert_in_range(clock_mono_ms() - began, 100, 3000);
    db_rollback(c);
    c->deadline_ms = clock_mono_ms() + 5000;
    OK_OR_FAIL(c, db_begin(c, TX_READ));
    assert_int_equal(count_stages(c, S("none")), 0);
    pg_rollback(c);
}

static void kill_app_backends(struct pg *pg)
{
    struct db_pool *pool = pg_pool(pg->database, DB_APP, 1);
    struct ctx *c = pg_begin(pg, DB_APP, TX_NONE);

    /* a role may end its own sessions */
    db_return(c);
    OK_OR_FAIL(c, db_borrow(c, pool));
    OK_OR_FAIL(
        c,
        db_run(c, S("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = "
                    "current_database() AND usename = current_user AND pid <> pg_backend_pid()")));
    pg_rollback(c);
    db_pool_free(pool);
}

static void idle_connections_that_died_are_replaced_without_an_error(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_READ);

    assert_int_equal(count_stages(c, S("none")), 0);
    pg_rollback(c);
    kill_app_backends(pg);
    /* without a transaction nothing may be repeated, so the dead ones must not be lent */
    c = pg_begin(pg, DB_APP, TX_NONE);
    assert_int_equal(count_stages(c, S("none")), 0);
    pg_rollback(c);
}

static void a_connection_that_dies_between_begin_and_the_first_statement_is_replaced(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);

    kill_app_backends(pg);
    OK_OR_FAIL(c, insert_stage(c, pg->org, uuid_new(), S("late but well")));
    pg_commit(c);
    c = pg_begin(pg, DB_APP, TX_READ);
    assert_int_equal(count_stages(c, S("late but well")), 1);
    pg_rollback(c);
}

static void a_connection_that_dies_in_a_transaction_is_unavailable_and_then_replaced(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);

    OK_OR_FAIL(c, insert_stage(c, pg->org, uuid_new(), S("torn")));
    kill_app_backends(pg);
    assert_int_equal(insert_stage(c, pg->org, uuid_new(), S("torn")), ERR_UNAVAILABLE);
    pg_rollback(c);
    c = pg_begin(pg, DB_APP, TX_READ);
    assert_int_equal(count_stages(c, S("torn")), 0);
    pg_rollback(c);
}

static void a_commit_without_an_answer_is_uncertain(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);

    OK_OR_FAIL(c, insert_stage(c, pg->org, uuid_new(), S("who knows")));
    kill_app_backends(pg);
    assert_int_equal(db_commit(c), ERR_UNCERTAIN);
    pg_rollback(c);
}

static const char *database_backend(struct ctx *c)
{
    static const struct db_stmt backend_sql = {"backend", "SELECT pg_backend_pid()::text AS text",
                                               0};
    static const struct field backend_row[] = {FIELD(struct all_types, text, 0, 0), FIELD_END};
    struct all_types out = {.number = 0};
    struct db_rows *rows;

    OK_OR_FAIL(c, db_query(c, &backend_sql, DB_NO_ARGS, &rows));
    OK_OR_FAIL(c, db_read(c, rows, 0, backend_row, &out));
    return out.text.ptr;
}

static void a_connection_is_lent_again_but_never_in_a_transaction(void **state)
{
    struct pg *pg = *state;
    struct db_pool *pool = pg_pool(pg->database, DB_APP, 1);
    struct ctx *c = pg_begin(pg, DB_APP, TX_NONE);
    const char *first, *second;

    db_return(c);
    OK_OR_FAIL(c, db_borrow(c, pool));
    first = database_backend(c);
    db_return(c);
    OK_OR_FAIL(c, db_borrow(c, pool));
    second = database_backend(c);
    assert_string_equal(first, second);
    OK_OR_FAIL(c, db_run(c, S("BEGIN")));
    db_return(c);
    OK_OR_FAIL(c, db_borrow(c, pool));
    assert_string_not_equal(second, database_backend(c));
    db_return(c);
    db_pool_free(pool);
    pg_rollback(c);
}

static void a_full_pool_says_so_when_the_deadline_comes(void **state)
{
    struct pg *pg = *state;
    struct db_pool *pool = pg_pool(pg->database, DB_APP, 1);
    struct ctx *first = pg_begin(pg, DB_APP, TX_NONE);
    struct ctx *second = pg_begin(pg, DB_APP, TX_NONE);

    db_return(first);
    db_return(second);
    OK_OR_FAIL(first, db_borrow(first, pool));
    second->deadline_ms = clock_mono_ms() + 50;
    assert_int_equal(db_borrow(second, pool), ERR_UNAVAILABLE);
    db_return(first);
    second->deadline_ms = clock_mono_ms() + 5000;
    OK_OR_FAIL(second, db_borrow(second, pool));
    pg_rollback(first);
    pg_rollback(second);
    db_pool_free(pool);
}

static void *borrow_often(void *arg)
{
    struct pg *pg = arg;

    for (int i = 0; i < 50; i++) {
        struct ctx *c = pg_begin(pg, DB_APP, TX_READ);

        count_stages(c, S("none"));
        pg_rollback(c);
    }
    return NULL;
}

static void more_threads_than_connections_take_turns(void **state)
{
    struct pg *pg = *state;
    pthread_t threads[16];
    struct db_pool_stat stat;

    for (int i = 0; i < 16; i++)
        pthread_create(&threads[i], NULL, borrow_often, pg);
    for (int i = 0; i < 16; i++)
        pthread_join(threads[i], NULL);
    db_pool_stats(pg->app, &stat);
    assert_in_range(stat.open, 1, 8);
    assert_int_equal(stat.busy, 0);
}

static void the_nth_call_fails_when_a_test_asks_for_it(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);

    db_fail_after(2);
    OK_OR_FAIL(c, insert_stage(c, pg->org, uuid_new(), S("tortured")));
    assert_int_equal(insert_stage(c, pg->org, uuid_new(), S("tortured")), ERR_UNAVAILABLE);
    db_fail_after(0);
    pg_rollback(c);
    c = pg_begin(pg, DB_APP, TX_WRITE);
    db_fail_after(2);
    OK_OR_FAIL(c, insert_stage(c, pg->org, uuid_new(), S("tortured")));
    assert_int_equal(db_commit(c), ERR_UNCERTAIN);
    db_fail_after(0);
    pg_rollback(c);
    c = pg_begin(pg, DB_APP, TX_READ);
    assert_int_equal(count_stages(c, S("tortured")), 0);
    pg_rollback(c);
}

static void the_answer_to_a_commit_is_lost_when_a_test_asks_for_it(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);

    OK_OR_FAIL(c, insert_stage(c, pg->org, uuid_new(), S("not answered")));
    db_fail_late_after(1);
    assert_int_equal(db_commit(c), ERR_UNCERTAIN);
    db_fail_after(0);
    pg_rollback(c);
    c = pg_begin(pg, DB_APP, TX_READ);
    assert_int_equal(count_stages(c, S("not answered")), 1);
    pg_rollback(c);
}

static void a_notification_wakes_the_one_who_listens(void **state)
{
    struct pg *pg = *state;
    struct ctx *ear = pg_begin(pg, DB_SYSTEM, TX_NONE);
    struct ctx *mouth = pg_begin(pg, DB_APP, TX_NONE);
    bool got = false;
    str payload;

    OK_OR_FAIL(ear, db_run(ear, S("LISTEN sambung_test")));
    OK_OR_FAIL(ear, db_wait_notify(ear, clock_mono_ms() + 10, -1, &got, &payload));
    assert_false(got);
    OK_OR_FAIL(mouth, db_notify(mouth, "sambung_test", S("hello")));
    OK_OR_FAIL(ear, db_wait_notify(ear, clock_mono_ms() + 5000, -1, &got, &payload));
    assert_true(got);
    assert_str(payload, S("hello"));
    pg_rollback(ear);
    pg_rollback(mouth);
}

static void statements_are_counted_by_name(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_APP, TX_READ);
    struct db_stat stats[512];
    size_t n;
    bool found = false;

    count_stages(c, S("none"));
    pg_rollback(c);
    n = db_stats(stats, 512);
    for (size_t i = 0; i < n; i++)
        if (strcmp(stats[i].name, "stage_count") == 0)
            found = stats[i].calls > 0 && stats[i].total_us > 0;
    assert_true(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_comes_back_as_it_went),
        cmocka_unit_test(nulls_go_in_and_come_back_as_nothing),
        cmocka_unit_test(an_empty_text_is_not_a_null),
        cmocka_unit_test(arrays_of_every_type_arrive_with_their_nulls),
        cmocka_unit_test(a_column_that_does_not_fit_its_member_is_an_error),
        cmocka_unit_test(what_was_committed_is_there_and_what_was_rolled_back_is_not),
        cmocka_unit_test(another_organisations_rows_are_not_seen_even_without_a_predicate),
        cmocka_unit_test(a_row_for_another_organisation_is_refused),
        cmocka_unit_test(a_second_row_with_the_same_key_is_a_conflict),
        cmocka_unit_test(committing_a_failed_transaction_is_an_error_and_not_silence),
        cmocka_unit_test(writing_in_a_read_transaction_is_our_bug),
        cmocka_unit_test(a_persons_data_stay_out_of_the_cause),
        cmocka_unit_test(a_transaction_without_a_statement_costs_nothing_and_commits),
        cmocka_unit_test(changed_rows_are_counted),
        cmocka_unit_test(an_untyped_null_and_a_value_do_not_share_a_statement),
        cmocka_unit_test(a_list_takes_the_filters_that_are_wanted),
        cmocka_unit_test(a_statement_past_its_deadline_is_cancelled_and_the_connection_lives),
        cmocka_unit_test(idle_connections_that_died_are_replaced_without_an_error),
        cmocka_unit_test(a_connection_that_dies_between_begin_and_the_first_statement_is_replaced),
        cmocka_unit_test(a_connection_that_dies_in_a_transaction_is_unavailable_and_then_replaced),
        cmocka_unit_test(a_commit_without_an_answer_is_uncertain),
        cmocka_unit_test(a_connection_is_lent_again_but_never_in_a_transaction),
        cmocka_unit_test(a_full_pool_says_so_when_the_deadline_comes),
        cmocka_unit_test(more_threads_than_connections_take_turns),
        cmocka_unit_test(the_nth_call_fails_when_a_test_asks_for_it),
        cmocka_unit_test(the_answer_to_a_commit_is_lost_when_a_test_asks_for_it),
        cmocka_unit_test(a_notification_wakes_the_one_who_listens),
        cmocka_unit_test(statements_are_counted_by_name),
    };

    return cmocka_run_group_tests(tests, pg_setup, pg_teardown);
}
