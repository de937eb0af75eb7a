/*
 * notice.c - the facts of each.
 */
#include "domain/notice.h"

static str link_to(struct ctx *c, const struct door *door, const char *path)
{
    return arena_printf(c->arena, "%.*s%s", STR_ARG(door->site), path);
}

enum status notice_security(struct ctx *c, const struct door *door, const struct user *user,
                            enum mail_kind kind, const struct sign_in *from)
{
    struct mail_new mail = {
        .kind = kind,
        .to = user->email,
        .to_name = user->name,
        .locale = user->locale,
        .facts = {
                  {"when", mail_when(c->arena, clock_now())},
                  {"ip", from->ip},
                  {"link",
             link_to(c, door, kind == MAIL_PASSWORD_CHANGED ? "/sign-in" : "/settings/security")},
                  }
    };

    if (kind == MAIL_NEW_DEVICE)
        mail.facts[3] = (struct mail_fact){
            "device", str_is_empty(from->user_agent) ? S("?") : from->user_agent};
    return mail_queue(c, &door->master, &mail);
}

enum status notice_key_made(struct ctx *c, const struct door *door,
                            const struct session_view *maker, str key_name)
{
    return mail_queue(c, &door->master,
                      &(struct mail_new){
                          .kind = MAIL_KEY_MADE,
                          .to = maker->email,
                          .to_name = maker->user_name,
                          .locale = maker->locale,
                          .facts = {{"when", mail_when(c->arena, clock_now())},
                                    {"key", key_name},
                                    {"organisation", maker->org_name},
                                    {"link", link_to(c, door, "/settings/keys")}},
    });
}
