/*
 * draft.h - what a member has typed and not sent, per conversation and kind (text, note).
 */
#ifndef STORE_DRAFT_H
#define STORE_DRAFT_H

#include "base/ctx.h"
#include "base/field.h"

struct draft {
    struct uuid conversation_id;
    struct uuid user_id;
    str kind;
    str body;
    struct instant updated_at;
};

enum status draft_list(struct ctx *c, struct uuid conversation_id, struct uuid user_id,
                       struct list *out);
enum status draft_put(struct ctx *c, const struct draft *row);
enum status draft_delete(struct ctx *c, struct uuid conversation_id, struct uuid user_id, str kind);

#endif
