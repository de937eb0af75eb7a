#include "shop.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "store/inbound.h"
#include "store/job.h"

static int open_shop(void **state)
{
    shop_open(*state, (struct shop_wish){.threads = 4});
    return 0;
}

static void enqueue(struct ctx *c, const char *kind, const char *key, int64_t in_ms)
{
    OK_OR_FAIL(c, job_enqueue(c, &(struct job_spec){
                                     .kind = kind,
                                     .run_at = instant_add_ms(clock_now(), in_ms),
                                     .dedupe_key = str_of(key),
                                 }));
}

static void enqueue_one(struct shop *s, struct uuid org, const char *kind, const char *key,
                        int64_t in_ms)
{
    struct ctx *c = pg_begin_as(s->pg, DB_APP, TX_WRITE, org);

    enqueue(c, kind, key, in_ms);
    pg_commit(c);
}

/* A job that does nothing: its message does not exist. */
static void enqueue_empty(struct shop *s, struct uuid org, int n)
{
    const char *id = shop_id(s, org);

    shop_sql(s,
             "INSERT INTO job (org_id, id, kind, args) SELECT '%s', gen_random_uuid(), "
             "'demo_reply', jsonb_build_object('message_id', gen_random_uuid()) FROM "
             "generate_series(1, %d);"
             "INSERT INTO org_queue (org_id, next_run_at) VALUES ('%s', now()) ON CONFLICT DO "
             "NOTHING",
             id, n, id);
}

/* ---- the queue ---- */

static void a_key_is_queued_once_and_the_earlier_time_counts(void **state)
{
    struct shop *s = *state;

    enqueue_one(s, s->pg->org, "deliver", "deliver:1", 60000);
    enqueue_one(s, s->pg->org, "deliver", "deliver:1", 30000);
    enqueue_one(s, s->pg->org, "deliver", "deliver:1", 90000);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM job"), 1);
    assert_int_equal(
        shop_ask(s, "SELECT extract(epoch FROM run_at - now())::bigint FROM job") <= 30, 1);
    enqueue_one(s, s->pg->other, "deliver", "deliver:1", 0);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM job"), 2);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM org_queue"), 2);
}

static void claim(struct shop *s, struct uuid org, int64_t limit, struct list *out)
{
    struct ctx *c = pg_begin_as(s->pg, DB_SYSTEM, TX_NONE, org);
    str kinds[] = {S("deliver"), S("demo_reply")};
    int64_t leases[] = {30, 30};
    struct job_appetite appetite = {kinds, leases, 2, limit};
    struct list jobs;

    OK_OR_FAIL(c, job_claim(c, &appetite, &jobs));
    out->n = jobs.n;
    out->items = NEW_ARRAY(s->arena, struct job, jobs.n + 1);
    memcpy(out->items, jobs.items, jobs.n * sizeof(struct job));
    pg_rollback(c);
}

static void a_job_is_claimed_by_one_and_only_its_holder_may_end_it(void **state)
{
    struct shop *s = *state;
    struct list mine, theirs;
    struct job stranger;
    struct ctx *c;

    enqueue_empty(s, s->pg->org, 3);
    claim(s, s->pg->org, 2, &mine);
    claim(s, s->pg->org, 5, &theirs);
    assert_int_equal(mine.n, 2);
    assert_int_equal(theirs.n, 1);
    stranger = *(struct job *)mine.items;
    stranger.lease_id = uuid_new();
    c = pg_begin(s->pg, DB_APP, TX_WRITE);
    OK_OR_FAIL(c, job_finish(c, &stranger, S("")));
    OK_OR_FAIL(c, job_finish(c, theirs.items, S("{\"ok\":true}")));
    pg_commit(c);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM job WHERE state = 'running'"), 2);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM job WHERE state = 'done'"), 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM change ch JOIN job j ON j.id = "
                                 "ch.entity_id WHERE ch.kind = 'job' AND j.result IS NOT NULL"),
                     1);
}

static void what_is_due_comes_by_priority_and_time(void **state)
{
    struct shop *s = *state;
    struct list jobs;
    const struct job *rows;
    struct ctx *c = pg_begin(s->pg, DB_APP, TX_WRITE);
    const struct {
        const char *key;
        int64_t priority, in_ms;
    } wanted[] = {
        {"late",    9, -5000},
        {"second",  5, -1000},
        {"first",   5, -2000},
        {"not yet", 1, 60000},
        {"urgent",  1, -1   }
    };

    for (size_t i = 0; i < 5; i++)
        OK_OR_FAIL(c, job_enqueue(c, &(struct job_spec){
                                         .kind = "deliver",
                                         .priority = wanted[i].priority,
                                         .run_at = instant_add_ms(clock_now(), wanted[i].in_ms),
                                         .dedupe_key = str_of(wanted[i].key),
                                     }));
    pg_commit(c);
    claim(s, s->pg->org, 1, &jobs);
    rows = jobs.items;
    assert_string_equal(
        shop_text(s, "SELECT dedupe_key FROM job WHERE id = '%s'", shop_id(s, rows[0].id)),
        "urgent");
    claim(s, s->pg->org, 1, &jobs);
    rows = jobs.items;
    assert_string_equal(
        shop_text(s, "SELECT dedupe_key FROM job WHERE id = '%s'", shop_id(s, rows[0].id)),
        "first");
    claim(s, s->pg->org, 9, &jobs);
    assert_int_equal(jobs.n, 2);
}

static void a_lease_that_ran_out_is_claimed_again(void **state)
{
    struct shop *s = *state;
    struct list jobs;

    enqueue_empty(s, s->pg->org, 1);
    claim(s, s->pg->org, 1, &jobs);
    claim(s, s->pg->org, 1, &jobs);
    assert_int_equal(jobs.n, 0);
    shop_sql(s, "UPDATE job SET lease_until = now() - interval '1 s'");
    claim(s, s->pg->org, 1, &jobs);
    assert_int_equal(jobs.n, 1);
    assert_int_equal(((const struct job *)jobs.items)->attempts, 2);
}

static void lost_and_due_jobs_together_are_no_more_than_asked_for(void **state)
{
    struct shop *s = *state;
    struct list jobs;

    enqueue_empty(s, s->pg->org, 3);
    claim(s, s->pg->org, 3, &jobs);
    shop_sql(s, "UPDATE job SET lease_until = now() - interval '1 second'");
    enqueue_empty(s, s->pg->org, 3);
    claim(s, s->pg->org, 3, &jobs);
    assert_int_equal(jobs.n, 3);
    claim(s, s->pg->org, 9, &jobs);
    assert_int_equal(jobs.n, 3);
}

/* ---- never a lost wake-up ---- */

static void remove_row(struct shop *s)
{
    struct ctx *c = pg_begin(s->pg, DB_SYSTEM, TX_SYSTEM);

    OK_OR_FAIL(c, org_queue_remove(c));
    pg_commit(c);
}

static void the_row_stays_while_somebody_enqueues(void **state)
{
    struct shop *s = *state;
    struct ctx *c;

    enqueue_one(s, s->pg->org, "deliver", "x", 0);
    shop_sql(s, "DELETE FROM job");
    c = pg_begin(s->pg, DB_APP, TX_WRITE);
    enqueue(c, "deliver", "y", 0); /* not committed: nobody can see it */
    remove_row(s);
    pg_commit(c);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM org_queue"), 1);
    shop_sql(s, "DELETE FROM job");
    remove_row(s);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM org_queue"), 0);
}

struct late {
    struct shop *shop;
    struct ctx *c;
};

static void *enqueue_late(void *arg)
{
    struct late *late = arg;

    enqueue(late->c, "deliver", "z", 0);
    pg_commit(late->c);
    return NULL;
}

static void who_enqueues_during_the_removal_makes_the_row_anew(void **state)
{
    struct shop *s = *state;
    struct late late = {.shop = s};
    struct ctx *c;
    pthread_t thread;

    enqueue_one(s, s->pg->org, "deliver", "x", 0);
    shop_sql(s, "DELETE FROM job");
    c = pg_begin(s->pg, DB_SYSTEM, TX_SYSTEM);
    OK_OR_FAIL(c, org_queue_remove(c)); /* done, and not committed */
    late.c = pg_begin(s->pg, DB_APP, TX_WRITE);
    pthread_create(&thread, NULL, enqueue_late, &late);
    shop_wait(s, 1, "SELECT (count(*) > 0)::int::bigint FROM pg_locks WHERE NOT granted");
    pg_commit(c);
    pthread_join(thread, NULL);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM job"), 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM org_queue"), 1);
}

static void the_row_stays_for_what_the_vault_is_writing(void **state)
{
    struct shop *s = *state;
    struct ctx *c;

    enqueue_one(s, s->pg->org, "deliver", "x", 0);
    shop_sql(s, "DELETE FROM job");
    c = pg_begin(s->pg, DB_OWNER, TX_SYSTEM);
    OK_OR_FAIL(c, db_run(c, arena_printf(c->arena,
                                         "INSERT INTO inbound (org_id, id, channel_id, "
                                         "received_at, body, digest) VALUES ('%s', "
                                         "gen_random_uuid(), '%s', now(), '', '')",
                                         shop_id(s, s->pg->org), shop_id(s, s->null))));
    remove_row(s);
    pg_rollback(c);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM org_queue"), 1);
}

/* ---- the worker ---- */

static void wait_empty(struct shop *s)
{
    shop_wait(s, 0, "SELECT count(*) FROM job WHERE state IN ('queued', 'running')");
}

static void an_idle_organisation_is_forgotten(void **state)
{
    struct shop *s = *state;

    enqueue_empty(s, s->pg->org, 1);
    wait_empty(s);
    shop_wait(s, 0, "SELECT count(*) FROM org_queue");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM job WHERE state = 'done'"), 1);
}

static void a_small_organisation_does_not_wait_for_a_big_one(void **state)
{
    struct shop *s = *state;

    enqueue_empty(s, s->pg->org, 400);
    enqueue_empty(s, s->pg->other, 1);
    shop_open(s, (struct shop_wish){.threads = 4});
    wait_empty(s);
    assert_in_range(
        shop_ask(s,
                 "SELECT count(*) FROM job AS big, job AS small WHERE big.org_id = '%s' AND "
                 "small.org_id = '%s' AND big.finished_at > small.finished_at",
                 shop_id(s, s->pg->org), shop_id(s, s->pg->other)),
        300, 400);
}

static void a_job_of_the_future_runs_in_time(void **state)
{
    struct shop *s = *state;

    enqueue_one(s, s->pg->org, "demo_reply", "k", 700);
    shop_sql(s, "UPDATE job SET args = jsonb_build_object('message_id', gen_random_uuid())");
    wait_empty(s);
    assert_in_range(
        shop_ask(s, "SELECT (extract(epoch FROM finished_at - run_at) * 1000)::bigint FROM job"), 0,
        1500);
}

static void what_cannot_be_done_fails_and_says_why(void **state)
{
    struct shop *s = *state;

    enqueue_one(s, s->pg->org, "deliver", "", 0); /* of no message */
    wait_empty(s);
    assert_string_equal(shop_text(s, "SELECT state || ': ' || last_error FROM job"),
                        "failed: the job says no message_id");
}

static void an_unknown_kind_waits_for_a_newer_worker(void **state)
{
    struct shop *s = *state;

    enqueue_one(s, s->pg->org, "of_tomorrow", "", 0);
    enqueue_empty(s, s->pg->org, 1);
    shop_wait(s, 1, "SELECT count(*) FROM job WHERE state = 'done'");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM job WHERE state = 'queued'"), 1);
}

static void a_worker_that_stops_gives_back_what_it_did_not_start(void **state)
{
    struct shop *s = *state;
    struct uuid conversation = shop_acquaint(s, "60123456789");
    struct worker_stats stats;

    fake_usual(s->fake, (struct fake_answer){.deed = FAKE_HOLD});
    for (int i = 0; i < 4; i++)
        shop_reply(s, i == 0 ? conversation : shop_acquaint(s, shop_id(s, uuid_new())), "Hello", 0);
    fake_wait(s->fake, 4); /* every thread is busy */
    enqueue_empty(s, s->pg->other, 300);
    for (stats.ready = 0; stats.ready == 0; worker_read_stats(s->worker, &stats))
        (void)poll(NULL, 0, 5);
    worker_stop(s->worker);
    fake_let_go(s->fake);
    shop_close(s);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM job WHERE state = 'running'"), 0);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE state = 'sending'"), 0);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM worker"), 0);
}

static void a_living_worker_beats(void **state)
{
    struct shop *s = *state;
    struct instant at;
    struct ctx *c;

    shop_wait(s, 1, "SELECT count(*) FROM worker");
    c = pg_begin(s->pg, DB_SYSTEM, TX_NONE);
    OK_OR_FAIL(c, worker_last_beat(c, &at));
    assert_true(at.us > clock_now().us - 10000000);
    pg_rollback(c);
}

/* ---- the vault ---- */

static void what_customers_write_arrives_in_order_and_once(void **state)
{
    struct shop *s = *state;
    char wamid[24], text[24];

    for (int i = 0; i < 80; i++) {
        snprintf(wamid, sizeof(wamid), "wamid.%d", i);
        snprintf(text, sizeof(text), "%03d", i);
        shop_customer_says(s, "60123456789", wamid, text);
    }
    shop_wait(s, 80, "SELECT count(*) FROM inbound WHERE state = 'done'");
    assert_int_equal(shop_ask(s, "SELECT inbound_count FROM conversation"), 80);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM (SELECT body < lag(body) OVER (ORDER BY id) "
                                 "AS wrong FROM message) AS x WHERE wrong"),
                     0);
}

static void a_bad_payload_is_shown_and_the_others_go_on(void **state)
{
    struct shop *s = *state;
    struct uuid bad;

    shop_customer_says(s, "60123456789", "wamid.1", "before");
    bad = shop_hook(s, s->whatsapp, S("{\"object\": [tr"));
    shop_customer_says(s, "60123456789", "wamid.2", "after");
    shop_wait(s, 2, "SELECT count(*) FROM inbound WHERE state = 'done'");
    shop_wait(s, 1, "SELECT count(*) FROM inbound WHERE state = 'failed' AND error <> ''");
    assert_int_equal(shop_ask(s, "SELECT inbound_count FROM conversation"), 2);
    assert_int_equal(shop_ask(s,
                              "SELECT count(*) FROM inbound WHERE id = '%s' AND state = "
                              "'failed' AND attempts >= 1",
                              shop_id(s, bad)),
                     1);
}

static void a_payload_that_cannot_be_stored_spoils_only_itself(void **state)
{
    struct shop *s = *state;
    const char *org = shop_id(s, s->pg->org);

    /* a rule of the database that one of them breaks */
    shop_sql(s, "ALTER TABLE message ADD CONSTRAINT poison CHECK (body <> 'poison')");
    shop_close(s);
    shop_customer_says(s, "60123456789", "wamid.1", "before");
    shop_customer_says(s, "60123456789", "wamid.2", "poison");
    shop_customer_says(s, "60123456789", "wamid.3", "after");
    shop_open(s, (struct shop_wish){.threads = 2});
    shop_wait(s, 2, "SELECT count(*) FROM inbound WHERE state = 'done'");
    shop_wait(s, 1, "SELECT count(*) FROM inbound WHERE state = 'failed'");
    shop_sql(s, "ALTER TABLE message DROP CONSTRAINT poison");
    struct ctx *c = shop_begin(s);
    struct list failed;
    OK_OR_FAIL(c, inbound_list(c, s->whatsapp, S("failed"), (struct uuid){{0}}, 10, &failed));
    assert_int_equal(failed.n, 1);
    OK_OR_FAIL(c, inbound_replay(c, ((struct inbound_summary *)failed.items)->id));
    pg_commit(c);
    shop_wait(s, 3, "SELECT count(*) FROM inbound WHERE state = 'done' AND org_id = '%s'", org);
    assert_int_equal(shop_ask(s, "SELECT inbound_count FROM conversation"), 3);
}

static void what_others_are_in_the_way_of_is_not_given_up(void **state)
{
    struct shop *s = *state;

    shop_close(s);
    shop_sql(s, "CREATE SEQUENCE trouble; GRANT USAGE ON SEQUENCE trouble TO PUBLIC;"
                "CREATE FUNCTION be_in_the_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "IF nextval('trouble') < 6 THEN "
                "RAISE 'could not serialize' USING ERRCODE = 'serialization_failure'; END IF; "
                "RETURN NEW; END $$;"
                "CREATE TRIGGER trouble BEFORE INSERT ON message "
                "FOR EACH ROW EXECUTE FUNCTION be_in_the_way()");
    shop_customer_says(s, "60123456789", "wamid.1", "hello?");
    shop_open(s, (struct shop_wish){.threads = 2});
    shop_wait(s, 1, "SELECT count(*) FROM inbound WHERE state <> 'new'");
    shop_sql(s, "DROP TRIGGER trouble ON message; DROP FUNCTION be_in_the_way(); "
                "DROP SEQUENCE trouble");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM inbound WHERE state = 'done'"), 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE body = 'hello?'"), 1);
}

static void trouble_with_the_account_degrades_the_channel(void **state)
{
    struct shop *s = *state;

    shop_hook(s, s->whatsapp,
              S("{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{"
                "\"field\":\"account_update\",\"value\":{\"event\":\"ACCOUNT_VIOLATION\"}}]}]}"));
    shop_wait(s, 1,
              "SELECT count(*) FROM channel ch JOIN channel_health h ON h.channel_id = ch.id WHERE "
              "ch.id = '%s' AND ch.state = 'degraded' AND h.last_error LIKE '%%VIOLATION%%'",
              shop_id(s, s->whatsapp));
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM change WHERE kind = 'channel'"), 1);
}

static void one_that_stopped_the_worker_again_and_again_is_given_up(void **state)
{
    struct shop *s = *state;
    struct uuid bad;

    shop_close(s);
    bad = shop_customer_says(s, "60123456789", "wamid.1", "deadly");
    shop_sql(s, "UPDATE inbound SET attempts = 5");
    shop_customer_says(s, "60123456789", "wamid.2", "after");
    shop_open(s, (struct shop_wish){.threads = 2});
    shop_wait(s, 1, "SELECT count(*) FROM inbound WHERE state = 'failed' AND id = '%s'",
              shop_id(s, bad));
    shop_wait(s, 1, "SELECT count(*) FROM inbound WHERE state = 'done'");
}

static void a_status_before_its_message_is_brought_again(void **state)
{
    struct shop *s = *state;
    const char *thread;
    struct uuid id = uuid_new();

    shop_customer_says(s, "60123456789", "wamid.1", "hello?");
    shop_status(s, "wamid.late", "delivered", "");
    shop_wait(s, 2, "SELECT count(*) FROM inbound WHERE state = 'done'");
    thread = shop_id(s, shop_conversation(s, "60123456789"));
    shop_sql(s,
             "INSERT INTO message (org_id, id, conversation_id, channel_id, direction, kind, "
             "author, at, state, provider_id) VALUES ('%s', '%s', '%s', '%s', 'out', 'text', "
             "'user', now(), 'sent', 'wamid.late')",
             shop_id(s, s->pg->org), shop_id(s, id), thread, shop_id(s, s->whatsapp));
    shop_wait(s, 1, "SELECT count(*) FROM message WHERE state = 'delivered'");
    wait_empty(s);
}

static void a_simulated_customer_reads_and_answers(void **state)
{
    struct shop *s = *state;
    struct uuid conversation = shop_acquaint(s, "customer-1"), id;

    shop_sql(s, "UPDATE conversation SET channel_id = '%s'", shop_id(s, s->null));
    shop_sql(s, "UPDATE contact_identity SET kind = 'null'");
    shop_sql(s, "UPDATE channel SET settings = '{\"behaviour\":\"echo\"}' WHERE id = '%s'",
             shop_id(s, s->null));
    id = shop_reply(s, conversation, "Selamat datang", 0);
    shop_sql(s, "UPDATE job SET run_at = now() WHERE kind = 'demo_reply'");
    shop_wait(s, 1,
              "SELECT count(*) FROM message WHERE direction = 'in' AND conversation_id = "
              "'%s' AND body <> ''",
              shop_id(s, conversation));
    shop_wait(s, 1, "SELECT count(*) FROM message WHERE id = '%s' AND state = 'read'",
              shop_id(s, id));
}

static void what_was_kept_for_a_time_only_goes(void **state)
{
    struct shop *s = *state;
    const char *org = shop_id(s, s->pg->org);

    shop_customer_says(s, "60123456789", "wamid.1", "old");
    shop_customer_says(s, "60123456789", "wamid.2", "new");
    shop_wait(s, 2, "SELECT count(*) FROM inbound WHERE state = 'done'");
    shop_sql(s, "UPDATE inbound SET received_at = now() - interval '15 days' WHERE id = (SELECT "
                "min(id::text)::uuid FROM inbound)");
    shop_sql(s,
             "INSERT INTO inbound (org_id, id, channel_id, received_at, body, digest, state) "
             "SELECT '%s', gen_random_uuid(), '%s', now() - days * interval '1 day', '', "
             "sha256(days::text::bytea), 'failed' FROM unnest('{20, 91}'::int[]) AS days",
             org, shop_id(s, s->whatsapp));
    shop_sql(s,
             "INSERT INTO job (org_id, id, kind, state, finished_at) VALUES ('%s', "
             "gen_random_uuid(), 'deliver', 'done', now() - interval '8 days');"
             "INSERT INTO attachment (org_id, id, kind, state, created_at) VALUES ('%s', "
             "gen_random_uuid(), 'image', 'stored', now() - interval '2 days'), ('%s', "
             "gen_random_uuid(), 'image', 'stored', now())",
             org, org, org);
    enqueue_one(s, s->pg->org, "purge", "purge", 0);
    shop_wait(s, 1, "SELECT count(*) FROM job WHERE kind = 'purge' AND state = 'done'");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM inbound WHERE state = 'done'"), 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM inbound WHERE state = 'failed'"), 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM job WHERE kind = 'deliver'"), 0);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM attachment"), 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM org_counter WHERE name = 'purged'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_key_is_queued_once_and_the_earlier_time_counts, shop_clear),
        cmocka_unit_test_teardown(a_job_is_claimed_by_one_and_only_its_holder_may_end_it,
                                  shop_clear),
        cmocka_unit_test_teardown(what_is_due_comes_by_priority_and_time, shop_clear),
        cmocka_unit_test_teardown(a_lease_that_ran_out_is_claimed_again, shop_clear),
        cmocka_unit_test_teardown(lost_and_due_jobs_together_are_no_more_than_asked_for,
                                  shop_clear),
        cmocka_unit_test_teardown(the_row_stays_while_somebody_enqueues, shop_clear),
        cmocka_unit_test_teardown(who_enqueues_during_the_removal_makes_the_row_anew, shop_clear),
        cmocka_unit_test_teardown(the_row_stays_for_what_the_vault_is_writing, shop_clear),
        cmocka_unit_test_setup_teardown(an_idle_organisation_is_forgotten, open_shop, shop_clear),
        cmocka_unit_test_teardown(a_small_organisation_does_not_wait_for_a_big_one, shop_clear),
        cmocka_unit_test_setup_teardown(a_job_of_the_future_runs_in_time, open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(what_cannot_be_done_fails_and_says_why, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(an_unknown_kind_waits_for_a_newer_worker, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(a_worker_that_stops_gives_back_what_it_did_not_start,
                                        open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(a_living_worker_beats, open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(what_customers_write_arrives_in_order_and_once, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(a_bad_payload_is_shown_and_the_others_go_on, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(a_payload_that_cannot_be_stored_spoils_only_itself,
                                        open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(what_others_are_in_the_way_of_is_not_given_up, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(trouble_with_the_account_degrades_the_channel, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(one_that_stopped_the_worker_again_and_again_is_given_up,
                                        open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(a_status_before_its_message_is_brought_again, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(a_simulated_customer_reads_and_answers, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(what_was_kept_for_a_time_only_goes, open_shop, shop_clear),
    };

    return cmocka_run_group_tests(tests, shop_setup, shop_teardown);
}
