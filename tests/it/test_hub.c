/*
 * The hub over socket pairs: this end plays the browser.  Long, because every
 * sentence about the hub needs the same small browser, and they are best read together.
 */
#include "pg.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/hub.h"

static struct hub *hub;
static struct uuid org, me, colleague;
static int64_t next_seq;

enum { XID = 1000, WAIT_MS = 10000 };

static struct uuid named(uint8_t n)
{
    struct uuid id = {{0}};

    id.b[0] = n;
    id.b[15] = n;
    return id;
}

static int setup(void **state)
{
    struct arena *a = arena_new();
    struct ctx c = {.arena = a};

    (void)state;
    org = named(1);
    me = named(2);
    colleague = named(3);
    next_seq = 1;
    OK_OR_FAIL(&c, hub_new(&c, &(struct hub_options){.max_agents = 3, .max_visitors = 8}, &hub));
    hub_publish(hub, NULL, 0, (struct feed_cursor){XID, 0});
    arena_free(a);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    hub_free(hub);
    return 0;
}

/* ---- the browser's end ---- */

struct frame_in {
    int opcode; /* 0: the connection has ended */
    size_t len;
    char text[8192];
};

static bool read_exactly(int fd, void *out, size_t n)
{
    for (size_t got = 0; got < n;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t r;

        assert_int_equal(poll(&p, 1, WAIT_MS), 1);
        r = recv(fd, (char *)out + got, n - got, 0);
        if (r <= 0)
            return false;
        got += (size_t)r;
    }
    return true;
}

static struct frame_in receive(int fd)
{
    struct frame_in f = {0};
    unsigned char head[4];

    if (!read_exactly(fd, head, 2))
        return f;
    assert_true(head[0] & 0x80);
    assert_false(head[1] & 0x80);
    f.len = head[1] & 0x7f;
    if (f.len == 126) {
        assert_true(read_exactly(fd, head + 2, 2));
        f.len = (size_t)(head[2] << 8 | head[3]);
    }
    assert_true(f.len < sizeof(f.text));
    assert_true(read_exactly(fd, f.text, f.len));
    f.opcode = head[0] & 15;
    return f;
}

/* The next text; pings are not what the tests are about. */
static struct frame_in receive_text(int fd)
{
    struct frame_in f;

    do
        f = receive(fd);
    while (f.opcode == 9);
    return f;
}

static void assert_text(int fd, const char *part)
{
    struct frame_in f = receive_text(fd);

    assert_int_equal(f.opcode, 1);
    if (!strstr(f.text, part))
        fail_msg("\"%s\" is not in %s", part, f.text);
}

static void assert_closed(int fd, int code)
{
    struct frame_in f = receive_text(fd);

    assert_int_equal(f.opcode, 8);
    assert_int_equal((unsigned char)f.text[0] << 8 | (unsigned char)f.text[1], code);
    assert_int_equal(receive(fd).opcode, 0);
    close(fd);
}

static size_t masked(int opcode, const char *text, size_t len, unsigned char *out)
{
    static const unsigned char mask[4] = {1, 2, 3, 4};

    out[0] = (unsigned char)(0x80 | opcode);
    out[1] = (unsigned char)(0x80 | len);
    memcpy(out + 2, mask, 4);
    for (size_t i = 0; i < len; i++)
        out[6 + i] = (unsigned char)text[i] ^ mask[i % 4];
    return 6 + len;
}

static void send_frame(int fd, int opcode, const char *text)
{
    unsigned char bytes[256];
    size_t n = masked(opcode, text, strlen(text), bytes);

    assert_int_equal(send(fd, bytes, n, MSG_NOSIGNAL), n);
}

/* Everything the hub was asked for before has been done when the pong comes. */
static void settle(int fd)
{
    struct frame_in f;

    send_frame(fd, 9, "settled?");
    do
        f = receive(fd);
    while (f.opcode != 10);
    assert_memory_equal(f.text, "settled?", 8);
}

static int open_stream(const struct hub_stream *stream)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    hub_add(hub, pair[0], S(""), stream);
    return pair[1];
}

static struct hub_stream agent(struct uuid user, unsigned sees)
{
    return (struct hub_stream){
        .kind = STREAM_AGENT, .org = org, .view = {.user = user, .sees = sees}
    };
}

static int open_agent(struct uuid user, unsigned sees)
{
    struct hub_stream s = agent(user, sees);
    int fd = open_stream(&s);

    assert_text(fd, "\"type\":\"hello\"");
    return fd;
}

static struct change_row change(const char *kind, uint8_t assignee)
{
    return (struct change_row){
        .org_id = org,
        .xid = XID,
        .seq = next_seq++,
        .kind = str_of(kind),
        .entity_id = named(77),
        .version = 5,
        .assignee_before = named(assignee),
        .assignee_after = named(assignee),
    };
}

static struct change_row unassigned(void)
{
    struct change_row row = change("message", 1);

    row.assignee_before = row.assignee_after = (struct uuid){{0}};
    return row;
}

static void publish(const struct change_row *row)
{
    hub_publish(hub, row, 1, feed_cursor_of(row));
}

static void publish_unassigned(int n)
{
    for (int i = 0; i < n; i++) {
        struct change_row row = unassigned();

        publish(&row);
    }
}

static void assert_cursor(int fd, int64_t seq)
{
    char part[64];

    snprintf(part, sizeof(part), "\"cursor\":\"%d-%lld\"", XID, (long long)seq);
    assert_text(fd, part);
}

/* ---- changes ---- */

static void a_new_stream_is_told_where_the_feed_stands(void **state)
{
    struct hub_stream s = agent(me, SEES_ALL);
    int fd;

    (void)state;
    publish_unassigned(3);
    fd = open_stream(&s);
    assert_text(fd, "{\"type\":\"hello\",\"cursor\":\"1000-3\"}");
    close(fd);
}

static void a_change_comes_with_what_must_be_read_again(void **state)
{
    int fd = open_agent(me, SEES_ALL);
    struct change_row row = change("message", 3);

    (void)state;
    row.conversation_id = named(9);
    row.actor_id = named(3);
    publish(&row);
    assert_text(fd, "{\"type\":\"change\",\"cursor\":\"1000-1\",\"kind\":\"message\","
                    "\"id\":\"4d000000-0000-0000-0000-00000000004d\","
                    "\"conversation_id\":\"09000000-0000-0000-0000-000000000009\",\"version\":5,"
                    "\"actor_id\":\"03000000-0000-0000-0000-000000000003\"}");
    close(fd);
}

static void another_organisations_change_is_not_sent(void **state)
{
    int fd = open_agent(me, SEES_ALL);
    struct change_row theirs = unassigned();

    (void)state;
    theirs.org_id = named(200);
    publish(&theirs);
    publish_unassigned(1);
    assert_cursor(fd, 2);
    close(fd);
}

static void an_agent_gets_what_is_theirs_or_nobodys(void **state)
{
    int fd = open_agent(me, SEES_MINE | SEES_UNASSIGNED);
    struct change_row mine = change("message", 2), hers = change("message", 3);
    struct change_row nobodys = unassigned();

    (void)state;
    publish(&hers);
    publish(&mine);
    publish(&nobodys);
    assert_cursor(fd, mine.seq);
    assert_cursor(fd, nobodys.seq);
    close(fd);
}

static void a_conversation_that_leaves_an_agents_sight_is_shown_once_more(void **state)
{
    int fd = open_agent(me, SEES_MINE);
    struct change_row given = change("conversation", 2), later = change("conversation", 3);

    (void)state;
    given.assignee_after = colleague;
    publish(&given);
    publish(&later);
    assert_cursor(fd, given.seq);
    given = change("conversation", 2);
    publish(&given);
    assert_cursor(fd, given.seq);
    close(fd);
}

/* ---- coming back ---- */

static int come_back(struct feed_cursor after)
{
    struct hub_stream s = agent(me, SEES_ALL);

    s.after = after;
    return open_stream(&s);
}

static void a_stream_that_comes_back_gets_what_it_missed_and_then_the_rest(void **state)
{
    int fd;

    (void)state;
    publish_unassigned(10);
    fd = come_back((struct feed_cursor){XID, 4});
    publish_unassigned(1);
    assert_text(fd, "\"hello\",\"cursor\":\"1000-4\"");
    for (int64_t seq = 5; seq <= 11; seq++)
        assert_cursor(fd, seq);
    close(fd);
}

static void what_the_caller_read_ahead_of_the_hub_is_not_sent_twice(void **state)
{
    struct change_row ahead[3] = {unassigned(), unassigned(), unassigned()};
    struct hub_stream s = agent(me, SEES_ALL);
    int fd;

    (void)state;
    s.after = (struct feed_cursor){XID - 500, 7}; /* long forgotten here */
    s.missed = ahead;
    s.n_missed = 2;
    s.missed_until = feed_cursor_of(&ahead[1]);
    fd = open_stream(&s);
    assert_text(fd, "\"hello\",\"cursor\":\"500-7\"");
    hub_publish(hub, ahead, 3, feed_cursor_of(&ahead[2]));
    for (int64_t seq = 1; seq <= 3; seq++)
        assert_cursor(fd, seq);
    settle(fd);
    close(fd);
}

static void what_the_caller_read_behind_the_hub_is_completed(void **state)
{
    struct change_row rows[3] = {unassigned(), unassigned(), unassigned()};
    struct hub_stream s = agent(me, SEES_ALL);
    int fd;

    (void)state;
    hub_publish(hub, rows, 3, feed_cursor_of(&rows[2]));
    s.after = (struct feed_cursor){XID - 500, 7};
    s.missed = rows;
    s.n_missed = 1;
    s.missed_until = feed_cursor_of(&rows[0]);
    fd = open_stream(&s);
    assert_text(fd, "\"hello\"");
    for (int64_t seq = 1; seq <= 3; seq++)
        assert_cursor(fd, seq);
    close(fd);
}

static void a_cursor_that_is_not_remembered_means_reload(void **state)
{
    int fd;

    (void)state;
    publish_unassigned(2);
    fd = come_back((struct feed_cursor){XID - 500, 7});
    assert_text(fd, "\"hello\",\"cursor\":\"1000-2\"");
    assert_text(fd, "{\"type\":\"reset\"}");
    publish_unassigned(1);
    assert_cursor(fd, 3);
    close(fd);
}

static void a_cursor_from_the_future_means_reload(void **state)
{
    int fd = come_back((struct feed_cursor){XID + 500, 0});

    (void)state;
    assert_text(fd, "\"hello\"");
    assert_text(fd, "{\"type\":\"reset\"}");
    close(fd);
}

static void the_hub_remembers_the_last_changes_only(void **state)
{
    struct hub_stream s = agent(me, SEES_ALL);
    int fd;

    (void)state;
    publish_unassigned(3000);
    s.after = (struct feed_cursor){XID, 2995};
    fd = open_stream(&s);
    for (int i = 0; i < 6; i++)
        (void)receive_text(fd);
    assert_false(hub_remembers(hub, (struct feed_cursor){XID, 900}));
    assert_true(hub_remembers(hub, (struct feed_cursor){XID, 960}));
    assert_true(hub_remembers(hub, (struct feed_cursor){XID, 3000}));
    assert_false(hub_remembers(hub, (struct feed_cursor){XID, 3001}));
    assert_false(hub_remembers(hub, (struct feed_cursor){0, 0}));
    close(fd);
}

/* ---- the socket ---- */

static void a_goodbye_is_answered(void **state)
{
    int fd = open_agent(me, SEES_ALL);
    unsigned char bytes[64];
    size_t n = masked(8, "\x03\xe8", 2, bytes);

    (void)state;
    assert_int_equal(send(fd, bytes, n, MSG_NOSIGNAL), n);
    assert_closed(fd, 1000);
}

static void a_frame_may_come_byte_by_byte(void **state)
{
    int fd = open_agent(me, SEES_ALL);
    unsigned char bytes[64];
    size_t n = masked(9, "slowly", 6, bytes);
    struct frame_in f;

    (void)state;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(send(fd, bytes + i, 1, MSG_NOSIGNAL), 1);
        usleep(500);
    }
    f = receive(fd);
    assert_int_equal(f.opcode, 10);
    assert_memory_equal(f.text, "slowly", 6);
    close(fd);
}

static void what_was_read_with_the_upgrade_counts(void **state)
{
    struct hub_stream s = agent(me, SEES_ALL);
    unsigned char bytes[64];
    size_t n = masked(9, "early", 5, bytes);
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    hub_add(hub, pair[0], (str){(const char *)bytes, n}, &s);
    assert_text(pair[1], "hello");
    assert_int_equal(receive(pair[1]).opcode, 10);
    close(pair[1]);
}

static void a_frame_without_a_mask_ends_the_stream(void **state)
{
    int fd = open_agent(me, SEES_ALL);

    (void)state;
    assert_int_equal(send(fd, "\x81\x02hi", 4, MSG_NOSIGNAL), 4);
    assert_closed(fd, 1002);
}

static void a_frame_that_is_too_big_ends_the_stream(void **state)
{
    int fd = open_agent(me, SEES_ALL);

    (void)state;
    assert_int_equal(send(fd, "\x81\xfe\xff\xff\x01\x02\x03\x04", 8, MSG_NOSIGNAL), 8);
    (void)state;
    /* its payload decides nothing, so one byte of it is enough to be told */
    assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), 1);
    assert_closed(fd, 1009);
}

static void what_a_client_says_is_read_and_ignored(void **state)
{
    int fd = open_agent(me, SEES_ALL);

    (void)state;
    send_frame(fd, 1, "{\"type\":\"anything\"}");
    settle(fd);
    close(fd);
}

static void a_reader_that_does_not_read_is_dropped_and_the_others_go_on(void **state)
{
    struct hub_stream s = agent(me, SEES_ALL);
    int pair[2], small = 4096, other = open_agent(colleague, SEES_ALL);
    struct hub_stats stats;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
    hub_add(hub, pair[0], S(""), &s);
    assert_text(pair[1], "hello");
    for (int64_t seq = 1; seq <= 1000; seq++) {
        publish_unassigned(1);
        assert_cursor(other, seq);
    }
    do /* what has arrived here is counted there a moment later */
        hub_read_stats(hub, &stats);
    while (stats.pending_bytes != 0);
    assert_int_equal(stats.dropped_slow, 1);
    assert_int_equal(stats.agents, 1);
    close(pair[1]);
    close(other);
}

static void an_organisation_has_so_many_streams_and_no_more(void **state)
{
    struct hub_stream s = agent(me, SEES_ALL);
    int fds[3];

    (void)state;
    for (int i = 0; i < 3; i++)
        fds[i] = open_agent(me, SEES_ALL);
    assert_closed(open_stream(&s), 1013);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
}

static void a_user_whose_role_changed_reloads_and_comes_back(void **state)
{
    int mine = open_agent(me, SEES_ALL), hers = open_agent(colleague, SEES_ALL);

    (void)state;
    hub_reset_user(hub, org, me);
    assert_text(mine, "{\"type\":\"reset\"}");
    assert_closed(mine, 1008);
    settle(hers);
    close(hers);
}

static void a_session_whose_time_is_over_ends_its_streams(void **state)
{
    struct hub_stream s = agent(me, SEES_ALL);
    int with, later;

    (void)state;
    s.session = named(51);
    s.ends_at = instant_add_ms(clock_now(), 100);
    with = open_stream(&s);
    assert_text(with, "hello");
    s.ends_at = instant_add_ms(clock_now(), 60000);
    later = open_stream(&s);
    assert_text(later, "hello");
    assert_closed(with, 1008);
    settle(later);
    close(later);
}

static void signing_out_ends_the_streams_of_that_session(void **state)
{
    struct hub_stream s = agent(me, SEES_ALL);
    int with, without = open_agent(me, SEES_ALL);

    (void)state;
    s.session = named(50);
    with = open_stream(&s);
    assert_text(with, "hello");
    hub_close_session(hub, named(50));
    assert_closed(with, 1008);
    settle(without);
    close(without);
}

/* ---- time, which runs fifty times faster here ---- */

static int setup_fast(void **state)
{
    struct arena *a = arena_new();
    struct ctx c = {.arena = a};

    setup(state);
    hub_free(hub);
    OK_OR_FAIL(&c, hub_new(&c, &(struct hub_options){.second_ms = 20}, &hub));
    hub_publish(hub, NULL, 0, (struct feed_cursor){XID, 0});
    arena_free(a);
    return 0;
}

static void a_silent_stream_is_asked_and_dropped_when_it_does_not_answer(void **state)
{
    int fd = open_agent(me, SEES_ALL);
    struct hub_stats stats;

    (void)state;
    assert_int_equal(receive(fd).opcode, 9);
    assert_int_equal(receive(fd).opcode, 9);
    assert_closed(fd, 1001);
    hub_read_stats(hub, &stats);
    assert_int_equal(stats.timed_out, 1);
}

static void a_stream_that_answers_stays(void **state)
{
    int fd = open_agent(me, SEES_ALL);

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(receive(fd).opcode, 9);
        send_frame(fd, 10, "");
    }
    close(fd);
}

static void a_frame_that_is_never_finished_ends_the_stream(void **state)
{
    int fd = open_agent(me, SEES_ALL);
    struct frame_in f;

    (void)state;
    assert_int_equal(send(fd, "\x89", 1, MSG_NOSIGNAL), 1);
    do
        f = receive(fd);
    while (f.opcode == 9);
    assert_int_equal(f.opcode, 8);
    close(fd);
}

static struct hub_presence typing(struct uuid user, struct uuid assignee, enum presence_state is);

static void whoever_says_nothing_for_ten_seconds_has_gone(void **state)
{
    int fd = open_agent(me, SEES_ALL);
    struct hub_presence p = typing(colleague, colleague, PRESENCE_TYPING);

    (void)state;
    hub_presence(hub, &p);
    assert_text(fd, "\"state\":\"typing\"");
    assert_text(fd, "\"state\":\"gone\"");
    close(fd);
}

/* ---- presence ---- */

static struct hub_presence typing(struct uuid user, struct uuid assignee, enum presence_state is)
{
    return (struct hub_presence){
        .org = org,
        .conversation_id = named(9),
        .assignee_id = assignee,
        .user = user,
        .name = S("Mei \"M\" Ling"),
        .state = is,
    };
}

static void colleagues_see_who_types_but_nobody_sees_themselves(void **state)
{
    int mine = open_agent(me, SEES_ALL), hers = open_agent(colleague, SEES_ALL);
    struct hub_presence p = typing(colleague, colleague, PRESENCE_TYPING);

    (void)state;
    hub_presence(hub, &p);
    hub_presence(hub, &p); /* said again: no news */
    p.state = PRESENCE_GONE;
    hub_presence(hub, &p);
    assert_text(mine, "{\"type\":\"presence\","
                      "\"conversation_id\":\"09000000-0000-0000-0000-000000000009\","
                      "\"user_id\":\"03000000-0000-0000-0000-000000000003\","
                      "\"name\":\"Mei \\\"M\\\" Ling\",\"state\":\"typing\"}");
    assert_text(mine, "\"state\":\"gone\"");
    publish_unassigned(1);
    assert_cursor(mine, 1);
    assert_cursor(hers, 1);
    close(mine);
    close(hers);
}

static void presence_in_a_conversation_that_one_may_not_see_is_not_told(void **state)
{
    int mine = open_agent(me, SEES_MINE | SEES_UNASSIGNED);
    struct hub_presence hers = typing(colleague, colleague, PRESENCE_READING);
    struct hub_presence nobodys = typing(colleague, (struct uuid){{0}}, PRESENCE_READING);

    (void)state;
    hub_presence(hub, &hers);
    publish_unassigned(1);
    assert_cursor(mine, 1);
    nobodys.conversation_id = named(10);
    hub_presence(hub, &nobodys);
    assert_text(mine, "\"conversation_id\":\"0a000000");
    close(mine);
}

static void a_new_stream_is_told_who_is_there(void **state)
{
    struct hub_presence p = typing(colleague, colleague, PRESENCE_READING);
    int fd;

    (void)state;
    hub_presence(hub, &p);
    fd = open_agent(me, SEES_ALL);
    assert_text(fd, "\"state\":\"reading\"");
    close(fd);
}

static void presence_comes_from_other_processes_too(void **state)
{
    int fd = open_agent(me, SEES_ALL);
    static const char lines[] =
        "{\"from\":\"other\",\"type\":\"something newer\"}\n"
        "not JSON\n"
        "{\"from\":\"other\",\"type\":\"presence\",\"org\":\"01000000-0000-0000-0000-"
        "000000000001\","
        "\"conversation\":\"09000000-0000-0000-0000-000000000009\","
        "\"user\":\"03000000-0000-0000-0000-000000000003\",\"visitor\":false,"
        "\"name\":\"Mei\",\"state\":\"typing\"}\n"
        "{\"from\":\"other\",\"type\":\"reset_user\","
        "\"org\":\"01000000-0000-0000-0000-000000000001\","
        "\"user\":\"02000000-0000-0000-0000-000000000002\"}\n";

    (void)state;
    hub_presence_received(hub, str_of(lines));
    assert_text(fd, "\"state\":\"typing\"");
    assert_text(fd, "reset");
    assert_closed(fd, 1008);
}

/* ---- visitors ---- */

static const struct hub_visitor visitor_a = {{{1, [15] = 1}}, {{60}}, {{61}}};

static int open_visitor(struct uuid channel, struct uuid visitor)
{
    struct hub_stream s = {
        .kind = STREAM_VISITOR, .org = org, .channel_id = channel, .visitor = visitor};
    int fd = open_stream(&s);

    assert_text(fd, "{\"type\":\"hello\"}");
    return fd;
}

static void a_visitor_gets_their_own_news_and_no_changes(void **state)
{
    int a = open_visitor(visitor_a.channel_id, visitor_a.visitor);
    int other = open_visitor(visitor_a.channel_id, named(99));
    int elsewhere = open_visitor(named(98), visitor_a.visitor);
    struct hub_presence p = typing(me, me, PRESENCE_TYPING);

    (void)state;
    assert_true(hub_has_visitors(hub, org));
    publish_unassigned(1);
    hub_visitor_message(hub, &visitor_a, named(5));
    hub_visitor_seen(hub, &visitor_a, (struct instant){1795337000120000});
    p.to = visitor_a;
    hub_presence(hub, &p);
    assert_text(a, "{\"type\":\"message\",\"id\":\"05000000-0000-0000-0000-000000000005\"}");
    assert_text(a, "{\"type\":\"seen\",\"at\":\"2026-11-22T");
    assert_text(a, "{\"type\":\"typing\"}");
    settle(a);
    settle(other);
    settle(elsewhere);
    close(a);
    close(other);
    close(elsewhere);
}

static void one_visitor_cannot_take_everybodys_place(void **state)
{
    struct hub_stream s = {.kind = STREAM_VISITOR,
                           .org = org,
                           .channel_id = visitor_a.channel_id,
                           .visitor = visitor_a.visitor};
    int fds[5], other;

    (void)state;
    for (int i = 0; i < 5; i++)
        fds[i] = open_visitor(visitor_a.channel_id, visitor_a.visitor);
    assert_closed(open_stream(&s), 1013);
    other = open_visitor(visitor_a.channel_id, named(99));
    for (int i = 0; i < 5; i++)
        close(fds[i]);
    close(other);
}

static void a_hub_that_ends_says_goodbye(void **state)
{
    int fd = open_agent(me, SEES_ALL);

    hub_free(hub);
    assert_closed(fd, 1001);
    setup(state);
}

#define HUB_TEST(t)  cmocka_unit_test_setup_teardown(t, setup, teardown)
#define FAST_TEST(t) cmocka_unit_test_setup_teardown(t, setup_fast, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(a_new_stream_is_told_where_the_feed_stands),
        HUB_TEST(a_change_comes_with_what_must_be_read_again),
        HUB_TEST(another_organisations_change_is_not_sent),
        HUB_TEST(an_agent_gets_what_is_theirs_or_nobodys),
        HUB_TEST(a_conversation_that_leaves_an_agents_sight_is_shown_once_more),
        HUB_TEST(a_stream_that_comes_back_gets_what_it_missed_and_then_the_rest),
        HUB_TEST(what_the_caller_read_ahead_of_the_hub_is_not_sent_twice),
        HUB_TEST(what_the_caller_read_behind_the_hub_is_completed),
        HUB_TEST(a_cursor_that_is_not_remembered_means_reload),
        HUB_TEST(a_cursor_from_the_future_means_reload),
        HUB_TEST(the_hub_remembers_the_last_changes_only),
        HUB_TEST(a_goodbye_is_answered),
        HUB_TEST(a_frame_may_come_byte_by_byte),
        HUB_TEST(what_was_read_with_the_upgrade_counts),
        HUB_TEST(a_frame_without_a_mask_ends_the_stream),
        HUB_TEST(a_frame_that_is_too_big_ends_the_stream),
        HUB_TEST(what_a_client_says_is_read_and_ignored),
        HUB_TEST(a_reader_that_does_not_read_is_dropped_and_the_others_go_on),
        HUB_TEST(an_organisation_has_so_many_streams_and_no_more),
        HUB_TEST(a_user_whose_role_changed_reloads_and_comes_back),
        HUB_TEST(a_session_whose_time_is_over_ends_its_streams),
        HUB_TEST(signing_out_ends_the_streams_of_that_session),
        FAST_TEST(a_silent_stream_is_asked_and_dropped_when_it_does_not_answer),
        FAST_TEST(a_stream_that_answers_stays),
        FAST_TEST(a_frame_that_is_never_finished_ends_the_stream),
        FAST_TEST(whoever_says_nothing_for_ten_seconds_has_gone),
        HUB_TEST(colleagues_see_who_types_but_nobody_sees_themselves),
        HUB_TEST(presence_in_a_conversation_that_one_may_not_see_is_not_told),
        HUB_TEST(a_new_stream_is_told_who_is_there),
        HUB_TEST(presence_comes_from_other_processes_too),
        HUB_TEST(a_visitor_gets_their_own_news_and_no_changes),
        HUB_TEST(one_visitor_cannot_take_everybodys_place),
        HUB_TEST(a_hub_that_ends_says_goodbye),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
