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
    int max_per_org;           /* streams; 0: 2000 */
    int max_per_user;          /* streams of one user or visitor; 0: 20 */
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
    struct uuid session; /* closed with it; zero: none */
    /* STREAM_VISITOR */
    struct uuid channel_id;
    struct uuid visitor;
    /* Where it goes on; zero: from now on. */
    struct feed_cursor after;
    /* What it missed, from feed_read, when the hub does not remember it (hub_remembers). */
    const struct feed_change *missed;
    size_t n_missed;
    struct feed_cursor missed_until;
    bool reset; /* tell it to reload everything */
};

/* Are all changes after this cursor still in memory?  Otherwise read them with feed_read first. */
bool hub_remembers(struct hub *h, struct feed_cursor after);
/* May this organisation (and user or visitor) open one more?  A hint, asked before the upgrade; hub_add decides. */
bool hub_has_room(struct hub *h, struct uuid org, struct uuid who);
/* Takes the socket, non-blocking, whatever happens; extra is what was read past the headers. */
void hub_add(struct hub *h, int fd, str extra, const struct hub_stream *stream);

/* Close the streams of a user whose role has changed (they get a reset), or who was removed. */
void hub_reset_user(struct hub *h, struct uuid org, struct uuid user);
/* Close the streams of a session that has been signed out. */
void hub_close_session(struct hub *h, struct uuid session);

/* ---- what goes out ---- */

/* From the feed: changes in order, and the position reached. */
void hub_publish(struct hub *h, const struct feed_change *changes, size_t n, struct feed_cursor at);
/* Which organisations have visitors' streams open right now? */
bool hub_has_visitors(struct hub *h, struct uuid org);
/* From the feed: {"type":"message","id"} for a visitor. */
void hub_visitor_message(struct hub *h, struct uuid channel_id, struct uuid visitor,
                         struct uuid id);
/* {"type":"seen","at"}: the team has read up to now. */
void hub_visitor_seen(struct hub *h, struct uuid channel_id, struct uuid visitor,
                      struct instant at);

enum presence_state { PRESENCE_READING = 1, PRESENCE_TYPING, PRESENCE_GONE };
extern const struct field_names presence_state_names;

struct hub_presence {
    struct uuid org;
    struct uuid conversation_id;
    struct uuid assignee_id; /* of the conversation: who may see it */
    struct uuid user;        /* the member; for a visitor, the visitor's id */
    bool visitor;
    str name; /* at most 200 bytes */
    enum presence_state state;
    /* An agent in a web-chat conversation: typing reaches this visitor too; zero: none. */
    struct uuid channel_id;
    struct uuid visitor_id;
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
