/*
 * News about the account, its number and its templates.
 *
 * They all say one word about one thing (REJECTED about a template, FLAGGED
 * about a number), so a table tells where the word and the thing's name stand,
 * and which words hurt.  The word goes out as the event's code, so that the UI
 * may say it in its own language; the text is for those that it does not know.
 *
 * To add a field of the webhook: a row here.
 */
#include "provider/whatsapp.h"

struct news {
    str field;
    const char *title;
    const char *word;  /* member that says what happened */
    const char *about; /* member that names the thing, or NULL */
    const char *why;   /* member that says why, or NULL */
    const char *bad;   /* words that hurt, between blanks */
};

/* clang-format off */
static const struct news table[] = {
    {STR_INIT("account_update"), "Account", "event", NULL, NULL,
     " ACCOUNT_DELETED ACCOUNT_OFFBOARDED ACCOUNT_RESTRICTION ACCOUNT_VIOLATION PARTNER_REMOVED PARTNER_APP_UNINSTALLED "},
    {STR_INIT("account_review_update"), "Account review", "decision", NULL, NULL, " REJECTED "},
    {STR_INIT("account_alerts"), "Alert", "alert_type", "entity_type", "alert_description", ""},
    {STR_INIT("business_capability_update"), "Sending limits", NULL, NULL, NULL, ""},
    {STR_INIT("business_status_update"), "Business", "event", NULL, NULL, " COMPROMISED_NOTIFICATION "},
    {STR_INIT("message_template_components_update"), "Template text", NULL, "message_template_name", NULL, ""},
    {STR_INIT("message_template_quality_update"), "Template quality", "new_quality_score", "message_template_name", NULL, " RED "},
    {STR_INIT("message_template_status_update"), "Template", "event", "message_template_name", "reason",
     " DISABLED FLAGGED PAUSED REJECTED "},
    {STR_INIT("phone_number_name_update"), "Display name", "decision", "requested_verified_name", "rejection_reason", " REJECTED "},
    {STR_INIT("phone_number_quality_update"), "Phone number", "event", "display_phone_number", "current_limit", " FLAGGED DOWNGRADE "},
    {STR_INIT("security"), "Two-step verification", "event", "display_phone_number", NULL, ""},
    {STR_INIT("template_category_update"), "Template category", "new_category", "message_template_name", NULL, ""},
};
/* clang-format on */

static bool hurts(const struct news *row, str word, struct ctx *c)
{
    size_t at;

    return !str_is_empty(word) &&
           str_find(str_of(row->bad), arena_printf(c->arena, " %.*s ", STR_ARG(word)), &at);
}

static void add_words(struct buf *b, str before, str words, str after)
{
    if (str_is_empty(words))
        return;
    buf_add(b, before);
    buf_add(b, words);
    buf_add(b, after);
}

/* What an account update says beside its event. */
static void add_account_details(struct ctx *c, struct buf *b, const struct json *value)
{
    static const struct {
        const char *object;
        const char *member;
    } places[] = {
        {"ban_info",                          "waba_ban_state"},
        {"violation_info",                    "violation_type"},
        {"disconnection_info",                "reason"        },
        {"partner_client_certification_info", "status"        },
        {"volume_tier_info",                  "tier"          },
    };
    const struct json *restrictions = json_get(value, "restriction_info");

    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        add_words(b, S(" ("),
                  lenient_text(c, json_get(value, places[i].object), places[i].member, 80), S(")"));
    for (size_t i = 0; i < json_count(restrictions) && i < 5; i++)
        add_words(b, S(" ("), lenient_text(c, json_at(restrictions, i), "restriction_type", 80),
                  S(")"));
    add_words(b, S(" ("), lenient_text(c, value, "country", 80), S(")"));
}

/* An account that is disabled, or will be, is bad news; one that is let in again is good. */
static bool is_disabled(struct ctx *c, const struct json *value)
{
    return str_eq(json_get_str(value, "event"), S("DISABLED_UPDATE")) &&
           !str_eq(lenient_text(c, json_get(value, "ban_info"), "waba_ban_state", 80),
                   S("REINSTATE"));
}

static void tell(struct whatsapp_change *ch, const struct news *row)
{
    struct ctx *c = ch->c;
    const struct json *value = ch->value;
    const struct json *alert = json_get(value, "alert_info");
    const struct json *said = alert != NULL ? alert : value;
    str word = row->word == NULL ? S("") : lenient_text(c, said, row->word, 60);
    str why = row->why == NULL ? S("") : lenient_text(c, said, row->why, 200);
    struct buf b = buf_new(c->arena, 2000);
    struct channel_event *e = events_add(ch->events, EVENT_ACCOUNT);

    e->at = ch->at;
    e->error_code = word;
    e->bad = hurts(row, word, c) || is_disabled(c, value) ||
             (alert != NULL && str_eq(json_get_str(alert, "alert_severity"), S("CRITICAL")));
    buf_add(&b, str_of(row->title));
    if (row->about != NULL)
        add_words(&b, S(" "), lenient_text(c, value, row->about, 200), S(""));
    add_words(&b, S(" ("), lenient_text(c, value, "message_template_language", 20), S(")"));
    add_words(&b, S(": "), word, S(""));
    if (!str_eq(why, S("NONE")))
        add_words(&b, S(" ("), why, S(")"));
    add_account_details(c, &b, value);
    e->text = str_utf8_cut(buf_str(&b), CHANNEL_MAX_ERROR);
}

bool whatsapp_account(struct whatsapp_change *ch)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (str_eq(ch->field, table[i].field)) {
            tell(ch, &table[i]);
            return true;
        }
    }
    return false;
}
