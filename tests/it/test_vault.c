#include "pg.h"

#include <pthread.h>
#include <string.h>

#include "live/notify.h"
#include "live/vault.h"

enum { CHANNELS = 4, THREADS = 8, EACH = 100 };

struct world {
    struct pg *pg;
    struct notifier *notifier;
    struct vault *vault;
    struct uuid channels[CHANNELS];
};

static struct world world;

/* ---- waiting for answers ---- */

struct answers {
    pthread_mutex_t lock;
    pthread_cond_t more;
    int n, stored, repeats;
    enum status worst;
};

static void answers_init(struct answers *a)
{
    memset(a, 0, sizeof(*a));
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->more, NULL);
}

static void answered(void *arg, enum status s, bool already_there)
{
    struct answers *a = arg;

    pthread_mutex_lock(&a->lock);
    a->n++;
    if (s != OK)
        a->worst = s;
    else if (already_there)
        a->repeats++;
    else
        a->stored++;
    pthread_cond_signal(&a->more);
    pthread_mutex_unlock(&a->lock);
}

static void wait_for(struct answers *a, int n)
{
    pthread_mutex_lock(&a->lock);
    while (a->n < n)
        pthread_cond_wait(&a->more, &a->lock);
    pthread_mutex_unlock(&a->lock);
}

static void fill(struct vault_item *item, struct uuid channel, struct answers *a)
{
    *item = (struct vault_item){
        .org = world.pg->org,
        .channel_id = channel,
        .id = uuid_new(),
        .received_at = clock_now(),
        .body = S("sealed"),
        .done = answered,
        .arg = a,
    };
    random_bytes(item->digest, sizeof(item->digest));
}

static enum status put_and_wait(struct vault_item *item, struct answers *a)
{
    int before = a->n;

    assert_int_equal(vault_put(world.vault, item), OK);
    wait_for(a, before + 1);
    return a->worst;
}

static int64_t count(const char *where)
{
    struct arena *a = arena_new();
    int64_t n =
        pg_i64(world.pg, arena_printf(a, "SELECT count(*) FROM inbound WHERE %s", where).ptr);

    arena_free(a);
    return n;
}

/* Keeps a lane busy: a digest that another transaction has written and not committed. */
static struct ctx *hold(const struct vault_item *item)
{
    struct ctx *c = pg_begin(world.pg, DB_SYSTEM, TX_SYSTEM);
    static const struct db_stmt insert = {
        "test_hold",
        "INSERT INTO inbound (org_id, id, channel_id, received_at, body, digest) "
        "VALUES ($1, $2, $3, now(), '', $4)",
        4};
    struct bytes digest = {
        {(const char *)item->digest, sizeof(item->digest)}
    };

    OK_OR_FAIL(c,
               db_exec(c, &insert,
                       DB_ARGS(A(item->org), A(uuid_new()), A(item->channel_id), A(digest)), NULL));
    return c;
}

static void wait_until_it_waits(void)
{
    while (pg_i64(world.pg, "SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
        continue;
}

/* ---- the tests ---- */

static void a_webhook_is_durable_and_its_organisation_queued_before_the_answer(void **state)
{
    struct answers a;
    struct vault_item item;

    (void)state;
    answers_init(&a);
    fill(&item, world.channels[0], &a);
    assert_int_equal(put_and_wait(&item, &a), OK);
    assert_int_equal(a.stored, 1);
    assert_int_equal(count("state = 'new' AND body = 'sealed'"), 1);
    assert_int_equal(pg_i64(world.pg, "SELECT count(*) FROM org_queue"), 1);
}

static void a_repeat_is_answered_as_already_there(void **state)
{
    struct answers a;
    struct vault_item first, second;
    int64_t before = count("true");

    (void)state;
    answers_init(&a);
    fill(&first, world.channels[0], &a);
    fill(&second, world.channels[0], &a);
    memcpy(second.digest, first.digest, sizeof(first.digest));
    assert_int_equal(put_and_wait(&first, &a), OK);
    assert_int_equal(put_and_wait(&second, &a), OK);
    assert_int_equal(a.stored, 1);
    assert_int_equal(a.repeats, 1);
    assert_int_equal(count("true"), before + 1);
}

static void the_same_bytes_on_another_channel_are_another_webhook(void **state)
{
    struct answers a;
    struct vault_item first, second;

    (void)state;
    answers_init(&a);
    fill(&first, world.channels[0], &a);
    fill(&second, world.channels[1], &a);
    memcpy(second.digest, first.digest, sizeof(first.digest));
    assert_int_equal(put_and_wait(&first, &a), OK);
    assert_int_equal(put_and_wait(&second, &a), OK);
    assert_int_equal(a.stored, 2);
}

struct sender {
    struct answers *answers;
    struct vault_item items[EACH];
};

static void *send_many(void *arg)
{
    struct sender *s = arg;

    for (int i = 0; i < EACH; i++) {
        fill(&s->items[i], world.channels[i % CHANNELS], s->answers);
        assert_int_equal(vault_put(world.vault, &s->items[i]), OK);
    }
    return NULL;
}

static void what_arrives_together_is_committed_in_groups_and_stored_once(void **state)
{
    static struct sender senders[THREADS];
    pthread_t threads[THREADS];
    struct vault_stats before, after;
    struct answers a;
    int64_t rows = count("true");

    (void)state;
    answers_init(&a);
    vault_read_stats(world.vault, &before);
    for (int i = 0; i < THREADS; i++) {
        senders[i].answers = &a;
        assert_int_equal(pthread_create(&threads[i], NULL, send_many, &senders[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    wait_for(&a, THREADS * EACH);
    vault_read_stats(world.vault, &after);
    assert_int_equal(a.stored, THREADS * EACH);
    assert_int_equal(count("true"), rows + THREADS * EACH);
    assert_true(after.batches - before.batches < THREADS * EACH);
    assert_true(after.largest > 1 && after.largest <= 64);
    assert_int_equal(after.queued, 0);
}

static void a_channels_webhooks_are_committed_in_the_order_they_came(void **state)
{
    (void)state;
    /* of the crowd above: a later id of a channel never has an earlier transaction; ids of several
     * senders race for the queue, so each sender's own order is what counts: here, one sender */
    static struct vault_item items[500];
    struct answers a;

    answers_init(&a);
    pg_sql(world.pg, "DELETE FROM inbound");
    for (int i = 0; i < 500; i++) {
        fill(&items[i], world.channels[2], &a);
        assert_int_equal(vault_put(world.vault, &items[i]), OK);
    }
    wait_for(&a, 500);
    assert_int_equal(pg_i64(world.pg,
                            "SELECT count(*) FROM (SELECT xmin::text::bigint AS x, "
                            "lag(xmin::text::bigint) OVER (ORDER BY id) AS earlier FROM inbound) o "
                            "WHERE x < earlier"),
                     0);
    assert_int_equal(count("true"), 500);
}

static void one_bad_webhook_does_not_spoil_its_group(void **state)
{
    struct answers first, good, bad;
    struct vault_item held, items[10], orphan;
    struct vault_stats before, after;
    struct ctx *other;

    (void)state;
    answers_init(&first);
    answers_init(&good);
    answers_init(&bad);
    vault_read_stats(world.vault, &before);
    fill(&held, world.channels[0], &first);
    other = hold(&held);
    assert_int_equal(vault_put(world.vault, &held), OK);
    wait_until_it_waits();
    /* while the lane waits these gather; the bad one names a channel that is not there, and goes
     * to the same lane */
    for (int i = 0; i < 10; i++) {
        fill(&items[i], world.channels[0], &good);
        assert_int_equal(vault_put(world.vault, &items[i]), OK);
    }
    fill(&orphan, world.channels[0], &bad);
    orphan.channel_id.b[0] ^= 0xff;
    assert_int_equal(vault_put(world.vault, &orphan), OK);
    pg_rollback(other);
    wait_for(&first, 1);
    wait_for(&good, 10);
    wait_for(&bad, 1);
    vault_read_stats(world.vault, &after);
    assert_int_equal(good.stored, 10);
    assert_int_equal(bad.stored, 0);
    assert_int_equal(bad.worst, ERR_INTERNAL);
    assert_int_equal(after.redone, before.redone + 1);
    assert_int_equal(after.errors, before.errors + 1);
}

static void a_full_lane_refuses_and_answers_all_it_took(void **state)
{
    static struct vault_item items[5000];
    struct answers first, rest;
    struct vault_item held;
    struct ctx *other;
    int taken = 0;

    (void)state;
    answers_init(&first);
    answers_init(&rest);
    fill(&held, world.channels[0], &first);
    other = hold(&held);
    assert_int_equal(vault_put(world.vault, &held), OK);
    wait_until_it_waits();
    for (int i = 0; i < 5000; i++) {
        fill(&items[i], world.channels[0], &rest);
        if (vault_put(world.vault, &items[i]) != OK)
            break;
        taken++;
    }
    assert_int_equal(taken, 4096);
    pg_rollback(other);
    wait_for(&rest, taken);
    assert_int_equal(rest.stored, taken);
}

static void an_unanswered_commit_is_uncertain_and_its_repeat_absorbed(void **state)
{
    struct answers a;
    struct vault_item item, again;

    (void)state;
    answers_init(&a);
    fill(&item, world.channels[0], &a);
    db_fail_after(2); /* the first call is the trip, the second its end */
    assert_int_equal(put_and_wait(&item, &a), ERR_UNCERTAIN);
    answers_init(&a);
    fill(&again, world.channels[0], &a);
    memcpy(again.digest, item.digest, sizeof(item.digest));
    assert_int_equal(put_and_wait(&again, &a), OK);
    assert_int_equal(count("true"),
                     pg_i64(world.pg, "SELECT count(DISTINCT (channel_id, digest)) FROM inbound"));
}

static void without_a_database_nothing_is_stored_and_it_heals(void **state)
{
    struct answers a;
    struct vault_item item;

    (void)state;
    answers_init(&a);
    fill(&item, world.channels[0], &a);
    db_fail_after(1);
    assert_int_equal(put_and_wait(&item, &a), ERR_UNAVAILABLE);
    answers_init(&a);
    fill(&item, world.channels[0], &a);
    assert_int_equal(put_and_wait(&item, &a), OK);
}

static void the_workers_are_told_of_the_organisation(void **state)
{
    struct ctx *c = pg_begin(world.pg, DB_SYSTEM, TX_NONE);
    struct answers a;
    struct vault_item item;
    bool got;
    str payload;
    char org[UUID_TEXT + 1];

    (void)state;
    OK_OR_FAIL(c, db_run(c, S("LISTEN sambung_job")));
    answers_init(&a);
    fill(&item, world.channels[0], &a);
    assert_int_equal(put_and_wait(&item, &a), OK);
    OK_OR_FAIL(c, db_wait_notify(c, clock_mono_ms() + 10000, -1, &got, &payload));
    assert_true(got);
    uuid_text(world.pg->org, org);
    assert_true(str_eq(payload, str_of(org)));
    pg_rollback(c);
}

/* ---- the world ---- */

static int setup(void **state)
{
    struct arena *a = arena_new();
    struct ctx c = {.arena = a};
    char org[UUID_TEXT + 1], id[UUID_TEXT + 1];
    str conninfo;

    pg_setup(state);
    world.pg = *state;
    uuid_text(world.pg->org, org);
    for (int i = 0; i < CHANNELS; i++) {
        world.channels[i] = uuid_new();
        world.channels[i].b[15] = (uint8_t)i;
        uuid_text(world.channels[i], id);
        pg_sql(world.pg, arena_printf(a,
                                      "INSERT INTO channel (org_id, id, kind, name) "
                                      "VALUES ('%s', '%s', 'null', 'test')",
                                      org, id)
                             .ptr);
    }
    conninfo = pg_conninfo(world.pg->arena, world.pg->database, "sambung_system");
    OK_OR_FAIL(&c, notifier_new(&c, &(struct notifier_options){conninfo, "test"}, &world.notifier));
    OK_OR_FAIL(
        &c, vault_new(&c, &(struct vault_options){conninfo, "test", world.notifier}, &world.vault));
    arena_free(a);
    return 0;
}

static int teardown(void **state)
{
    vault_free(world.vault);
    notifier_free(world.notifier);
    return pg_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_webhook_is_durable_and_its_organisation_queued_before_the_answer),
        cmocka_unit_test(a_repeat_is_answered_as_already_there),
        cmocka_unit_test(the_same_bytes_on_another_channel_are_another_webhook),
        cmocka_unit_test(what_arrives_together_is_committed_in_groups_and_stored_once),
        cmocka_unit_test(a_channels_webhooks_are_committed_in_the_order_they_came),
        cmocka_unit_test(one_bad_webhook_does_not_spoil_its_group),
        cmocka_unit_test(a_full_lane_refuses_and_answers_all_it_took),
        cmocka_unit_test(an_unanswered_commit_is_uncertain_and_its_repeat_absorbed),
        cmocka_unit_test(without_a_database_nothing_is_stored_and_it_heals),
        cmocka_unit_test(the_workers_are_told_of_the_organisation),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
