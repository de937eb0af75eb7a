/*
 * test_totp.c - the codes of authenticator apps, by the RFCs' own vectors, and recovery codes.
 */
#include "t.h"

#include "crypto/totp.h"

static const str secret = STR_INIT("12345678901234567890");

static void codes_are_those_of_rfc_4226(void **state)
{
    static const char *const codes[] = {"755224", "287082", "359152", "969429", "338314",
                                        "254676", "287922", "162583", "399871", "520489"};
    struct ctx *c = t_ctx(state);
    str code;

    for (int i = 0; i < 10; i++) {
        T_OK(c, totp_code(c, secret, i, 6, &code));
        assert_string_equal(codes[i], code.ptr);
    }
}

static void codes_are_those_of_rfc_6238(void **state)
{
    static const struct {
        int64_t at;
        const char *code;
    } vectors[] = {
        {59,          "94287082"},
        {1111111109,  "07081804"},
        {1111111111,  "14050471"},
        {1234567890,  "89005924"},
        {2000000000,  "69279037"},
        {20000000000, "65353130"},
    };
    struct ctx *c = t_ctx(state);
    str code;

    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        T_OK(c, totp_code(c, secret, vectors[i].at / TOTP_STEP_S, 8, &code));
        assert_string_equal(vectors[i].code, code.ptr);
    }
}

static int64_t found(struct ctx *c, const char *code, int64_t now_s, int64_t after)
{
    int64_t step;

    T_OK(c, totp_find(c, secret, str_of(code), now_s, after, &step));
    return step;
}

static void one_step_beside_is_near_enough_and_none_is_taken_twice(void **state)
{
    struct ctx *c = t_ctx(state);

    /* 1111111109 is in step 37037036; 081804 is its code */
    assert_int_equal(37037036, found(c, "081804", 1111111109, 0));
    assert_int_equal(37037036, found(c, "081804", 1111111109 + 30, 0));
    assert_int_equal(37037036, found(c, "081804", 1111111109 - 30, 0));
    assert_int_equal(0, found(c, "081804", 1111111109 + 60, 0));
    assert_int_equal(0, found(c, "081804", 1111111109 - 60, 0));
    assert_int_equal(0, found(c, "081804", 1111111109, 37037036));
    assert_int_equal(0, found(c, "081804", 1111111109, 37037037));
    assert_int_equal(0, found(c, "", 1111111109, 0));
    assert_int_equal(0, found(c, "0818044", 1111111109, 0));
}

static void base32_is_that_of_rfc_4648(void **state)
{
    struct arena *a = t_ctx(state)->arena;

    assert_string_equal("", base32(a, S("")).ptr);
    assert_string_equal("MY", base32(a, S("f")).ptr);
    assert_string_equal("MZXW6YQ", base32(a, S("foob")).ptr);
    assert_string_equal("MZXW6YTBOI", base32(a, S("foobar")).ptr);
    assert_string_equal("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", base32(a, secret).ptr);
}

static void the_address_for_the_app_is_escaped(void **state)
{
    struct arena *a = t_ctx(state)->arena;
    str uri = totp_uri(a, S("Sambung"), S("a&b=c@example.com"), secret);

    assert_string_equal("otpauth://totp/Sambung:a%26b%3Dc%40example.com?secret="
                        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sambung",
                        uri.ptr);
}

static void a_recovery_code_is_read_as_people_type_it(void **state)
{
    struct arena *a = t_ctx(state)->arena;
    str code = recovery_code_new(a), other = recovery_code_new(a);

    assert_int_equal(RECOVERY_CHARS + 3, code.len);
    assert_false(str_eq(code, other));
    assert_int_equal(RECOVERY_CHARS, recovery_code_read(a, code).len);
    assert_string_equal("abcdefghjkmnpqrs", recovery_code_read(a, S(" ABCD efgh-jkmn pqrs ")).ptr);
    assert_true(str_is_empty(recovery_code_read(a, S("abcd"))));
    assert_true(str_is_empty(recovery_code_read(a, S("abcd-efgh-jkmn-pqrs-tuvw-xyza-bcde"))));
    assert_true(str_is_empty(recovery_code_read(a, S(""))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(codes_are_those_of_rfc_4226),
        T(codes_are_those_of_rfc_6238),
        T(one_step_beside_is_near_enough_and_none_is_taken_twice),
        T(base32_is_that_of_rfc_4648),
        T(the_address_for_the_app_is_escaped),
        T(a_recovery_code_is_read_as_people_type_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
