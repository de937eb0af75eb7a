/*
 * test_json.c - JSON out by the writer, in by the parser, both over tables.
 */
#include "t.h"

#include "base/json.h"
#include "base/vocabulary.h"

struct place {
    str name;
    double latitude;
};

static const struct field place_json[] = {
    FIELD(struct place, name, F_REQUIRED | F_NONEMPTY, 20),
    FIELD(struct place, latitude, 0, 0),
    FIELD_END,
};

struct thing {
    struct uuid id;
    str title;
    str remark;
    int64_t count;
    bool done;
    struct instant at;
    struct instant until;
    enum conversation_state state;
    struct json_text extra;
    struct place place;
    struct list stops;
    struct secret token;
};

static const struct field thing_json[] = {
    FIELD(struct thing, id, F_NULL, 0),
    FIELD(struct thing, title, F_REQUIRED | F_NONEMPTY, 12),
    FIELD(struct thing, remark, F_NULL, 100),
    FIELD(struct thing, count, 0, 1000),
    FIELD(struct thing, done, 0, 0),
    FIELD(struct thing, at, 0, 0),
    FIELD(struct thing, until, F_NULL, 0),
    FIELD_ENUM(struct thing, state, 0, &conversation_state_names),
    FIELD(struct thing, extra, 0, 40),
    FIELD_OBJECT(struct thing, place, F_NULL, place_json),
    FIELD_LIST(struct thing, stops, 0, struct place, place_json, 3),
    FIELD_END,
};

struct credentials {
    str email;
    struct secret password;
};

static const struct field credentials_in[] = {
    FIELD(struct credentials, email, F_REQUIRED, 320),
    FIELD(struct credentials, password, F_REQUIRED, 20),
    FIELD_END,
};

/* ---- out ---- */

static void the_writer_puts_commas_where_they_belong(void **state)
{
    struct buf b = buf_new(t_ctx(state)->arena, 1000);
    struct json_writer w = json_writer_new(&b);

    json_object_begin(&w, NULL);
    json_str(&w, "a \"key\"", S("x"));
    json_array_begin(&w, "list");
    json_i64(&w, NULL, -5);
    json_bool(&w, NULL, true);
    json_null(&w, NULL);
    json_object_begin(&w, NULL);
    json_object_end(&w);
    json_array_begin(&w, NULL);
    json_array_end(&w);
    json_array_end(&w);
    json_raw(&w, "raw", S("{\"x\":1}"));
    json_raw(&w, "none", S(""));
    json_double(&w, "half", 0.5);
    json_object_end(&w);
    T_STR(buf_str(&b), "{\"a \\\"key\\\"\":\"x\",\"list\":[-5,true,null,{},[]],"
                       "\"raw\":{\"x\":1},\"none\":null,\"half\":0.5}");
}

static void doubles_read_back_as_the_same_number(void **state)
{
    struct ctx *c = t_ctx(state);
    static const double all[] = {0.1, 1.0 / 3, 3.139003, -101.6868, 1e300, 5e-324, 1e15, 0};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct buf b = buf_new(c->arena, 64);
        struct json_writer w = json_writer_new(&b);

        json_double(&w, NULL, all[i]);
        assert_true(strtod(buf_str(&b).ptr, NULL) == all[i]);
    }
}

static void a_struct_goes_out_by_its_table(void **state)
{
    struct ctx *c = t_ctx(state);
    struct buf b = buf_new(c->arena, 1000);
    struct json_writer w = json_writer_new(&b);
    struct place stops[] = {
        {.name = S("A"), .latitude = 1.5},
        {.name = S("B")             }
    };
    struct thing thing = {
        .title = S("hi \"you\""),
        .count = 3,
        .done = true,
        .at = {INT64_C(1795336898120000)},
        .state = CONVERSATION_OPEN,
        .extra = {     S("[1]")                        },
        .stops = { stops,                         2},
    };

    assert_true(uuid_parse(S("0190a6c8-0000-7fff-bfff-00000000000f"), &thing.id));
    json_struct(&w, NULL, thing_json, &thing);
    T_STR(buf_str(&b),
          "{\"id\":\"0190a6c8-0000-7fff-bfff-00000000000f\",\"title\":\"hi \\\"you\\\"\","
          "\"remark\":null,\"count\":3,\"done\":true,\"at\":\"2026-11-22T08:41:38.120Z\","
          "\"until\":null,\"state\":\"open\",\"extra\":[1],\"place\":null,"
          "\"stops\":[{\"name\":\"A\",\"latitude\":1.5},{\"name\":\"B\",\"latitude\":0}]}");
}

static void members_go_into_the_object_that_is_open(void **state)
{
    struct buf b = buf_new(t_ctx(state)->arena, 1000);
    struct json_writer w = json_writer_new(&b);
    struct place p = {.name = S("A"), .latitude = 2};

    json_object_begin(&w, NULL);
    json_i64(&w, "n", 1);
    json_members(&w, place_json, &p);
    json_bool(&w, "last", false);
    json_object_end(&w);
    T_STR(buf_str(&b), "{\"n\":1,\"name\":\"A\",\"latitude\":2,\"last\":false}");
}

/* ---- in ---- */

static const struct json *parsed(struct ctx *c, const char *text)
{
    struct json *j = NULL;

    T_OK(c, json_parse(c, str_of(text), &j));
    return j;
}

static void values_are_reached_by_key_and_place(void **state)
{
    struct ctx *c = t_ctx(state);
    const struct json *j = parsed(
        c, "{\"s\":\"x\",\"n\":12,\"t\":\"34\",\"d\":1.5,\"b\":true,\"z\":null,\"l\":[7,\"8\"]}");

    assert_int_equal(json_kind_of(j), JSON_OBJECT);
    assert_int_equal(json_count(j), 7);
    T_STR(json_get_str(j, "s"), "x");
    assert_int_equal(json_get_i64(j, "n"), 12);
    assert_int_equal(json_get_i64(j, "t"), 34);
    assert_true(json_get_double(j, "d") == 1.5);
    assert_true(json_get_double(j, "n") == 12);
    assert_true(json_get_bool(j, "b"));
    assert_int_equal(json_kind_of(json_get(j, "z")), JSON_NULL);
    assert_int_equal(json_count(json_get(j, "l")), 2);
    assert_int_equal(json_to_i64(json_at(json_get(j, "l"), 1)), 8);
}

static void the_wrong_kind_is_nothing(void **state)
{
    struct ctx *c = t_ctx(state);
    const struct json *j = parsed(c, "{\"s\":\"x\",\"l\":[]}");

    assert_null(json_get(NULL, "x"));
    assert_null(json_get(json_get(j, "s"), "x"));
    assert_null(json_get(j, "missing"));
    assert_null(json_at(j, 0));
    assert_null(json_at(json_get(j, "l"), 0));
    assert_int_equal(json_kind_of(NULL), JSON_NULL);
    assert_int_equal(json_count(json_get(j, "s")), 0);
    T_STR(json_get_str(j, "l"), "");
    assert_int_equal(json_get_i64(j, "s"), 0);
    assert_false(json_get_bool(j, "s"));
    assert_true(json_get_double(j, "s") == 0);
    T_STR(json_dump(c, NULL), "null");
}

static void an_object_is_walked_in_its_order(void **state)
{
    struct ctx *c = t_ctx(state);
    const struct json *j = parsed(c, "{\"z\":1,\"a\":2}");
    const struct json *value = NULL;
    str key = S("");

    assert_true(json_member(j, 0, &key, &value));
    T_STR(key, "z");
    assert_true(json_member(j, 1, &key, &value));
    T_STR(key, "a");
    assert_int_equal(json_to_i64(value), 2);
    assert_false(json_member(j, 2, &key, &value));
    assert_false(json_member(NULL, 0, &key, &value));
}

static void a_key_that_is_there_twice_is_named(void **state)
{
    struct ctx *c = t_ctx(state);
    struct json *j = NULL;

    T_FAILS(c, ERR_INVALID, json_parse(c, S("{\"a\":{\"b\":1, \"b\" :2}}"), &j));
    assert_string_equal(c->err.field, "b");
    T_FAILS(c, ERR_INVALID, json_parse(c, S("{\"\":1,\"\":2}"), &j));
    assert_string_equal(c->err.field, "");
}

static void what_is_not_json_is_refused(void **state)
{
    struct ctx *c = t_ctx(state);
    static const str bad[] = {
        STR_INIT(""),
        STR_INIT(" "),
        STR_INIT("{"),
        STR_INIT("{}x"),
        STR_INIT("{} {}"),
        STR_INIT("{a:1}"),
        STR_INIT("[1,]"),
        STR_INIT("'x'"),
        STR_INIT("01"),
        STR_INIT("+1"),
        STR_INIT("NaN"),
        STR_INIT("1e999"),
        STR_INIT("99999999999999999999"),
        STR_INIT("\"\\u0000\""),
        STR_INIT("{\"\\u0000\":1}"),
        STR_INIT("\"\\ud800\""),
        STR_INIT("\"a\0b\""),
        STR_INIT("\"\xFF\""),
        STR_INIT("\"\xC0\xAF\""),
        STR_INIT("\"\xED\xA0\x80\""),
        STR_INIT("\"a\nb\""),
        STR_INIT("\xEF\xBB\xBF{}"),
        STR_INIT("\"abc"),
        STR_INIT("\"abc\\"),
        STR_INIT("{}\0"),
        STR_INIT("]"),
    };
    struct json *j = NULL;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        T_FAILS(c, ERR_INVALID, json_parse(c, bad[i], &j));
        assert_non_null(strstr(c->err.msg, "not JSON: line"));
    }
    assert_null(j);
}

static str repeated(struct ctx *c, const char *head, const char *part, size_t n, const char *tail)
{
    struct buf b = buf_new(c->arena, 40 << 20);

    buf_add(&b, str_of(head));
    for (size_t i = 0; i < n; i++)
        buf_add(&b, str_of(part));
    buf_add(&b, str_of(tail));
    return buf_str(&b);
}

static void depth_and_count_and_size_have_limits(void **state)
{
    struct ctx *c = t_ctx(state);
    struct json *j;

    T_OK(c, json_parse(
                c, str_of("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"), &j));
    T_FAILS(c, ERR_TOO_LARGE, json_parse(c, repeated(c, "", "[", 33, ""), &j));
    T_FAILS(c, ERR_TOO_LARGE, json_parse(c, repeated(c, "", "{\"a\":", 1000000, ""), &j));
    T_OK(c, json_parse(c, repeated(c, "[0", ",1", JSON_MAX_NODES - 3, "]"), &j));
    T_FAILS(c, ERR_TOO_LARGE, json_parse(c, repeated(c, "[0", ",1", JSON_MAX_NODES, "]"), &j));
    T_FAILS(c, ERR_TOO_LARGE, json_parse(c, repeated(c, "\"", "0123456789", 2000000, "\""), &j));
    /* Brackets and commas inside a text are only text, also after an escaped quote. */
    T_OK(c, json_parse(c, repeated(c, "\"", "[{,\\\"\\\\", 200000, "\""), &j));
}

static void dumping_gives_the_same_value_again(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char text[] =
        "{\"b\":[1,-2,1.5,true,false,null],\"a\":{\"\xC3\xA9\":\"\\\"\\n\\u0001\"},\"\":\"\"}";

    T_STR(json_dump(c, parsed(c, text)), text);
    T_STR(json_dump(c, json_get(parsed(c, "{\"x\":\"y\"}"), "x")), "\"y\"");
}

static void a_struct_is_filled_and_seen_says_what_came(void **state)
{
    struct ctx *c = t_ctx(state);
    struct thing thing = {.count = 77, .remark = S("old")};
    uint64_t seen = 0;
    const struct place *stops;

    T_OK(c,
         json_read(c,
                   parsed(c, "{\"title\":\"t\",\"remark\":null,\"done\":true,"
                             "\"at\":\"2026-11-22T08:41:38.12Z\",\"state\":\"resolved\","
                             "\"id\":\"0190a6c8-0000-7fff-bfff-00000000000f\",\"until\":null,"
                             "\"extra\":{\"a\": [ 1 ]},\"place\":{\"name\":\"p\",\"latitude\":3},"
                             "\"stops\":[{\"name\":\"A\"},{\"name\":\"B\",\"latitude\":-1.25}]}"),
                   thing_json, &thing, &seen));
    T_STR(thing.title, "t");
    assert_null(thing.remark.ptr);
    assert_int_equal(thing.count, 77);
    assert_true(thing.done);
    assert_int_equal(thing.at.us, INT64_C(1795336898120000));
    assert_int_equal(thing.state, CONVERSATION_RESOLVED);
    assert_int_equal(thing.id.b[15], 15);
    T_STR(thing.extra.text, "{\"a\":[1]}");
    T_STR(thing.place.name, "p");
    assert_true(thing.place.latitude == 3);
    assert_int_equal(thing.stops.n, 2);
    stops = thing.stops.items;
    T_STR(stops[1].name, "B");
    assert_true(stops[1].latitude == -1.25);
    assert_true(field_seen(seen, thing_json, "remark"));
    assert_true(field_seen(seen, thing_json, "stops"));
    assert_false(field_seen(seen, thing_json, "count"));
}

static void what_the_table_does_not_allow_is_named(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const cases[][2] = {
        {"[]",                                                                       ""              },
        {"{}",                                                                       "title"         },
        {"{\"title\":\"t\",\"nope\":1}",                                             "nope"          },
        {"{\"title\":\"t\",\"a\\nb\":1}",                                            "a\nb"          },
        {"{\"title\":null}",                                                         "title"         },
        {"{\"title\":1}",                                                            "title"         },
        {"{\"title\":\" \\t\"}",                                                     "title"         },
        {"{\"title\":\"1234567890abc\"}",                                            "title"         },
        {"{\"title\":\"t\",\"count\":\"1\"}",                                        "count"         },
        {"{\"title\":\"t\",\"count\":1.0}",                                          "count"         },
        {"{\"title\":\"t\",\"count\":1001}",                                         "count"         },
        {"{\"title\":\"t\",\"count\":-1}",                                           "count"         },
        {"{\"title\":\"t\",\"done\":1}",                                             "done"          },
        {"{\"title\":\"t\",\"at\":\"yesterday\"}",                                   "at"            },
        {"{\"title\":\"t\",\"at\":null}",                                            "at"            },
        {"{\"title\":\"t\",\"id\":\"0190a6c8\"}",                                    "id"            },
        {"{\"title\":\"t\",\"id\":7}",                                               "id"            },
        {"{\"title\":\"t\",\"state\":\"shut\"}",                                     "state"         },
        {"{\"title\":\"t\",\"state\":1}",                                            "state"         },
        {"{\"title\":\"t\",\"extra\":\"0123456789012345678901234567890123456789\"}", "extra"         },
        {"{\"title\":\"t\",\"place\":[]}",                                           "place"         },
        {"{\"title\":\"t\",\"place\":{}}",                                           "place.name"    },
        {"{\"title\":\"t\",\"place\":{\"name\":\"x\",\"latitude\":\"1\"}}",          "place.latitude"},
        {"{\"title\":\"t\",\"stops\":{}}",                                           "stops"         },
        {"{\"title\":\"t\",\"stops\":[1]}",                                          "stops.0"       },
        {"{\"title\":\"t\",\"stops\":[{\"name\":\"a\"},{\"name\":\"\"}]}",           "stops.1.name"  },
        {"{\"title\":\"t\",\"stops\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"},"
         "{\"name\":\"d\"}]}",                                              "stops"         },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct thing thing = {.count = 0};

        T_FAILS_AT(c, ERR_INVALID, cases[i][1],
                   json_read(c, parsed(c, cases[i][0]), thing_json, &thing, NULL));
    }
}

static void lengths_are_bytes_not_characters(void **state)
{
    struct ctx *c = t_ctx(state);
    struct thing thing = {.count = 0};

    T_OK(c,
         json_read(c, parsed(c, "{\"title\":\"\xE4\xBD\xA0\xE4\xBD\xA0\xE4\xBD\xA0\xE4\xBD\xA0\"}"),
                   thing_json, &thing, NULL));
    T_FAILS_AT(
        c, ERR_INVALID, "title",
        json_read(c, parsed(c, "{\"title\":\"\xE4\xBD\xA0\xE4\xBD\xA0\xE4\xBD\xA0\xE4\xBD\xA0!\"}"),
                  thing_json, &thing, NULL));
}

static void a_secret_comes_in_and_is_not_repeated_in_errors(void **state)
{
    struct ctx *c = t_ctx(state);
    struct credentials in = {.email = S("")};

    T_OK(c, json_read(c, parsed(c, "{\"email\":\"a@b\",\"password\":\"hunter2\"}"), credentials_in,
                      &in, NULL));
    T_STR(secret_expose(in.password), "hunter2");
    T_FAILS_AT(c, ERR_INVALID, "password",
               json_read(c, parsed(c, "{\"email\":\"a@b\",\"password\":\"hunter2hunter2hunter2\"}"),
                         credentials_in, &in, NULL));
    assert_null(strstr(c->err.msg, "hunter2"));
}

static void what_went_out_comes_in_the_same(void **state)
{
    struct ctx *c = t_ctx(state);
    struct place stops[] = {
        {.name = S("\xE4\xBD\xA0 \"q\" \\ \n \x01"), .latitude = 3.139003}
    };
    struct thing out = {
        .title = S("t"),
        .remark = S(""),
        .count = 9,
        .at = {1000},
        .state = 1,
        .extra = {     S("{}")   },
        .stops = { stops,    1}
    };
    struct thing in = {.count = 0};
    struct buf b = buf_new(c->arena, 10000);
    struct json_writer w = json_writer_new(&b);
    str text;
    struct json *j;

    json_struct(&w, NULL, thing_json, &out);
    T_OK(c, buf_done(c, &b, &text));
    T_OK(c, json_parse(c, text, &j));
    T_OK(c, json_read(c, j, thing_json, &in, NULL));
    assert_non_null(in.remark.ptr);
    assert_int_equal(in.at.us, 1000);
    t_str(((struct place *)in.stops.items)[0].name, stops[0].name, __FILE__, __LINE__);
    assert_true(((struct place *)in.stops.items)[0].latitude == stops[0].latitude);
}

struct bare_lists {
    struct list words, ids;
};

static const struct field bare_lists_fields[] = {
    FIELD_LIST(struct bare_lists, words, 0, str, bare_str, 3),
    FIELD_LIST(struct bare_lists, ids, 0, struct uuid, bare_uuid, 3),
    FIELD_END,
};

static void a_list_may_hold_bare_values(void **state)
{
    static const char text[] =
        "{\"words\":[\"a\",\"\"],\"ids\":[\"01890a5d-ac96-774b-bcce-b302099a8057\"]}";
    struct ctx *c = t_ctx(state);
    struct buf b = buf_new(c->arena, 1000);
    struct json_writer w = json_writer_new(&b);
    struct bare_lists in = {0};
    struct json *j;

    T_OK(c, json_parse(c, str_of(text), &j));
    T_OK(c, json_read(c, j, bare_lists_fields, &in, NULL));
    assert_int_equal(in.words.n, 2);
    T_STR(((const str *)in.words.items)[0], "a");
    json_struct(&w, NULL, bare_lists_fields, &in);
    T_STR(buf_str(&b), text);
    T_OK(c, json_parse(c, S("{\"words\":[\"a\",7]}"), &j));
    T_FAILS_AT(c, ERR_INVALID, "words.1", json_read(c, j, bare_lists_fields, &in, NULL));
    T_OK(c, json_parse(c, S("{\"words\":[\"a\",{}]}"), &j));
    T_FAILS_AT(c, ERR_INVALID, "words.1", json_read(c, j, bare_lists_fields, &in, NULL));
    T_OK(c, json_parse(c, S("{\"words\":[\"\",\"\",\"\",\"\"]}"), &j));
    T_FAILS_AT(c, ERR_INVALID, "words", json_read(c, j, bare_lists_fields, &in, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_writer_puts_commas_where_they_belong),
        T(doubles_read_back_as_the_same_number),
        T(a_struct_goes_out_by_its_table),
        T(members_go_into_the_object_that_is_open),
        T(values_are_reached_by_key_and_place),
        T(the_wrong_kind_is_nothing),
        T(an_object_is_walked_in_its_order),
        T(a_key_that_is_there_twice_is_named),
        T(what_is_not_json_is_refused),
        T(depth_and_count_and_size_have_limits),
        T(dumping_gives_the_same_value_again),
        T(a_struct_is_filled_and_seen_says_what_came),
        T(what_the_table_does_not_allow_is_named),
        T(lengths_are_bytes_not_characters),
        T(a_secret_comes_in_and_is_not_repeated_in_errors),
        T(what_went_out_comes_in_the_same),
        T(a_list_may_hold_bare_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
