/*
 * blob.h - object stores behind one ops struct: a directory now, S3-compatible ones later.
 *
 * Keys are content addresses, "<org>/<first two hex>/<sha256 hex>": the same bytes of one org are
 * kept once, and never shared between organisations.  put is atomic and durable: written aside,
 * fsync, linked into place, fsync of the directory.
 *
 * The row that names a blob is committed after put; so remove refuses what was put a moment ago,
 * or a put of the same bytes could be lost between the two.
 */
#ifndef BLOB_BLOB_H
#define BLOB_BLOB_H

#include "base/ctx.h"

struct blob_store;
struct blob_types; /* what tells media types by content; has its own lock */

struct blob_ops {
    const char *name;
    /* Keep the bytes of the file at path under key.  OK when they are there already.  The file
     * stays the caller's to unlink, and must not be changed any more. */
    enum status (*put)(struct ctx *c, struct blob_store *store, str key, str path);
    /* Open for reading; the caller closes.  ERR_NOT_FOUND. */
    enum status (*open)(struct ctx *c, struct blob_store *store, str key, int *fd, int64_t *bytes);
    /* OK when it is gone, or was never there.  ERR_CONFLICT: it was put within the last minutes. */
    enum status (*remove)(struct ctx *c, struct blob_store *store, str key);
    /* Can it be written to?  For /readyz. */
    enum status (*check)(struct ctx *c, struct blob_store *store);
};

struct blob_store {
    const struct blob_ops *ops;
    str root;
    int64_t settle_s; /* how long a blob counts as just put; 120 */
    struct blob_types *types;
};

/* Makes the directory (0700) if need be; root and c->arena must outlive the store. */
enum status blob_directory_new(struct ctx *c, str root, struct blob_store *out);
str blob_key(struct arena *a, struct uuid org, const uint8_t sha256[32]);
/* A fresh, empty file (0600) beside the store, for what is being received; unlink it when done
 * with.  *path lies in c->arena. */
enum status blob_scratch(struct ctx *c, struct blob_store *store, str *path, int *fd);

/* SHA-256, size and media type by content (libmagic) of a file. */
struct blob_facts {
    uint8_t sha256[32];
    int64_t bytes;
    str media_type;
};
enum status blob_examine(struct ctx *c, struct blob_store *store, str path, struct blob_facts *out);
/* For the making of a store. */
struct blob_types *blob_types_new(struct arena *a);

#endif
