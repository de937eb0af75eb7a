/*
 * file.c - mail that stays here: a file each, the newest some hundred kept.
 *
 * What a fresh installation does, so that nothing of it needs a mail server, and what the tests and
 * the demonstration look at.  A file is written aside and renamed, under the mail's id: the same
 * mail twice is one file.  The names sort by time.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "mail/mime.h"

enum { NAMES_MAX = 4096 };

static const char ending[] = ".eml";

static str path_of(struct arena *a, str folder, struct uuid id, const char *end)
{
    return arena_printf(a, "%.*s/%.*s%s", STR_ARG(folder), UUID_TEXT, uuid_str(a, id).ptr, end);
}

/* ---- reading ---- */

static bool id_of(const char *name, struct uuid *out)
{
    str s = str_of(name);

    return str_ends_with(s, str_of(ending)) && uuid_parse(str_slice(s, 0, s.len - 4), out);
}

static int newest_first(const void *a, const void *b)
{
    return -uuid_cmp(((const struct mail_kept *)a)->id, ((const struct mail_kept *)b)->id);
}

static void close_dir(void *dir)
{
    closedir(dir);
}

static enum status list_all(struct ctx *c, str folder, struct list *out)
{
    struct mail_kept *items = NEW_ARRAY(c->arena, struct mail_kept, NAMES_MAX);
    DIR *dir = opendir(arena_copy(c->arena, folder).ptr);
    const struct dirent *entry;
    size_t n = 0;

    *out = (struct list){items, 0};
    if (dir == NULL)
        return errno == ENOENT ? OK : FAIL(c, ERR_UNAVAILABLE, "the mail folder cannot be read");
    arena_defer(c->arena, close_dir, dir);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of our own */
    while (n < NAMES_MAX && (entry = readdir(dir)) != NULL)
        if (id_of(entry->d_name, &items[n].id))
            n++;
    qsort(items, n, sizeof(*items), newest_first);
    out->n = n;
    return OK;
}

enum status mail_files_list(struct ctx *c, str folder, size_t max, struct list *out)
{
    struct mail_kept *items;
    struct stat st;

    TRY(list_all(c, folder, out));
    items = out->items;
    if (out->n > max)
        out->n = max;
    for (size_t i = 0; i < out->n; i++)
        if (stat(path_of(c->arena, folder, items[i].id, ending).ptr, &st) == 0)
            items[i].bytes = st.st_size;
    return OK;
}

enum status mail_files_read(struct ctx *c, str folder, struct uuid id, str *out)
{
    char *bytes = arena_alloc(c->arena, MIME_MAX + 1);
    size_t n = 0;
    ssize_t got = 1;
    AUTO(close_fd)
    int fd = open(path_of(c->arena, folder, id, ending).ptr, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return FAIL(c, ERR_NOT_FOUND, "there is no such mail");
    while (got > 0 && n < MIME_MAX) {
        got = read(fd, bytes + n, MIME_MAX - n);
        n += got > 0 ? (size_t)got : 0;
    }
    if (got < 0)
        return FAIL(c, ERR_UNAVAILABLE, "the mail cannot be read");
    *out = (str){bytes, n};
    return OK;
}

/* ---- writing ---- */

static bool write_all(int fd, str text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.ptr, text.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text = str_slice(text, (size_t)n, text.len);
    }
    return fsync(fd) == 0;
}

static enum status cannot(struct ctx *c, const char *what, str path)
{
    int saved = errno;

    return FAIL(c, ERR_UNAVAILABLE, "cannot %s %.*s: %s", what, STR_ARG(path),
                strerrordesc_np(saved));
}

static enum status sync_folder(struct ctx *c, str folder)
{
    AUTO(close_fd)
    int fd = open(arena_copy(c->arena, folder).ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd >= 0 && fsync(fd) == 0 ? OK : cannot(c, "sync", folder);
}

static enum status keep(struct ctx *c, str folder, struct uuid id, str message)
{
    str path = path_of(c->arena, folder, id, ending);
    str fresh = path_of(c->arena, folder, id, ".new");
    bool written;
    int fd;

    if (mkdir(arena_copy(c->arena, folder).ptr, 0700) != 0 && errno != EEXIST)
        return cannot(c, "make", folder);
    fd = open(fresh.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return cannot(c, "write", fresh);
    written = write_all(fd, message);
    written = close(fd) == 0 && written;
    if (!written || rename(fresh.ptr, path.ptr) != 0)
        return cannot(c, "write", fresh);
    return sync_folder(c, folder);
}

/* A file that cannot be removed now is tried again with the next mail. */
static void forget_old(struct ctx *c, str folder)
{
    const struct mail_kept *items;
    struct list all;

    if (list_all(c, folder, &all) != OK)
        return;
    items = all.items;
    for (size_t i = MAIL_FILES_KEPT; i < all.n; i++)
        (void)unlink(path_of(c->arena, folder, items[i].id, ending).ptr);
}

static void send(struct ctx *c, const struct mailer *m, const struct mail_letter *letter,
                 struct mail_result *out)
{
    str message;

    *out = (struct mail_result){.fate = MAIL_TAKEN};
    if (mime_write(c, m, letter, &message) != OK || keep(c, m->folder, letter->id, message) != OK) {
        out->fate = MAIL_LATER;
        out->why = arena_copy(c->arena, str_of(c->err.msg));
        return;
    }
    forget_old(c, m->folder);
}

const struct mail_ops mail_file = {.name = "file", .repeat_is_safe = true, .send = send};
