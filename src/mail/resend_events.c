/*
 * resend_events.c - see resend_events.h.
 */
#include "mail/resend_events.h"

#include "base/json.h"

static enum resend_event_kind kind_of(str type, const struct json *bounce)
{
    static const struct {
        const char *type;
        enum resend_event_kind kind;
    } kinds[] = {
        {"email.delivered",  RESEND_DELIVERED },
        {"email.bounced",    RESEND_FAILED    },
        {"email.failed",     RESEND_FAILED    },
        {"email.suppressed", RESEND_FAILED    },
        {"email.complained", RESEND_COMPLAINED},
    };

    if (str_eq(type, S("email.bounced")) &&
        str_eq_fold(json_get_str(bounce, "type"), S("permanent")))
        return RESEND_BOUNCED;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_eq(type, str_of(kinds[i].type)))
            return kinds[i].kind;
    return RESEND_NOTHING;
}

enum status resend_event_parse(struct ctx *c, str body, struct resend_event *out)
{
    const struct json *data, *bounce;
    struct json *event;

    TRY(json_parse(c, body, &event));
    if (json_kind_of(json_get(event, "type")) != JSON_STRING)
        return FAIL(c, ERR_INVALID, "the webhook holds no event");
    data = json_get(event, "data");
    bounce = json_get(data, "bounce");
    out->type = str_utf8_cut(json_get_str(event, "type"), 64);
    out->email_id = str_utf8_cut(json_get_str(data, "email_id"), 200);
    out->kind = out->email_id.len > 0 ? kind_of(out->type, bounce) : RESEND_NOTHING;
    out->why = arena_printf(c->arena, "%.*s %.*s %.*s", STR_ARG(out->type),
                            STR_ARG(str_utf8_cut(json_get_str(bounce, "subType"), 64)),
                            STR_ARG(str_utf8_cut(json_get_str(bounce, "message"), 300)));
    return OK;
}
