/*
 * retention.h - what is kept for a time only, and goes.
 *
 * Each call removes some and says how many; call it until that is 0, a transaction each.
 */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include "base/ctx.h"
#include "base/field.h"

enum { RETENTION_BATCH = 1000, RETENTION_ORPHANS = 200 };

/* ---- of c->org ---- */

/* Vault rows that were worked through. */
enum status retention_inbound(struct ctx *c, int64_t keep_days, int64_t *removed);
/* Jobs that ended a week ago. */
enum status retention_jobs(struct ctx *c, int64_t *removed);
enum status retention_idempotency(struct ctx *c, int64_t *removed);
enum status retention_api_keys(struct ctx *c, int64_t *removed);
/* Note that this organisation was cleaned now. */
enum status retention_done(struct ctx *c);

/* Uploads older than a day that are in no message and nobody's picture: first they are marked, so
 * that nobody uses them any more... */
enum status retention_mark_orphans(struct ctx *c, int64_t *marked);
struct retention_orphan {
    struct uuid id;
    struct bytes sha256; /* data.ptr NULL: it has no bytes */
    bool shared;         /* another attachment has the same bytes */
};
/* ...then listed, and after their bytes are gone, forgotten. */
/* At most RETENTION_ORPHANS. */
enum status retention_list_orphans(struct ctx *c, struct list *out);
enum status retention_forget_orphan(struct ctx *c, struct uuid id);

/* ---- of nobody in particular: system role ---- */

enum status retention_sessions(struct ctx *c, int64_t *removed);
enum status retention_login_events(struct ctx *c, int64_t *removed);
/* Mail that is over, and what was reported of it, after 30 days. */
enum status retention_mails(struct ctx *c, int64_t *removed);
enum status retention_mail_events(struct ctx *c, int64_t *removed);
enum status retention_challenges(struct ctx *c, int64_t *removed);
enum status retention_devices(struct ctx *c, int64_t *removed);

#endif
