/*
 * test_hash.c - digests and MACs against published vectors, passwords, tokens,
 * signed URLs.
 */
#include "t.h"

#include <pthread.h>
#include <unistd.h>

#include "base/json.h"
#include "crypto/hash.h"

static str hex(struct ctx *c, const void *bytes, size_t n)
{
    struct buf b = buf_new(c->arena, 4096);

    buf_add_hex(&b, (str){bytes, n});
    return buf_str(&b);
}

static str unhex(struct ctx *c, str text)
{
    str out = S("");

    assert_true(decode_hex(c->arena, text, &out));
    return out;
}

static void sha256_agrees_with_fips_180(void **state)
{
    struct ctx *c = t_ctx(state);
    uint8_t out[SHA256_BYTES];
    struct sha256_stream *s = sha256_begin(c->arena);

    sha256(S("abc"), out);
    T_STR(hex(c, out, 32), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256((str){NULL, 0}, out);
    T_STR(hex(c, out, 32), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_more(s, S("abcdbcdecdefdefgefghfghighij"));
    sha256_more(s, S(""));
    sha256_more(s, S("hijkijkljklmklmnlmnomnopnopq"));
    sha256_end(s, out);
    T_STR(hex(c, out, 32), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void hmac_agrees_with_rfc_4231(void **state)
{
    struct ctx *c = t_ctx(state);
    uint8_t out[SHA256_BYTES];
    char key[131];
    char data[50];

    memset(key, 0x0b, 20);
    hmac_sha256((str){key, 20}, S("Hi There"), out);
    T_STR(hex(c, out, 32), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    hmac_sha256(S("Jefe"), S("what do ya want for nothing?"), out);
    T_STR(hex(c, out, 32), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, 20);
    memset(data, 0xdd, 50);
    hmac_sha256((str){key, 20}, (str){data, 50}, out);
    T_STR(hex(c, out, 32), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    memset(key, 0xaa, 131);
    hmac_sha256((str){key, 131}, S("Test Using Larger Than Block-Size Key - Hash Key First"), out);
    T_STR(hex(c, out, 32), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    hmac_sha256(S(""), S(""), out);
    T_STR(hex(c, out, 32), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void hkdf_agrees_with_rfc_5869(void **state)
{
    struct ctx *c = t_ctx(state);
    uint8_t out[82];
    char ikm[22];
    struct buf long_ikm = buf_new(c->arena, 80);
    struct buf long_salt = buf_new(c->arena, 80);
    struct buf long_info = buf_new(c->arena, 80);

    memset(ikm, 0x0b, sizeof ikm);
    hkdf_sha256((str){ikm, 22}, unhex(c, S("000102030405060708090a0b0c")),
                unhex(c, S("f0f1f2f3f4f5f6f7f8f9")), out, 42);
    T_STR(hex(c, out, 42), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                           "34007208d5b887185865");
    for (int i = 0; i < 80; i++) {
        buf_add_char(&long_ikm, (char)i);
        buf_add_char(&long_salt, (char)(0x60 + i));
        buf_add_char(&long_info, (char)(0xb0 + i));
    }
    hkdf_sha256(buf_str(&long_ikm), buf_str(&long_salt), buf_str(&long_info), out, 82);
    T_STR(hex(c, out, 82), "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                           "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                           "cc30c58179ec3e87c14c01d5c1f3434f1d87");
    hkdf_sha256((str){ikm, 22}, S(""), S(""), out, 42);
    T_STR(hex(c, out, 42), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                           "9d201395faa4b61a96c8");
}

static void hmac_agrees_with_wycheproof(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *text = t_contract(c, "platform/vectors/wycheproof/hmac_sha256_test.json");
    const struct json *groups;
    struct json *j;
    size_t compared = 0;

    if (text == NULL)
        return;
    T_OK(c, json_parse(c, str_of(text), &j));
    groups = json_get(j, "testGroups");
    for (size_t g = 0; g < json_count(groups); g++) {
        size_t tag_bytes = (size_t)json_get_i64(json_at(groups, g), "tagSize") / 8;
        const struct json *tests = json_get(json_at(groups, g), "tests");

        for (size_t i = 0; i < json_count(tests); i++) {
            const struct json *t = json_at(tests, i);
            uint8_t mac[SHA256_BYTES];
            bool valid = str_eq(json_get_str(t, "result"), S("valid"));

            hmac_sha256(unhex(c, json_get_str(t, "key")), unhex(c, json_get_str(t, "msg")), mac);
            assert_int_equal(
                same_bytes(unhex(c, json_get_str(t, "tag")), (str){(const char *)mac, tag_bytes}),
                valid);
            compared++;
        }
    }
    assert_true(compared > 100);
}

static void same_bytes_compares_all_of_both(void **state)
{
    (void)state;
    assert_true(same_bytes(S("abc"), S("abc")));
    assert_true(same_bytes(S(""), (str){NULL, 0}));
    assert_false(same_bytes(S("abc"), S("abd")));
    assert_false(same_bytes(S("abc"), S("abcd")));
    assert_false(same_bytes(S("abcd"), S("abc")));
    assert_false(same_bytes(S("abc"), S("abc\0")));
    assert_false(same_bytes(S("abc\0"), S("abc")));
    assert_false(same_bytes(S("x"), S("")));
}

static struct secret secret(const char *text)
{
    return (struct secret){text, strlen(text)};
}

static void a_password_is_checked_against_its_own_hash_only(void **state)
{
    struct ctx *c = t_ctx(state);
    bool right = false;
    str phc;
    str again;

    T_OK(c, password_hash(c, secret("correct horse"), &phc));
    assert_true(str_starts_with(phc, S("$argon2id$v=19$m=19456,t=2,p=1$")));
    T_OK(c, password_check(c, secret("correct horse"), phc, &right));
    assert_true(right);
    T_OK(c, password_check(c, secret("correct horsf"), phc, &right));
    assert_false(right);
    T_OK(c, password_check(c, secret(""), phc, &right));
    assert_false(right);
    T_OK(c, password_hash(c, secret("correct horse"), &again));
    assert_false(str_eq(phc, again));
    assert_false(password_needs_rehash(phc));
}

static void argon2id_agrees_with_the_reference(void **state)
{
    struct ctx *c = t_ctx(state);
    bool right = false;

    T_OK(c, password_check(c, secret("correct horse battery staple"),
                           S("$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
                             "gy5SuVm5Z7Vw7keB9se9p87QGcomaseB/S2U1OhTsM0"),
                           &right));
    assert_true(right);
}

static void argon2id_agrees_with_published_strings(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *text = t_contract(c, "platform/vectors/argon2id.json");
    const struct json *all;
    struct json *j;

    if (text == NULL)
        return;
    T_OK(c, json_parse(c, str_of(text), &j));
    all = json_get(j, "encoded");
    assert_true(json_count(all) > 0);
    for (size_t i = 0; i < json_count(all); i++) {
        str password = json_get_str(json_at(all, i), "password");
        bool right = false;

        T_OK(c, password_check(c, (struct secret){password.ptr, password.len},
                               json_get_str(json_at(all, i), "encoded"), &right));
        assert_true(right);
    }
}

static void a_stored_string_cannot_ask_for_the_machine(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const bad[] = {
        "",
        "plain",
        "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=9999,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=2,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPP",
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$",
        "$argon2id$v=19$m=19456,t=2,p=1$$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc$x",
    };
    bool right = true;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        T_FAILS(c, ERR_INTERNAL, password_check(c, secret("password"), str_of(bad[i]), &right));
    assert_true(right);
    assert_true(password_needs_rehash(S("plain")));
    assert_true(password_needs_rehash(S("$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHQ$x")));
}

static void passwords_have_a_length(void **state)
{
    struct ctx *c = t_ctx(state);
    char text[1025];
    str phc;

    memset(text, 'x', sizeof text);
    T_FAILS_AT(c, ERR_INVALID, "password",
               password_hash(c, (struct secret){text, sizeof text}, &phc));
    T_FAILS_AT(c, ERR_INVALID, "password", password_hash(c, secret(""), &phc));
}

struct swarm {
    pthread_barrier_t start;
    pthread_mutex_t lock;
    int hashed;
    int limited;
};

static void *sign_in(void *arg)
{
    struct swarm *swarm = arg;
    struct ctx c = {.arena = arena_new(), .deadline_ms = 1}; /* long ago: never wait */
    enum status st;
    str phc;

    (void)pthread_barrier_wait(&swarm->start);
    st = password_hash(&c, secret("x"), &phc);
    (void)pthread_mutex_lock(&swarm->lock);
    swarm->hashed += st == OK;
    swarm->limited += st == ERR_RATE_LIMITED;
    (void)pthread_mutex_unlock(&swarm->lock);
    arena_free(c.arena);
    return NULL;
}

static void a_burst_is_refused_once_its_deadline_is_over(void **state)
{
    struct swarm swarm = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[12];

    (void)state;
    assert_int_equal(pthread_barrier_init(&swarm.start, NULL, 12), 0);
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sign_in, &swarm), 0);
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    (void)pthread_barrier_destroy(&swarm.start);
    assert_int_equal(swarm.hashed + swarm.limited, 12);
    assert_true(swarm.hashed >= 2);
    assert_true(swarm.limited >= 1);
}

static void tokens_are_random_and_say_what_they_are(void **state)
{
    struct ctx *c = t_ctx(state);
    uint8_t key[32] = {1};
    uint8_t other[32] = {2};
    str one = token_new(c->arena, key, "ses_");
    str two = token_new(c->arena, key, "ses_");
    uint8_t a[32];
    uint8_t b[32];

    assert_int_equal(one.len, 4 + 43 + 11);
    assert_true(str_starts_with(one, S("ses_")));
    assert_false(str_eq(one, two));
    token_digest(key, one, a);
    token_digest(other, one, b);
    assert_memory_not_equal(a, b, 32);
    token_digest(key, one, b);
    assert_memory_equal(a, b, 32);
}

static void a_token_that_was_not_made_here_has_no_mark(void **state)
{
    struct ctx *c = t_ctx(state);
    uint8_t key[32] = {1};
    uint8_t other[32] = {2};
    str token = token_new(c->arena, key, "ses_");

    assert_true(token_is_marked(c->arena, key, token));
    assert_false(token_is_marked(c->arena, other, token));
    assert_false(token_is_marked(c->arena, key, arena_printf(c->arena, "%sA", token.ptr)));
    for (size_t i = 0; i < token.len; i++) {
        str cut = str_slice(token, 0, i);
        const char *changed = token.ptr[i] == 'x' ? "y" : "x";

        assert_false(token_is_marked(c->arena, key, cut));
        assert_false(token_is_marked(
            c->arena, key,
            arena_printf(c->arena, "%.*s%s%s", STR_ARG(cut), changed, token.ptr + i + 1)));
    }
}

static void a_signed_url_holds_for_its_path_and_time(void **state)
{
    struct ctx *c = t_ctx(state);
    static const uint8_t key[32] = {7};
    static const uint8_t other[32] = {8};
    str path = S("/media/0190a6c8-0000-7fff-bfff-00000000000f");
    str query = url_sign(c->arena, key, path, 1000);

    T_OK(c, url_verify(c, key, path, query, 999));
    T_OK(c,
         url_verify(c, key, path, arena_printf(c->arena, "download=1&%.*s", STR_ARG(query)), 999));
    T_FAILS(c, ERR_NOT_FOUND, url_verify(c, key, path, query, 1000));
    T_FAILS(c, ERR_FORBIDDEN, url_verify(c, other, path, query, 999));
    T_FAILS(c, ERR_FORBIDDEN, url_verify(c, key, S("/media/x"), query, 999));
}

static void a_forged_url_is_forbidden(void **state)
{
    struct ctx *c = t_ctx(state);
    static const uint8_t key[32] = {7};
    str path = S("/media/x");
    str query = url_sign(c->arena, key, path, 1000);
    str sig = str_slice(query, S("exp=1000&sig=").len, query.len);
    const str bad[] = {
        S(""),
        S("exp=1000"),
        S("sig="),
        S("exp=1000&sig="),
        S("exp=&sig="),
        str_slice(query, 0, query.len - 1),
        arena_printf(c->arena, "exp=9999&sig=%.*s", STR_ARG(sig)),
        arena_printf(c->arena, "exp=99999999999999999999&sig=%.*s", STR_ARG(sig)),
        arena_printf(c->arena, "exp=9999&%.*s", STR_ARG(query)),
        arena_printf(c->arena, "%.*sA", STR_ARG(query)),
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        T_FAILS(c, ERR_FORBIDDEN, url_verify(c, key, path, bad[i], 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(sha256_agrees_with_fips_180),
        T(hmac_agrees_with_rfc_4231),
        T(hkdf_agrees_with_rfc_5869),
        T(hmac_agrees_with_wycheproof),
        T(same_bytes_compares_all_of_both),
        T(a_password_is_checked_against_its_own_hash_only),
        T(argon2id_agrees_with_the_reference),
        T(argon2id_agrees_with_published_strings),
        T(a_stored_string_cannot_ask_for_the_machine),
        T(passwords_have_a_length),
        T(a_burst_is_refused_once_its_deadline_is_over),
        T(tokens_are_random_and_say_what_they_are),
        T(a_token_that_was_not_made_here_has_no_mark),
        T(a_signed_url_holds_for_its_path_and_time),
        T(a_forged_url_is_forbidden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
