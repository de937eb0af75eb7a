/*
 * The web chat's payloads: what the visitor's page said, as our own API wrote it.
 */
#include "t.h"

#include "event_line.h"

#define VISITOR "0197f3a0-0000-7000-8000-0000000000aa"
#define ONE     "0197f3a0-0000-7000-8000-000000000001"
#define TWO     "0197f3a0-0000-7000-8000-000000000002"

/* All events, a line each. */
static str events_of(struct ctx *c, const char *body)
{
    struct buf b = buf_new(c->arena, 1 << 16);
    struct channel_account acc = {0};
    struct channel_event *events;
    size_t n;

    T_OK(c, channel_find(S("webchat"))->events(c, &acc, str_of(body), &events, &n));
    for (size_t i = 0; i < n; i++) {
        buf_add(&b, i == 0 ? S("") : S("\n"));
        buf_add(&b, event_line(c->arena, &events[i]));
    }
    return buf_str(&b);
}

static void what_a_visitor_types_is_a_message(void **state)
{
    struct ctx *c = t_ctx(state);

    T_STR(events_of(c, "{\"visitor\":\"" VISITOR "\",\"events\":[{\"id\":\"" ONE
                       "\",\"at\":\"2026-11-22T08:41:38.120Z\",\"type\":\"message\",\"body\":\"ada "
                       "stok?\"}]}"),
          "message text id=" ONE " at=1795336898 address=" VISITOR " text=\"ada stok?\"");
}

static void uploads_come_by_the_ids_that_they_have_here(void **state)
{
    struct ctx *c = t_ctx(state);

    T_STR(events_of(c, "{\"visitor\":\"" VISITOR "\",\"events\":[{\"id\":\"" ONE
                       "\",\"type\":\"message\",\"body\":\"\",\"uploads\":[\"" TWO
                       "\",\"rubbish\",7]}]}"),
          "message document id=" ONE " address=" VISITOR " file=[ upload=" TWO "]");
}

static void an_address_and_a_mark_are_events_too(void **state)
{
    struct ctx *c = t_ctx(state);

    T_STR(events_of(c, "{\"visitor\":\"" VISITOR
                       "\",\"events\":[{\"type\":\"email\",\"email\":\" a@example.com \"},"
                       "{\"type\":\"seen\",\"message_id\":\"" TWO "\"}]}"),
          "identity address=" VISITOR " email=a@example.com\n"
          "seen address=" VISITOR " target=" TWO " reference=" TWO);
}

static void what_makes_no_sense_leaves_the_rest_alone(void **state)
{
    struct ctx *c = t_ctx(state);

    T_STR(events_of(c, "{\"visitor\":\"" VISITOR "\",\"events\":["
                       "{\"id\":\"not a uuid\",\"type\":\"message\",\"body\":\"x\"},"
                       "{\"id\":\"" ONE "\",\"type\":\"message\",\"body\":\"\"},"
                       "{\"type\":\"email\",\"email\":\"nobody\"},"
                       "{\"type\":\"seen\",\"message_id\":\"x\"},"
                       "{\"type\":\"status\",\"message_id\":\"" ONE "\",\"state\":\"read\"},"
                       "{\"type\":\"dance\"},7,"
                       "{\"id\":\"" TWO "\",\"type\":\"message\",\"body\":\"hello\"}]}"),
          "nothing text=\"a message without an id\"\n"
          "nothing text=\"a message without words or files\"\n"
          "nothing text=\"an e-mail address that is none\"\n"
          "nothing text=\"seen, but not what\"\n"
          "nothing text=\"an event of an unknown type\"\n"
          "nothing text=\"an event of an unknown type\"\n"
          "nothing text=\"an event of an unknown type\"\n"
          "message text id=" TWO " address=" VISITOR " text=\"hello\"");
}

static void a_payload_of_nobody_is_refused(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const bodies[] = {
        "{\"visitor\":\"60121111111\",\"events\":[]}",
        "{\"visitor\":\"\",\"events\":[]}",
        "{\"events\":[]}",
        "{\"visitor\":\"" VISITOR "\"}",
        "{\"visitor\":\"" VISITOR "\",\"events\":{}}",
    };
    struct channel_account acc = {0};
    struct channel_event *events;
    size_t n;

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        T_FAILS(c, ERR_INVALID,
                channel_find(S("webchat"))->events(c, &acc, str_of(bodies[i]), &events, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_a_visitor_types_is_a_message),    T(uploads_come_by_the_ids_that_they_have_here),
        T(an_address_and_a_mark_are_events_too), T(what_makes_no_sense_leaves_the_rest_alone),
        T(a_payload_of_nobody_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
