/*
 * The demonstration organisation is what it says.
 */
#include "inbox.h"

#include "domain/demo.h"

static void fill(struct inbox *box)
{
    struct ctx *c = pg_begin(box->pg, DB_SYSTEM, TX_SYSTEM);
    struct account_new in = {
        .org_name = S("Demo"),
        .name = S("Aisyah"),
        .email = S("demo@example.com"),
        .password = {"correct horse", 13}
    };
    struct uuid owner;

    OK_OR_FAIL(c, account_bootstrap(c, &box->master, &in, &box->other, &owner));
    box->foreign.id = owner;
    OK_OR_FAIL(c, demo_fill(c, owner, in.password));
    pg_commit(c);
}

static int64_t count(struct inbox *box, const char *table, const char *where)
{
    return inbox_i64(box, "SELECT count(*) FROM %s WHERE org_id = '%s' AND %s", table,
                     id_text(box->other), where);
}

static void it_has_the_people_and_the_talks_it_promises(void **state)
{
    struct inbox *box = *state;

    fill(box);
    assert_int_equal(3, count(box, "channel", "state = 'connected'"));
    assert_int_equal(200, count(box, "contact", "name <> ''"));
    assert_int_equal(80, count(box, "conversation", "last_message_id IS NOT NULL"));
    assert_true(count(box, "contact", "locale = 'ms'") > 60);
    assert_true(count(box, "contact", "locale = 'zh-Hans'") > 60);
    assert_int_equal(4, count(box, "membership", "true"));
    assert_true(count(box, "note", "true") > 40);
    assert_int_equal(20, count(box, "job", "kind = 'follow_up'"));
    assert_true(count(box, "conversation", "state = 'snoozed'") > 2);
    assert_true(count(box, "conversation", "state = 'resolved'") > 10);
    assert_true(count(box, "conversation", "state = 'open'") > 30);
    assert_int_equal(1, count(box, "message", "state = 'failed'"));
    assert_int_equal(1, count(box, "message", "state = 'uncertain'"));
    assert_int_equal(0, count(box, "message", "body LIKE '%{%'"));
    assert_int_equal(0, count(box, "message", "at > now()"));
}

static void its_list_is_true_to_its_messages(void **state)
{
    struct inbox *box = *state;

    assert_int_equal(0, inbox_i64(box,
                                  "SELECT count(*) FROM conversation v WHERE org_id = '%s' AND "
                                  "last_message_id <> (SELECT m.id FROM message m WHERE m.org_id = "
                                  "v.org_id AND m.conversation_id = v.id AND m.kind NOT IN "
                                  "('note', 'event') ORDER BY m.at DESC, m.id DESC LIMIT 1)",
                                  id_text(box->other)));
    assert_int_equal(0, inbox_i64(box,
                                  "SELECT count(*) FROM conversation v WHERE org_id = '%s' AND "
                                  "inbound_count <> (SELECT count(*) FROM message m WHERE m.org_id "
                                  "= v.org_id AND m.conversation_id = v.id AND direction = 'in')",
                                  id_text(box->other)));
}

static void somebody_waits_and_something_is_unread(void **state)
{
    struct inbox *box = *state;
    struct inbox_query q = {.state = CONVERSATION_OPEN, .view = VIEW_ALL, .limit = 25};
    struct ctx *c = inbox_as(box, &box->foreign, TX_READ);
    const struct conversation_item *items;
    int unread = 0, waiting = 0;
    struct list list;

    OK_OR_FAIL(c, conversation_inbox(c, &q, &list));
    items = list.items;
    for (size_t i = 0; i < list.n; i++) {
        unread += items[i].unread > 0;
        waiting += !instant_is_none(items[i].waiting_since);
    }
    assert_true(unread > 3 && unread < 25);
    assert_true(waiting > 3);
    pg_rollback(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_the_people_and_the_talks_it_promises),
        cmocka_unit_test(its_list_is_true_to_its_messages),
        cmocka_unit_test(somebody_waits_and_something_is_unread),
    };

    return cmocka_run_group_tests(tests, inbox_setup, inbox_teardown);
}
