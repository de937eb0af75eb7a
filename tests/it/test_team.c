/*
 * Teams: who is in them, and who sees what because of it, at every place where a conversation shows.
 *
 * The matrix: a reader with one part of the reach each (all, assigned, team, unassigned, none) meets a
 * conversation of each sort, and must see it in all places or in none.
 */
#include "inbox.h"

#include <string.h>

#include "domain/team.h"
#include "live/feed.h"

struct office {
    struct uuid sales, support;
};

static struct uuid make_team(struct inbox *box, const char *name, const struct actor *member)
{
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct uuid id = member->id;
    struct list members = {&id, 1};
    struct team_view view;

    OK_OR_FAIL(c, team_create(c, str_of(name), &view));
    OK_OR_FAIL(c, team_set_members(c, view.team.id, &members, &view));
    assert_int_equal(1, view.members.n);
    pg_commit(c);
    return view.team.id;
}

/* The agent is in sales, the colleague in support. */
static struct office office(struct inbox *box)
{
    static struct office made;

    if (uuid_is_zero(made.sales)) {
        made.sales = make_team(box, "Sales", &box->agent);
        made.support = make_team(box, "Support", &box->colleague);
    }
    return made;
}

static void give_to_team(struct inbox *box, struct uuid conversation, struct uuid team)
{
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct conversation_patch patch = {.has_team = true, .team_id = team};
    struct conversation_item item;

    OK_OR_FAIL(c, conversation_change(c, conversation, &patch, &item));
    assert_true(uuid_eq(item.team_id, team));
    pg_commit(c);
}

/* ---- the places where a conversation shows ---- */

static bool listed(struct ctx *c, struct inbox_query q, struct uuid id)
{
    const struct conversation_item *items;
    struct list list;

    q.limit = 25;
    OK_OR_FAIL(c, conversation_inbox(c, &q, &list));
    items = list.items;
    for (size_t i = 0; i < list.n; i++)
        if (uuid_eq(items[i].id, id))
            return true;
    return false;
}

static bool in_thread(struct ctx *c, struct uuid id)
{
    struct message_page page = {.conversation_id = id, .limit = 25};
    struct thread thread;
    enum status s = message_thread(c, &page, &thread);

    assert_true(s == OK || s == ERR_NOT_FOUND);
    return s == OK && thread.messages.n > 0;
}

static bool of_contact(struct ctx *c, const struct talk *talk)
{
    struct list list;

    OK_OR_FAIL(c, conversation_of_contacts(c, &talk->contact, 1, &list));
    return list.n > 0;
}

static void all_or_nothing(struct inbox *box, const struct actor *who, const struct talk *talk,
                           const char *name, bool expected)
{
    struct inbox_query open = {.state = CONVERSATION_OPEN}, any = {.state = 0},
                       named = {.state = 0, .q = str_of(name)};
    struct conversation_item item;
    struct ctx *c = inbox_as(box, who, TX_READ);
    struct conversation row;
    struct list drafts;
    struct thread one;

    OK_OR_FAIL(c, conversation_select(c, talk->conversation, &row));
    assert_int_equal(expected, listed(c, open, talk->conversation));
    assert_int_equal(expected, listed(c, any, talk->conversation));
    assert_int_equal(expected, listed(c, named, talk->conversation));
    assert_int_equal(expected, conversation_load(c, talk->conversation, &item) == OK);
    assert_int_equal(expected, conversation_reaches(c, &row) == OK);
    assert_int_equal(expected, conversation_drafts(c, talk->conversation, &drafts) == OK);
    assert_int_equal(expected, message_load(c, talk->message, &one) == OK);
    assert_int_equal(expected, in_thread(c, talk->conversation));
    assert_int_equal(expected, of_contact(c, talk));
    if (!uuid_is_zero(row.team_id)) {
        struct inbox_query team = {.state = CONVERSATION_OPEN, .team_id = row.team_id};

        assert_int_equal(expected, listed(c, team, talk->conversation));
        team.state = 0;
        assert_int_equal(expected, listed(c, team, talk->conversation));
    }
    pg_rollback(c);
}

static struct conversation_counts counts(struct inbox *box, const struct actor *who)
{
    struct ctx *c = inbox_as(box, who, TX_READ);
    struct conversation_counts out;

    OK_OR_FAIL(c, conversation_tally(c, &out));
    pg_rollback(c);
    return out;
}

/* What the live stream would show of it. */
static bool streamed(struct inbox *box, const struct actor *who, const struct talk *talk)
{
    struct conversation row = inbox_conversation(box, talk->conversation);
    struct feed_view view = {.user = who->id};
    struct change_row change = {.kind = S("message"),
                                .assignee_before = row.assignee_id,
                                .assignee_after = row.assignee_id,
                                .team_before = row.team_id,
                                .team_after = row.team_id};
    struct ctx *c = inbox_as(box, who, TX_READ);
    size_t n;

    view.sees |= actor_may(who, MAY_READ_ALL) ? SEES_ALL : 0;
    view.sees |= actor_may(who, MAY_READ_ASSIGNED) ? SEES_MINE : 0;
    view.sees |= actor_may(who, MAY_READ_TEAM) ? SEES_TEAM : 0;
    view.sees |= actor_may(who, MAY_READ_UNASSIGNED) ? SEES_UNASSIGNED : 0;
    OK_OR_FAIL(c, team_ids_of(c, who->id, view.teams, FEED_TEAMS, &n));
    view.n_teams = (unsigned)n;
    pg_rollback(c);
    return feed_visible(&view, &change);
}

/* ---- the matrix ---- */

enum sort {
    MINE,
    MINE_IN_OTHER_TEAM,
    MY_TEAMS,
    MY_TEAMS_COLLEAGUE,
    OTHER_TEAMS,
    NOBODYS,
    COLLEAGUES,
    SORTS
};

static void each_part_of_the_reach_shows_exactly_its_own(void **state)
{
    static const struct {
        uint32_t may;
        bool sees[SORTS];
    } rows[] = {
        {MAY_READ_ALL,                                            {1, 1, 1, 1, 1, 1, 1}},
        {MAY_READ_ASSIGNED,                                       {1, 1, 0, 0, 0, 0, 0}},
        {MAY_READ_TEAM,                                           {0, 0, 1, 1, 0, 0, 0}},
        {MAY_READ_UNASSIGNED,                                     {0, 0, 0, 0, 0, 1, 0}},
        {MAY_READ_ASSIGNED | MAY_READ_TEAM,                       {1, 1, 1, 1, 0, 0, 0}},
        {MAY_READ_TEAM | MAY_READ_UNASSIGNED,                     {0, 0, 1, 1, 0, 1, 0}},
        {MAY_READ_ASSIGNED | MAY_READ_TEAM | MAY_READ_UNASSIGNED, {1, 1, 1, 1, 0, 1, 0}},
        {0,                                                       {0, 0, 0, 0, 0, 0, 0}},
    };
    static const char *const names[SORTS] = {"Mawar", "Melur",   "Teratai", "Kenanga",
                                             "Orkid", "Cempaka", "Seroja"};
    struct inbox *box = *state;
    struct office o = office(box);
    struct uuid nobody = {{0}}, me = box->agent.id, other = box->colleague.id;
    const struct uuid assignee[SORTS] = {me, me, nobody, other, nobody, nobody, other};
    const struct uuid team[SORTS] = {nobody,    o.support, o.sales, o.sales,
                                     o.support, nobody,    nobody};
    struct talk talks[SORTS];

    for (int i = 0; i < SORTS; i++) {
        talks[i] = inbox_talk(box, box->null_channel, assignee[i], names[i]);
        if (!uuid_is_zero(team[i]))
            give_to_team(box, talks[i].conversation, team[i]);
    }
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        struct actor reader = box->agent;
        struct conversation_counts n;
        int64_t all = 0;

        reader.permissions = rows[r].may | MAY_READ_CONTACTS;
        for (int i = 0; i < SORTS; i++) {
            bool expected = rows[r].sees[i];

            all_or_nothing(box, &reader, &talks[i], names[i], expected);
            assert_int_equal(expected, streamed(box, &reader, &talks[i]));
            all += expected;
        }
        n = counts(box, &reader);
        assert_int_equal(all, n.all);
    }
    inbox_sql(box, "UPDATE conversation SET state = 'resolved' WHERE org_id = '%s'",
              id_text(box->org));
}

static void a_page_of_many_is_whole_though_two_walks_find_the_same(void **state)
{
    struct inbox *box = *state;
    struct office o = office(box);
    struct inbox_query q = {.state = CONVERSATION_OPEN, .limit = 25};
    struct ctx *c;
    size_t seen = 0;

    for (int i = 0; i < 40; i++) /* mine, and my team's: both walks have each of them */
        give_to_team(box, inbox_talk(box, box->null_channel, box->agent.id, "Many").conversation,
                     o.sales);
    c = inbox_as(box, &box->agent, TX_READ);
    for (;;) {
        const struct conversation_item *items;
        struct list page;

        OK_OR_FAIL(c, conversation_inbox(c, &q, &page));
        items = page.items;
        if (page.n <= (size_t)q.limit) {
            seen += page.n;
            break;
        }
        seen += (size_t)q.limit;
        q.before = items[q.limit - 1].sort_at;
        q.before_id = items[q.limit - 1].id;
    }
    pg_rollback(c);
    assert_int_equal(40, seen);
    inbox_sql(box, "UPDATE conversation SET state = 'resolved' WHERE org_id = '%s'",
              id_text(box->org));
}

/* ---- giving to a team ---- */

static void giving_to_a_team_leaves_a_line_and_both_teams_in_the_feed(void **state)
{
    struct inbox *box = *state;
    struct office o = office(box);
    struct talk talk = inbox_talk(box, box->null_channel, (struct uuid){{0}}, "Pinda");

    give_to_team(box, talk.conversation, o.sales);
    give_to_team(box, talk.conversation, o.support);
    assert_int_equal(1,
                     inbox_i64(box,
                               "SELECT count(*) FROM change WHERE conversation_id = '%s'"
                               " AND team_before = '%s' AND team_after = '%s'",
                               id_text(talk.conversation), id_text(o.sales), id_text(o.support)));
    assert_int_equal(2, inbox_i64(box,
                                  "SELECT count(*) FROM message WHERE conversation_id = '%s'"
                                  " AND payload->>'event' = 'team_changed'",
                                  id_text(talk.conversation)));
}

static void a_stale_version_moves_no_team(void **state)
{
    struct inbox *box = *state;
    struct office o = office(box);
    struct talk talk = inbox_talk(box, box->null_channel, (struct uuid){{0}}, "Basi");
    int64_t version = inbox_conversation(box, talk.conversation).version;
    struct conversation_patch patch = {.has_team = true, .team_id = o.sales, .version = version};
    struct conversation_item item;
    struct ctx *c;

    give_to_team(box, talk.conversation, o.support);
    c = inbox_as(box, &box->owner, TX_WRITE);
    FAILS_BECAUSE(c, ERR_CONFLICT, "stale_version",
                  conversation_change(c, talk.conversation, &patch, &item));
    pg_rollback(c);
    c = inbox_as(box, &box->owner, TX_WRITE);
    patch = (struct conversation_patch){.has_team = true, .team_id = uuid_new()};
    REFUSES_FIELD(c, "team_id", conversation_change(c, talk.conversation, &patch, &item));
    pg_rollback(c);
}

static void whoever_gives_it_to_another_team_sees_what_became_of_it(void **state)
{
    struct inbox *box = *state;
    struct office o = office(box);
    struct talk talk = inbox_talk(box, box->null_channel, (struct uuid){{0}}, "Hantar");
    struct conversation_patch patch = {.has_team = true, .team_id = o.support};
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct conversation_item item;

    OK_OR_FAIL(c, conversation_change(c, talk.conversation, &patch, &item));
    pg_commit(c);
    c = inbox_as(box, &box->agent, TX_READ);
    FAILS_WITH(ERR_NOT_FOUND, conversation_load(c, talk.conversation, &item));
    pg_rollback(c);
}

/* ---- teams themselves ---- */

static void a_removed_team_leaves_its_conversations_without_one(void **state)
{
    struct inbox *box = *state;
    struct uuid team = make_team(box, "Ephemeral", &box->agent);
    struct talk first = {.conversation = {{0}}};
    struct ctx *c;
    bool more = true;

    for (int i = 0; i < 60; i++) { /* more than one batch */
        first = inbox_talk(box, box->null_channel, box->agent.id, "Tinggal");
        give_to_team(box, first.conversation, team);
    }
    c = inbox_as(box, &box->owner, TX_WRITE);
    OK_OR_FAIL(c, team_remove(c, team));
    pg_commit(c);
    assert_int_equal(1, inbox_i64(box, "SELECT count(*) FROM job WHERE kind = 'team_removed'"));
    while (more) {
        c = inbox_system(box);
        OK_OR_FAIL(c, team_let_go(c, team, &more));
        pg_commit(c);
    }
    assert_int_equal(0, inbox_i64(box, "SELECT count(*) FROM team WHERE id = '%s'", id_text(team)));
    assert_true(uuid_is_zero(inbox_conversation(box, first.conversation).team_id));
}

static void names_are_one_teams_and_members_are_ours(void **state)
{
    struct inbox *box = *state;
    struct office o = office(box);
    struct uuid ids[2] = {box->agent.id, box->foreign.id};
    struct list strangers = {ids, 2};
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct team_view view;

    REFUSES_FIELD(c, "name", team_create(c, S("Sales"), &view));
    pg_rollback(c);
    c = inbox_as(box, &box->owner, TX_WRITE);
    REFUSES_FIELD(c, "name", team_rename(c, o.support, S("Sales"), 0, &view));
    pg_rollback(c);
    c = inbox_as(box, &box->owner, TX_WRITE);
    FAILS_BECAUSE(c, ERR_CONFLICT, "stale_version",
                  team_rename(c, o.support, S("Help"), 99, &view));
    pg_rollback(c);
    c = inbox_as(box, &box->owner, TX_WRITE);
    REFUSES_FIELD(c, "members", team_set_members(c, o.sales, &strangers, &view));
    pg_rollback(c);
    c = inbox_as(box, &box->foreign, TX_WRITE);
    FAILS_WITH(ERR_NOT_FOUND, team_load(c, o.sales, &view));
    pg_rollback(c);
}

static void joining_and_leaving_tell_the_streams_and_the_audit_log(void **state)
{
    struct inbox *box = *state;
    struct uuid team = make_team(box, "Told", &box->agent);
    struct uuid other = box->colleague.id;
    struct list members = {&other, 1};
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct team_view view;

    OK_OR_FAIL(c, team_set_members(c, team, &members, &view));
    pg_commit(c);
    assert_int_equal(2, inbox_i64(box,
                                  "SELECT count(DISTINCT entity_id) FROM change"
                                  " WHERE kind = 'team_member' AND entity_id IN ('%s', '%s')",
                                  id_text(box->agent.id), id_text(other)));
    assert_int_equal(2, inbox_i64(box,
                                  "SELECT count(*) FROM audit_log WHERE action = 'team.members'"
                                  " AND entity_id = '%s'",
                                  id_text(team)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_of_the_reach_shows_exactly_its_own),
        cmocka_unit_test(a_page_of_many_is_whole_though_two_walks_find_the_same),
        cmocka_unit_test(giving_to_a_team_leaves_a_line_and_both_teams_in_the_feed),
        cmocka_unit_test(a_stale_version_moves_no_team),
        cmocka_unit_test(whoever_gives_it_to_another_team_sees_what_became_of_it),
        cmocka_unit_test(a_removed_team_leaves_its_conversations_without_one),
        cmocka_unit_test(names_are_one_teams_and_members_are_ours),
        cmocka_unit_test(joining_and_leaving_tell_the_streams_and_the_audit_log),
    };

    return cmocka_run_group_tests(tests, inbox_setup, inbox_teardown);
}
