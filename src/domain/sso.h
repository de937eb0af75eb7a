/*
 * sso.h - signing in by another's word (OpenID Connect).
 *
 * An account elsewhere opens the door of the person who has linked it, and of nobody else: that the
 * addresses are the same proves nothing, since a provider may let anybody claim one.  Linking is for
 * who is signed in already.  An account that nobody has linked is turned away.
 *
 * All of it is the system role's, in the caller's transaction (TX_SYSTEM).  The web process cannot
 * call out: it leaves an errand, the worker runs it (jobs/sso.c), the request waits for its end.
 */
#ifndef DOMAIN_SSO_H
#define DOMAIN_SSO_H

#include "domain/account.h"
#include "provider/oidc.h"
#include "store/sso.h"

/* What became of an attempt; the words stand in the page's address (sso_words). */
enum sso_end {
    SSO_OK,
    SSO_CANCELLED,   /* the person said no, there */
    SSO_EXPIRED,     /* too late, twice, in another browser, a code that is not good */
    SSO_NOT_LINKED,  /* nobody here has linked that account */
    SSO_TAKEN,       /* somebody else here has */
    SSO_UNAVAILABLE, /* the provider, or our worker, does not answer */
    SSO_REFUSED,     /* what the provider said was not believed, or it refuses us */
    SSO_ENDS,
};
extern const char *const sso_words[SSO_ENDS];

/* ---- errands ---- */

/* Fetch what the provider publishes, which web has not seen yet. */
enum status sso_discover(struct ctx *c, const struct oidc_provider *p, struct uuid *errand);
/* Exchange the code.  SSO_EXPIRED in *end: this state was used before. */
enum status sso_exchange(struct ctx *c, const uint8_t key[32], const struct oidc_provider *p,
                         str state, const struct oidc_exchange *x, struct uuid *errand,
                         enum sso_end *end);
/* Has it ended?  *result is its JSON, for sso_result; an errand that takes too long has ended too. */
enum status sso_ended(struct ctx *c, struct uuid errand, bool *ended, str *result);
/* What it found, once: the second call of the same errand says SSO_EXPIRED. */
enum status sso_result(struct ctx *c, struct uuid errand, str result, enum sso_end *end,
                       struct oidc_person *out);
/* What the provider publishes, as far as it is known here. */
enum status sso_metadata(struct ctx *c, const struct oidc_provider *p, struct oidc_metadata *out,
                         bool *found);

/* ---- for the worker ---- */

enum status sso_open(struct ctx *c, const uint8_t key[32], const struct sso_errand *errand,
                     struct oidc_exchange *out);
/* person counts with SSO_OK only, and is NULL where there was none to find. */
enum status sso_finish(struct ctx *c, struct uuid errand, enum sso_end end,
                       const struct oidc_person *person);

/* ---- people ---- */

/* Let the person in who has linked this account, as account_enter does.  from: who tries, its via is
 * filled here.  *end: SSO_NOT_LINKED, SSO_REFUSED (frozen, in no organisation); out is set with
 * SSO_OK only.  Recorded either way. */
enum status sso_sign_in(struct ctx *c, const struct door *door, const struct sign_in *from,
                        const struct oidc_provider *p, const struct oidc_person *person,
                        enum sso_end *end, struct entry *out);
/* May a stranger whom the provider vouches for make an account by coming in?  Not today: people join
 * by invitation. */
bool sso_may_sign_up(const struct oidc_provider *p, const struct oidc_person *person);
/* Link it to who is signed in; linking it again changes nothing.  *end: SSO_TAKEN. */
enum status sso_link(struct ctx *c, const struct session_view *session,
                     const struct oidc_provider *p, const struct oidc_person *person,
                     enum sso_end *end);
/* List of struct user_identity. */
enum status sso_list(struct ctx *c, struct uuid user_id, struct list *out);
/* ERR_NOT_FOUND; ERR_CONFLICT: without it the person could not sign in any more. */
enum status sso_unlink(struct ctx *c, const struct session_view *session, struct uuid id);

#endif
