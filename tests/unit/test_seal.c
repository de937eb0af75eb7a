/*
 * test_seal.c - sealed values open in their place, by their key, unaltered, or
 * not at all.
 */
#include "t.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/seal.h"

static const struct data_key key = {
    .bytes = {1, 2, 3}
};
static const struct seal_place place = {
    .org = {{1}}, .table = "channel", .id = {{2}}, .column = "secrets"};

static void a_sealed_value_opens_in_its_place(void **state)
{
    struct ctx *c = t_ctx(state);
    struct bytes sealed;
    struct bytes again;
    struct secret plain;
    size_t at;

    T_OK(c, seal(c, &key, &place, S("token \0 with NUL"), &sealed));
    T_OK(c, unseal(c, &key, &place, sealed, &plain));
    assert_true(str_eq(secret_expose(plain), S("token \0 with NUL")));
    assert_int_equal(sealed.data.len, S("token \0 with NUL").len + 30);
    assert_false(str_find(sealed.data, S("token"), &at));
    T_OK(c, seal(c, &key, &place, S("token \0 with NUL"), &again));
    assert_false(str_eq(sealed.data, again.data));
}

static void an_empty_value_can_be_sealed(void **state)
{
    struct ctx *c = t_ctx(state);
    struct bytes sealed;
    struct secret plain;

    T_OK(c, seal(c, &key, &place, (str){NULL, 0}, &sealed));
    T_OK(c, unseal(c, &key, &place, sealed, &plain));
    assert_int_equal(plain.size, 0);
}

static void moved_elsewhere_it_does_not_open(void **state)
{
    struct ctx *c = t_ctx(state);
    struct seal_place moved[] = {place, place, place, place};
    struct bytes sealed;
    struct secret plain = {"untouched", 9};

    moved[0].org.b[0]++;
    moved[1].table = "channels";
    moved[2].id.b[15]++;
    moved[3].column = "secret";
    T_OK(c, seal(c, &key, &place, S("x"), &sealed));
    for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++)
        T_FAILS(c, ERR_INTERNAL, unseal(c, &key, &moved[i], sealed, &plain));
    T_STR(secret_expose(plain), "untouched");
}

static void the_border_between_two_parts_belongs_to_the_place(void **state)
{
    struct ctx *c = t_ctx(state);
    struct seal_place here = {.table = "t", .column = "Ac"};
    struct seal_place there = {.table = "tA", .column = "c"};
    struct bytes sealed;
    struct secret plain;

    memset(here.id.b, 'A', sizeof here.id.b);
    there.id = here.id;
    T_OK(c, seal(c, &key, &here, S("x"), &sealed));
    T_FAILS(c, ERR_INTERNAL, unseal(c, &key, &there, sealed, &plain));
}

static void another_key_does_not_open_it(void **state)
{
    struct ctx *c = t_ctx(state);
    struct data_key other;
    struct bytes sealed;
    struct secret plain;

    data_key_new(&other);
    T_OK(c, seal(c, &key, &place, S("x"), &sealed));
    T_FAILS(c, ERR_INTERNAL, unseal(c, &other, &place, sealed, &plain));
}

static void any_altered_bit_and_any_cut_is_noticed(void **state)
{
    struct ctx *c = t_ctx(state);
    struct bytes sealed;
    struct secret plain;

    T_OK(c, seal(c, &key, &place, S("secret"), &sealed));
    for (size_t bit = 0; bit < sealed.data.len * 8; bit++) {
        str copy = arena_copy(c->arena, sealed.data);

        ((char *)(uintptr_t)copy.ptr)[bit / 8] ^= (char)(1 << bit % 8);
        T_FAILS(c, ERR_INTERNAL, unseal(c, &key, &place, (struct bytes){copy}, &plain));
    }
    for (size_t n = 0; n < sealed.data.len; n++)
        T_FAILS(c, ERR_INTERNAL,
                unseal(c, &key, &place, (struct bytes){str_slice(sealed.data, 0, n)}, &plain));
}

static void a_data_key_is_wrapped_for_its_org(void **state)
{
    struct ctx *c = t_ctx(state);
    struct master_key master = {.bytes = {9}};
    struct master_key other = {.bytes = {8}};
    struct uuid org = {{1}};
    struct uuid another = {{2}};
    struct data_key fresh;
    struct data_key back;
    struct bytes wrapped;

    data_key_new(&fresh);
    T_OK(c, data_key_wrap(c, &master, org, &fresh, &wrapped));
    T_OK(c, data_key_unwrap(c, &master, org, wrapped, &back));
    assert_memory_equal(fresh.bytes, back.bytes, 32);
    T_FAILS(c, ERR_INTERNAL, data_key_unwrap(c, &master, another, wrapped, &back));
    T_FAILS(c, ERR_INTERNAL, data_key_unwrap(c, &other, org, wrapped, &back));
}

static void derived_keys_differ_by_purpose_and_stay_the_same(void **state)
{
    struct master_key master = {.bytes = {9}};
    uint8_t one[32];
    uint8_t again[32];
    uint8_t two[32];

    (void)state;
    master_key_derive(&master, "media-url", one);
    master_key_derive(&master, "media-url", again);
    master_key_derive(&master, "visitor", two);
    assert_memory_equal(one, again, 32);
    assert_memory_not_equal(one, two, 32);
}

static struct secret setting(const char *text)
{
    return (struct secret){text, strlen(text)};
}

static void the_master_key_comes_from_the_setting(void **state)
{
    struct ctx *c = t_ctx(state);
    struct master_key hex;
    struct master_key base64;

    T_OK(c, master_key_load(
                c, setting("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
                S(""), &hex));
    T_OK(c, master_key_load(c, setting("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), S(""),
                            &base64));
    assert_memory_equal(hex.bytes, base64.bytes, 32);
    assert_int_equal(hex.bytes[31], 31);
    T_FAILS(c, ERR_INVALID, master_key_load(c, setting("0001"), S(""), &hex));
    T_FAILS(c, ERR_INVALID,
            master_key_load(c, setting("passwordpasswordpasswordpassword"), S(""), &hex));
    assert_null(strstr(c->err.msg, "password"));
}

static void the_master_keys_file_is_made_once_for_its_owner(void **state)
{
    struct ctx *c = t_ctx(state);
    char folder[] = "/tmp/sambung-seal-XXXXXX";
    struct master_key made;
    struct master_key read_again;
    struct stat st;
    str path;

    assert_non_null(mkdtemp(folder));
    path = arena_printf(c->arena, "%s/master.key", folder);
    T_FAILS(c, ERR_NOT_FOUND, master_key_load(c, (struct secret){NULL, 0}, path, &made));
    T_OK(c, master_key_make(c, (struct secret){NULL, 0}, path, &made));
    T_OK(c, master_key_load(c, (struct secret){NULL, 0}, path, &read_again));
    assert_memory_equal(made.bytes, read_again.bytes, 32);
    assert_int_equal(stat(path.ptr, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(chmod(path.ptr, 0640), 0);
    T_FAILS(c, ERR_INVALID, master_key_load(c, (struct secret){NULL, 0}, path, &made));
    assert_int_equal(unlink(path.ptr), 0);
    assert_int_equal(mkdir(path.ptr, 0700), 0);
    T_FAILS(c, ERR_INVALID, master_key_load(c, (struct secret){NULL, 0}, path, &made));
    assert_int_equal(rmdir(path.ptr), 0);
    /* Nothing else was left in the folder. */
    assert_int_equal(rmdir(folder), 0);
    T_FAILS(c, ERR_INVALID, master_key_make(c, (struct secret){NULL, 0}, path, &made));
}

static void *seal_many(void *arg)
{
    (void)arg;
    for (int i = 0; i < 200; i++) {
        struct ctx c = {.arena = arena_new()};
        struct bytes sealed;
        struct secret plain;
        bool good = seal(&c, &key, &place, S("x"), &sealed) == OK &&
                    unseal(&c, &key, &place, sealed, &plain) == OK && plain.size == 1;

        arena_free(c.arena);
        if (!good)
            return NULL;
    }
    return (void *)(uintptr_t)&key;
}

static void threads_may_seal_at_the_same_time(void **state)
{
    pthread_t threads[4];
    void *result;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, seal_many, NULL), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_non_null(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_sealed_value_opens_in_its_place),
        T(an_empty_value_can_be_sealed),
        T(moved_elsewhere_it_does_not_open),
        T(the_border_between_two_parts_belongs_to_the_place),
        T(another_key_does_not_open_it),
        T(any_altered_bit_and_any_cut_is_noticed),
        T(a_data_key_is_wrapped_for_its_org),
        T(derived_keys_differ_by_purpose_and_stay_the_same),
        T(the_master_key_comes_from_the_setting),
        T(the_master_keys_file_is_made_once_for_its_owner),
        T(threads_may_seal_at_the_same_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
