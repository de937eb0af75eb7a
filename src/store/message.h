/*
 * message.h - what was said in a conversation, or happened in it.
 *
 * States never move backwards: message_advance is the one way to change one, and its SQL holds the
 * table of what may follow what.
 */
#ifndef STORE_MESSAGE_H
#define STORE_MESSAGE_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"
#include "store/conversation.h"

struct message {
    struct uuid id;
    struct uuid conversation_id;
    struct uuid channel_id;
    enum direction direction;
    enum message_kind kind;
    enum author_kind author;
    struct uuid author_id; /* the user, the contact; zero: the system */
    str body;
    struct json_text payload; /* ptr NULL: none */
    struct uuid reply_to_id;
    bool forwarded;
    str provider_id; /* ptr NULL: not known yet */
    struct instant at;
    enum message_state state;
    str error_code; /* ptr NULL: none */
    str error_text; /* ptr NULL: none */
    struct instant send_at;
    struct instant sent_at;
    struct instant delivered_at;
    struct instant read_at;
    struct instant edited_at;
    struct instant revoked_at;
    int64_t version;
};

/* A message as a thread shows it. */
struct message_item {
    struct message message;
    str author_name;      /* a member's; ptr NULL otherwise */
    struct uuid reply_id; /* zero: not a reply, or what it answers is gone */
    str reply_kind;       /* the rest: ptr NULL without a reply */
    str reply_body;       /* at most 200 characters */
    str reply_author;
    str reply_author_name;
};

enum { MESSAGE_BODY_MAX = 10000 };

/* ---- reading ---- */

enum status message_select(struct ctx *c, struct uuid id, struct message *out); /* ERR_NOT_FOUND */
enum status message_lock(struct ctx *c, struct uuid id, struct message *out);
enum status message_view(struct ctx *c, struct uuid id, const struct conversation_scope *scope,
                         struct message_item *out); /* ERR_NOT_FOUND out of reach too */
enum status message_find_by_provider(struct ctx *c, struct uuid channel_id, str provider_id,
                                     struct message *out, bool *found);
/* The last message that came in, for the provider's read mark. */
enum status message_find_last_inbound(struct ctx *c, struct uuid conversation_id,
                                      struct message *out, bool *found);

struct message_page {
    struct uuid conversation_id;
    int limit;             /* 1..100 */
    struct instant before; /* cursor: at and id of the last row; none: from the newest */
    struct uuid before_id;
    struct uuid after_id; /* only what is newer than this message; zero: no such wish */
    bool public_only;     /* as the person sees it: no notes, no events, nothing cancelled */
};
/* List of struct message_item, newest first; up to limit + 1 rows; none of a conversation that is
 * out of the scope's reach. */
enum status message_list(struct ctx *c, const struct message_page *page,
                         const struct conversation_scope *scope, struct list *out);

/* ---- writing ---- */

enum status message_insert(struct ctx *c, const struct message *row);
/* *inserted false: the channel has a message of this provider_id already (a replay). */
enum status message_insert_once(struct ctx *c, const struct message *row, bool *inserted);

/* A step in the life of an outgoing message. */
struct message_step {
    struct uuid id;
    enum message_state to;
    struct instant at;      /* when it got there (sent, delivered, read) */
    str provider_id;        /* ptr NULL: keep */
    str error_code;         /* ptr NULL: none (they are cleared) */
    str error_text;         /* cut to 1000 bytes */
    struct instant send_at; /* queued: when it will be tried (again) */
};
/*
 * Take the step if it leads forward:
 *   queued     from sending (a certain non-send), failed (retry)
 *   sending    from queued
 *   sent       from queued, sending, uncertain
 *   delivered  from queued, sending, sent, uncertain, failed: evidence beats what we believed
 *   read       the same, and from delivered
 *   failed     from queued, sending, sent, uncertain
 *   uncertain  from sending
 *   cancelled  from queued
 * Only outgoing messages move.  *version is the new version, 0 if nothing changed.  The
 * conversation's last_state is the caller's to follow (conversation_update_last_state).
 */
enum status message_advance(struct ctx *c, const struct message_step *step, int64_t *version);

/* Its author chose other words.  *version 0: it was edited later, or taken back. */
enum status message_update_body(struct ctx *c, struct uuid id, str body, struct instant edited_at,
                                int64_t *version);
/* Taken back by its author: the words go, the place stays.  *version 0: it was gone before. */
enum status message_update_revoked(struct ctx *c, struct uuid id, struct instant at,
                                   int64_t *version);
/* Something that hangs on it changed (a file arrived, a reaction): only the version moves. */
enum status message_bump(struct ctx *c, struct uuid id, int64_t *version);

#endif
