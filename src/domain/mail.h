/*
 * mail.h - mail of the program's own: invitations, resets, notices about one's account.
 *
 * mail_queue writes the mail in the caller's transaction, so that it exists exactly when what it
 * tells of does; the worker delivers it (jobs/mail.c).  It works in any transaction that writes, on
 * the application and on the system role.  Nobody waits for a mail: whether an address bounces is
 * learnt later, and kept (mail_refused).
 *
 * To add a kind: here, its row in kinds[] of mail_words.c, its words in mail/<language>.json.
 */
#ifndef DOMAIN_MAIL_H
#define DOMAIN_MAIL_H

#include "crypto/seal.h"
#include "store/mail.h"

/* Behind each: the facts that it needs, all of them, and no others. */
enum mail_kind {
    MAIL_INVITATION = 1,        /* organisation, inviter, link, days */
    MAIL_RESET,                 /* link, minutes */
    MAIL_VERIFY,                /* link, hours */
    MAIL_SIGN_UP_EXISTS,        /* link (to sign in), reset (to choose another password) */
    MAIL_NEW_DEVICE,            /* when, device, ip, link (to one's security page) */
    MAIL_PASSWORD_CHANGED,      /* when, ip, link (to choose another password) */
    MAIL_SECOND_FACTOR_CHANGED, /* when, ip, link (to one's security page) */
    MAIL_KEY_MADE,              /* when, key (its name), organisation, link (to the keys) */
    MAIL_REMOVED,               /* organisation */
    MAIL_FROZEN,                /* organisation */
    MAIL_GUESSES,               /* when, count, ip, link (to one's security page) */
    MAIL_TEST,                  /* site */
    MAIL_TOKEN_REUSED,          /* when, ip, link (to one's security page) */
};

/* A "link" is an absolute address of ours; the mail shows it as a button and as text.  Everything
 * else is put in as words: one line, cut to what a name may be long. */
struct mail_fact {
    const char *name; /* NULL: none */
    str value;
};

enum { MAIL_FACTS = 6, MAIL_FACT_MAX = 1500 };

struct mail_new {
    enum mail_kind kind;
    str to;      /* an address, as typed */
    str to_name; /* "": not known */
    str locale;  /* "" or unknown: en */
    struct mail_fact facts[MAIL_FACTS];
};

/*
 * Queue it in c's transaction.  Committing is the caller's; the dispatcher and the job runner then
 * tell the worker.
 *
 * ERR_INVALID email: not an address.  ERR_INTERNAL: a fact is missing, unknown or too long.
 */
enum status mail_queue(struct ctx *c, const struct master_key *master, const struct mail_new *mail);
/* The same, and which one it is. */
enum status mail_queue_id(struct ctx *c, const struct master_key *master,
                          const struct mail_new *mail, struct uuid *id);

/* The fact "when": "2026-11-22 15:40 UTC". */
str mail_when(struct arena *a, struct instant at);

/* ---- addresses that get nothing ---- */

/* Does this address get no mail any more, and why ("bounce", "complaint")?  Any role. */
enum status mail_refused(struct ctx *c, const struct master_key *master, str address, bool *refused,
                         struct mail_suppression *why);
/* System role. */
enum status mail_refuse(struct ctx *c, const struct master_key *master, str address,
                        const char *reason);
/* It may get mail again; *was false: it did all the time.  System role. */
enum status mail_allow(struct ctx *c, const struct master_key *master, str address, bool *was);

/* ---- for the worker ---- */

struct mail_text {
    str to_name;
    str subject;
    str text;
    str html;
};
/* A claimed mail's words.  site: our public address, for its foot.  ERR_INVALID: its kind or its
 * facts are not ones that this version knows. */
enum status mail_open(struct ctx *c, const struct master_key *master, const struct mail_due *mail,
                      str site, struct mail_text *out);

#endif
