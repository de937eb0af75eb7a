/*
 * Notes about contacts.
 */
#include "inbox.h"

#include <string.h>

#include "domain/note.h"

static void a_note_is_written_changed_and_removed(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Noted");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct note note;
    struct list list;

    OK_OR_FAIL(c, note_write(c, talk.contact, S("likes durian"), &note));
    assert_true(str_eq(S("Bala"), note.author_name));
    c->actor = &box->colleague; /* the team's, not one person's */
    OK_OR_FAIL(c, note_change(c, note.id, S("likes durian, not jackfruit"), note.version, &note));
    assert_true(str_eq(S("Bala"), note.author_name));
    assert_int_equal(2, note.version);
    OK_OR_FAIL(c, note_page(c, talk.contact, (struct uuid){{0}}, 25, &list));
    assert_int_equal(1, list.n);
    OK_OR_FAIL(c, note_remove(c, note.id));
    OK_OR_FAIL(c, note_page(c, talk.contact, (struct uuid){{0}}, 25, &list));
    assert_int_equal(0, list.n);
    FAILS_WITH(ERR_NOT_FOUND, note_remove(c, note.id));
    pg_commit(c);
    assert_int_equal(3, inbox_i64(box,
                                  "SELECT count(*) FROM change WHERE kind = 'note' AND "
                                  "contact_id = '%s'",
                                  id_text(talk.contact)));
}

static void a_stale_version_is_a_conflict(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Stale");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct note note;

    OK_OR_FAIL(c, note_write(c, talk.contact, S("one"), &note));
    OK_OR_FAIL(c, note_change(c, note.id, S("two"), 1, &note));
    FAILS_BECAUSE(c, ERR_CONFLICT, "stale_version", note_change(c, note.id, S("three"), 1, &note));
    pg_rollback(c);
}

static void a_note_has_words_and_not_too_many(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Words");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    char *text = arena_alloc(c->arena, NOTE_BODY_MAX + 1);
    struct note note;

    memset(text, 'x', NOTE_BODY_MAX + 1);
    REFUSES_FIELD(c, "body", note_write(c, talk.contact, S(" \n "), &note));
    REFUSES_FIELD(c, "body", note_write(c, talk.contact, (str){text, NOTE_BODY_MAX + 1}, &note));
    OK_OR_FAIL(c, note_write(c, talk.contact, (str){text, NOTE_BODY_MAX}, &note));
    FAILS_WITH(ERR_NOT_FOUND, note_write(c, uuid_new(), S("about nobody"), &note));
    pg_rollback(c);
}

static void notes_come_in_pages_newest_first(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Pages");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct uuid before = {{0}};
    struct note note;
    struct list list;
    size_t seen = 0;

    for (int i = 0; i < 7; i++)
        OK_OR_FAIL(c, note_write(c, talk.contact, S("again"), &note));
    do {
        const struct note *items;

        OK_OR_FAIL(c, note_page(c, talk.contact, before, 3, &list));
        items = list.items;
        assert_true(seen > 0 || uuid_eq(note.id, items[0].id));
        before = items[list.n > 3 ? 2 : list.n - 1].id;
        seen += list.n > 3 ? 3 : list.n;
    } while (list.n > 3);
    assert_int_equal(7, seen);
    pg_rollback(c);
}

static void another_organisation_reaches_no_note_by_any_verb(void **state)
{
    struct inbox *box = *state;
    struct talk talk = inbox_talk(box, box->null_channel, box->agent.id, "Private");
    struct ctx *c = inbox_as(box, &box->agent, TX_WRITE);
    struct note note, other;
    struct list list;

    OK_OR_FAIL(c, note_write(c, talk.contact, S("private"), &note));
    pg_commit(c);
    c = inbox_as(box, &box->foreign, TX_WRITE);
    FAILS_WITH(ERR_NOT_FOUND, note_page(c, talk.contact, (struct uuid){{0}}, 25, &list));
    FAILS_WITH(ERR_NOT_FOUND, note_write(c, talk.contact, S("hello"), &other));
    FAILS_WITH(ERR_NOT_FOUND, note_change(c, note.id, S("mine"), 0, &other));
    FAILS_WITH(ERR_NOT_FOUND, note_remove(c, note.id));
    OK_OR_FAIL(c, note_update(c, note.id, S("mine")));
    OK_OR_FAIL(c, note_delete(c, note.id));
    pg_commit(c);
    assert_int_equal(1, inbox_i64(box,
                                  "SELECT count(*) FROM note WHERE id = '%s' AND body = "
                                  "'private'",
                                  id_text(note.id)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_written_changed_and_removed),
        cmocka_unit_test(a_stale_version_is_a_conflict),
        cmocka_unit_test(a_note_has_words_and_not_too_many),
        cmocka_unit_test(notes_come_in_pages_newest_first),
        cmocka_unit_test(another_organisation_reaches_no_note_by_any_verb),
    };

    return cmocka_run_group_tests(tests, inbox_setup, inbox_teardown);
}
