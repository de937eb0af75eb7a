/*
 * whatsapp.h - what the files of the WhatsApp provider share.  Not for others:
 * they use channel_find("whatsapp").
 *
 * whatsapp.c          who we are, who is calling, is the account good
 * whatsapp_events.c   a webhook's envelope, statuses, identities
 * whatsapp_message.c  one message of a webhook, and what it does to others
 * whatsapp_content.c  what a message says, by its type
 * whatsapp_account.c  news about the account, its number, its templates
 * whatsapp_send.c     our messages out, and what Meta answered
 * whatsapp_media.c    files in and out
 * whatsapp_errors.c   Meta's error codes: what they mean for us and for an agent
 */
#ifndef PROVIDER_WHATSAPP_H
#define PROVIDER_WHATSAPP_H

#include "provider/lenient.h"

/* One change of a webhook's entry, while it is read. */
struct whatsapp_change {
    struct ctx *c;
    struct event_list *events;
    str field;
    struct instant at;        /* of the entry; most messages say their own */
    const struct json *value; /* an object */
    bool blamed;              /* value.errors was put on a message already */
};

/* "https://graph.facebook.com/v25.0/" and path; ERR_INVALID when the version setting is no version. */
enum status whatsapp_url(struct ctx *c, const struct channel_account *acc, str path, str *out);
/* The phone number's id, digits; ERR_INVALID naming the setting. */
enum status whatsapp_phone(struct ctx *c, const struct channel_account *acc, str *out);
/* Begin a request: method, URL and the access token. */
enum status whatsapp_request(struct ctx *c, const struct channel_account *acc,
                             enum http_method method, str path, struct http_request *out);

/* ---- events ---- */

enum status whatsapp_events(struct ctx *c, const struct channel_account *acc, str body,
                            struct channel_event **out, size_t *n_out);
/* An event that is understood and needs nothing done; the words say what it was. */
void whatsapp_nothing(struct whatsapp_change *ch, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Who that is, with name and second id when the webhook tells them. */
struct channel_person whatsapp_person(const struct whatsapp_change *ch, str address, str scoped_id);
/* One element of messages[] or message_echoes[]. */
void whatsapp_message(struct whatsapp_change *ch, const struct json *json, bool echo);
/* A message while its content is read. */
struct whatsapp_content {
    struct ctx *c;
    const struct json *inner;    /* what stands under the type's name */
    struct channel_event *e;     /* person, time and so on are set */
    struct json_writer *payload; /* an object is open */
};
/* Read what message says; false when the type is unknown or its content is missing. */
bool whatsapp_content(struct whatsapp_content *ct, str type, const struct json *message);
/* The fields that are about the account; false when this field is not. */
bool whatsapp_account(struct whatsapp_change *ch);

/* ---- sending ---- */

enum status whatsapp_send(struct ctx *c, const struct channel_account *acc,
                          const struct outbound *m, struct http_request *out);
enum status whatsapp_sent(struct ctx *c, const struct http_response *resp,
                          struct delivery_result *out);
/* Meta's error of an answer, or NULL. */
const struct json *whatsapp_answer_error(const struct json *answer);
/* Fill in what an answer without success means. */
void whatsapp_refused(struct ctx *c, const struct http_response *resp, const struct json *error,
                      struct delivery_result *out);

/* A format that Meta shows or plays; everything else is a document to it. */
struct whatsapp_format {
    str type;         /* as it is found by content */
    str meta;         /* as Meta calls it */
    const char *wire; /* the type of message that shows it */
    int64_t max_bytes;
};

/* NULL: none of them.  Parameters ("; codecs=opus") and case do not matter. */
const struct whatsapp_format *whatsapp_format(str media_type);

extern const struct media_ops whatsapp_media;

/* ---- errors ---- */

/* What one of Meta's codes means. */
struct whatsapp_error {
    int64_t code;
    enum delivery outcome;
    bool account_bad;
    int64_t retry_after; /* seconds; 0: no advice */
    const char *words;   /* for the agent */
};

/* NULL: a code that we do not know. */
const struct whatsapp_error *whatsapp_error_find(int64_t code);
/* Of an object with code, title, message, error_data: the code as text, and words for the agent. */
struct whatsapp_complaint {
    str code;
    str words;
    const struct whatsapp_error *known; /* or NULL */
};
struct whatsapp_complaint whatsapp_complaint(struct ctx *c, const struct json *error);

#endif
