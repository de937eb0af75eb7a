#include "shop.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "domain/delivery.h"
#include "domain/message.h"

#define PHONE "60123456789"

static struct uuid customer;

static int open_shop(void **state)
{
    customer = shop_acquaint(*state, PHONE);
    shop_open(*state, (struct shop_wish){.threads = 8});
    return 0;
}

static int only_customer(void **state)
{
    customer = shop_acquaint(*state, PHONE);
    return 0;
}

static void wait_state(struct shop *s, struct uuid message, const char *state)
{
    shop_wait(s, 1, "SELECT count(*) FROM message WHERE id = '%s' AND state = '%s'",
              shop_id(s, message), state);
}

/* Nothing is queued or running any more. */
static void wait_quiet(struct shop *s)
{
    shop_wait(s, 0,
              "SELECT count(*) FROM job WHERE state = 'running' OR (state = 'queued' AND "
              "run_at < now() + interval '1 minute')");
}

/* ---- the four outcomes ---- */

static void an_accepted_message_is_sent(void **state)
{
    struct shop *s = *state;
    struct uuid id = shop_reply(s, customer, "Hello", 0);

    wait_state(s, id, "sent");
    assert_int_equal(fake_times(s->fake, shop_id(s, id)), 1);
    assert_string_equal(
        shop_text(s, "SELECT provider_id FROM message WHERE id = '%s'", shop_id(s, id)),
        "wamid.out1");
    assert_string_equal(shop_text(s, "SELECT last_state FROM conversation"), "sent");
    wait_quiet(s);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM job WHERE kind = 'deliver' AND state = "
                                 "'done' AND attempts = 1"),
                     1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM channel_health WHERE last_outbound_at IS "
                                 "NOT NULL"),
                     1);
}

static void a_refusal_fails_with_a_reason(void **state)
{
    struct shop *s = *state;
    struct uuid id;

    fake_usual(s->fake,
               (struct fake_answer){.deed = FAKE_ANSWER,
                                    .status = 400,
                                    .body = "{\"error\":{\"message\":\"x\",\"code\":131026}}"});
    id = shop_reply(s, customer, "Hello", 0);
    wait_state(s, id, "failed");
    assert_string_equal(
        shop_text(s, "SELECT error_code FROM message WHERE id = '%s'", shop_id(s, id)), "131026");
    assert_int_equal(fake_count(s->fake), 1);
}

static void no_clear_answer_is_uncertain_and_not_sent_again(void **state)
{
    struct shop *s = *state;
    struct uuid id;

    fake_next(s->fake, (struct fake_answer){.deed = FAKE_HANG_UP});
    id = shop_reply(s, customer, "Hello", 0);
    wait_state(s, id, "uncertain");
    wait_quiet(s);
    assert_int_equal(fake_times(s->fake, shop_id(s, id)), 1);
}

static void a_server_that_is_busy_is_asked_again(void **state)
{
    struct shop *s = *state;
    struct uuid id;

    fake_next(s->fake, (struct fake_answer){.deed = FAKE_ANSWER,
                                            .status = 503,
                                            .headers = "Retry-After: 1\r\n",
                                            .body = "{}"});
    id = shop_reply(s, customer, "Hello", 0);
    fake_wait(s->fake, 1);
    shop_wait(s, 1,
              "SELECT count(*) FROM message WHERE id = '%s' AND state = 'queued' AND send_at "
              "> now() AND error_text <> ''",
              shop_id(s, id));
    wait_state(s, id, "sent");
    assert_int_equal(fake_times(s->fake, shop_id(s, id)), 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE error_text IS NOT NULL"), 0);
    shop_wait(s, 2, "SELECT attempts FROM job WHERE kind = 'deliver' AND state = 'done'");
}

static void a_bad_token_degrades_the_channel_and_keeps_the_message(void **state)
{
    struct shop *s = *state;
    struct uuid id;

    fake_next(s->fake,
              (struct fake_answer){.deed = FAKE_ANSWER,
                                   .status = 401,
                                   .body = "{\"error\":{\"message\":\"expired\",\"code\":190}}"});
    id = shop_reply(s, customer, "Hello", 0);
    shop_wait(s, 1,
              "SELECT count(*) FROM channel ch JOIN channel_health h ON h.channel_id = ch.id "
              "WHERE ch.state = 'degraded' AND h.last_error <> ''");
    wait_state(s, id, "sent"); /* somebody mended it */
    shop_wait(s, 0, "SELECT count(*) FROM channel WHERE state = 'degraded'");
}

/* ---- order, undo, windows ---- */

static void a_person_gets_them_in_order_one_at_a_time(void **state)
{
    struct shop *s = *state;
    struct uuid ids[12];

    fake_next(s->fake, (struct fake_answer){.deed = FAKE_ANSWER, .delay_ms = 150});
    fake_next(s->fake, (struct fake_answer){.deed = FAKE_ANSWER, .delay_ms = 5});
    fake_next(s->fake, (struct fake_answer){.deed = FAKE_ANSWER,
                                            .status = 503,
                                            .headers = "Retry-After: 1\r\n",
                                            .body = "{}"});
    for (int i = 0; i < 12; i++)
        ids[i] = shop_reply(s, customer, "in order", 0);
    for (int i = 0; i < 12; i++)
        wait_state(s, ids[i], "sent");
    assert_int_equal(fake_count(s->fake), 13);
    for (int i = 0, at = 0; i < 12; i++, at++) {
        if (at == 2)
            at++; /* the one that was told to come later, and then came again */
        assert_string_equal(s->fake->calls[at].reference, shop_id(s, ids[i]));
    }
    assert_int_equal(s->fake->inside_most, 1);
}

static void conversations_do_not_wait_for_each_other(void **state)
{
    struct shop *s = *state;
    struct uuid other = shop_acquaint(s, "60100000001"), slow, quick;

    fake_next(s->fake, (struct fake_answer){.deed = FAKE_HOLD});
    slow = shop_reply(s, customer, "slow", 0);
    fake_wait(s->fake, 1);
    quick = shop_reply(s, other, "quick", 0);
    wait_state(s, quick, "sent");
    wait_state(s, slow, "sending");
    fake_let_go(s->fake);
    wait_state(s, slow, "sent");
}

static void what_is_cancelled_in_time_never_leaves(void **state)
{
    struct shop *s = *state;
    struct uuid id = shop_reply(s, customer, "oops", 60000), next;
    struct ctx *c;

    next = shop_reply(s, customer, "better", 0); /* waits for its predecessor */
    shop_wait(s, 2, "SELECT count(*) FROM job WHERE kind = 'deliver' AND state = 'queued'");
    c = shop_begin(s);
    OK_OR_FAIL(c, message_cancel(c, id));
    pg_commit(c);
    c = pg_begin(s->pg, DB_SYSTEM, TX_NONE);
    OK_OR_FAIL(c, db_notify(c, "sambung_job", uuid_str(c->arena, s->pg->org)));
    pg_rollback(c);
    wait_state(s, next, "sent");
    assert_int_equal(fake_count(s->fake), 1);
    wait_state(s, id, "cancelled");
}

static void undo_time_is_kept(void **state)
{
    struct shop *s = *state;
    int64_t began = clock_mono_ms();
    struct uuid id = shop_reply(s, customer, "in a second", 1000);

    wait_state(s, id, "sent");
    assert_in_range(clock_mono_ms() - began, 1000, 4000);
}

static void a_stray_job_does_not_cut_the_undo_short(void **state)
{
    struct shop *s = *state;
    int64_t began = clock_mono_ms();
    struct uuid id = shop_reply(s, customer, "wait", 1200);
    struct ctx *c;

    shop_sql(s, "UPDATE job SET run_at = now()");
    c = pg_begin(s->pg, DB_SYSTEM, TX_NONE);
    OK_OR_FAIL(c, db_notify(c, "sambung_job", uuid_str(c->arena, s->pg->org)));
    pg_rollback(c);
    wait_state(s, id, "sent");
    assert_in_range(clock_mono_ms() - began, 1200, 10000);
}

static void a_window_that_closed_meanwhile_is_respected(void **state)
{
    struct shop *s = *state;
    struct uuid id = shop_reply(s, customer, "too late", 1000);

    shop_sql(s, "UPDATE conversation SET window_closes_at = now()");
    wait_state(s, id, "failed");
    assert_int_equal(fake_count(s->fake), 0);
    assert_string_equal(
        shop_text(s, "SELECT error_code FROM message WHERE id = '%s'", shop_id(s, id)),
        "window_closed");
}

static void a_local_channel_needs_no_provider(void **state)
{
    struct shop *s = *state;
    struct uuid now, later;

    shop_sql(s, "UPDATE conversation SET channel_id = '%s'", shop_id(s, s->webchat));
    shop_sql(s, "UPDATE contact_identity SET kind = 'webchat'");
    now = shop_reply(s, customer, "now", 0);
    assert_string_equal(shop_text(s, "SELECT state FROM message WHERE id = '%s'", shop_id(s, now)),
                        "sent");
    later = shop_reply(s, customer, "later", 500);
    wait_state(s, later, "sent");
    assert_int_equal(fake_count(s->fake), 0);
}

static void the_channels_rate_is_kept(void **state)
{
    struct shop *s = *state;

    shop_sql(s, "UPDATE channel_health SET next_send_at = now() + interval '1200 ms'");
    struct uuid id = shop_reply(s, customer, "Hello", 0);
    int64_t began = clock_mono_ms();

    wait_state(s, id, "sent");
    assert_in_range(clock_mono_ms() - began, 600, 5000);
    assert_int_equal(shop_ask(s, "SELECT attempts FROM job WHERE kind = 'deliver'"), 1);
}

/* ---- dying ---- */

static enum delivery_turn claim_as(struct shop *s, struct uuid message, struct uuid job, bool begun)
{
    struct ctx *c = pg_begin(s->pg, DB_APP, TX_WRITE);
    struct delivery_item item = {.begun = begun, .rate_percent = 100};
    enum delivery_turn turn;

    OK_OR_FAIL(c, delivery_claim(c, message, job, &item, &turn));
    pg_commit(c);
    return turn;
}

static void only_its_own_run_may_go_on_with_a_call_and_only_its_own_job_give_it_up(void **state)
{
    struct shop *s = *state;
    struct uuid id = shop_reply(s, customer, "Hello", 0), job = uuid_new();

    assert_int_equal(claim_as(s, id, job, false), TURN_NOW);
    assert_int_equal(claim_as(s, id, job, true), TURN_NOW); /* the commit's answer was lost */
    assert_int_equal(claim_as(s, id, uuid_new(), false), TURN_OVER);
    wait_state(s, id, "sending");
    assert_int_equal(claim_as(s, id, job, false), TURN_UNCERTAIN);
    wait_state(s, id, "uncertain");
    assert_int_equal(claim_as(s, id, job, true), TURN_OVER);
}

static enum message_state settle_as_failed(struct shop *s, struct uuid message, struct uuid job)
{
    struct ctx *c = pg_begin(s->pg, DB_APP, TX_WRITE);
    struct delivery_item item = {.message_id = message, .rate_percent = 100};
    struct delivery_record record = {
        .job_id = job,
        .result = {.outcome = DELIVERY_REJECTED,
                   .code = S("not_sendable"),
                   .reason = S("The file is not there.")}
    };
    enum message_state state = 0;
    struct message row;

    OK_OR_FAIL(c, message_select(c, message, &row));
    item.conversation_id = row.conversation_id;
    OK_OR_FAIL(c, delivery_settle(c, &item, &record, &state));
    pg_commit(c);
    return state;
}

static void a_job_that_fails_leaves_alone_what_another_is_sending(void **state)
{
    struct shop *s = *state;
    struct uuid id = shop_reply(s, customer, "Hello", 0), job = uuid_new();

    assert_int_equal(claim_as(s, id, job, false), TURN_NOW);
    assert_int_equal(settle_as_failed(s, id, uuid_new()), STATE_SENDING);
    wait_state(s, id, "sending");
    assert_int_equal(settle_as_failed(s, id, job), STATE_FAILED);
    wait_state(s, id, "failed");
}

static void a_worker_killed_in_the_call_leaves_uncertain_and_a_status_settles_it(void **state)
{
    struct shop *s = *state;
    pid_t worker = shop_spawn(s, 2);
    struct uuid id;

    fake_next(s->fake, (struct fake_answer){.deed = FAKE_HOLD});
    id = shop_reply(s, customer, "Hello", 0);
    fake_wait(s->fake, 1);
    shop_kill(s, worker);
    fake_let_go(s->fake);
    wait_state(s, id, "sending");
    worker = shop_spawn(s, 2);
    wait_state(s, id, "uncertain");
    shop_status(s, "wamid.out1", "delivered", shop_id(s, id));
    wait_state(s, id, "delivered");
    assert_int_equal(fake_times(s->fake, shop_id(s, id)), 1);
    shop_end(s, worker);
}

static void a_status_that_overtakes_our_record_is_not_lost(void **state)
{
    struct shop *s = *state;
    struct uuid id;

    fake_next(s->fake, (struct fake_answer){.deed = FAKE_HOLD});
    id = shop_reply(s, customer, "Hello", 0);
    fake_wait(s->fake, 1);
    shop_status(s, "wamid.out1", "delivered", shop_id(s, id));
    wait_state(s, id, "delivered");
    fake_let_go(s->fake);
    wait_quiet(s);
    wait_state(s, id, "delivered");
    assert_string_equal(
        shop_text(s, "SELECT provider_id FROM message WHERE id = '%s'", shop_id(s, id)),
        "wamid.out1");
}

static void two_workers_never_send_twice(void **state)
{
    enum { CUSTOMERS = 8, EACH = 12 };
    struct shop *s = *state;
    struct uuid threads[CUSTOMERS], ids[CUSTOMERS * EACH];
    pid_t a = shop_spawn(s, 3), b = shop_spawn(s, 3);
    char phone[16];

    fake_usual(s->fake, (struct fake_answer){.deed = FAKE_ANSWER, .delay_ms = 10});
    for (int i = 0; i < CUSTOMERS; i++) {
        snprintf(phone, sizeof(phone), "6010000%04d", i);
        threads[i] = shop_acquaint(s, phone);
    }
    for (int i = 0; i < CUSTOMERS * EACH; i++)
        ids[i] = shop_reply(s, threads[i % CUSTOMERS], "Hello", 0);
    shop_wait(s, CUSTOMERS * EACH, "SELECT count(*) FROM message WHERE state = 'sent'");
    for (int i = 0; i < CUSTOMERS * EACH; i++)
        assert_int_equal(fake_times(s->fake, shop_id(s, ids[i])), 1);
    shop_end(s, a);
    shop_end(s, b);
}

static void whatever_dies_nothing_is_sent_twice(void **state)
{
    enum { MESSAGES = 60 };
    struct shop *s = *state;
    struct uuid ids[MESSAGES], threads[6];
    pid_t worker = shop_spawn(s, 2);
    char phone[16];

    fake_usual(s->fake, (struct fake_answer){.deed = FAKE_ANSWER, .delay_ms = 15});
    for (int i = 0; i < 6; i++) {
        snprintf(phone, sizeof(phone), "6010000%04d", i);
        threads[i] = shop_acquaint(s, phone);
    }
    for (int i = 0; i < MESSAGES; i++)
        ids[i] = shop_reply(s, threads[i % 6], "Hello", 0);
    for (int kills = 1; kills <= 4; kills++) {
        fake_wait(s->fake, kills * 8);
        shop_kill(s, worker);
        worker = shop_spawn(s, 2);
    }
    shop_wait(s, MESSAGES, "SELECT count(*) FROM message WHERE state IN ('sent', 'uncertain')");
    for (int i = 0; i < MESSAGES; i++)
        assert_in_range(fake_times(s->fake, shop_id(s, ids[i])), 0, 1);
    assert_int_equal(
        shop_ask(s, "SELECT count(*) FROM message WHERE state = 'sent'") <= fake_count(s->fake), 1);
    shop_end(s, worker);
}

static void wait_done(struct shop *s)
{
    int64_t until = clock_mono_ms() + 15000;
    struct worker_stats stats = {0};

    while (stats.done == 0 && clock_mono_ms() < until) {
        (void)poll(NULL, 0, 5);
        worker_read_stats(s->worker, &stats);
    }
    assert_in_range(stats.done, 1, 3);
}

/* Nothing but the worker asks the database while a failure is armed. */
static void whatever_call_to_the_database_fails_it_is_sent_once(void **state)
{
    struct shop *s = *state;

    for (int n = 1; n <= 32; n++) {
        struct uuid id = shop_reply(s, customer, "Hello", 0);

        db_fail_after(n);
        shop_open(s, (struct shop_wish){.threads = 2, .lease_s = 1});
        fake_wait(s->fake, n);
        wait_done(s);
        db_fail_after(0);
        wait_state(s, id, "sent");
        shop_close(s);
        assert_int_equal(fake_times(s->fake, shop_id(s, id)), 1);
        shop_wait(s, 0, "SELECT count(*) FROM job WHERE state IN ('queued', 'running')");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_accepted_message_is_sent, open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(a_refusal_fails_with_a_reason, open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(no_clear_answer_is_uncertain_and_not_sent_again, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(a_server_that_is_busy_is_asked_again, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(a_bad_token_degrades_the_channel_and_keeps_the_message,
                                        open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(a_person_gets_them_in_order_one_at_a_time, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(conversations_do_not_wait_for_each_other, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(what_is_cancelled_in_time_never_leaves, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(undo_time_is_kept, open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(a_stray_job_does_not_cut_the_undo_short, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(a_window_that_closed_meanwhile_is_respected, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(
            only_its_own_run_may_go_on_with_a_call_and_only_its_own_job_give_it_up, only_customer,
            shop_clear),
        cmocka_unit_test_setup_teardown(a_job_that_fails_leaves_alone_what_another_is_sending,
                                        only_customer, shop_clear),
        cmocka_unit_test_setup_teardown(a_local_channel_needs_no_provider, open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(the_channels_rate_is_kept, open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(
            a_worker_killed_in_the_call_leaves_uncertain_and_a_status_settles_it, only_customer,
            shop_clear),
        cmocka_unit_test_setup_teardown(a_status_that_overtakes_our_record_is_not_lost, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(two_workers_never_send_twice, only_customer, shop_clear),
        cmocka_unit_test_setup_teardown(whatever_dies_nothing_is_sent_twice, only_customer,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(whatever_call_to_the_database_fails_it_is_sent_once,
                                        only_customer, shop_clear),
    };

    return cmocka_run_group_tests(tests, shop_setup, shop_teardown);
}
