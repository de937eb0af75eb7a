/*
 * What a web-chat visitor carries, and how little it is good for elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/chat_token.h"

static const uint8_t key[32] = {1}, other_key[32] = {2};
enum { NOW = 1795337000 };

static struct visitor_pass pass_on(str site)
{
    struct visitor_pass pass = {.channel_id = {{1}}, .visitor = {{7, 8, 9}}};

    site_digest(site, pass.site);
    return pass;
}

static bool reads(struct arena *a, const uint8_t k[32], str token, uint8_t channel)
{
    struct visitor_pass pass = {.channel_id = {{channel}}};

    return visitor_token_read(a, k, token, &pass);
}

static void a_token_says_who_and_on_which_site(void **state)
{
    struct arena *a = arena_new();
    struct visitor_pass given = pass_on(S("https://shop.example"));
    struct visitor_pass read = {.channel_id = given.channel_id};

    (void)state;
    assert_true(visitor_token_read(a, key, visitor_token(a, key, &given), &read));
    assert_true(uuid_eq(read.visitor, given.visitor));
    assert_memory_equal(read.site, given.site, SITE_BYTES);
    arena_free(a);
}

static void sites_differ(void **state)
{
    struct visitor_pass one = pass_on(S("https://shop.example"));
    struct visitor_pass two = pass_on(S("https://shop.example:8443"));

    (void)state;
    assert_memory_not_equal(one.site, two.site, SITE_BYTES);
}

static void a_token_is_nothing_under_another_key_or_on_another_channel(void **state)
{
    struct arena *a = arena_new();
    struct visitor_pass given = pass_on(S("https://shop.example"));
    str token = visitor_token(a, key, &given);

    (void)state;
    assert_true(reads(a, key, token, 1));
    assert_false(reads(a, other_key, token, 1));
    assert_false(reads(a, key, token, 2));
    arena_free(a);
}

static void a_token_with_any_byte_changed_is_nothing(void **state)
{
    struct arena *a = arena_new();
    struct visitor_pass given = pass_on(S("https://shop.example"));
    str token = visitor_token(a, key, &given);

    (void)state;
    for (size_t i = 0; i < token.len; i++) {
        char *changed = arena_alloc(a, token.len + 1);

        memcpy(changed, token.ptr, token.len);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        /* the last letter of a base64 text holds bits that say nothing */
        if (i + 1 < token.len)
            assert_false(reads(a, key, (str){changed, token.len}, 1));
        assert_false(reads(a, key, str_slice(token, 0, i), 1));
    }
    arena_free(a);
}

static void a_ticket_is_good_once(void **state)
{
    struct arena *a = arena_new();
    struct ticket_book *book = ticket_book_new(a);
    struct visitor_pass given = pass_on(S("https://shop.example"));
    struct visitor_pass read = {.channel_id = given.channel_id};
    str ticket = ticket_new(a, key, &given, NOW);

    (void)state;
    assert_true(ticket_use(a, book, key, ticket, NOW, &read));
    assert_true(uuid_eq(read.visitor, given.visitor));
    assert_false(ticket_use(a, book, key, ticket, NOW, &read));
    assert_false(ticket_use(a, book, key, ticket, NOW + TICKET_SECONDS, &read));
    ticket_book_done(book);
    arena_free(a);
}

static void many_tickets_do_not_stand_in_each_others_way(void **state)
{
    struct arena *a = arena_new();
    struct ticket_book *book = ticket_book_new(a);
    struct visitor_pass given = pass_on(S("https://shop.example"));
    struct visitor_pass read = {.channel_id = given.channel_id};

    (void)state;
    for (int i = 0; i < 800; i++)
        assert_true(ticket_use(a, book, key, ticket_new(a, key, &given, NOW), NOW, &read));
    ticket_book_done(book);
    arena_free(a);
}

static void a_ticket_is_good_for_half_a_minute(void **state)
{
    struct arena *a = arena_new();
    struct ticket_book *book = ticket_book_new(a);
    struct visitor_pass given = pass_on(S("https://shop.example"));
    struct visitor_pass read = {.channel_id = given.channel_id};

    (void)state;
    assert_false(ticket_use(a, book, key, ticket_new(a, key, &given, NOW), NOW + 31, &read));
    assert_true(ticket_use(a, book, key, ticket_new(a, key, &given, NOW), NOW + 30, &read));
    ticket_book_done(book);
    arena_free(a);
}

static void a_ticket_is_no_token_and_a_token_no_ticket(void **state)
{
    struct arena *a = arena_new();
    struct ticket_book *book = ticket_book_new(a);
    struct visitor_pass given = pass_on(S("https://shop.example"));
    str ticket = ticket_new(a, key, &given, NOW), token = visitor_token(a, key, &given);
    str posing = arena_printf(a, "vis_%.*s", STR_ARG(str_slice(ticket, 4, ticket.len)));

    (void)state;
    assert_false(reads(a, key, ticket, 1));
    assert_false(reads(a, key, posing, 1));
    assert_false(ticket_use(a, book, key, token, NOW, &given));
    ticket_book_done(book);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_says_who_and_on_which_site),
        cmocka_unit_test(sites_differ),
        cmocka_unit_test(a_token_is_nothing_under_another_key_or_on_another_channel),
        cmocka_unit_test(a_token_with_any_byte_changed_is_nothing),
        cmocka_unit_test(a_ticket_is_good_once),
        cmocka_unit_test(many_tickets_do_not_stand_in_each_others_way),
        cmocka_unit_test(a_ticket_is_good_for_half_a_minute),
        cmocka_unit_test(a_ticket_is_no_token_and_a_token_no_ticket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
