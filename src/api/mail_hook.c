/*
 * mail_hook.c - where Resend reports what became of our mail.
 *
 * The signature over the raw bytes first, then the event's id, so that a repetition changes
 * nothing, then the event.  What we do not act on is answered 200 too: Resend would only send it
 * again.  Whose address it was is what we know of the mail, not what the report says.
 */
#include "api/handlers.h"
#include "api/server.h"
#include "domain/mail.h"
#include "mail/resend_events.h"
#include "mail/svix.h"

static const char *reason_of(enum resend_event_kind kind)
{
    return kind == RESEND_BOUNCED ? "bounce" : kind == RESEND_COMPLAINED ? "complaint" : NULL;
}

static enum status take_in(struct ctx *c, const struct master_key *master,
                           const struct resend_event *event)
{
    bool delivered = event->kind == RESEND_DELIVERED || event->kind == RESEND_COMPLAINED;
    str why = event->kind == RESEND_DELIVERED ? (str){NULL, 0} : event->why, to;
    bool found;

    if (event->kind == RESEND_NOTHING)
        return OK;
    TRY(mail_reported(c, event->email_id, delivered ? "delivered" : "failed", why, &to, &found));
    if (!found || !reason_of(event->kind))
        return OK;
    return mail_refuse(c, master, to, reason_of(event->kind));
}

enum status post_mail_hook(struct ctx *c, struct req *r)
{
    const struct server *s = r->server;
    struct resend_event event;
    str body, id;
    bool fresh;

    if (s->config->resend_webhook_secret.size == 0)
        return FAIL(c, ERR_NOT_FOUND, "no mail provider reports here");
    TRY(req_body(c, r, &body));
    TRY(svix_verify(c, s->config->resend_webhook_secret, &r->x->request.headers, body,
                    clock_now().us / 1000000, &id));
    TRY(resend_event_parse(c, body, &event));
    TRY(mail_event_insert(c, id, event.type, &fresh));
    if (fresh)
        TRY(take_in(c, &s->master, &event));
    req_raw(r, 200, "text/plain; charset=utf-8", S("taken in\n"));
    return OK;
}
