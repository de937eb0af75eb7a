/*
 * mailer.h - ways for a mail to leave: into files, to a mail server, to Resend.
 *
 * One ops struct, like blob_ops: a way sends one letter, blocking until c->deadline_ms, and says
 * which of four things came of it.  When to send, again or not, is the worker's (jobs/mail.c).
 */
#ifndef MAIL_MAILER_H
#define MAIL_MAILER_H

#include "base/config.h"
#include "http/client.h"
#include "http/smtp.h"

struct mail_letter {
    struct uuid id;    /* the same at each attempt: Message-ID, idempotency key, file name */
    struct instant at; /* when it was written */
    str to;            /* an address alone */
    str to_name;       /* "": not known */
    str subject, text, html;
};

enum mail_fate {
    MAIL_TAKEN = 1, /* somebody answers for it */
    MAIL_LATER,     /* certainly not taken: try again */
    MAIL_REFUSED,   /* certainly not taken, and will not be */
    MAIL_DOUBTFUL,  /* may have been taken */
};

struct mail_result {
    enum mail_fate fate;
    str provider_id;       /* ptr NULL: none */
    str why;               /* for the operator, when it was not taken */
    int64_t retry_after_s; /* 0: as we like */
    bool no_such_address;  /* with MAIL_REFUSED: nobody receives there */
};

struct mailer;

struct mail_ops {
    const char *name;
    /* The same letter twice arrives once: what is doubtful may be sent again. */
    bool repeat_is_safe;
    void (*send)(struct ctx *c, const struct mailer *m, const struct mail_letter *letter,
                 struct mail_result *out);
};

extern const struct mail_ops mail_file, mail_smtp, mail_resend;

struct mailer {
    const struct mail_ops *ops;
    str from_name; /* perhaps "" */
    str from;      /* an address alone */
    str folder;    /* file: made when first needed */
    struct smtp_server smtp;
    struct secret key; /* resend */
    struct http_client *http;
};

/* What the settings say; http may be NULL when nothing is going to be sent (sambung check).
 * Strings are cfg's or c->arena's.  ERR_INVALID names the setting. */
enum status mailer_of(struct ctx *c, const struct config *cfg, struct http_client *http,
                      struct mailer *out);

/* Where the file sink keeps its mails: <data>/mail. */
str mailer_folder(struct arena *a, const struct config *cfg);

/* The host that mail_resend calls, for the client's allow-list. */
extern const char mail_resend_host[];

/* ---- the file sink's folder, for the demonstration's page ---- */

enum { MAIL_FILES_KEPT = 200 };

struct mail_kept {
    struct uuid id;
    int64_t bytes;
};
/* The newest first, at most max of them; list of struct mail_kept. */
enum status mail_files_list(struct ctx *c, str folder, size_t max, struct list *out);
/* One as it lies there.  ERR_NOT_FOUND. */
enum status mail_files_read(struct ctx *c, str folder, struct uuid id, str *out);

#endif
