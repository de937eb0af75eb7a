/*
 * One message of a webhook: something said, or something done to what was said
 * before (a reaction, an edit, a deletion), or news about who says it.
 *
 * What a person said is never dropped: a type that we do not know, or whose
 * content is missing, is a MESSAGE_UNSUPPORTED with the provider's reason.
 *
 * To add a type: a row in acts[] if it does something, else in whatsapp_content.c.
 */
#include "provider/whatsapp.h"

struct message {
    struct whatsapp_change *ch;
    struct ctx *c;
    const struct json *json;
    str type;
    str id;
    struct instant at;
    struct channel_person person; /* the customer, also of an echo */
    bool echo;
};

static struct channel_event *add(const struct message *m, enum channel_event_kind kind)
{
    struct channel_event *e = events_add(m->ch->events, kind);

    e->provider_id = m->id;
    e->at = m->at;
    e->person = m->person;
    e->echo = m->echo;
    e->group_id = lenient_id(m->c, m->json, "group_id", CHANNEL_MAX_ID);
    return e;
}

static struct channel_person read_person(const struct message *m)
{
    const struct json *contacts = json_get(m->ch->value, "contacts");
    str address = lenient_id(m->c, m->json, m->echo ? "to" : "from", CHANNEL_MAX_ADDRESS);
    str scoped =
        lenient_id(m->c, m->json, m->echo ? "to_user_id" : "from_user_id", CHANNEL_MAX_ADDRESS);

    if (str_is_empty(address) && str_is_empty(scoped) && json_count(contacts) == 1) {
        address = lenient_id(m->c, json_at(contacts, 0), "wa_id", CHANNEL_MAX_ADDRESS);
        scoped = lenient_id(m->c, json_at(contacts, 0), "user_id", CHANNEL_MAX_ADDRESS);
    }
    return whatsapp_person(m->ch, address, scoped);
}

static bool has_person(const struct message *m)
{
    return !str_is_empty(m->person.address) || !str_is_empty(m->person.scoped_id);
}

/* ---- something done ---- */

static bool read_reaction(const struct message *m)
{
    const struct json *reaction = json_get(m->json, "reaction");
    str target = lenient_id(m->c, reaction, "message_id", CHANNEL_MAX_ID);
    struct channel_event *e;

    if (str_is_empty(target) || !has_person(m))
        return false;
    e = add(m, EVENT_REACTION);
    e->target_id = target;
    e->emoji = lenient_id(m->c, reaction, "emoji", 64); /* none: taken back */
    return true;
}

static bool read_edit(const struct message *m)
{
    const struct json *edit = json_get(m->json, "edit");
    const struct json *now = json_get(edit, "message");
    str type = lenient_text(m->c, now, "type", 40);
    str target = lenient_id(m->c, edit, "original_message_id", CHANNEL_MAX_ID);
    const struct json *inner = NULL;
    struct channel_event *e;

    if (str_is_empty(target) || json_kind_of(now) != JSON_OBJECT)
        return false;
    e = add(m, EVENT_EDIT);
    e->target_id = target;
    if (type.len > 0)
        inner = json_get(now, arena_copy(m->c->arena, type).ptr);
    e->text =
        lenient_text(m->c, inner, str_eq(type, S("text")) ? "body" : "caption", CHANNEL_MAX_TEXT);
    return true;
}

static bool read_revoke(const struct message *m)
{
    str target =
        lenient_id(m->c, json_get(m->json, "revoke"), "original_message_id", CHANNEL_MAX_ID);

    if (str_is_empty(target))
        return false;
    add(m, EVENT_REVOKE)->target_id = target;
    return true;
}

/* The first that is not empty. */
static str first_of(const str *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!str_is_empty(texts[i]))
            return texts[i];
    }
    return S("");
}

/* A person has a new number, and with it a new id; only what is new is in the content. */
static bool read_system(const struct message *m)
{
    struct ctx *c = m->c;
    const struct json *system = json_get(m->json, "system");
    str type = lenient_text(c, system, "type", 60);
    bool id_changed = str_eq(type, S("user_changed_user_id"));
    str from = lenient_id(c, m->json, "from", CHANNEL_MAX_ADDRESS);
    str from_id = lenient_id(c, m->json, "from_user_id", CHANNEL_MAX_ADDRESS);
    const str before[] = {lenient_id(c, system, "previous_user_id", CHANNEL_MAX_ADDRESS),
                          id_changed ? from_id : from, id_changed ? from : from_id,
                          lenient_id(c, system, "customer", CHANNEL_MAX_ADDRESS)};
    const str now[] = {lenient_id(c, system, "wa_id", CHANNEL_MAX_ADDRESS),
                       lenient_id(c, system, "new_wa_id", CHANNEL_MAX_ADDRESS)};
    str address = first_of(now, 2);
    str scoped = lenient_id(c, system, "user_id", CHANNEL_MAX_ADDRESS);
    str old = first_of(before, 4);
    struct channel_event *e;

    if ((!id_changed && !str_eq(type, S("user_changed_number"))) || str_is_empty(old) ||
        (str_is_empty(address) && str_is_empty(scoped))) {
        whatsapp_nothing(m->ch, "system: %.*s", STR_ARG(type));
        return true;
    }
    e = add(m, EVENT_IDENTITY);
    e->old_address = old;
    e->person = (struct channel_person){.address = address, .scoped_id = scoped};
    return true;
}

/* Someone opened the chat for the first time and has said nothing yet. */
static bool read_welcome(const struct message *m)
{
    whatsapp_nothing(m->ch, "%.*s", STR_ARG(m->type));
    return true;
}

static const struct {
    str type;
    bool (*read)(const struct message *m); /* false: it makes no sense */
} acts[] = {
    {STR_INIT("reaction"),        read_reaction},
    {STR_INIT("edit"),            read_edit    },
    {STR_INIT("revoke"),          read_revoke  },
    {STR_INIT("system"),          read_system  },
    {STR_INIT("request_welcome"), read_welcome },
};

static bool read_act(const struct message *m)
{
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (!str_eq(m->type, acts[i].type))
            continue;
        if (!acts[i].read(m))
            whatsapp_nothing(m->ch, "%.*s that says too little", STR_ARG(m->type));
        return true;
    }
    return false;
}

/* ---- something said ---- */

/* The advertisement or post that made the person write. */
static void put_referral(struct ctx *c, struct json_writer *payload, const struct json *referral)
{
    static const char *const members[] = {"source_type",   "source_id",  "source_url", "headline",
                                          "body",          "media_type", "image_url",  "video_url",
                                          "thumbnail_url", "ctwa_clid"};

    if (json_kind_of(referral) != JSON_OBJECT)
        return;
    json_object_begin(payload, "referral");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        str value = lenient_text(c, referral, members[i], 2000);

        if (!str_is_empty(value))
            json_str(payload, members[i], value);
    }
    json_object_end(payload);
}

/* What the message answers, and where it came from. */
static void read_context(const struct message *m, struct channel_event *e,
                         struct json_writer *payload)
{
    const struct json *context = json_get(m->json, "context");
    const struct json *product = json_get(context, "referred_product");

    e->target_id = lenient_id(m->c, context, "id", CHANNEL_MAX_ID);
    e->forwarded =
        json_get_bool(context, "forwarded") || json_get_bool(context, "frequently_forwarded");
    put_referral(m->c, payload, json_get(m->json, "referral"));
    if (json_kind_of(product) != JSON_OBJECT)
        return;
    json_object_begin(payload, "product");
    json_str(payload, "catalog_id", lenient_id(m->c, product, "catalog_id", 128));
    json_str(payload, "id", lenient_text(m->c, product, "product_retailer_id", 200));
    json_object_end(payload);
}

static str payload_text(const struct buf *b)
{
    if (b->overflow)
        return S("{\"too_large\":true}");
    return b->len <= 2 ? S("") : buf_str(b); /* {} */
}

static void make_unsupported(const struct message *m, struct channel_event *e)
{
    struct ctx *c = m->c;
    const struct json *error = json_at(json_get(m->json, "errors"), 0);
    struct buf b = buf_new(c->arena, CHANNEL_MAX_PAYLOAD);
    struct json_writer payload = json_writer_new(&b);
    const str names[] = {lenient_text(c, json_get(m->json, "unsupported"), "type", 40), m->type,
                         S("unknown")};
    struct whatsapp_complaint why;

    if (error == NULL) {
        error = json_at(json_get(m->ch->value, "errors"), 0);
        m->ch->blamed = error != NULL;
    }
    why = whatsapp_complaint(c, error);
    e->message = MESSAGE_UNSUPPORTED;
    e->files = NULL;
    e->n_files = 0;
    e->text = S("");
    e->error_code = why.code;
    e->error_text =
        str_is_empty(why.words) ? S("This kind of message cannot be shown.") : why.words;
    json_object_begin(&payload, NULL);
    json_str(&payload, "type", S("unsupported"));
    json_str(&payload, "name", first_of(names, 3));
    json_object_end(&payload);
    e->payload = payload_text(&b);
}

static void read_said(const struct message *m)
{
    struct buf b = buf_new(m->c->arena, CHANNEL_MAX_PAYLOAD);
    struct json_writer payload = json_writer_new(&b);
    struct channel_event *e = add(m, EVENT_MESSAGE);
    struct whatsapp_content ct = {.c = m->c, .e = e, .payload = &payload};
    bool understood;

    json_object_begin(&payload, NULL);
    understood = whatsapp_content(&ct, m->type, m->json);
    read_context(m, e, &payload);
    json_object_end(&payload);
    e->payload = payload_text(&b);
    if (!understood)
        make_unsupported(m, e);
}

void whatsapp_message(struct whatsapp_change *ch, const struct json *json, bool echo)
{
    struct message m = {
        .ch = ch,
        .c = ch->c,
        .json = json,
        .type = lenient_text(ch->c, json, "type", 40),
        .id = lenient_id(ch->c, json, "id", CHANNEL_MAX_ID),
        .at = lenient_time(json, "timestamp"),
        .echo = echo,
    };

    m.person = read_person(&m);
    if (read_act(&m))
        return;
    if (str_is_empty(m.id) || !has_person(&m)) {
        whatsapp_nothing(ch, "a message (%.*s) without id or sender", STR_ARG(m.type));
        return;
    }
    read_said(&m);
}
