/*
 * demo_mail.c - looking at our mail without sending any: what every kind says, for the gallery, and
 * what a demonstration's file sink holds.
 *
 * Whoever reads the sink can choose anybody's password, so it is shown by a demonstration alone
 * (--demo), and by one that only its own machine reaches: plain HTTP is for loopback (server.c).
 */
#include "api/assets.h"
#include "api/handlers.h"
#include "api/server.h"
#include "domain/mail_words.h"
#include "mail/mailer.h"

enum { SHOWN = 50 };

/* A mail's styles are inline, as mail programs want them; nothing in it may run or be fetched. */
#define MAIL_POLICY "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"

/* ---- what every kind says ---- */

struct kinds_out {
    struct list locales, kinds;
};

static const struct field kinds_json[] = {
    FIELD_LIST(struct kinds_out, locales, 0, str, bare_str, 0),
    FIELD_LIST(struct kinds_out, kinds, 0, str, bare_str, 0),
    FIELD_END,
};

const struct shape mail_kinds_shape = SHAPE(struct kinds_out, kinds_json, "MailKinds");

enum status get_mail_kinds(struct ctx *c, struct req *r)
{
    struct kinds_out *out = r->out;
    str *kinds = NEW_ARRAY(c->arena, str, MAIL_KINDS), *locales;
    size_t n = 0;

    while (mail_locales[n])
        n++;
    locales = NEW_ARRAY(c->arena, str, n);
    for (size_t i = 0; i < n; i++)
        locales[i] = str_of(mail_locales[i]);
    for (int i = 1; i < MAIL_KINDS; i++)
        kinds[i - 1] = str_of(field_word(&mail_kind_names, i));
    out->locales = (struct list){locales, n};
    out->kinds = (struct list){kinds, MAIL_KINDS - 1};
    return OK;
}

enum status get_mail_sample(struct ctx *c, struct req *r)
{
    str word = r->params[1];
    bool text = str_ends_with(word, S(".txt"));
    struct mail_fact facts[MAIL_FACTS];
    struct mail_words words = {.locale = r->params[0],
                               .to_name = S("Nurul Huda"),
                               .site = r->server->origin,
                               .facts = facts};
    struct mail_text mail;
    int kind;

    if (text)
        word = str_slice(word, 0, word.len - 4);
    if (!field_value(&mail_kind_names, word, &kind) ||
        !str_eq(mail_locale(words.locale), words.locale))
        return FAIL(c, ERR_NOT_FOUND, "there is no such mail");
    words.kind = (enum mail_kind)kind;
    mail_sample(words.kind, facts);
    TRY(mail_write(c, &words, &mail));
    req_header(r, "Content-Security-Policy", S(MAIL_POLICY));
    req_raw(r, 200, text ? "text/plain; charset=utf-8" : "text/html; charset=utf-8",
            text ? arena_printf(c->arena, "%.*s\n\n%.*s", STR_ARG(mail.subject), STR_ARG(mail.text))
                 : mail.html);
    return OK;
}

/* ---- what the file sink holds ---- */

static enum status is_shown(struct ctx *c, const struct server *s)
{
    if (s->config->demo && s->config->mail == CONFIG_MAIL_FILE && !s->https)
        return OK;
    return FAIL(c, ERR_NOT_FOUND, "there is no such page");
}

struct demo_mails_out {
    struct list items;
};

static const struct field kept_json[] = {
    FIELD(struct mail_kept, id, 0, 0),
    FIELD(struct mail_kept, bytes, 0, 0),
    FIELD_END,
};

static const struct field demo_mails_json[] = {
    FIELD_LIST(struct demo_mails_out, items, 0, struct mail_kept, kept_json, 0),
    FIELD_END,
};

const struct shape demo_mails_shape = SHAPE(struct demo_mails_out, demo_mails_json, "DemoMails");

enum status get_demo_mail_page(struct ctx *c, struct req *r)
{
    TRY(is_shown(c, r->server));
    /* the framed mail has this page's policy, and inline styles */
    return assets_page(c, r, S("mail.html"), S("'none'; style-src 'self' 'unsafe-inline'"));
}

enum status get_demo_mails(struct ctx *c, struct req *r)
{
    struct demo_mails_out *out = r->out;

    TRY(is_shown(c, r->server));
    return mail_files_list(c, mailer_folder(c->arena, r->server->config), SHOWN, &out->items);
}

enum status get_demo_mail(struct ctx *c, struct req *r)
{
    str message;

    TRY(is_shown(c, r->server));
    TRY(mail_files_read(c, mailer_folder(c->arena, r->server->config), r->ids[0], &message));
    req_header(r, "Content-Disposition", S("attachment; filename=\"mail.eml\""));
    req_raw(r, 200, "message/rfc822", message);
    return OK;
}
