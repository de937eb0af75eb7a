/*
 * redirect.h - the door for those who come by plain HTTP, and are sent on.
 *
 * Every request is answered with 308 and the public address, path and query as they came.  The
 * Host that was asked for plays no part: nobody is sent anywhere else.  Only /healthz answers for
 * itself, since who asks for it wants to know about this very process.
 */
#ifndef API_REDIRECT_H
#define API_REDIRECT_H

#include "base/ctx.h"

struct redirect;

/* listen: address:port; origin: the public address, without a slash at its end. */
enum status redirect_new(struct ctx *c, str listen, str origin, struct redirect **out);
void redirect_free(struct redirect *r);

#endif
