/*
 * stage.h - the stages of the lead pipeline, in order.
 */
#ifndef STORE_STAGE_H
#define STORE_STAGE_H

#include "base/ctx.h"
#include "base/field.h"

struct stage {
    struct uuid id;
    str name;
    int64_t position;
    str outcome; /* open, won, lost */
};

enum status stage_insert(struct ctx *c, const struct stage *row);
enum status stage_list(struct ctx *c, struct list *out); /* of struct stage; at most 100 */
enum status stage_select(struct ctx *c, struct uuid id, struct stage *out, bool *found);

#endif
