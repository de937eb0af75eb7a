/*
 * feed.c - the tailer.
 *
 * A turn: read the horizon, then pages of rows below it until one is not full,
 * and hand them on.  When rows are visible that stand above the horizon (a
 * transaction that began earlier is still running), the next turn comes after
 * 1, 2, 4 ... 64 ms instead of a second: the one that holds them up may be one
 * that announces nothing.
 *
 * Rejected: a sequence number as cursor (commits come in another order), a lock
 * around the numbering (one writer at a time), logical decoding (a superuser's
 * setting and a slot that fills the disk when nobody reads).
 */
#include "live/feed.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "db/db.h"
#include "live/hub.h"
#include "store/feed.h"

enum {
    READERS = 3, /* connections for feed_read */
    IDLE_MS = 1000,
    HELD_FIRST_MS = 1,
    HELD_MOST_MS = 64,
    RETRY_MS = 250,
    STATEMENT_MS = 5000,
    NOTIFIED_MOST = 1000, /* payloads taken at once */
};

struct feed {
    struct arena *arena;
    struct feed_options options;
    struct db_pool *tail; /* one connection, the thread's */
    struct db_pool *readers;
    pthread_t thread;
    bool started;
    int wake_fd;
    _Atomic bool stop;
    struct feed_cursor at; /* the thread's */
    _Atomic int64_t changes, pages, errors, wakes, lag_us, behind_us;
};

/* ---- one page, for the tailer ---- */

/* Messages of web chats, for the visitors whose streams are open. */
static enum status tell_visitors(struct ctx *c, struct hub *hub, const struct change_row *rows,
                                 size_t n)
{
    struct uuid *orgs = NEW_ARRAY(c->arena, struct uuid, n);
    struct uuid *messages = NEW_ARRAY(c->arena, struct uuid, n);
    struct list found = {0};
    size_t wanted = 0;

    for (size_t i = 0; i < n; i++) {
        if (!str_eq(rows[i].kind, S("message")) || !hub_has_visitors(hub, rows[i].org_id))
            continue;
        orgs[wanted] = rows[i].org_id;
        messages[wanted++] = rows[i].entity_id;
    }
    if (wanted)
        TRY(feed_list_visitor_messages(c, orgs, messages, wanted, &found));
    for (size_t i = 0; i < found.n; i++) {
        const struct feed_visitor_message *m = (struct feed_visitor_message *)found.items + i;
        struct hub_visitor who = {.org = m->org_id, .channel_id = m->channel_id};

        if (uuid_parse(m->visitor, &who.visitor))
            hub_visitor_message(hub, &who, m->message_id);
    }
    return OK;
}

static enum status hand_on(struct ctx *c, struct feed *f, const struct change_row *rows, size_t n)
{
    /* first what can fail: a page is handed on as a whole, or read again */
    if (f->options.hub)
        TRY(tell_visitors(c, f->options.hub, rows, n));
    for (size_t i = 0; f->options.seen && i < n; i++)
        f->options.seen(f->options.arg, &rows[i]);
    if (f->options.hub)
        hub_publish(f->options.hub, rows, n, f->at);
    if (n > 0)
        f->lag_us = clock_now().us - rows[n - 1].at.us;
    f->changes += (int64_t)n;
    f->pages++;
    return OK;
}

/* Pages up to the horizon; the cursor moves only past what was handed on. */
static enum status read_pages(struct ctx *c, struct feed *f, int64_t horizon)
{
    struct feed_cursor before;
    struct list page;

    do {
        TRY(change_list(c, f->at.xid, f->at.seq, horizon, &page));
        before = f->at;
        if (page.n == CHANGE_BATCH)
            f->at = feed_cursor_of((struct change_row *)page.items + page.n - 1);
        else if (horizon > f->at.xid)
            f->at = (struct feed_cursor){horizon, 0}; /* all below it has been seen */
        if (page.n > 0 || feed_cursor_cmp(before, f->at) != 0) {
            enum status s = hand_on(c, f, page.items, page.n);

            if (s != OK) {
                f->at = before;
                return s;
            }
        }
    } while (page.n == CHANGE_BATCH);
    return OK;
}

static enum status read_turn(struct ctx *c, struct feed *f)
{
    struct instant since;
    int64_t horizon;

    TRY(change_horizon(c, &horizon));
    TRY(read_pages(c, f, horizon));
    TRY(feed_waiting_since(c, horizon, &since));
    f->behind_us = instant_is_none(since) ? 0 : clock_now().us - since.us;
    if (f->behind_us < 0)
        f->behind_us = 1; /* its clock is ahead of ours; it is held up all the same */
    return OK;
}

/* ---- the thread ---- */

static enum status connect_tail(struct ctx *c, struct feed *f)
{
    TRY(db_borrow(c, f->tail));
    TRY(db_run(c, S("LISTEN sambung_change")));
    return db_run(c, S("LISTEN sambung_presence"));
}

/* Wait for a reason to look, and take all the notifications that are there. */
static enum status wait_for_news(struct ctx *c, struct feed *f, int64_t ms)
{
    int64_t deadline_ms = clock_mono_ms() + ms;
    bool got;
    str payload;

    for (int i = 0; i < NOTIFIED_MOST; i++) {
        TRY(db_wait_notify(c, deadline_ms, f->wake_fd, &got, &payload));
        if (!got)
            break;
        if (str_is_empty(payload))
            f->wakes++;
        else if (f->options.hub)
            hub_presence_received(f->options.hub, payload);
        deadline_ms = 0; /* the rest only if it has come already */
    }
    return OK;
}

static enum status turn(struct ctx *c, struct feed *f, int64_t wait_ms)
{
    c->deadline_ms = clock_mono_ms() + wait_ms + STATEMENT_MS;
    if (!c->db)
        TRY(connect_tail(c, f));
    else
        TRY(wait_for_news(c, f, wait_ms));
    return read_turn(c, f);
}

static int64_t next_wait(struct feed *f, int64_t last_ms)
{
    if (f->behind_us == 0)
        return IDLE_MS;
    if (last_ms > HELD_MOST_MS)
        return HELD_FIRST_MS;
    return last_ms * 2 < HELD_MOST_MS ? last_ms * 2 : HELD_MOST_MS;
}

static void pause_ms(struct feed *f, int64_t ms)
{
    for (int64_t until = clock_mono_ms() + ms; !f->stop && clock_mono_ms() < until;)
        usleep(10000);
}

static void *run(void *arg)
{
    struct feed *f = arg;
    struct ctx c = {.arena = arena_new()};
    int64_t wait_ms = IDLE_MS;

    while (!f->stop) {
        if (turn(&c, f, wait_ms) == OK) {
            wait_ms = next_wait(f, wait_ms);
        } else {
            f->errors++;
            db_return(&c);
            pause_ms(f, RETRY_MS);
        }
        arena_reset(c.arena);
    }
    db_return(&c);
    arena_free(c.arena);
    return NULL;
}

/* ---- starting and ending ---- */

/* Where the feed ends now, and what it held last, so that streams can come back after a restart. */
static enum status begin(struct ctx *c, struct feed *f)
{
    struct list last;
    int64_t horizon;

    TRY(change_horizon(c, &horizon));
    TRY(feed_list_last(c, horizon, &last));
    f->at = (struct feed_cursor){horizon, 0};
    if (f->options.hub)
        hub_publish(f->options.hub, last.items, last.n, f->at);
    return OK;
}

static struct db_pool *make_pool(const struct feed_options *options, int size)
{
    struct db_pool_options pool = {
        .conninfo = options->conninfo,
        .role = DB_SYSTEM,
        .size = size,
        .statement_timeout_ms = STATEMENT_MS,
        .process = options->process,
    };

    return db_pool_new(&pool);
}

static enum status start(struct ctx *c, struct feed *f)
{
    struct ctx own = {.arena = c->arena, .deadline_ms = c->deadline_ms};
    enum status s = db_borrow(&own, f->readers);

    if (s == OK)
        s = begin(&own, f);
    db_return(&own);
    c->err = own.err;
    TRY(s);
    f->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (f->wake_fd < 0 || pthread_create(&f->thread, NULL, run, f) != 0)
        return FAIL(c, ERR_UNAVAILABLE, "cannot start the feed's thread");
    f->started = true;
    return OK;
}

enum status feed_new(struct ctx *c, const struct feed_options *options, struct feed **out)
{
    struct arena *arena = arena_new();
    struct feed *f = NEW(arena, struct feed);
    enum status s;

    f->arena = arena;
    f->options = *options;
    f->wake_fd = -1;
    f->tail = make_pool(options, 1);
    f->readers = make_pool(options, READERS);
    s = start(c, f);
    if (s != OK) {
        feed_free(f);
        return s;
    }
    *out = f;
    return OK;
}

void feed_free(struct feed *f)
{
    if (!f)
        return;
    f->stop = true;
    if (f->started) {
        (void)eventfd_write(f->wake_fd, 1);
        pthread_join(f->thread, NULL);
    }
    if (f->wake_fd >= 0)
        close(f->wake_fd);
    db_pool_free(f->tail);
    db_pool_free(f->readers);
    arena_free(f->arena);
}

/* ---- for one organisation ---- */

static enum status read_own(struct ctx *c, struct feed_cursor after, int64_t limit,
                            struct feed_page *out)
{
    struct list rows;
    int64_t horizon;
    bool lost = false;

    TRY(change_horizon(c, &horizon));
    if (feed_cursor_is_zero(after)) {
        *out = (struct feed_page){
            .next = {horizon, 0}
        };
        return OK;
    }
    /* a cursor from the future is another database's: this one was restored from a backup */
    lost = after.xid > horizon;
    if (!lost)
        TRY(change_is_lost(c, after.xid, after.seq, &lost));
    if (lost) {
        *out = (struct feed_page){
            .next = {horizon, 0},
              .gone = true
        };
        return OK;
    }
    TRY(change_list_own(c, after.xid, after.seq, horizon, &rows));
    if ((int64_t)rows.n > limit)
        rows.n = (size_t)limit;
    *out = (struct feed_page){.items = rows.items, .n = rows.n};
    out->more = (int64_t)rows.n == limit;
    out->next = (struct feed_cursor){horizon, 0};
    if (out->more)
        out->next = feed_cursor_of((struct change_row *)rows.items + rows.n - 1);
    else if (after.xid == horizon)
        out->next = after;
    return OK;
}

enum status feed_read(struct ctx *c, struct feed *f, struct feed_cursor after, int64_t limit,
                      struct feed_page *out)
{
    struct ctx own = *c;
    enum status s;

    own.db = NULL;
    if (limit < 1 || limit > CHANGE_BATCH)
        limit = CHANGE_BATCH;
    s = db_borrow(&own, f->readers);
    if (s == OK)
        s = read_own(&own, after, limit, out);
    db_return(&own);
    c->err = own.err;
    return s;
}

void feed_read_stats(struct feed *f, struct feed_stats *out)
{
    *out = (struct feed_stats){
        .changes = f->changes,
        .pages = f->pages,
        .errors = f->errors,
        .wakes = f->wakes,
        .lag_us = f->lag_us,
        .behind_us = f->behind_us,
    };
}
