/*
 * work.h - figures of the whole installation for the operator: what waits, what runs, how it went.
 * System role; cheap enough to be asked for every few seconds.
 */
#ifndef STORE_WORK_H
#define STORE_WORK_H

#include "base/ctx.h"
#include "base/field.h"

struct work_figures {
    int64_t due, running, inbound_waiting;    /* up to 1000 */
    int64_t mail_waiting, mail_late;          /* late: for more than five minutes */
    int64_t oldest_due_ms;                    /* how long the oldest due job has been due */
    int64_t jobs_failed;                      /* in the last hour */
    int64_t sent, failed, uncertain, waiting; /* outbound messages of the last hour */
};
enum status work_figures_load(struct ctx *c, struct work_figures *out);

#endif
