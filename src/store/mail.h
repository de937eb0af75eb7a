/*
 * mail.h - mail of the program's own, addresses that get none, and what the provider reported.
 *
 * Global tables.  Inserting a mail and asking about an address also work on the application role,
 * so that they can be part of an organisation's transaction; the rest is for the system role.
 */
#ifndef STORE_MAIL_H
#define STORE_MAIL_H

#include "base/ctx.h"
#include "base/field.h"

struct mail_row {
    struct uuid id;
    str kind;
    str to_address;
    str locale;
    struct bytes facts; /* sealed */
};
enum status mail_insert(struct ctx *c, const struct mail_row *row);

/* ---- for the worker ---- */

struct mail_due {
    struct uuid id;
    struct uuid lease_id;
    str kind;
    str to_address;
    str locale;
    struct bytes facts;
    int64_t attempts; /* this one included */
    int64_t doubts;
    struct instant created_at;
    bool cut_off; /* somebody held it before us and did not say how it ended */
};
/* At most limit of them are now ours for lease_s; list of struct mail_due. */
enum status mail_claim(struct ctx *c, int64_t limit, int64_t lease_s, struct list *out);

/* Not errors when the lease was lost: the newer holder's word counts. */
struct mail_ending {
    const char *state;
    str provider_id; /* ptr NULL: none */
    str error;       /* ptr NULL: none; cut to 1000 bytes */
    int64_t doubts;
};
enum status mail_end(struct ctx *c, const struct mail_due *mail, const struct mail_ending *ending);
enum status mail_again(struct ctx *c, const struct mail_due *mail, struct instant at, str error,
                       int64_t doubts);
enum status mail_put_back(struct ctx *c, const struct mail_due *mail);

/* ---- what came of it ---- */

/* *to is whose it was; *found false: it is no mail of ours. */
enum status mail_reported(struct ctx *c, str provider_id, const char *state, str error, str *to,
                          bool *found);
struct mail_outcome {
    str state;
    str error;
    int64_t attempts;
};
/* ERR_NOT_FOUND. */
enum status mail_outcome(struct ctx *c, struct uuid id, struct mail_outcome *out);

struct mail_suppression {
    str reason; /* "bounce" or "complaint" */
    struct instant at;
};
enum status mail_suppression_select(struct ctx *c, struct bytes digest,
                                    struct mail_suppression *out, bool *found);
enum status mail_suppression_insert(struct ctx *c, struct bytes digest, const char *reason);
enum status mail_suppression_delete(struct ctx *c, struct bytes digest, bool *was);
/* *fresh false: this report came before. */
enum status mail_event_insert(struct ctx *c, str id, str type, bool *fresh);

#endif
