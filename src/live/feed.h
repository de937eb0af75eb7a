/*
 * feed.h - the change feed: every committed change, once, in an order that has no gaps.
 *
 * Rows of `change` are ordered by (xid, seq).  Transactions commit in another
 * order than they began, so a reader only goes up to the horizon: the oldest
 * transaction still running (pg_snapshot_xmin, read in a statement of its own,
 * before the rows).  Everything below it is decided, so a cursor never steps
 * over a row that appears later.
 *
 * One thread tails the table for the hub: woken by NOTIFY sambung_change, and each
 * second by itself.  feed_read reads the same for one organisation, for
 * scripts and for streams that come back.
 */
#ifndef LIVE_FEED_H
#define LIVE_FEED_H

#include "store/change.h"

struct feed;
struct hub;

/* A place in the feed: everything up to (xid, seq) has been seen.  As text "<xid>-<seq>". */
struct feed_cursor {
    int64_t xid;
    int64_t seq;
};
enum { FEED_CURSOR_TEXT = 42 };
bool feed_cursor_parse(str s, struct feed_cursor *out);
void feed_cursor_text(struct feed_cursor cursor, char out[FEED_CURSOR_TEXT]);
int feed_cursor_cmp(struct feed_cursor a, struct feed_cursor b);
bool feed_cursor_is_zero(struct feed_cursor cursor);
struct feed_cursor feed_cursor_of(const struct change_row *change);

/* What somebody may see of an organisation's changes. */
enum {
    SEES_ALL = 1 << 0,        /* every conversation */
    SEES_MINE = 1 << 1,       /* those assigned to them */
    SEES_UNASSIGNED = 1 << 2, /* those of nobody and no team */
    SEES_CONTACTS = 1 << 3,
    SEES_CHANNELS = 1 << 4,
    SEES_MEMBERS = 1 << 5,
    SEES_TEAM = 1 << 6, /* those of the teams named in the view */
};
enum { FEED_TEAMS = 16 };
struct feed_view {
    struct uuid user;
    unsigned sees;
    unsigned n_teams;
    struct uuid teams[FEED_TEAMS];
};
/* A change that takes a conversation out of somebody's sight is still shown to them, so that they
 * can drop it. */
bool feed_visible(const struct feed_view *view, const struct change_row *change);
/* {"type":"change","cursor":...} as it stands on the stream and in /v1/feed; w is inside no object. */
struct json_writer;
void feed_write_json(struct json_writer *w, const struct change_row *change);

struct feed_options {
    str conninfo;        /* of the system role */
    const char *process; /* application_name */
    struct hub *hub;     /* gets the changes; may be NULL */
    /* Called on the feed's thread for every change, before the hub gets it; must not block.  May be NULL. */
    void (*seen)(void *arg, const struct change_row *change);
    void *arg;
};

/* Starts at the present end of the feed. */
enum status feed_new(struct ctx *c, const struct feed_options *options, struct feed **out);
void feed_free(struct feed *f);

struct feed_page {
    const struct change_row *items;
    size_t n;
    struct feed_cursor next; /* go on after this one */
    bool more;               /* the page was full */
    bool gone;               /* what came after the cursor is no longer kept: reload everything */
};
/*
 * The changes of c->org after a cursor, at most limit (1..500).  Borrows a
 * connection of the feed's own: c->db is not used.  A zero cursor means "from
 * now on": no items, and next is the present end.
 */
enum status feed_read(struct ctx *c, struct feed *f, struct feed_cursor after, int64_t limit,
                      struct feed_page *out);

struct feed_stats {
    int64_t changes; /* read */
    int64_t pages;
    int64_t errors;
    int64_t wakes;     /* by NOTIFY */
    int64_t lag_us;    /* age of the last change when it was handed on */
    int64_t behind_us; /* how long a visible change has been waiting for the horizon; 0: none is */
};
void feed_read_stats(struct feed *f, struct feed_stats *out);

#endif
