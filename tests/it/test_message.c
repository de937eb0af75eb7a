/*
 * Messages: writing, taking back, sending again, and states that never go backwards.
 */
#include "inbox.h"

#include <string.h>

#include "domain/upload.h"

static struct message load(struct inbox *box, struct uuid id)
{
    struct ctx *c = inbox_system(box);
    struct message out;

    OK_OR_FAIL(c, message_select(c, id, &out));
    pg_rollback(c);
    return out;
}

static struct conversation load_conversation(struct inbox *box, struct uuid id)
{
    struct ctx *c = inbox_system(box);
    struct conversation out;

    OK_OR_FAIL(c, conversation_select(c, id, &out));
    pg_rollback(c);
    return out;
}

static struct talk talk_on(struct inbox *box, struct uuid channel)
{
    return inbox_talk(box, channel, box->agent.id, "Devi");
}

/* ---- replying ---- */

static void a_reply_is_a_row_a_job_a_moved_conversation_and_a_change(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct conversation before = load_conversation(box, talk.conversation), after;
    struct uuid id = inbox_say(box, &box->agent, talk.conversation, "Selamat pagi", 0);
    struct message row = load(box, id);

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
    after = load_conversation(box, talk.conversation);
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

    assert_int_equal(STATE_SENT,
                     load(box, inbox_say(box, &box->agent, talk.conversation, "Hello", 0)).state);
}

static void a_reply_opens_a_resolved_conversation_again(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->null_channel);

    inbox_sql(box, "UPDATE conversation SET state = 'resolved' WHERE id = '%s'",
              id_text(talk.conversation));
    inbox_say(box, &box->agent, talk.conversation, "One more thing", 0);
    assert_int_equal(CONVERSATION_OPEN, load_conversation(box, talk.conversation).state);
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
    struct conversation before = load_conversation(box, talk.conversation), after;
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct message_new in = {.note = true, .body = S("asks for a discount every time")};
    struct uuid id;

    OK_OR_FAIL(c, message_reply(c, talk.conversation, &in, &id));
    pg_commit(c);
    after = load_conversation(box, talk.conversation);
    assert_int_equal(MESSAGE_NOTE, load(box, id).kind);
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

static struct uuid upload(struct ctx *c, const char *type)
{
    static const uint8_t digest[32] = {1};
    struct upload in = {.name = S("../../a\"photo.png"),
                        .media_type = str_of(type),
                        .sha256 = {{(const char *)digest, sizeof(digest)}},
                        .bytes = 1000};
    struct attachment file;

    OK_OR_FAIL(c, upload_keep(c, &in, &file));
    assert_string_equal("aphoto.png", arena_copy(c->arena, file.name).ptr);
    return file.id;
}

static void each_file_becomes_a_message_and_the_text_goes_with_the_first(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->null_channel);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct uuid files[2] = {upload(c, "image/png"), upload(c, "application/pdf")}, first;
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
    struct uuid file = upload(c, "image/png"), id;
    struct message_new in = {.attachments = &file, .n_attachments = 1};

    pg_commit(c);
    c = inbox_as(box, &box->colleague, TX_WRITE);
    REFUSES_FIELD(c, "attachment_ids", message_reply(c, talk.conversation, &in, &id));
    pg_rollback(c);
}

/* ---- taking back ---- */

static void a_message_can_be_taken_back_before_it_leaves_as_if_it_had_not_been(void **state)
{
    struct inbox *box = *state;
    struct talk talk = talk_on(box, box->whatsapp);
    struct conversation before = load_conversation(box, talk.conversation), after;
    struct uuid id = inbox_say(box, &box->agent, talk.conversation, "oops", 10000);
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct conversation_item item;

    assert_false(instant_is_none(load(box, id).send_at));
    OK_OR_FAIL(c, message_cancel(c, id));
    OK_OR_FAIL(c, conversation_load(c, talk.conversation, &item));
    assert_true(str_eq(S("hello"), item.last_preview));
    pg_commit(c);
    after = load_conversation(box, talk.conversation);
    assert_int_equal(STATE_CANCELLED, load(box, id).state);
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
    struct uuid file = upload(c, "image/png"), id;
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
    struct uuid file = upload(c, "image/png"), id;
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
    row = load(box, id);
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
    assert_int_equal(STATE_SENT, load(box, one).state);
    assert_int_equal(STATE_FAILED, load(box, two).state);
    assert_true(load(box, two).error_text.len > 0);
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM conversation WHERE id = '%s' AND "
                                  "last_state = 'failed'",
                                  id_text(talk.conversation)));
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
    file = upload(c, "image/png");
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
        cmocka_unit_test(a_message_can_be_taken_back_before_it_leaves_as_if_it_had_not_been),
        cmocka_unit_test(a_message_that_has_left_cannot_be_taken_back),
        cmocka_unit_test(the_files_of_a_message_taken_back_can_be_sent_again),
        cmocka_unit_test(what_the_provider_calls_a_file_holds_for_one_sending),
        cmocka_unit_test(states_never_go_backwards),
        cmocka_unit_test(an_inbound_message_has_no_states_to_take),
        cmocka_unit_test(a_providers_message_exists_once),
        cmocka_unit_test(only_a_failed_message_is_sent_again),
        cmocka_unit_test(a_person_says_what_became_of_an_uncertain_message),
        cmocka_unit_test(a_thread_of_fifty_messages_is_three_statements),
        cmocka_unit_test(pages_of_a_thread_hold_every_message_once),
        cmocka_unit_test(a_visitor_sees_neither_notes_nor_events_nor_what_has_not_left),
        cmocka_unit_test(a_reaction_is_one_per_person_and_is_told_to_the_provider),
        cmocka_unit_test(another_organisation_reaches_no_message_by_any_verb),
        cmocka_unit_test(an_agent_does_not_reach_a_colleagues_messages),
    };

    return cmocka_run_group_tests(tests, inbox_setup, inbox_teardown);
}
