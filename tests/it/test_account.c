/*
 * Accounts: making an organisation, signing in, and being slowed down.
 */
#include "inbox.h"

#include <string.h>

static const struct door door = {.key = {9}};

static struct ctx *system_of(struct inbox *box)
{
    struct ctx *c = pg_begin(box->pg, DB_SYSTEM, TX_SYSTEM);

    c->org = box->org;
    return c;
}

static enum status sign_in(struct ctx *c, const char *email, const char *password, const char *ip,
                           str *token)
{
    struct sign_in in = {
        .email = str_of(email),
        .password = {password, strlen(password)},
        .ip = str_of(ip),
        .user_agent = S("test")
    };
    struct entry entry;

    TRY(account_sign_in(c, &door, &in, &entry));
    *token = entry.token;
    return OK;
}

static void an_organisation_is_made_with_key_stages_and_owner(void **state)
{
    struct inbox *box = *state;
    struct ctx *c = inbox_as(box, &box->owner, TX_READ);
    struct list stages, members;
    struct data_key first, again;

    OK_OR_FAIL(c, contact_stages(c, &stages));
    assert_int_equal(5, stages.n);
    assert_true(str_eq(S("New"), ((struct stage *)stages.items)[0].name));
    OK_OR_FAIL(c, account_members(c, &members));
    assert_int_equal(3, members.n);
    assert_int_equal(ROLE_OWNER, ((struct membership *)members.items)[0].role);
    OK_OR_FAIL(c, keys_of_org(c, box->keys, &first));
    OK_OR_FAIL(c, keys_of_org(c, box->keys, &again));
    assert_memory_equal(&first, &again, sizeof(first));
    pg_rollback(c);
}

static void another_master_key_opens_nothing(void **state)
{
    struct inbox *box = *state;
    struct master_key other = {{1}};
    struct keys *keys = keys_new(&other);
    struct ctx *c = inbox_as(box, &box->owner, TX_READ);
    struct data_key out;

    FAILS_WITH(ERR_INTERNAL, keys_of_org(c, keys, &out));
    pg_rollback(c);
    keys_free(keys);
}

static void a_taken_address_or_short_name_is_a_conflict(void **state)
{
    struct inbox *box = *state;
    struct account_new in = {
        .org_name = S("Another"),
        .name = S("X"),
        .email = S(" AISYAH@example.com "),
        .password = {"correct horse", 13}
    };
    struct ctx *c = system_of(box);
    struct uuid org, user;

    FAILS_WITH(ERR_CONFLICT, account_bootstrap(c, &box->master, &in, &org, &user));
    pg_rollback(c);
    c = system_of(box);
    in.email = S("new@example.com");
    in.slug = S("kedai-maju");
    FAILS_WITH(ERR_CONFLICT, account_bootstrap(c, &box->master, &in, &org, &user));
    pg_rollback(c);
}

static void what_is_typed_wrongly_is_named(void **state)
{
    struct inbox *box = *state;
    struct member_new in = {.name = S("X"), .email = S("nonsense"), .role = ROLE_AGENT};
    struct ctx *c = system_of(box);
    struct uuid user;

    REFUSES_FIELD(c, "email", account_add_member(c, &in, &user));
    in.email = S("a b@example.com");
    REFUSES_FIELD(c, "email", account_add_member(c, &in, &user));
    in.email = S("x@example.com");
    in.password = (struct secret){"short", 5};
    REFUSES_FIELD(c, "password", account_add_member(c, &in, &user));
    in.password = (struct secret){"P4ssw0rd1", 9};
    REFUSES_FIELD(c, "password", account_add_member(c, &in, &user));
    in.password = (struct secret){NULL, 0};
    in.name = S(" ");
    REFUSES_FIELD(c, "name", account_add_member(c, &in, &user));
    pg_rollback(c);
}

static void the_right_password_gives_a_session_until_it_is_given_back(void **state)
{
    struct inbox *box = *state;
    struct ctx *c = system_of(box);
    struct session_view session;
    struct actor actor;
    bool found;
    str token;

    OK_OR_FAIL(c, sign_in(c, " Aisyah@Example.com", "correct horse", "10.0.0.1", &token));
    assert_true(str_starts_with(token, S("ses_")));
    OK_OR_FAIL(c, account_session(c, door.key, token, &session, &found));
    assert_true(found);
    assert_true(uuid_eq(box->org, session.org_id));
    account_actor(&session, &actor);
    assert_true(uuid_eq(box->owner.id, actor.id));
    assert_true(actor_may(&actor, MAY_WRITE_CHANNELS));
    OK_OR_FAIL(c, account_session(c, door.key, S("ses_other"), &session, &found));
    assert_false(found);
    OK_OR_FAIL(c, account_session(c, door.key, token, &session, &found));
    OK_OR_FAIL(c, account_sign_out(c, session.id));
    OK_OR_FAIL(c, account_session(c, door.key, token, &session, &found));
    assert_false(found);
    pg_rollback(c);
}

static void a_session_ends_with_its_time_its_member_or_its_person(void **state)
{
    static const char *const ends[] = {
        "UPDATE session SET expires_at = now() WHERE org_id = '%s'",
        "UPDATE membership SET state = 'removed' WHERE org_id = '%s'",
        "UPDATE app_user u SET state = 'frozen' FROM membership m WHERE m.org_id = '%s'",
        "UPDATE org SET state = 'closed' WHERE org_id = '%s'",
    };
    struct inbox *box = *state;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct ctx *c = pg_begin(box->pg, DB_OWNER, TX_WRITE);
        struct session_view session;
        bool found;
        str token, sql;
        size_t at;

        c->org = box->org;
        OK_OR_FAIL(c, sign_in(c, "aisyah@example.com", "correct horse", "10.0.0.2", &token));
        assert_true(str_find(str_of(ends[i]), S("%s"), &at));
        sql = arena_printf(c->arena, "%.*s%s%s", (int)at, ends[i], id_text(box->org),
                           ends[i] + at + 2);
        OK_OR_FAIL(c, db_run(c, sql));
        OK_OR_FAIL(c, account_session(c, door.key, token, &session, &found));
        assert_false(found);
        pg_rollback(c);
    }
}

static void wrong_words_are_refused_alike_and_recorded(void **state)
{
    struct inbox *box = *state;
    struct ctx *c = system_of(box);
    struct err wrong;
    str token;

    FAILS_BECAUSE(c, ERR_UNAUTHORIZED, "bad_credentials",
                  sign_in(c, "aisyah@example.com", "wrong horse", "10.0.0.3", &token));
    wrong = c->err;
    FAILS_BECAUSE(c, ERR_UNAUTHORIZED, "bad_credentials",
                  sign_in(c, "nobody@example.com", "wrong horse", "10.0.0.3", &token));
    assert_string_equal(wrong.msg, c->err.msg);
    FAILS_BECAUSE(c, ERR_UNAUTHORIZED, "bad_credentials", /* has no password at all */
                  sign_in(c, "bala@example.com", "", "10.0.0.3", &token));
    pg_commit(c);
    assert_int_equal(2, inbox_i64(box, "SELECT count(*) FROM login_event WHERE ip = '10.0.0.3' AND "
                                       "outcome = 'bad_password'"));
    assert_int_equal(1, inbox_i64(box, "SELECT count(*) FROM login_event WHERE ip = '10.0.0.3' AND "
                                       "outcome = 'unknown' AND user_id IS NULL"));
}

static void guessing_is_slowed_from_where_it_comes_and_nowhere_else(void **state)
{
    struct inbox *box = *state;
    struct ctx *c;
    str token;

    inbox_sql(box,
              "INSERT INTO login_event (id, user_id, ip, user_agent, outcome) "
              "SELECT gen_random_uuid(), '%s', '10.6.6.6', '', 'bad_password' "
              "FROM generate_series(1, 9)",
              id_text(box->owner.id));
    c = system_of(box);
    FAILS_BECAUSE(c, ERR_RATE_LIMITED, "slow_down",
                  sign_in(c, "aisyah@example.com", "correct horse", "10.6.6.6", &token));
    OK_OR_FAIL(c, sign_in(c, "aisyah@example.com", "correct horse", "10.0.0.4", &token));
    pg_commit(c);
    inbox_sql(box, "UPDATE login_event SET at = at - interval '30 seconds' WHERE ip = '10.6.6.6'");
    c = system_of(box);
    OK_OR_FAIL(c, sign_in(c, "aisyah@example.com", "correct horse", "10.6.6.6", &token));
    pg_rollback(c);
}

static void ones_own_settings_are_changed_and_only_to_what_there_is(void **state)
{
    struct inbox *box = *state;
    struct me_patch patch = {.locale = S("ms"), .availability = AVAILABILITY_BUSY};
    struct ctx *c = system_of(box);
    struct session_view session, out;
    bool found;
    str token;

    OK_OR_FAIL(c, sign_in(c, "aisyah@example.com", "correct horse", "10.0.0.5", &token));
    OK_OR_FAIL(c, account_session(c, door.key, token, &session, &found));
    OK_OR_FAIL(c, account_update_me(c, &session, &patch, &out));
    OK_OR_FAIL(c, account_session(c, door.key, token, &session, &found));
    assert_true(str_eq(S("ms"), session.locale));
    assert_true(str_eq(S("system"), session.theme));
    assert_int_equal(AVAILABILITY_BUSY, session.availability);
    patch = (struct me_patch){.theme = S("neon")};
    REFUSES_FIELD(c, "theme", account_update_me(c, &session, &patch, &out));
    pg_rollback(c);
}

static void an_organisation_sees_its_own_members_only(void **state)
{
    struct inbox *box = *state;
    struct ctx *c = inbox_as(box, &box->foreign, TX_READ);
    struct membership member;
    struct list members;
    bool found;

    OK_OR_FAIL(c, account_members(c, &members));
    assert_int_equal(1, members.n);
    OK_OR_FAIL(c, membership_select(c, box->owner.id, &member, &found));
    assert_false(found);
    pg_rollback(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_organisation_is_made_with_key_stages_and_owner),
        cmocka_unit_test(another_master_key_opens_nothing),
        cmocka_unit_test(a_taken_address_or_short_name_is_a_conflict),
        cmocka_unit_test(what_is_typed_wrongly_is_named),
        cmocka_unit_test(the_right_password_gives_a_session_until_it_is_given_back),
        cmocka_unit_test(a_session_ends_with_its_time_its_member_or_its_person),
        cmocka_unit_test(wrong_words_are_refused_alike_and_recorded),
        cmocka_unit_test(guessing_is_slowed_from_where_it_comes_and_nowhere_else),
        cmocka_unit_test(ones_own_settings_are_changed_and_only_to_what_there_is),
        cmocka_unit_test(an_organisation_sees_its_own_members_only),
    };

    return cmocka_run_group_tests(tests, inbox_setup, inbox_teardown);
}
