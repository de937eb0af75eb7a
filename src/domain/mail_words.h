/*
 * mail_words.h - what the mails say: pure, from the catalogues in mail/ and the facts.
 *
 * A catalogue (mail/<language>.json) holds for each kind a subject, paragraphs, perhaps a button
 * and what comes after it; {{fact}} is filled in.  In HTML every fact is escaped, in text and
 * subject it is one line.
 */
#ifndef DOMAIN_MAIL_WORDS_H
#define DOMAIN_MAIL_WORDS_H

#include "base/embedded.h"
#include "base/field.h"
#include "domain/mail.h"

extern const struct embedded_file
    mail_files[]; /* mail/: catalogues, and the pieces of the layout */

enum { MAIL_KINDS = MAIL_TOKEN_REUSED + 1 };
extern const struct field_names mail_kind_names;

/* The languages that there is a catalogue for; NULL ends the list. */
extern const char *const mail_locales[];
/* One of them: the same, or en. */
str mail_locale(str wanted);

/* Does this kind need a fact of that name? */
bool mail_needs(enum mail_kind kind, str fact);
size_t mail_needs_count(enum mail_kind kind);

struct mail_words {
    enum mail_kind kind;
    str locale;
    str to_name; /* "": greet nobody by name */
    str site;
    const struct mail_fact *facts; /* MAIL_FACTS of them */
};
enum status mail_write(struct ctx *c, const struct mail_words *in, struct mail_text *out);

/* Facts that show what a kind looks like. */
void mail_sample(enum mail_kind kind, struct mail_fact out[MAIL_FACTS]);

#endif
