/*
 * inbox.c - see inbox.h.
 */
#include "inbox.h"

#include <stdio.h>
#include <string.h>

#include "domain/upload.h"
#include "store/identity.h"
#include "store/org.h"

static struct actor actor_of(struct uuid id, const char *name, enum member_role role)
{
    return (struct actor){
        .id = id, .name = str_of(name), .role = role, .permissions = role_permissions(role, S(""))};
}

static struct uuid add_agent(struct ctx *c, const char *name, const char *email)
{
    struct member_new in = {.name = str_of(name), .email = str_of(email), .role = ROLE_AGENT};
    struct uuid id;

    OK_OR_FAIL(c, account_add_member(c, &in, &id));
    return id;
}

static void make_people(struct inbox *box)
{
    struct ctx *c = pg_begin(box->pg, DB_SYSTEM, TX_SYSTEM);
    struct account_new in = {
        .org_name = S("Kedai Maju"),
        .name = S("Aisyah"),
        .email = S("aisyah@example.com"),
        .password = {"correct horse", 13}
    };
    struct uuid owner;

    OK_OR_FAIL(c, account_bootstrap(c, &box->master, &in, &box->org, &owner));
    box->owner = actor_of(owner, "Aisyah", ROLE_OWNER);
    box->agent = actor_of(add_agent(c, "Bala", "bala@example.com"), "Bala", ROLE_AGENT);
    box->colleague = actor_of(add_agent(c, "Chen", "chen@example.com"), "Chen", ROLE_AGENT);
    box->other = box->pg->other;
    box->foreign = actor_of(box->pg->other_user, "other", ROLE_OWNER);
    pg_commit(c);
}

static struct uuid add_channel(struct inbox *box, const char *kind)
{
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct channel row = {.id = uuid_new(),
                          .kind = str_of(kind),
                          .name = str_of(kind),
                          .state = CHANNEL_CONNECTED,
                          .settings = {S("{}")}};

    OK_OR_FAIL(c, channel_insert(c, &row,
                                 (struct bytes){
                                     {NULL, 0}
    }));
    pg_commit(c);
    return row.id;
}

int inbox_setup(void **state)
{
    static struct inbox box;
    void *pg;

    if (pg_setup(&pg) != 0)
        return 1;
    box = (struct inbox){.pg = pg};
    memset(box.master.bytes, 7, sizeof(box.master.bytes));
    box.keys = keys_new(&box.master);
    make_people(&box);
    box.null_channel = add_channel(&box, "null");
    box.whatsapp = add_channel(&box, "whatsapp");
    *state = &box;
    return 0;
}

int inbox_teardown(void **state)
{
    struct inbox *box = *state;
    void *pg = box->pg;

    keys_free(box->keys);
    return pg_teardown(&pg);
}

struct ctx *inbox_as(struct inbox *box, const struct actor *actor, enum tx_mode mode)
{
    struct uuid org = actor == &box->foreign ? box->other : box->org;
    struct ctx *c = pg_begin_as(box->pg, DB_APP, mode, org);

    c->actor = actor;
    return c;
}

struct ctx *inbox_system(struct inbox *box)
{
    return pg_begin_as(box->pg, DB_APP, TX_WRITE, box->org);
}

static struct message heard(const struct talk *talk, struct uuid channel, const char *body,
                            struct instant at)
{
    struct uuid id = uuid_new();

    return (struct message){
        .id = id,
        .conversation_id = talk->conversation,
        .channel_id = channel,
        .direction = DIRECTION_IN,
        .kind = MESSAGE_TEXT,
        .author = AUTHOR_CONTACT,
        .author_id = talk->contact,
        .body = str_of(body),
        .provider_id = str_of(id_text(id)),
        .at = at,
        .state = STATE_RECEIVED,
    };
}

static void write_heard(struct ctx *c, const struct message *row)
{
    struct conversation_touch touch = {
        .id = row->conversation_id,
        .message_id = row->id,
        .at = row->at,
        .kind = row->kind,
        .state = row->state,
        .preview = row->body,
        .window_closes_at = instant_add_ms(row->at, INT64_C(86400000)),
    };

    OK_OR_FAIL(c, message_insert(c, row));
    OK_OR_FAIL(c, conversation_touch_inbound(c, &touch, NULL));
}

struct uuid inbox_hear(struct inbox *box, const struct talk *talk, struct uuid channel,
                       const char *body, int64_t ms)
{
    struct ctx *c = inbox_system(box);
    struct message row = heard(talk, channel, body, instant_add_ms(clock_now(), ms));

    write_heard(c, &row);
    pg_commit(c);
    return row.id;
}

struct talk inbox_talk(struct inbox *box, struct uuid channel, struct uuid assignee,
                       const char *name)
{
    struct ctx *c = inbox_system(box);
    struct talk talk = {.contact = uuid_new(), .identity = uuid_new(), .conversation = uuid_new()};
    struct conversation conv = {
        .id = talk.conversation,
        .contact_id = talk.contact,
        .channel_id = channel,
        .identity_id = talk.identity,
        .state = CONVERSATION_OPEN,
        .assignee_id = assignee,
        .sort_at = clock_now(),
    };
    struct message first;
    bool inserted;

    OK_OR_FAIL(c, contact_insert(c, &(struct contact){.id = talk.contact, .name = str_of(name)}));
    OK_OR_FAIL(c, identity_insert(c,
                                  &(struct identity){.id = talk.identity,
                                                     .contact_id = talk.contact,
                                                     .kind = S("null"),
                                                     .value = str_of(id_text(talk.identity))},
                                  &inserted));
    OK_OR_FAIL(c, org_counter_next(c, S("conversation"), &conv.number));
    OK_OR_FAIL(c, conversation_insert(c, &conv, &inserted));
    assert_true(inserted);
    first = heard(&talk, channel, "hello", clock_now());
    talk.message = first.id;
    write_heard(c, &first);
    pg_commit(c);
    return talk;
}

struct uuid inbox_say(struct inbox *box, const struct actor *who, struct uuid conversation,
                      const char *body, int64_t undo_ms)
{
    struct ctx *c = inbox_as(box, who, TX_WRITE);
    struct message_new in = {.body = str_of(body), .undo_ms = undo_ms};
    struct uuid id;

    OK_OR_FAIL(c, message_reply(c, conversation, &in, &id));
    pg_commit(c);
    return id;
}

static str kept(struct inbox *box, str text)
{
    return text.ptr ? arena_copy(box->pg->arena, text) : text;
}

struct message inbox_message(struct inbox *box, struct uuid id)
{
    struct ctx *c = inbox_system(box);
    struct message out;

    OK_OR_FAIL(c, message_select(c, id, &out));
    out.body = kept(box, out.body);
    out.provider_id = kept(box, out.provider_id);
    out.error_code = kept(box, out.error_code);
    out.error_text = kept(box, out.error_text);
    out.payload.text = kept(box, out.payload.text);
    pg_rollback(c);
    return out;
}

struct conversation inbox_conversation(struct inbox *box, struct uuid id)
{
    struct ctx *c = inbox_system(box);
    struct conversation out;

    OK_OR_FAIL(c, conversation_select(c, id, &out));
    pg_rollback(c);
    return out;
}

struct uuid inbox_upload(struct ctx *c, const char *media_type)
{
    static const uint8_t digest[32] = {1};
    struct upload in = {.name = S("../../a\"photo.png"),
                        .media_type = str_of(media_type),
                        .sha256 = {{(const char *)digest, sizeof(digest)}},
                        .bytes = 1000};
    struct attachment file;

    OK_OR_FAIL(c, upload_keep(c, &in, &file));
    assert_string_equal("aphoto.png", arena_copy(c->arena, file.name).ptr);
    return file.id;
}

int64_t inbox_statements(void)
{
    enum { MOST = 512 };
    static struct db_stat stats[MOST];
    size_t n = db_stats(stats, MOST);
    int64_t calls = 0;

    for (size_t i = 0; i < n; i++)
        calls += stats[i].calls;
    return calls;
}

const char *id_text(struct uuid id)
{
    static char ring[16][UUID_TEXT + 1];
    static int next;
    char *out = ring[next++ % 16];

    uuid_text(id, out);
    return out;
}

int64_t inbox_i64(struct inbox *box, const char *fmt, ...)
{
    char sql[2048];
    va_list args;

    va_start(args, fmt);
    vsnprintf(sql, sizeof(sql), fmt, args);
    va_end(args);
    return pg_i64(box->pg, sql);
}

void inbox_sql(struct inbox *box, const char *fmt, ...)
{
    char sql[2048];
    va_list args;

    va_start(args, fmt);
    vsnprintf(sql, sizeof(sql), fmt, args);
    va_end(args);
    pg_sql(box->pg, sql);
}
