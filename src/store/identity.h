/*
 * identity.h - addresses that reach a contact: one row per organisation, kind and normalised value.
 *
 * kind is the channel's kind ("whatsapp", "webchat") or "phone", "email".
 */
#ifndef STORE_IDENTITY_H
#define STORE_IDENTITY_H

#include "base/ctx.h"
#include "base/field.h"

struct identity {
    struct uuid id;
    struct uuid contact_id;
    str kind;
    str value;   /* normalised: E.164 digits, lower-case e-mail, provider's id; at most 320 bytes */
    str display; /* what people read, may be empty */
    bool verified;
};

enum status identity_select(struct ctx *c, struct uuid id,
                            struct identity *out); /* ERR_NOT_FOUND */
enum status identity_find(struct ctx *c, str kind, str value, struct identity *out, bool *found);
/* *inserted false: somebody has this address already; look again with identity_find. */
enum status identity_insert(struct ctx *c, const struct identity *row, bool *inserted);
/* A new value or display for the same person; *changed false: gone, or the value is another's. */
enum status identity_update(struct ctx *c, struct uuid id, str value, str display, bool *changed);
/* Of many contacts at once; list of struct identity, ordered by contact and age. */
enum status identity_list(struct ctx *c, const struct uuid *contacts, size_t n, struct list *out);

#endif
