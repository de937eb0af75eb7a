/*
 * fuzz_events.h - what must hold for the events of any webhook, whatever was in
 * it: they fit the database, and jobs may rely on what they promise.
 */
#ifndef TESTS_FUZZ_EVENTS_H
#define TESTS_FUZZ_EVENTS_H

#include "fuzz.h"

#include "provider/channel.h"

static inline void check_text(str s, size_t max)
{
    MUST(s.len <= max && str_is_utf8(s));
}

static inline void check_person(const struct channel_person *p)
{
    check_text(p->address, CHANNEL_MAX_ADDRESS);
    check_text(p->scoped_id, CHANNEL_MAX_ADDRESS);
    check_text(p->name, CHANNEL_MAX_NAME);
    check_text(p->username, CHANNEL_MAX_NAME);
    check_text(p->email, CHANNEL_MAX_ADDRESS);
}

static inline void check_payload(struct ctx *c, str payload)
{
    struct json *j;

    check_text(payload, CHANNEL_MAX_PAYLOAD);
    if (!str_is_empty(payload))
        MUST(json_parse(c, payload, &j) == OK && json_kind_of(j) == JSON_OBJECT);
}

static inline void check_file(const struct channel_file *f)
{
    MUST((int)f->kind <= MESSAGE_STICKER && (f->kind == 0) == !uuid_is_zero(f->upload));
    check_text(f->provider_id, CHANNEL_MAX_ID);
    check_text(f->url, CHANNEL_MAX_URL);
    check_text(f->media_type, 127);
    check_text(f->name, CHANNEL_MAX_NAME);
    check_text(f->sha256, 128);
}

static inline void check_kind(const struct channel_event *e)
{
    bool somebody = !str_is_empty(e->person.address) || !str_is_empty(e->person.scoped_id);

    MUST(e->kind >= EVENT_MESSAGE && e->kind <= EVENT_NOTHING);
    if (e->kind == EVENT_MESSAGE)
        MUST(e->message >= MESSAGE_TEXT && e->message <= MESSAGE_UNSUPPORTED &&
             !str_is_empty(e->provider_id) && somebody);
    if (e->kind == EVENT_REACTION)
        MUST(somebody);
    if (e->kind == EVENT_IDENTITY)
        MUST(somebody && (!str_is_empty(e->old_address) || !str_is_empty(e->person.email)));
    if (e->kind == EVENT_STATUS)
        MUST(e->state >= STATE_SENT && e->state <= STATE_FAILED);
    if (e->kind == EVENT_STATUS || e->kind == EVENT_EDIT || e->kind == EVENT_REVOKE ||
        e->kind == EVENT_REACTION || e->kind == EVENT_SEEN)
        MUST(!str_is_empty(e->target_id));
}

static inline void check_event(struct ctx *c, const struct channel_event *e)
{
    check_kind(e);
    check_person(&e->person);
    check_payload(c, e->payload);
    check_text(e->provider_id, CHANNEL_MAX_ID);
    check_text(e->group_id, CHANNEL_MAX_ID);
    check_text(e->target_id, CHANNEL_MAX_ID);
    check_text(e->reference, CHANNEL_MAX_ID);
    check_text(e->old_address, CHANNEL_MAX_ADDRESS);
    check_text(e->text, CHANNEL_MAX_TEXT);
    check_text(e->error_code, 64);
    check_text(e->error_text, CHANNEL_MAX_ERROR);
    check_text(e->emoji, 64);
    for (size_t i = 0; i < e->n_files; i++)
        check_file(&e->files[i]);
}

static inline void check_events(struct ctx *c, const struct channel_ops *ops,
                                const struct channel_account *acc, str body)
{
    struct channel_event *events = NULL;
    size_t n = 0;
    enum status s = ops->events(c, acc, body, &events, &n);

    MUST(s == OK || s == ERR_INVALID || s == ERR_TOO_LARGE);
    for (size_t i = 0; i < n; i++) {
        check_event(c, &events[i]);
        MUST(i == 0 || events[i - 1].at.us <= events[i].at.us);
    }
}

#endif
