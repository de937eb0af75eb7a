#include "shop.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "domain/actor.h"
#include "domain/message.h"
#include "fake.h"
#include "http/client.h"
#include "store/job.h"
#include "store/vault.h"

extern char **environ;

enum { PATIENCE_MS = 15000, STEP_MS = 5 };

/* ---- asking ---- */

__attribute__((format(printf, 2, 0))) static const char *vformat(struct shop *s, const char *fmt,
                                                                 va_list args)
{
    char text[4096];

    vsnprintf(text, sizeof(text), fmt, args);
    return arena_copy(s->arena, str_of(text)).ptr;
}

int64_t shop_ask(struct shop *s, const char *fmt, ...)
{
    va_list args;
    const char *sql;

    va_start(args, fmt);
    sql = vformat(s, fmt, args);
    va_end(args);
    return pg_i64(s->pg, sql);
}

void shop_sql(struct shop *s, const char *fmt, ...)
{
    va_list args;
    const char *sql;

    va_start(args, fmt);
    sql = vformat(s, fmt, args);
    va_end(args);
    pg_sql(s->pg, sql);
}

const char *shop_text(struct shop *s, const char *fmt, ...)
{
    va_list args;
    const char *sql;

    va_start(args, fmt);
    sql = vformat(s, fmt, args);
    va_end(args);
    return pg_text(s->pg, s->arena, sql).ptr;
}

void shop_wait(struct shop *s, int64_t wanted, const char *fmt, ...)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS, is;
    va_list args;
    const char *sql;

    va_start(args, fmt);
    sql = vformat(s, fmt, args);
    va_end(args);
    while ((is = pg_i64(s->pg, sql)) != wanted && clock_mono_ms() < until)
        (void)poll(NULL, 0, STEP_MS);
    if (is != wanted)
        fail_msg("%lld instead of %lld: %s", (long long)is, (long long)wanted, sql);
}

const char *shop_id(struct shop *s, struct uuid id)
{
    return uuid_str(s->arena, id).ptr;
}

/* ---- making it ---- */

static void write_egress(struct shop *s)
{
    FILE *f;

    snprintf(s->egress, sizeof(s->egress), "%s/egress", s->dir);
    f = fopen(s->egress, "w");
    assert_non_null(f);
    fprintf(f, "graph.facebook.com = http://127.0.0.1:%d\n", s->fake->port);
    fprintf(f, "lookaside.fbsbx.com = http://127.0.0.1:%d\n", s->fake->port);
    fclose(f);
}

static void give_key(struct shop *s, struct ctx *c, struct uuid org)
{
    struct buf hex = buf_new(c->arena, 400);
    struct data_key key;
    struct bytes wrapped;

    data_key_new(&key);
    OK_OR_FAIL(c, data_key_wrap(c, &s->master, org, &key, &wrapped));
    buf_add_hex(&hex, wrapped.data);
    shop_sql(s, "UPDATE org SET data_key = decode('%s', 'hex') WHERE org_id = '%s'",
             buf_str(&hex).ptr, shop_id(s, org));
}

static struct uuid connect(struct shop *s, const char *kind, const char *settings,
                           const char *secrets)
{
    struct ctx *c = shop_begin(s);
    struct channel_form form = {.kind = str_of(kind), .name = str_of(kind)};
    struct json *parsed;
    struct channel out;

    OK_OR_FAIL(c, json_parse(c, str_of(settings), &parsed));
    form.settings = parsed;
    OK_OR_FAIL(c, json_parse(c, str_of(secrets), &parsed));
    form.secrets = parsed;
    OK_OR_FAIL(c, channel_connect(c, s->keys, &form, NULL, &out));
    pg_commit(c);
    return out.id;
}

int shop_setup(void **state)
{
    static const char *const hosts[] = {"graph.facebook.com", ".fbsbx.com", NULL};
    struct arena *arena = arena_new();
    struct shop *s = NEW(arena, struct shop);
    struct ctx c = {.arena = arena};

    assert_int_equal(pg_setup((void **)&s->pg), 0);
    s->arena = arena;
    random_bytes(s->master.bytes, sizeof(s->master.bytes));
    s->keys = keys_new(&s->master);
    snprintf(s->dir, sizeof(s->dir), "/tmp/sambung-shop.XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    s->fake = fake_new();
    write_egress(s);
    give_key(s, &c, s->pg->org);
    give_key(s, &c, s->pg->other);
    OK_OR_FAIL(&c, blob_directory_new(&c, arena_printf(arena, "%s/blobs", s->dir), &s->blobs));
    OK_OR_FAIL(&c, http_client_new(&c,
                                   &(struct http_client_options){.allowed_hosts = hosts,
                                                                 .egress_map = str_of(s->egress)},
                                   &s->http));
    s->whatsapp = connect(s, "whatsapp",
                          "{\"phone_number_id\":\"106540352242922\",\"api_version\":\"v25.0\"}",
                          "{\"access_token\":\"t\",\"app_secret\":\"a\",\"verify_token\":\"v\"}");
    s->webchat = connect(s, "webchat", "{}", "{}");
    s->null = connect(s, "null", "{\"behaviour\":\"silent\"}", "{}");
    *state = s;
    return 0;
}

int shop_teardown(void **state)
{
    struct shop *s = *state;
    char command[128];

    shop_close(s);
    http_client_free(s->http);
    fake_free(s->fake);
    keys_free(s->keys);
    snprintf(command, sizeof(command), "rm -rf %s", s->dir);
    (void)!system(command);
    *state = s->pg;
    pg_teardown(state);
    arena_free(s->arena);
    return 0;
}

static void kill_orphans(struct shop *s);

int shop_clear(void **state)
{
    struct shop *s = *state;

    shop_close(s);
    kill_orphans(s);
    fake_clear(s->fake);
    shop_sql(s, "DELETE FROM job; DELETE FROM org_queue; DELETE FROM inbound; DELETE FROM reaction;"
                "DELETE FROM attachment; DELETE FROM message; DELETE FROM note;"
                "DELETE FROM conversation; DELETE FROM contact_identity; DELETE FROM contact;"
                "DELETE FROM change; DELETE FROM worker;"
                "UPDATE channel SET state = 'connected';"
                "UPDATE channel_health SET next_send_at = NULL, last_error = NULL");
    return 0;
}

/* ---- workers ---- */

static void *work(void *arg)
{
    worker_run(arg);
    return NULL;
}

void shop_open(struct shop *s, struct shop_wish wish)
{
    struct ctx c = {.arena = s->arena};
    struct worker_options o = {
        .http = s->http,
        .blobs = &s->blobs,
        .master = &s->master,
        .threads = wish.threads ? wish.threads : 8,
        .lease_s = wish.lease_s,
        .rate_percent = 100,
    };

    s->worker_app = pg_pool(s->pg->database, DB_APP, 6);
    s->worker_system = pg_pool(s->pg->database, DB_SYSTEM, 1);
    o.app = s->worker_app;
    o.system = s->worker_system;
    OK_OR_FAIL(&c, worker_new(&c, &o, &s->worker));
    assert_int_equal(pthread_create(&s->thread, NULL, work, s->worker), 0);
}

void shop_close(struct shop *s)
{
    if (!s->worker)
        return;
    worker_stop(s->worker);
    pthread_join(s->thread, NULL);
    worker_free(s->worker);
    s->worker = NULL;
    db_pool_free(s->worker_app);
    db_pool_free(s->worker_system);
}

pid_t shop_spawn(struct shop *s, int64_t lease_s)
{
    struct buf hex = buf_new(s->arena, 100);
    char lease[24], blobs[96];
    char *program = getenv("IT_WORKER");
    pid_t pid;

    assert_non_null(program);
    buf_add_hex(&hex, (str){(const char *)s->master.bytes, sizeof(s->master.bytes)});
    snprintf(lease, sizeof(lease), "%lld", (long long)lease_s);
    snprintf(blobs, sizeof(blobs), "%s/blobs", s->dir);
    char *args[] = {
        program, s->pg->database, s->egress, blobs, (char *)(uintptr_t)buf_str(&hex).ptr, lease,
        NULL};
    assert_int_equal(posix_spawn(&pid, program, NULL, NULL, args, environ), 0);
    for (size_t i = 0; i < sizeof(s->spawned) / sizeof(s->spawned[0]); i++)
        if (s->spawned[i] == 0) {
            s->spawned[i] = pid;
            break;
        }
    return pid;
}

static void end(struct shop *s, pid_t worker, int sig)
{
    int status;

    kill(worker, sig);
    for (size_t i = 0; i < sizeof(s->spawned) / sizeof(s->spawned[0]); i++)
        if (s->spawned[i] == worker)
            s->spawned[i] = 0;
    assert_int_equal(waitpid(worker, &status, 0), worker);
}

void shop_kill(struct shop *s, pid_t worker)
{
    end(s, worker, SIGKILL);
}

void shop_end(struct shop *s, pid_t worker)
{
    end(s, worker, SIGTERM);
}

static void kill_orphans(struct shop *s)
{
    for (size_t i = 0; i < sizeof(s->spawned) / sizeof(s->spawned[0]); i++)
        if (s->spawned[i] > 0)
            end(s, s->spawned[i], SIGKILL);
}

/* ---- people ---- */

struct ctx *shop_begin(struct shop *s)
{
    struct ctx *c = pg_begin(s->pg, DB_APP, TX_WRITE);
    struct actor *actor = NEW(c->arena, struct actor);

    *actor = (struct actor){
        .id = s->pg->user,
        .name = S("user"),
        .role = ROLE_OWNER,
        .permissions = role_permissions(ROLE_OWNER, S("")),
    };
    c->actor = actor;
    return c;
}

struct uuid shop_hook(struct shop *s, struct uuid channel, str payload)
{
    struct inbound_row row = {
        .org = s->pg->org, .id = uuid_new(), .channel_id = channel, .received_at = clock_now()};
    struct inbound_row *rows[] = {&row};
    struct seal_place place = {s->pg->org, "inbound", row.id, "body"};
    struct ctx *c = shop_begin(s);
    uint8_t digest[SHA256_BYTES];
    struct data_key key;
    bool is_new;

    OK_OR_FAIL(c, keys_of_org(c, s->keys, &key));
    OK_OR_FAIL(c, seal(c, &key, &place, payload, &row.body));
    sha256(payload, digest);
    row.digest.data = (str){(const char *)digest, sizeof(digest)};
    db_return(c);
    OK_OR_FAIL(c, db_borrow(c, s->pg->system));
    OK_OR_FAIL(c, vault_commit(c, rows, 1, &is_new));
    OK_OR_FAIL(c, db_notify(c, "sambung_job", uuid_str(c->arena, s->pg->org)));
    pg_rollback(c);
    return row.id;
}

#define ENVELOPE                                                                                  \
    "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":" \
    "\"messages\",\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":{"                   \
    "\"phone_number_id\":\"106540352242922\"},%s}}]}]}"

struct uuid shop_customer_says(struct shop *s, const char *phone, const char *wamid,
                               const char *text)
{
    str value = arena_printf(
        s->arena,
        "\"contacts\":[{\"profile\":{\"name\":\"Siti\"},\"wa_id\":\"%s\"}],\"messages\":[{\"from\":"
        "\"%s\",\"id\":\"%s\",\"timestamp\":\"%lld\",\"type\":\"text\",\"text\":{\"body\":\"%s\"}}"
        "]",
        phone, phone, wamid, (long long)(clock_now().us / 1000000), text);

    return shop_hook(s, s->whatsapp, arena_printf(s->arena, ENVELOPE, value.ptr));
}

struct uuid shop_status(struct shop *s, const char *wamid, const char *state, const char *reference)
{
    str value =
        arena_printf(s->arena,
                     "\"statuses\":[{\"id\":\"%s\",\"status\":\"%s\",\"timestamp\":\"%lld\","
                     "\"recipient_id\":\"60123456789\",\"biz_opaque_callback_data\":\"%s\"}]",
                     wamid, state, (long long)(clock_now().us / 1000000), reference);

    return shop_hook(s, s->whatsapp, arena_printf(s->arena, ENVELOPE, value.ptr));
}

struct uuid shop_conversation(struct shop *s, const char *phone)
{
    const char *text =
        shop_text(s,
                  "SELECT v.id FROM conversation v JOIN contact_identity i ON i.id = v.identity_id "
                  "WHERE i.value = '%s'",
                  phone);
    struct uuid id;

    if (!uuid_parse(str_of(text), &id))
        fail_msg("no conversation of %s", phone);
    return id;
}

struct uuid shop_reply(struct shop *s, struct uuid conversation, const char *text, int64_t undo_ms)
{
    struct ctx *c = shop_begin(s);
    struct message_new in = {.body = str_of(text), .undo_ms = undo_ms};
    struct uuid id;

    OK_OR_FAIL(c, message_reply(c, conversation, &in, &id));
    pg_commit(c);
    c = pg_begin(s->pg, DB_SYSTEM, TX_NONE);
    OK_OR_FAIL(c, db_notify(c, "sambung_job", uuid_str(c->arena, s->pg->org)));
    pg_rollback(c);
    return id;
}

struct uuid shop_acquaint(struct shop *s, const char *phone)
{
    const char *org = shop_id(s, s->pg->org);
    const char *contact = shop_id(s, uuid_new()), *identity = shop_id(s, uuid_new());
    struct uuid conversation = uuid_new();

    shop_sql(s,
             "INSERT INTO contact (org_id, id, name) VALUES ('%s', '%s', 'Siti');"
             "INSERT INTO contact_identity (org_id, id, contact_id, kind, value) VALUES ('%s', "
             "'%s', '%s', 'whatsapp', '%s');"
             "INSERT INTO conversation (org_id, id, contact_id, channel_id, identity_id, number, "
             "sort_at, window_closes_at) VALUES ('%s', '%s', '%s', '%s', '%s', "
             "(SELECT count(*) + 1 FROM conversation), now(), now() + interval '1 day')",
             org, contact, org, identity, contact, phone, org, shop_id(s, conversation), contact,
             shop_id(s, s->whatsapp), identity);
    return conversation;
}
