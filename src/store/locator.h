/*
 * locator.h - which organisation an outside key belongs to: asked by the system role before the
 * organisation is known, written by the application role with the row that it names.
 */
#ifndef STORE_LOCATOR_H
#define STORE_LOCATOR_H

#include "base/ctx.h"
#include "base/field.h"

/* For a channel the key is its id's 16 bytes: a hook address names nothing else. */
struct bytes locator_channel_key(struct ctx *c, struct uuid channel_id);

enum status locator_insert(struct ctx *c, str kind, struct bytes digest, struct uuid row_id);
enum status locator_delete(struct ctx *c, str kind, struct bytes digest);
enum status locator_select(struct ctx *c, str kind, struct bytes digest, struct uuid *org_id,
                           struct uuid *row_id, bool *found);

#endif
