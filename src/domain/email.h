/*
 * email.h - the addresses of people who sign in: one form, one rule.
 */
#ifndef DOMAIN_EMAIL_H
#define DOMAIN_EMAIL_H

#include "base/ctx.h"

enum { EMAIL_MAX = 254 };

/* Without the blanks around it, in lower case. */
str email_normalise(struct arena *a, str typed);
/*
 * Is it one that mail can be sent to, and nothing else: one @, no blanks, nothing that means
 * something in a mail's header?  ERR_INVALID naming "email".
 */
enum status email_check(struct ctx *c, str email);

#endif
