/*
 * shapes.h - field rows for structs inside structs, and the file that several answers show.
 */
#ifndef API_SHAPES_H
#define API_SHAPES_H

#include "api/req.h"
#include "domain/upload.h"

/* clang-format off */
/* FIELD_ENUM under another name: for a member of a member. */
#define FIELD_ENUM_AS(T, m, nm, fl, wordlist)                                                      \
    {.name = (nm), .type = FT_ENUM, .offset = offsetof(T, m), .flags = (fl), .names = (wordlist)}
/* An object of the answer whose members lie in the same flat struct: table's offsets are T's. */
#define FIELD_PART(T, nm, fl, table)                                                               \
    {.name = (nm), .type = FT_OBJECT, .offset = 0, .flags = (fl), .sub = (table),                  \
     .sub_size = sizeof(T)}
/* clang-format on */

struct attachment_out {
    struct attachment file;
    str url; /* ptr NULL until it is stored */
};

extern const struct field attachment_json[];

/* The address of a stored file of c->org: signed, good for one to two hours, and the same for an
 * hour so that browsers may keep what they fetched. */
str media_url(struct ctx *c, const struct req *r, struct uuid attachment_id);
struct attachment_out attachment_shown(struct ctx *c, const struct req *r,
                                       const struct attachment *file);
/* A handler's end: the spooled body becomes a stored file with a row, and the answer an
 * attachment_out.  Of the upload, what the content does not say. */
enum status upload_body(struct ctx *c, struct req *r, const struct upload *upload);

#endif
