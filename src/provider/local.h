/*
 * local.h - what the channels have in common that are our own: no provider's
 * server, no HTTP.  Their webhooks are written by ourselves into the vault, as
 *
 *   {"visitor": "...", "name": "...", "events": [{"id": "...", "at": "2026-11-22T08:41:38.120Z", "type": "...", ...}]}
 *
 *   type     members                           becomes
 *   message  body, uploads: [attachment ids]   EVENT_MESSAGE; provider_id is id
 *   email    email                             EVENT_IDENTITY with person.email
 *   seen     message_id (ours)                 EVENT_SEEN
 *   status   message_id (ours), state          EVENT_STATUS: delivered, read or failed
 *
 * "name" may be left out; "status" is only for simulated customers.
 */
#ifndef PROVIDER_LOCAL_H
#define PROVIDER_LOCAL_H

#include "provider/lenient.h"

enum { LOCAL_MAX_TEXT = 10000, LOCAL_MAX_UPLOADS = 10 };

/* The events of a payload.  Strict: visitor and message ids must be uuids. */
enum status local_events(struct ctx *c, str body, bool strict, struct channel_event **out,
                         size_t *n_out);
/* Nothing goes over the net: the message is checked, and *out says so by having no URL. */
enum status local_send(struct ctx *c, const struct channel_account *acc, const struct outbound *m,
                       struct http_request *out);
/* It lies in our own store already. */
enum status local_sent(struct ctx *c, const struct http_response *resp,
                       struct delivery_result *out);
/* Nobody outside has anything to say here: ERR_FORBIDDEN. */
enum status local_verify(struct ctx *c, const struct channel_account *acc,
                         const struct http_request *webhook);

extern const struct media_ops local_media;

#endif
