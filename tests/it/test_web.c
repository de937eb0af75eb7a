/*
 * test_web.c - the web process's server inside this program, where its database can be made to fail
 * at a certain call, and its object store and connections be watched.
 *
 * A torture does the same thing again and again, the first call failing the first time, the second
 * the second time, until nothing fails any more.  Only the server asks the database while a
 * failure is armed: no feed and no notifier run here.
 */
#include "shop.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/server.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "live/vault.h"

enum { ANSWER_MAX = 65536, LAST_UNTOUCHED = 3, MOST_CALLS = 60, PATIENCE_MS = 15000 };

struct web {
    struct shop *shop; /* first */
    struct arena *arena;
    struct config config;
    struct server server;
    struct blob_ops ops;
    int64_t busy_while_storing; /* connections, the most there were */
    int stored;
    const char *meanwhile; /* a statement that is run while a file is stored */
    const char *token;
};

static struct web web; /* the spy has no other way to it */

/* ---- the server ---- */

static enum status watched_put(struct ctx *c, struct blob_store *store, str key, str path)
{
    struct db_pool_stat app, system;

    db_pool_stats(web.server.app, &app);
    db_pool_stats(web.server.system, &system);
    if (app.busy + system.busy > web.busy_while_storing)
        web.busy_while_storing = app.busy + system.busy;
    web.stored++;
    if (web.meanwhile != NULL)
        shop_sql(web.shop, "%s", web.meanwhile);
    return web.shop->blobs.ops->put(c, store, key, path);
}

static const char *sign_in(void)
{
    str token = token_new(web.arena, web.server.keys.session, "ses_");
    struct buf hex = buf_new(web.arena, 100);
    uint8_t digest[SHA256_BYTES];

    token_digest(web.server.keys.session, token, digest);
    buf_add_hex(&hex, (str){(const char *)digest, sizeof(digest)});
    shop_sql(web.shop,
             "INSERT INTO session (id, token_digest, user_id, org_id, ip, user_agent, expires_at) "
             "VALUES (gen_random_uuid(), decode('%s', 'hex'), '%s', '%s', '', '', "
             "now() + interval '1 day')",
             buf_str(&hex).ptr, shop_id(web.shop, web.shop->pg->user),
             shop_id(web.shop, web.shop->pg->org));
    return token.ptr;
}

static int open_web(void **state)
{
    struct ctx c = {0};
    struct shop *s;

    assert_int_equal(shop_setup(state), 0);
    s = *state;
    web.shop = s;
    web.arena = arena_new();
    c.arena = web.arena;
    web.config = (struct config){
        .listen = S("127.0.0.1:0"),
        .public_url = S("http://127.0.0.1"),
        .data = str_of(s->dir),
        .request_threads = 2,
        .slow_threads = 1,
        .max_connections = 100,
        .upload_max_bytes = 1048576,
    };
    web.ops = *s->blobs.ops;
    web.ops.put = watched_put;
    web.server = (struct server){
        .config = &web.config,
        .app = s->pg->app,
        .slow = s->pg->system,
        .system = s->pg->system,
        .master = s->master,
        .blobs = s->blobs,
    };
    web.server.blobs.ops = &web.ops;
    OK_OR_FAIL(&c,
               vault_new(&c,
                         &(struct vault_options){
                             .conninfo = pg_conninfo(web.arena, s->pg->database, "sambung_system"),
                             .process = "it web"},
                         &web.server.vault));
    log_setup(LOG_ERROR + 1, false, "it_web"); /* failures are what is wanted here */
    OK_OR_FAIL(&c, server_start(&c, &web.server));
    web.token = sign_in();
    return 0;
}

/* What it has learnt is forgotten: who signed in, whose a channel is, keys. */
static void start_afresh(void)
{
    struct ctx c = {.arena = web.arena};

    server_stop(&web.server, 1000);
    OK_OR_FAIL(&c, server_start(&c, &web.server));
}

static int close_web(void **state)
{
    server_stop(&web.server, 1000);
    vault_free(web.server.vault);
    arena_free(web.arena);
    return shop_teardown(state);
}

/* ---- asking it ---- */

struct said {
    int status;
    const char *body;
};

static struct said read_answer(int fd)
{
    char *text = arena_alloc(web.arena, ANSWER_MAX);
    size_t n = 0;
    ssize_t got;
    const char *body;
    int64_t status = 0;

    while (n < ANSWER_MAX - 1 && (got = read(fd, text + n, ANSWER_MAX - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = '\0';
    body = strstr(text, "\r\n\r\n");
    if (n < 12 || body == NULL)
        fail_msg("no answer: \"%s\"", text);
    assert_true(str_parse_i64((str){text + 9, 3}, &status));
    return (struct said){(int)status, body + 4};
}

static struct said ask(const char *method, const char *target, const char *headers, str body)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)server_port(&web.server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    str head = arena_printf(web.arena,
                            "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                            "Content-Length: %zu\r\n%s\r\n",
                            method, target, body.len, headers);
    struct said said;

    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    assert_int_equal(write(fd, head.ptr, head.len), head.len);
    if (body.len > 0)
        assert_int_equal(write(fd, body.ptr, body.len), body.len);
    said = read_answer(fd);
    close(fd);
    return said;
}

/* The headers of a member's request, whose key is of that number. */
static const char *as_member(const char *token, const char *type, const char *key, int n)
{
    return arena_printf(
               web.arena,
               "Authorization: Bearer %s\r\nContent-Type: %s\r\nIdempotency-Key: %s-%d\r\n", token,
               type, key, n)
        .ptr;
}

/* The text after "name":" in an answer. */
static const char *member_of(struct said said, const char *name)
{
    str quoted = arena_printf(web.arena, "\"%s\":\"", name);
    const char *at = strstr(said.body, quoted.ptr), *end;

    if (at == NULL)
        fail_msg("no %s in %s", name, said.body);
    at += quoted.len;
    end = strchr(at, '"');
    return arena_copy(web.arena, (str){at, (size_t)(end - at)}).ptr;
}

/* A failure that says that it is one, and that the sender may try again. */
static void assert_honest(struct said said, int n)
{
    if (said.status != 503 && said.status != 502)
        fail_msg("with call %d failing: %d %s", n, said.status, said.body);
}

/* Does it with the first call failing, the second, ... until it was done at once several times; and
 * then all over with failing COMMITs that were done nevertheless.  once says whether it was done;
 * then nothing is armed any more, and settle sees to it that trying again makes it done once.  Each
 * time has another id, from 1. */
static void torture(void *arg, bool (*once)(void *arg, int id), void (*settle)(void *arg, int id))
{
    static void (*const arm[])(int64_t n) = {db_fail_after, db_fail_late_after};
    int id = 0;

    for (size_t how = 0; how < 2; how++) {
        int untouched = 0, failed = 0;

        for (int n = 1; untouched < LAST_UNTOUCHED; n++) {
            bool done;

            assert_in_range(n, 1, MOST_CALLS);
            start_afresh();
            arm[how](n);
            done = once(arg, ++id);
            db_fail_after(0);
            untouched = done ? untouched + 1 : 0;
            failed += !done;
            settle(arg, id);
        }
        assert_true(failed > 0);
    }
}

/* ---- files ---- */

static struct said upload(const char *token, const char *name, int n, str bytes)
{
    return ask("POST", arena_printf(web.arena, "/v1/uploads?name=%s-%d", name, n).ptr,
               as_member(token, "text/plain", name, n), bytes);
}

static void no_connection_is_held_while_a_file_is_stored(void **state)
{
    struct said first, again;

    (void)state;
    web.busy_while_storing = web.stored = 0;
    first = upload(web.token, "held", 1, S("some bytes"));
    assert_int_equal(first.status, 201);
    again = upload(web.token, "held", 1, S("some bytes"));
    assert_int_equal(again.status, 201);
    assert_string_equal(member_of(first, "id"), member_of(again, "id"));
    assert_in_range(web.stored, 1, 2);
    assert_int_equal(web.busy_while_storing, 0);
}

static struct said visit(const char *target, const char *token, const char *key, str body)
{
    bool file = key != NULL;

    return ask(
        "POST",
        arena_printf(web.arena, "/chat/%s/%s", shop_id(web.shop, web.shop->webchat), target).ptr,
        arena_printf(web.arena, "%s%s%sContent-Type: %s\r\n%s%s%s",
                     token ? "Authorization: Bearer " : "", token ? token : "", token ? "\r\n" : "",
                     file ? "text/plain" : "application/json", file ? "Idempotency-Key: " : "",
                     file ? key : "", file ? "\r\n" : "")
            .ptr,
        body);
}

static void nor_while_a_visitors_is_and_its_repetition_is_the_same_file(void **state)
{
    const char *token = member_of(visit("visitor", NULL, NULL, S("{}")), "token");
    const char *other = member_of(visit("visitor", NULL, NULL, S("{}")), "token");
    struct said first, again, others;

    (void)state;
    web.busy_while_storing = web.stored = 0;
    first = visit("uploads", token, "file-1", S("a visitor's bytes"));
    assert_int_equal(first.status, 201);
    again = visit("uploads", token, "file-1", S("a visitor's bytes"));
    others = visit("uploads", other, "file-1", S("a visitor's bytes"));
    assert_int_equal(again.status, 201);
    assert_int_equal(others.status, 201);
    assert_string_equal(member_of(first, "id"), member_of(again, "id"));
    assert_string_not_equal(member_of(first, "id"), member_of(others, "id"));
    assert_int_equal(visit("uploads", token, "file-1", S("other bytes")).status, 422);
    assert_int_equal(web.stored, 2); /* one for each visitor */
    assert_int_equal(web.busy_while_storing, 0);
    assert_int_equal(shop_ask(web.shop, "SELECT count(*) FROM attachment"), 2);
}

static void files_that_came_while_one_was_stored_count_for_it(void **state)
{
    const char *token = member_of(visit("visitor", NULL, NULL, S("{}")), "token");
    const char *id = member_of(visit("uploads", token, "many-1", S("the first")), "id");
    struct said said;

    (void)state;
    web.meanwhile =
        arena_printf(web.arena,
                     "INSERT INTO attachment (id, org_id, channel_id, visitor_id, kind, "
                     "name, media_type, bytes, sha256, state) "
                     "SELECT gen_random_uuid(), org_id, channel_id, visitor_id, kind, "
                     "name, media_type, bytes, sha256, state "
                     "FROM attachment, generate_series(2, 20) WHERE id = '%s'",
                     id)
            .ptr;
    said = visit("uploads", token, "many-2", S("one too many"));
    web.meanwhile = NULL;
    assert_int_equal(said.status, 429);
    assert_int_equal(shop_ask(web.shop,
                              "SELECT count(*) FROM attachment WHERE visitor_id = (SELECT "
                              "visitor_id FROM attachment WHERE id = '%s')",
                              id),
                     20);
}

/* Of this process, below the shop's folder. */
static int open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *e;
    char to[512], blobs[96];
    int n = 0;

    assert_non_null(dir);
    snprintf(blobs, sizeof(blobs), "%s/blobs/", web.shop->dir);
    while ((e = readdir(dir)) != NULL) {
        ssize_t len = readlinkat(dirfd(dir), e->d_name, to, sizeof(to) - 1);

        to[len > 0 ? len : 0] = '\0';
        n += strncmp(to, blobs, strlen(blobs)) == 0;
    }
    closedir(dir);
    return n;
}

static void wait_closed(void)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;

    while (open_files() > 0 && clock_mono_ms() < until)
        (void)poll(NULL, 0, 5);
    assert_int_equal(open_files(), 0);
}

static bool fetch_once(void *arg, int n)
{
    struct said said = ask("GET", arg, "", S(""));

    if (said.status != 200)
        assert_honest(said, n);
    return said.status == 200;
}

static void all_is_closed(void *arg, int n)
{
    (void)n;
    wait_closed();
    assert_string_equal(ask("GET", arg, "", S("")).body, "to be fetched");
    wait_closed();
}

static void a_file_that_cannot_be_answered_after_all_is_closed(void **state)
{
    const char *url = member_of(upload(web.token, "fetch", 1, S("to be fetched")), "url");

    (void)state;
    torture((void *)(uintptr_t)url, fetch_once, all_is_closed);
}

static bool upload_once(void *arg, int n)
{
    struct said said = upload(web.token, arg, n, S("tortured"));

    if (said.status != 201)
        assert_honest(said, n);
    return said.status == 201;
}

static void uploaded(void *arg, int n)
{
    struct said said = upload(web.token, arg, n, S("tortured"));

    assert_int_equal(said.status, 201);
    assert_int_equal(shop_ask(web.shop, "SELECT count(*) FROM attachment"), n);
}

static void whatever_call_fails_a_file_is_uploaded_once(void **state)
{
    static char name[] = "upload";

    (void)state;
    torture(name, upload_once, uploaded);
}

/* ---- messages ---- */

static struct said reply(const char *token, const char *conversation, int n)
{
    return ask("POST", arena_printf(web.arena, "/v1/conversations/%s/messages", conversation).ptr,
               as_member(token, "application/json", "reply", n),
               arena_printf(web.arena, "{\"kind\":\"text\",\"body\":\"answer %d\"}", n));
}

static bool reply_once(void *arg, int n)
{
    struct said said = reply(web.token, arg, n);

    if (said.status != 201)
        assert_honest(said, n);
    return said.status == 201;
}

/* A message, its change and the key's answer are there together, or none of them. */
static void replied(void *arg, int n)
{
    assert_int_equal(shop_ask(web.shop, "SELECT count(*) FROM message m FULL JOIN "
                                        "(SELECT * FROM change WHERE kind = 'message') c "
                                        "ON c.entity_id = m.id "
                                        "WHERE m.direction IS DISTINCT FROM 'in' "
                                        "AND (m.id IS NULL OR c.entity_id IS NULL)"),
                     0);
    assert_int_equal(shop_ask(web.shop, "SELECT count(*) FROM idempotency WHERE status = 0"), 0);
    assert_int_equal(reply(web.token, arg, n).status, 201);
    assert_int_equal(shop_ask(web.shop, "SELECT count(*) FROM message WHERE body = 'answer %d'", n),
                     1);
}

/* And what was asked for once is sent once: the worker's own calls are tortured in test_deliver. */
static void whatever_call_fails_an_answer_is_written_once_and_sent_once(void **state)
{
    struct shop *s = *state;
    const char *conversation = shop_id(s, shop_acquaint(s, "60123456789"));
    int64_t n;

    torture((void *)(uintptr_t)conversation, reply_once, replied);
    n = shop_ask(s, "SELECT count(*) FROM message WHERE direction = 'out'");
    shop_open(s, (struct shop_wish){.threads = 2});
    shop_wait(s, n, "SELECT count(*) FROM message WHERE state = 'sent'");
    assert_int_equal(fake_count(s->fake), n);
}

#define WEBHOOK                                                                                   \
    "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":" \
    "\"messages\",\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":{"                   \
    "\"phone_number_id\":\"106540352242922\"},\"contacts\":[{\"profile\":{\"name\":\"Siti\"},"    \
    "\"wa_id\":\"60123456789\"}],\"messages\":[{\"from\":\"60123456789\",\"id\":\"wamid.%d\","    \
    "\"timestamp\":\"%lld\",\"type\":\"text\",\"text\":{\"body\":\"line %d\"}}]}}]}]}"

static struct said hook(int n, int64_t at_s)
{
    str body = arena_printf(web.arena, WEBHOOK, n, (long long)at_s, n);
    struct buf hex = buf_new(web.arena, 100);
    uint8_t mac[SHA256_BYTES];

    hmac_sha256(S("a"), body, mac);
    buf_add_hex(&hex, (str){(const char *)mac, sizeof(mac)});
    return ask("POST",
               arena_printf(web.arena, "/hooks/%s", shop_id(web.shop, web.shop->whatsapp)).ptr,
               arena_printf(web.arena,
                            "Content-Type: application/json\r\nX-Hub-Signature-256: sha256=%s\r\n",
                            buf_str(&hex).ptr)
                   .ptr,
               body);
}

static bool hook_once(void *arg, int n)
{
    struct said said = hook(n, *(int64_t *)arg);

    if (said.status != 200)
        assert_honest(said, n);
    return said.status == 200;
}

/* The provider sends it again until it was answered 200, and once more for good measure. */
static void hooked(void *arg, int n)
{
    assert_int_equal(hook(n, *(int64_t *)arg).status, 200);
    assert_int_equal(hook(n, *(int64_t *)arg).status, 200);
    assert_int_equal(shop_ask(web.shop, "SELECT count(*) FROM inbound"), n);
}

static void whatever_call_fails_a_webhook_is_kept_once_and_read_once(void **state)
{
    struct shop *s = *state;
    int64_t at_s = clock_now().us / 1000000, n;

    torture(&at_s, hook_once, hooked);
    n = shop_ask(s, "SELECT count(*) FROM inbound");
    shop_open(s, (struct shop_wish){.threads = 2});
    shop_wait(s, n, "SELECT count(*) FROM message");
    shop_wait(s, 0, "SELECT count(*) FROM job WHERE state IN ('queued', 'running')");
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM message"), n);
    assert_int_equal(shop_ask(s, "SELECT count(*) FROM conversation"), 1);
    assert_int_equal(shop_ask(s, "SELECT count(DISTINCT provider_id) FROM message"), n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(no_connection_is_held_while_a_file_is_stored, shop_clear),
        cmocka_unit_test_teardown(nor_while_a_visitors_is_and_its_repetition_is_the_same_file,
                                  shop_clear),
        cmocka_unit_test_teardown(files_that_came_while_one_was_stored_count_for_it, shop_clear),
        cmocka_unit_test_teardown(a_file_that_cannot_be_answered_after_all_is_closed, shop_clear),
        cmocka_unit_test_teardown(whatever_call_fails_a_file_is_uploaded_once, shop_clear),
        cmocka_unit_test_teardown(whatever_call_fails_an_answer_is_written_once_and_sent_once,
                                  shop_clear),
        cmocka_unit_test_teardown(whatever_call_fails_a_webhook_is_kept_once_and_read_once,
                                  shop_clear),
    };

    return cmocka_run_group_tests(tests, open_web, close_web);
}
