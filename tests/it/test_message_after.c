/*
 * What happens to a message that is written: taken back, sent again, settled, reacted to; and states
 * that never go backwards.
 */
#include "inbox.h"

#include <string.h>

static struct talk talk_on(struct inbox *box, struct uuid channel)
{
    return inbox_talk(box, channel, box->agent.id, "Devi");
}

/* ---- taking back ---- */

static void a_message_can_be_taken_back_before_it_leaves_as_if_it_had_not_been(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct conversation before = inbox_conversation(box, talk.conversation), after;
    struct uuid id = inbox_say(box, &box->agent, talk.conversation, "oops", 10000);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct conversation_item item;

    assert_false(instant_is_none(inbox_message(box, id).send_at));
    OK_OR_FAIL(c, message_cancel(c, id));
    OK_OR_FAIL(c, conversation_load(c, talk.conversation, &item));
    assert_true(str_eq(S("hello"), item.last_preview));
    pg_commit(c);
    after = inbox_conversation(box, talk.conversation);
    assert_int_equal(STATE_CANCELLED, inbox_message(box, id).state);
    assert_true(uuid_eq(before.last_message_id, after.last_message_id));
    assert_int_equal(before.waiting_since.us, after.waiting_since.us);
    assert_int_equal(before.sort_at.us, after.sort_at.us);
    assert_true(instant_is_none(after.first_reply_at));
}

static void a_message_that_has_left_cannot_be_taken_back(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct uuid id = inbox_say(box, &box->agent, talk.conversation, "gone", 0);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    int64_t version;

    OK_OR_FAIL(c,
               message_advance(c, &(struct message_step){.id = id, .to = STATE_SENDING}, &version));
    FAILS_BECAUSE(c, ERR_CONFLICT, "too_late", message_cancel(c, id));
    pg_rollback(c);
}

static void the_files_of_a_message_taken_back_can_be_sent_again(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->null_channel);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct uuid file = inbox_upload(c, "image/png"), id;
    struct message_new in = {.attachments = &file, .n_attachments = 1, .undo_ms = 10000};

    OK_OR_FAIL(c, message_reply(c, talk.conversation, &in, &id));
    OK_OR_FAIL(c, message_cancel(c, id));
    OK_OR_FAIL(c, message_reply(c, talk.conversation, &in, &id));
    pg_rollback(c);
}

static void what_the_provider_calls_a_file_holds_for_one_sending(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct uuid file = inbox_upload(c, "image/png"), id;
    struct message_new in = {.attachments = &file, .n_attachments = 1, .undo_ms = 10000};

    OK_OR_FAIL(c, message_reply(c, talk.conversation, &in, &id));
    OK_OR_FAIL(c, attachment_update_provider_ref(c, file, id, S("media.1")));
    OK_OR_FAIL(c, message_cancel(c, id));
    OK_OR_FAIL(c, attachment_update_provider_ref(c, file, id, S("media.1"))); /* too late */
    pg_commit(c);
    assert_int_equal(0, inbox_i64(box, "SELECT count(*) FROM attachment WHERE provider_ref <> ''"));
    c = inbox_as(box, &box->agent, TX_WRITE);
    OK_OR_FAIL(c, message_reply(c, talk.conversation, &in, &id));
    OK_OR_FAIL(c, attachment_update_provider_ref(c, file, id, S("media.2")));
    pg_commit(c);
    inbox_sql(box, "UPDATE message SET state = 'failed' WHERE id = '%s'", id_text(id));
    c = inbox_as(box, &box->agent, TX_WRITE);
    OK_OR_FAIL(c, message_retry(c, id));
    pg_commit(c);
    assert_int_equal(0, inbox_i64(box, "SELECT count(*) FROM attachment WHERE provider_ref <> ''"));
}

/* ---- the states ---- */

/* From each state to each: only what leads forward is taken, the rest changes nothing. */
static void states_never_go_backwards(void **state)
{
    static const char *const forward[] = {
        [STATE_QUEUED] = "sending sent delivered read failed cancelled ",
        [STATE_SENDING] = "queued sent delivered read failed uncertain ",
        [STATE_SENT] = "delivered read failed ",
        [STATE_DELIVERED] = "read ",
        [STATE_READ] = "",
        [STATE_FAILED] = "queued delivered read ",
        [STATE_UNCERTAIN] = "sent delivered read failed ",
        [STATE_CANCELLED] = "",
    };
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct uuid id = inbox_say(box, &box->agent, talk.conversation, "hi", 0);

    for (int from = STATE_QUEUED; from <= STATE_CANCELLED; from++) {
        for (int to = STATE_QUEUED; to <= STATE_CANCELLED; to++) {
            struct message_step step = {.id = id, .to = (enum message_state)to};
            const char *word = field_word(&message_state_names, to);
            struct ctx *c = inbox_system(box);
            char spaced[32];
            int64_t version;
            size_t at;

            inbox_sql(box, "UPDATE message SET state = '%s' WHERE id = '%s'",
                      field_word(&message_state_names, from), id_text(id));
            snprintf(spaced, sizeof(spaced), "%s ", word);
            OK_OR_FAIL(c, message_advance(c, &step, &version));
            if ((version != 0) != str_find(str_of(forward[from]), str_of(spaced), &at))
                fail_msg("%s -> %s", field_word(&message_state_names, from), word);
            pg_rollback(c);
        }
    }
}

static void an_inbound_message_has_no_states_to_take(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct ctx *c = inbox_system(box);
    int64_t version;

    OK_OR_FAIL(c, message_advance(c, &(struct message_step){.id = talk.message, .to = STATE_READ},
                                  &version));
    assert_int_equal(0, version);
    pg_rollback(c);
}

static void a_providers_message_exists_once(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct ctx *c = inbox_system(box);
    struct message row;
    bool inserted;

    OK_OR_FAIL(c, message_select(c, talk.message, &row));
    row.id = uuid_new();
    OK_OR_FAIL(c, message_insert_once(c, &row, &inserted));
    assert_false(inserted);
    row.provider_id = S("another");
    OK_OR_FAIL(c, message_insert_once(c, &row, &inserted));
    assert_true(inserted);
    pg_rollback(c);
}

static void only_a_failed_message_is_sent_again(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct uuid id = inbox_say(box, &box->agent, talk.conversation, "again", 0);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct message row;

    FAILS_WITH(ERR_CONFLICT, message_retry(c, id));
    pg_rollback(c);
    inbox_sql(box,
              "UPDATE message SET state = 'failed', error_code = '131026', error_text = 'no', "
              "provider_id = 'wamid.1' WHERE id = '%s'",
              id_text(id));
    c = inbox_as(box, &box->agent, TX_WRITE);
    OK_OR_FAIL(c, message_retry(c, id));
    pg_commit(c);
    row = inbox_message(box, id);
    assert_int_equal(STATE_QUEUED, row.state);
    assert_null(row.error_code.ptr);
    assert_true(str_eq(row.provider_id, S("wamid.1"))); /* until the new attempt has its own */
    assert_true(inbox_i64(box,
                          "SELECT count(*) FROM job WHERE state = 'queued' AND "
                          "args->>'message_id' = '%s'",
                          id_text(id)) == 1);
}

static void a_person_says_what_became_of_an_uncertain_message(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct uuid one = inbox_say(box, &box->agent, talk.conversation, "one", 0);
    struct uuid two = inbox_say(box, &box->agent, talk.conversation, "two", 0);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);

    FAILS_WITH(ERR_CONFLICT, message_settle(c, one, true));
    pg_rollback(c);
    inbox_sql(box, "UPDATE message SET state = 'uncertain' WHERE id IN ('%s', '%s')", id_text(one),
              id_text(two));
    c = inbox_as(box, &box->agent, TX_WRITE);
    OK_OR_FAIL(c, message_settle(c, one, true));
    OK_OR_FAIL(c, message_settle(c, two, false));
    pg_commit(c);
    assert_int_equal(STATE_SENT, inbox_message(box, one).state);
    assert_int_equal(STATE_FAILED, inbox_message(box, two).state);
    assert_true(inbox_message(box, two).error_text.len > 0);
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM conversation WHERE id = '%s' AND "
                                  "last_state = 'failed'",
                                  id_text(talk.conversation)));
}

/* ---- reactions ---- */

static void a_reaction_is_one_per_person_and_is_told_to_the_provider(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct thread thread;

    OK_OR_FAIL(c, message_react(c, talk.message, S("👍")));
    OK_OR_FAIL(c, message_react(c, talk.message, S("🎉")));
    OK_OR_FAIL(c, message_load(c, talk.message, &thread));
    assert_int_equal(1, thread.reactions.n);
    assert_true(str_eq(S("🎉"), ((struct reaction *)thread.reactions.items)->emoji));
    OK_OR_FAIL(c, message_react(c, talk.message, S("")));
    OK_OR_FAIL(c, message_load(c, talk.message, &thread));
    assert_int_equal(0, thread.reactions.n);
    pg_commit(c);
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM job WHERE kind = 'reaction' AND "
                                  "args->>'message_id' = '%s'",
                                  id_text(talk.message)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_can_be_taken_back_before_it_leaves_as_if_it_had_not_been),
        cmocka_unit_test(a_message_that_has_left_cannot_be_taken_back),
        cmocka_unit_test(the_files_of_a_message_taken_back_can_be_sent_again),
        cmocka_unit_test(what_the_provider_calls_a_file_holds_for_one_sending),
        cmocka_unit_test(states_never_go_backwards),
        cmocka_unit_test(an_inbound_message_has_no_states_to_take),
        cmocka_unit_test(a_providers_message_exists_once),
        cmocka_unit_test(only_a_failed_message_is_sent_again),
        cmocka_unit_test(a_person_says_what_became_of_an_uncertain_message),
        cmocka_unit_test(a_reaction_is_one_per_person_and_is_told_to_the_provider),
    };

    return cmocka_run_group_tests(tests, inbox_setup, inbox_teardown);
}
