/*
 * notify.h - telling other processes that there is something to look at.
 *
 * A NOTIFY inside a transaction makes commits run one after another, so nobody
 * sends one there.  After a commit the process calls here; one thread with a
 * connection of its own sends at once when it is idle, and then at most every
 * 10 ms, everything that was asked for in between as one.  Nothing is lost when the database
 * is away: what is pending stays pending, and the listeners look by themselves each second.
 *
 * The calls never block and never fail, from any thread; NULL is fine and does nothing.
 */
#ifndef LIVE_NOTIFY_H
#define LIVE_NOTIFY_H

#include "base/ctx.h"

struct notifier;

struct notifier_options {
    str conninfo;        /* of the system role */
    const char *process; /* application_name */
};

enum status notifier_new(struct ctx *c, const struct notifier_options *options,
                         struct notifier **out);
void notifier_free(struct notifier *n); /* sends what is pending first, if it can */

/* This organisation has jobs that may run now: NOTIFY sambung_job '<org>,<org>,...'. */
void notify_jobs(struct notifier *n, struct uuid org);
/* There is mail to be sent, of no organisation: NOTIFY sambung_job 'mail'. */
void notify_mail(struct notifier *n);
/* There are new rows in change: NOTIFY sambung_change ''. */
void notify_changes(struct notifier *n);
/* Presence for the other web processes, a JSON object of at most 2000 bytes without line breaks:
 * NOTIFY sambung_presence, several objects a payload, a line each.  Past 1000 pending it is dropped. */
void notify_presence(struct notifier *n, str json);

struct notifier_stats {
    int64_t jobs, changes, presence; /* asked for */
    int64_t sent;                    /* NOTIFY statements */
    int64_t failures;
};
void notifier_read_stats(struct notifier *n, struct notifier_stats *out);

#endif
