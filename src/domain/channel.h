/*
 * channel.h - connecting providers' accounts, and using them.
 *
 * Secrets are one JSON object, sealed with the organisation's data key at place
 * (org, "channel", id, "secrets"); nothing here ever hands them to a caller that shows them.
 *
 * A disconnected channel keeps its conversations; nothing comes in or goes out any more.
 */
#ifndef DOMAIN_CHANNEL_H
#define DOMAIN_CHANNEL_H

#include "domain/actor.h"
#include "domain/keys.h"
#include "provider/channel.h"
#include "store/channel.h"
#include "store/inbound.h"

/* ---- using one ---- */

/* Which organisation's channel is this?  System role, before the organisation is known. */
enum status channel_locate(struct ctx *c, struct uuid channel_id, struct uuid *org, bool *found);
/*
 * The account with its secrets opened, for verifying a webhook or sending; lives in c->arena.
 * ERR_NOT_FOUND; ERR_CONFLICT channel_disconnected; ERR_INVALID when the secrets do not open.
 */
enum status channel_account_load(struct ctx *c, struct keys *keys, struct uuid channel_id,
                                 struct channel_account *out, const struct channel_ops **ops);

/* ---- managing them ---- */

struct channel_form {
    str kind;
    str name;
    const struct json *settings;   /* object, or NULL: none given */
    const struct json *secrets;    /* object, or NULL: keep those that are there */
    int64_t silence_alarm_minutes; /* 0: no alarm */
};

enum status channel_overview(struct ctx *c, struct list *out); /* of struct channel, with health */
enum status channel_load(struct ctx *c, struct uuid id, struct channel *out);

/* Is the form complete and well-formed, by the kind's own list of settings?  ERR_INVALID names the
 * field ("settings.phone_number_id").  *ops is its kind. */
enum status channel_check(struct ctx *c, const struct channel_form *form,
                          const struct channel_ops **ops);
/*
 * Before saving: have the worker try the form's credentials (job channel_test).  *job is zero when
 * this kind has nothing to test.  channel_id: the channel whose kept secrets fill what the form
 * leaves out; zero for a new one.
 */
enum status channel_test_enqueue(struct ctx *c, struct keys *keys, const struct channel_form *form,
                                 struct uuid channel_id, struct uuid *job);
struct channel_tested {
    str display; /* may be "" */
    struct token_facts token;
};
/* The job's result.  ERR_INVALID naming the field when the provider refused. */
enum status channel_test_result(struct ctx *c, str result, struct channel_tested *out);

/* tested: what was found just now, NULL when there was nothing to test. */
enum status channel_connect(struct ctx *c, struct keys *keys, const struct channel_form *form,
                            const struct channel_tested *tested, struct channel *out);

struct channel_patch {
    const struct channel_tested *tested; /* NULL: nothing was tried */
    const struct channel_form *form;
    bool has_name, has_settings, has_alarm; /* secrets: when form->secrets is not NULL */
    int64_t version;                        /* what the caller saw; 0: does not matter */
};
/* ERR_CONFLICT stale_version; ERR_INVALID as channel_check. */
enum status channel_change(struct ctx *c, struct keys *keys, struct uuid id,
                           const struct channel_patch *patch, struct channel *out);
/* Ends it: secrets and hook address go, conversations stay.  Fine when it is disconnected already. */
enum status channel_end(struct ctx *c, struct uuid id);

/* ---- what the worker learns ---- */

/* It failed in a way that is the channel's own (token, permission): degraded, shown, published. */
enum status channel_degrade(struct ctx *c, struct uuid id, str why);
/* Somebody sent a webhook that the provider has not signed: shown on its card, nothing else. */
enum status channel_forged(struct ctx *c, struct uuid id);
/* It works (again). */
enum status channel_recover(struct ctx *c, struct uuid id);

/* One of its webhooks could not be read, and why: kept as failed, counted on its card, published. */
enum status channel_inbound_failed(struct ctx *c, struct uuid id, struct uuid inbound_id, str why);

/* Vault rows of a channel that could not be read, and doing them again. */
enum status channel_inbound(struct ctx *c, struct uuid id, str state, struct uuid before,
                            int64_t limit, struct list *out);
enum status channel_inbound_replay(struct ctx *c, struct uuid inbound_id);

#endif
