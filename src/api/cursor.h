/*
 * cursor.h - where a page of a list ended: opaque to clients, a sort key and an id to us.
 */
#ifndef API_CURSOR_H
#define API_CURSOR_H

#include "base/ctx.h"

/* The text for next_cursor.  key may hold any bytes. */
str cursor_text(struct arena *a, str key, struct uuid id);
str cursor_text_at(struct arena *a, struct instant at, struct uuid id);

/* The way back; "" leaves the outputs as they are.  ERR_INVALID cursor: not one of ours. */
enum status cursor_read(struct ctx *c, str text, str *key, struct uuid *id);
enum status cursor_read_at(struct ctx *c, str text, struct instant *at, struct uuid *id);

#endif
