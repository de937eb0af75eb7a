/*
 * Messages: writing them, with files and without, and reading a thread.
 */
#include "inbox.h"

#include <string.h>

static struct talk talk_on(struct inbox *box, struct uuid channel)
{
    return inbox_talk(box, channel, box->agent.id, "Devi");
}

/* ---- replying ---- */

static void a_reply_is_a_row_a_job_a_moved_conversation_and_a_change(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct conversation before = inbox_conversation(box, talk.conversation), after;
    struct uuid id = inbox_say(box, &box->agent, talk.conversation, "Selamat pagi", 0);
    struct message row = inbox_message(box, id);

    assert_int_equal(STATE_QUEUED, row.state);
    assert_true(uuid_eq(box->agent.id, row.author_id));
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM job WHERE kind = 'deliver' AND "
                                  "args->>'message_id' = '%s'",
                                  id_text(id)));
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM change WHERE kind = 'message' AND "
                                  "entity_id = '%s' AND actor_id = '%s'",
                                  id_text(id), id_text(box->agent.id)));
    after = inbox_conversation(box, talk.conversation);
    assert_true(uuid_eq(id, after.last_message_id));
    assert_true(instant_is_none(after.waiting_since));
    assert_false(instant_is_none(before.waiting_since));
    assert_false(instant_is_none(after.first_reply_at));
    assert_true(after.version > before.version);
}

static void a_reply_on_a_local_channel_is_sent_at_once(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->null_channel);

    assert_int_equal(
        STATE_SENT,
        inbox_message(box, inbox_say(box, &box->agent, talk.conversation, "Hello", 0)).state);
}

static void a_reply_opens_a_resolved_conversation_again(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->null_channel);

    inbox_sql(box, "UPDATE conversation SET state = 'resolved' WHERE id = '%s'",
              id_text(talk.conversation));
    inbox_say(box, &box->agent, talk.conversation, "One more thing", 0);
    assert_int_equal(CONVERSATION_OPEN, inbox_conversation(box, talk.conversation).state);
}

static void a_reply_outside_the_window_is_refused_and_leaves_nothing(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct message_new in = {.body = S("too late?")};
    struct uuid id;

    inbox_sql(box,
              "UPDATE conversation SET window_closes_at = now() - interval '1 second' "
              "WHERE id = '%s'",
              id_text(talk.conversation));
    FAILS_BECAUSE(c, ERR_CONFLICT, "window_closed", message_reply(c, talk.conversation, &in, &id));
    pg_rollback(c);
    assert_int_equal(1, inbox_i64(box, "SELECT count(*) FROM message WHERE conversation_id = '%s'",
                                  id_text(talk.conversation)));
}

static void a_reply_on_a_disconnected_channel_is_refused(void **state)
{
    struct inbox *box = *state;
    struct uuid channel = uuid_new(), id;
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct message_new in = {.body = S("anybody there?")};
    struct talk talk;

    OK_OR_FAIL(c, channel_insert(c,
                                 &(struct channel){
                                     .id = channel,
                                     .kind = S("null"),
                                     .name = S("gone"),
                                     .state = CHANNEL_CONNECTED,
                                     .settings = {S("{}")}
    },
                                 (struct bytes){{NULL, 0}}));
    pg_commit(c);
    talk = talk_on(box, channel);
    c = inbox_as(box, &box->agent, TX_WRITE);
    OK_OR_FAIL(c, channel_end(c, channel));
    FAILS_BECAUSE(c, ERR_CONFLICT, "channel_disconnected",
                  message_reply(c, talk.conversation, &in, &id));
    pg_rollback(c);
}

static void a_reply_longer_than_the_channel_takes_is_refused(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    char *text = arena_alloc(c->arena, 4097);
    struct uuid id;

    memset(text, 'a', 4097);
    REFUSES_FIELD(c, "body",
                  message_reply(c, talk.conversation,
                                &(struct message_new){
                                    .body = {text, 4097}
    },
                                &id));
    OK_OR_FAIL(c, message_reply(c, talk.conversation,
                                &(struct message_new){
                                    .body = {text, 4096}
    },
                                &id));
    REFUSES_FIELD(
        c, "body",
        message_reply(c, talk.conversation, &(struct message_new){.body = S(" \n")}, &id));
    pg_rollback(c);
}

static void a_note_stays_with_the_team_and_moves_nothing(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct conversation before = inbox_conversation(box, talk.conversation), after;
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct message_new in = {.note = true, .body = S("asks for a discount every time")};
    struct uuid id;

    OK_OR_FAIL(c, message_reply(c, talk.conversation, &in, &id));
    pg_commit(c);
    after = inbox_conversation(box, talk.conversation);
    assert_int_equal(MESSAGE_NOTE, inbox_message(box, id).kind);
    assert_int_equal(0, inbox_i64(box, "SELECT count(*) FROM job WHERE args->>'message_id' = '%s'",
                                  id_text(id)));
    assert_true(uuid_eq(before.last_message_id, after.last_message_id));
    assert_int_equal(before.sort_at.us, after.sort_at.us);
}

static void a_reply_answers_only_messages_of_its_own_conversation(void **state)
{
    struct inbox *box = *state;
    struct talk one = talk_on(box, box->null_channel), two = talk_on(box, box->null_channel);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct message_new in = {.body = S("as you said"), .reply_to_id = two.message};
    struct thread thread;
    struct uuid id;

    REFUSES_FIELD(c, "reply_to_id", message_reply(c, one.conversation, &in, &id));
    in.reply_to_id = one.message;
    OK_OR_FAIL(c, message_reply(c, one.conversation, &in, &id));
    OK_OR_FAIL(c, message_load(c, id, &thread));
    assert_true(uuid_eq(one.message, ((struct message_item *)thread.messages.items)->reply_id));
    pg_rollback(c);
}

static void writing_takes_the_draft_away(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->null_channel);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);

    OK_OR_FAIL(c, conversation_keep_draft(c, talk.conversation, S("text"), S("Dear")));
    pg_commit(c);
    inbox_say(box, &box->agent, talk.conversation, "Dear Devi", 0);
    assert_int_equal(0, inbox_i64(box, "SELECT count(*) FROM draft WHERE conversation_id = '%s'",
                                  id_text(talk.conversation)));
}

/* ---- files ---- */

static void each_file_becomes_a_message_and_the_text_goes_with_the_first(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->null_channel);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct uuid files[2] = {inbox_upload(c, "image/png"), inbox_upload(c, "application/pdf")},
                first;
    struct message_new in = {
        .body = S("the photo and the bill"), .attachments = files, .n_attachments = 2};
    struct message_page page = {.conversation_id = talk.conversation, .limit = 10};
    const struct message_item *items;
    struct thread thread;

    OK_OR_FAIL(c, message_reply(c, talk.conversation, &in, &first));
    OK_OR_FAIL(c, message_thread(c, &page, &thread));
    items = thread.messages.items;
    assert_int_equal(3, thread.messages.n);
    assert_int_equal(2, thread.attachments.n);
    assert_int_equal(MESSAGE_DOCUMENT, items[0].message.kind);
    assert_int_equal(0, items[0].message.body.len);
    assert_int_equal(MESSAGE_IMAGE, items[1].message.kind);
    assert_true(str_eq(S("the photo and the bill"), items[1].message.body));
    assert_true(uuid_eq(first, items[1].message.id));
    REFUSES_FIELD(c, "attachment_ids", message_reply(c, talk.conversation, &in, &first));
    pg_rollback(c);
}

static void nobody_sends_a_file_that_somebody_else_uploaded(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, (struct uuid){{0}}, "Devi");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct uuid file = inbox_upload(c, "image/png"), id;
    struct message_new in = {.attachments = &file, .n_attachments = 1};

    pg_commit(c);
    c = inbox_as(box, &box->colleague, TX_WRITE);
    REFUSES_FIELD(c, "attachment_ids", message_reply(c, talk.conversation, &in, &id));
    pg_rollback(c);
}

/* ---- threads ---- */

static void a_thread_of_fifty_messages_is_three_statements(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->null_channel);
    struct message_page page = {.conversation_id = talk.conversation, .limit = 50};
    struct message_new in = {.n_attachments = 1};
    struct thread thread;
    struct uuid file, id;
    struct ctx *c;
    int64_t before;

    for (int i = 0; i < 60; i++)
        inbox_hear(box, &talk, box->null_channel, "and", 0);
    c = inbox_as(box, &box->agent, TX_WRITE);
    file = inbox_upload(c, "image/png");
    in.attachments = &file;
    OK_OR_FAIL(c, message_reply(c, talk.conversation, &in, &id));
    OK_OR_FAIL(c, message_react(c, id, S("👍")));
    pg_commit(c);
    c = inbox_as(box, &box->agent, TX_READ);
    before = inbox_statements();
    OK_OR_FAIL(c, message_thread(c, &page, &thread));
    assert_int_equal(3, inbox_statements() - before);
    assert_int_equal(51, thread.messages.n);
    assert_int_equal(1, thread.attachments.n);
    assert_int_equal(1, thread.reactions.n);
    pg_rollback(c);
}

static void pages_of_a_thread_hold_every_message_once(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->null_channel);
    struct message_page page = {.conversation_id = talk.conversation, .limit = 7};
    struct ctx *c = inbox_as(box, &box->agent, TX_READ);
    size_t seen = 0;

    for (int i = 0; i < 30; i++)
        inbox_hear(box, &talk, box->null_channel, "again", 1 + i);
    inbox_sql(box, /* many at the same moment */
              "UPDATE message SET at = date_trunc('second', at) + interval '1 second' "
              "WHERE conversation_id = '%s' AND id <> '%s'",
              id_text(talk.conversation), id_text(talk.message));
    for (;;) {
        const struct message_item *items;
        struct thread thread;
        size_t n;

        OK_OR_FAIL(c, message_thread(c, &page, &thread));
        items = thread.messages.items;
        n = thread.messages.n > 7 ? 7 : thread.messages.n;
        seen += n;
        if (thread.messages.n <= 7)
            break;
        page.before = items[n - 1].message.at;
        page.before_id = items[n - 1].message.id;
    }
    assert_int_equal(31, seen);
    page = (struct message_page){
        .conversation_id = talk.conversation, .limit = 100, .after_id = talk.message};
    {
        struct thread thread;

        OK_OR_FAIL(c, message_thread(c, &page, &thread));
        assert_int_equal(30, thread.messages.n);
    }
    pg_rollback(c);
}

static void a_visitor_sees_neither_notes_nor_events_nor_what_has_not_left(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->null_channel);
    struct message_page page = {
        .conversation_id = talk.conversation, .limit = 50, .public_only = true};
    struct conversation_patch patch = {.has_state = true, .state = CONVERSATION_PENDING};
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct message_new note = {.note = true, .body = S("a note")};
    struct conversation_item item;
    struct thread thread;
    struct uuid id;

    OK_OR_FAIL(c, message_reply(c, talk.conversation, &note, &id));
    OK_OR_FAIL(c, conversation_change(c, talk.conversation, &patch, &item));
    pg_commit(c);
    inbox_say(box, &box->agent, talk.conversation, "sent", 0);
    inbox_say(box, &box->agent, talk.conversation, "can be taken back", 10000);
    c = inbox_system(box);
    OK_OR_FAIL(c, message_thread(c, &page, &thread));
    assert_int_equal(2, thread.messages.n);
    pg_rollback(c);
}

/* ---- who may ---- */

static void another_organisation_reaches_no_message_by_any_verb(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->null_channel);
    struct uuid id = inbox_say(box, &box->agent, talk.conversation, "mine", 10000), made;
    struct message_page page = {.conversation_id = talk.conversation, .limit = 10};
    struct message_new in = {.body = S("intruder")};
    struct ctx *c = inbox_as(box, &box->foreign, TX_WRITE);
    struct thread thread;
    int64_t version;

    FAILS_WITH(ERR_NOT_FOUND, message_thread(c, &page, &thread));
    FAILS_WITH(ERR_NOT_FOUND, message_load(c, id, &thread));
    FAILS_WITH(ERR_NOT_FOUND, message_reply(c, talk.conversation, &in, &made));
    FAILS_WITH(ERR_NOT_FOUND, message_cancel(c, id));
    FAILS_WITH(ERR_NOT_FOUND, message_retry(c, id));
    FAILS_WITH(ERR_NOT_FOUND, message_settle(c, id, true));
    FAILS_WITH(ERR_NOT_FOUND, message_react(c, id, S("👍")));
    OK_OR_FAIL(c, message_advance(c, &(struct message_step){.id = id, .to = STATE_SENT}, &version));
    assert_int_equal(0, version);
    OK_OR_FAIL(c, message_bump(c, id, &version));
    assert_int_equal(0, version);
    pg_rollback(c);
}

static void an_agent_does_not_reach_a_colleagues_messages(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->colleague.id, "Devi");
    struct uuid id = inbox_say(box, &box->colleague, talk.conversation, "ours", 10000), made;
    struct message_page page = {.conversation_id = talk.conversation, .limit = 10};
    struct message_new in = {.body = S("let me help")};
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct thread thread;

    FAILS_WITH(ERR_NOT_FOUND, message_thread(c, &page, &thread));
    FAILS_WITH(ERR_NOT_FOUND, message_load(c, id, &thread));
    FAILS_WITH(ERR_NOT_FOUND, message_reply(c, talk.conversation, &in, &made));
    FAILS_WITH(ERR_NOT_FOUND, message_cancel(c, id));
    FAILS_WITH(ERR_NOT_FOUND, message_react(c, id, S("👍")));
    c->actor = &box->owner;
    OK_OR_FAIL(c, message_thread(c, &page, &thread));
    pg_rollback(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_a_row_a_job_a_moved_conversation_and_a_change),
        cmocka_unit_test(a_reply_on_a_local_channel_is_sent_at_once),
        cmocka_unit_test(a_reply_opens_a_resolved_conversation_again),
        cmocka_unit_test(a_reply_outside_the_window_is_refused_and_leaves_nothing),
        cmocka_unit_test(a_reply_on_a_disconnected_channel_is_refused),
        cmocka_unit_test(a_reply_longer_than_the_channel_takes_is_refused),
        cmocka_unit_test(a_note_stays_with_the_team_and_moves_nothing),
        cmocka_unit_test(a_reply_answers_only_messages_of_its_own_conversation),
        cmocka_unit_test(writing_takes_the_draft_away),
        cmocka_unit_test(each_file_becomes_a_message_and_the_text_goes_with_the_first),
        cmocka_unit_test(nobody_sends_a_file_that_somebody_else_uploaded),
        cmocka_unit_test(a_thread_of_fifty_messages_is_three_statements),
        cmocka_unit_test(pages_of_a_thread_hold_every_message_once),
        cmocka_unit_test(a_visitor_sees_neither_notes_nor_events_nor_what_has_not_left),
        cmocka_unit_test(another_organisation_reaches_no_message_by_any_verb),
        cmocka_unit_test(an_agent_does_not_reach_a_colleagues_messages),
    };

    return cmocka_run_group_tests(tests, inbox_setup, inbox_teardown);
}
