/*
 * mail.c - queueing, and who gets no mail.
 *
 * Facts are sealed under a key of their own: they hold links that open accounts, and the table is
 * in every backup.  An address that bounced is kept as a keyed hash only; who has the table and not
 * the master key cannot tell whose it is.
 */
#include "domain/mail.h"

#include <string.h>

#include "base/json.h"
#include "crypto/hash.h"
#include "domain/email.h"
#include "domain/mail_words.h"

enum { FACTS_BYTES = 12000, NAME_MAX_BYTES = 200 };

static const char to_name_key[] = "to_name";

/* ---- queueing ---- */

static enum status check_facts(struct ctx *c, const struct mail_new *mail)
{
    size_t n = 0;

    for (size_t i = 0; i < MAIL_FACTS && mail->facts[i].name; i++, n++) {
        const struct mail_fact *fact = &mail->facts[i];

        if (!mail_needs(mail->kind, str_of(fact->name)))
            return FAIL(c, ERR_INTERNAL, "a mail of kind %s has no fact %s",
                        field_word(&mail_kind_names, (int)mail->kind), fact->name);
        if (fact->value.len > MAIL_FACT_MAX || !str_is_utf8(fact->value))
            return FAIL(c, ERR_INTERNAL, "the fact %s cannot be put into a mail", fact->name);
    }
    if (n != mail_needs_count(mail->kind))
        return FAIL(c, ERR_INTERNAL, "a mail of kind %s needs %d facts and has %d",
                    field_word(&mail_kind_names, (int)mail->kind),
                    (int)mail_needs_count(mail->kind), (int)n);
    return OK;
}

static enum status facts_json(struct ctx *c, const struct mail_new *mail, str *out)
{
    struct buf b = buf_new(c->arena, FACTS_BYTES);
    struct json_writer w = json_writer_new(&b);

    json_object_begin(&w, NULL);
    json_str(&w, to_name_key, str_utf8_cut(mail->to_name, NAME_MAX_BYTES));
    for (size_t i = 0; i < MAIL_FACTS && mail->facts[i].name; i++)
        json_str(&w, mail->facts[i].name, mail->facts[i].value);
    json_object_end(&w);
    return buf_done(c, &b, out);
}

static struct data_key key_of(const struct master_key *master)
{
    struct data_key key;

    master_key_derive(master, "mail", key.bytes);
    return key;
}

/* Global: the organisation of the place is zero. */
static struct seal_place place_of(struct uuid id)
{
    return (struct seal_place){.table = "mail", .id = id, .column = "facts"};
}

enum status mail_queue_id(struct ctx *c, const struct master_key *master,
                          const struct mail_new *mail, struct uuid *id)
{
    struct mail_row row = {
        .id = uuid_new(),
        .kind = str_of(field_word(&mail_kind_names, (int)mail->kind)),
        .to_address = email_normalise(c->arena, mail->to),
        .locale = mail_locale(mail->locale),
    };
    struct seal_place place = place_of(row.id);
    struct data_key key;
    enum status s;
    str facts;

    TRY(email_check(c, row.to_address));
    TRY(check_facts(c, mail));
    TRY(facts_json(c, mail, &facts));
    key = key_of(master);
    s = seal(c, &key, &place, facts, &row.facts);
    explicit_bzero(&key, sizeof(key));
    TRY(s);
    TRY(mail_insert(c, &row));
    c->mailed = true;
    *id = row.id;
    return OK;
}

enum status mail_queue(struct ctx *c, const struct master_key *master, const struct mail_new *mail)
{
    struct uuid id;

    return mail_queue_id(c, master, mail, &id);
}

str mail_when(struct arena *a, struct instant at)
{
    str text = instant_str(a, at);

    return arena_printf(a, "%.*s %.*s UTC", 10, text.ptr, 5, text.ptr + 11);
}

/* ---- addresses that get nothing ---- */

static struct bytes digest_of(struct arena *a, const struct master_key *master, str address)
{
    uint8_t key[SHA256_BYTES], *digest = NEW_ARRAY(a, uint8_t, SHA256_BYTES);

    master_key_derive(master, "mail-suppression", key);
    hmac_sha256((str){(const char *)key, sizeof(key)}, email_normalise(a, address), digest);
    explicit_bzero(key, sizeof(key));
    return (struct bytes){
        {(const char *)digest, SHA256_BYTES}
    };
}

enum status mail_refused(struct ctx *c, const struct master_key *master, str address, bool *refused,
                         struct mail_suppression *why)
{
    return mail_suppression_select(c, digest_of(c->arena, master, address), why, refused);
}

enum status mail_refuse(struct ctx *c, const struct master_key *master, str address,
                        const char *reason)
{
    return mail_suppression_insert(c, digest_of(c->arena, master, address), reason);
}

enum status mail_allow(struct ctx *c, const struct master_key *master, str address, bool *was)
{
    return mail_suppression_delete(c, digest_of(c->arena, master, address), was);
}

/* ---- for the worker ---- */

/* What was sealed, as facts again; a name that this version does not know stays away. */
static void read_facts(struct arena *a, enum mail_kind kind, const struct json *object,
                       struct mail_fact *out)
{
    const struct json *value;
    size_t n = 0;
    str key;

    for (size_t i = 0; json_member(object, i, &key, &value) && n < MAIL_FACTS; i++)
        if (mail_needs(kind, key))
            out[n++] = (struct mail_fact){arena_copy(a, key).ptr, json_to_str(value)};
}

static enum status unseal_facts(struct ctx *c, const struct master_key *master,
                                const struct mail_due *mail, struct json **out)
{
    struct seal_place place = place_of(mail->id);
    struct data_key key = key_of(master);
    struct secret facts;
    enum status s = unseal(c, &key, &place, mail->facts, &facts);

    explicit_bzero(&key, sizeof(key));
    TRY(s);
    return json_parse(c, secret_expose(facts), out);
}

enum status mail_open(struct ctx *c, const struct master_key *master, const struct mail_due *mail,
                      str site, struct mail_text *out)
{
    struct mail_fact facts[MAIL_FACTS] = {0};
    struct mail_words words = {.locale = mail->locale, .site = site, .facts = facts};
    struct json *object;
    int kind;

    if (!field_value(&mail_kind_names, mail->kind, &kind))
        return FAIL(c, ERR_INVALID, "a mail of kind %.*s is not known to this version",
                    STR_ARG(mail->kind));
    TRY(unseal_facts(c, master, mail, &object));
    words.kind = (enum mail_kind)kind;
    words.to_name = json_get_str(object, to_name_key);
    read_facts(c->arena, words.kind, object, facts);
    return mail_write(c, &words, out);
}
