/*
 * upload.h - files that people hand us, before they are part of a message.
 *
 * The bytes are in the object store already (blob/blob.h, by the caller); this is the row.  What a
 * file is, its content says; its claimed type and name decide nothing.
 */
#ifndef DOMAIN_UPLOAD_H
#define DOMAIN_UPLOAD_H

#include "domain/actor.h"
#include "store/attachment.h"

struct upload {
    str name;       /* as claimed; path and control characters go */
    str media_type; /* by content */
    struct bytes sha256;
    int64_t bytes;
    struct uuid channel_id; /* a visitor's: the channel; zero otherwise */
    struct uuid visitor_id; /* a web-chat visitor's, else the actor's */
    bool voice;             /* recorded on the spot: audio is a voice note */
};
enum status upload_keep(struct ctx *c, const struct upload *in, struct attachment *out);

/* image/..., audio/..., video/... that browsers show safely are what they say; the rest
 * documents. */
enum message_kind upload_kind(str media_type);
/* May a browser show it in place?  Everything else is only ever downloaded. */
bool upload_shows_inline(str media_type);
/* A file name without path, control characters and quotes, at most ATTACHMENT_NAME_MAX bytes. */
str upload_safe_name(struct arena *a, str name);

/* An attachment by id, with no question who asks: the signed address was the permission. */
enum status upload_find(struct ctx *c, struct uuid id, struct attachment *out);

#endif
