/*
 * resend_events.h - what Resend reports about a mail, read leniently: an unknown word is nothing.
 */
#ifndef MAIL_RESEND_EVENTS_H
#define MAIL_RESEND_EVENTS_H

#include "base/ctx.h"

enum resend_event_kind {
    RESEND_NOTHING = 1, /* nothing that we act on */
    RESEND_DELIVERED,
    RESEND_BOUNCED,    /* for good: no more mail there */
    RESEND_FAILED,     /* not delivered, for a reason that may pass */
    RESEND_COMPLAINED, /* called spam: no more mail there */
};

struct resend_event {
    enum resend_event_kind kind;
    str type;     /* as it came, at most 64 bytes */
    str email_id; /* Resend's id of the mail */
    str why;      /* for the operator */
};

/* ERR_INVALID: not JSON, or no event. */
enum status resend_event_parse(struct ctx *c, str body, struct resend_event *out);

#endif
