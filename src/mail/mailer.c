/*
 * mailer.c - the way that the settings name.
 */
#include "mail/mailer.h"

#include <string.h>

enum { NAME_MAX_BYTES = 100 };

str mailer_folder(struct arena *a, const struct config *cfg)
{
    return arena_printf(a, "%.*s/mail", STR_ARG(cfg->data));
}

static enum status bad_from(struct ctx *c)
{
    return FAIL_FIELD(c, "SAMBUNG_MAIL_FROM",
                      "SAMBUNG_MAIL_FROM must be an address, or a name and an address: "
                      "Sambung <noreply@example.com>");
}

/* Narrower than what the standard allows: it goes into headers and envelopes. */
static bool is_address(str s)
{
    size_t at;

    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || strchr("<>()[]\\,;:\"", s.ptr[i]) != NULL)
            return false;
    return s.len <= 254 && str_find(s, S("@"), &at) && at > 0 && at + 1 < s.len &&
           memchr(s.ptr + at + 1, '@', s.len - at - 1) == NULL;
}

static bool is_name(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((uint8_t)s.ptr[i] < ' ' || strchr("<>\"\\", s.ptr[i]) != NULL)
            return false;
    return s.len <= NAME_MAX_BYTES;
}

static enum status parse_from(struct ctx *c, str from, struct mailer *out)
{
    struct cur at = cur_of(from);
    str name;

    out->from_name = S("");
    out->from = str_trim(from);
    if (str_ends_with(out->from, S(">")) && cur_until(&at, '<', from.len, &name)) {
        out->from_name = str_trim(name);
        out->from = str_trim((str){at.at, (size_t)(at.end - at.at)});
        out->from = str_slice(out->from, 0, out->from.len - (out->from.len > 0));
    }
    return is_address(out->from) && is_name(out->from_name) ? OK : bad_from(c);
}

enum status mailer_of(struct ctx *c, const struct config *cfg, struct http_client *http,
                      struct mailer *out)
{
    static const struct mail_ops *const ways[] = {
        [CONFIG_MAIL_FILE] = &mail_file,
        [CONFIG_MAIL_SMTP] = &mail_smtp,
        [CONFIG_MAIL_RESEND] = &mail_resend,
    };
    struct mailer m = {
        .ops = ways[cfg->mail],
        .folder = mailer_folder(c->arena, cfg),
        .smtp = {.ca_file = cfg->smtp_ca_file},
        .key = cfg->resend_key,
        .http = http,
    };

    TRY(parse_from(c, cfg->mail_from, &m));
    if (cfg->mail == CONFIG_MAIL_SMTP && cfg->smtp_url.size > 0) /* else it was said already */
        TRY(smtp_server_parse(c, cfg->smtp_url, &m.smtp));
    *out = m;
    return OK;
}
