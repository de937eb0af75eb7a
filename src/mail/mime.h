/*
 * mime.h - a letter as an RFC 5322 message: text and HTML, UTF-8, 7 bits, lines that end in CR LF.
 */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include "mail/mailer.h"

enum { MIME_MAX = 512 * 1024 };

/* ERR_TOO_LARGE past MIME_MAX. */
enum status mime_write(struct ctx *c, const struct mailer *from, const struct mail_letter *letter,
                       str *out);
/* The domain of the sender's address. */
str mime_domain(const struct mailer *from);

#endif
