/*
 * reaction.h - an emoji on a message, one per person.
 */
#ifndef STORE_REACTION_H
#define STORE_REACTION_H

#include "base/ctx.h"
#include "base/field.h"

struct reaction {
    struct uuid message_id;
    struct uuid actor_id; /* a contact's or a member's */
    bool by_contact;
    str emoji;
    struct instant at;
};

/* Set, or replace an older one; *changed false: it was so already, or a later one is there. */
enum status reaction_put(struct ctx *c, const struct reaction *row, bool *changed);
/* Take away what row.actor_id set up to row.at; *changed false: there was none. */
enum status reaction_delete(struct ctx *c, const struct reaction *row, bool *changed);
/* Of many messages at once; list of struct reaction, by message and age. */
enum status reaction_list(struct ctx *c, const struct uuid *messages, size_t n, struct list *out);

#endif
