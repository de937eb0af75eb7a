/*
 * user.h - people who sign in.  A global table: the system role alone reads it, since signing in
 * happens before an organisation is known.
 */
#ifndef STORE_USER_H
#define STORE_USER_H

#include "base/ctx.h"
#include "base/field.h"

struct user {
    struct uuid id;
    str email; /* normalised: lower case, no blanks around */
    str name;
    str password_hash; /* PHC string; ptr NULL when there is none */
    str locale;
    str theme;
    str state;               /* active, frozen */
    int64_t failed_sign_ins; /* since the last good one */
    struct instant last_failed_at;
};

/* ERR_CONFLICT: the address is taken. */
enum status user_insert(struct ctx *c, const struct user *row);
enum status user_select(struct ctx *c, struct uuid id, struct user *out); /* ERR_NOT_FOUND */
enum status user_select_by_email(struct ctx *c, str email, struct user *out, bool *found);
/* Null strs keep what is there. */
enum status user_update_settings(struct ctx *c, struct uuid id, str locale, str theme);
enum status user_update_password(struct ctx *c, struct uuid id, str password_hash);
/* The same password with newer parameters; nothing when there is another one by now. */
enum status user_rehash(struct ctx *c, struct uuid id, str was, str hash);
/* Count a failure, or forget them all after a success. */
enum status user_update_failed(struct ctx *c, struct uuid id);
enum status user_update_succeeded(struct ctx *c, struct uuid id);

/* One attempt to sign in. */
struct login_event {
    struct uuid user_id; /* zero: nobody of that address */
    str ip;
    str user_agent; /* cut to 400 bytes */
    str via;        /* "": password; else whose word it was */
    str outcome;    /* ok, bad_password, unknown, frozen, slowed, asked, bad_code */
};
enum status login_event_insert(struct ctx *c, const struct login_event *row);

/* The same, as it is shown to the person. */
struct login_seen {
    struct uuid id;
    struct instant at;
    str ip;
    str user_agent;
    str outcome;
    str via;
};
extern const struct field login_seen_row[];
/* Newest first; before: an id to go on below, zero for the first page. */
enum status login_event_list(struct ctx *c, struct uuid user_id, struct uuid before, int64_t limit,
                             struct list *out);

/* An address that somebody has signed in from within 30 days. */
struct login_place {
    str ip;
};
/* The latest of them, up to 4096. */
enum status login_event_places(struct ctx *c, struct list *out);
/* Is this one theirs? */
enum status login_event_is_place(struct ctx *c, struct uuid user_id, str ip, bool *out);

/* Wrong passwords for one account in the last hour, from one address. */
/* Wrong codes for one account in a day, from anywhere; counting stops at 100. */
enum status login_event_bad_codes(struct ctx *c, struct uuid user_id, int64_t *out);
/* Did they come in from there, with that program, in the last 90 days?  ip ptr NULL: from anywhere? */
enum status login_event_seen(struct ctx *c, struct uuid user_id, str ip, str user_agent, bool *out);
/* Wrong passwords and codes for one account in the last hour, from one address. */
struct login_failures {
    int64_t n; /* counting stops at 100 */
    struct instant last_at;
};
enum status login_event_failures(struct ctx *c, struct uuid user_id, str ip,
                                 struct login_failures *out);

#endif
