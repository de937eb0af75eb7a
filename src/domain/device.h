/*
 * device.h - browsers that a person has signed in with.
 *
 * A browser keeps a token beside its session, also after signing out, and gets another one at each
 * sign-in.  It tells a device that is known from one that is new, of which its owner is told by
 * mail; and it may be trusted for a while, so that no second factor is asked on it.
 */
#ifndef DOMAIN_DEVICE_H
#define DOMAIN_DEVICE_H

#include "domain/account.h"
#include "store/device.h"

/* Is this the browser (in->device) that the person told us to trust? */
enum status device_is_trusted(struct ctx *c, const struct door *door, const struct sign_in *in,
                              struct uuid user_id, bool *out);
/* The same, but only known. */
enum status device_is_known(struct ctx *c, const struct door *door, const struct sign_in *in,
                            struct uuid user_id, bool *out);
/* Somebody has come in: tell them when it is with something new; remember with what, trust it from now on if they want; *token is for the
 * browser to keep, "" for a script. */
enum status device_note(struct ctx *c, const struct door *door, const struct sign_in *in,
                        const struct user *user, bool remember, str *token);

/* One's own that are trusted: list of struct device. */
enum status device_trusted(struct ctx *c, struct uuid user_id, struct list *out);
/* The second factor is asked there again.  ERR_NOT_FOUND. */
enum status device_distrust(struct ctx *c, struct uuid user_id, struct uuid device_id);
enum status device_distrust_all(struct ctx *c, struct uuid user_id);

#endif
