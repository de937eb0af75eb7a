/*
 * uploads.c - a file, as raw bytes.  The edge has put them into a file; what they are is said by
 * their content, and they are in the object store before there is a row that says so.
 *
 * No connection is held while the disk is waited for: what there is to ask is asked before, and the
 * row is written in a transaction of its own afterwards.
 */
#include "api/handlers.h"
#include "api/server.h"
#include "api/shapes.h"
#include "blob/blob.h"
#include "domain/upload.h"
#include "domain/visitor.h"

#define FILE_FIELD(m, fl) FIELD_AS(struct attachment_out, file.m, #m, fl, 0)

const struct field attachment_json[] = {
    FILE_FIELD(id, 0),
    FIELD_ENUM_AS(struct attachment_out, file.kind, "kind", 0, &message_kind_names),
    FILE_FIELD(name, 0),
    FILE_FIELD(media_type, 0),
    FILE_FIELD(bytes, 0),
    FIELD_ENUM_AS(struct attachment_out, file.state, "state", 0, &attachment_state_names),
    FIELD(struct attachment_out, url, F_NULL, 0),
    FILE_FIELD(error_text, F_NULL),
    FIELD_END,
};

const struct shape attachment_shape = SHAPE(struct attachment_out, attachment_json, "Attachment");

struct upload_in {
    str name;
    bool voice;
};

static const struct field upload_in[] = {
    FIELD(struct upload_in, name, 0, 1000),
    FIELD(struct upload_in, voice, 0, 0),
    FIELD_END,
};

const struct shape upload_query = SHAPE(struct upload_in, upload_in, "upload_query");

/* ---- bytes first, then the row ---- */

static enum status store(struct ctx *c, struct req *r)
{
    struct blob_store *blobs = &r->server->blobs;
    struct upload *upload = r->user;
    struct blob_facts *facts = NEW(c->arena, struct blob_facts);
    str path = req_body_path(r);

    TRY(blob_examine(c, blobs, path, facts));
    upload->media_type = facts->media_type;
    upload->sha256.data = (str){(const char *)facts->sha256, sizeof(facts->sha256)};
    upload->bytes = facts->bytes;
    return blobs->ops->put(c, blobs, blob_key(c->arena, c->org, facts->sha256), path);
}

static enum status keep(struct ctx *c, struct req *r)
{
    const struct upload *upload = r->user;
    struct attachment file;

    /* Again: others of theirs may have come while this one was stored. */
    if (!uuid_is_zero(upload->visitor_id))
        TRY(visitor_may_upload(c, upload->visitor_id));
    TRY(upload_keep(c, upload, &file));
    *(struct attachment_out *)r->out = attachment_shown(c, r, &file);
    return OK;
}

enum status upload_body(struct ctx *c, struct req *r, const struct upload *upload)
{
    struct upload *copy = NEW(c->arena, struct upload);

    if (r->x->body_bytes <= 0)
        return FAIL(c, ERR_INVALID, "the file is empty");
    *copy = *upload;
    if (copy->name.ptr == NULL)
        copy->name = S("");
    r->user = copy;
    r->aside = store;
    r->then = keep;
    return OK;
}

enum status post_upload(struct ctx *c, struct req *r)
{
    const struct upload_in *in = r->query;

    return upload_body(c, r, &(struct upload){.name = in->name, .voice = in->voice});
}
