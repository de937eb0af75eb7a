/*
 * custom_field.h - the fields an organisation adds to its contacts; contact.custom holds values.
 */
#ifndef STORE_CUSTOM_FIELD_H
#define STORE_CUSTOM_FIELD_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"

struct custom_field {
    struct uuid id;
    str key; /* [a-z][a-z0-9_]{0,39}, never changes */
    str label;
    enum custom_type type;
    struct json_text choices; /* array of texts; only "choice" has any */
    int64_t position;
    int64_t version; /* 1 at first */
};

enum { CUSTOM_FIELD_MAX = 60 }; /* an organisation */

enum status custom_field_list(struct ctx *c, struct list *out); /* of struct custom_field */
enum status custom_field_lock(struct ctx *c, struct uuid id, struct custom_field *out);
/* *inserted false: the key is taken. */
enum status custom_field_insert(struct ctx *c, const struct custom_field *row, bool *inserted);
/* Label, choices and position; the version that it then has. */
enum status custom_field_update(struct ctx *c, const struct custom_field *row, int64_t *version);
/* Contacts keep the value under its key; it is no longer shown. */
enum status custom_field_delete(struct ctx *c, struct uuid id, bool *deleted);

#endif
