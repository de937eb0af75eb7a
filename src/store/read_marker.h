/*
 * read_marker.h - how far each member has read each conversation: what its inbound_count was.
 */
#ifndef STORE_READ_MARKER_H
#define STORE_READ_MARKER_H

#include "base/ctx.h"

/* Up to what the conversation holds now; *moved false: there was nothing unread. */
enum status read_marker_put(struct ctx *c, struct uuid conversation_id, struct uuid user_id,
                            bool *moved);

#endif
