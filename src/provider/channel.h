/*
 * channel.h - what a messaging provider must be able to do.
 *
 * A provider is pure: it turns our message into an HTTP request, and an HTTP
 * response or a webhook into our terms.  It opens no socket, reads no clock and
 * touches no database; jobs/ does that.  So a provider is tested with
 * bytes in and bytes out, and fuzzed as it stands.  Time comes in with the arguments.
 *
 * To add one, see docs/adding-a-channel.md.
 */
#ifndef PROVIDER_CHANNEL_H
#define PROVIDER_CHANNEL_H

#include "base/ctx.h"
#include "base/json.h"
#include "base/vocabulary.h"
#include "http/message.h"

/* One line of the form that connects a channel, and of what is kept. */
struct channel_setting {
    const char *key;
    bool secret;
    bool required;
    uint32_t max;        /* bytes */
    const char *pattern; /* what the UI checks too: an HTML pattern, or NULL */
    const char *initial; /* value when none is given, or NULL */
};

/* A connected channel.  settings and secrets are JSON objects of the keys above. */
struct channel_account {
    struct uuid id;
    str name;
    const struct json *settings;
    const struct json *secrets; /* parsed from the sealed column; read with account_secret */
};

str account_setting(const struct channel_account *acc, const char *key);
struct secret account_secret(const struct channel_account *acc, const char *key);

/* Who is at the other end.  At least one of address and scoped_id is set. */
struct channel_person {
    str address;   /* what one sends to: WhatsApp wa_id digits, a visitor's id */
    str scoped_id; /* an id that only holds for this business (WhatsApp BSUID), or "" */
    str name;      /* profile name, or "" */
    str username;  /* without @, or "" */
    str email;     /* web chat's e-mail capture, or "" */
};

struct channel_file {
    enum message_kind kind; /* MESSAGE_IMAGE ... MESSAGE_STICKER; 0: upload's own */
    str provider_id;        /* to ask for it */
    str url;                /* when the webhook carried one */
    str media_type;         /* what they say it is */
    str name;
    str sha256; /* as they write it, or "" */
    int64_t bytes;
    struct uuid upload; /* web chat: already ours, the attachment's id */
};

enum channel_event_kind {
    EVENT_MESSAGE = 1, /* a message from the person, or (echo) by the business elsewhere */
    EVENT_STATUS,      /* a sent message got further, or failed */
    EVENT_EDIT,        /* target_id has a new text */
    EVENT_REVOKE,      /* target_id was taken back */
    EVENT_REACTION,    /* emoji on target_id; "" removes */
    EVENT_SEEN,        /* the person has read up to target_id */
    EVENT_IDENTITY, /* the person's address or name changed: person is the new, old_address the old */
    EVENT_PREFERENCE, /* marketing stop or resume: text says which */
    EVENT_ACCOUNT,    /* something about our account: text for the health page, bad says it hurts */
    EVENT_NOTHING,    /* understood, and nothing to do */
};

struct channel_event {
    enum channel_event_kind kind;
    str provider_id;   /* the provider's id of this message; unique per channel */
    struct instant at; /* by the provider's clock; none: when it arrived */
    struct channel_person person;
    str group_id; /* "" unless in a group */
    /* EVENT_MESSAGE */
    bool echo; /* done by the business in the provider's own app; not only messages */
    enum message_kind message;
    str text; /* body or caption, or the payload in words; at most CHANNEL_MAX_TEXT */
    const struct channel_file *files;
    size_t n_files;
    str payload; /* "" or a JSON object, at most CHANNEL_MAX_PAYLOAD: docs/adding-a-channel.md */
    bool forwarded;
    /* EVENT_MESSAGE as a reply, EVENT_EDIT, EVENT_REVOKE, EVENT_REACTION, EVENT_SEEN, EVENT_STATUS */
    str target_id; /* provider id of the message this is about */
    str reference; /* EVENT_STATUS, EVENT_SEEN: our own reference that came back, or "" */
    /* EVENT_STATUS */
    enum message_state state; /* STATE_SENT, STATE_DELIVERED, STATE_READ or STATE_FAILED */
    str error_code;           /* provider's, as text; also of MESSAGE_UNSUPPORTED, EVENT_ACCOUNT */
    str error_text;           /* for the agent: what happened and what to do */
    /* EVENT_REACTION */
    str emoji;
    /* EVENT_IDENTITY */
    str old_address; /* address or scoped_id of before; "" when only person's other members are news */
    bool bad;        /* EVENT_ACCOUNT; EVENT_STATUS that failed: the fault is the account's */
};

/* What an event may hold at most, so that it fits the database; texts are cut, ids never. */
enum {
    CHANNEL_MAX_EVENTS = 20000, /* in one webhook */
    CHANNEL_MAX_TEXT = 60000,
    CHANNEL_MAX_PAYLOAD = 40000,
    CHANNEL_MAX_ID = 512,
    CHANNEL_MAX_ADDRESS = 320,
    CHANNEL_MAX_NAME = 200,
    CHANNEL_MAX_URL = 4096,
    CHANNEL_MAX_ERROR = 500,
};

/* What is to be sent. */
struct outbound {
    struct uuid id; /* our message's id, carried as reference where the provider can */
    struct channel_person to;
    enum message_kind kind; /* MESSAGE_TEXT, MESSAGE_IMAGE ... or MESSAGE_REACTION through emoji */
    str text;
    str reply_to; /* provider id, or "" */
    str emoji;    /* with target_id: a reaction; kind is 0 */
    str target_id;
    bool mark_read; /* with target_id: tell the person that it was read; kind is 0 */
    str file_id;    /* the provider's id of an uploaded file (media_ops.uploaded) */
    str file_name;
    str file_type;
};

enum delivery {
    DELIVERY_ACCEPTED = 1, /* the provider has it */
    DELIVERY_RETRY,        /* certainly not sent; try later */
    DELIVERY_REJECTED,     /* certainly not sent; never will be */
    DELIVERY_UNCERTAIN,    /* no answer: it may have been sent */
};

struct delivery_result {
    enum delivery outcome;
    str provider_id;     /* its id for the message, when accepted */
    int64_t retry_after; /* seconds; 0: our own back-off */
    str code;            /* the provider's error code as text, or "" */
    str reason;          /* for the agent's eyes, when rejected or waiting */
    bool account_bad;    /* the channel itself is broken (token, permission): degrade and alert */
};

/* Files in and out, for channels that have them.  A local channel has check alone. */
struct media_ops {
    uint64_t max_bytes; /* of anything */
    /* Step one: ask where the file lies.  When the event already has a url this may be skipped. */
    enum status (*locate)(struct ctx *c, const struct channel_account *acc, str provider_id,
                          struct http_request *out);
    enum status (*located)(struct ctx *c, const struct http_response *resp, str *url);
    /* Step two: fetch it (adds authorisation). */
    enum status (*fetch)(struct ctx *c, const struct channel_account *acc, str url,
                         struct http_request *out);
    /* Hand over a file (path on our disk) before it can be sent. */
    enum status (*upload)(struct ctx *c, const struct channel_account *acc, str path, str name,
                          str media_type, struct http_request *out);
    enum status (*uploaded)(struct ctx *c, const struct http_response *resp,
                            struct delivery_result *out); /* provider_id is the file's */
    /* May this file be sent here?  ERR_INVALID with words for the agent. */
    enum status (*check)(struct ctx *c, str media_type, int64_t bytes);
};

/* What a provider tells of a token. */
struct token_facts {
    bool told;                 /* it was asked, and answered */
    struct instant expires_at; /* none: for ever, or not told */
};

/* Connecting: are these credentials good? */
struct connect_ops {
    enum status (*test)(struct ctx *c, const struct channel_account *acc, struct http_request *out);
    /* OK with a name to show ("+60 12-345 6789, Kedai Maju"); ERR_INVALID with the field at fault. */
    enum status (*tested)(struct ctx *c, const struct http_response *resp, str *display);
    /* How long does the token live, and may it do what we need?  NULL: there is none, or no telling. */
    enum status (*token)(struct ctx *c, const struct channel_account *acc,
                         struct http_request *out);
    /* ERR_INVALID with the field when it may not send. */
    enum status (*token_told)(struct ctx *c, const struct http_response *resp,
                              struct token_facts *out);
    /* The provider's own check of a hook address by GET: the text to answer with. */
    enum status (*challenge)(struct ctx *c, const struct channel_account *acc, str query, str *out);
};

struct channel_ops {
    const char *name;                       /* "whatsapp": the value stored in channel.kind */
    const char *const *hosts;               /* where it may call, NULL-terminated */
    const struct channel_setting *settings; /* ends with key NULL */
    struct channel_traits {
        uint32_t max_text;          /* bytes; longer replies are refused, not cut */
        uint32_t max_text_chars;    /* code points; 0: bytes count */
        uint32_t max_caption_chars; /* text that goes with a file; 0: as any text */
        int64_t window_s; /* free-form replies only so long after the person wrote; 0: no window */
        int64_t per_second;  /* sends per second and channel by default; 0: no limit */
        bool resend_is_safe; /* the provider honours our idempotency key */
        bool local;          /* delivery is our own store (web chat): no HTTP at all */
        bool reactions, replies, read_marks;
    } traits;
    const struct media_ops *media;     /* NULL: no files */
    const struct connect_ops *connect; /* NULL: nothing to test */

    /* Build the request that sends m. */
    enum status (*send)(struct ctx *c, const struct channel_account *acc, const struct outbound *m,
                        struct http_request *out);
    /* Read its answer.  resp->failure says when there was none. */
    enum status (*sent)(struct ctx *c, const struct http_response *resp,
                        struct delivery_result *out);
    /* Is this webhook really from the provider?  ERR_FORBIDDEN if not. */
    enum status (*verify)(struct ctx *c, const struct channel_account *acc,
                          const struct http_request *webhook);
    /* Its events, oldest first, in c->arena.  ERR_INVALID: not what this provider sends. */
    enum status (*events)(struct ctx *c, const struct channel_account *acc, str body,
                          struct channel_event **out, size_t *n_out);
};

extern const struct channel_ops *const channels[]; /* NULL-terminated: whatsapp, webchat, null */
const struct channel_ops *channel_find(str name);  /* NULL when there is none */

#endif
