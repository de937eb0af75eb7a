/*
 * smtp.c - mail by a mail server.
 *
 * SMTP has no key by which a server knows a mail again, so a connection that ends after the whole
 * mail was given, and before the answer, leaves a doubt.
 */
#include "mail/mime.h"

static void send(struct ctx *c, const struct mailer *m, const struct mail_letter *letter,
                 struct mail_result *out)
{
    static const enum mail_fate fates[] = {
        [SMTP_TAKEN] = MAIL_TAKEN,
        [SMTP_NOT_NOW] = MAIL_LATER,
        [SMTP_REFUSED] = MAIL_REFUSED,
        [SMTP_NO_ANSWER] = MAIL_DOUBTFUL,
    };
    struct smtp_letter given = {.hello = mime_domain(m), .from = m->from, .to = letter->to};
    struct smtp_answer answer;

    *out = (struct mail_result){.fate = MAIL_REFUSED};
    if (mime_write(c, m, letter, &given.message) != OK) {
        out->why = arena_copy(c->arena, str_of(c->err.msg));
        return;
    }
    smtp_send(c, &m->smtp, &given, &answer);
    out->fate = fates[answer.outcome];
    out->no_such_address = answer.no_such_address;
    out->why = answer.why;
}

const struct mail_ops mail_smtp = {.name = "smtp", .send = send};
