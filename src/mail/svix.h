/*
 * svix.h - signatures of webhooks as Svix makes them (Standard Webhooks): HMAC-SHA256 over id, time
 * and the raw body.
 */
#ifndef MAIL_SVIX_H
#define MAIL_SVIX_H

#include "http/message.h"

enum { SVIX_TOLERANCE_S = 300 };

/* Is it signed with this secret (base64, perhaps after "whsec_"), and of now?  *id is the event's,
 * the same when it is sent again.  ERR_FORBIDDEN when not; an empty secret lets nobody in. */
enum status svix_verify(struct ctx *c, struct secret secret, const struct http_headers *headers,
                        str body, int64_t now_s, str *id);

#endif
