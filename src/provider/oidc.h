/*
 * oidc.h - a provider of identity on the wire: OpenID Connect's code flow with PKCE.  Pure.
 *
 * Google and Microsoft are known, a company's own is named by its issuer.  A provider is called at
 * its own hosts only, whatever its discovery document says.
 */
#ifndef PROVIDER_OIDC_H
#define PROVIDER_OIDC_H

#include "base/config.h"
#include "crypto/jose.h"
#include "http/message.h"

enum {
    OIDC_PROVIDERS_MAX = 3,
    OIDC_HOSTS_MAX = 3,
    OIDC_DOCUMENT_BYTES = 65536,
    OIDC_SKEW_S = 60, /* how far clocks may differ */
};

struct oidc_provider {
    str word;   /* in addresses and in the database: google, microsoft, company */
    str title;  /* on the button */
    str issuer; /* whose discovery document it is; https */
    str client_id;
    struct secret client_secret;
    /* Microsoft's common and organizations: the document says ".../{tenantid}/v2.0", each token the
     * tenant that it comes from. */
    bool any_tenant;
    bool no_consumers; /* of any tenant but that of private accounts */
    str hosts[OIDC_HOSTS_MAX];
    size_t n_hosts;
};

struct oidc_providers {
    struct oidc_provider items[OIDC_PROVIDERS_MAX];
    size_t n;
};

/* Those that the settings name.  ERR_INVALID naming the setting that is wrong or missing. */
enum status oidc_configure(struct ctx *c, const struct config *cfg, struct oidc_providers *out);
/* NULL: there is none of that word.  all may be NULL too. */
const struct oidc_provider *oidc_find(const struct oidc_providers *all, str word);

/* ---- what it publishes ---- */

struct oidc_metadata {
    str issuer;
    str authorization_endpoint, token_endpoint, jwks_uri;
    bool says_issuer; /* RFC 9207: the answer in the address has iss, and must */
    bool basic_only;  /* the client's secret goes into a header, not into the form */
};

str oidc_document_url(struct arena *a, const struct oidc_provider *p);
/* ERR_INVALID: not this issuer's, or it sends us to hosts that are not its own. */
enum status oidc_read_document(struct ctx *c, const struct oidc_provider *p, str json,
                               struct oidc_metadata *out);

/* ---- the person goes there and comes back ---- */

struct oidc_departure {
    str redirect_uri, state, nonce, verifier;
};

str oidc_authorization_url(struct arena *a, const struct oidc_provider *p,
                           const struct oidc_metadata *m, const struct oidc_departure *d);
/* Is iss, as the answer's address has it ("" if absent), right for this provider? */
bool oidc_issuer_agrees(const struct oidc_provider *p, const struct oidc_metadata *m, str iss);

/* ---- the code is exchanged ---- */

struct oidc_exchange {
    str code, redirect_uri, nonce;
    struct secret verifier;
};

struct oidc_tokens {
    str id_token, access_token;
};

void oidc_token_request(struct ctx *c, const struct oidc_provider *p, const struct oidc_metadata *m,
                        const struct oidc_exchange *x, struct http_request *out);
/* ERR_UNAVAILABLE: it did not answer as it should; ERR_CONFLICT: the code is not good (any more);
 * ERR_FORBIDDEN: it does not know us, the settings are wrong. */
enum status oidc_read_tokens(struct ctx *c, const struct http_response *in,
                             struct oidc_tokens *out);

struct oidc_person {
    str issuer, subject; /* these two are who it is */
    str email, name;     /* "" when it does not say */
    bool email_verified;
};

/*
 * Is this id_token for us, now, of this exchange?  Checked: signature by a published key, iss, aud,
 * azp, exp, iat, nbf, nonce, at_hash, typ.  ERR_NOT_FOUND: its key is not among these, which may be
 * old.  Other failures are final.
 */
enum status oidc_read_id_token(struct ctx *c, const struct oidc_provider *p,
                               const struct oidc_metadata *m, const struct jwks *keys,
                               const struct oidc_tokens *tokens, str nonce,
                               struct oidc_person *out);

#endif
