/*
 * test_jose.c - signed tokens against Wycheproof's and RFC 7520's vectors, and what no vector asks.
 *
 * What is judged otherwise than Wycheproof says, and why (each is counted below):
 *   - its 14 valid tokens with a MAC: there are no MACs here, so that a public key cannot be one;
 *   - 346, 347, 350, 351: the key says that it is for PS256 or "ES521", the token says PS384 or ES512.
 *     RFC 7520's own keys do not say so; without that word they verify.
 */
#include "t.h"

#include "crypto/hash.h"
#include "crypto/jose.h"

static str text_of(struct ctx *c, const struct json *j)
{
    return json_kind_of(j) == JSON_STRING ? json_to_str(j) : json_dump(c, j);
}

static bool is_accepted(struct ctx *c, str keys, str token)
{
    struct jwks set;
    struct jws jws;

    return jwks_parse(c, keys, &set) == OK && jws_verify(c, token, &set, JWS_ALLOW_ALL, &jws) == OK;
}

/* The key as text, without one of its members. */
static str without(struct ctx *c, const struct json *key, const char *name)
{
    struct buf b = buf_new(c->arena, 8192);
    struct json_writer w = json_writer_new(&b);
    const struct json *value;
    str member;

    json_object_begin(&w, NULL);
    for (size_t i = 0; json_member(key, i, &member, &value); i++)
        if (!str_eq(member, str_of(name)))
            json_raw(&w, arena_printf(c->arena, "%.*s", STR_ARG(member)).ptr, json_dump(c, value));
    json_object_end(&w);
    return buf_str(&b);
}

struct counts {
    int valid;
    int invalid;
    int macs;       /* valid, but by a MAC */
    int mislabeled; /* valid, but the key says another algorithm */
};

static bool is_symmetric(const struct json *key)
{
    const struct json *keys = json_get(key, "keys");

    return str_eq(json_get_str(keys ? json_at(keys, 0) : key, "kty"), S("oct"));
}

static bool is_mislabeled(int64_t number)
{
    return number == 346 || number == 347 || number == 350 || number == 351;
}

static void judge(struct ctx *c, const struct json *key, const struct json *t, struct counts *n)
{
    str token = text_of(c, json_get(t, "jws"));
    bool valid = str_eq(json_get_str(t, "result"), S("valid"));
    bool accepted = is_accepted(c, json_dump(c, key), token);

    if (valid && is_symmetric(key)) {
        assert_false(accepted);
        n->macs++;
    } else if (valid && is_mislabeled(json_get_i64(t, "tcId"))) {
        assert_false(accepted);
        assert_true(is_accepted(c, without(c, key, "alg"), token));
        n->mislabeled++;
    } else {
        if (accepted != valid)
            print_error("test %lld is judged wrongly\n", (long long)json_get_i64(t, "tcId"));
        assert_int_equal(accepted, valid);
        n->valid += valid;
        n->invalid += !valid;
    }
}

static struct counts judge_file(struct ctx *c, const char *text)
{
    struct counts n = {0};
    const struct json *groups;
    struct json *all;

    T_OK(c, json_parse(c, str_of(text), &all));
    groups = json_get(all, "testGroups");
    for (size_t g = 0; g < json_count(groups); g++) {
        const struct json *group = json_at(groups, g);
        const struct json *tests = json_get(group, "tests");
        const struct json *key = json_get(group, "public");

        for (size_t i = 0; i < json_count(tests); i++)
            judge(c, key ? key : json_get(group, "private"), json_at(tests, i), &n);
    }
    print_message("# %d accepted rightly, %d refused rightly, %d valid MACs and %d tokens of a key "
                  "that says otherwise refused\n",
                  n.valid, n.invalid, n.macs, n.mislabeled);
    return n;
}

static void signatures_are_judged_as_wycheproof_does(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *text = t_contract(c, "platform/vectors/wycheproof/json_web_signature_test.json");
    struct counts n;

    if (!text)
        return;
    n = judge_file(c, text);
    assert_int_equal(n.valid + n.invalid + n.macs + n.mislabeled, 401);
    assert_int_equal(n.mislabeled, 4);
    assert_int_equal(n.macs, 10);
}

static void keys_are_judged_as_wycheproof_does(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *text = t_contract(c, "platform/vectors/wycheproof/json_web_key_test.json");
    struct counts n;

    if (!text)
        return;
    n = judge_file(c, text);
    assert_int_equal(n.valid + n.invalid + n.macs + n.mislabeled, 26);
    assert_int_equal(n.mislabeled, 0);
    assert_int_equal(n.macs, 4);
}

/* Three parts in their one spelling, and the MAC over them, which is the test's own. */
static bool mac_agrees(struct ctx *c, str key, str token)
{
    struct cur cur = cur_of(token);
    uint8_t mac[SHA256_BYTES];
    str part[3], plain[3];

    for (int i = 0; i < 3; i++)
        if (!cur_until(&cur, '.', 4096, &part[i]) ||
            !decode_base64url(c->arena, part[i], &plain[i]))
            return false;
    hmac_sha256(key, str_slice(token, 0, part[0].len + 1 + part[1].len), mac);
    return same_bytes(plain[2], (str){(const char *)mac, sizeof mac});
}

/* Four results of this group are exchanged: 367 and 370 ("invalid") are the valid 357 byte for byte, and
 * 372 and 373 ("valid") have a '?' in them, a letter that RFC 7515 does not know. */
static bool is_exchanged(int64_t number)
{
    return number == 367 || number == 370 || number == 372 || number == 373;
}

static void base64url_has_one_spelling(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *text = t_contract(c, "platform/vectors/wycheproof/json_web_signature_test.json");
    const struct json *groups;
    struct json *all;
    int judged = 0;

    if (!text)
        return;
    T_OK(c, json_parse(c, str_of(text), &all));
    groups = json_get(all, "testGroups");
    for (size_t g = 0; g < json_count(groups); g++) {
        const struct json *group = json_at(groups, g);
        const struct json *tests = json_get(group, "tests");
        str key = S("");

        if (!str_eq(json_get_str(group, "comment"), S("base64")))
            continue;
        assert_true(
            decode_base64url(c->arena, json_get_str(json_get(group, "private"), "k"), &key));
        for (size_t i = 0; i < json_count(tests); i++, judged++) {
            const struct json *t = json_at(tests, i);
            bool valid = str_eq(json_get_str(t, "result"), S("valid"));

            assert_int_equal(mac_agrees(c, key, json_get_str(t, "jws")),
                             valid != is_exchanged(json_get_i64(t, "tcId")));
        }
    }
    assert_int_equal(judged, 21);
}

static void rfc_7520_and_rfc_8037_verify(void **state)
{
    static const char *const files[] = {"jws/4_1.rsa_v15_signature", "jws/4_2.rsa-pss_signature",
                                        "jws/4_3.ecdsa_signature", "curve25519/jws"};
    struct ctx *c = t_ctx(state);

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *text =
            t_contract(c, arena_printf(c->arena, "platform/vectors/jose/%s.json", files[i]).ptr);
        const struct json *key;
        struct json *all;
        struct jwks keys;
        struct jws jws;

        if (!text)
            return;
        T_OK(c, json_parse(c, str_of(text), &all));
        key = json_get(json_get(all, "input"), "key");
        T_OK(c, jwks_parse(c, json_dump(c, key), &keys));
        T_OK(c, jws_verify(c, json_get_str(json_get(all, "output"), "compact"), &keys,
                           JWS_ALLOW_ALL, &jws));
        assert_true(str_eq(jws.payload, json_get_str(json_get(all, "input"), "payload")));
    }
}

/* ---- our own key ---- */

static str public_set(struct ctx *c, const struct jwk *key)
{
    struct buf b = buf_new(c->arena, 4096);
    struct json_writer w = json_writer_new(&b);

    json_object_begin(&w, NULL);
    json_array_begin(&w, "keys");
    jwk_write_public(&w, NULL, key);
    json_array_end(&w);
    json_object_end(&w);
    return buf_str(&b);
}

static struct jwk fresh_key(struct ctx *c)
{
    struct jwk key;

    T_OK(c, signing_key_load(c, signing_key_new(c), &key));
    return key;
}

static struct jwks published(struct ctx *c, const struct jwk *key)
{
    struct jwks set;

    T_OK(c, jwks_parse(c, public_set(c, key), &set));
    return set;
}

static void what_we_sign_verifies_with_what_we_publish(void **state)
{
    struct ctx *c = t_ctx(state);
    struct jwk key = fresh_key(c);
    struct jwk other = fresh_key(c);
    struct jwks set = published(c, &key);
    struct jwks others = published(c, &other);
    str token = jws_sign(c, &key, "at+jwt", S("{\"sub\":\"x\"}"));
    struct jws jws;

    T_OK(c, jws_verify(c, token, &set, JWS_ALLOW(JWS_ES256), &jws));
    T_STR(jws.payload, "{\"sub\":\"x\"}");
    T_STR(jws.typ, "at+jwt");
    assert_true(str_eq(jws.kid, key.kid) && key.kid.len == 43);
    T_FAILS(c, ERR_NOT_FOUND, jws_verify(c, token, &others, JWS_ALLOW(JWS_ES256), &jws));
    T_FAILS(c, ERR_INVALID, jws_verify(c, token, &set, JWS_ALLOW(JWS_RS256), &jws));
    others.keys[0].kid = key.kid;
    T_FAILS(c, ERR_FORBIDDEN, jws_verify(c, token, &others, JWS_ALLOW(JWS_ES256), &jws));
}

static void a_kid_is_rfc_7638s_thumbprint(void **state)
{
    struct ctx *c = t_ctx(state);
    struct jwk key = fresh_key(c);
    struct json *j;
    struct buf b = buf_new(c->arena, 64);
    uint8_t digest[SHA256_BYTES];
    const struct json *jwk;

    T_OK(c, json_parse(c, public_set(c, &key), &j));
    jwk = json_at(json_get(j, "keys"), 0);
    sha256(arena_printf(c->arena,
                        "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
                        STR_ARG(json_get_str(jwk, "x")), STR_ARG(json_get_str(jwk, "y"))),
           digest);
    buf_add_base64url(&b, (str){(const char *)digest, sizeof digest});
    assert_true(str_eq(buf_str(&b), key.kid));
    assert_int_equal(json_count(jwk), 7); /* and nothing private */
}

static void every_changed_letter_is_noticed(void **state)
{
    struct ctx *c = t_ctx(state);
    struct jwk key = fresh_key(c);
    struct jwks set = published(c, &key);
    str token = jws_sign(c, &key, "JWT", S("{}"));
    struct jws jws;

    for (size_t i = 0; i < token.len; i++) {
        str head = str_slice(token, 0, i);
        const char *changed = token.ptr[i] == 'x' ? "y" : "x";

        assert_true(jws_verify(c, head, &set, JWS_ALLOW_ALL, &jws) != OK);
        assert_true(jws_verify(c,
                               arena_printf(c->arena, "%.*s%s%s", STR_ARG(head), changed,
                                            token.ptr + i + 1),
                               &set, JWS_ALLOW_ALL, &jws) != OK);
    }
}

static str with_header(struct ctx *c, const char *header)
{
    struct buf b = buf_new(c->arena, 65536);

    buf_add_base64url(&b, str_of(header));
    buf_add(&b, S(".e30.AAAA"));
    return buf_str(&b);
}

static void a_strange_header_is_refused(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "\"ES256\"",
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"HS256\"}",
        "{\"alg\":\"es256\"}",
        "{\"alg\":null}",
        "{\"alg\":7}",
        "{\"alg\":\"ES256\",\"alg\":\"none\"}",
        "{\"alg\":\"ES256\",\"kid\":7}",
        "{\"alg\":\"ES256\",\"typ\":[]}",
        "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}",
        "{\"alg\":\"ES256\",\"crit\":[]}",
        "{\"alg\":\"ES256\"} x",
    };
    struct jws jws;

    T_OK(c, jws_parse(c, with_header(c, "{\"alg\":\"ES256\"}"), &jws));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        T_FAILS(c, ERR_INVALID, jws_parse(c, with_header(c, bad[i]), &jws));
}

static void a_set_is_read_as_strictly(void **state)
{
    struct ctx *c = t_ctx(state);
    struct jwk key = fresh_key(c);
    struct jwks set;
    str one = str_slice(public_set(c, &key), 9, public_set(c, &key).len - 2);
    str two = arena_printf(c->arena, "{\"keys\":[%.*s,%.*s]}", STR_ARG(one), STR_ARG(one));
    str skipped = arena_printf(
        c->arena, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"},{\"kty\":\"new\"},7,null,%.*s]}",
        STR_ARG(one));

    T_FAILS(c, ERR_INVALID, jwks_parse(c, S("[]"), &set));
    T_FAILS(c, ERR_INVALID, jwks_parse(c, S("{\"keys\":{}}"), &set));
    T_FAILS(c, ERR_INVALID, jwks_parse(c, S("{\"keys\":[],\"keys\":[]}"), &set));
    T_FAILS(c, ERR_INVALID, jwks_parse(c, two, &set));
    T_OK(c, jwks_parse(c, S("{\"keys\":[]}"), &set));
    assert_int_equal(set.n, 0);
    assert_null(jwks_find(&set, S("")));
    T_OK(c, jwks_parse(c, skipped, &set));
    assert_int_equal(set.n, 1);
    assert_non_null(jwks_find(&set, S("")));
    assert_non_null(jwks_find(&set, key.kid));
    assert_null(jwks_find(&set, S("other")));
}

static void a_signing_key_is_of_p_256_or_an_error(void **state)
{
    struct ctx *c = t_ctx(state);
    struct jwk key;

    T_FAILS(c, ERR_INTERNAL, signing_key_load(c, (struct secret){"", 0}, &key));
    T_FAILS(c, ERR_INTERNAL, signing_key_load(c, (struct secret){"0123", 4}, &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(signatures_are_judged_as_wycheproof_does),
        T(keys_are_judged_as_wycheproof_does),
        T(base64url_has_one_spelling),
        T(rfc_7520_and_rfc_8037_verify),
        T(what_we_sign_verifies_with_what_we_publish),
        T(a_kid_is_rfc_7638s_thumbprint),
        T(every_changed_letter_is_noticed),
        T(a_strange_header_is_refused),
        T(a_set_is_read_as_strictly),
        T(a_signing_key_is_of_p_256_or_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
