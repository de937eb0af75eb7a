/*
 * session.h - what the handlers about signing in (session.c) and about one's own security
 * (security.c) share.
 */
#ifndef API_SESSION_H
#define API_SESSION_H

#include "api/req.h"
#include "domain/account.h"

/* The session that this request shows, with all that is known of it.  ERR_UNAUTHORIZED. */
enum status session_shown(struct ctx *c, struct req *r, struct session_view *out);
/* Who tries to come in: from where, with what browser. */
struct sign_in session_attempt(struct req *r);
/* account_sign_in, slowed as it must be for an address that nobody has, too. */
enum status session_try(struct ctx *c, struct req *r, const struct sign_in *attempt,
                        struct entry *out);
/* What its cookie holds; "": nothing.  For ways that are public and yet concern somebody. */
str session_in_cookie(struct req *r);
/* Somebody came in, or is asked for more: the browser gets its cookies.  For a way to sign in that
 * answers with a redirection.  Should the commit fail, nobody is told the token. */
void session_begun(struct req *r, const struct entry *entry);
/* The cookies, and the answer: the session (out is a Session; a script is told its token), or 202
 * and the challenge. */
void session_entered(struct ctx *c, struct req *r, const struct entry *entry, bool script);
/* The caller's, as text that the database keeps. */
str session_user_agent(struct req *r);
/* It is over: no request of it is answered from memory any more, its streams end.  Also when the
 * commit fails: a session too few in memory costs one question. */
void session_ended(struct req *r, struct uuid id);
void sessions_ended(struct req *r, const struct list *ids); /* of struct uuid */
/* What it may do has changed: ask the database about it again. */
void session_changed(struct req *r, struct uuid id);
/* It goes on under this token: in the cookie of a browser, or, for a script, to be told; ptr NULL:
 * not to be told. */
str session_renewed(struct req *r, struct uuid id, str token);

#endif
