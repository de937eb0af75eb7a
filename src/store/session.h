/*
 * session.h - signed-in browsers and scripts.  A global table, for the system role.
 * Only a digest of the token is kept (crypto/hash.h: token_digest).
 */
#ifndef STORE_SESSION_H
#define STORE_SESSION_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"

enum session_kind {
    SESSION_BROWSER, /* or a script: one token, shown each time */
    SESSION_TOKEN,   /* access tokens and the refresh tokens between them */
};

struct session {
    struct uuid id;
    struct bytes token_digest;
    struct uuid user_id;
    struct uuid org_id;
    str ip;
    str user_agent;
    struct instant expires_at;
    enum session_kind kind;
};

/* Everything that a request needs to know about who is asking, in one statement. */
struct session_view {
    struct uuid id;
    struct uuid user_id;
    struct uuid org_id;
    struct instant last_seen_at;
    struct instant expires_at;
    bool family; /* SESSION_TOKEN: whoever holds an access token need not be the person */
    str user_name;
    str email;
    str locale;
    str theme;
    enum member_role role;
    str role_words; /* of a custom role: its permissions, with blanks between them */
    enum availability availability;
    str org_name;
    str org_locale;
    str org_timezone;
    bool second_factor_required; /* by the organisation */
    bool second_factor;          /* has the person one? */
    struct instant created_at;
};

/* A session ends SESSION_IDLE_DAYS after it was last used, and SESSION_DAYS after it began. */
enum { SESSION_IDLE_DAYS = 14, SESSION_DAYS = 30 };

enum status session_insert(struct ctx *c, const struct session *row);
/* *found only if it is neither revoked nor expired nor idle for too long, its user active, its membership active and its
 * organisation not closed. */
enum status session_select(struct ctx *c, struct bytes token_digest, struct session_view *out,
                           bool *found);
/* Note that it was used; writes at most once in five minutes. */
enum status session_update_seen(struct ctx *c, struct uuid id);
/* Not of a SESSION_TOKEN: it has none of its own. */
enum status session_update_token(struct ctx *c, struct uuid id, struct bytes token_digest);
enum status session_revoke(struct ctx *c, struct uuid id);

/* One place where a person is signed in. */
struct session_place {
    struct uuid id;
    struct uuid org_id;
    str org_name;
    str ip;
    str user_agent;
    struct instant created_at;
    struct instant last_seen_at;
    struct instant expires_at; /* when it ends if it is not used again */
};
extern const struct field session_place_row[];

/* Last used first, at most 200. */
enum status session_list(struct ctx *c, struct uuid user_id, struct list *out);
/* *done false: it is not this person's, or has ended. */
enum status session_revoke_own(struct ctx *c, struct uuid id, struct uuid user_id, bool *done);
/* All but keep; the list is of struct uuid. */
enum status session_revoke_others(struct ctx *c, struct uuid user_id, struct uuid keep,
                                  struct list *ended);

#endif
