/*
 * blob.c - keys, and what a file is by its content.
 *
 * libmagic's database takes some ten megabytes in memory and its handle is for one thread at a time;
 * files come seldom, so a store has one, made when first needed, behind a lock.
 */
#include "blob/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <magic.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "crypto/hash.h"

enum { CHUNK = 65536, MEDIA_TYPE_MAX = 127, LOOK_BYTES = 256 * 1024 };

str blob_key(struct arena *a, struct uuid org, const uint8_t sha256[32])
{
    struct buf b = buf_new(a, 160);
    str digest = {(const char *)sha256, 32};

    buf_add(&b, uuid_str(a, org));
    buf_add_char(&b, '/');
    buf_add_hex(&b, str_slice(digest, 0, 1));
    buf_add_char(&b, '/');
    buf_add_hex(&b, digest);
    return buf_str(&b);
}

static enum status fail_io(struct ctx *c, const char *what, int error)
{
    char cause[160];
    enum status s = FAIL(c, ERR_UNAVAILABLE, "the file cannot be read now");

    snprintf(cause, sizeof(cause), "%s: %s", what, strerrordesc_np(error));
    err_cause(c, cause);
    return s;
}

static enum status digest_of(struct ctx *c, int fd, struct blob_facts *out)
{
    struct sha256_stream *stream = sha256_begin(c->arena);
    char chunk[CHUNK];
    ssize_t n;

    out->bytes = 0;
    while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
        sha256_more(stream, (str){chunk, (size_t)n});
        out->bytes += n;
    }
    if (n < 0)
        return fail_io(c, "read", errno);
    sha256_end(stream, out->sha256);
    return OK;
}

struct blob_types {
    pthread_mutex_t lock;
    magic_t magic; /* under lock; made when first needed */
};

static void types_free(void *arg)
{
    struct blob_types *types = arg;

    if (types->magic)
        magic_close(types->magic);
    pthread_mutex_destroy(&types->lock);
}

struct blob_types *blob_types_new(struct arena *a)
{
    struct blob_types *types = NEW(a, struct blob_types);

    pthread_mutex_init(&types->lock, NULL);
    arena_defer(a, types_free, types);
    return types;
}

static enum status open_types(struct ctx *c, struct blob_types *types)
{
    size_t look = LOOK_BYTES;
    magic_t magic;

    if (types->magic)
        return OK;
    magic = magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR);
    if (!magic)
        return fail_io(c, "magic_open", errno);
    if (magic_load(magic, NULL) != 0) {
        int why = magic_errno(magic);

        magic_close(magic);
        return fail_io(c, "magic_load", why);
    }
    /* The beginning says it; unless told, libmagic reads seven megabytes into memory. */
    (void)magic_setparam(magic, MAGIC_PARAM_BYTES_MAX, &look);
    types->magic = magic;
    return OK;
}

static enum status media_type_of(struct ctx *c, struct blob_types *types, int fd, str *out)
{
    const char *found = NULL;
    enum status s;

    if (lseek(fd, 0, SEEK_SET) < 0)
        return fail_io(c, "lseek", errno);
    pthread_mutex_lock(&types->lock);
    s = open_types(c, types);
    if (s == OK)
        found = magic_descriptor(types->magic, fd);
    if (!found || strlen(found) > MEDIA_TYPE_MAX || !strchr(found, '/'))
        found = "application/octet-stream";
    *out = arena_copy(c->arena, str_of(found));
    pthread_mutex_unlock(&types->lock);
    return s;
}

enum status blob_examine(struct ctx *c, struct blob_store *store, str path, struct blob_facts *out)
{
    struct blob_facts facts;
    AUTO(close_fd) int fd = open(arena_copy(c->arena, path).ptr, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return fail_io(c, "open", errno);
    TRY(digest_of(c, fd, &facts));
    TRY(media_type_of(c, store->types, fd, &facts.media_type));
    *out = facts;
    return OK;
}
