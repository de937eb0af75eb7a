/*
 * account_parts.h - what the files of account share.  Not for others: they include
 * domain/account.h.
 *
 * account.c           one's own settings, colleagues, making organisations
 * account_sign_in.c   the door, and who has come in
 * account_second.c    the door's second step
 * account_security.c  one's own sessions, sign-ins and password
 */
#ifndef DOMAIN_ACCOUNT_PARTS_H
#define DOMAIN_ACCOUNT_PARTS_H

#include "domain/account.h"

/* Long enough, and none of those that are guessed first.  ERR_INVALID. */
enum status account_new_password(struct ctx *c, const char *field, struct secret password,
                                 str email, str name);
/* Note an attempt to sign in, and how it ended (login_event.outcome). */
enum status account_attempt(struct ctx *c, const struct sign_in *in, struct uuid user_id,
                            const char *outcome);
/* A session for somebody who has proven all that is asked; remember: trust this browser from now
 * on. */
enum status account_admit(struct ctx *c, const struct door *door, const struct sign_in *in,
                          const struct user *user, bool remember, struct entry *out);
/* The password, or whatever stands for it, was right: ask for the second factor. */
enum status account_ask(struct ctx *c, const struct door *door, const struct sign_in *in,
                        const struct user *user, struct entry *out);
/* Is in->password theirs?  ERR_INVALID current_password · ERR_RATE_LIMITED slow_down; commit then
 * too. */
enum status account_check_current(struct ctx *c, const struct sign_in *in, const struct user *user);
/* What proved them before does so no more: other sessions end (list of struct uuid), no device is
 * trusted, no sign-in is half done. */
enum status account_start_anew(struct ctx *c, struct uuid user_id, struct uuid keep,
                               struct list *ended);
/* ERR_RATE_LIMITED slow_down: too many failures from there, the password is not looked at. */
enum status account_slow_down(struct ctx *c, const struct sign_in *in, const struct user *user);

#endif
