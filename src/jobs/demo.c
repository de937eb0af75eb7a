/*
 * demo.c - the null channel's simulated customers: some seconds after our message they have read
 * it, and they answer.  They write into the vault like any provider, so everything behind it is
 * the real thing.
 */
#include "crypto/hash.h"
#include "crypto/seal.h"
#include "domain/channel.h"
#include "jobs/parts.h"
#include "store/contact.h"
#include "store/conversation.h"
#include "store/delivery.h"
#include "store/inbound.h"
#include "store/message.h"

enum { PAYLOAD_MAX = 4000, WORDS = 8 };

static const char *const english[WORDS] = {
    "Thank you, that helps!",
    "Great, how long will delivery take?",
    "Can I pay by bank transfer?",
    "Do you have it in blue as well?",
    "OK, I will come by tomorrow afternoon.",
    "Could you send me a picture?",
    "Perfect. What is the total with postage?",
    "Let me ask my husband and come back to you.",
};
static const char *const malay[WORDS] = {
    "Terima kasih, sangat membantu!",     "Bagus, berapa lama penghantaran?",
    "Boleh bayar melalui pindahan bank?", "Ada warna biru juga?",
    "OK, saya datang esok petang.",       "Boleh hantar gambar?",
    "Baik. Berapa jumlah dengan pos?",    "Nanti saya tanya suami dulu, ya.",
};
static const char *const chinese[WORDS] = {
    "谢谢，很有帮助！",       "好的，送货要多久？",       "可以银行转账吗？",
    "有蓝色的吗？",           "好，我明天下午过来。",     "可以发一张照片给我吗？",
    "好的，连邮费一共多少？", "我先问问家人，再回复您。",
};

struct scene {
    struct uuid message_id;
    struct message msg;
    struct channel_account account;
    str visitor;
    bool over;
};

/* Are these words Chinese? */
static bool is_chinese(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0xe4 && (unsigned char)s.ptr[i] <= 0xe9)
            return true;
    return false;
}

static const char *const *words_for(const struct contact *contact, str said)
{
    if (str_starts_with(contact->locale, S("zh")) || is_chinese(said) || is_chinese(contact->name))
        return chinese;
    return str_starts_with(contact->locale, S("ms")) ? malay : english;
}

static str payload_of(struct run *r, const struct scene *s, const char *answer)
{
    struct buf b = buf_new(r->c.arena, PAYLOAD_MAX);
    struct json_writer w = json_writer_new(&b);
    str now = instant_str(r->c.arena, clock_now());

    json_object_begin(&w, NULL);
    json_str(&w, "visitor", s->visitor);
    json_array_begin(&w, "events");
    json_object_begin(&w, NULL);
    json_str(&w, "type", S("status"));
    json_str(&w, "message_id", uuid_str(r->c.arena, s->message_id));
    json_str(&w, "state", S("read"));
    json_str(&w, "at", now);
    json_object_end(&w);
    json_object_begin(&w, NULL);
    json_str(&w, "type", S("message"));
    /* of our message: running twice says it once */
    json_str(
        &w, "id",
        arena_printf(r->c.arena, "re-%.*s", UUID_TEXT, uuid_str(r->c.arena, s->message_id).ptr));
    json_str(&w, "at", now);
    json_str(&w, "body", str_of(answer));
    json_object_end(&w);
    json_array_end(&w);
    json_object_end(&w);
    return buf_str(&b);
}

static enum status put_into_vault(struct run *r, const struct scene *s, str payload)
{
    struct inbound_row row = {.id = uuid_new(), .channel_id = s->msg.channel_id};
    struct seal_place place = {r->c.org, "inbound", row.id, "body"};
    uint8_t digest[SHA256_BYTES];
    struct data_key key;

    TRY(keys_of_org(&r->c, r->worker->keys, &key));
    TRY(seal(&r->c, &key, &place, payload, &row.body));
    sha256(payload, digest);
    row.digest.data = (str){(const char *)digest, sizeof(digest)};
    r->told_jobs = true;
    return inbound_insert(&r->c, &row);
}

/* Who was written to, and do they answer?  Not when nobody simulates them. */
static enum status set(struct run *r, struct scene *s, struct contact *contact)
{
    struct conversation conv;
    struct delivery_row row;
    const struct channel_ops *ops;
    enum status st = message_select(&r->c, s->message_id, &s->msg);

    s->over = st == ERR_NOT_FOUND;
    if (s->over)
        return OK;
    TRY(st);
    st = channel_account_load(&r->c, r->worker->keys, s->msg.channel_id, &s->account, &ops);
    s->over = st == ERR_CONFLICT;
    if (s->over)
        return OK;
    TRY(st);
    s->over = !str_eq(str_of(ops->name), S("null")) ||
              str_eq(account_setting(&s->account, "behaviour"), S("silent"));
    if (s->over)
        return OK;
    TRY(delivery_select(&r->c, s->message_id, &row));
    s->visitor = row.address;
    TRY(conversation_select(&r->c, s->msg.conversation_id, &conv));
    return contact_select(&r->c, conv.contact_id, contact);
}

static enum status play(struct run *r, void *arg)
{
    struct scene *s = arg;
    struct contact contact;
    size_t line;

    TRY(set(r, s, &contact));
    if (s->over)
        return OK;
    line = s->message_id.b[15] % WORDS;
    return put_into_vault(r, s, payload_of(r, s, words_for(&contact, s->msg.body)[line]));
}

enum status job_demo_reply(struct run *r)
{
    struct scene s = {.over = false};

    TRY(run_arg_id(r, "message_id", &s.message_id));
    return run_in_tx(r, play, &s);
}
