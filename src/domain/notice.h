/*
 * notice.h - mail to a person about their own account: what was done, so that they notice when it
 * was not they.  In their language, in the transaction of what it tells of.
 */
#ifndef DOMAIN_NOTICE_H
#define DOMAIN_NOTICE_H

#include "domain/account.h"
#include "domain/mail.h"

/* MAIL_NEW_DEVICE, MAIL_PASSWORD_CHANGED, MAIL_SECOND_FACTOR_CHANGED or MAIL_TOKEN_REUSED. */
enum status notice_security(struct ctx *c, const struct door *door, const struct user *user,
                            enum mail_kind kind, const struct sign_in *from);
/* Of a person who is signed in. */
enum status notice_key_made(struct ctx *c, const struct door *door,
                            const struct session_view *maker, str key_name);

#endif
