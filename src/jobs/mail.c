/*
 * mail.c - one mail of the program's own: never lost, and twice at most.
 *
 * A mail is claimed under a lease (scheduler.c) and sent while no transaction is open.  Four things
 * come of it.  Taken, and refused, are the end.  Certainly not taken: again, with back-off, for a
 * day; after that its links have died anyway, and Resend has forgotten the key.
 *
 * The fourth is a doubt: all was given and nothing came back, or a run died in between and its lease
 * ran out.  Where the same mail twice arrives once (a file, Resend's idempotency key) it is simply
 * sent again.  A mail server has no such key.  There a message to a customer would wait for a
 * person (deliver.c), but nobody watches over these, and who waits for a password reset that never
 * comes is worse off than who gets two: the links work once, and both carry the same Message-ID, by
 * which many mailboxes show one.  So the first doubt is followed by another attempt; a second makes
 * the mail "uncertain", and that is its end, since a server that takes mail and never answers would
 * fill somebody's mailbox.
 */
#include "domain/mail.h"
#include "jobs/parts.h"

enum {
    CALL_MS = 45000, /* well below the lease */
    STATEMENT_MS = 10000,
    GIVE_UP_MS = 24 * 3600 * 1000,
    DOUBTS_MOST = 2,
    DOUBT_PAUSE_MS = 30000,
    RETRY_MOST_S = 3600, /* whatever the other side asks for */
    RECORD_TRIES = 12,
    RECORD_FIRST_MS = 100,
    RECORD_MOST_MS = 5000,
    STOPPED_TRIES = 3, /* while the process is asked to end */
};

struct sending {
    struct run *r;
    const struct mail_due *mail;
    struct mail_result result;
    int64_t doubts;
    bool refused_before; /* its address gets nothing */
    struct mail_suppression why;
};

/* ---- transactions: mail belongs to nobody, so the system role does it ---- */

static enum status in_system(struct sending *s, enum status (*fn)(struct sending *s))
{
    struct ctx *c = &s->r->c;
    enum status status;

    c->deadline_ms = clock_mono_ms() + STATEMENT_MS;
    TRY(db_borrow(c, s->r->worker->options.system));
    status = db_begin(c, TX_SYSTEM);
    if (status == OK)
        status = fn(s);
    if (status == OK)
        status = db_commit(c);
    db_return(c);
    return status;
}

static enum status look_up_address(struct sending *s)
{
    return mail_refused(&s->r->c, s->r->worker->options.master, s->mail->to_address,
                        &s->refused_before, &s->why);
}

/* ---- recording ---- */

static enum status end(struct sending *s, const char *state, str error)
{
    struct mail_ending ending = {
        .state = state, .provider_id = s->result.provider_id, .error = error, .doubts = s->doubts};

    return mail_end(&s->r->c, s->mail, &ending);
}

static enum status again(struct sending *s, int64_t least_ms)
{
    int64_t ms = backoff_ms(s->mail->attempts);
    int64_t asked_s =
        s->result.retry_after_s < RETRY_MOST_S ? s->result.retry_after_s : RETRY_MOST_S;

    if (asked_s * 1000 > least_ms)
        least_ms = asked_s * 1000;
    if (ms < least_ms)
        ms = least_ms + ms / 8;
    return mail_again(&s->r->c, s->mail, instant_add_ms(clock_now(), ms), s->result.why, s->doubts);
}

static bool is_too_old(const struct sending *s)
{
    return clock_now().us - s->mail->created_at.us > (int64_t)GIVE_UP_MS * 1000;
}

static enum status record(struct sending *s)
{
    struct ctx *c = &s->r->c;

    if (s->refused_before)
        return end(s, "suppressed", s->why.reason);
    switch (s->result.fate) {
    case MAIL_TAKEN:
        return end(s, "sent", (str){NULL, 0});
    case MAIL_REFUSED:
        if (s->result.no_such_address)
            TRY(mail_refuse(c, s->r->worker->options.master, s->mail->to_address, "bounce"));
        return end(s, "failed", s->result.why);
    case MAIL_DOUBTFUL:
        return s->doubts < DOUBTS_MOST ? again(s, DOUBT_PAUSE_MS)
                                       : end(s, "uncertain", s->result.why);
    case MAIL_LATER:
        return is_too_old(s) ? end(s, "failed", s->result.why) : again(s, 0);
    }
    return OK;
}

/* Each step leads forward only, so twice is once.  If it cannot be recorded at all, the lease runs
 * out and the mail is looked at as cut off. */
static enum status record_for_sure(struct sending *s)
{
    enum status status = OK;
    int64_t pause_ms = RECORD_FIRST_MS;

    for (int i = 0; i < RECORD_TRIES; i++) {
        status = in_system(s, record);
        if (status == OK)
            return OK;
        if (!worker_sleep(s->r->worker, pause_ms) && i >= STOPPED_TRIES)
            return status;
        pause_ms = pause_ms * 2 < RECORD_MOST_MS ? pause_ms * 2 : RECORD_MOST_MS;
    }
    return status;
}

/* ---- sending ---- */

static enum status open_letter(struct sending *s, struct mail_letter *out)
{
    const struct worker_options *o = &s->r->worker->options;
    struct mail_text text;

    TRY(mail_open(&s->r->c, o->master, s->mail, o->site, &text));
    *out = (struct mail_letter){
        .id = s->mail->id,
        .at = s->mail->created_at,
        .to = s->mail->to_address,
        .to_name = text.to_name,
        .subject = text.subject,
        .text = text.text,
        .html = text.html,
    };
    return OK;
}

/* What does not open was queued by a newer version, or sealed under another key; either may be
 * mended within the day. */
static void send(struct sending *s)
{
    const struct mailer *mailer = s->r->worker->options.mailer;
    struct ctx *c = &s->r->c;
    struct mail_letter letter;

    if (open_letter(s, &letter) != OK) {
        s->result = (struct mail_result){.fate = MAIL_LATER,
                                         .why = arena_copy(c->arena, str_of(c->err.msg))};
        return;
    }
    c->deadline_ms = clock_mono_ms() + CALL_MS;
    mailer->ops->send(c, mailer, &letter, &s->result);
    s->doubts += s->result.fate == MAIL_DOUBTFUL;
}

/* Somebody held it and did not say how it ended. */
static bool is_in_doubt(struct sending *s)
{
    if (s->r->worker->options.mailer->ops->repeat_is_safe ||
        (!s->mail->cut_off && s->doubts < DOUBTS_MOST))
        return false;
    s->result = (struct mail_result){.fate = MAIL_DOUBTFUL,
                                     .why = S("the program ended while it was being sent")};
    return s->doubts >= DOUBTS_MOST;
}

/* For the runner's log. */
static enum status tell(struct sending *s)
{
    struct ctx *c = &s->r->c;
    enum status status = s->result.fate == MAIL_REFUSED ? ERR_INVALID : ERR_UNAVAILABLE;

    if (s->refused_before || s->result.fate == MAIL_TAKEN)
        return OK;
    (void)FAIL(c, status, "a mail (%.*s) was not taken", STR_ARG(s->mail->kind));
    err_cause(c, arena_copy(c->arena, s->result.why).ptr);
    return status;
}

enum status job_mail(struct run *r)
{
    struct sending s = {.r = r, .mail = r->task->mail, .doubts = r->task->mail->doubts};

    if (in_system(&s, look_up_address) != OK)
        s.result = (struct mail_result){.fate = MAIL_LATER, .why = S("the database was away")};
    else if (!s.refused_before && !is_in_doubt(&s))
        send(&s);
    TRY(record_for_sure(&s));
    return tell(&s);
}
