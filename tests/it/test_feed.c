/*
 * The feed's promise is that no reader misses a change, whatever the order of
 * commits: so most of this is transactions that overlap on purpose.
 */
#include "pg.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "live/feed.h"
#include "live/notify.h"

enum { WRITERS = 8, TURNS = 60, MAX_SEEN = 20000 };

struct seen {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct feed_cursor at[MAX_SEEN];
    struct uuid id[MAX_SEEN];
    size_t n;
};

static struct {
    struct pg *pg;
    struct feed *feed;
    struct notifier *notifier;
    struct seen seen;
} world;

static void note(void *arg, const struct change_row *change)
{
    struct seen *s = arg;

    pthread_mutex_lock(&s->lock);
    if (s->n < MAX_SEEN) {
        s->at[s->n] = feed_cursor_of(change);
        s->id[s->n++] = change->entity_id;
    }
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
}

static size_t seen_count(void)
{
    size_t n;

    pthread_mutex_lock(&world.seen.lock);
    n = world.seen.n;
    pthread_mutex_unlock(&world.seen.lock);
    return n;
}

static void wait_until_seen(struct uuid id)
{
    struct seen *s = &world.seen;
    bool there = false;

    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; !there;) {
        for (; i < s->n && !there; i++)
            there = uuid_eq(s->id[i], id);
        if (!there)
            pthread_cond_wait(&s->more, &s->lock);
    }
    pthread_mutex_unlock(&s->lock);
}

static struct uuid write_change(struct ctx *c)
{
    struct change change = {.kind = S("field"), .entity_id = uuid_new()};

    OK_OR_FAIL(c, change_write(c, &change));
    return change.entity_id;
}

static struct uuid commit_change(void)
{
    struct ctx *c = pg_begin(world.pg, DB_APP, TX_WRITE);
    struct uuid id = write_change(c);

    pg_commit(c);
    notify_changes(world.notifier);
    return id;
}

static struct ctx *reader(void)
{
    return pg_begin(world.pg, DB_APP, TX_NONE);
}

static struct feed_cursor present_end(void)
{
    struct ctx *c = reader();
    struct feed_page page;

    OK_OR_FAIL(c, feed_read(c, world.feed, (struct feed_cursor){0}, 100, &page));
    assert_int_equal(page.n, 0);
    pg_rollback(c);
    return page.next;
}

/* ---- the tests ---- */

static void a_cursor_is_read_back_as_it_was_written(void **state)
{
    static const char *const bad[] = {"",     "-",   "1",    "1-",    "-1",
                                      "1-2x", "a-2", "1--2", "1-2-3", "99999999999999999999-1"};
    struct feed_cursor cursor;
    char text[FEED_CURSOR_TEXT];

    (void)state;
    feed_cursor_text((struct feed_cursor){INT64_MAX, INT64_MAX}, text);
    assert_string_equal(text, "9223372036854775807-9223372036854775807");
    assert_true(feed_cursor_parse(str_of(text), &cursor));
    assert_true(cursor.xid == INT64_MAX && cursor.seq == INT64_MAX);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(feed_cursor_parse(str_of(bad[i]), &cursor));
}

static void a_committed_change_is_handed_on(void **state)
{
    (void)state;
    wait_until_seen(commit_change());
}

static void a_change_that_nobody_announced_is_found(void **state)
{
    struct ctx *c = pg_begin(world.pg, DB_APP, TX_WRITE);
    struct uuid id = write_change(c);

    (void)state;
    pg_commit(c);
    wait_until_seen(id);
}

static void a_change_waits_for_the_transaction_that_began_before_it(void **state)
{
    struct ctx *early = pg_begin(world.pg, DB_APP, TX_WRITE);
    struct uuid first = write_change(early), second;
    struct feed_cursor from = present_end();
    struct feed_stats stats = {0};
    struct feed_page page;
    size_t before;
    struct ctx *c;

    (void)state;
    before = seen_count();
    second = commit_change();
    while (stats.behind_us == 0)
        feed_read_stats(world.feed, &stats);
    assert_int_equal(seen_count(), before);
    c = reader();
    OK_OR_FAIL(c, feed_read(c, world.feed, from, 100, &page));
    assert_int_equal(page.n, 0);
    pg_rollback(c);

    pg_commit(early);
    wait_until_seen(second);
    assert_int_equal(seen_count(), before + 2);
    assert_true(uuid_eq(world.seen.id[before], first));
    c = reader();
    OK_OR_FAIL(c, feed_read(c, world.feed, from, 100, &page));
    assert_int_equal(page.n, 2);
    assert_true(uuid_eq(page.items[0].entity_id, first));
    assert_true(uuid_eq(page.items[1].entity_id, second));
    pg_rollback(c);
}

/* ---- many at once ---- */

static _Atomic int writing;

static void *write_many(void *arg)
{
    unsigned dice = (unsigned)(uintptr_t)arg + 1;

    for (int turn = 0; turn < TURNS; turn++) {
        struct ctx *c = pg_begin(world.pg, DB_APP, TX_WRITE);

        dice = dice * 1103515245 + 12345;
        for (unsigned i = 0; i <= (dice >> 16 & 3); i++)
            (void)write_change(c);
        /* so that transactions end in another order than they began */
        if ((dice >> 20 & 1))
            usleep(dice >> 18 & 4095);
        if ((dice >> 24 & 7) == 0) {
            pg_rollback(c);
            continue;
        }
        pg_commit(c);
        notify_changes(world.notifier);
    }
    writing--;
    return NULL;
}

/* Reads on their heels while they write; what it has read is in order and without doubles. */
static int64_t read_along(struct feed_cursor *at)
{
    struct feed_cursor from = *at;
    struct feed_cursor last = from;
    bool more = true;
    int64_t n = 0;

    while (writing > 0 || more) {
        bool over = writing == 0;
        struct ctx *c = reader();
        struct feed_page page;

        OK_OR_FAIL(c, feed_read(c, world.feed, from, 40, &page));
        for (size_t i = 0; i < page.n; i++) {
            assert_true(feed_cursor_cmp(feed_cursor_of(&page.items[i]), last) > 0);
            last = feed_cursor_of(&page.items[i]);
        }
        n += (int64_t)page.n;
        from = page.next;
        more = page.more || !over;
        pg_rollback(c);
    }
    *at = from;
    return n;
}

static void nobody_misses_a_change_while_transactions_overlap(void **state)
{
    struct feed_cursor from = present_end();
    int64_t before = pg_i64(world.pg, "SELECT count(*) FROM change");
    size_t seen_before = seen_count();
    pthread_t threads[WRITERS];
    int64_t give_up_ms, written, read;

    (void)state;
    writing = WRITERS;
    for (uintptr_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, (void *)i), 0);
    read = read_along(&from);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    written = pg_i64(world.pg, "SELECT count(*) FROM change") - before;
    /* a transaction of another test in the same cluster may hold the horizon back for a while */
    give_up_ms = clock_mono_ms() + 10000;
    while (read < written && clock_mono_ms() < give_up_ms)
        read += read_along(&from);
    assert_int_equal(read, written);

    wait_until_seen(commit_change());
    assert_int_equal(seen_count() - seen_before, (size_t)written + 1);
    for (size_t i = seen_before + 1; i < seen_count(); i++)
        assert_true(feed_cursor_cmp(world.seen.at[i - 1], world.seen.at[i]) < 0);
}

/* ---- what is asked for is no longer there, or never was ---- */

static void a_cursor_older_than_what_is_kept_is_gone(void **state)
{
    struct feed_cursor from = present_end();
    struct ctx *c;
    struct feed_page page;
    int64_t removed;

    (void)state;
    (void)commit_change();
    wait_until_seen(commit_change());
    pg_sql(world.pg, "UPDATE change SET at = at - interval '8 days'");
    c = pg_begin(world.pg, DB_SYSTEM, TX_SYSTEM);
    OK_OR_FAIL(c, change_purge(c, &removed));
    assert_true(removed > 0);
    pg_commit(c);
    c = reader();
    OK_OR_FAIL(c, feed_read(c, world.feed, from, 100, &page));
    assert_true(page.gone);
    assert_int_equal(page.n, 0);
    pg_rollback(c);
}

static void a_cursor_from_before_the_first_change_is_not_gone(void **state)
{
    struct ctx *c = reader();
    struct feed_cursor from;
    struct feed_page page;

    (void)state;
    pg_sql(world.pg, "DELETE FROM change");
    from = present_end();
    wait_until_seen(commit_change());
    OK_OR_FAIL(c, feed_read(c, world.feed, from, 100, &page));
    assert_false(page.gone);
    assert_int_equal(page.n, 1);
    pg_rollback(c);
}

static void a_cursor_of_another_database_is_gone(void **state)
{
    struct ctx *c = reader();
    struct feed_page page;

    (void)state;
    OK_OR_FAIL(c, feed_read(c, world.feed, (struct feed_cursor){INT64_MAX / 2, 0}, 100, &page));
    assert_true(page.gone);
    pg_rollback(c);
}

static void another_organisations_changes_are_not_read(void **state)
{
    struct feed_cursor from = present_end();
    struct ctx *c = pg_begin_as(world.pg, DB_APP, TX_WRITE, world.pg->other);
    struct uuid theirs = write_change(c);
    struct feed_page page;

    (void)state;
    pg_commit(c);
    notify_changes(world.notifier);
    wait_until_seen(theirs);
    c = reader();
    OK_OR_FAIL(c, feed_read(c, world.feed, from, 100, &page));
    assert_int_equal(page.n, 0);
    pg_rollback(c);
}

static void the_tailer_comes_back_after_its_connection_was_lost(void **state)
{
    struct arena *a = arena_new();
    struct ctx c = {.arena = a};
    struct feed_stats stats = {0};
    struct db_pool *root;
    struct uuid id;

    (void)state;
    root = db_pool_new(&(struct db_pool_options){
        .conninfo = pg_conninfo(a, world.pg->database, "postgres"),
        .role = DB_OWNER,
        .size = 1,
        .process = "test",
    });
    OK_OR_FAIL(&c, db_borrow(&c, root));
    OK_OR_FAIL(&c, db_run(&c, S("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                "WHERE application_name = 'test feed' AND "
                                "datname = current_database()")));
    id = commit_change();
    wait_until_seen(id);
    feed_read_stats(world.feed, &stats);
    assert_true(stats.errors > 0);
    db_return(&c);
    db_pool_free(root);
    arena_free(a);
}

/* ---- who may see what ---- */

static struct uuid person(uint8_t n)
{
    return (struct uuid){{n}};
}

static bool sees(unsigned bits, const char *kind, uint8_t before, uint8_t after)
{
    struct feed_view view = {.user = person(1), .sees = bits};
    struct change_row change = {
        .kind = str_of(kind),
        .assignee_before = person(before),
        .assignee_after = person(after),
        .actor_id = person(2),
    };

    return feed_visible(&view, &change);
}

static void a_conversation_is_shown_to_those_who_may_see_it_before_or_after(void **state)
{
    (void)state;
    assert_true(sees(SEES_ALL, "message", 2, 3));
    assert_true(sees(SEES_MINE, "message", 1, 1));
    assert_true(sees(SEES_MINE, "conversation", 1, 2));
    assert_true(sees(SEES_MINE, "conversation", 2, 1));
    assert_false(sees(SEES_MINE, "message", 2, 2));
    assert_false(sees(SEES_MINE, "message", 0, 0));
    assert_true(sees(SEES_UNASSIGNED, "message", 0, 0));
    assert_true(sees(SEES_UNASSIGNED, "conversation", 0, 2));
    assert_true(sees(SEES_UNASSIGNED, "conversation", 2, 0));
    assert_false(sees(SEES_UNASSIGNED | SEES_MINE, "message", 2, 3));
}

static void other_kinds_need_their_own_permission(void **state)
{
    (void)state;
    assert_true(sees(SEES_CONTACTS, "contact", 0, 0));
    assert_true(sees(SEES_CONTACTS, "note", 0, 0));
    assert_true(sees(SEES_CHANNELS, "channel", 0, 0));
    assert_true(sees(SEES_MEMBERS, "member", 0, 0));
    assert_true(sees(0, "field", 0, 0));
    assert_false(sees(SEES_ALL, "contact", 0, 0));
    assert_false(sees(SEES_ALL, "channel", 0, 0));
    assert_false(sees(SEES_ALL, "member", 0, 0));
    assert_false(sees(~0u, "draft", 1, 1));
    assert_false(sees(~0u, "job", 1, 1));
}

/* ---- the world ---- */

static int setup(void **state)
{
    struct arena *a = arena_new();
    struct ctx c = {.arena = a};
    str conninfo;

    pg_setup(state);
    world.pg = *state;
    pthread_mutex_init(&world.seen.lock, NULL);
    pthread_cond_init(&world.seen.more, NULL);
    conninfo = pg_conninfo(world.pg->arena, world.pg->database, "sambung_system");
    OK_OR_FAIL(&c, notifier_new(&c, &(struct notifier_options){conninfo, "test"}, &world.notifier));
    OK_OR_FAIL(&c, feed_new(&c,
                            &(struct feed_options){.conninfo = conninfo,
                                                   .process = "test feed",
                                                   .seen = note,
                                                   .arg = &world.seen},
                            &world.feed));
    arena_free(a);
    return 0;
}

static int teardown(void **state)
{
    feed_free(world.feed);
    notifier_free(world.notifier);
    return pg_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cursor_is_read_back_as_it_was_written),
        cmocka_unit_test(a_committed_change_is_handed_on),
        cmocka_unit_test(a_change_that_nobody_announced_is_found),
        cmocka_unit_test(a_change_waits_for_the_transaction_that_began_before_it),
        cmocka_unit_test(nobody_misses_a_change_while_transactions_overlap),
        cmocka_unit_test(a_cursor_older_than_what_is_kept_is_gone),
        cmocka_unit_test(a_cursor_from_before_the_first_change_is_not_gone),
        cmocka_unit_test(a_cursor_of_another_database_is_gone),
        cmocka_unit_test(another_organisations_changes_are_not_read),
        cmocka_unit_test(the_tailer_comes_back_after_its_connection_was_lost),
        cmocka_unit_test(a_conversation_is_shown_to_those_who_may_see_it_before_or_after),
        cmocka_unit_test(other_kinds_need_their_own_permission),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
