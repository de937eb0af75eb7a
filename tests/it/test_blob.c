#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob/blob.h"
#include "crypto/hash.h"

struct den {
    struct ctx c;
    struct blob_store store;
    char dir[64];
    struct uuid org;
};

static int setup(void **state)
{
    struct arena *arena = arena_new();
    struct den *d = NEW(arena, struct den);

    d->c.arena = arena;
    d->org = uuid_new();
    snprintf(d->dir, sizeof(d->dir), "/tmp/sambung-blob.XXXXXX");
    assert_non_null(mkdtemp(d->dir));
    assert_int_equal(blob_directory_new(&d->c, str_of(d->dir), &d->store), OK);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct den *d = *state;
    char command[96];

    snprintf(command, sizeof(command), "rm -rf %s", d->dir);
    (void)!system(command);
    arena_free(d->c.arena);
    return 0;
}

static str scratch(struct den *d, str bytes)
{
    str path;
    int fd;

    assert_int_equal(blob_scratch(&d->c, &d->store, &path, &fd), OK);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
    close(fd);
    return path;
}

static str key_of(struct den *d, str bytes)
{
    uint8_t digest[32];

    sha256(bytes, digest);
    return blob_key(d->c.arena, d->org, digest);
}

static str put(struct den *d, str bytes)
{
    str key = key_of(d, bytes), path = scratch(d, bytes);

    assert_int_equal(d->store.ops->put(&d->c, &d->store, key, path), OK);
    unlink(path.ptr);
    return key;
}

static void assert_holds(struct den *d, str key, str bytes)
{
    char got[64];
    int64_t size;
    int fd;

    assert_int_equal(d->store.ops->open(&d->c, &d->store, key, &fd, &size), OK);
    assert_int_equal(size, bytes.len);
    assert_int_equal(read(fd, got, sizeof(got)), bytes.len);
    assert_memory_equal(got, bytes.ptr, bytes.len);
    close(fd);
}

static void a_file_is_kept_under_its_digest(void **state)
{
    struct den *d = *state;
    str key = put(d, S("hello"));

    assert_true(str_ends_with(
        key, S("/2c/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")));
    assert_true(str_starts_with(key, uuid_str(d->c.arena, d->org)));
    assert_holds(d, key, S("hello"));
}

static void the_same_bytes_are_kept_once(void **state)
{
    struct den *d = *state;
    str key = put(d, S("twice"));
    struct stat before, after;
    str path = arena_printf(d->c.arena, "%s/%.*s", d->dir, STR_ARG(key));

    assert_int_equal(stat(path.ptr, &before), 0);
    put(d, S("twice"));
    assert_int_equal(stat(path.ptr, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_holds(d, key, S("twice"));
}

static void what_is_not_there_is_not_found(void **state)
{
    struct den *d = *state;
    int64_t size;
    int fd;

    assert_int_equal(d->store.ops->open(&d->c, &d->store, key_of(d, S("nothing")), &fd, &size),
                     ERR_NOT_FOUND);
    assert_int_equal(d->store.ops->remove(&d->c, &d->store, key_of(d, S("nothing"))), OK);
}

static void a_key_cannot_leave_the_store(void **state)
{
    struct den *d = *state;
    int64_t size;
    int fd;

    assert_int_equal(d->store.ops->open(&d->c, &d->store, S("../../etc/passwd"), &fd, &size),
                     ERR_INTERNAL);
    assert_int_equal(d->store.ops->remove(&d->c, &d->store, S("tmp")), ERR_INTERNAL);
}

static void what_was_put_just_now_is_not_removed(void **state)
{
    struct den *d = *state;
    str key = put(d, S("fresh"));

    assert_int_equal(d->store.ops->remove(&d->c, &d->store, key), ERR_CONFLICT);
    assert_holds(d, key, S("fresh"));
    d->store.settle_s = -1;
    assert_int_equal(d->store.ops->remove(&d->c, &d->store, key), OK);
    assert_int_equal(access(arena_printf(d->c.arena, "%s/%.*s", d->dir, STR_ARG(key)).ptr, F_OK),
                     -1);
}

static void putting_again_makes_an_old_blob_fresh(void **state)
{
    struct den *d = *state;
    str key = put(d, S("old"));
    const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    str path = arena_printf(d->c.arena, "%s/%.*s", d->dir, STR_ARG(key));

    assert_int_equal(utimensat(AT_FDCWD, path.ptr, long_ago, 0), 0);
    put(d, S("old"));
    assert_int_equal(d->store.ops->remove(&d->c, &d->store, key), ERR_CONFLICT);
    assert_holds(d, key, S("old"));
}

enum { ROUNDS = 300 };

static void *remove_and_remove(void *arg)
{
    struct den *d = arg;
    struct ctx c = {.arena = arena_new()};
    struct blob_store store = d->store;
    str key = key_of(d, S("contested"));

    for (int i = 0; i < ROUNDS; i++) {
        enum status s = store.ops->remove(&c, &store, key);

        assert_true(s == OK || s == ERR_CONFLICT);
        arena_reset(c.arena);
    }
    arena_free(c.arena);
    return NULL;
}

/* Whatever the cleaner does at the same time, what put has said is kept is there. */
static void a_put_is_never_lost_to_a_cleaner(void **state)
{
    struct den *d = *state;
    str key = put(d, S("contested"));
    const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    str path = arena_printf(d->c.arena, "%s/%.*s", d->dir, STR_ARG(key));
    pthread_t thread;
    int64_t size;
    int fd;

    for (int i = 0; i < ROUNDS / 10; i++) {
        (void)utimensat(AT_FDCWD, path.ptr, long_ago, 0);
        pthread_create(&thread, NULL, remove_and_remove, d);
        put(d, S("contested"));
        pthread_join(thread, NULL);
        assert_int_equal(d->store.ops->open(&d->c, &d->store, key, &fd, &size), OK);
        close(fd);
    }
}

static void content_says_what_a_file_is(void **state)
{
    struct den *d = *state;
    struct blob_facts facts;
    str pdf = S("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n");

    assert_int_equal(blob_examine(&d->c, &d->store, scratch(d, pdf), &facts), OK);
    assert_true(str_eq(facts.media_type, S("application/pdf")));
    assert_int_equal(facts.bytes, pdf.len);
    assert_int_equal(blob_examine(&d->c, &d->store, scratch(d, S("just words\n")), &facts), OK);
    assert_true(str_eq(facts.media_type, S("text/plain")));
    assert_int_equal(blob_examine(&d->c, &d->store, S("/nowhere"), &facts), ERR_UNAVAILABLE);
}

static void a_store_that_cannot_be_written_says_so(void **state)
{
    struct den *d = *state;
    char command[96];

    assert_int_equal(d->store.ops->check(&d->c, &d->store), OK);
    snprintf(command, sizeof(command), "rm -rf %s/tmp", d->dir);
    (void)!system(command);
    assert_int_equal(d->store.ops->check(&d->c, &d->store), ERR_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_kept_under_its_digest, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_bytes_are_kept_once, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_not_found, setup, teardown),
        cmocka_unit_test_setup_teardown(a_key_cannot_leave_the_store, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_put_just_now_is_not_removed, setup, teardown),
        cmocka_unit_test_setup_teardown(putting_again_makes_an_old_blob_fresh, setup, teardown),
        cmocka_unit_test_setup_teardown(a_put_is_never_lost_to_a_cleaner, setup, teardown),
        cmocka_unit_test_setup_teardown(content_says_what_a_file_is, setup, teardown),
        cmocka_unit_test_setup_teardown(a_store_that_cannot_be_written_says_so, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
