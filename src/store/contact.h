/*
 * contact.h - people who wrote to the organisation, or whom it follows up.
 */
#ifndef STORE_CONTACT_H
#define STORE_CONTACT_H

#include "base/ctx.h"
#include "base/field.h"

struct contact {
    struct uuid id;
    str name;              /* at most 200 bytes, may be empty */
    struct uuid owner_id;  /* zero: nobody */
    struct uuid stage_id;  /* zero: none */
    str locale;            /* ptr NULL: unknown */
    str source;            /* ptr NULL: unknown */
    struct uuid avatar_id; /* an attachment, or zero */
    struct instant next_follow_up_at;
    str follow_up_reason; /* ptr NULL: none */
    struct json_text custom;
    struct instant created_at;
    struct instant updated_at;
    int64_t version;
};

enum { CONTACT_NAME_MAX = 200, CONTACT_REASON_MAX = 500 };

enum status contact_select(struct ctx *c, struct uuid id, struct contact *out); /* ERR_NOT_FOUND */
enum status contact_lock(struct ctx *c, struct uuid id, struct contact *out); /* the same, locked */
enum status contact_insert(struct ctx *c, const struct contact *row);
/* Writes name, owner, stage, follow-up and custom of a row that is locked; *version is the new
 * one. */
enum status contact_update(struct ctx *c, const struct contact *row, int64_t *version);
/* A profile name that a provider told us: only fills an empty name.  *version 0: nothing
 * changed. */
enum status contact_update_name_if_empty(struct ctx *c, struct uuid id, str name, int64_t *version);

/*
 * Take a follow-up that is due by the database's clock: clears date and reason and gives them back.
 * *due false when there is none, or its date was moved on.
 */
struct contact_follow_up {
    struct uuid owner_id;
    str reason; /* ptr NULL: none */
    int64_t version;
};
enum status contact_take_follow_up(struct ctx *c, struct uuid id, struct contact_follow_up *out,
                                   bool *due);

/* ---- lists ---- */

struct contact_page {
    str q;     /* "": the last changed first; else who has a word of the name, or an address, so */
    int limit; /* 1..100 */
    struct instant after_at; /* cursor without q: the last row's updated_at; none: from the start */
    str after_name;          /* cursor with q: the last row's name_key; ptr NULL: from the start */
    struct uuid after_id;
};
struct contact_listed {
    struct contact contact;
    str name_key; /* for the cursor */
};
/* List of struct contact_listed; up to limit + 1 rows, so that the caller sees whether more
 * follow. */
enum status contact_list(struct ctx *c, const struct contact_page *page, struct list *out);

#endif
