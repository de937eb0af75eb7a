/*
 * The channel to nowhere, whose customers are played.
 */
#include "t.h"

#include "event_line.h"

#define ONE "0197f3a0-0000-7000-8000-000000000001"

static void a_played_customer_has_any_address_and_a_name(void **state)
{
    struct ctx *c = t_ctx(state);
    struct channel_account acc = {0};
    struct channel_event *events;
    size_t n;

    T_OK(c, channel_find(S("null"))->events(
                c, &acc,
                S("{\"visitor\":\"60121111111\",\"name\":\"Aisyah\",\"events\":["
                  "{\"id\":\"m1\",\"at\":\"2026-11-22T08:41:38Z\",\"type\":\"message\",\"body\":"
                  "\"hello\"},"
                  "{\"at\":\"2026-11-22T08:41:39Z\",\"type\":\"status\",\"message_id\":\"" ONE
                  "\",\"state\":\"delivered\"},"
                  "{\"at\":\"2026-11-22T08:41:40Z\",\"type\":\"status\",\"message_id\":\"" ONE
                  "\",\"state\":\"sent\"}]}"),
                &events, &n));
    assert_int_equal(n, 3);
    T_STR(event_line(c->arena, &events[0]), "nothing text=\"a status that says too little\"");
    T_STR(event_line(c->arena, &events[1]),
          "message text id=m1 at=1795336898 address=60121111111 name=\"Aisyah\" text=\"hello\"");
    T_STR(event_line(c->arena, &events[2]),
          "status delivered at=1795336899 address=60121111111 name=\"Aisyah\" target=" ONE
          " reference=" ONE);
}

static void it_takes_everything_and_asks_nothing_of_the_net(void **state)
{
    struct ctx *c = t_ctx(state);
    const struct channel_ops *ops = channel_find(S("null"));
    struct outbound m = {.to = {.address = S("60121111111")}, .kind = MESSAGE_IMAGE};
    struct http_response none = {.failure = HTTP_NOT_SENT};
    struct channel_account acc = {0};
    struct http_request request = {.url = S("untouched")};
    struct delivery_result result;

    T_OK(c, ops->send(c, &acc, &m, &request));
    T_STR(request.url, "");
    T_OK(c, ops->sent(c, &none, &result));
    assert_int_equal(result.outcome, DELIVERY_ACCEPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_played_customer_has_any_address_and_a_name),
        T(it_takes_everything_and_asks_nothing_of_the_net),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
