/*
 * Contacts: changing them, their custom fields, follow-ups that come due, lists.
 */
#include "inbox.h"

#include <string.h>

#include "base/json.h"

static struct contact load(struct ctx *c, struct uuid id)
{
    struct contact out;

    OK_OR_FAIL(c, contact_select(c, id, &out));
    return out;
}

static enum status change(struct ctx *c, struct uuid id, struct contact_patch patch)
{
    struct contact_card card;

    return contact_change(c, id, &patch, &card);
}

static struct uuid somebody(struct inbox *box, const char *name)
{
    struct ctx *c = inbox_system(box);
    struct uuid id = uuid_new();

    OK_OR_FAIL(c, contact_insert(c, &(struct contact){.id = id, .name = str_of(name)}));
    pg_commit(c);
    return id;
}

static struct instant later(int64_t ms)
{
    return instant_add_ms(clock_now(), ms);
}

/* ---- changing ---- */

static void a_change_writes_what_it_names_and_keeps_the_rest(void **state)
{
    struct inbox *box = *state;
    struct uuid id = somebody(box, "Devi");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct list stages;
    struct contact row;

    OK_OR_FAIL(c, contact_stages(c, &stages));
    assert_int_equal(5, stages.n);
    OK_OR_FAIL(c, change(c, id,
                         (struct contact_patch){
                             .has_stage = true,
                             .stage_id = ((struct stage *)stages.items)[1].id,
                             .has_owner = true,
                             .owner_id = box->agent.id,
                         }));
    row = load(c, id);
    assert_true(str_eq(S("Devi"), row.name));
    assert_true(uuid_eq(box->agent.id, row.owner_id));
    assert_int_equal(2, row.version);
    OK_OR_FAIL(c, change(c, id, (struct contact_patch){.has_name = true, .name = S(" Devi A. ")}));
    row = load(c, id);
    assert_true(str_eq(S("Devi A."), row.name));
    assert_true(uuid_eq(box->agent.id, row.owner_id));
    pg_rollback(c);
}

static void a_stale_version_is_a_conflict(void **state)
{
    struct inbox *box = *state;
    struct uuid id = somebody(box, "Stale");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);

    OK_OR_FAIL(
        c, change(c, id, (struct contact_patch){.has_name = true, .name = S("A"), .version = 1}));
    FAILS_BECAUSE(
        c, ERR_CONFLICT, "stale_version",
        change(c, id, (struct contact_patch){.has_name = true, .name = S("B"), .version = 1}));
    pg_rollback(c);
}

static void owner_and_stage_must_be_ones_own(void **state)
{
    struct inbox *box = *state;
    struct uuid id = somebody(box, "Devi");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);

    REFUSES_FIELD(
        c, "owner_id",
        change(c, id, (struct contact_patch){.has_owner = true, .owner_id = box->foreign.id}));
    REFUSES_FIELD(c, "stage_id",
                  change(c, id, (struct contact_patch){.has_stage = true, .stage_id = uuid_new()}));
    pg_rollback(c);
}

static void another_organisation_reaches_no_contact_by_any_verb(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, (struct uuid){{0}}, "Private");
    struct ctx *c = inbox_as(box, &box->foreign, TX_WRITE);
    struct contact_page page = {.limit = 100};
    struct contact_follow_up due;
    struct contact_shelf shelf;
    struct contact_card card;
    struct contact row;
    struct list list;
    int64_t version;
    bool found;

    FAILS_WITH(ERR_NOT_FOUND, contact_load(c, talk.contact, &card));
    FAILS_WITH(ERR_NOT_FOUND, contact_lock(c, talk.contact, &row));
    FAILS_WITH(ERR_NOT_FOUND, change(c, talk.contact, (struct contact_patch){.has_name = true}));
    OK_OR_FAIL(c, contact_browse(c, &page, &shelf));
    assert_int_equal(0, shelf.contacts.n);
    page.q = S("Priv");
    OK_OR_FAIL(c, contact_browse(c, &page, &shelf));
    assert_int_equal(0, shelf.contacts.n);
    OK_OR_FAIL(c, contact_update_name_if_empty(c, talk.contact, S("x"), &version));
    assert_int_equal(0, version);
    OK_OR_FAIL(c, contact_take_follow_up(c, talk.contact, &due, &found));
    assert_false(found);
    OK_OR_FAIL(c, contact_follow_up_due(c, talk.contact));
    OK_OR_FAIL(c, identity_find(c, S("null"), str_of(id_text(talk.identity)),
                                &(struct identity){.verified = false}, &found));
    assert_false(found);
    OK_OR_FAIL(c, identity_list(c, &talk.contact, 1, &list));
    assert_int_equal(0, list.n);
    pg_rollback(c);
}

/* ---- custom fields ---- */

static void make_fields(struct inbox *box)
{
    static const str plans[] = {STR_INIT("basic"), STR_INIT("gold")};
    struct field_new fields[4] = {
        {.key = S("city"), .label = S("City"), .type = CUSTOM_TEXT}
    };
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct custom_field made;

    fields[1] = (struct field_new){.key = S("age"), .label = S("Age"), .type = CUSTOM_NUMBER};
    fields[2] = (struct field_new){.key = S("born"), .label = S("Born"), .type = CUSTOM_DATE};
    fields[3] = (struct field_new){.key = S("plan"),
                                   .label = S("Plan"),
                                   .type = CUSTOM_CHOICE,
                                   .choices = plans,
                                   .n_choices = 2};
    for (int i = 0; i < 4; i++)
        OK_OR_FAIL(c, contact_field_add(c, &fields[i], &made));
    FAILS_WITH(ERR_CONFLICT, contact_field_add(c, &fields[0], &made));
    pg_commit(c);
}

static enum status set_custom(struct ctx *c, struct uuid id, const char *json)
{
    struct json *custom;

    OK_OR_FAIL(c, json_parse(c, str_of(json), &custom));
    return change(c, id, (struct contact_patch){.custom = custom});
}

static void custom_values_are_of_their_fields_type(void **state)
{
    static const struct {
        const char *json, *field; /* NULL: it is fine */
    } cases[] = {
        {"{\"city\":\"Ipoh\"}",       NULL         },
        {"{\"city\":5}",              "custom.city"},
        {"{\"age\":5}",               NULL         },
        {"{\"age\":5.5}",             NULL         },
        {"{\"age\":\"5\"}",           "custom.age" },
        {"{\"born\":\"2024-02-29\"}", NULL         },
        {"{\"born\":\"2023-02-29\"}", "custom.born"},
        {"{\"born\":\"29.2.2024\"}",  "custom.born"},
        {"{\"plan\":\"gold\"}",       NULL         },
        {"{\"plan\":\"silver\"}",     "custom.plan"},
        {"{\"shoe\":\"42\"}",         "custom.shoe"},
        {"[1]",                       "custom"     },
    };
    struct inbox *box = *state;
    struct uuid id = somebody(box, "Custom");

    make_fields(box);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
        enum status s = set_custom(c, id, cases[i].json);

        if (cases[i].field ? s != ERR_INVALID || strcmp(cases[i].field, c->err.field) != 0
                           : s != OK)
            fail_msg("%s: %s %s", cases[i].json, c->err.field, c->err.msg);
        pg_rollback(c);
    }
}

static void custom_values_are_merged_and_null_takes_one_away(void **state)
{
    struct inbox *box = *state;
    struct uuid id = somebody(box, "Merge");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct json *custom;

    OK_OR_FAIL(c, set_custom(c, id, "{\"city\":\"Ipoh\",\"age\":40}"));
    OK_OR_FAIL(c, set_custom(c, id, "{\"city\":null,\"plan\":\"gold\"}"));
    OK_OR_FAIL(c, json_parse(c, load(c, id).custom.text, &custom));
    assert_int_equal(2, json_count(custom));
    assert_int_equal(40, json_get_i64(custom, "age"));
    assert_true(str_eq(S("gold"), json_get_str(custom, "plan")));
    pg_rollback(c);
}

static void a_field_is_changed_and_removed_but_its_key_stays(void **state)
{
    static const str two[] = {STR_INIT("one "), STR_INIT("one")};
    struct inbox *box = *state;
    struct field_new in = {.key = S("Bad key"), .label = S("x"), .type = CUSTOM_TEXT};
    struct field_patch patch = {.has_label = true, .label = S("New label")};
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct custom_field made;

    REFUSES_FIELD(c, "key", contact_field_add(c, &in, &made));
    in = (struct field_new){.key = S("size"), .label = S("Size"), .type = CUSTOM_CHOICE};
    REFUSES_FIELD(c, "choices", contact_field_add(c, &in, &made));
    in.choices = two;
    in.n_choices = 2;
    REFUSES_FIELD(c, "choices", contact_field_add(c, &in, &made));
    in.n_choices = 1;
    OK_OR_FAIL(c, contact_field_add(c, &in, &made));
    patch.version = made.version;
    OK_OR_FAIL(c, contact_field_change(c, made.id, &patch, &made));
    FAILS_WITH(ERR_CONFLICT, contact_field_change(c, made.id, &patch, &made));
    assert_int_equal(made.version, 2);
    assert_true(str_eq(S("New label"), made.label));
    assert_true(str_eq(S("size"), made.key));
    OK_OR_FAIL(c, contact_field_remove(c, made.id));
    FAILS_WITH(ERR_NOT_FOUND, contact_field_remove(c, made.id));
    pg_rollback(c);
    c = inbox_as(box, &box->foreign, TX_WRITE);
    FAILS_WITH(ERR_NOT_FOUND, contact_field_change(c, made.id, &patch, &made));
    pg_rollback(c);
}

/* ---- follow-ups ---- */

static void plan(struct inbox *box, struct uuid id, struct instant at, const char *reason)
{
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);

    OK_OR_FAIL(c, change(c, id,
                         (struct contact_patch){.has_follow_up = true,
                                                .next_follow_up_at = at,
                                                .has_reason = true,
                                                .follow_up_reason = str_of(reason)}));
    pg_commit(c);
}

static void fall_due(struct inbox *box, struct uuid id)
{
    struct ctx *c = inbox_system(box);

    OK_OR_FAIL(c, contact_follow_up_due(c, id));
    pg_commit(c);
}

static int64_t brought_back(struct inbox *box, const struct talk *talk)
{
    return inbox_i64(box,
                     "SELECT count(*) FROM conversation WHERE id = '%s' AND state = 'open' AND "
                     "attention = 'follow_up' AND attention_text = 'ask again' AND "
                     "sort_at > now() - interval '1 minute'",
                     id_text(talk->conversation));
}

static void a_follow_up_brings_the_conversation_back_with_its_reason(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Follow");
    int64_t events;

    plan(box, talk.contact, later(3600000), "ask again");
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM job WHERE kind = 'follow_up' AND "
                                  "args->>'contact_id' = '%s' AND run_at > now()",
                                  id_text(talk.contact)));
    inbox_sql(box,
              "UPDATE conversation SET state = 'resolved', sort_at = now() - interval '9 days' "
              "WHERE id = '%s'",
              id_text(talk.conversation));
    fall_due(box, talk.contact); /* too early */
    assert_int_equal(0, brought_back(box, &talk));
    inbox_sql(box, "UPDATE contact SET next_follow_up_at = now() WHERE id = '%s'",
              id_text(talk.contact));
    fall_due(box, talk.contact);
    assert_int_equal(1, brought_back(box, &talk));
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM contact WHERE id = '%s' AND "
                                  "next_follow_up_at IS NULL AND follow_up_reason IS NULL",
                                  id_text(talk.contact)));
    events = inbox_i64(box,
                       "SELECT count(*) FROM message WHERE conversation_id = '%s' AND "
                       "payload->>'event' = 'follow_up_due' AND payload->>'text' = 'ask again'",
                       id_text(talk.conversation));
    assert_int_equal(1, events);
    fall_due(box, talk.contact); /* twice: nothing more */
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM message WHERE conversation_id = '%s' AND "
                                  "payload->>'event' = 'follow_up_due'",
                                  id_text(talk.conversation)));
}

static void a_follow_up_that_was_moved_on_does_not_come_early(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Moved");

    plan(box, talk.contact, later(1000), "ask again");
    plan(box, talk.contact, later(86400000), "ask again");
    fall_due(box, talk.contact);
    assert_int_equal(0, brought_back(box, &talk));
    assert_int_equal(2, inbox_i64(box,
                                  "SELECT count(*) FROM job WHERE kind = 'follow_up' AND "
                                  "args->>'contact_id' = '%s'",
                                  id_text(talk.contact)));
}

static void a_follow_up_gives_what_nobody_has_to_the_contacts_owner(void **state)
{
    struct inbox *box = *state;
    struct talk free_one = inbox_talk(box, box->null_channel, (struct uuid){{0}}, "Free");
    struct talk taken = inbox_talk(box, box->null_channel, box->colleague.id, "Taken");
    const struct talk *talks[] = {&free_one, &taken};

    for (int i = 0; i < 2; i++) {
        inbox_sql(box,
                  "UPDATE contact SET owner_id = '%s', next_follow_up_at = now(), "
                  "follow_up_reason = 'ask again' WHERE id = '%s'",
                  id_text(box->agent.id), id_text(talks[i]->contact));
        fall_due(box, talks[i]->contact);
        assert_int_equal(1, brought_back(box, talks[i]));
    }
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM conversation WHERE id = '%s' AND "
                                  "assignee_id = '%s'",
                                  id_text(free_one.conversation), id_text(box->agent.id)));
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM conversation WHERE id = '%s' AND "
                                  "assignee_id = '%s'",
                                  id_text(taken.conversation), id_text(box->colleague.id)));
}

static void a_follow_up_without_a_conversation_keeps_its_date(void **state)
{
    struct inbox *box = *state;
    struct uuid id = somebody(box, "Nobody wrote");

    inbox_sql(box, "UPDATE contact SET next_follow_up_at = now() WHERE id = '%s'", id_text(id));
    fall_due(box, id);
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM contact WHERE id = '%s' AND "
                                  "next_follow_up_at IS NOT NULL",
                                  id_text(id)));
    fall_due(box, uuid_new()); /* somebody who is gone */
}

static void taking_the_date_away_takes_the_reason_too(void **state)
{
    struct inbox *box = *state;
    struct uuid id = somebody(box, "Off");
    struct ctx *c;

    plan(box, id, later(1000), "ask again");
    c = inbox_as(box, &box->agent, TX_WRITE);
    OK_OR_FAIL(c, change(c, id, (struct contact_patch){.has_follow_up = true}));
    assert_null(load(c, id).follow_up_reason.ptr);
    pg_rollback(c);
}

/* ---- lists ---- */

static size_t walk(struct ctx *c, str q)
{
    struct contact_page page = {.q = q, .limit = 3};
    struct uuid last_seen = {{0}};
    size_t seen = 0;

    for (;;) {
        const struct contact_listed *items;
        struct contact_shelf shelf;
        size_t n;

        OK_OR_FAIL(c, contact_browse(c, &page, &shelf));
        items = shelf.contacts.items;
        n = shelf.contacts.n > 3 ? 3 : shelf.contacts.n;
        for (size_t i = 0; i < n; i++) {
            assert_false(uuid_eq(last_seen, items[i].contact.id));
            last_seen = items[i].contact.id;
        }
        seen += n;
        if (shelf.contacts.n <= 3)
            return seen;
        page.after_at = items[n - 1].contact.updated_at;
        page.after_name = items[n - 1].name_key;
        page.after_id = items[n - 1].contact.id;
    }
}

static void pages_hold_every_contact_once(void **state)
{
    struct inbox *box = *state;
    struct ctx *c;

    for (int i = 0; i < 11; i++)
        somebody(box, i % 2 ? "Zainal" : "zain");
    inbox_sql(box, "UPDATE contact SET updated_at = '2026-01-02' WHERE name_key LIKE 'zain%%'");
    c = inbox_as(box, &box->agent, TX_READ);
    assert_int_equal(11, walk(c, S("ZAIN")));
    assert_int_equal(5, walk(c, S("zaina")));
    assert_int_equal(
        inbox_i64(box, "SELECT count(*) FROM contact WHERE org_id = '%s'", id_text(box->org)),
        walk(c, S("")));
    pg_rollback(c);
}

static size_t found(struct inbox *box, struct actor *as, const char *q)
{
    struct ctx *c = inbox_as(box, as, TX_READ);
    size_t n = walk(c, str_of(q));

    pg_rollback(c);
    return n;
}

static void a_name_is_found_by_the_beginning_of_any_of_its_words(void **state)
{
    static const struct {
        const char *q;
        size_t n;
    } asked[] = {
        {"Quek",      1},
        {"wei",       4},
        {"WEI li",    4},
        {"ling",      4},
        {"ing",       0},
        {"quek ling", 0},
        {"sal",       1},
        {"BINTI-S",   1},
        {"nurain",    0},
        {"ain",       1},
        {"大",       1},
        {"文",       1},
        {"大文",    1},
        {"陈大文", 1},
        {"陈文",    0},
        {" ling ",    4},
    };
    struct inbox *box = *state;
    struct uuid id = somebody(box, "Quek Wei Ling");
    struct ctx *c;

    somebody(box, "Nur'ain  binti-Salleh");
    somebody(box, "陈大文");
    for (int i = 0; i < 3; i++)
        somebody(box, "Toh Wei Ling Wei");
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
        if (found(box, &box->agent, asked[i].q) != asked[i].n)
            fail_msg("%s: %zu", asked[i].q, found(box, &box->agent, asked[i].q));
    assert_int_equal(0, found(box, &box->foreign, "ling"));

    c = inbox_as(box, &box->agent, TX_WRITE);
    OK_OR_FAIL(c, change(c, id, (struct contact_patch){.has_name = true, .name = S("Quek Mei")}));
    pg_commit(c);
    assert_int_equal(3, found(box, &box->agent, "ling"));
    assert_int_equal(1, found(box, &box->agent, "mei"));
}

static void a_page_of_contacts_is_three_statements(void **state)
{
    struct inbox *box = *state;
    struct ctx *c = inbox_as(box, &box->agent, TX_READ);
    struct contact_page page = {.limit = 50};
    int64_t before = inbox_statements();
    struct contact_shelf shelf;

    OK_OR_FAIL(c, contact_browse(c, &page, &shelf));
    assert_true(shelf.contacts.n > 10);
    assert_true(inbox_statements() - before <= 3);
    pg_rollback(c);
}

static void a_card_shows_only_the_conversations_in_reach(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->colleague.id, "Card");
    struct ctx *c = inbox_as(box, &box->agent, TX_READ);
    struct contact_card card;

    OK_OR_FAIL(c, contact_load(c, talk.contact, &card));
    assert_int_equal(1, card.identities.n);
    assert_int_equal(0, card.conversations.n);
    c->actor = &box->colleague;
    OK_OR_FAIL(c, contact_load(c, talk.contact, &card));
    assert_int_equal(1, card.conversations.n);
    pg_rollback(c);
}

static void an_address_belongs_to_one_person(void **state)
{
    struct inbox *box = *state;
    struct talk one = inbox_talk(box, box->null_channel, box->agent.id, "One");
    struct talk two = inbox_talk(box, box->null_channel, box->agent.id, "Two");
    struct ctx *c = inbox_system(box);
    bool done;

    OK_OR_FAIL(c, identity_update(c, one.identity, S("60111"), S("+60 111"), &done));
    assert_true(done);
    OK_OR_FAIL(c, identity_update(c, two.identity, S("60111"), S(""), &done));
    assert_false(done);
    OK_OR_FAIL(c, identity_insert(c,
                                  &(struct identity){.id = uuid_new(),
                                                     .contact_id = two.contact,
                                                     .kind = S("null"),
                                                     .value = S("60111")},
                                  &done));
    assert_false(done);
    pg_rollback(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_writes_what_it_names_and_keeps_the_rest),
        cmocka_unit_test(a_stale_version_is_a_conflict),
        cmocka_unit_test(owner_and_stage_must_be_ones_own),
        cmocka_unit_test(another_organisation_reaches_no_contact_by_any_verb),
        cmocka_unit_test(custom_values_are_of_their_fields_type),
        cmocka_unit_test(custom_values_are_merged_and_null_takes_one_away),
        cmocka_unit_test(a_field_is_changed_and_removed_but_its_key_stays),
        cmocka_unit_test(a_follow_up_brings_the_conversation_back_with_its_reason),
        cmocka_unit_test(a_follow_up_that_was_moved_on_does_not_come_early),
        cmocka_unit_test(a_follow_up_gives_what_nobody_has_to_the_contacts_owner),
        cmocka_unit_test(a_follow_up_without_a_conversation_keeps_its_date),
        cmocka_unit_test(taking_the_date_away_takes_the_reason_too),
        cmocka_unit_test(pages_hold_every_contact_once),
        cmocka_unit_test(a_name_is_found_by_the_beginning_of_any_of_its_words),
        cmocka_unit_test(a_page_of_contacts_is_three_statements),
        cmocka_unit_test(a_card_shows_only_the_conversations_in_reach),
        cmocka_unit_test(an_address_belongs_to_one_person),
    };

    return cmocka_run_group_tests(tests, inbox_setup, inbox_teardown);
}
