#include "shop.h"

#include <string.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "domain/conversation.h"
#include "domain/message.h"
#include "domain/upload.h"

/* A picture of one dot. */
static const char png[] =
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx"
    "\x9c\x63\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x56\xc7\x2f\x0d\0\0\0\0IEND\xae\x42\x60\x82";
enum { PNG_BYTES = sizeof(png) - 1 };

static const struct fake_answer located = {
    .deed = FAKE_ANSWER,
    .body = "{\"messaging_product\":\"whatsapp\",\"url\":\"https://lookaside.fbsbx.com/m?x=1\","
            "\"mime_type\":\"image/png\",\"file_size\":70,\"id\":\"media-1\"}",
};
static const struct fake_answer the_picture = {
    .deed = FAKE_ANSWER, .body = png, .bytes = PNG_BYTES};

static int open_shop(void **state)
{
    shop_open(*state, (struct shop_wish){.threads = 4});
    return 0;
}

static void customer_sends(struct shop *s, const char *type)
{
    shop_hook(
        s, s->whatsapp,
        arena_printf(
            s->arena,
            "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{"
            "\"field\":\"messages\",\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":{"
            "\"phone_number_id\":\"106540352242922\"},\"messages\":[{\"from\":\"60123456789\","
            "\"id\":\"wamid.m\",\"timestamp\":\"1700000000\",\"type\":\"%s\",\"%s\":{\"id\":"
            "\"media-1\",\"mime_type\":\"image/png\",\"sha256\":\"x\"}}]}}]}]}",
            type, type));
}

static void a_picture_is_fetched_looked_at_and_kept(void **state)
{
    struct shop *s = *state;
    struct ctx c = {.arena = s->arena};
    char bytes[PNG_BYTES];
    const char *sha;
    uint8_t digest[32];
    int64_t size;
    int fd;

    fake_next(s->fake, located);
    fake_next(s->fake, the_picture);
    customer_sends(s, "image");
    shop_wait(s, 1, "SELECT count(*) FROM attachment WHERE state = 'stored'");
    sha = shop_text(s,
                    "SELECT encode(sha256, 'hex') FROM attachment WHERE kind = 'image' AND "
                    "media_type = 'image/png' AND bytes = %d",
                    PNG_BYTES);
    sha256((str){png, PNG_BYTES}, digest);
    assert_int_equal(
        s->blobs.ops->open(&c, &s->blobs, blob_key(s->arena, s->pg->org, digest), &fd, &size), OK);
    assert_int_equal(read(fd, bytes, sizeof(bytes)), PNG_BYTES);
    close(fd);
    assert_memory_equal(bytes, png, PNG_BYTES);
    assert_int_equal(strlen(sha), 64);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE kind = 'image' AND version = "
                                 "2"),
                     1);
    assert_string_equal(s->fake->calls[1].path, "/m?x=1");
}

static void a_picture_that_is_taken_back_while_it_is_fetched_stays_withdrawn(void **state)
{
    struct shop *s = *state;
    struct fake_answer slow = the_picture;

    slow.delay_ms = 700;
    fake_next(s->fake, located);
    fake_next(s->fake, slow);
    customer_sends(s, "image");
    fake_wait(s->fake, 2);
    shop_hook(
        s, s->whatsapp,
        S("{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{"
          "\"field\":\"messages\",\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":{"
          "\"phone_number_id\":\"106540352242922\"},\"messages\":[{\"from\":\"60123456789\","
          "\"id\":\"wamid.r\",\"timestamp\":\"1700000009\",\"type\":\"revoke\",\"revoke\":{"
          "\"original_message_id\":\"wamid.m\"}}]}}]}]}"));
    shop_wait(s, 1, "SELECT count(*) FROM message WHERE revoked_at IS NOT NULL");
    shop_wait(s, 1,
              "SELECT count(*) FROM job WHERE kind = 'fetch_media' AND state <> 'running' "
              "AND state <> 'queued'");
    /* its bytes are known, so that the purge finds them */
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM attachment WHERE message_id IS NULL AND "
                                 "state = 'failed' AND error_text = 'taken back' AND "
                                 "sha256 IS NOT NULL"),
                     1);
}

static void a_picture_that_is_none_becomes_a_document(void **state)
{
    struct shop *s = *state;

    fake_next(s->fake, located);
    fake_next(s->fake, (struct fake_answer){.deed = FAKE_ANSWER,
                                            .body = "<html><script>alert(1)</script></html>"});
    customer_sends(s, "image");
    shop_wait(s, 1,
              "SELECT count(*) FROM attachment WHERE state = 'stored' AND kind = 'document' "
              "AND media_type = 'text/html'");
}

static void a_file_that_is_gone_is_shown_as_failed(void **state)
{
    struct shop *s = *state;

    fake_next(s->fake, (struct fake_answer){.deed = FAKE_ANSWER,
                                            .status = 404,
                                            .body = "{\"error\":{\"message\":\"gone\",\"code\":"
                                                    "100}}"});
    customer_sends(s, "image");
    shop_wait(s, 1, "SELECT count(*) FROM attachment WHERE state = 'failed' AND error_text <> ''");
    shop_wait(s, 1, "SELECT count(*) FROM job WHERE kind = 'fetch_media' AND state = 'failed'");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message WHERE version = 2"), 1);
}

static void an_address_that_grew_old_is_asked_for_again(void **state)
{
    struct shop *s = *state;

    fake_next(s->fake, located);
    fake_next(s->fake, (struct fake_answer){.deed = FAKE_ANSWER, .status = 403, .body = "{}"});
    fake_next(s->fake, located);
    fake_next(s->fake, the_picture);
    customer_sends(s, "image");
    fake_wait(s->fake, 2);
    shop_wait(s, 1,
              "SELECT count(*) FROM job WHERE kind = 'fetch_media' AND state = 'queued' AND "
              "last_error <> ''");
    shop_sql(s, "UPDATE job SET run_at = now()");
    shop_wait(s, 1, "SELECT count(*) FROM attachment WHERE state = 'stored'");
}

/* An agent's file: kept first, then sent. */
static struct uuid upload(struct shop *s)
{
    struct ctx *c = shop_begin(s);
    struct upload in = {.name = S("dot.png"), .voice = false};
    struct attachment row;
    struct blob_facts facts;
    str path;
    int fd;

    OK_OR_FAIL(c, blob_scratch(c, &s->blobs, &path, &fd));
    assert_int_equal(write(fd, png, PNG_BYTES), PNG_BYTES);
    close(fd);
    OK_OR_FAIL(c, blob_examine(c, &s->blobs, path, &facts));
    OK_OR_FAIL(c,
               s->blobs.ops->put(c, &s->blobs, blob_key(c->arena, s->pg->org, facts.sha256), path));
    unlink(path.ptr);
    in.media_type = facts.media_type;
    in.bytes = facts.bytes;
    in.sha256.data = (str){(const char *)facts.sha256, 32};
    OK_OR_FAIL(c, upload_keep(c, &in, &row));
    pg_commit(c);
    return row.id;
}

static struct uuid send_file(struct shop *s, struct uuid conversation, struct uuid file)
{
    struct ctx *c = shop_begin(s);
    struct message_new in = {.body = S("look"), .attachments = &file, .n_attachments = 1};
    struct uuid id;

    OK_OR_FAIL(c, message_reply(c, conversation, &in, &id));
    pg_commit(c);
    return id;
}

static void our_file_is_handed_over_once_and_then_sent(void **state)
{
    struct shop *s = *state;
    struct uuid conversation = shop_acquaint(s, "60123456789"), id;

    fake_next(s->fake, (struct fake_answer){.deed = FAKE_ANSWER, .body = "{\"id\":\"file-7\"}"});
    fake_next(s->fake, (struct fake_answer){.deed = FAKE_ANSWER, .status = 503, .body = "{}"});
    id = send_file(s, conversation, upload(s));
    shop_wait(s, 1, "SELECT count(*) FROM message WHERE id = '%s' AND state = 'sent'",
              shop_id(s, id));
    assert_int_equal(fake_count(s->fake), 3); /* the file, a busy server, the message */
    assert_non_null(strstr(s->fake->calls[0].path, "/media"));
    assert_string_equal(s->fake->calls[2].reference, shop_id(s, id));
    assert_string_equal(shop_text(s, "SELECT provider_ref FROM attachment"), "file-7");
}

static void a_file_that_they_refuse_fails_the_message(void **state)
{
    struct shop *s = *state;
    struct uuid conversation = shop_acquaint(s, "60123456789"), id;

    fake_next(s->fake, (struct fake_answer){
                           .deed = FAKE_ANSWER,
                           .status = 400,
                           .body = "{\"error\":{\"message\":\"bad file\",\"code\":131053}}"});
    id = send_file(s, conversation, upload(s));
    shop_wait(s, 1,
              "SELECT count(*) FROM message WHERE id = '%s' AND state = 'failed' AND "
              "error_text <> ''",
              shop_id(s, id));
    assert_int_equal(fake_count(s->fake), 1);
}

static void credentials_are_tried_and_the_answer_is_the_jobs_result(void **state)
{
    struct shop *s = *state;
    struct channel_form form = {.kind = S("whatsapp"), .name = S("W")};
    struct ctx lasting = {.arena = s->arena}, *c;
    struct json *parsed;
    struct uuid job;

    OK_OR_FAIL(&lasting, json_parse(&lasting,
                                    S("{\"phone_number_id\":\"106540352242922\","
                                      "\"api_version\":\"v25.0\"}"),
                                    &parsed));
    form.settings = parsed;
    OK_OR_FAIL(&lasting, json_parse(&lasting,
                                    S("{\"access_token\":\"t\",\"app_secret\":\"a\","
                                      "\"verify_token\":\"v\"}"),
                                    &parsed));
    form.secrets = parsed;
    c = shop_begin(s);
    fake_next(s->fake, (struct fake_answer){.deed = FAKE_ANSWER,
                                            .body = "{\"display_phone_number\":\"+60 12-345\","
                                                    "\"verified_name\":\"Kedai\"}"});
    OK_OR_FAIL(c, channel_test_enqueue(c, s->keys, &form, (struct uuid){{0}}, &job));
    pg_commit(c);
    shop_wait(s, 1,
              "SELECT count(*) FROM job WHERE id = '%s' AND state = 'done' AND result->>'ok' "
              "= 'true' AND result->>'display' = '+60 12-345, Kedai'",
              shop_id(s, job));
    shop_wait(s, 1, "SELECT count(*) FROM change WHERE kind = 'job' AND entity_id = '%s'",
              shop_id(s, job));

    c = shop_begin(s);
    fake_next(s->fake,
              (struct fake_answer){.deed = FAKE_ANSWER,
                                   .status = 401,
                                   .body = "{\"error\":{\"message\":\"x\",\"code\":190}}"});
    OK_OR_FAIL(c, channel_test_enqueue(c, s->keys, &form, (struct uuid){{0}}, &job));
    pg_commit(c);
    shop_wait(s, 1,
              "SELECT count(*) FROM job WHERE id = '%s' AND result->>'ok' = 'false' AND "
              "result->>'field' = 'access_token' AND result->>'problem' <> ''",
              shop_id(s, job));
}

static void the_person_learns_that_we_read_and_how_we_feel(void **state)
{
    struct shop *s = *state;
    struct uuid message;
    struct ctx *c;

    shop_customer_says(s, "60123456789", "wamid.1", "hello?");
    shop_wait(s, 1, "SELECT count(*) FROM message");
    c = shop_begin(s);
    OK_OR_FAIL(c, conversation_mark_read(c, shop_conversation(s, "60123456789")));
    pg_commit(c);
    fake_wait(s->fake, 1);
    assert_true(uuid_parse(str_of(shop_text(s, "SELECT id FROM message")), &message));
    c = shop_begin(s);
    OK_OR_FAIL(c, message_react(c, message, S("\xe2\x9d\xa4")));
    pg_commit(c);
    fake_wait(s->fake, 2);
    shop_wait(s, 2,
              "SELECT count(*) FROM job WHERE kind IN ('mark_read', 'reaction') AND state = "
              "'done'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_picture_is_fetched_looked_at_and_kept, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(
            a_picture_that_is_taken_back_while_it_is_fetched_stays_withdrawn, open_shop,
            shop_clear),
        cmocka_unit_test_setup_teardown(a_picture_that_is_none_becomes_a_document, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(a_file_that_is_gone_is_shown_as_failed, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(an_address_that_grew_old_is_asked_for_again, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(our_file_is_handed_over_once_and_then_sent, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(a_file_that_they_refuse_fails_the_message, open_shop,
                                        shop_clear),
        cmocka_unit_test_setup_teardown(credentials_are_tried_and_the_answer_is_the_jobs_result,
                                        open_shop, shop_clear),
        cmocka_unit_test_setup_teardown(the_person_learns_that_we_read_and_how_we_feel, open_shop,
                                        shop_clear),
    };

    return cmocka_run_group_tests(tests, shop_setup, shop_teardown);
}
