/*
 * events.h - what other handlers tell the event streams.
 */
#ifndef API_EVENTS_H
#define API_EVENTS_H

#include "api/req.h"

/* The caller has read this conversation: its visitor sees that, when it is a web chat's. */
enum status events_seen(struct ctx *c, struct req *r, struct uuid conversation_id);

#endif
