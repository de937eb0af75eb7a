/*
 * attachment.h - files in messages.  The bytes lie in the object store under their digest.
 *
 * kind is a message kind that names a file: image, audio, voice, video, document, sticker.
 */
#ifndef STORE_ATTACHMENT_H
#define STORE_ATTACHMENT_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"

struct attachment {
    struct uuid id;
    struct uuid message_id;  /* zero: uploaded, not yet sent */
    struct uuid channel_id;  /* the channel it came through or may leave by; zero: any */
    struct uuid uploaded_by; /* a member, or zero */
    struct uuid visitor_id;  /* a web-chat visitor, or zero: only they may attach it */
    enum message_kind kind;
    str name;       /* at most 255 bytes */
    str media_type; /* by content */
    int64_t bytes;
    struct bytes sha256; /* data.ptr NULL until it is stored */
    enum attachment_state state;
    str provider_ref; /* the provider's id of it; ptr NULL */
    str provider_url; /* ptr NULL */
    str error_text;   /* ptr NULL */
    struct instant created_at;
};

enum { ATTACHMENT_NAME_MAX = 255, ATTACHMENTS_PER_MESSAGE = 10 };

enum status attachment_insert(struct ctx *c, const struct attachment *row);
enum status attachment_select(struct ctx *c, struct uuid id,
                              struct attachment *out); /* ERR_NOT_FOUND */
enum status attachment_lock(struct ctx *c, struct uuid id, struct attachment *out);
/* Of many messages at once; list of struct attachment, by message and age. */
enum status attachment_list(struct ctx *c, const struct uuid *messages, size_t n, struct list *out);
/* Put an uploaded file into a message; *changed false: not there, not stored, or in a message
 * already. */
enum status attachment_attach(struct ctx *c, struct uuid id, struct uuid message_id, bool *changed);
/* A message was cancelled: its files may go into another one. */
enum status attachment_detach(struct ctx *c, struct uuid message_id);
/* A message was taken back by its author: its files leave it, and the purge removes their bytes. */
enum status attachment_withdraw(struct ctx *c, struct uuid message_id);
/* Its bytes are in the object store now: sha256, bytes, media_type, kind of row count.  It is stored
 * then, unless it was withdrawn. */
enum status attachment_update_stored(struct ctx *c, const struct attachment *row);
enum status attachment_update_failed(struct ctx *c, struct uuid id, str error_text);
/* The provider's id of a file that we handed over for this message; nothing when it left it. */
enum status attachment_update_provider_ref(struct ctx *c, struct uuid id, struct uuid message_id,
                                           str provider_ref);
/* A message is sent again: those ids may not be good any more. */
enum status attachment_forget_provider_refs(struct ctx *c, struct uuid message_id);

#endif
