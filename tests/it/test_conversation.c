/*
 * Conversations: the inbox and its pages, who sees what, snoozing, assigning.
 */
#include "inbox.h"

#include <string.h>

static struct conversation_item view(struct inbox *box, const struct actor *who, struct uuid id)
{
    struct ctx *c = inbox_as(box, who, TX_READ);
    struct conversation_item item;

    OK_OR_FAIL(c, conversation_load(c, id, &item));
    item.attention.ptr = item.attention.ptr ? "set" : NULL; /* the texts go with c */
    item.last_preview = item.attention_text = (str){NULL, 0};
    pg_rollback(c);
    return item;
}

static struct list inbox_of(struct ctx *c, const struct inbox_query *q)
{
    struct list out;

    OK_OR_FAIL(c, conversation_inbox(c, q, &out));
    return out;
}

static bool holds(const struct list *list, struct uuid id)
{
    const struct conversation_item *items = list->items;

    for (size_t i = 0; i < list->n; i++)
        if (uuid_eq(items[i].id, id))
            return true;
    return false;
}

/* Every id that the pages of a query hold, counted; each page must be in order. */
static size_t walk(struct ctx *c, struct inbox_query q, struct uuid looked_for, int *found)
{
    size_t seen = 0;

    *found = 0;
    for (;;) {
        struct list page = inbox_of(c, &q);
        const struct conversation_item *items = page.items;
        size_t n = page.n > (size_t)q.limit ? (size_t)q.limit : page.n;

        for (size_t i = 0; i < n; i++) {
            assert_true(i == 0 || items[i - 1].sort_at.us >= items[i].sort_at.us);
            *found += uuid_eq(items[i].id, looked_for);
        }
        seen += n;
        if (page.n <= n)
            return seen;
        q.before = items[n - 1].sort_at;
        q.before_id = items[n - 1].id;
    }
}

/* ---- the inbox ---- */

static void the_latest_message_comes_first(void **state)
{
    struct inbox *box = *state;
    struct talk old = inbox_talk(box, box->null_channel, box->agent.id, "First");
    struct talk young = inbox_talk(box, box->null_channel, box->agent.id, "Second");
    struct inbox_query q = {.state = CONVERSATION_OPEN, .view = VIEW_MINE, .limit = 25};
    struct ctx *c;
    struct list list;

    inbox_hear(box, &old, box->null_channel, "are you\n there?", 1000);
    c = inbox_as(box, &box->agent, TX_READ);
    list = inbox_of(c, &q);
    assert_true(uuid_eq(old.conversation, ((struct conversation_item *)list.items)[0].id));
    assert_true(uuid_eq(young.conversation, ((struct conversation_item *)list.items)[1].id));
    assert_true(
        str_eq(S("are you there?"), ((struct conversation_item *)list.items)[0].last_preview));
    pg_rollback(c);
}

static void pages_hold_every_conversation_once_for_every_view_and_reader(void **state)
{
    struct inbox *box = *state;
    const struct actor *readers[] = {&box->owner, &box->agent};
    struct talk last = {.contact = {{0}}};
    int found;

    for (int i = 0; i < 40;
         i++) { /* same moments among them, all states, three kinds of assignee */
        struct uuid who[] = {box->agent.id, box->colleague.id, {{0}}};

        last = inbox_talk(box, box->null_channel, who[i % 3], "Page");
        inbox_sql(box,
                  "UPDATE conversation SET state = '%s', sort_at = '2026-01-0%d' "
                  "WHERE id = '%s'",
                  field_word(&conversation_state_names, 1 + i % 4), 1 + i / 5,
                  id_text(last.conversation));
    }
    for (size_t r = 0; r < 2; r++) {
        for (int state_asked = 0; state_asked <= CONVERSATION_RESOLVED; state_asked++) {
            for (int v = VIEW_ALL; v <= VIEW_UNASSIGNED; v++) {
                struct inbox_query q = {
                    .state = state_asked, .view = (enum inbox_view)v, .limit = 4};
                struct ctx *c = inbox_as(box, readers[r], TX_READ);
                const char *mine =
                    arena_printf(c->arena, "assignee_id = '%s'", id_text(readers[r]->id)).ptr;
                const char *reach =
                    r == 0 ? "true"
                           : arena_printf(c->arena, "(%s OR assignee_id IS NULL)", mine).ptr;
                const char *view_sql = v == VIEW_ALL    ? "true"
                                       : v == VIEW_MINE ? mine
                                                        : "assignee_id IS NULL";
                const char *in_state =
                    state_asked ? field_word(&conversation_state_names, state_asked) : "%";
                size_t seen = walk(c, q, last.conversation, &found);

                assert_int_equal(inbox_i64(box,
                                           "SELECT count(*) FROM conversation WHERE org_id = '%s' "
                                           "AND state LIKE '%s' AND %s AND %s",
                                           id_text(box->org), in_state, reach, view_sql),
                                 seen);
                assert_true(found <= 1);
                pg_rollback(c);
            }
        }
    }
}

static void takes_one_statement(struct inbox *box, struct inbox_query q)
{
    struct ctx *c = inbox_as(box, &box->agent, TX_READ);
    int64_t before = inbox_statements();

    inbox_of(c, &q);
    assert_int_equal(1, inbox_statements() - before);
    pg_rollback(c);
}

static void a_page_of_the_inbox_is_one_statement(void **state)
{
    struct inbox *box = *state;
    struct inbox_query q = {.state = CONVERSATION_OPEN, .view = VIEW_ALL, .limit = 25};

    takes_one_statement(box, q);
    q.view = VIEW_MINE;
    takes_one_statement(box, q);
    q = (struct inbox_query){.view = VIEW_ALL, .limit = 100};
    takes_one_statement(box, q);
    q.q = S("dev");
    takes_one_statement(box, q);
    q.channel_id = box->null_channel;
    takes_one_statement(box, q);
}

static void a_search_finds_words_of_names_and_numbers_by_their_beginning(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Örjan 王小明");
    struct inbox_query q = {.view = VIEW_ALL, .limit = 25};
    struct ctx *c;
    struct list list;

    inbox_sql(box, "UPDATE contact_identity SET value = '60123456789' WHERE id = '%s'",
              id_text(talk.identity));
    c = inbox_as(box, &box->agent, TX_READ);
    q.q = S("öRJ");
    list = inbox_of(c, &q);
    assert_int_equal(1, list.n);
    q.q = S(" +60 12-345 ");
    list = inbox_of(c, &q);
    assert_int_equal(1, list.n);
    assert_true(holds(&list, talk.conversation));
    q.q = S("小明"); /* of the name's second word, its second character */
    list = inbox_of(c, &q);
    assert_int_equal(1, list.n);
    assert_true(holds(&list, talk.conversation));
    q.q = S("rjan");
    assert_int_equal(0, inbox_of(c, &q).n);
    pg_rollback(c);
    c = inbox_as(box, &box->colleague, TX_READ); /* the search does not widen the reach */
    q.q = S("ör");
    assert_int_equal(0, inbox_of(c, &q).n);
    q.q = S("王");
    assert_int_equal(0, inbox_of(c, &q).n);
    pg_rollback(c);
}

static void counting_stops_at_a_hundred_and_is_one_statement(void **state)
{
    struct inbox *box = *state;
    struct conversation_counts all, mine;
    struct ctx *c;
    int64_t before;

    for (int i = 0; i < 101; i++)
        inbox_talk(box, box->null_channel, (struct uuid){{0}}, "Many");
    c = inbox_as(box, &box->owner, TX_READ);
    before = inbox_statements();
    OK_OR_FAIL(c, conversation_tally(c, &all));
    assert_int_equal(1, inbox_statements() - before);
    assert_int_equal(100, all.unassigned);
    assert_int_equal(100, all.all);
    assert_int_equal(0, all.mine);
    c->actor = &box->agent;
    OK_OR_FAIL(c, conversation_tally(c, &mine));
    assert_int_equal(100, mine.all);
    assert_true(mine.mine > 0 && mine.mine < 100);
    pg_rollback(c);
}

/* ---- who sees what ---- */

static void an_agent_sees_their_own_and_nobodys_and_no_colleagues(void **state)
{
    struct inbox *box = *state;
    struct talk mine = inbox_talk(box, box->null_channel, box->agent.id, "Mine");
    struct talk nobodys = inbox_talk(box, box->null_channel, (struct uuid){{0}}, "Free");
    struct talk theirs = inbox_talk(box, box->null_channel, box->colleague.id, "Theirs");
    struct inbox_query q = {.state = CONVERSATION_OPEN, .view = VIEW_ALL, .limit = 100};
    struct ctx *c = inbox_as(box, &box->agent, TX_READ);
    struct conversation_item item;
    struct list list = inbox_of(c, &q);

    assert_true(holds(&list, mine.conversation));
    assert_true(holds(&list, nobodys.conversation));
    assert_false(holds(&list, theirs.conversation));
    FAILS_WITH(ERR_NOT_FOUND, conversation_load(c, theirs.conversation, &item));
    q.channel_id = box->null_channel;
    list = inbox_of(c, &q);
    assert_false(holds(&list, theirs.conversation));
    c->actor = &box->owner;
    list = inbox_of(c, &q);
    assert_true(holds(&list, theirs.conversation));
    pg_rollback(c);
}

static void another_organisation_reaches_no_conversation_by_any_verb(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, (struct uuid){{0}}, "Private");
    struct inbox_query q = {.view = VIEW_ALL, .limit = 100};
    struct conversation_patch patch = {.has_state = true, .state = CONVERSATION_RESOLVED};
    struct conversation_touch touch = {.id = talk.conversation,
                                       .message_id = talk.message,
                                       .at = clock_now(),
                                       .kind = MESSAGE_TEXT,
                                       .state = STATE_RECEIVED};
    struct ctx *c = inbox_as(box, &box->foreign, TX_WRITE);
    struct conversation_item item;
    struct conversation row;
    struct list list;
    int64_t version;
    bool found;

    list = inbox_of(c, &q);
    assert_int_equal(0, list.n);
    FAILS_WITH(ERR_NOT_FOUND, conversation_load(c, talk.conversation, &item));
    FAILS_WITH(ERR_NOT_FOUND, conversation_lock(c, talk.conversation, &row));
    FAILS_WITH(ERR_NOT_FOUND, conversation_change(c, talk.conversation, &patch, &item));
    FAILS_WITH(ERR_NOT_FOUND, conversation_mark_read(c, talk.conversation));
    FAILS_WITH(ERR_NOT_FOUND, conversation_drafts(c, talk.conversation, &list));
    FAILS_WITH(ERR_NOT_FOUND,
               conversation_keep_draft(c, talk.conversation, S("text"), S("mine now")));
    FAILS_WITH(ERR_NOT_FOUND, conversation_touch_inbound(c, &touch, NULL));
    FAILS_WITH(ERR_NOT_FOUND, conversation_touch_outbound(c, &touch, &version));
    FAILS_WITH(ERR_NOT_FOUND,
               conversation_bring_back(c, talk.conversation, S("snooze"), S(""), &version));
    OK_OR_FAIL(c, conversation_unsnooze_due(c, talk.conversation));
    OK_OR_FAIL(c, conversation_find_thread(c, box->null_channel, talk.identity, &row, &found));
    assert_false(found);
    OK_OR_FAIL(c, conversation_lock_by_contact(c, talk.contact, &list));
    assert_int_equal(0, list.n);
    OK_OR_FAIL(c, conversation_of_contacts(c, &talk.contact, 1, &list));
    assert_int_equal(0, list.n);
    pg_rollback(c);
    /* and were a statement to name the wrong organisation, the database itself would hide it */
    c = inbox_as(box, &box->foreign, TX_WRITE);
    OK_OR_FAIL(c, conversation_tally(c, &(struct conversation_counts){0}));
    c->org = box->org; /* the transaction still belongs to the other one */
    FAILS_WITH(ERR_NOT_FOUND, conversation_lock(c, talk.conversation, &row));
    pg_rollback(c);
}

/* ---- reading ---- */

static void what_one_has_read_is_unread_for_the_others(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, (struct uuid){{0}}, "Reader");
    struct ctx *c;

    inbox_hear(box, &talk, box->null_channel, "two", 1);
    assert_int_equal(2, view(box, &box->agent, talk.conversation).unread);
    c = inbox_as(box, &box->agent, TX_WRITE);
    OK_OR_FAIL(c, conversation_mark_read(c, talk.conversation));
    pg_commit(c);
    assert_int_equal(0, view(box, &box->agent, talk.conversation).unread);
    assert_int_equal(2, view(box, &box->colleague, talk.conversation).unread);
    inbox_hear(box, &talk, box->null_channel, "three", 2);
    assert_int_equal(1, view(box, &box->agent, talk.conversation).unread);
}

static void reading_tells_the_person_once_where_the_channel_can(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->whatsapp, box->agent.id, "Seen");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    int64_t before;

    OK_OR_FAIL(c, conversation_mark_read(c, talk.conversation));
    before = inbox_statements();
    OK_OR_FAIL(c, conversation_mark_read(c, talk.conversation));
    assert_int_equal(1, inbox_statements() - before);
    pg_commit(c);
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM job WHERE kind = 'mark_read' AND "
                                  "args->>'conversation_id' = '%s'",
                                  id_text(talk.conversation)));
}

static void a_late_message_counts_but_is_not_shown(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Late");
    struct ctx *c;
    struct conversation before, after;

    inbox_say(box, &box->agent, talk.conversation, "we answered", 0);
    c = inbox_system(box);
    OK_OR_FAIL(c, conversation_select(c, talk.conversation, &before));
    pg_rollback(c);
    inbox_hear(box, &talk, box->null_channel, "came late", -60000);
    c = inbox_system(box);
    OK_OR_FAIL(c, conversation_select(c, talk.conversation, &after));
    assert_true(uuid_eq(before.last_message_id, after.last_message_id));
    assert_int_equal(before.sort_at.us, after.sort_at.us);
    assert_int_equal(before.inbound_count + 1, after.inbound_count);
    assert_true(instant_is_none(after.waiting_since));
    pg_rollback(c);
}

/* ---- changing ---- */

static enum status change(struct ctx *c, struct uuid id, struct conversation_patch patch)
{
    struct conversation_item item;

    return conversation_change(c, id, &patch, &item);
}

static void a_stale_version_is_a_conflict(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Stale");
    int64_t version = view(box, &box->agent, talk.conversation).version;
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);

    OK_OR_FAIL(c,
               change(c, talk.conversation,
                      (struct conversation_patch){
                          .has_state = true, .state = CONVERSATION_PENDING, .version = version}));
    FAILS_BECAUSE(c, ERR_CONFLICT, "stale_version",
                  change(c, talk.conversation,
                         (struct conversation_patch){.has_state = true,
                                                     .state = CONVERSATION_RESOLVED,
                                                     .version = version}));
    pg_rollback(c);
}

static void a_change_leaves_events_in_the_thread_and_tells_both_assignees(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Event");
    struct conversation_patch patch = {.has_state = true,
                                       .state = CONVERSATION_PENDING,
                                       .has_assignee = true,
                                       .assignee_id = box->colleague.id};
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);

    OK_OR_FAIL(c, change(c, talk.conversation, patch));
    pg_commit(c);
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM message WHERE conversation_id = '%s' AND "
                                  "kind = 'event' AND payload->>'event' = 'assigned' AND "
                                  "payload->>'to' = '%s' AND payload->>'by' = '%s'",
                                  id_text(talk.conversation), id_text(box->colleague.id),
                                  id_text(box->agent.id)));
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM message WHERE conversation_id = '%s' AND "
                                  "kind = 'event' AND payload->>'event' = 'pending'",
                                  id_text(talk.conversation)));
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM change WHERE kind = 'conversation' AND "
                                  "entity_id = '%s' AND assignee_before = '%s' AND "
                                  "assignee_after = '%s'",
                                  id_text(talk.conversation), id_text(box->agent.id),
                                  id_text(box->colleague.id)));
    c = inbox_as(box, &box->agent, TX_WRITE); /* given away: out of reach */
    FAILS_WITH(ERR_NOT_FOUND, change(c, talk.conversation, patch));
    pg_rollback(c);
}

static void a_change_that_changes_nothing_leaves_nothing(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Same");
    int64_t version = view(box, &box->agent, talk.conversation).version;
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);

    OK_OR_FAIL(c, change(c, talk.conversation,
                         (struct conversation_patch){.has_state = true,
                                                     .state = CONVERSATION_OPEN,
                                                     .has_assignee = true,
                                                     .assignee_id = box->agent.id}));
    pg_commit(c);
    assert_int_equal(version, view(box, &box->agent, talk.conversation).version);
}

static void only_a_member_is_assigned(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Whose");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);

    REFUSES_FIELD(
        c, "assignee_id",
        change(c, talk.conversation,
               (struct conversation_patch){.has_assignee = true, .assignee_id = box->foreign.id}));
    OK_OR_FAIL(c, change(c, talk.conversation, (struct conversation_patch){.has_assignee = true}));
    pg_commit(c);
    assert_true(uuid_is_zero(view(box, &box->agent, talk.conversation).assignee_id));
}

/* ---- snoozing ---- */

static struct instant later(int64_t ms)
{
    return instant_add_ms(clock_now(), ms);
}

static void snooze(struct inbox *box, struct uuid id, struct instant until)
{
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);

    OK_OR_FAIL(c, change(c, id,
                         (struct conversation_patch){.has_state = true,
                                                     .state = CONVERSATION_SNOOZED,
                                                     .has_snoozed_until = true,
                                                     .snoozed_until = until}));
    pg_commit(c);
}

static void wake(struct inbox *box, struct uuid id)
{
    struct ctx *c = inbox_system(box);

    OK_OR_FAIL(c, conversation_unsnooze_due(c, id));
    pg_commit(c);
}

static void a_snooze_needs_a_time_to_come(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "When");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct conversation_patch patch = {.has_state = true, .state = CONVERSATION_SNOOZED};

    REFUSES_FIELD(c, "snoozed_until", change(c, talk.conversation, patch));
    patch.has_snoozed_until = true;
    patch.snoozed_until = later(-1);
    REFUSES_FIELD(c, "snoozed_until", change(c, talk.conversation, patch));
    patch.snoozed_until = later(INT64_C(800) * 24 * 3600 * 1000);
    REFUSES_FIELD(c, "snoozed_until", change(c, talk.conversation, patch));
    patch = (struct conversation_patch){.has_snoozed_until = true, .snoozed_until = later(60000)};
    REFUSES_FIELD(c, "snoozed_until", change(c, talk.conversation, patch));
    pg_rollback(c);
}

static void a_snoozed_conversation_comes_back_when_its_time_has_come(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Back");
    struct conversation_item item;
    int64_t version;

    snooze(box, talk.conversation, later(3600000));
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM job WHERE kind = 'unsnooze' AND "
                                  "args->>'conversation_id' = '%s' AND run_at > now()",
                                  id_text(talk.conversation)));
    wake(box, talk.conversation); /* too early */
    assert_int_equal(CONVERSATION_SNOOZED, view(box, &box->agent, talk.conversation).state);
    inbox_sql(box,
              "UPDATE conversation SET snoozed_until = now() - interval '1 second' "
              "WHERE id = '%s'",
              id_text(talk.conversation));
    wake(box, talk.conversation);
    item = view(box, &box->agent, talk.conversation);
    assert_int_equal(CONVERSATION_OPEN, item.state);
    assert_non_null(item.attention.ptr);
    assert_true(item.sort_at.us >= later(-5000).us);
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM message WHERE conversation_id = '%s' AND "
                                  "payload->>'event' = 'unsnoozed'",
                                  id_text(talk.conversation)));
    version = item.version;
    wake(box, talk.conversation); /* twice */
    assert_int_equal(version, view(box, &box->agent, talk.conversation).version);
}

static void a_snooze_that_was_moved_has_a_job_for_each_time(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Moved");

    snooze(box, talk.conversation, later(7200000));
    snooze(box, talk.conversation, later(3600000));  /* must not wait for the first job */
    snooze(box, talk.conversation, later(10800000)); /* nor be lost with an earlier one */
    assert_int_equal(3, inbox_i64(box,
                                  "SELECT count(DISTINCT run_at) FROM job WHERE kind = 'unsnooze' "
                                  "AND args->>'conversation_id' = '%s'",
                                  id_text(talk.conversation)));
}

static void a_message_wakes_a_snoozed_conversation(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Wake");

    snooze(box, talk.conversation, later(3600000));
    inbox_hear(box, &talk, box->null_channel, "me again", 1);
    assert_int_equal(CONVERSATION_OPEN, view(box, &box->agent, talk.conversation).state);
    assert_true(instant_is_none(view(box, &box->agent, talk.conversation).snoozed_until));
}

static void reading_takes_the_reason_for_coming_back_away(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Reason");
    struct ctx *c = inbox_system(box);
    int64_t version;

    OK_OR_FAIL(c,
               conversation_bring_back(c, talk.conversation, S("follow_up"), S("call"), &version));
    pg_commit(c);
    assert_non_null(view(box, &box->agent, talk.conversation).attention.ptr);
    c = inbox_as(box, &box->agent, TX_WRITE);
    OK_OR_FAIL(c, conversation_mark_read(c, talk.conversation));
    pg_commit(c);
    assert_null(view(box, &box->agent, talk.conversation).attention.ptr);
}

/* ---- drafts ---- */

static void a_draft_is_ones_own_and_an_empty_one_is_none(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, (struct uuid){{0}}, "Draft");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct list drafts;

    OK_OR_FAIL(c, conversation_keep_draft(c, talk.conversation, S("note"), S("remember")));
    OK_OR_FAIL(c, conversation_keep_draft(c, talk.conversation, S("text"), S("Dear")));
    OK_OR_FAIL(c, conversation_keep_draft(c, talk.conversation, S("text"), S("Dear Sir")));
    OK_OR_FAIL(c, conversation_drafts(c, talk.conversation, &drafts));
    assert_int_equal(2, drafts.n);
    OK_OR_FAIL(c, conversation_keep_draft(c, talk.conversation, S("text"), S("  ")));
    OK_OR_FAIL(c, conversation_drafts(c, talk.conversation, &drafts));
    assert_int_equal(1, drafts.n);
    FAILS_WITH(ERR_NOT_FOUND, conversation_keep_draft(c, talk.conversation, S("poem"), S("roses")));
    c->actor = &box->colleague;
    OK_OR_FAIL(c, conversation_drafts(c, talk.conversation, &drafts));
    assert_int_equal(0, drafts.n);
    pg_rollback(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_message_comes_first),
        cmocka_unit_test(pages_hold_every_conversation_once_for_every_view_and_reader),
        cmocka_unit_test(a_page_of_the_inbox_is_one_statement),
        cmocka_unit_test(a_search_finds_words_of_names_and_numbers_by_their_beginning),
        cmocka_unit_test(counting_stops_at_a_hundred_and_is_one_statement),
        cmocka_unit_test(an_agent_sees_their_own_and_nobodys_and_no_colleagues),
        cmocka_unit_test(another_organisation_reaches_no_conversation_by_any_verb),
        cmocka_unit_test(what_one_has_read_is_unread_for_the_others),
        cmocka_unit_test(reading_tells_the_person_once_where_the_channel_can),
        cmocka_unit_test(a_late_message_counts_but_is_not_shown),
        cmocka_unit_test(a_stale_version_is_a_conflict),
        cmocka_unit_test(a_change_leaves_events_in_the_thread_and_tells_both_assignees),
        cmocka_unit_test(a_change_that_changes_nothing_leaves_nothing),
        cmocka_unit_test(only_a_member_is_assigned),
        cmocka_unit_test(a_snooze_needs_a_time_to_come),
        cmocka_unit_test(a_snoozed_conversation_comes_back_when_its_time_has_come),
        cmocka_unit_test(a_snooze_that_was_moved_has_a_job_for_each_time),
        cmocka_unit_test(a_message_wakes_a_snoozed_conversation),
        cmocka_unit_test(reading_takes_the_reason_for_coming_back_away),
        cmocka_unit_test(a_draft_is_ones_own_and_an_empty_one_is_none),
    };

    return cmocka_run_group_tests(tests, inbox_setup, inbox_teardown);
}
