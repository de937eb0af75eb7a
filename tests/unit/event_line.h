/*
 * event_line.h - a channel's event as one line, to be compared with what is
 * written down in tests/fixtures.  Only what is set appears:
 *
 *   message text id=wamid.1 at=1697043223 address=972... name="Test Name" text="Body Text"
 */
#ifndef TESTS_EVENT_LINE_H
#define TESTS_EVENT_LINE_H

#include "base/buf.h"
#include "provider/channel.h"

static inline const char *event_word(enum channel_event_kind kind)
{
    static const char *const words[] = {"?",          "message",  "status", "edit",
                                        "revoke",     "reaction", "seen",   "identity",
                                        "preference", "account",  "nothing"};

    return (size_t)kind < sizeof words / sizeof *words ? words[kind] : "?";
}

static inline void event_put(struct buf *b, const char *name, str value)
{
    if (!str_is_empty(value))
        buf_printf(b, " %s=%.*s", name, STR_ARG(value));
}

static inline void event_quote(struct buf *b, const char *name, str value)
{
    if (str_is_empty(value))
        return;
    buf_printf(b, " %s=", name);
    buf_add_json(b, value);
}

static inline void event_files(struct buf *b, const struct channel_event *e)
{
    char upload[UUID_TEXT + 1];

    for (size_t i = 0; i < e->n_files; i++) {
        const struct channel_file *f = &e->files[i];

        buf_printf(b, " file=[%s", field_word(&message_kind_names, (int)f->kind));
        event_put(b, "id", f->provider_id);
        event_quote(b, "type", f->media_type);
        event_quote(b, "name", f->name);
        event_put(b, "url", f->url);
        event_put(b, "sha256", f->sha256);
        if (f->bytes != 0)
            buf_printf(b, " bytes=%lld", (long long)f->bytes);
        if (!uuid_is_zero(f->upload)) {
            uuid_text(f->upload, upload);
            buf_printf(b, " upload=%s", upload);
        }
        buf_add_char(b, ']');
    }
}

static inline str event_line(struct arena *a, const struct channel_event *e)
{
    struct buf b = buf_new(a, 1 << 20);

    buf_add(&b, str_of(event_word(e->kind)));
    if (e->message != 0)
        buf_printf(&b, " %s", field_word(&message_kind_names, (int)e->message));
    if (e->state != 0)
        buf_printf(&b, " %s", field_word(&message_state_names, (int)e->state));
    buf_printf(&b, "%s%s%s", e->echo ? " echo" : "", e->forwarded ? " forwarded" : "",
               e->bad ? " bad" : "");
    event_put(&b, "id", e->provider_id);
    if (e->at.us != 0)
        buf_printf(&b, " at=%lld", (long long)(e->at.us / 1000000));
    event_put(&b, "address", e->person.address);
    event_put(&b, "scoped", e->person.scoped_id);
    event_quote(&b, "name", e->person.name);
    event_put(&b, "username", e->person.username);
    event_put(&b, "email", e->person.email);
    event_put(&b, "old", e->old_address);
    event_put(&b, "group", e->group_id);
    event_put(&b, "target", e->target_id);
    event_put(&b, "reference", e->reference);
    event_quote(&b, "emoji", e->emoji);
    event_quote(&b, "text", e->text);
    event_files(&b, e);
    event_put(&b, "payload", e->payload);
    event_put(&b, "code", e->error_code);
    event_quote(&b, "error", e->error_text);
    return buf_str(&b);
}

#endif
