/*
 * media.c - files by signed addresses.
 *
 * The address is the permission: whoever has it may fetch the file until it expires, without a
 * cookie, so that <img> and <video> work and so that a web-chat visitor can be shown one.  It names
 * the organisation, and both ids are signed.
 *
 * A file comes from outside.  It is never run: content that a browser shows safely goes inline, the
 * rest is only ever downloaded, nothing is sniffed, and a document opened by itself is sandboxed.
 */
#include "api/handlers.h"
#include "api/server.h"
#include "api/shapes.h"
#include "base/buf.h"
#include "blob/blob.h"
#include "crypto/hash.h"
#include "domain/upload.h"

enum { HOUR_S = 3600 };

/* ---- addresses ---- */

/* What is signed: not the path itself, since the organisation stands in the query. */
static str signed_path(struct arena *a, struct uuid org, struct uuid id)
{
    return arena_printf(a, "/media/%.*s/%.*s", STR_ARG(uuid_str(a, org)), STR_ARG(uuid_str(a, id)));
}

static int64_t now_s(void)
{
    return clock_now().us / 1000000;
}

str media_url(struct ctx *c, const struct req *r, struct uuid attachment_id)
{
    int64_t expires_s = (now_s() / HOUR_S + 2) * HOUR_S;
    str path = signed_path(c->arena, c->org, attachment_id);

    return arena_printf(c->arena, "/media/%.*s?org=%.*s&%.*s",
                        STR_ARG(uuid_str(c->arena, attachment_id)),
                        STR_ARG(uuid_str(c->arena, c->org)),
                        STR_ARG(url_sign(c->arena, r->server->keys.media, path, expires_s)));
}

struct attachment_out attachment_shown(struct ctx *c, const struct req *r,
                                       const struct attachment *file)
{
    struct attachment_out out = {.file = *file};

    if (file->state == ATTACHMENT_STORED)
        out.url = media_url(c, r, file->id);
    return out;
}

/* ---- ranges ---- */

struct range {
    int64_t first, last; /* inclusive */
};

enum range_kind { RANGE_NONE = 1, RANGE_PART, RANGE_UNSATISFIABLE };

/* "bytes=a-b", "bytes=a-", "bytes=-n"; anything else (several ranges) is answered in full. */
static enum range_kind read_range(str header, int64_t bytes, struct range *out)
{
    struct cur cur = cur_of(header);
    int64_t first = 0, last = bytes - 1;
    str from, to;

    if (!cur_skip(&cur, S("bytes=")) || !cur_until(&cur, '-', 20, &from) ||
        !cur_until(&cur, '\0', 20, &to) || (from.len == 0 && to.len == 0))
        return RANGE_NONE;
    if ((from.len > 0 && !str_parse_i64(from, &first)) ||
        (to.len > 0 && !str_parse_i64(to, &last)) || first < 0 || last < 0)
        return RANGE_NONE;
    if (from.len == 0) {
        first = last >= bytes ? 0 : bytes - last;
        last = bytes - 1;
    }
    if (last >= bytes)
        last = bytes - 1;
    if (first >= bytes || first > last)
        return RANGE_UNSATISFIABLE;
    *out = (struct range){first, last};
    return RANGE_PART;
}

/* ---- serving ---- */

static void add_headers(struct ctx *c, struct req *r, const struct attachment *file, str etag)
{
    bool in_place = upload_shows_inline(file->media_type);
    struct buf name = buf_new(c->arena, 4096);

    buf_add_url(&name, upload_safe_name(c->arena, file->name));
    req_header(r, "Content-Disposition",
               arena_printf(c->arena, "%s; filename*=UTF-8''%.*s",
                            in_place ? "inline" : "attachment", STR_ARG(buf_str(&name))));
    req_header(r, "X-Content-Type-Options", S("nosniff"));
    req_header(r, "Content-Security-Policy", S("default-src 'none'; sandbox"));
    req_header(r, "Cross-Origin-Resource-Policy", S("same-origin"));
    req_header(r, "Cache-Control", S("private, max-age=3600, immutable"));
    req_header(r, "Accept-Ranges", S("bytes"));
    req_header(r, "ETag", etag);
}

static str etag_of(struct ctx *c, const struct attachment *file)
{
    struct buf b = buf_new(c->arena, 80);

    buf_add_char(&b, '"');
    buf_add_hex(&b, str_slice(file->sha256.data, 0, 16));
    buf_add_char(&b, '"');
    return buf_str(&b);
}

static enum status send_file(struct ctx *c, struct req *r, const struct attachment *file, str etag)
{
    struct blob_store *blobs = &r->server->blobs;
    str wanted = req_header_get(r, "Range");
    str same = req_header_get(r, "If-Range");
    struct range range = {0, 0};
    enum range_kind kind;
    struct answer *answer;
    int64_t bytes;
    str key;
    int fd;

    key = blob_key(c->arena, c->org, (const uint8_t *)file->sha256.data.ptr);
    TRY(blobs->ops->open(c, blobs, key, &fd, &bytes));
    kind = wanted.len > 0 && (same.len == 0 || str_eq(same, etag))
               ? read_range(wanted, bytes, &range)
               : RANGE_NONE;
    answer = req_raw(r, kind == RANGE_PART ? 206 : 200, file->media_type.ptr, S(""));
    answer->file_fd = fd;
    answer->file_bytes = bytes;
    if (kind == RANGE_PART) {
        answer->file_offset = range.first;
        answer->file_bytes = range.last - range.first + 1;
        req_header(r, "Content-Range",
                   arena_printf(c->arena, "bytes %lld-%lld/%lld", (long long)range.first,
                                (long long)range.last, (long long)bytes));
    } else if (kind == RANGE_UNSATISFIABLE) {
        answer->status = 416;
        answer->file_bytes = 0;
        req_header(r, "Content-Range", arena_printf(c->arena, "bytes */%lld", (long long)bytes));
    }
    return OK;
}

static enum status who_signed(struct ctx *c, const struct req *r, struct uuid *org)
{
    str query = r->x->request.query, text;

    if (!http_query_get(c->arena, query, "org", &text) || !uuid_parse(text, org))
        return FAIL(c, ERR_FORBIDDEN, "this link is not valid");
    return url_verify(c, r->server->keys.media, signed_path(c->arena, *org, r->ids[0]), query,
                      now_s());
}

enum status get_media(struct ctx *c, struct req *r)
{
    struct attachment file;
    struct uuid org;
    str etag;

    TRY(who_signed(c, r, &org));
    c->org = org;
    TRY(upload_find(c, r->ids[0], &file));
    if (file.state != ATTACHMENT_STORED || file.sha256.data.len != SHA256_BYTES)
        return FAIL(c, ERR_NOT_FOUND, "this file is not here");
    file.media_type = arena_copy(c->arena, file.media_type);
    etag = etag_of(c, &file);
    add_headers(c, r, &file, etag);
    if (str_eq(req_header_get(r, "If-None-Match"), etag)) {
        (void)req_raw(r, 304, file.media_type.ptr, S(""));
        return OK;
    }
    return send_file(c, r, &file, etag);
}
