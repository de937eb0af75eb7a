/*
 * ingest.h - what working through webhooks asks of the database beyond the aggregates' own verbs.
 */
#ifndef STORE_INGEST_H
#define STORE_INGEST_H

#include "base/ctx.h"
#include "base/field.h"

/* An address that we know, with what decides whether a profile name is welcome. */
struct known_address {
    struct uuid id; /* the identity's */
    struct uuid contact_id;
    str kind;
    bool unnamed; /* the contact has no name yet */
};

/* Up to two addresses of one person at once; a value of "" is not looked for. */
enum status ingest_find_addresses(struct ctx *c, str kind, str value, str other_kind,
                                  str other_value, struct list *out);

/* One person under two contacts: everything of drop goes to keep, which keeps what it says itself,
 * and drop is gone.  *follow_up: keep has drop's follow-up now. */
enum status ingest_merge_contacts(struct ctx *c, struct uuid keep, struct uuid drop,
                                  struct instant *follow_up);

/* Our messages up to a moment are read; list of struct read_message, of the last 200 of the
 * thread. */
struct read_message {
    struct uuid id;
    int64_t version;
};
enum status ingest_read_up_to(struct ctx *c, struct uuid conversation_id, struct instant up_to,
                              struct instant at, struct list *out);

#endif
