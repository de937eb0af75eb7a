/*
 * sso.h - accounts elsewhere, what is asked of their providers, what these publish.  Global tables,
 * for the system role: all of it happens before an organisation is known.
 */
#ifndef STORE_SSO_H
#define STORE_SSO_H

#include "base/ctx.h"
#include "base/field.h"

/* ---- accounts elsewhere ---- */

struct user_identity {
    struct uuid id;
    struct uuid user_id;
    str provider;
    str issuer, subject;
    str email; /* as it was called when it was linked; "" */
    struct instant created_at;
    struct instant last_used_at; /* none: never */
};

enum status user_identity_select(struct ctx *c, str issuer, str subject, struct user_identity *out,
                                 bool *found);
/* At most 100. */
enum status user_identity_list(struct ctx *c, struct uuid user_id, struct list *out);
/* *done false: it is linked already, to whomever. */
enum status user_identity_insert(struct ctx *c, const struct user_identity *row, bool *done);
enum status user_identity_update_used(struct ctx *c, struct uuid id);
enum status user_identity_delete(struct ctx *c, struct uuid id, struct uuid user_id, bool *done);
/* Until the transaction ends nobody else changes how this person signs in. */
enum status user_lock(struct ctx *c, struct uuid user_id);

/* ---- what the worker asks while somebody waits ---- */

struct sso_errand {
    struct uuid id;
    str kind; /* discover, exchange */
    str provider;
    struct bytes state_digest; /* data.ptr NULL: none */
    struct bytes secrets;      /* sealed; data.ptr NULL: none */
};

/* *done false: this state was used before. */
enum status sso_errand_insert(struct ctx *c, const struct sso_errand *row, bool *done);
enum status sso_errand_take(struct ctx *c, int64_t limit, struct list *out);
enum status sso_errand_finish(struct ctx *c, struct uuid id, struct json_text result);

struct sso_outcome {
    str state;
    struct json_text result;
    bool late;
};
enum status sso_errand_outcome(struct ctx *c, struct uuid id, struct sso_outcome *out);
/* *done false: somebody was quicker. */
enum status sso_errand_use(struct ctx *c, struct uuid id, bool *done);
/* Some of the old ones. */
enum status sso_errand_purge(struct ctx *c, int64_t *removed);

/* ---- what providers publish ---- */

struct sso_document {
    str document; /* JSON, as it came */
    struct instant document_at;
    str keys; /* ptr NULL: not fetched yet */
    struct instant keys_at;
    struct instant forced_at;
};

enum status sso_document_select(struct ctx *c, str issuer, struct sso_document *out, bool *found);
enum status sso_document_upsert(struct ctx *c, str issuer, str document);
enum status sso_document_update_keys(struct ctx *c, str issuer, str keys, bool forced);

#endif
