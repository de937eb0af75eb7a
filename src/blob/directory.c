/*
 * directory.c - blobs as files.
 *
 * A file is linked into place under its digest, never written there, so a reader sees all of it or
 * nothing, and two who put the same bytes do not disturb each other.  link() instead of rename(),
 * since it keeps an older file of the same name and the caller's own path.
 *
 * Removing looks at the time of the last put (every put touches the file): the name is taken away
 * first, then the file is looked at, and put back if it is fresh.  A put that found the old name
 * looks again after touching it, so either it sees the name gone and links anew, or the remover
 * sees the touch.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "blob/blob.h"

enum { SETTLE_S = 120, PUT_TRIES = 8, COPY_CHUNK = 65536 };

static enum status fail_io(struct ctx *c, const char *what, str path)
{
    int saved = errno;
    char cause[320];
    enum status s = FAIL(c, ERR_UNAVAILABLE, "the file store cannot be used now");

    snprintf(cause, sizeof(cause), "%s %.*s: %s", what, STR_ARG(str_slice(path, 0, 200)),
             strerrordesc_np(saved));
    err_cause(c, cause);
    return s;
}

static bool key_is_sound(str key)
{
    for (size_t i = 0; i < key.len; i++) {
        char ch = key.ptr[i];

        if (!((ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f') || ch == '-' || ch == '/'))
            return false;
    }
    return key.len == UUID_TEXT + 1 + 2 + 1 + 64;
}

static enum status path_of(struct ctx *c, const struct blob_store *store, str key, str *out)
{
    if (!key_is_sound(key))
        return FAIL(c, ERR_INTERNAL, "not the key of a blob");
    *out = arena_printf(c->arena, "%.*s/%.*s", STR_ARG(store->root), STR_ARG(key));
    return OK;
}

static enum status sync_directory(struct ctx *c, str path)
{
    AUTO(close_fd) int fd = open(path.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) != 0)
        return fail_io(c, "fsync", path);
    return OK;
}

static str parent(struct ctx *c, str path)
{
    size_t n = path.len;

    while (n > 1 && path.ptr[n - 1] != '/')
        n--;
    return arena_copy(c->arena, str_slice(path, 0, n > 1 ? n - 1 : 1));
}

/* The directory itself, whose parent must be there. */
static enum status make_one(struct ctx *c, str path)
{
    if (mkdir(path.ptr, 0700) == 0)
        return sync_directory(c, parent(c, path));
    return errno == EEXIST ? OK : fail_io(c, "mkdir", path);
}

static enum status make_parents(struct ctx *c, str path)
{
    str shard = parent(c, path);
    struct stat st;

    if (stat(shard.ptr, &st) == 0)
        return OK;
    TRY(make_one(c, parent(c, shard)));
    return make_one(c, shard);
}

static enum status sync_file(struct ctx *c, str path)
{
    AUTO(close_fd) int fd = open(path.ptr, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) != 0)
        return fail_io(c, "fsync", path);
    return OK;
}

static enum status copy_bytes(struct ctx *c, int from, int to, str name)
{
    char chunk[COPY_CHUNK];
    ssize_t n;

    while ((n = read(from, chunk, sizeof(chunk))) > 0)
        for (ssize_t done = 0, put; done < n; done += put) {
            put = write(to, chunk + done, (size_t)(n - done));
            if (put <= 0)
                return fail_io(c, "write", name);
        }
    return n == 0 ? OK : fail_io(c, "read", name);
}

/* The file lies on another file system, where link() does not reach: a copy beside the store. */
static enum status copy_aside(struct ctx *c, struct blob_store *store, str path, str *out)
{
    AUTO(close_fd) int from = open(path.ptr, O_RDONLY | O_CLOEXEC);
    AUTO(close_fd) int to = -1;
    enum status s;

    if (from < 0)
        return fail_io(c, "open", path);
    TRY(blob_scratch(c, store, out, &to));
    s = copy_bytes(c, from, to, path);
    if (s == OK && fsync(to) != 0)
        s = fail_io(c, "fsync", *out);
    if (s != OK)
        unlink(out->ptr);
    return s;
}

/* Is it there, and known to be wanted from now on? */
static bool refresh(str target)
{
    struct stat before, after;
    AUTO(close_fd) int fd = open(target.ptr, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || futimens(fd, NULL) != 0 || fstat(fd, &before) != 0)
        return false;
    return stat(target.ptr, &after) == 0 && before.st_ino == after.st_ino;
}

/* Linked, or there already.  The source's own time may be old: the new name is touched too. */
static enum status link_into_place(struct ctx *c, str path, str target)
{
    for (int i = 0; i < PUT_TRIES; i++) {
        if (refresh(target))
            return OK;
        if (utimensat(AT_FDCWD, path.ptr, NULL, 0) != 0)
            return fail_io(c, "touch", path);
        /* Follows links: a spooled body has no name but /proc/self/fd/N. */
        if (linkat(AT_FDCWD, path.ptr, AT_FDCWD, target.ptr, AT_SYMLINK_FOLLOW) == 0)
            return sync_directory(c, parent(c, target));
        if (errno != EEXIST)
            return fail_io(c, "link", target);
    }
    return FAIL(c, ERR_UNAVAILABLE, "the file store is being cleaned; try again");
}

static enum status directory_put(struct ctx *c, struct blob_store *store, str key, str path)
{
    str source = arena_copy(c->arena, path);
    struct stat here, there;
    bool copied = false;
    str target;
    enum status s;

    TRY(path_of(c, store, key, &target));
    if (stat(source.ptr, &here) != 0)
        return fail_io(c, "stat", source);
    if (stat(store->root.ptr, &there) != 0)
        return fail_io(c, "stat", store->root);
    TRY(make_parents(c, target));
    if (here.st_dev != there.st_dev) {
        TRY(copy_aside(c, store, source, &source));
        copied = true;
    } else {
        TRY(sync_file(c, source));
    }
    s = link_into_place(c, source, target);
    if (copied)
        unlink(source.ptr);
    return s;
}

static enum status directory_open(struct ctx *c, struct blob_store *store, str key, int *fd,
                                  int64_t *bytes)
{
    struct stat st;
    str path;
    int got;

    TRY(path_of(c, store, key, &path));
    got = open(path.ptr, O_RDONLY | O_CLOEXEC);
    if (got < 0 && errno == ENOENT)
        return FAIL(c, ERR_NOT_FOUND, "no such file");
    if (got < 0)
        return fail_io(c, "open", path);
    if (fstat(got, &st) != 0) {
        close(got);
        return fail_io(c, "stat", path);
    }
    *fd = got;
    *bytes = st.st_size;
    return OK;
}

static enum status directory_remove(struct ctx *c, struct blob_store *store, str key)
{
    struct stat st;
    str path, aside;

    TRY(path_of(c, store, key, &path));
    aside = arena_printf(c->arena, "%.*s/tmp/%.*s", STR_ARG(store->root), UUID_TEXT,
                         uuid_str(c->arena, uuid_new()).ptr);
    if (rename(path.ptr, aside.ptr) != 0)
        return errno == ENOENT ? OK : fail_io(c, "rename", path);
    if (stat(aside.ptr, &st) == 0 && st.st_mtime >= time(NULL) - store->settle_s) {
        /* when somebody put it anew meanwhile, theirs stays */
        if (link(aside.ptr, path.ptr) != 0 && errno != EEXIST)
            return fail_io(c, "link", path);
        unlink(aside.ptr);
        return FAIL(c, ERR_CONFLICT, "this file was put here a moment ago");
    }
    if (unlink(aside.ptr) != 0 && errno != ENOENT)
        return fail_io(c, "unlink", aside);
    return OK;
}

static enum status directory_check(struct ctx *c, struct blob_store *store)
{
    AUTO(close_fd) int fd = -1;
    enum status s = OK;
    str path;

    TRY(blob_scratch(c, store, &path, &fd));
    if (write(fd, "x", 1) != 1)
        s = fail_io(c, "write", path);
    unlink(path.ptr);
    return s;
}

enum status blob_scratch(struct ctx *c, struct blob_store *store, str *path, int *fd)
{
    str name = arena_printf(c->arena, "%.*s/tmp/%.*s", STR_ARG(store->root), UUID_TEXT,
                            uuid_str(c->arena, uuid_new()).ptr);
    int got = open(name.ptr, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (got < 0)
        return fail_io(c, "create", name);
    *path = name;
    *fd = got;
    return OK;
}

static const struct blob_ops directory_ops = {
    .name = "directory",
    .put = directory_put,
    .open = directory_open,
    .remove = directory_remove,
    .check = directory_check,
};

/* Leftovers of what was being received when a process died; those of living ones are younger. */
static void sweep_scratch(struct ctx *c, str dir)
{
    DIR *d = opendir(dir.ptr);
    const struct dirent *e;
    struct stat st;

    if (!d)
        return;
    while ((e = readdir(d)) != NULL) { /* NOLINT(concurrency-mt-unsafe): a stream of our own */
        str path = arena_printf(c->arena, "%.*s/%s", STR_ARG(dir), e->d_name);

        if (e->d_name[0] != '.' && stat(path.ptr, &st) == 0 && st.st_mtime < time(NULL) - 86400)
            unlink(path.ptr);
    }
    closedir(d);
}

enum status blob_directory_new(struct ctx *c, str root, struct blob_store *out)
{
    str tmp = arena_printf(c->arena, "%.*s/tmp", STR_ARG(root));

    TRY(make_one(c, arena_copy(c->arena, root)));
    TRY(make_one(c, tmp));
    sweep_scratch(c, tmp);
    *out = (struct blob_store){.ops = &directory_ops,
                               .root = root,
                               .settle_s = SETTLE_S,
                               .types = blob_types_new(c->arena)};
    return OK;
}
