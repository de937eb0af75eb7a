/*
 * sso_flow.h - what a browser carries while its person is at the provider: a cookie that we signed.
 *
 * The state in the address must be the cookie's, so the answer is good in the browser that asked and in
 * no other; the nonce and the PKCE verifier follow from the state and our key, so nothing is stored
 * until there is an answer.  That a state is good once is the errand's (domain/sso.h).
 */
#ifndef API_SSO_FLOW_H
#define API_SSO_FLOW_H

#include "base/ctx.h"

enum { SSO_FLOW_S = 600, SSO_NEXT_MAX = 512 };

struct sso_flow {
    str state;
    str provider;
    str next;            /* where to go in the end; a path of ours */
    struct uuid session; /* of who is linking; zero: somebody signs in */
    int64_t expires_s;
};

/* A new state, ten minutes from now. */
struct sso_flow sso_flow_new(struct arena *a, const uint8_t key[32], str provider, str next,
                             struct uuid session);
str sso_flow_write(struct arena *a, const uint8_t key[32], const struct sso_flow *flow);
/* false: not ours, changed, or too old. */
bool sso_flow_read(struct arena *a, const uint8_t key[32], str text, int64_t now_s,
                   struct sso_flow *out);
str sso_flow_nonce(struct arena *a, const uint8_t key[32], str state);
str sso_flow_verifier(struct arena *a, const uint8_t key[32], str state);

/* Is it a path of this site, to any browser?  Not "//elsewhere", not "/\elsewhere", no control
 * characters that some would drop. */
bool sso_is_local(str path);

#endif
