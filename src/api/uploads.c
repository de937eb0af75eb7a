/*
 * uploads.c - a file, as raw bytes.  The edge has put them into a file; what they are is said by
 * their content, and they are in the object store before there is a row that says so.
 *
 * All of that happens before the first statement: the transaction that the row is written in has not
 * begun while the disk is waited for.
 */
#include "api/handlers.h"
#include "api/server.h"
#include "api/shapes.h"
#include "blob/blob.h"
#include "domain/upload.h"

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

enum status post_upload(struct ctx *c, struct req *r)
{
    const struct upload_in *in = r->query;
    struct blob_store *blobs = &r->server->blobs;
    str path = req_body_path(r);
    struct attachment file;
    struct blob_facts facts;
    struct upload upload;

    if (r->x->body_bytes <= 0)
        return FAIL(c, ERR_INVALID, "the file is empty");
    TRY(blob_examine(c, blobs, path, &facts));
    TRY(blobs->ops->put(c, blobs, blob_key(c->arena, c->org, facts.sha256), path));
    upload = (struct upload){
        .name = in->name.ptr ? in->name : S(""),
        .media_type = facts.media_type,
        .sha256 = {{(const char *)facts.sha256, sizeof(facts.sha256)}},
        .bytes = facts.bytes,
        .voice = in->voice,
    };
    TRY(upload_keep(c, &upload, &file));
    *(struct attachment_out *)r->out = attachment_shown(c, r, &file);
    return OK;
}
