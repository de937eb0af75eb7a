/*
 * account.h - signing in, and making organisations.
 *
 * Everything here runs on the system role, in the caller's transaction (TX_SYSTEM): a person is
 * known before an organisation is.  Tokens are handed out once and kept as digests.
 *
 * A failed attempt must be recorded though the request fails: commit after ERR_UNAUTHORIZED and
 * ERR_RATE_LIMITED too (req.keep).
 */
#ifndef DOMAIN_ACCOUNT_H
#define DOMAIN_ACCOUNT_H

#include "crypto/seal.h"
#include "domain/actor.h"
#include "domain/email.h"
#include "store/membership.h"
#include "store/session.h"
#include "store/user.h"

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 256 };

/* ---- signing in ---- */

/* What the door knows of the installation. */
struct door {
    uint8_t key[32];        /* derived: tokens, and digests of them */
    struct data_key factor; /* derived: seals the secrets of authenticator apps */
    struct master_key master;
    str site; /* our public address */
};
void door_of(const struct master_key *master, str site, struct door *out);

struct sign_in {
    str email; /* as typed */
    struct secret password;
    str ip;
    str user_agent;
    str via;     /* the provider's word; "": by password */
    str device;  /* the token by which this browser is known (entry.device); "": none */
    bool script; /* not a browser: no cookies */
    bool family; /* access and refresh tokens instead of one token (access_token.h) */
};

/* Somebody came in, or is asked for a second factor first. */
struct entry {
    bool asked;
    str token; /* of the new session, unless asked */
    struct session_view view;
    str device;             /* for a browser to keep, so that it is known the next time */
    str challenge, browser; /* when asked: both answer it (second_step); browser "": a script */
    struct instant asked_until;
};

/*
 * A new session in the organisation that the person joined first; or, for somebody with a second
 * factor on a device that is not trusted, a challenge.
 *
 * ERR_UNAUTHORIZED  bad_credentials: wrong address or password, or the account is frozen
 * ERR_RATE_LIMITED  slow_down: too many failures; the password was not looked at
 */
enum status account_sign_in(struct ctx *c, const struct door *door, const struct sign_in *in,
                            struct entry *out);
/* The same for somebody who has proven who they are in another way.  ERR_UNAUTHORIZED: frozen, or
 * belongs nowhere (any more). */
enum status account_enter(struct ctx *c, const struct door *door, const struct sign_in *in,
                          struct uuid user_id, struct entry *out);
/* From where people have signed in lately, up to some thousands: list of struct login_place. */
enum status account_places(struct ctx *c, struct list *out);

struct second_step {
    str challenge, browser; /* of the entry */
    str code;               /* of the authenticator app, or else */
    str recovery_code;
    bool remember; /* do not ask on this device for DEVICE_TRUST_DAYS */
};
enum { CHALLENGE_MINUTES = 5, DEVICE_TRUST_DAYS = 30 };
/*
 * The answer to a challenge, which is good for one sign-in and a few wrong codes.
 *
 * ERR_UNAUTHORIZED  challenge_over: too late, used, another browser's, or too many wrong codes
 *                   bad_code: wrong, or taken before
 * ERR_RATE_LIMITED  slow_down
 */
enum status account_second_step(struct ctx *c, const struct door *door, const struct sign_in *in,
                                const struct second_step *step, struct entry *out);
/* Seconds to wait after that many wrong passwords from one place within an hour. */
int64_t account_wait_s(int64_t failures);
/* Who presents this token?  *found false: nobody (any more). */
enum status account_session(struct ctx *c, const uint8_t key[32], str token,
                            struct session_view *out, bool *found);
/* Note that the session is in use, at most once in five minutes; needs a writable transaction. */
enum status account_session_seen(struct ctx *c, const struct session_view *session);
/* What leads to a session of sign_in.family, for account_session: nobody is told it. */
str account_family_token(struct arena *a, struct uuid session_id);
enum status account_sign_out(struct ctx *c, struct uuid session_id);

/* Fill an actor from a session; its strs are the session's. */
void account_actor(const struct session_view *session, struct actor *out);

/* One's own settings; null strs and availability 0 keep what is there.  c->org must be set. */
struct me_patch {
    str locale;
    str theme;
    int availability; /* enum availability */
};
enum status account_update_me(struct ctx *c, const struct session_view *session,
                              const struct me_patch *patch, struct session_view *out);

/* ---- one's own security ---- */

/* Where one is signed in: list of struct session_place. */
enum status account_sessions(struct ctx *c, struct uuid user_id, struct list *out);
/* ERR_NOT_FOUND: it is another person's, or has ended. */
enum status account_end_session(struct ctx *c, struct uuid user_id, struct uuid session_id);
/* Sign out everywhere but here; list of struct uuid. */
enum status account_end_others(struct ctx *c, struct uuid user_id, struct uuid keep,
                               struct list *ended);
/* One's attempts to sign in: list of struct login_seen, newest first, below before (zero: all). */
enum status account_sign_ins(struct ctx *c, struct uuid user_id, struct uuid before, int64_t limit,
                             struct list *out);

struct password_change {
    struct secret current, wanted;
    str ip;
    str user_agent;
};
/*
 * Another password, which ends all other sessions (list of struct uuid) and all trust in devices.  Who guesses the current
 * one is slowed as at the door; commit then too.
 *
 * ERR_INVALID current_password, new_password · ERR_RATE_LIMITED slow_down
 */
enum status account_change_password(struct ctx *c, const struct door *door,
                                    const struct session_view *session,
                                    const struct password_change *in, struct list *ended);

/* Colleagues, active ones, by name; list of struct membership.  Application role. */
enum status account_members(struct ctx *c, struct list *out);

/* ---- making ---- */

struct account_new {
    str org_name;
    str slug;     /* "": from the name */
    str locale;   /* "": en */
    str timezone; /* "": Asia/Kuala_Lumpur */
    str name;     /* the owner's */
    str email;
    struct secret password;
};

/* Would these do for a person?  Either may be empty.  ERR_INVALID says why not. */
enum status account_check_person(struct ctx *c, str email, struct secret password);
/* Is there any organisation yet? */
enum status account_any(struct ctx *c, bool *out);
/*
 * An organisation with its data key, the usual stages and its owner.  Sets c->org to it.
 * ERR_INVALID naming the field; ERR_CONFLICT when slug or address are taken.
 */
enum status account_bootstrap(struct ctx *c, const struct master_key *master,
                              const struct account_new *in, struct uuid *org, struct uuid *user);

struct member_new {
    str name;
    str email;
    struct secret password; /* size 0: cannot sign in with a password */
    enum member_role role;
    str locale; /* "": en */
};
/* A person who is new to the installation joins c->org. */
enum status account_add_member(struct ctx *c, const struct member_new *in, struct uuid *user);

#endif
