/*
 * channel_form.c - checking what somebody typed to connect a channel.
 *
 * Every kind lists its settings (provider/channel.h); what is stored is exactly that list, in its
 * order.  Plain settings and secrets come in two objects and never mix.
 */
#include "domain/channel_form.h"

#include <regex.h>

enum { NAME_MAX_BYTES = 80, VALUES_MAX = 16384 };

static enum status bad_setting(struct ctx *c, const struct channel_setting *s, const char *why)
{
    str field = arena_printf(c->arena, "%s.%s", s->secret ? "secrets" : "settings", s->key);

    return FAIL_FIELD(c, field.ptr, "%s", why);
}

/* The whole value, as an HTML pattern means it. */
static bool matches(struct ctx *c, const char *pattern, str value)
{
    str whole = arena_printf(c->arena, "^(%s)$", pattern);
    regex_t re;
    bool ok;

    if (regcomp(&re, whole.ptr, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    ok = regexec(&re, arena_copy(c->arena, value).ptr, 0, NULL, 0) == 0;
    regfree(&re);
    return ok;
}

static enum status check_value(struct ctx *c, const struct channel_setting *s, str value)
{
    if (value.len == 0)
        return s->required ? bad_setting(c, s, "this is needed") : OK;
    if (value.len > s->max)
        return bad_setting(c, s, "this is too long");
    if (!str_is_utf8(value))
        return bad_setting(c, s, "this is not text");
    if (s->pattern && !matches(c, s->pattern, value))
        return bad_setting(c, s, "this does not look right");
    return OK;
}

/* Given, else kept, else the kind's own initial value. */
static enum status value_of(struct ctx *c, const struct channel_setting *s,
                            const struct json *given, const struct json *kept, str *out)
{
    const struct json *value = json_get(given, s->key);

    if (value && json_kind_of(value) != JSON_STRING && json_kind_of(value) != JSON_NULL)
        return bad_setting(c, s, "this must be a text");
    if (value && json_kind_of(value) == JSON_STRING)
        *out = str_trim(json_to_str(value));
    else
        *out = json_get_str(kept, s->key);
    if (out->len == 0 && s->initial)
        *out = str_of(s->initial);
    return check_value(c, s, *out);
}

static bool is_known(const struct channel_ops *ops, str key, bool secret)
{
    for (const struct channel_setting *s = ops->settings; s->key; s++)
        if (s->secret == secret && str_eq(key, str_of(s->key)))
            return true;
    return false;
}

static enum status refuse_unknown(struct ctx *c, const struct channel_ops *ops,
                                  const struct json *given, bool secret)
{
    const struct json *value;
    str key;

    for (size_t i = 0; json_member(given, i, &key, &value); i++)
        if (!is_known(ops, key, secret))
            return FAIL_FIELD(c, secret ? "secrets" : "settings", "no setting is called \"%.*s\"",
                              STR_ARG(str_utf8_cut(key, 40)));
    return OK;
}

static enum status collect(struct ctx *c, const struct channel_ops *ops, const struct json *given,
                           const struct json *kept, bool secret, str *out)
{
    struct buf b = buf_new(c->arena, VALUES_MAX);
    struct json_writer w = json_writer_new(&b);

    TRY(refuse_unknown(c, ops, given, secret));
    json_object_begin(&w, NULL);
    for (const struct channel_setting *s = ops->settings; s->key; s++) {
        str value;

        if (s->secret != secret)
            continue;
        TRY(value_of(c, s, given, kept, &value));
        if (value.len > 0)
            json_str(&w, s->key, value);
    }
    json_object_end(&w);
    return buf_done(c, &b, out);
}

enum status form_check(struct ctx *c, const struct channel_form *form, const struct form_kept *kept,
                       const struct channel_ops **ops, struct form_values *out)
{
    const struct channel_ops *kind = channel_find(form->kind);
    struct form_values values;

    if (!kind)
        return FAIL_FIELD(c, "kind", "there is no such kind of channel");
    if (str_is_empty(str_trim(form->name)) || form->name.len > NAME_MAX_BYTES)
        return FAIL_FIELD(c, "name", "a name has 1 to %d bytes", NAME_MAX_BYTES);
    TRY(collect(c, kind, form->settings, kept->settings, false, &values.settings));
    TRY(collect(c, kind, form->secrets, kept->secrets, true, &values.secrets));
    values.has_secrets = values.secrets.len > sizeof("{}") - 1;
    *ops = kind;
    *out = values;
    return OK;
}
