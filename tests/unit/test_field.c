/*
 * test_field.c - tables, word lists, and the reporting of errors.
 */
#include "t.h"

#include "base/field.h"
#include "base/vocabulary.h"

struct sample {
    str a;
    int64_t b;
    struct uuid c;
    enum direction d;
};

static const struct field sample_table[] = {
    FIELD(struct sample, a, F_REQUIRED, 10),
    FIELD_AS(struct sample, b, "bee", 0, 0),
    FIELD(struct sample, c, F_NULL, 0),
    FIELD_ENUM(struct sample, d, 0, &direction_names),
    FIELD_END,
};

static void a_members_type_is_found_by_the_compiler(void **state)
{
    (void)state;
    assert_int_equal(field_count(sample_table), 4);
    assert_int_equal(sample_table[0].type, FT_STR);
    assert_int_equal(sample_table[1].type, FT_I64);
    assert_string_equal(sample_table[1].name, "bee");
    assert_int_equal(sample_table[2].type, FT_UUID);
    assert_int_equal(sample_table[3].offset, offsetof(struct sample, d));
}

static void words_and_values_go_both_ways(void **state)
{
    int value = 99;

    (void)state;
    assert_string_equal(field_word(&direction_names, DIRECTION_OUT), "out");
    assert_string_equal(field_word(&direction_names, 0), "");
    assert_string_equal(field_word(&direction_names, 3), "");
    assert_string_equal(field_word(&direction_names, -1), "");
    assert_true(field_value(&direction_names, S("in"), &value));
    assert_int_equal(value, DIRECTION_IN);
    assert_false(field_value(&direction_names, S("IN"), &value));
    assert_false(field_value(&direction_names, S(""), &value));
    assert_int_equal(value, DIRECTION_IN);
}

static void no_word_of_the_vocabulary_is_missing(void **state)
{
    static const struct {
        const struct field_names *names;
        int last;
    } lists[] = {
        {&conversation_state_names, CONVERSATION_RESOLVED},
        {&direction_names,          DIRECTION_OUT        },
        {&message_kind_names,       MESSAGE_UNSUPPORTED  },
        {&author_kind_names,        AUTHOR_SYSTEM        },
        {&message_state_names,      STATE_CANCELLED      },
        {&channel_state_names,      CHANNEL_DISCONNECTED },
        {&inbound_state_names,      INBOUND_IGNORED      },
        {&job_state_names,          JOB_FAILED           },
        {&attachment_state_names,   ATTACHMENT_FAILED    },
        {&member_role_names,        ROLE_CUSTOM          },
        {&availability_names,       AVAILABILITY_OFFLINE },
        {&custom_type_names,        CUSTOM_CHOICE        },
        {&assignment_method_names,  ASSIGN_LEAST_BUSY    },
    };

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        assert_int_equal(lists[i].names->count, lists[i].last + 1);
        for (int v = 1; v <= lists[i].last; v++)
            assert_string_not_equal(field_word(lists[i].names, v), "");
    }
}

static void seen_is_a_bit_per_row(void **state)
{
    (void)state;
    assert_true(field_seen(1U << 1, sample_table, "bee"));
    assert_false(field_seen(1U << 1, sample_table, "a"));
}

static enum status refuse(struct ctx *c)
{
    return FAIL_FIELD(c, "name", "%s is taken", "Ann");
}

static enum status pass_on(struct ctx *c)
{
    TRY(refuse(c));
    return OK;
}

static void an_error_says_what_where_and_which_field(void **state)
{
    struct ctx *c = t_ctx(state);

    T_FAILS_AT(c, ERR_INVALID, "name", pass_on(c));
    assert_int_equal(c->err.code, ERR_INVALID);
    assert_string_equal(c->err.msg, "Ann is taken");
    assert_non_null(strstr(c->err.file, "test_field.c"));
    assert_true(c->err.line > 0);
    assert_string_equal(c->err.reason, "");
    err_cause(c, "ERROR:  duplicate key\n");
    assert_string_equal(c->err.cause, "ERROR:  duplicate key");
}

static void a_new_error_leaves_nothing_of_the_last(void **state)
{
    struct ctx *c = t_ctx(state);

    T_FAILS(c, ERR_INVALID, refuse(c));
    err_cause(c, "secret detail");
    T_FAILS(c, ERR_CONFLICT, FAIL_REASON(c, ERR_CONFLICT, "stale_version", "changed by another"));
    assert_string_equal(c->err.reason, "stale_version");
    assert_string_equal(c->err.field, "");
    assert_string_equal(c->err.cause, "");
}

static void a_long_message_is_cut_between_characters(void **state)
{
    struct ctx *c = t_ctx(state);
    char text[500];

    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xA9", 3);
    T_FAILS(c, ERR_INTERNAL, FAIL(c, ERR_INTERNAL, "%s", text));
    assert_true(str_is_utf8(str_of(c->err.msg)));
    assert_int_equal(strlen(c->err.msg), 238);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_members_type_is_found_by_the_compiler),  T(words_and_values_go_both_ways),
        T(no_word_of_the_vocabulary_is_missing),     T(seen_is_a_bit_per_row),
        T(an_error_says_what_where_and_which_field), T(a_new_error_leaves_nothing_of_the_last),
        T(a_long_message_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
