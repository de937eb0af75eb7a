/*
 * A webhook of WhatsApp: an envelope with entries, each with changes, each with
 * any number of messages, statuses and more.
 *
 * Only the envelope is judged.  Below it every element is read for itself, so
 * that one that makes no sense costs nothing but itself: what a person wrote
 * becomes a visible MESSAGE_UNSUPPORTED, the rest an EVENT_NOTHING that says
 * what it was.  Meta calls one address for all numbers of an app, hence the
 * check of the number on each change.
 *
 * To add a field of the webhook: a row in the readers' table.
 */
#include "provider/whatsapp.h"

#include <stdarg.h>
#include <stdio.h>

enum { MAX_CONTACTS = 1000 }; /* looked through for a name; Meta batches a thousand at most */

static struct channel_event *add(struct whatsapp_change *ch, enum channel_event_kind kind)
{
    struct channel_event *e = events_add(ch->events, kind);

    e->at = ch->at;
    return e;
}

void whatsapp_nothing(struct whatsapp_change *ch, const char *fmt, ...)
{
    char words[200];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    add(ch, EVENT_NOTHING)->text =
        arena_copy(ch->c->arena, str_utf8_cut(str_of(words), sizeof words - 1));
}

static const struct json *find_contact(const struct json *contacts, str address, str scoped_id,
                                       struct ctx *c)
{
    size_t n = json_count(contacts);

    for (size_t i = 0; i < n && i < MAX_CONTACTS; i++) {
        const struct json *contact = json_at(contacts, i);

        if (address.len > 0 &&
            str_eq(lenient_id(c, contact, "wa_id", CHANNEL_MAX_ADDRESS), address))
            return contact;
        if (scoped_id.len > 0 &&
            str_eq(lenient_id(c, contact, "user_id", CHANNEL_MAX_ADDRESS), scoped_id))
            return contact;
    }
    return NULL;
}

struct channel_person whatsapp_person(const struct whatsapp_change *ch, str address, str scoped_id)
{
    struct ctx *c = ch->c;
    const struct json *contact =
        find_contact(json_get(ch->value, "contacts"), address, scoped_id, c);
    const struct json *profile = json_get(contact, "profile");
    str username = lenient_text(c, profile, "username", CHANNEL_MAX_NAME);

    if (str_is_empty(address))
        address = lenient_id(c, contact, "wa_id", CHANNEL_MAX_ADDRESS);
    if (str_is_empty(scoped_id))
        scoped_id = lenient_id(c, contact, "user_id", CHANNEL_MAX_ADDRESS);
    return (struct channel_person){
        .address = address,
        .scoped_id = scoped_id,
        .name = lenient_text(c, profile, "name", CHANNEL_MAX_NAME),
        .username =
            str_starts_with(username, S("@")) ? str_slice(username, 1, username.len) : username,
    };
}

/* ---- statuses ---- */

static bool read_state(str word, enum message_state *out)
{
    static const struct {
        str word;
        enum message_state state;
    } states[] = {
        {STR_INIT("sent"),      STATE_SENT     },
        {STR_INIT("delivered"), STATE_DELIVERED},
        {STR_INIT("read"),      STATE_READ     },
        {STR_INIT("played"),    STATE_READ     },
        {STR_INIT("failed"),    STATE_FAILED   },
    };

    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (str_eq(word, states[i].word)) {
            *out = states[i].state;
            return true;
        }
    }
    return false;
}

static void read_recipient(struct whatsapp_change *ch, const struct json *status,
                           struct channel_event *e)
{
    struct ctx *c = ch->c;
    bool group = str_eq(json_get_str(status, "recipient_type"), S("group"));
    str address = lenient_id(c, status, group ? "recipient_participant_id" : "recipient_id",
                             CHANNEL_MAX_ADDRESS);
    str scoped =
        lenient_id(c, status, group ? "recipient_participant_user_id" : "recipient_user_id",
                   CHANNEL_MAX_ADDRESS);

    if (group)
        e->group_id = lenient_id(c, status, "recipient_id", CHANNEL_MAX_ID);
    e->person = whatsapp_person(ch, address, scoped);
}

static void read_status(struct whatsapp_change *ch, const struct json *status)
{
    struct ctx *c = ch->c;
    str word = lenient_text(c, status, "status", 40);
    str target = lenient_id(c, status, "id", CHANNEL_MAX_ID);
    struct whatsapp_complaint why;
    enum message_state state;
    struct channel_event *e;

    if (str_is_empty(target)) {
        whatsapp_nothing(ch, "a status without a message id");
        return;
    }
    if (!read_state(word, &state)) {
        whatsapp_nothing(ch, "status %.*s", STR_ARG(word));
        return;
    }
    e = add(ch, EVENT_STATUS);
    e->state = state;
    e->target_id = target;
    e->at = lenient_time(status, "timestamp");
    e->reference = lenient_id(c, status, "biz_opaque_callback_data", CHANNEL_MAX_ID);
    read_recipient(ch, status, e);
    if (state != STATE_FAILED)
        return;
    why = whatsapp_complaint(c, json_at(json_get(status, "errors"), 0));
    e->error_code = why.code;
    e->error_text =
        str_is_empty(why.words) ? S("WhatsApp could not deliver this message.") : why.words;
    e->bad = why.known != NULL && why.known->account_bad;
}

/* ---- the changes of a number ---- */

static void read_messages(struct whatsapp_change *ch)
{
    const struct json *messages = json_get(ch->value, "messages");
    const struct json *statuses = json_get(ch->value, "statuses");
    const struct json *errors = json_get(ch->value, "errors");

    for (size_t i = 0; i < json_count(messages); i++)
        whatsapp_message(ch, json_at(messages, i), false);
    for (size_t i = 0; i < json_count(statuses); i++)
        read_status(ch, json_at(statuses, i));
    for (size_t i = 0; i < json_count(errors) && !ch->blamed; i++) {
        struct whatsapp_complaint why = whatsapp_complaint(ch->c, json_at(errors, i));
        struct channel_event *e = add(ch, EVENT_ACCOUNT);

        e->error_code = why.code;
        e->error_text = why.words;
        e->text = why.words;
        e->bad = true;
    }
}

static void read_echoes(struct whatsapp_change *ch)
{
    const struct json *echoes = json_get(ch->value, "message_echoes");

    for (size_t i = 0; i < json_count(echoes); i++)
        whatsapp_message(ch, json_at(echoes, i), true);
}

static void read_preferences(struct whatsapp_change *ch)
{
    const struct json *list = json_get(ch->value, "user_preferences");
    struct ctx *c = ch->c;

    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *item = json_at(list, i);
        str value = lenient_text(c, item, "value", 40);
        struct channel_event *e;

        if (!str_eq(value, S("stop")) && !str_eq(value, S("resume")) &&
            !str_eq(value, S("signup"))) {
            whatsapp_nothing(ch, "preference %.*s", STR_ARG(value));
            continue;
        }
        e = add(ch, EVENT_PREFERENCE);
        e->at = lenient_time(item, "timestamp");
        e->person = whatsapp_person(ch, lenient_id(c, item, "wa_id", CHANNEL_MAX_ADDRESS),
                                    lenient_id(c, item, "user_id", CHANNEL_MAX_ADDRESS));
        e->text =
            str_eq(value, S("stop")) ? value : S("resume"); /* signing up is asking for them */
    }
}

static void read_user_ids(struct whatsapp_change *ch)
{
    const struct json *list = json_get(ch->value, "user_id_update");
    struct ctx *c = ch->c;

    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *item = json_at(list, i);
        const struct json *ids = json_get(item, "user_id");
        str before = lenient_id(c, ids, "previous", CHANNEL_MAX_ADDRESS);
        str now = lenient_id(c, ids, "current", CHANNEL_MAX_ADDRESS);
        struct channel_event *e;

        if (str_is_empty(before) || str_is_empty(now)) {
            whatsapp_nothing(ch, "a change of user id without both ids");
            continue;
        }
        e = add(ch, EVENT_IDENTITY);
        e->at = lenient_time(item, "timestamp");
        e->old_address = before;
        e->person = whatsapp_person(ch, lenient_id(c, item, "wa_id", CHANNEL_MAX_ADDRESS), now);
        e->person.scoped_id = now;
    }
}

static const struct {
    str field;
    void (*read)(struct whatsapp_change *ch);
} readers[] = {
    {STR_INIT("messages"),           read_messages   },
    {STR_INIT("smb_message_echoes"), read_echoes     },
    {STR_INIT("user_preferences"),   read_preferences},
    {STR_INIT("user_id_update"),     read_user_ids   },
};

static void read_field(struct whatsapp_change *ch)
{
    size_t before = ch->events->n;

    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        if (!str_eq(ch->field, readers[i].field))
            continue;
        readers[i].read(ch);
        if (ch->events->n == before)
            whatsapp_nothing(ch, "%.*s: nothing in it", STR_ARG(ch->field));
        return;
    }
    if (!whatsapp_account(ch))
        whatsapp_nothing(ch, "%.*s is not used", STR_ARG(ch->field));
}

/* Meta sends the webhooks of all numbers of an app to one address. */
static bool is_ours(struct whatsapp_change *ch, const struct channel_account *acc,
                    const struct json *entry)
{
    struct ctx *c = ch->c;
    str phone = lenient_id(c, json_get(ch->value, "metadata"), "phone_number_id", 64);
    str our_phone = account_setting(acc, "phone_number_id");
    str business = lenient_id(c, entry, "id", 64);
    str our_business = account_setting(acc, "business_account_id");

    if (!str_is_empty(phone) && !str_is_empty(our_phone)) {
        if (str_eq(phone, our_phone))
            return true;
        whatsapp_nothing(ch, "for another phone number (%.*s)", STR_ARG(phone));
        return false;
    }
    if (str_is_empty(business) || str_is_empty(our_business) || str_eq(business, our_business))
        return true;
    whatsapp_nothing(ch, "for another business account (%.*s)", STR_ARG(business));
    return false;
}

static void read_entry(struct ctx *c, const struct channel_account *acc, const struct json *entry,
                       struct event_list *events)
{
    const struct json *changes = json_get(entry, "changes");
    struct instant at = lenient_time(entry, "time");

    for (size_t i = 0; i < json_count(changes); i++) {
        const struct json *change = json_at(changes, i);
        struct whatsapp_change ch = {
            .c = c,
            .events = events,
            .field = lenient_text(c, change, "field", 64),
            .at = at,
            .value = json_get(change, "value"),
        };

        if (json_kind_of(ch.value) != JSON_OBJECT)
            whatsapp_nothing(&ch, "%.*s: a change without a value", STR_ARG(ch.field));
        else if (is_ours(&ch, acc, entry))
            read_field(&ch);
    }
}

enum status whatsapp_events(struct ctx *c, const struct channel_account *acc, str body,
                            struct channel_event **out, size_t *n_out)
{
    struct event_list events = {.arena = c->arena};
    const struct json *entries;
    struct json *root;

    TRY(json_parse(c, body, &root));
    entries = json_get(root, "entry");
    if (!str_eq(json_get_str(root, "object"), S("whatsapp_business_account")) ||
        json_kind_of(entries) != JSON_ARRAY)
        return FAIL(c, ERR_INVALID, "this is not a webhook of WhatsApp");
    for (size_t i = 0; i < json_count(entries); i++)
        read_entry(c, acc, json_at(entries, i), &events);
    return events_done(c, &events, out, n_out);
}
