/*
 * test_rate.c - token buckets, with a clock of our own; and the caches beside them.
 */
#include "t.h"

#include "api/guess.h"
#include "api/org_cache.h"
#include "api/rate.h"
#include "api/session_cache.h"

static int64_t take_all(struct rate_table *t, str key, int64_t now_ms)
{
    int64_t n = 0;

    while (n < 100000 && rate_take(t, RATE_SIGN_IN, key, now_ms).allowed)
        n++;
    return n;
}

static void a_burst_is_allowed_and_then_no_more(void **state)
{
    struct ctx *c = t_ctx(state);
    struct rate_table *t = rate_new(c->arena, 100);
    int64_t burst = rate_rules[RATE_SIGN_IN].burst;
    struct rate_verdict v;

    v = rate_take(t, RATE_SIGN_IN, S("a"), 1000);
    assert_true(v.allowed);
    assert_int_equal(v.limit, burst);
    assert_int_equal(v.remaining, burst - 1);
    assert_int_equal(take_all(t, S("a"), 1000), burst - 1);
    v = rate_take(t, RATE_SIGN_IN, S("a"), 1000);
    assert_false(v.allowed);
    assert_int_equal(v.remaining, 0);
    assert_true(v.reset_s >= 1);
    rate_done(t);
}

static void tokens_come_back_with_time(void **state)
{
    struct ctx *c = t_ctx(state);
    struct rate_table *t = rate_new(c->arena, 100);
    int64_t per_minute = rate_rules[RATE_SIGN_IN].per_minute;

    (void)take_all(t, S("a"), 1000);
    assert_int_equal(take_all(t, S("a"), 1000 + 60000 / per_minute), 1);
    /* Many small steps are worth as much as one long one. */
    for (int64_t ms = 0; ms < 10000; ms += 7)
        (void)rate_take(t, RATE_SIGN_IN, S("b"), 100000 + ms);
    assert_int_equal(take_all(t, S("a"), 200000), rate_rules[RATE_SIGN_IN].burst);
    rate_done(t);
}

static void callers_and_classes_do_not_share(void **state)
{
    struct ctx *c = t_ctx(state);
    struct rate_table *t = rate_new(c->arena, 100);

    (void)take_all(t, S("a"), 1000);
    assert_true(rate_take(t, RATE_SIGN_IN, S("b"), 1000).allowed);
    assert_true(rate_take(t, RATE_READ, S("a"), 1000).allowed);
    rate_done(t);
}

static void zero_percent_switches_limits_off(void **state)
{
    struct ctx *c = t_ctx(state);
    struct rate_table *t = rate_new(c->arena, 0);

    assert_int_equal(take_all(t, S("a"), 1000), 100000);
    rate_done(t);
}

static void what_is_free_is_not_counted(void **state)
{
    struct ctx *c = t_ctx(state);
    struct rate_table *t = rate_new(c->arena, 100);

    for (int i = 0; i < 10000; i++)
        assert_true(rate_take(t, RATE_FREE, S("a"), 1000).allowed);
    rate_done(t);
}

static void every_class_has_a_rule(void **state)
{
    (void)state;
    for (int class = RATE_PAGE; class < RATE_CLASSES; class ++)
        assert_true(rate_rules[class].burst > 0 && rate_rules[class].per_minute > 0);
}

static void what_is_given_back_is_there_again(void **state)
{
    struct ctx *c = t_ctx(state);
    struct rate_table *t = rate_new(c->arena, 100);
    int64_t burst = rate_rules[RATE_SIGN_IN].burst;

    rate_give_back(t, RATE_SIGN_IN, S("a"), 1, 1000);
    assert_int_equal(take_all(t, S("a"), 1000), burst);
    rate_give_back(t, RATE_SIGN_IN, S("a"), 1, 1000);
    assert_int_equal(take_all(t, S("a"), 1000), 1);
    rate_done(t);
}

static void what_is_larger_than_the_burst_takes_all_of_it(void **state)
{
    struct ctx *c = t_ctx(state);
    struct rate_table *t = rate_new(c->arena, 100);
    int64_t burst = rate_rules[RATE_VISITOR_KIB].burst;
    struct rate_verdict v;

    assert_true(rate_take_some(t, RATE_VISITOR_KIB, S("a"), burst + 1, 1000).allowed);
    v = rate_take_some(t, RATE_VISITOR_KIB, S("a"), 2048, 1000);
    assert_false(v.allowed);
    assert_int_equal(v.reset_s, 120);
    assert_true(rate_take_some(t, RATE_VISITOR_KIB, S("a"), 2048, 121000).allowed);
    rate_done(t);
}

static void a_small_percentage_is_a_small_limit_and_not_none(void **state)
{
    struct ctx *c = t_ctx(state);
    struct rate_table *t = rate_new(c->arena, 1);

    assert_int_equal(take_all(t, S("a"), 1000), 1);
    assert_int_equal(take_all(t, S("a"), 61000), 1);
    rate_done(t);
}

static void a_session_is_remembered_for_a_while_and_forgotten_when_told(void **state)
{
    struct ctx *c = t_ctx(state);
    struct session_cache *cache = session_cache_new(c->arena);
    struct signed_in in = {.session_id = uuid_new(), .user_id = uuid_new()}, out;
    uint8_t digest[32] = {1, 2, 3}, other[32] = {1, 2, 4};

    session_cache_put(cache, digest, 1000, &in);
    assert_true(session_cache_get(cache, digest, 1000 + SESSION_CACHE_MS - 1, &out));
    assert_true(uuid_eq(out.user_id, in.user_id));
    assert_false(session_cache_get(cache, digest, 1000 + SESSION_CACHE_MS, &out));
    assert_false(session_cache_get(cache, other, 1000, &out));
    session_cache_forget(cache, in.session_id);
    assert_false(session_cache_get(cache, digest, 1000, &out));
    session_cache_done(cache);
}

static void a_full_set_gives_up_the_oldest_session(void **state)
{
    struct ctx *c = t_ctx(state);
    struct session_cache *cache = session_cache_new(c->arena);
    struct signed_in in = {.session_id = uuid_new()}, out;
    uint8_t digest[32] = {7};

    for (uint8_t i = 0; i < 5; i++) {
        digest[1] = i;
        session_cache_put(cache, digest, 1000 + i, &in);
    }
    digest[1] = 0;
    assert_false(session_cache_get(cache, digest, 1000, &out));
    digest[1] = 4;
    assert_true(session_cache_get(cache, digest, 1000, &out));
    session_cache_done(cache);
}

static void a_channel_s_organisation_is_remembered_for_a_minute(void **state)
{
    struct ctx *c = t_ctx(state);
    struct org_cache *cache = org_cache_new(c->arena);
    struct uuid channel = uuid_new(), org = uuid_new(), got;

    assert_false(org_cache_get(cache, channel, 1000, &got));
    org_cache_put(cache, channel, 1000, org);
    assert_true(org_cache_get(cache, channel, 60999, &got));
    assert_true(uuid_eq(got, org));
    assert_false(org_cache_get(cache, channel, 61000, &got));
    assert_false(org_cache_get(cache, uuid_new(), 1000, &got));
    org_cache_done(cache);
}

static void guesses(struct guess_table *t, str email, str ip, int n, int64_t now_ms)
{
    for (int i = 0; i < n; i++)
        guess_failed(t, email, ip, now_ms);
}

static void wrong_passwords_make_wait_longer_and_longer(void **state)
{
    struct ctx *c = t_ctx(state);
    struct guess_table *t = guess_new(c->arena);

    guesses(t, S("a@example.com"), S("10.0.0.1"), 4, 5000);
    assert_int_equal(guess_wait_s(t, S("a@example.com"), S("10.0.0.1"), 5000), 0);
    guesses(t, S("a@example.com"), S("10.0.0.1"), 1, 5000);
    assert_int_equal(guess_wait_s(t, S("a@example.com"), S("10.0.0.1"), 5000), 1);
    guesses(t, S("a@example.com"), S("10.0.0.1"), 3, 5000);
    assert_int_equal(guess_wait_s(t, S("a@example.com"), S("10.0.0.1"), 5000), 8);
    assert_int_equal(guess_wait_s(t, S("a@example.com"), S("10.0.0.1"), 12999), 1);
    assert_int_equal(guess_wait_s(t, S("a@example.com"), S("10.0.0.1"), 13000), 0);
    guess_done(t);
}

static void one_who_guesses_does_not_slow_others(void **state)
{
    struct ctx *c = t_ctx(state);
    struct guess_table *t = guess_new(c->arena);

    guesses(t, S("a@example.com"), S("10.0.0.1"), 20, 5000);
    assert_int_equal(guess_wait_s(t, S("a@example.com"), S("10.0.0.2"), 5000), 0);
    assert_int_equal(guess_wait_s(t, S("b@example.com"), S("10.0.0.1"), 5000), 0);
    assert_int_equal(guess_wait_s(t, S(" A@Example.com"), S("10.0.0.1"), 5000), 60);
    assert_int_equal(guess_wait_s(t, S("a@example.com"), S("10.0.0.1"), 5000 + 3600001), 0);
    guess_done(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_burst_is_allowed_and_then_no_more),
        T(tokens_come_back_with_time),
        T(callers_and_classes_do_not_share),
        T(zero_percent_switches_limits_off),
        T(what_is_free_is_not_counted),
        T(every_class_has_a_rule),
        T(what_is_given_back_is_there_again),
        T(what_is_larger_than_the_burst_takes_all_of_it),
        T(a_small_percentage_is_a_small_limit_and_not_none),
        T(a_session_is_remembered_for_a_while_and_forgotten_when_told),
        T(a_full_set_gives_up_the_oldest_session),
        T(a_channel_s_organisation_is_remembered_for_a_minute),
        T(wrong_passwords_make_wait_longer_and_longer),
        T(one_who_guesses_does_not_slow_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
