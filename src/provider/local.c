/*
 * The payloads are ours, yet parts of them are typed by strangers, so they are
 * read with the same care as a provider's.  One event that makes no sense is an
 * EVENT_NOTHING and leaves the others alone.
 */
#include "provider/local.h"

struct payload {
    struct ctx *c;
    struct event_list *events;
    struct channel_person person;
    bool strict;
};

static void nothing(struct payload *p, const char *why)
{
    events_add(p->events, EVENT_NOTHING)->text = str_of(why);
}

static struct channel_event *add(struct payload *p, const struct json *item,
                                 enum channel_event_kind kind)
{
    struct channel_event *e = events_add(p->events, kind);

    e->person = p->person;
    e->provider_id = lenient_id(p->c, item, "id", CHANNEL_MAX_ID);
    (void)instant_parse(json_get_str(item, "at"), &e->at); /* none: the time of arrival counts */
    return e;
}

static void read_uploads(struct payload *p, const struct json *uploads, struct channel_event *e)
{
    size_t n = json_kind_of(uploads) == JSON_ARRAY ? json_count(uploads) : 0;
    struct channel_file *files = NEW_ARRAY(p->c->arena, struct channel_file, LOCAL_MAX_UPLOADS);

    for (size_t i = 0; i < n && e->n_files < LOCAL_MAX_UPLOADS; i++) {
        if (uuid_parse(json_to_str(json_at(uploads, i)), &files[e->n_files].upload))
            e->n_files++;
    }
    e->files = e->n_files > 0 ? files : NULL;
}

static void read_message(struct payload *p, const struct json *item)
{
    str id = lenient_id(p->c, item, "id", CHANNEL_MAX_ID);
    struct channel_event e = {.text = lenient_text(p->c, item, "body", LOCAL_MAX_TEXT)};
    struct channel_event *added;
    struct uuid as_uuid;

    read_uploads(p, json_get(item, "uploads"), &e);
    if (str_is_empty(id) || (p->strict && !uuid_parse(id, &as_uuid))) {
        nothing(p, "a message without an id");
        return;
    }
    if (str_is_empty(e.text) && e.n_files == 0) {
        nothing(p, "a message without words or files");
        return;
    }
    added = add(p, item, EVENT_MESSAGE);
    added->message = e.n_files > 0 ? MESSAGE_DOCUMENT : MESSAGE_TEXT;
    added->text = e.text;
    added->files = e.files;
    added->n_files = e.n_files;
}

static void read_email(struct payload *p, const struct json *item)
{
    str email = str_trim(lenient_id(p->c, item, "email", 254));
    size_t at;

    if (!str_find(email, S("@"), &at) || at == 0 || at + 1 == email.len) {
        nothing(p, "an e-mail address that is none");
        return;
    }
    add(p, item, EVENT_IDENTITY)->person.email = email;
}

/* Our message's id, which is all that a visitor's page knows of it. */
static bool read_target(struct payload *p, const struct json *item, str *out)
{
    struct uuid id;

    if (!uuid_parse(json_get_str(item, "message_id"), &id))
        return false;
    *out = uuid_str(p->c->arena, id);
    return true;
}

static void read_seen(struct payload *p, const struct json *item)
{
    struct channel_event *e;
    str target;

    if (!read_target(p, item, &target)) {
        nothing(p, "seen, but not what");
        return;
    }
    e = add(p, item, EVENT_SEEN);
    e->target_id = target;
    e->reference = target;
}

static void read_status(struct payload *p, const struct json *item)
{
    str word = json_get_str(item, "state");
    struct channel_event *e;
    str target;
    int state;

    if (!field_value(&message_state_names, word, &state) ||
        (state != STATE_DELIVERED && state != STATE_READ && state != STATE_FAILED) ||
        !read_target(p, item, &target)) {
        nothing(p, "a status that says too little");
        return;
    }
    e = add(p, item, EVENT_STATUS);
    e->state = (enum message_state)state;
    e->target_id = target;
    e->reference = target;
    e->error_code = state == STATE_FAILED ? S("simulated") : S("");
    e->error_text = state == STATE_FAILED ? S("The simulated customer did not get this.") : S("");
}

static void read_event(struct payload *p, const struct json *item)
{
    str type = json_get_str(item, "type");

    if (str_eq(type, S("message")))
        read_message(p, item);
    else if (str_eq(type, S("email")))
        read_email(p, item);
    else if (str_eq(type, S("seen")))
        read_seen(p, item);
    else if (str_eq(type, S("status")) && !p->strict)
        read_status(p, item);
    else
        nothing(p, "an event of an unknown type");
}

enum status local_events(struct ctx *c, str body, bool strict, struct channel_event **out,
                         size_t *n_out)
{
    struct event_list events = {.arena = c->arena};
    struct payload p = {.c = c, .events = &events, .strict = strict};
    const struct json *items;
    struct json *root;
    struct uuid visitor;

    TRY(json_parse(c, body, &root));
    items = json_get(root, "events");
    p.person.address = lenient_id(c, root, "visitor", CHANNEL_MAX_ADDRESS);
    p.person.name = lenient_text(c, root, "name", CHANNEL_MAX_NAME);
    if (json_kind_of(items) != JSON_ARRAY || str_is_empty(p.person.address))
        return FAIL(c, ERR_INVALID, "this is not a payload of this channel");
    if (strict) {
        if (!uuid_parse(p.person.address, &visitor))
            return FAIL(c, ERR_INVALID, "the visitor is not a visitor");
        p.person.address = uuid_str(c->arena, visitor);
    }
    for (size_t i = 0; i < json_count(items); i++)
        read_event(&p, json_at(items, i));
    return events_done(c, &events, out, n_out);
}

enum status local_send(struct ctx *c, const struct channel_account *acc, const struct outbound *m,
                       struct http_request *out)
{
    (void)acc;
    if (str_is_empty(m->to.address))
        return FAIL(c, ERR_INVALID, "this person has no address here");
    if (m->text.len > LOCAL_MAX_TEXT)
        return FAIL_FIELD(c, "body", "at most %d bytes", LOCAL_MAX_TEXT);
    if (m->kind == MESSAGE_TEXT && str_is_empty(str_trim(m->text)))
        return FAIL_FIELD(c, "body", "the message is empty");
    *out = (struct http_request){0};
    return OK;
}

enum status local_sent(struct ctx *c, const struct http_response *resp, struct delivery_result *out)
{
    (void)c;
    (void)resp;
    *out = (struct delivery_result){.outcome = DELIVERY_ACCEPTED};
    return OK;
}

enum status local_verify(struct ctx *c, const struct channel_account *acc,
                         const struct http_request *webhook)
{
    (void)acc;
    (void)webhook;
    return FAIL(c, ERR_FORBIDDEN, "this channel has no address for webhooks");
}

static enum status check_file(struct ctx *c, str media_type, int64_t bytes)
{
    (void)media_type;
    if (bytes <= 0)
        return FAIL_FIELD(c, "attachment_ids", "the file is empty");
    if ((uint64_t)bytes > local_media.max_bytes)
        return FAIL_FIELD(c, "attachment_ids", "files of at most 25 MB");
    return OK;
}

const struct media_ops local_media = {
    .max_bytes = 25LL * 1024 * 1024,
    .check = check_file,
};
