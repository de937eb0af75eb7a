/*
 * hub.h - event streams: WebSockets of agents' pages and of web-chat visitors.
 *
 * One thread with an epoll loop of its own holds the sockets, which come from
 * the edge after the upgrade.  A change is encoded once and the frame shared
 * by every stream that may see it.  A stream that does not read is dropped
 * when 64 kB are pending for it; the page comes back with its cursor.
 *
 * Presence (who reads, who types) lives here for 10 seconds and is never stored;
 * the other web processes get it through NOTIFY sambung_presence.
 *
 * All calls are safe from any thread, and none blocks.
 */
#ifndef LIVE_HUB_H
#define LIVE_HUB_H

#include "live/feed.h"

struct hub;
struct notifier;

struct hub_options {
    struct notifier *notifier; /* for presence in other processes; may be NULL */
    int max_agents;            /* streams of an organisation's members; 0: 6000 */
    int max_visitors; /* streams of its web-chat visitors; 0: 6000.  One visitor: at most 5 */
    int second_ms;    /* tests make time run faster; 0: 1000 */
};

enum status hub_new(struct ctx *c, const struct hub_options *options, struct hub **out);
void hub_free(struct hub *h); /* closes every stream with 1001 */

/* ---- streams ---- */

enum hub_stream_kind { STREAM_AGENT = 1, STREAM_VISITOR };

struct hub_stream {
    enum hub_stream_kind kind;
    struct uuid org;
    /* STREAM_AGENT */
    struct feed_view view;
    struct uuid session;    /* closed with it; zero: none */
    struct instant ends_at; /* closed then, when the session ends by itself; none: never */
    /* STREAM_VISITOR */
    struct uuid channel_id;
    struct uuid visitor;
    /* Where it goes on; zero: from now on. */
    struct feed_cursor after;
    /* What it missed, from feed_read, when the hub does not remember it (hub_remembers). */
    const struct change_row *missed;
    size_t n_missed;
    struct feed_cursor missed_until;
    bool reset; /* tell it to reload everything */
};

/* Are all changes after this cursor still in memory?  Otherwise read them with feed_read first. */
bool hub_remembers(struct hub *h, struct feed_cursor after);
/* Takes the socket, non-blocking, whatever happens; extra is what was read past the headers.  An
 * organisation with too many gets 1013 (try again later). */
void hub_add(struct hub *h, int fd, str extra, const struct hub_stream *stream);

/* Close the streams of a user whose role has changed (they get a reset), or who was removed. */
void hub_reset_user(struct hub *h, struct uuid org, struct uuid user);
/* Close the streams of a session that has been signed out. */
void hub_close_session(struct hub *h, struct uuid session);

/* ---- what goes out ---- */

/* From the feed: changes in order, and the position reached. */
void hub_publish(struct hub *h, const struct change_row *changes, size_t n, struct feed_cursor at);
/* May this organisation have visitors' streams open here?  False is certain. */
bool hub_has_visitors(struct hub *h, struct uuid org);
/* One visitor of one web chat. */
struct hub_visitor {
    struct uuid org;
    struct uuid channel_id;
    struct uuid visitor;
};
/* From the feed, which every process reads: {"type":"message","id"} for a visitor. */
void hub_visitor_message(struct hub *h, const struct hub_visitor *who, struct uuid id);
/* {"type":"seen","at"}: the team has read up to now.  Here and in the other processes. */
void hub_visitor_seen(struct hub *h, const struct hub_visitor *who, struct instant at);

enum presence_state { PRESENCE_READING = 1, PRESENCE_TYPING, PRESENCE_GONE };
extern const struct field_names presence_state_names;

struct hub_presence {
    struct uuid org;
    struct uuid conversation_id;
    struct uuid assignee_id; /* of the conversation: who may see it */
    struct uuid team_id;
    struct uuid user; /* the member; for a visitor, the visitor's id */
    bool visitor;
    str name; /* at most 200 bytes */
    enum presence_state state;
    /* An agent in a web-chat conversation: typing reaches this visitor too; zero: none.  Its org
     * counts for nothing. */
    struct hub_visitor to;
};
/* Here and in the other processes. */
void hub_presence(struct hub *h, const struct hub_presence *presence);
/* A payload of sambung_presence, from the feed's connection. */
void hub_presence_received(struct hub *h, str payload);

struct hub_stats {
    int64_t agents, visitors; /* open streams */
    int64_t frames;           /* sent */
    int64_t dropped_slow, refused, resets, bad_frames, timed_out;
    int64_t pending_bytes;
    int64_t last_fanout_us; /* from hub_publish to the last socket, of the last batch */
};
void hub_read_stats(struct hub *h, struct hub_stats *out);

#endif
