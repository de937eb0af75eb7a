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
/* The caller's, as text that the database keeps. */
str session_user_agent(struct req *r);
/* It has begun: the browser gets its cookie.  Should the commit fail, nobody is told the token. */
void session_begun(struct req *r, str token, const struct session_view *view);
/* It is over: no request of it is answered from memory any more, its streams end.  Also when the
 * commit fails: a session too few in memory costs one question. */
void session_ended(struct req *r, struct uuid id);

#endif
