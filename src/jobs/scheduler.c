/*
 * scheduler.c - whose turn it is.
 *
 * One thread with one connection.  It learns of work in three ways: a NOTIFY names organisations
 * and is followed at once; org_queue names those whose time has come, asked each second; and our
 * own threads say what they made due.  All three only put an organisation on the agenda.
 *
 * Looking at an organisation finds channels with new vault rows (drained without a job row) and
 * claims a few due jobs.  One that has more goes to the end of the agenda, so the others have
 * their turn in between; and none may hold more than its share of the threads.
 *
 * Statements here are single transactions of their own: a claim whose answer is lost is a lease
 * that runs out.
 */
#include <poll.h>
#include <unistd.h>

#include "jobs/parts.h"

enum {
    POLL_MS = 1000,
    STATEMENT_MS = 10000,
    AWAY_MS = 500, /* the database is away: how often it is tried */
    BEAT_MS = 5000,
    RENEW_MS = 2000,
    RENEW_AGE_MS = 8000,
    CLEAN_MS = 3600 * 1000,
    CLEAN_FIRST_MS = 20000,
    CLEAN_MORE_MS = 2000,
    TURN_ALONE = 16, /* jobs claimed at once */
    TURN_AMONG_OTHERS = 4,
    TAKE_ORGS = 100,
    CATCH_UP_ORGS = 1000,
    CATCH_UP_S = 60,
    PURGE_ORGS = 500,
    SOON_MS = 60 * 1000,
    OVERDUE_MS = 50,
    DRAIN_WAIT_MS = 10000,
};

struct scheduler {
    struct worker *w;
    struct ctx c;
    struct agenda agenda;
    int share; /* tasks of one organisation at most */
    int64_t next_poll, next_beat, next_renew, next_clean, next_mail;
    bool mail_waits; /* there may be more than what had room */
    bool caught_up;  /* since the connection was made */
    str names[KINDS];
    struct job_appetite known; /* every kind */
};

static void deadline(struct scheduler *s)
{
    s->c.deadline_ms = clock_mono_ms() + STATEMENT_MS;
}

/* ---- one look ---- */

static void put_drain(struct scheduler *s, struct uuid channel_id)
{
    struct task t = {
        .kind = KIND_INBOUND,
        .org = s->c.org,
        .channel_id = channel_id,
        .arena = arena_new(),
    };

    queue_put(s->w->queue, &t);
}

static enum status find_drains(struct scheduler *s)
{
    struct list waiting;
    const struct uuid *channels;

    TRY(org_inbound_waiting(&s->c, &waiting));
    channels = waiting.items;
    for (size_t i = 0; i < waiting.n && queue_room(s->w->queue) > 0; i++)
        if (!queue_has_drain(s->w->queue, channels[i]) && !worker_rests(s->w, channels[i]))
            put_drain(s, channels[i]);
    return OK;
}

static void put_job(struct scheduler *s, const struct job *job)
{
    struct arena *arena = arena_new();
    struct task t = {
        .kind = kind_find(job->kind),
        .org = s->c.org,
        .job = *job,
        .arena = arena,
        .leased_ms = clock_mono_ms(),
    };

    t.job.kind = str_of(kinds[t.kind].name);
    t.job.args.text = arena_copy(arena, job->args.text);
    queue_put(s->w->queue, &t);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* *full: there may be more than what was claimed. */
static enum status claim(struct scheduler *s, int64_t *claimed, bool *full)
{
    int64_t turn = s->agenda.n > 0 ? TURN_AMONG_OTHERS : TURN_ALONE;
    str names[KINDS];
    int64_t lease_s[KINDS];
    struct job_appetite appetite = {.kinds = names, .lease_s = lease_s};
    struct list jobs;

    appetite.n_kinds = queue_open_kinds(s->w->queue, names, lease_s);
    appetite.limit = smaller(
        turn, smaller(queue_room(s->w->queue), s->share - queue_load(s->w->queue, s->c.org)));
    *claimed = 0;
    *full = true;
    if (appetite.limit <= 0 || appetite.n_kinds == 0)
        return OK;
    if (s->w->options.lease_s > 0)
        for (size_t i = 0; i < appetite.n_kinds; i++)
            lease_s[i] = s->w->options.lease_s;
    TRY(job_claim(&s->c, &appetite, &jobs));
    for (size_t i = 0; i < jobs.n; i++)
        put_job(s, &((const struct job *)jobs.items)[i]);
    *claimed = (int64_t)jobs.n;
    *full = *claimed == appetite.limit;
    return OK;
}

static enum status remove_row(struct scheduler *s)
{
    enum status st = db_begin(&s->c, TX_SYSTEM);

    if (st == OK)
        st = org_queue_remove(&s->c);
    if (st == OK)
        return db_commit(&s->c);
    db_rollback(&s->c);
    return st;
}

/* What is due and was not claimed is locked by somebody, or its kind has no room. */
static void come_back(struct scheduler *s, struct instant next)
{
    int64_t in_ms = (next.us - clock_now().us + 999) / 1000;

    if (!instant_is_none(next) && in_ms < SOON_MS)
        agenda_add(&s->agenda, s->c.org, clock_mono_ms() + (in_ms > 0 ? in_ms : OVERDUE_MS), false);
}

static enum status look(struct scheduler *s, const struct visit *v)
{
    struct instant next;
    int64_t claimed;
    bool full, idle;

    s->c.org = v->org;
    deadline(s);
    if (uuid_is_zero(v->org))
        return sso_find_errands(&s->c, s->w);
    TRY(find_drains(s));
    TRY(claim(s, &claimed, &full));
    if (full && claimed > 0) {
        /* its row in org_queue can wait for the look that finds the end */
        agenda_add(&s->agenda, v->org, clock_mono_ms(), v->official);
        return OK;
    }
    if (full) {
        agenda_add(&s->agenda, v->org, clock_mono_ms() + OVERDUE_MS, v->official);
        return OK;
    }
    if (!v->official) {
        TRY(job_next_due(&s->c, &s->known, &next));
        come_back(s, next);
        return OK;
    }
    TRY(org_queue_move(&s->c, &s->known, claimed > 0, &next, &idle));
    if (idle)
        return remove_row(s);
    come_back(s, next);
    return OK;
}

/* ---- what else there is to do ---- */

static enum status poll_org_queue(struct scheduler *s)
{
    struct list orgs;

    deadline(s);
    TRY(s->caught_up ? org_queue_take(&s->c, TAKE_ORGS, 0, &orgs)
                     : org_queue_take(&s->c, CATCH_UP_ORGS, CATCH_UP_S, &orgs));
    for (size_t i = 0; i < orgs.n; i++)
        agenda_add(&s->agenda, ((const struct uuid *)orgs.items)[i], clock_mono_ms(), true);
    agenda_add(&s->agenda, (struct uuid){{0}}, clock_mono_ms(), false); /* who waits at the door */
    s->next_poll = clock_mono_ms() + (s->caught_up && orgs.n == TAKE_ORGS ? 1 : POLL_MS);
    s->caught_up = true;
    return OK;
}

static void put_mail(struct scheduler *s, const struct mail_due *mail)
{
    struct arena *arena = arena_new();
    struct mail_due *copy = NEW(arena, struct mail_due);
    struct task t = {.kind = KIND_MAIL, .mail = copy, .arena = arena};

    *copy = *mail;
    copy->kind = arena_copy(arena, mail->kind);
    copy->to_address = arena_copy(arena, mail->to_address);
    copy->locale = arena_copy(arena, mail->locale);
    copy->facts.data = arena_copy(arena, mail->facts.data);
    queue_put(s->w->queue, &t);
}

/* Mail belongs to no organisation, so it has no place on the agenda: its table is looked at. */
static enum status find_mail(struct scheduler *s)
{
    const struct uuid nobody = {{0}};
    int64_t room = smaller(queue_room(s->w->queue), MAIL_AT_ONCE - queue_load(s->w->queue, nobody));
    struct list due;

    s->next_mail = clock_mono_ms() + POLL_MS;
    s->mail_waits = true;
    if (room <= 0)
        return OK;
    deadline(s);
    TRY(mail_claim(&s->c, room, MAIL_LEASE_S, &due));
    for (size_t i = 0; i < due.n; i++)
        put_mail(s, &((const struct mail_due *)due.items)[i]);
    s->mail_waits = (int64_t)due.n == room;
    return OK;
}

static enum status renew(struct scheduler *s)
{
    struct held held[QUEUE_MAX];
    int64_t lease_s = s->w->options.lease_s;
    int64_t age_ms = lease_s > 0 ? lease_s * 1000 / 3 : RENEW_AGE_MS;
    size_t n = queue_held(s->w->queue, age_ms, held, QUEUE_MAX);

    deadline(s);
    for (size_t i = 0; i < n; i++) {
        s->c.org = held[i].org;
        TRY(job_renew(&s->c, &held[i].job, &held[i].lease, 1,
                      lease_s > 0 ? lease_s : held[i].lease_s));
    }
    s->next_renew = clock_mono_ms() + smaller(RENEW_MS, age_ms);
    return OK;
}

static enum status clean(struct scheduler *s)
{
    int64_t enqueued;
    bool more;

    deadline(s);
    TRY(db_begin(&s->c, TX_SYSTEM));
    TRY(job_enqueue_purges(&s->c, PURGE_ORGS, &enqueued));
    TRY(db_commit(&s->c));
    TRY(purge_global(&s->c, &more));
    s->next_clean = clock_mono_ms() + (more ? CLEAN_MORE_MS : CLEAN_MS);
    return OK;
}

static enum status housekeeping(struct scheduler *s)
{
    int64_t now = clock_mono_ms();

    if (now >= s->next_renew)
        TRY(renew(s));
    if (now >= s->next_poll)
        TRY(poll_org_queue(s));
    if (now >= s->next_beat) {
        deadline(s);
        TRY(worker_beat(&s->c, s->w->id));
        s->next_beat = now + BEAT_MS;
    }
    if (s->w->options.mailer && (now >= s->next_mail || atomic_exchange(&s->w->mail_wanted, false)))
        TRY(find_mail(s));
    if (now >= s->next_clean)
        TRY(clean(s));
    return OK;
}

/* ---- hearing ---- */

static void take_touched(struct scheduler *s)
{
    struct visit v;

    pthread_mutex_lock(&s->w->touch_lock);
    while (agenda_take(s->w->touched, INT64_MAX, &v))
        agenda_add(&s->agenda, v.org, v.at_ms, false);
    pthread_mutex_unlock(&s->w->touch_lock);
}

static void hear(struct scheduler *s, str payload)
{
    struct cur cur = cur_of(payload);
    struct uuid org;
    str word;

    while (!cur_at_end(&cur) && cur_until(&cur, ',', UUID_TEXT, &word))
        if (str_eq(word, S("mail")))
            s->next_mail = 0;
        else if (uuid_parse(str_trim(word), &org))
            agenda_add(&s->agenda, org, clock_mono_ms(), false);
}

static void drain_wake_fd(struct scheduler *s)
{
    uint64_t n;

    while (read(s->w->wake_fd, &n, sizeof(n)) > 0)
        continue;
}

/* Notifications and our own threads' wishes, waiting for them until then. */
static enum status listen_until(struct scheduler *s, int64_t until)
{
    bool got;
    str payload;

    do {
        TRY(db_wait_notify(&s->c, until, s->w->wake_fd, &got, &payload));
        if (got) {
            hear(s, payload);
            until = 0; /* the rest of what has come */
        }
    } while (got);
    drain_wake_fd(s);
    take_touched(s);
    if (s->mail_waits) /* perhaps what woke us is one that ended */
        s->next_mail = 0;
    return OK;
}

/* ---- the loop ---- */

static enum status connect(struct scheduler *s)
{
    deadline(s);
    TRY(db_borrow(&s->c, s->w->options.system));
    TRY(db_run(&s->c, S("LISTEN sambung_job")));
    s->next_poll = s->next_beat = s->next_mail = 0;
    s->caught_up = false; /* whatever was said while nobody listened */
    return OK;
}

static enum status turn(struct scheduler *s)
{
    struct visit v;
    int64_t until;
    enum status st;

    if (!s->c.db)
        TRY(connect(s));
    TRY(housekeeping(s));
    if (queue_room(s->w->queue) > 0 && agenda_take(&s->agenda, clock_mono_ms(), &v)) {
        st = look(s, &v);
        if (st != OK)
            agenda_add(&s->agenda, v.org, clock_mono_ms() + AWAY_MS, v.official);
        TRY(st);
        return listen_until(s, 0);
    }
    until = smaller(smaller(s->next_poll, s->next_renew), s->next_beat);
    if (s->w->options.mailer)
        until = smaller(until, s->next_mail);
    if (queue_room(s->w->queue) > 0)
        until = agenda_next(&s->agenda, until);
    return listen_until(s, until);
}

/* What was claimed and not started goes back at once. */
static void give_back(struct scheduler *s)
{
    struct task t;

    while (queue_take_back(s->w->queue, &t)) {
        s->c.org = t.org;
        deadline(s);
        if (!uuid_is_zero(t.job.id) && !uuid_is_zero(t.org) && s->c.db)
            (void)job_postpone(&s->c, &t.job, t.job.run_at);
        if (t.mail && s->c.db)
            (void)mail_put_back(&s->c, t.mail);
        arena_free(t.arena);
    }
}

static void away(struct scheduler *s, bool *was_away)
{
    struct pollfd p = {.fd = s->w->wake_fd, .events = POLLIN};

    if (!*was_away)
        log_note(LOG_WARN, "database_away", "%s (%s)", s->c.err.msg, s->c.err.cause);
    *was_away = true;
    db_return(&s->c);
    (void)poll(&p, 1, AWAY_MS);
    drain_wake_fd(s);
}

static void leave(struct scheduler *s)
{
    if (!s->c.db && connect(s) != OK)
        db_return(&s->c);
    give_back(s);
    /* leases of what still runs are renewed until it ends */
    for (int64_t until = clock_mono_ms() + DRAIN_WAIT_MS; clock_mono_ms() < until;) {
        if (queue_wait_idle(s->w->queue, RENEW_MS))
            break;
        if (s->c.db && renew(s) != OK)
            db_return(&s->c);
    }
    deadline(s);
    if (s->c.db)
        (void)worker_gone(&s->c, s->w->id);
    db_return(&s->c);
}

void scheduler_run(struct worker *w)
{
    int threads = w->options.threads;
    struct scheduler *s = NEW(w->arena, struct scheduler);
    bool was_away = false;

    s->w = w;
    s->c = (struct ctx){.arena = arena_new()};
    s->known = (struct job_appetite){.kinds = s->names, .n_kinds = KINDS};
    for (int k = 0; k < KINDS; k++)
        s->names[k] = str_of(kinds[k].name);
    s->share = threads > 8 ? threads * 3 / 4 : threads;
    s->next_clean = clock_mono_ms() + CLEAN_FIRST_MS;
    while (!worker_is_stopping(w)) {
        take_touched(s);
        if (turn(s) != OK)
            away(s, &was_away);
        else
            was_away = false;
        arena_reset(s->c.arena);
    }
    queue_close(w->queue);
    leave(s);
    arena_free(s->c.arena);
}
