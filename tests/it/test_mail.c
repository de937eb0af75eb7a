/*
 * Queueing mail: one transaction with what it tells of, sealed, and closed to the application.
 */
#include "pg.h"

#include <string.h>

#include "domain/mail.h"
#include "domain/mail_words.h"

static const struct master_key master = {
    {1, 2, 3}
};

static struct mail_new a_reset(void)
{
    return (struct mail_new){
        .kind = MAIL_RESET,
        .to = S(" Siti@Example.com "),
        .to_name = S("Siti"),
        .locale = S("ms"),
        .facts = {{"link", S("https://crm.example/reset/secret-token")}, {"minutes", S("60")}}
    };
}

static void a_mail_exists_exactly_when_its_transaction_does(void **state)
{
    struct pg *pg = *state;
    struct mail_new mail = a_reset();
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);

    pg_sql(pg, "DELETE FROM mail");
    OK_OR_FAIL(c, mail_queue(c, &master, &mail));
    assert_true(c->mailed);
    pg_rollback(c);
    assert_int_equal(pg_i64(pg, "SELECT count(*) FROM mail"), 0);
    c = pg_begin(pg, DB_APP, TX_WRITE);
    OK_OR_FAIL(c, mail_queue(c, &master, &mail));
    pg_commit(c);
    c = pg_begin(pg, DB_SYSTEM, TX_SYSTEM);
    OK_OR_FAIL(c, mail_queue(c, &master, &mail));
    pg_commit(c);
    assert_int_equal(pg_i64(pg, "SELECT count(*) FROM mail WHERE to_address = 'siti@example.com' "
                                "AND kind = 'reset' AND locale = 'ms' AND state = 'queued'"),
                     2);
    assert_int_equal(pg_i64(pg, "SELECT count(*) FROM mail WHERE position('secret-token' in "
                                "encode(facts, 'escape')) > 0"),
                     0);
}

static void claim(struct pg *pg, struct ctx **c, struct list *out)
{
    *c = pg_begin(pg, DB_SYSTEM, TX_SYSTEM);
    OK_OR_FAIL(*c, mail_claim(*c, 10, 60, out));
}

static void who_claims_it_can_read_it_and_nobody_else_with_another_key(void **state)
{
    struct pg *pg = *state;
    struct mail_new mail = a_reset();
    const struct master_key other = {{9}};
    struct mail_text text;
    struct list due;
    struct ctx *c;
    size_t at;

    pg_sql(pg, "DELETE FROM mail");
    c = pg_begin(pg, DB_APP, TX_WRITE);
    OK_OR_FAIL(c, mail_queue(c, &master, &mail));
    pg_commit(c);
    claim(pg, &c, &due);
    assert_int_equal(due.n, 1);
    OK_OR_FAIL(c, mail_open(c, &master, due.items, S("https://crm.example"), &text));
    assert_true(str_find(text.text, S("https://crm.example/reset/secret-token"), &at));
    assert_true(str_eq(text.subject, S("Pilih kata laluan baharu")));
    assert_int_equal(mail_open(c, &other, due.items, S(""), &text), ERR_INTERNAL);
    pg_commit(c);
    /* held: nobody else gets it, and when the holder has died it says so */
    claim(pg, &c, &due);
    assert_int_equal(due.n, 0);
    pg_commit(c);
    pg_sql(pg, "UPDATE mail SET next_at = now() - interval '1 second'");
    claim(pg, &c, &due);
    assert_int_equal(due.n, 1);
    assert_true(((const struct mail_due *)due.items)->cut_off);
    assert_int_equal(((const struct mail_due *)due.items)->attempts, 2);
    pg_rollback(c);
}

static void only_the_holder_ends_it_and_then_its_facts_are_gone(void **state)
{
    struct pg *pg = *state;
    struct mail_new mail = a_reset();
    struct mail_ending sent = {.state = "sent", .provider_id = S("re_1")};
    struct mail_due stranger;
    struct list due;
    struct ctx *c;

    pg_sql(pg, "DELETE FROM mail");
    c = pg_begin(pg, DB_APP, TX_WRITE);
    OK_OR_FAIL(c, mail_queue(c, &master, &mail));
    pg_commit(c);
    claim(pg, &c, &due);
    stranger = *(const struct mail_due *)due.items;
    stranger.lease_id = uuid_new();
    OK_OR_FAIL(c, mail_end(c, &stranger, &sent));
    pg_commit(c);
    assert_int_equal(pg_i64(pg, "SELECT count(*) FROM mail WHERE state = 'sending'"), 1);
    pg_sql(pg, "UPDATE mail SET next_at = now()");
    claim(pg, &c, &due);
    OK_OR_FAIL(c, mail_end(c, due.items, &sent));
    pg_commit(c);
    assert_int_equal(pg_i64(pg, "SELECT count(*) FROM mail WHERE state = 'sent' AND facts IS NULL"),
                     1);
}

static void fails_to_queue(struct pg *pg, struct mail_new mail, enum status wanted)
{
    struct ctx *c = pg_begin(pg, DB_APP, TX_WRITE);

    assert_int_equal(mail_queue(c, &master, &mail), wanted);
    assert_false(c->mailed);
    pg_rollback(c);
}

static void what_cannot_be_a_mail_is_refused_at_once(void **state)
{
    static const char *const addresses[] = {
        "nobody",          "a@b@c",          "a b@example.com",
        "<a@example.com>", "a@ex,ample.com", "a@example.com\r\nBcc: b@example.com"};
    struct mail_new mail;

    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        mail = a_reset();
        mail.to = str_of(addresses[i]);
        fails_to_queue(*state, mail, ERR_INVALID);
    }
    mail = a_reset();
    mail.facts[1] = (struct mail_fact){0};
    fails_to_queue(*state, mail, ERR_INTERNAL);
    mail = a_reset();
    mail.facts[2] = (struct mail_fact){"colour", S("red")};
    fails_to_queue(*state, mail, ERR_INTERNAL);
}

static void an_address_that_bounced_is_known_and_can_be_let_in_again(void **state)
{
    struct pg *pg = *state;
    struct ctx *c = pg_begin(pg, DB_SYSTEM, TX_SYSTEM);
    struct mail_suppression why;
    bool refused, was;

    OK_OR_FAIL(c, mail_refuse(c, &master, S("Gone@Example.com"), "bounce"));
    pg_commit(c);
    c = pg_begin(pg, DB_APP, TX_READ);
    OK_OR_FAIL(c, mail_refused(c, &master, S("gone@example.com"), &refused, &why));
    assert_true(refused && str_eq(why.reason, S("bounce")));
    OK_OR_FAIL(c, mail_refused(c, &master, S("here@example.com"), &refused, &why));
    assert_false(refused);
    pg_rollback(c);
    c = pg_begin(pg, DB_SYSTEM, TX_SYSTEM);
    OK_OR_FAIL(c, mail_allow(c, &master, S("gone@example.com"), &was));
    assert_true(was);
    OK_OR_FAIL(c, mail_allow(c, &master, S("gone@example.com"), &was));
    assert_false(was);
    pg_commit(c);
    assert_int_equal(pg_i64(pg, "SELECT count(*) FROM mail_suppression"), 0);
}

static void the_application_writes_mail_and_reads_none(void **state)
{
    struct ctx *c = pg_begin(*state, DB_APP, TX_WRITE);
    struct mail_outcome outcome;

    assert_int_equal(mail_outcome(c, uuid_new(), &outcome), ERR_INTERNAL);
    pg_rollback(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_exists_exactly_when_its_transaction_does),
        cmocka_unit_test(who_claims_it_can_read_it_and_nobody_else_with_another_key),
        cmocka_unit_test(only_the_holder_ends_it_and_then_its_facts_are_gone),
        cmocka_unit_test(what_cannot_be_a_mail_is_refused_at_once),
        cmocka_unit_test(an_address_that_bounced_is_known_and_can_be_let_in_again),
        cmocka_unit_test(the_application_writes_mail_and_reads_none),
    };

    return cmocka_run_group_tests(tests, pg_setup, pg_teardown);
}
