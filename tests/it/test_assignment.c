/*
 * Assignment: whose turn it is, room, absence, and two workers at once.
 */
#include "inbox.h"

#include <pthread.h>
#include <string.h>

#include "domain/assignment.h"
#include "domain/schedule.h"
#include "domain/team.h"

static const struct uuid nobody = {{0}};

static void set_rule(struct inbox *box, enum assignment_method method, int64_t reassign_hours)
{
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct assignment_rule rule = {
        .owner_id = box->null_channel, .method = method, .reassign_hours = reassign_hours};

    OK_OR_FAIL(c, assignment_set_rule(c, &rule));
    pg_commit(c);
}

static void say_availability(struct inbox *box, const struct actor *who, enum availability value)
{
    struct ctx *c = inbox_as(box, who, TX_WRITE);
    struct here_patch patch = {
        .has_availability = true, .has_away_until = true, .availability = value};
    struct here here;

    OK_OR_FAIL(c, here_change(c, who->id, &patch, &here));
    pg_commit(c);
}

static void set_capacity(struct inbox *box, const struct actor *who, int64_t capacity)
{
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct here here;

    OK_OR_FAIL(c, here_set_capacity(c, who->id, capacity, &here));
    assert_int_equal(capacity, here.capacity);
    pg_commit(c);
}

static void work_off(struct inbox *box)
{
    struct ctx *c = inbox_system(box);

    OK_OR_FAIL(c, assignment_work_off(c, nobody));
    pg_commit(c);
}

static struct uuid assignee(struct inbox *box, struct uuid conversation)
{
    return inbox_conversation(box, conversation).assignee_id;
}

/* Everybody here, nothing open, no jobs: by hand. */
static void begin(struct inbox *box)
{
    inbox_sql(box, "UPDATE conversation SET state = 'resolved', queued_at = NULL;"
                   "DELETE FROM job WHERE kind = 'assign'; DELETE FROM work_schedule;"
                   "DELETE FROM holiday; DELETE FROM member_work; DELETE FROM assignment_turn");
    say_availability(box, &box->owner, AVAILABILITY_OFFLINE);
    say_availability(box, &box->agent, AVAILABILITY_ONLINE);
    say_availability(box, &box->colleague, AVAILABILITY_ONLINE);
}

static int64_t held(struct inbox *box, const struct actor *who)
{
    return inbox_i64(
        box, "SELECT count(*) FROM conversation WHERE assignee_id = '%s' AND state = 'open'",
        id_text(who->id));
}

static struct talk arrive(struct inbox *box)
{
    return inbox_talk(box, box->null_channel, nobody, "Customer");
}

/* ---- the methods ---- */

static void by_hand_nothing_is_queued(void **state)
{
    struct inbox *box = *state;
    struct talk talk;

    begin(box);
    set_rule(box, ASSIGN_MANUAL, 0);
    talk = arrive(box);
    assert_true(instant_is_none(inbox_conversation(box, talk.conversation).queued_at));
}

static void round_robin_goes_by_turns_whoever_has_how_many(void **state)
{
    struct inbox *box = *state;
    struct uuid got[4];

    begin(box);
    set_rule(box, ASSIGN_ROUND_ROBIN, 0);
    for (int i = 0; i < 5; i++) /* the agent is busy already, and it does not matter */
        inbox_talk(box, box->null_channel, box->agent.id, "Before");
    for (int i = 0; i < 4; i++) {
        struct talk talk = arrive(box);

        work_off(box);
        got[i] = assignee(box, talk.conversation);
        assert_false(uuid_is_zero(got[i]));
    }
    assert_true(uuid_eq(got[0], got[2]));
    assert_true(uuid_eq(got[1], got[3]));
    assert_false(uuid_eq(got[0], got[1]));
}

static void least_busy_gets_the_next_one(void **state)
{
    struct inbox *box = *state;

    begin(box);
    set_rule(box, ASSIGN_LEAST_BUSY, 0);
    for (int i = 0; i < 3; i++)
        inbox_talk(box, box->null_channel, box->agent.id, "Before");
    for (int i = 0; i < 3; i++)
        arrive(box); /* in one go: what is given counts at once */
    work_off(box);
    assert_int_equal(3, held(box, &box->colleague));
    assert_int_equal(3, held(box, &box->agent));
}

static void nobody_gets_more_than_their_capacity_and_the_oldest_goes_first(void **state)
{
    struct inbox *box = *state;
    struct talk first, second, third;

    begin(box);
    set_rule(box, ASSIGN_LEAST_BUSY, 0);
    set_capacity(box, &box->agent, 1);
    set_capacity(box, &box->colleague, 1);
    first = arrive(box);
    second = arrive(box);
    third = arrive(box);
    work_off(box);
    assert_false(uuid_is_zero(assignee(box, first.conversation)));
    assert_false(uuid_is_zero(assignee(box, second.conversation)));
    assert_true(uuid_is_zero(assignee(box, third.conversation)));
    /* room makes a job, and the job gives it */
    {
        struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
        struct conversation_patch patch = {.has_state = true, .state = CONVERSATION_RESOLVED};
        struct conversation_item item;

        inbox_sql(box, "DELETE FROM job WHERE kind = 'assign'");
        OK_OR_FAIL(c, conversation_change(c, first.conversation, &patch, &item));
        pg_commit(c);
    }
    assert_int_equal(1, inbox_i64(box, "SELECT count(*) FROM job WHERE kind = 'assign'"
                                       " AND state = 'queued' AND run_at <= now()"));
    work_off(box);
    assert_false(uuid_is_zero(assignee(box, third.conversation)));
}

static void whoever_may_not_answer_is_not_asked(void **state)
{
    struct inbox *box = *state;
    struct talk talk;

    begin(box);
    set_rule(box, ASSIGN_ROUND_ROBIN, 0);
    say_availability(box, &box->agent, AVAILABILITY_BUSY);
    inbox_sql(box, "UPDATE membership SET role = 'viewer' WHERE user_id = '%s'",
              id_text(box->colleague.id));
    talk = arrive(box);
    work_off(box);
    inbox_sql(box, "UPDATE membership SET role = 'agent' WHERE user_id = '%s'",
              id_text(box->colleague.id));
    assert_true(uuid_is_zero(assignee(box, talk.conversation)));
}

static void a_teams_conversations_stay_in_the_team(void **state)
{
    struct inbox *box = *state;
    struct uuid member = box->colleague.id;
    struct list members = {&member, 1};
    struct assignment_rule channel = {.owner_id = box->null_channel, .method = ASSIGN_MANUAL};
    struct assignment_rule rule = {.method = ASSIGN_ROUND_ROBIN};
    struct team_view view;
    struct talk talk;
    struct ctx *c;

    begin(box);
    c = inbox_as(box, &box->owner, TX_WRITE);
    OK_OR_FAIL(c, team_create(c, S("Night"), &view));
    OK_OR_FAIL(c, team_set_members(c, view.team.id, &members, &view));
    channel.team_id = rule.owner_id = view.team.id;
    OK_OR_FAIL(c, assignment_set_rule(c, &rule));
    OK_OR_FAIL(c, assignment_set_rule(c, &channel));
    pg_commit(c);
    for (int i = 0; i < 2; i++) {
        talk = arrive(box);
        work_off(box);
        assert_true(uuid_eq(view.team.id, inbox_conversation(box, talk.conversation).team_id));
        assert_true(uuid_eq(member, assignee(box, talk.conversation)));
    }
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM message WHERE conversation_id = '%s'"
                                  " AND payload->>'event' = 'assigned' AND author = 'system'",
                                  id_text(talk.conversation)));
    c = inbox_as(box, &box->owner, TX_WRITE);
    channel.team_id = nobody;
    OK_OR_FAIL(c, assignment_set_rule(c, &channel));
    pg_commit(c);
}

static void what_comes_back_is_asked_for_again(void **state)
{
    struct inbox *box = *state;
    struct talk talk;
    struct conversation_patch patch = {
        .has_assignee = true, .has_state = true, .state = CONVERSATION_RESOLVED};
    struct conversation_item item;
    struct ctx *c;

    begin(box);
    set_rule(box, ASSIGN_ROUND_ROBIN, 0);
    talk = arrive(box);
    work_off(box);
    c = inbox_as(box, &box->owner, TX_WRITE);
    OK_OR_FAIL(c, conversation_change(c, talk.conversation, &patch, &item));
    pg_commit(c);
    inbox_hear(box, &talk, box->null_channel, "one more thing", 1000);
    work_off(box);
    assert_false(uuid_is_zero(assignee(box, talk.conversation)));
}

/* ---- two at once ---- */

struct second {
    struct inbox *box;
    pthread_t thread;
};

static void *work_off_too(void *arg)
{
    struct second *s = arg;
    struct db_pool *pool = pg_pool(s->box->pg->database, DB_APP, 1);
    struct arena *a = arena_new();
    struct ctx c = {.arena = a, .org = s->box->org, .deadline_ms = clock_mono_ms() + 20000};

    OK_OR_FAIL(&c, db_borrow(&c, pool));
    OK_OR_FAIL(&c, db_begin(&c, TX_WRITE));
    OK_OR_FAIL(&c, assignment_work_off(&c, nobody));
    OK_OR_FAIL(&c, db_commit(&c));
    db_return(&c);
    arena_free(a);
    db_pool_free(pool);
    return NULL;
}

static void two_workers_do_not_fill_the_same_place_twice(void **state)
{
    struct inbox *box = *state;
    struct second second = {.box = box};
    struct talk one, two;
    struct ctx *c;

    begin(box);
    set_rule(box, ASSIGN_LEAST_BUSY, 0);
    say_availability(box, &box->colleague, AVAILABILITY_OFFLINE);
    set_capacity(box, &box->agent, 1);
    one = arrive(box);
    two = arrive(box);
    c = inbox_system(box);
    OK_OR_FAIL(c, assignment_work_off(c, nobody)); /* not committed yet */
    assert_int_equal(0, pthread_create(&second.thread, NULL, work_off_too, &second));
    while (inbox_i64(box, "SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
        ; /* until the other one waits for us */
    pg_commit(c);
    pthread_join(second.thread, NULL);
    assert_true(uuid_eq(box->agent.id, assignee(box, one.conversation)));
    assert_true(uuid_is_zero(assignee(box, two.conversation)));
    assert_int_equal(1, held(box, &box->agent));
}

/* ---- away ---- */

static void nobody_here_waits_until_somebody_comes(void **state)
{
    struct inbox *box = *state;
    struct talk talk;

    begin(box);
    set_rule(box, ASSIGN_ROUND_ROBIN, 0);
    say_availability(box, &box->agent, AVAILABILITY_OFFLINE);
    say_availability(box, &box->colleague, AVAILABILITY_OFFLINE);
    talk = arrive(box);
    work_off(box);
    assert_true(uuid_is_zero(assignee(box, talk.conversation)));
    assert_int_equal(0, inbox_i64(box, "SELECT count(*) FROM job WHERE kind = 'assign'"
                                       " AND state = 'queued'"));
    say_availability(box, &box->colleague, AVAILABILITY_ONLINE);
    assert_int_equal(1, inbox_i64(box, "SELECT count(*) FROM job WHERE kind = 'assign'"
                                       " AND state = 'queued' AND run_at <= now()"));
    work_off(box);
    assert_true(uuid_eq(box->colleague.id, assignee(box, talk.conversation)));
}

static void outside_the_hours_the_next_beginning_is_waited_for(void **state)
{
    struct inbox *box = *state;
    struct talk talk;

    begin(box);
    set_rule(box, ASSIGN_ROUND_ROBIN, 0);
    /* one hour a week, that begins within the next two days */
    inbox_sql(box,
              "INSERT INTO work_schedule (org_id, owner_id, timezone, hours)"
              " SELECT '%s', '%s', 'Asia/Kuala_Lumpur', int4multirange(int4range(m, m + 60))"
              "   FROM (SELECT (week_minute(now() AT TIME ZONE 'Asia/Kuala_Lumpur') / 60 * 60"
              "                 + 1440) %% 10080 AS m) AS x",
              id_text(box->org), id_text(box->org));
    talk = arrive(box);
    work_off(box);
    assert_true(uuid_is_zero(assignee(box, talk.conversation)));
    assert_int_equal(1, inbox_i64(box, "SELECT count(*) FROM job WHERE kind = 'assign'"
                                       " AND state = 'queued' AND run_at > now()"
                                       " AND run_at <= now() + interval '24 hours'"
                                       " AND extract(minute FROM run_at) = 0"));
}

static void who_is_away_for_too_long_loses_it_when_the_customer_writes(void **state)
{
    struct inbox *box = *state;
    struct conversation_heard heard;
    struct talk talk;
    struct ctx *c;
    bool queued;

    begin(box);
    set_rule(box, ASSIGN_ROUND_ROBIN, 4);
    talk = inbox_talk(box, box->null_channel, box->agent.id, "Waits");
    say_availability(box, &box->agent, AVAILABILITY_OFFLINE);
    heard = (struct conversation_heard){.assignee_id = box->agent.id, .reassign_hours = 4};
    c = inbox_system(box);
    OK_OR_FAIL(c, assignment_heard(c, talk.conversation, &heard, &queued));
    assert_false(queued); /* not for long enough */
    pg_rollback(c);
    inbox_sql(box,
              "UPDATE member_work SET away_since = now() - interval '5 hours'"
              " WHERE user_id = '%s'",
              id_text(box->agent.id));
    c = inbox_system(box);
    OK_OR_FAIL(c, assignment_heard(c, talk.conversation, &heard, &queued));
    assert_true(queued);
    OK_OR_FAIL(c, assignment_work_off(c, nobody));
    pg_commit(c);
    assert_true(uuid_eq(box->colleague.id, assignee(box, talk.conversation)));
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM message WHERE conversation_id = '%s'"
                                  " AND payload->>'event' = 'reassigned'"
                                  " AND payload->>'from' = '%s'",
                                  id_text(talk.conversation), id_text(box->agent.id)));
}

static void who_is_back_keeps_it(void **state)
{
    struct inbox *box = *state;
    struct talk talk;

    begin(box);
    set_rule(box, ASSIGN_ROUND_ROBIN, 4);
    talk = inbox_talk(box, box->null_channel, box->agent.id, "Waits");
    inbox_sql(box, "UPDATE conversation SET queued_at = now() WHERE id = '%s'",
              id_text(talk.conversation));
    work_off(box);
    assert_true(uuid_eq(box->agent.id, assignee(box, talk.conversation)));
    assert_true(instant_is_none(inbox_conversation(box, talk.conversation).queued_at));
}

/* ---- handing over ---- */

static void handing_over_goes_to_a_person_or_to_the_rule_but_not_back(void **state)
{
    struct inbox *box = *state;
    struct talk talks[3];
    struct ctx *c;
    int64_t moved;
    bool more;

    begin(box);
    set_rule(box, ASSIGN_LEAST_BUSY, 0);
    for (int i = 0; i < 3; i++)
        talks[i] = inbox_talk(box, box->null_channel, box->agent.id, "Handed");
    c = inbox_as(box, &box->agent, TX_WRITE);
    OK_OR_FAIL(c, assignment_hand_over(c, box->agent.id, box->colleague.id, &moved, &more));
    pg_commit(c);
    assert_int_equal(3, moved);
    assert_false(more);
    assert_int_equal(3, held(box, &box->colleague));
    c = inbox_as(box, &box->colleague, TX_WRITE);
    OK_OR_FAIL(c, assignment_hand_over(c, box->colleague.id, nobody, &moved, &more));
    pg_commit(c);
    assert_int_equal(3, held(box, &box->agent));
    assert_int_equal(2, inbox_i64(box,
                                  "SELECT count(*) FROM message WHERE conversation_id = '%s'"
                                  " AND payload->>'event' = 'handed_over'",
                                  id_text(talks[0].conversation)));
    c = inbox_as(box, &box->agent, TX_WRITE);
    REFUSES_FIELD(c, "to", assignment_hand_over(c, box->agent.id, uuid_new(), &moved, &more));
    pg_rollback(c);
    c = inbox_as(box, &box->agent, TX_WRITE);
    REFUSES_FIELD(c, "to", assignment_hand_over(c, box->agent.id, box->agent.id, &moved, &more));
    pg_rollback(c);
}

static void many_are_handed_over_some_at_a_time(void **state)
{
    struct inbox *box = *state;
    int64_t moved, total = 0;
    struct ctx *c;
    bool more = true;

    begin(box);
    set_rule(box, ASSIGN_MANUAL, 0);
    for (int i = 0; i < ASSIGNMENT_BATCH + 5; i++)
        inbox_talk(box, box->null_channel, box->agent.id, "Many");
    while (more) {
        c = inbox_as(box, &box->agent, TX_WRITE);
        OK_OR_FAIL(c, assignment_hand_over(c, box->agent.id, nobody, &moved, &more));
        pg_commit(c);
        assert_true(moved <= ASSIGNMENT_BATCH);
        total += moved;
    }
    assert_int_equal(ASSIGNMENT_BATCH + 5, total);
    assert_int_equal(0, held(box, &box->agent));
}

/* ---- hours ---- */

static bool works(struct inbox *box, const char *zone, const char *hours, const char *holidays,
                  const char *at)
{
    return inbox_i64(box, "SELECT works_at('%s', '%s', '%s', '%s')::integer::bigint", hours, zone,
                     holidays, at) != 0;
}

/* Sunday is the week's last day: 02:00 is minute 8760, 09:00 is 9180. */
static void hours_follow_the_clock_on_the_wall_through_a_change(void **state)
{
    struct inbox *box = *state;
    const char *nine_to_five = "{[9180,9660)}";
    const char *night = "{[8700,8820)}"; /* Sunday 01:00 to 03:00 */

    /* Berlin: on 29 March 2026 the clock goes from 02:00 to 03:00, on 25 October back */
    assert_false(works(box, "Europe/Berlin", nine_to_five, "{}", "2026-03-22 07:59:59+00"));
    assert_true(works(box, "Europe/Berlin", nine_to_five, "{}", "2026-03-22 08:00:00+00"));
    assert_true(works(box, "Europe/Berlin", nine_to_five, "{}", "2026-03-29 07:00:00+00"));
    assert_false(works(box, "Europe/Berlin", nine_to_five, "{}", "2026-03-29 15:00:00+00"));
    assert_true(works(box, "Europe/Berlin", night, "{}", "2026-03-29 00:59:59+00"));
    assert_false(works(box, "Europe/Berlin", night, "{}", "2026-03-29 01:00:00+00"));
    assert_true(works(box, "Europe/Berlin", night, "{}", "2026-10-25 00:30:00+00"));
    assert_true(works(box, "Europe/Berlin", night, "{}", "2026-10-25 01:30:00+00"));
    assert_false(works(box, "Europe/Berlin", night, "{}", "2026-10-25 02:00:00+00"));
    /* Kuala Lumpur has no summer time */
    assert_true(works(box, "Asia/Kuala_Lumpur", nine_to_five, "{}", "2026-03-29 01:00:00+00"));
    assert_true(works(box, "Asia/Kuala_Lumpur", nine_to_five, "{}", "2026-07-05 01:00:00+00"));
    assert_false(works(box, "Asia/Kuala_Lumpur", nine_to_five, "{}", "2026-07-05 00:59:59+00"));
    /* a holiday is one by the same clock */
    assert_false(
        works(box, "Asia/Kuala_Lumpur", "{[0,10080)}", "{2026-08-31}", "2026-08-30 16:00:00+00"));
    assert_true(
        works(box, "Asia/Kuala_Lumpur", "{[0,10080)}", "{2026-08-31}", "2026-08-30 15:59:59+00"));
}

static void ones_own_hours_hold_instead_of_the_organisations(void **state)
{
    struct inbox *box = *state;
    struct work_span all_week[7];
    struct schedule never =
                        {
                            .timezone = S("Asia/Kuala_Lumpur")
    },
                    always = {.spans = {all_week, 7}};
    struct list none = {NULL, 0};
    struct schedule read;
    struct list list;
    struct ctx *c;
    bool found;

    begin(box);
    always.timezone = S("Europe/Berlin");
    for (int i = 0; i < 7; i++)
        all_week[i] = (struct work_span){i + 1, 0, 1440};
    c = inbox_as(box, &box->owner, TX_WRITE);
    OK_OR_FAIL(c, hours_set_org(c, &never, &none));
    OK_OR_FAIL(c, hours_set_member(c, box->agent.id, &always));
    OK_OR_FAIL(c, hours_of_member(c, box->agent.id, &read, &found));
    assert_true(found);
    assert_int_equal(7, read.spans.n);
    assert_int_equal(1440, ((struct work_span *)read.spans.items)[6].to_minute);
    OK_OR_FAIL(c, hours_of_org(c, &read, &found));
    assert_true(found);
    assert_int_equal(0, read.spans.n);
    OK_OR_FAIL(c, here_list(c, box->agent.id, &list));
    assert_int_equal(AVAILABILITY_ONLINE, ((struct here *)list.items)->effective);
    OK_OR_FAIL(c, here_list(c, box->colleague.id, &list));
    assert_int_equal(AVAILABILITY_OFFLINE, ((struct here *)list.items)->effective);
    assert_int_equal(AVAILABILITY_ONLINE, ((struct here *)list.items)->says);
    assert_true(((struct here *)list.items)->off_hours);
    pg_rollback(c);
}

static void what_is_no_time_is_refused_by_name(void **state)
{
    struct inbox *box = *state;
    struct work_span backwards = {1, 600, 540}, eighth = {8, 0, 60};
    struct schedule s = {
        .timezone = S("Mars/Olympus"), .spans = {&backwards, 1}
    };
    struct holiday day = {S("2026-02-30"), S("Never")};
    struct list none = {NULL, 0}, days = {&day, 1};
    struct here_patch past = {.has_away_until = true, .away_until = {1}};
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct here here;

    REFUSES_FIELD(c, "timezone", hours_set_org(c, &s, &none));
    s.timezone = S("Asia/Kuala_Lumpur");
    REFUSES_FIELD(c, "hours", hours_set_org(c, &s, &none));
    s.spans.items = &eighth;
    REFUSES_FIELD(c, "hours", hours_set_org(c, &s, &none));
    REFUSES_FIELD(c, "holidays", hours_set_org(c, NULL, &days));
    REFUSES_FIELD(c, "away_until", here_change(c, box->owner.id, &past, &here));
    REFUSES_FIELD(c, "capacity", here_set_capacity(c, box->agent.id, 1001, &here));
    pg_rollback(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand_nothing_is_queued),
        cmocka_unit_test(round_robin_goes_by_turns_whoever_has_how_many),
        cmocka_unit_test(least_busy_gets_the_next_one),
        cmocka_unit_test(nobody_gets_more_than_their_capacity_and_the_oldest_goes_first),
        cmocka_unit_test(whoever_may_not_answer_is_not_asked),
        cmocka_unit_test(a_teams_conversations_stay_in_the_team),
        cmocka_unit_test(what_comes_back_is_asked_for_again),
        cmocka_unit_test(two_workers_do_not_fill_the_same_place_twice),
        cmocka_unit_test(nobody_here_waits_until_somebody_comes),
        cmocka_unit_test(outside_the_hours_the_next_beginning_is_waited_for),
        cmocka_unit_test(who_is_away_for_too_long_loses_it_when_the_customer_writes),
        cmocka_unit_test(who_is_back_keeps_it),
        cmocka_unit_test(handing_over_goes_to_a_person_or_to_the_rule_but_not_back),
        cmocka_unit_test(many_are_handed_over_some_at_a_time),
        cmocka_unit_test(hours_follow_the_clock_on_the_wall_through_a_change),
        cmocka_unit_test(ones_own_hours_hold_instead_of_the_organisations),
        cmocka_unit_test(what_is_no_time_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, inbox_setup, inbox_teardown);
}
