/*
 * Channels: connecting, secrets, health, ending.
 */
#include "inbox.h"

#include <string.h>

#include "base/json.h"

static const struct json *parsed(struct ctx *c, const char *text)
{
    struct json *out;

    OK_OR_FAIL(c, json_parse(c, str_of(text), &out));
    return out;
}

static struct channel_form whatsapp_form(struct ctx *c)
{
    return (struct channel_form){
        .kind = S("whatsapp"),
        .name = S(" Sales "),
        .settings = parsed(c, "{\"phone_number_id\":\"123456789\"}"),
        .secrets = parsed(c, "{\"access_token\":\"very-secret\",\"app_secret\":\"also-secret\","
                             "\"verify_token\":\"third-secret\"}"),
        .silence_alarm_minutes = 60,
    };
}

static struct channel connect(struct inbox *box)
{
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct channel_form form = whatsapp_form(c);
    struct channel out;

    OK_OR_FAIL(c, channel_connect(c, box->keys, &form, NULL, &out));
    assert_true(str_eq(S("Sales"), out.name));
    assert_true(out.has_secrets);
    pg_commit(c);
    out.kind = out.name = out.last_error = (str){NULL, 0}; /* they went with c */
    return out;
}

static str secret_of(struct ctx *c, struct inbox *box, struct uuid id, const char *name)
{
    const struct channel_ops *ops;
    struct channel_account acc;

    OK_OR_FAIL(c, channel_account_load(c, box->keys, id, &acc, &ops));
    return secret_expose(account_secret(&acc, name));
}

static void secrets_are_sealed_and_open_only_for_their_organisation(void **state)
{
    struct inbox *box = *state;
    struct channel channel = connect(box);
    struct ctx *c = inbox_as(box, &box->owner, TX_READ);
    const struct channel_ops *ops;
    struct channel_account acc;

    assert_true(str_eq(S("very-secret"), secret_of(c, box, channel.id, "access_token")));
    OK_OR_FAIL(c, channel_account_load(c, box->keys, channel.id, &acc, &ops));
    assert_string_equal("whatsapp", ops->name);
    assert_true(str_eq(S("v25.0"), account_setting(&acc, "api_version")));
    pg_rollback(c);
    assert_int_equal(0, inbox_i64(box,
                                  "SELECT count(*) FROM channel WHERE id = '%s' AND "
                                  "(position('secret'::bytea in secrets) > 0 OR "
                                  "settings::text LIKE '%%secret%%')",
                                  id_text(channel.id)));
    c = inbox_as(box, &box->foreign, TX_READ);
    FAILS_WITH(ERR_NOT_FOUND, channel_account_load(c, box->keys, channel.id, &acc, &ops));
    pg_rollback(c);
}

static void secrets_moved_to_another_row_do_not_open(void **state)
{
    struct inbox *box = *state;
    struct channel one = connect(box), two = connect(box);
    struct ctx *c;
    const struct channel_ops *ops;
    struct channel_account acc;

    inbox_sql(box,
              "UPDATE channel SET secrets = (SELECT secrets FROM channel WHERE id = '%s') "
              "WHERE id = '%s'",
              id_text(one.id), id_text(two.id));
    c = inbox_as(box, &box->owner, TX_READ);
    FAILS_WITH(ERR_INTERNAL, channel_account_load(c, box->keys, two.id, &acc, &ops));
    pg_rollback(c);
}

static void a_form_is_checked_by_its_kinds_own_list(void **state)
{
    static const struct {
        const char *settings, *secrets, *field;
    } cases[] = {
        {"{}",                                                        "{}",                          "settings.phone_number_id"},
        {"{\"phone_number_id\":\"12ab\"}",                            "{}",                          "settings.phone_number_id"},
        {"{\"phone_number_id\":12345678}",                            "{}",                          "settings.phone_number_id"},
        {"{\"phone_number_id\":\"12345678\"}",                        "{}",                          "secrets.access_token"    },
        {"{\"phone_number_id\":\"12345678\",\"colour\":\"\"}",        "{}",                          "settings"                },
        {"{\"phone_number_id\":\"12345678\",\"access_token\":\"x\"}", "{}",                          "settings"                },
        {"{\"phone_number_id\":\"12345678\"}",                        "{\"phone_number_id\":\"1\"}", "secrets"                 },
    };
    struct inbox *box = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
        struct channel_form form = whatsapp_form(c);
        const struct channel_ops *ops;

        form.settings = parsed(c, cases[i].settings);
        form.secrets = parsed(c, cases[i].secrets);
        REFUSES_FIELD(c, cases[i].field, channel_check(c, &form, &ops));
        form.kind = S("telepathy");
        REFUSES_FIELD(c, "kind", channel_check(c, &form, &ops));
        pg_rollback(c);
    }
}

static void a_change_keeps_the_secrets_it_does_not_name(void **state)
{
    struct inbox *box = *state;
    struct channel channel = connect(box);
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct channel_form form = {.secrets = parsed(c, "{\"access_token\":\"fresh-secret\"}")};
    struct channel_patch patch = {.form = &form, .version = channel.version};

    OK_OR_FAIL(c, channel_change(c, box->keys, channel.id, &patch, &channel));
    assert_int_equal(2, channel.version);
    assert_true(str_eq(S("fresh-secret"), secret_of(c, box, channel.id, "access_token")));
    assert_true(str_eq(S("also-secret"), secret_of(c, box, channel.id, "app_secret")));
    patch.version = 1;
    FAILS_BECAUSE(c, ERR_CONFLICT, "stale_version",
                  channel_change(c, box->keys, channel.id, &patch, &channel));
    pg_rollback(c);
}

static void a_hook_address_leads_to_its_organisation_until_the_channel_ends(void **state)
{
    struct inbox *box = *state;
    struct channel channel = connect(box);
    struct talk talk = inbox_talk(box, channel.id, box->agent.id, "Kept");
    struct ctx *c = pg_begin(box->pg, DB_SYSTEM, TX_SYSTEM);
    const struct channel_ops *ops;
    struct channel_account acc;
    struct conversation conv;
    struct uuid org;
    bool found;

    OK_OR_FAIL(c, channel_locate(c, channel.id, &org, &found));
    assert_true(found && uuid_eq(box->org, org));
    pg_rollback(c);
    c = inbox_as(box, &box->owner, TX_WRITE);
    OK_OR_FAIL(c, channel_end(c, channel.id));
    OK_OR_FAIL(c, channel_end(c, channel.id));
    FAILS_BECAUSE(c, ERR_CONFLICT, "channel_disconnected",
                  channel_account_load(c, box->keys, channel.id, &acc, &ops));
    OK_OR_FAIL(c, channel_load(c, channel.id, &channel));
    assert_int_equal(CHANNEL_DISCONNECTED, channel.state);
    assert_false(channel.has_secrets);
    OK_OR_FAIL(c, conversation_select(c, talk.conversation, &conv));
    OK_OR_FAIL(c, channel_recover(c, channel.id)); /* for good is for good */
    OK_OR_FAIL(c, channel_degrade(c, channel.id, S("token")));
    OK_OR_FAIL(c, channel_load(c, channel.id, &channel));
    assert_int_equal(CHANNEL_DISCONNECTED, channel.state);
    pg_commit(c);
    c = pg_begin(box->pg, DB_SYSTEM, TX_SYSTEM);
    OK_OR_FAIL(c, channel_locate(c, channel.id, &org, &found));
    assert_false(found);
    pg_rollback(c);
}

static void nobody_points_a_hook_address_at_another_organisation(void **state)
{
    struct inbox *box = *state;
    struct ctx *c = inbox_as(box, &box->foreign, TX_WRITE);
    struct uuid id = uuid_new();
    int64_t now;

    OK_OR_FAIL(c, conversation_tally(c, &(struct conversation_counts){0}));
    now = inbox_i64(box, "SELECT count(*) FROM locator");
    c->org = box->org; /* the transaction is still the other organisation's */
    assert_int_not_equal(
        OK, db_run(c, arena_printf(c->arena,
                                   "INSERT INTO locator (kind, digest, org_id, row_id) VALUES "
                                   "('channel', 'x', '%s', '%s')",
                                   id_text(box->org), id_text(id))));
    pg_rollback(c);
    assert_int_equal(now, inbox_i64(box, "SELECT count(*) FROM locator"));
}

static void the_overview_says_what_is_wrong(void **state)
{
    struct inbox *box = *state;
    struct channel channel = connect(box);
    struct talk talk = inbox_talk(box, channel.id, box->agent.id, "Waiting");
    struct ctx *c;

    inbox_say(box, &box->agent, talk.conversation, "queued", 0);
    inbox_sql(box,
              "UPDATE channel_health SET last_inbound_at = now() - interval '61 minutes' "
              "WHERE channel_id = '%s'",
              id_text(channel.id));
    inbox_sql(box,
              "INSERT INTO inbound (org_id, id, channel_id, received_at, body, digest, state) "
              "SELECT '%s', gen_random_uuid(), '%s', now(), '', i::text::bytea, 'failed' FROM "
              "generate_series(1, 1001) i",
              id_text(box->org), id_text(channel.id));
    c = inbox_as(box, &box->owner, TX_WRITE);
    OK_OR_FAIL(c, channel_degrade(c, channel.id, S("the token has expired")));
    OK_OR_FAIL(c, channel_load(c, channel.id, &channel));
    assert_true(channel.silent);
    assert_int_equal(1000, channel.failed_inbound);
    assert_int_equal(1, channel.queued);
    assert_int_equal(CHANNEL_DEGRADED, channel.state);
    assert_true(str_eq(S("the token has expired"), channel.last_error));
    OK_OR_FAIL(c, channel_health_inbound(c, channel.id, clock_now()));
    OK_OR_FAIL(c, channel_recover(c, channel.id));
    OK_OR_FAIL(c, channel_load(c, channel.id, &channel));
    assert_false(channel.silent);
    assert_int_equal(CHANNEL_CONNECTED, channel.state);
    pg_rollback(c);
}

static void the_overview_is_one_statement(void **state)
{
    struct inbox *box = *state;
    struct ctx *c = inbox_as(box, &box->owner, TX_READ);
    int64_t before = inbox_statements();
    struct list list;

    OK_OR_FAIL(c, channel_overview(c, &list));
    assert_true(list.n >= 2);
    assert_int_equal(1, inbox_statements() - before);
    pg_rollback(c);
}

static void sends_are_spread_over_the_second(void **state)
{
    struct inbox *box = *state;
    struct channel channel = connect(box);
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct instant first, second, third;

    OK_OR_FAIL(c, channel_health_reserve(c, channel.id, 10, &first));
    OK_OR_FAIL(c, channel_health_reserve(c, channel.id, 10, &second));
    OK_OR_FAIL(c, channel_health_hold(c, channel.id, instant_add_ms(second, 5000)));
    OK_OR_FAIL(c, channel_health_reserve(c, channel.id, 10, &third));
    assert_true(second.us - first.us >= 100000);
    assert_true(third.us >= second.us + 5000000);
    pg_rollback(c);
}

static void credentials_travel_sealed_to_the_test_and_nowhere_in_plain(void **state)
{
    struct inbox *box = *state;
    struct ctx *c = inbox_as(box, &box->owner, TX_WRITE);
    struct channel_form form = whatsapp_form(c);
    struct uuid job;

    OK_OR_FAIL(c, channel_test_enqueue(c, box->keys, &form, (struct uuid){{0}}, &job));
    assert_false(uuid_is_zero(job));
    pg_commit(c);
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM job WHERE id = '%s' AND kind = "
                                  "'channel_test' AND args->>'kind' = 'whatsapp' AND "
                                  "args->'settings'->>'phone_number_id' = '123456789' AND "
                                  "length(args->>'secrets') > 40 AND args::text NOT LIKE "
                                  "'%%very-secret%%'",
                                  id_text(job)));
    c = inbox_as(box, &box->owner, TX_WRITE);
    form = (struct channel_form){.kind = S("webchat"), .name = S("Chat")};
    OK_OR_FAIL(c, channel_test_enqueue(c, box->keys, &form, (struct uuid){{0}}, &job));
    assert_true(uuid_is_zero(job));
    pg_rollback(c);
}

static void a_refused_test_names_the_field(void **state)
{
    struct inbox *box = *state;
    struct ctx *c = inbox_as(box, &box->owner, TX_READ);
    struct channel_tested found;

    OK_OR_FAIL(c, channel_test_result(c, S("{\"ok\":true,\"display\":\"+60 1\"}"), &found));
    assert_true(str_eq(S("+60 1"), found.display));
    assert_true(!found.token.told && instant_is_none(found.token.expires_at));
    REFUSES_FIELD(c, "secrets.access_token",
                  channel_test_result(c,
                                      S("{\"ok\":false,\"field\":\"secrets.access_token\","
                                        "\"problem\":\"it has expired\"}"),
                                      &found));
    assert_string_equal("it has expired", c->err.msg);
    pg_rollback(c);
}

static void another_organisation_reaches_no_channel_by_any_verb(void **state)
{
    struct inbox *box = *state;
    struct channel channel = connect(box), out;
    struct ctx *c = inbox_as(box, &box->foreign, TX_WRITE);
    struct channel_form form = {.name = S("mine")};
    struct channel_patch patch = {.form = &form, .has_name = true};
    struct instant at;
    struct list list;

    OK_OR_FAIL(c, channel_overview(c, &list));
    assert_int_equal(0, list.n);
    FAILS_WITH(ERR_NOT_FOUND, channel_load(c, channel.id, &out));
    FAILS_WITH(ERR_NOT_FOUND, channel_change(c, box->keys, channel.id, &patch, &out));
    FAILS_WITH(ERR_NOT_FOUND, channel_end(c, channel.id));
    FAILS_WITH(ERR_NOT_FOUND, channel_health_reserve(c, channel.id, 1, &at));
    FAILS_WITH(ERR_NOT_FOUND, channel_inbound(c, channel.id, S(""), (struct uuid){{0}}, 10, &list));
    OK_OR_FAIL(c, channel_degrade(c, channel.id, S("broken by a stranger")));
    pg_commit(c);
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM channel WHERE id = '%s' AND state = "
                                  "'connected' AND version = 1",
                                  id_text(channel.id)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_sealed_and_open_only_for_their_organisation),
        cmocka_unit_test(secrets_moved_to_another_row_do_not_open),
        cmocka_unit_test(a_form_is_checked_by_its_kinds_own_list),
        cmocka_unit_test(a_change_keeps_the_secrets_it_does_not_name),
        cmocka_unit_test(a_hook_address_leads_to_its_organisation_until_the_channel_ends),
        cmocka_unit_test(nobody_points_a_hook_address_at_another_organisation),
        cmocka_unit_test(the_overview_says_what_is_wrong),
        cmocka_unit_test(the_overview_is_one_statement),
        cmocka_unit_test(sends_are_spread_over_the_second),
        cmocka_unit_test(credentials_travel_sealed_to_the_test_and_nowhere_in_plain),
        cmocka_unit_test(a_refused_test_names_the_field),
        cmocka_unit_test(another_organisation_reaches_no_channel_by_any_verb),
    };

    return cmocka_run_group_tests(tests, inbox_setup, inbox_teardown);
}
