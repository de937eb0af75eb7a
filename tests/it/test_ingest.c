/*
 * Every kind of event, told to the domain as a provider's parser would.  Long, because they are told
 * and looked at by the same few helpers.
 */
#include "shop.h"

#include <poll.h>
#include <string.h>

#include "domain/ingest.h"
#include "store/job.h"

static const struct channel_person siti = {.address = STR_INIT("60123456789"),
                                           .name = STR_INIT("Siti")};

/* ---- telling ---- */

static struct ingest_result tell_channel(struct shop *s, struct uuid channel, const char *kind,
                                         const struct channel_event *events, size_t n)
{
    struct ctx *c = pg_begin(s->pg, DB_APP, TX_WRITE);
    struct ingest_source from = {channel, channel_find(str_of(kind)), clock_now()};
    struct ingest_result result = {0};

    OK_OR_FAIL(c, ingest_events(c, &from, events, n, &result));
    pg_commit(c);
    return result;
}

static struct ingest_result tell(struct shop *s, struct channel_event event)
{
    return tell_channel(s, s->whatsapp, "whatsapp", &event, 1);
}

static struct instant ago(int64_t seconds)
{
    return instant_add_ms(clock_now(), -seconds * 1000);
}

static struct channel_event says(const char *id, const char *text, struct instant at)
{
    return (struct channel_event){
        .kind = EVENT_MESSAGE,
        .provider_id = str_of(id),
        .at = at,
        .person = siti,
        .message = MESSAGE_TEXT,
        .text = str_of(text),
    };
}

static struct channel_event status_of(const char *target, enum message_state state)
{
    return (struct channel_event){
        .kind = EVENT_STATUS,
        .at = clock_now(),
        .person = siti,
        .target_id = str_of(target),
        .state = state,
    };
}

/* One of ours in Siti's thread. */
static struct uuid ours(struct shop *s, const char *provider_id, const char *state)
{
    struct uuid id = uuid_new();
    const char *thread = shop_id(s, shop_conversation(s, "60123456789"));

    shop_sql(s,
             "INSERT INTO message (org_id, id, conversation_id, channel_id, direction, kind, "
             "author, body, at, state, provider_id) VALUES ('%s', '%s', '%s', '%s', 'out', 'text', "
             "'user', 'Hello', now(), '%s', nullif('%s', ''))",
             shop_id(s, s->pg->org), shop_id(s, id), thread, shop_id(s, s->whatsapp), state,
             provider_id);
    return id;
}

static const char *state_of(struct shop *s, struct uuid message)
{
    return shop_text(s, "SELECT state FROM message WHERE id = '%s'", shop_id(s, message));
}

/* ---- messages ---- */

static void a_first_message_makes_contact_conversation_and_message(void **state)
{
    struct shop *s = *state;
    struct ingest_result r = tell(s, says("wamid.1", "Hi there", ago(5)));

    assert_int_equal(r.messages, 1);
    assert_int_equal(
        shop_ask(s, "SELECT count(*) FROM conversation v JOIN contact co ON co.id = v.contact_id "
                    "WHERE co.name = 'Siti' AND co.source = 'whatsapp' AND v.inbound_count = 1 AND "
                    "v.last_preview = 'Hi there' AND v.state = 'open' AND v.number = 1 AND "
                    "v.waiting_since IS NOT NULL AND v.window_closes_at BETWEEN now() + "
                    "interval '86000 s' AND now() + interval '86400 s'"),
        1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM contact_identity WHERE kind = 'whatsapp' "
                                 "AND display = '+60123456789' AND verified"),
                     1);
    assert_int_equal(shop_ask(s,
                              "SELECT count(DISTINCT kind) FROM change WHERE kind IN ('message', "
                              "'conversation', 'contact')"),
                     3);
}

static void a_replay_changes_nothing(void **state)
{
    struct shop *s = *state;
    int64_t changes, version;

    tell(s, says("wamid.1", "Hi there", ago(5)));
    changes = shop_ask(s, "SELECT count(*) FROM change");
    version = shop_ask(s, "SELECT version FROM conversation");
    assert_int_equal(tell(s, says("wamid.1", "Hi there", ago(5))).messages, 0);
    assert_int_equal(shop_ask(s, "SELECT inbound_count FROM conversation"), 1);
    assert_int_equal(shop_ask(s, "SELECT version FROM conversation"), version);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM change"), changes);
}

static void the_thread_is_in_the_order_of_the_providers_time(void **state)
{
    struct shop *s = *state;

    tell(s, says("wamid.2", "second", ago(10)));
    tell(s, says("wamid.1", "first", ago(60)));
    tell(s, says("wamid.3", "from the future", ago(-3600)));
    assert_string_equal(shop_text(s, "SELECT string_agg(body, ' ' ORDER BY at, id) FROM message"),
                        "first second from the future");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE at > now()"), 0);
    assert_string_equal(shop_text(s, "SELECT last_preview FROM conversation"), "from the future");
    assert_int_equal(shop_ask(s, "SELECT inbound_count FROM conversation"), 3);
}

static void a_reply_points_at_what_it_answers(void **state)
{
    struct shop *s = *state;
    struct channel_event e = says("wamid.2", "yes", ago(1));

    tell(s, says("wamid.1", "really?", ago(5)));
    e.target_id = S("wamid.1");
    tell(s, e);
    assert_int_equal(
        shop_ask(s, "SELECT count(*) FROM message m JOIN message q ON q.id = m.reply_to_id WHERE "
                    "m.body = 'yes' AND q.body = 'really?'"),
        1);
}

static void writing_opens_a_resolved_and_a_snoozed_conversation(void **state)
{
    struct shop *s = *state;

    tell(s, says("wamid.1", "one", ago(9)));
    shop_sql(s, "UPDATE conversation SET state = 'resolved'");
    tell(s, says("wamid.2", "two", ago(5)));
    assert_string_equal(shop_text(s, "SELECT state FROM conversation"), "open");
    shop_sql(s,
             "UPDATE conversation SET state = 'snoozed', snoozed_until = now() + interval '1 d'");
    tell(s, says("wamid.3", "three", ago(1)));
    assert_string_equal(shop_text(s, "SELECT state FROM conversation"), "open");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM conversation"), 1);
}

static void what_the_agent_called_a_contact_stays(void **state)
{
    struct shop *s = *state;
    struct channel_event e = says("wamid.1", "one", ago(9));

    e.person.name = S("");
    tell(s, e);
    tell(s, says("wamid.2", "two", ago(5))); /* the profile name fills the empty one */
    assert_string_equal(shop_text(s, "SELECT name FROM contact"), "Siti");
    shop_sql(s, "UPDATE contact SET name = 'Puan Siti'");
    e = says("wamid.3", "three", ago(1));
    e.person.name = S("Siti 2");
    tell(s, e);
    assert_string_equal(shop_text(s, "SELECT name FROM contact"), "Puan Siti");
}

static void an_echo_is_ours_and_sent(void **state)
{
    struct shop *s = *state;
    struct channel_event e = says("wamid.e", "from the phone", ago(1));

    tell(s, says("wamid.1", "hello?", ago(9)));
    e.echo = true;
    tell(s, e);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE direction = 'out' AND state = "
                                 "'sent' AND author = 'user' AND sent_at IS NOT NULL"),
                     1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM conversation WHERE inbound_count = 1 AND "
                                 "waiting_since IS NULL AND last_direction = 'out'"),
                     1);
}

static void a_file_is_pending_and_will_be_fetched(void **state)
{
    struct shop *s = *state;
    struct channel_file file = {.kind = MESSAGE_IMAGE,
                                .provider_id = S("media-1"),
                                .media_type = S("image/jpeg"),
                                .bytes = 100};
    struct channel_event e = says("wamid.1", "look", ago(1));

    e.message = MESSAGE_IMAGE;
    e.files = &file;
    e.n_files = 1;
    assert_int_equal(tell(s, e).jobs, 1);
    assert_int_equal(
        shop_ask(s, "SELECT count(*) FROM attachment a JOIN message m ON m.id = a.message_id JOIN "
                    "job j ON j.args->>'attachment_id' = a.id::text WHERE a.state = 'pending' AND "
                    "a.provider_ref = 'media-1' AND j.kind = 'fetch_media' AND m.kind = 'image'"),
        1);
}

/* ---- who is it ---- */

static void both_addresses_lead_to_one_contact(void **state)
{
    struct shop *s = *state;
    struct channel_event e = says("wamid.1", "one", ago(9));

    e.person.scoped_id = S("MY.123");
    tell(s, e);
    e = says("wamid.2", "two", ago(5));
    e.person = (struct channel_person){.scoped_id = S("MY.123")};
    tell(s, e);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM contact"), 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM conversation WHERE inbound_count = 2"), 1);
}

static void two_contacts_that_turn_out_to_be_one_are_merged(void **state)
{
    struct shop *s = *state;
    struct channel_event e = says("wamid.1", "by name", ago(9));
    const char *org = shop_id(s, s->pg->org);

    e.person = (struct channel_person){.scoped_id = S("MY.123"), .username = S("siti")};
    tell(s, e);
    shop_sql(s,
             "INSERT INTO note (org_id, id, contact_id, author_id, body) SELECT '%s', "
             "gen_random_uuid(), id, '%s', 'likes blue' FROM contact",
             org, shop_id(s, s->pg->user));
    tell(s, says("wamid.2", "by number", ago(5)));
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM contact"), 2);
    e = says("wamid.3", "by both", ago(1));
    e.person.scoped_id = S("MY.123");
    tell(s, e);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM contact WHERE name = 'Siti'"), 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM contact"), 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM contact_identity"), 2);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM note n JOIN contact co ON co.id = "
                                 "n.contact_id"),
                     1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message m JOIN contact co ON co.id = "
                                 "m.author_id"),
                     3);
}

static void a_new_number_is_the_same_person(void **state)
{
    struct shop *s = *state;
    struct channel_event e = {
        .kind = EVENT_IDENTITY,
        .at = clock_now(),
        .person = {.address = S("60199999999"), .name = S("Siti")},
        .old_address = S("60123456789"),
    };

    tell(s, says("wamid.1", "one", ago(9)));
    tell(s, e);
    assert_string_equal(shop_text(s, "SELECT value FROM contact_identity"), "60199999999");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM contact"), 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE kind = 'event' AND "
                                 "payload->>'event' = 'identity_changed'"),
                     1);
}

static void an_email_that_somebody_types_merges_nobody(void **state)
{
    struct shop *s = *state;
    const char *org = shop_id(s, s->pg->org), *boss = shop_id(s, uuid_new());
    struct channel_event e = {
        .kind = EVENT_IDENTITY,
        .at = clock_now(),
        .person = {.address = S("0190a000-0000-7000-8000-000000000001"), .email = S("Boss@x.my")},
    };

    shop_sql(s,
             "INSERT INTO contact (org_id, id, name) VALUES ('%s', '%s', 'Boss');"
             "INSERT INTO contact_identity (org_id, id, contact_id, kind, value) VALUES ('%s', "
             "gen_random_uuid(), '%s', 'email', 'boss@x.my')",
             org, boss, org, boss);
    tell_channel(s, s->webchat, "webchat", &e, 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM contact"), 2);
    assert_int_equal(
        shop_ask(s,
                 "SELECT count(*) FROM contact_identity WHERE kind = 'email' AND contact_id = "
                 "'%s'",
                 boss),
        1);
    e.person.email = S("Ali@X.my");
    tell_channel(s, s->webchat, "webchat", &e, 1);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM contact_identity WHERE value = 'ali@x.my' "
                                 "AND NOT verified"),
                     1);
}

/* ---- what becomes of ours ---- */

static void a_state_never_goes_backwards(void **state)
{
    struct shop *s = *state;
    struct uuid id;

    tell(s, says("wamid.1", "hello?", ago(9)));
    id = ours(s, "wamid.o", "sent");
    tell(s, status_of("wamid.o", STATE_READ));
    tell(s, status_of("wamid.o", STATE_DELIVERED));
    tell(s, status_of("wamid.o", STATE_SENT));
    tell(s, status_of("wamid.o", STATE_FAILED));
    assert_string_equal(state_of(s, id), "read");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE read_at IS NOT NULL AND "
                                 "delivered_at IS NOT NULL"),
                     1);
}

static void our_reference_settles_what_was_uncertain(void **state)
{
    struct shop *s = *state;
    struct channel_event e = status_of("wamid.new", STATE_SENT);
    struct uuid id;

    tell(s, says("wamid.1", "hello?", ago(9)));
    id = ours(s, "", "uncertain");
    e.reference = str_of(shop_id(s, id));
    assert_int_equal(tell(s, e).waiting, 0);
    assert_string_equal(state_of(s, id), "sent");
    assert_string_equal(shop_text(s, "SELECT provider_id FROM message WHERE direction = 'out'"),
                        "wamid.new");
    tell(s, status_of("wamid.new", STATE_DELIVERED)); /* by the id that it taught us */
    assert_string_equal(state_of(s, id), "delivered");
}

static void a_failure_says_why(void **state)
{
    struct shop *s = *state;
    struct channel_event e = status_of("wamid.o", STATE_FAILED);
    struct uuid id;

    tell(s, says("wamid.1", "hello?", ago(9)));
    id = ours(s, "wamid.o", "sent");
    e.error_code = S("131026");
    e.error_text = S("This number is not on WhatsApp.");
    tell(s, e);
    assert_string_equal(state_of(s, id), "failed");
    assert_string_equal(shop_text(s, "SELECT error_text FROM message WHERE state = 'failed'"),
                        "This number is not on WhatsApp.");
}

static struct channel_event of_attempt(struct shop *s, struct uuid message, const char *provider_id,
                                       enum message_state state)
{
    struct channel_event e = status_of(provider_id, state);

    e.reference = str_of(shop_id(s, message));
    return e;
}

static void late_news_of_an_attempt_that_failed_do_not_touch_the_next_one(void **state)
{
    struct shop *s = *state;
    struct uuid id, other;

    tell(s, says("wamid.1", "hello?", ago(9)));
    id = ours(s, "wamid.old", "queued"); /* it failed, and is sent again */
    tell(s, of_attempt(s, id, "wamid.old", STATE_SENT));
    tell(s, of_attempt(s, id, "wamid.old", STATE_FAILED));
    assert_string_equal(state_of(s, id), "queued");
    tell(s, of_attempt(s, id, "wamid.new", STATE_SENT));
    assert_string_equal(state_of(s, id), "sent");
    assert_string_equal(
        shop_text(s, "SELECT provider_id FROM message WHERE id = '%s'", shop_id(s, id)),
        "wamid.new");
    tell(s, of_attempt(s, id, "wamid.old", STATE_FAILED));
    assert_string_equal(state_of(s, id), "sent");
    tell(s, of_attempt(s, id, "wamid.new", STATE_FAILED));
    assert_string_equal(state_of(s, id), "failed");
    other = ours(s, "wamid.first", "queued");
    tell(s, of_attempt(s, other, "wamid.first", STATE_DELIVERED)); /* it had arrived after all */
    assert_string_equal(state_of(s, other), "delivered");
}

static void a_status_of_an_unknown_message_waits(void **state)
{
    struct shop *s = *state;
    struct channel_event e = status_of("wamid.who", STATE_SENT);

    e.reference = S("0190a000-0000-7000-8000-000000000001");
    assert_int_equal(tell(s, e).waiting, 1);
}

static void a_status_wakes_the_message_behind_it(void **state)
{
    struct shop *s = *state;
    struct channel_event e = status_of("wamid.o", STATE_SENT);
    struct uuid first, second;

    tell(s, says("wamid.1", "hello?", ago(9)));
    first = ours(s, "", "sending");
    second = ours(s, "", "queued");
    e.reference = str_of(shop_id(s, first));
    tell(s, e);
    assert_int_equal(shop_ask(s,
                              "SELECT count(*) FROM job WHERE kind = 'deliver' AND "
                              "args->>'message_id' = '%s'",
                              shop_id(s, second)),
                     1);
}

/* ---- edits, reactions and the like ---- */

static void an_edit_changes_the_words_and_a_revoke_takes_them(void **state)
{
    struct shop *s = *state;
    struct channel_event e = {
        .kind = EVENT_EDIT,
        .at = ago(3),
        .person = siti,
        .target_id = S("wamid.1"),
        .text = S("two"),
    };

    tell(s, says("wamid.1", "one", ago(9)));
    tell(s, e);
    assert_string_equal(shop_text(s, "SELECT body FROM message"), "two");
    assert_string_equal(shop_text(s, "SELECT last_preview FROM conversation"), "two");
    e.at = ago(6);
    e.text = S("an older edit");
    tell(s, e);
    assert_string_equal(shop_text(s, "SELECT body FROM message"), "two");
    e.kind = EVENT_REVOKE;
    e.at = ago(1);
    tell(s, e);
    assert_string_equal(shop_text(s, "SELECT body FROM message"), "");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE revoked_at IS NOT NULL"), 1);
}

static void what_is_taken_back_takes_its_files_along(void **state)
{
    struct shop *s = *state;
    struct channel_event e = says("wamid.1", "look", ago(9));
    struct channel_file file = {
        .kind = MESSAGE_IMAGE, .provider_id = S("media-1"), .media_type = S("image/jpeg")};

    e.message = MESSAGE_IMAGE;
    e.files = &file;
    e.n_files = 1;
    tell(s, e);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM attachment WHERE state = 'pending'"), 1);
    tell(s, (struct channel_event){
                .kind = EVENT_REVOKE, .at = ago(1), .person = siti, .target_id = S("wamid.1")});
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM attachment WHERE message_id IS NULL AND "
                                 "state = 'failed' AND provider_ref IS NULL"),
                     1);
}

static void a_reaction_comes_and_goes(void **state)
{
    struct shop *s = *state;
    struct channel_event e = {
        .kind = EVENT_REACTION,
        .at = ago(3),
        .person = siti,
        .target_id = S("wamid.1"),
        .emoji = S("\xf0\x9f\x91\x8d"),
    };

    assert_int_equal(tell(s, e).waiting, 1); /* it overtook the message */
    tell(s, says("wamid.1", "one", ago(9)));
    assert_int_equal(tell(s, e).waiting, 0);
    tell(s, e);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM reaction WHERE by_contact"), 1);
    e.emoji = S("");
    e.at = ago(1);
    tell(s, e);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM reaction"), 0);
}

static void seen_reads_all_that_came_before(void **state)
{
    struct shop *s = *state;
    struct channel_event e = {.kind = EVENT_SEEN, .at = clock_now(), .person = siti};
    struct uuid first, second, note;

    tell(s, says("wamid.1", "hello?", ago(9)));
    first = ours(s, "wamid.a", "sent");
    second = ours(s, "wamid.b", "delivered");
    note = ours(s, "", "queued");
    e.target_id = S("wamid.b");
    tell(s, e);
    assert_string_equal(state_of(s, first), "read");
    assert_string_equal(state_of(s, second), "read");
    assert_string_equal(state_of(s, note), "queued");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM conversation WHERE contact_seen_at IS NOT "
                                 "NULL"),
                     1);
}

static void nobody_sees_what_was_written_to_somebody_else(void **state)
{
    struct shop *s = *state;
    struct channel_event stranger = says("wamid.2", "hi", ago(5));
    struct channel_event e = {.kind = EVENT_SEEN, .at = clock_now()};
    struct uuid theirs;

    tell(s, says("wamid.1", "hello?", ago(9)));
    theirs = ours(s, "wamid.a", "sent");
    stranger.person = (struct channel_person){.address = S("60111111111")};
    tell(s, stranger);
    e.person = stranger.person;
    e.target_id = S("wamid.a");
    tell(s, e);
    assert_string_equal(state_of(s, theirs), "sent");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM conversation WHERE contact_seen_at IS NOT "
                                 "NULL"),
                     0);
}

static void trouble_with_the_account_is_told_to_the_caller(void **state)
{
    struct shop *s = *state;
    struct channel_event e = {
        .kind = EVENT_ACCOUNT, .at = clock_now(), .text = S("The number is blocked."), .bad = true};

    assert_true(str_eq(tell(s, e).trouble, S("The number is blocked.")));
    e.bad = false;
    assert_true(str_is_empty(tell(s, e).trouble));
}

static void a_preference_that_comes_twice_is_said_once(void **state)
{
    struct shop *s = *state;
    struct channel_event e = says("wamid.1", "Hi there", ago(5));

    tell(s, e);
    e = (struct channel_event){
        .kind = EVENT_PREFERENCE, .person = e.person, .at = ago(4), .text = S("stop")};
    tell(s, e);
    tell(s, e);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE kind = 'event'"), 1);
    e.at = ago(3);
    tell(s, e);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE kind = 'event'"), 2);
}

static void a_visitor_can_only_attach_their_own_upload(void **state)
{
    struct shop *s = *state;
    const char *org = shop_id(s, s->pg->org);
    struct uuid visitor = uuid_new(), mine = uuid_new(), theirs = uuid_new();
    struct channel_file files[] = {{.upload = mine}, {.upload = theirs}};
    struct channel_event e = says("0190a000-0000-7000-8000-00000000000a", "two files", ago(1));

    for (int i = 0; i < 2; i++)
        shop_sql(s,
                 "INSERT INTO attachment (org_id, id, channel_id, visitor_id, kind, state, sha256) "
                 "VALUES ('%s', '%s', '%s', '%s', 'image', 'stored', '\\x00')",
                 org, shop_id(s, files[i].upload), shop_id(s, s->webchat),
                 shop_id(s, i == 0 ? visitor : uuid_new()));
    e.person = (struct channel_person){.address = str_of(shop_id(s, visitor))};
    e.message = MESSAGE_DOCUMENT;
    e.files = files;
    e.n_files = 2;
    tell_channel(s, s->webchat, "webchat", &e, 1);
    assert_string_equal(shop_text(s, "SELECT kind FROM message"), "image");
    assert_string_equal(shop_text(s, "SELECT id FROM attachment WHERE message_id IS NOT NULL"),
                        shop_id(s, mine));
}

/* ---- failing ---- */

/* Until a drain has ended, well or not; true when well.  It asks no database. */
static bool wait_drained(struct shop *s)
{
    int64_t until = clock_mono_ms() + 15000;
    struct worker_stats stats = {0};

    while (stats.done + stats.retried == 0 && clock_mono_ms() < until) {
        (void)poll(NULL, 0, 5);
        worker_read_stats(s->worker, &stats);
    }
    assert_int_equal(stats.failed, 0);
    return stats.retried == 0;
}

/* The scheduler's calls come first, then the drain's.  Nothing but the worker asks the database while
 * a failure is armed. */
static void whatever_call_to_the_database_fails_a_webhook_is_read_once(void **state)
{
    enum { SCHEDULING = 12, ENOUGH = 3, MOST = 80 };
    struct shop *s = *state;
    int well = 0;

    for (int n = 1; n < SCHEDULING || well < ENOUGH; n++) {
        const char *phone = arena_printf(s->arena, "6019000%04d", n).ptr;

        assert_in_range(n, 1, MOST);
        (void)shop_customer_says(s, phone, arena_printf(s->arena, "wamid.torture%d", n).ptr, "Hi");
        db_fail_after(n);
        shop_open(s, (struct shop_wish){.threads = 2, .lease_s = 1});
        well = wait_drained(s) ? well + 1 : 0;
        db_fail_after(0);
        shop_wait(s, n, "SELECT count(*) FROM inbound WHERE state = 'done'");
        shop_close(s);
        assert_int_equal(shop_ask(s, "SELECT count(*) FROM message"), n);
        assert_int_equal(shop_ask(s, "SELECT count(DISTINCT provider_id) FROM message"), n);
        assert_int_equal(shop_ask(s, "SELECT count(*) FROM conversation"), n);
        assert_int_equal(shop_ask(s, "SELECT count(*) FROM contact"), n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_first_message_makes_contact_conversation_and_message,
                                  shop_clear),
        cmocka_unit_test_teardown(a_replay_changes_nothing, shop_clear),
        cmocka_unit_test_teardown(the_thread_is_in_the_order_of_the_providers_time, shop_clear),
        cmocka_unit_test_teardown(a_reply_points_at_what_it_answers, shop_clear),
        cmocka_unit_test_teardown(writing_opens_a_resolved_and_a_snoozed_conversation, shop_clear),
        cmocka_unit_test_teardown(what_the_agent_called_a_contact_stays, shop_clear),
        cmocka_unit_test_teardown(an_echo_is_ours_and_sent, shop_clear),
        cmocka_unit_test_teardown(a_file_is_pending_and_will_be_fetched, shop_clear),
        cmocka_unit_test_teardown(both_addresses_lead_to_one_contact, shop_clear),
        cmocka_unit_test_teardown(two_contacts_that_turn_out_to_be_one_are_merged, shop_clear),
        cmocka_unit_test_teardown(a_new_number_is_the_same_person, shop_clear),
        cmocka_unit_test_teardown(an_email_that_somebody_types_merges_nobody, shop_clear),
        cmocka_unit_test_teardown(a_state_never_goes_backwards, shop_clear),
        cmocka_unit_test_teardown(our_reference_settles_what_was_uncertain, shop_clear),
        cmocka_unit_test_teardown(a_failure_says_why, shop_clear),
        cmocka_unit_test_teardown(late_news_of_an_attempt_that_failed_do_not_touch_the_next_one,
                                  shop_clear),
        cmocka_unit_test_teardown(a_status_of_an_unknown_message_waits, shop_clear),
        cmocka_unit_test_teardown(a_status_wakes_the_message_behind_it, shop_clear),
        cmocka_unit_test_teardown(an_edit_changes_the_words_and_a_revoke_takes_them, shop_clear),
        cmocka_unit_test_teardown(what_is_taken_back_takes_its_files_along, shop_clear),
        cmocka_unit_test_teardown(a_reaction_comes_and_goes, shop_clear),
        cmocka_unit_test_teardown(seen_reads_all_that_came_before, shop_clear),
        cmocka_unit_test_teardown(nobody_sees_what_was_written_to_somebody_else, shop_clear),
        cmocka_unit_test_teardown(trouble_with_the_account_is_told_to_the_caller, shop_clear),
        cmocka_unit_test_teardown(a_preference_that_comes_twice_is_said_once, shop_clear),
        cmocka_unit_test_teardown(a_visitor_can_only_attach_their_own_upload, shop_clear),
        cmocka_unit_test_teardown(whatever_call_to_the_database_fails_a_webhook_is_read_once,
                                  shop_clear),
    };

    return cmocka_run_group_tests(tests, shop_setup, shop_teardown);
}
