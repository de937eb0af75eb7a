/*
 * api_key.h - keys with which programs act for the person who made them.
 *
 * The row is the organisation's; locator leads from the digest to it, since a request shows nothing
 * but the key.
 */
#ifndef STORE_API_KEY_H
#define STORE_API_KEY_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"

struct api_key {
    struct uuid id;
    struct uuid user_id;
    str user_name; /* read only */
    str name;
    str scopes; /* permission words, with blanks between them */
    str hint;   /* the key's last characters */
    struct instant created_at, expires_at;
    struct instant last_used_at; /* zero: never */
    str last_ip;                 /* ptr NULL: never */
};

/* ERR_CONFLICT does not occur: the digest is of 256 random bits. */
enum status api_key_insert(struct ctx *c, const struct api_key *row, struct bytes digest);
/* That were not ended; user_id zero: everybody's.  List of struct api_key. */
enum status api_key_list(struct ctx *c, struct uuid user_id, struct list *out);
enum status api_key_count(struct ctx *c, struct uuid user_id, int64_t *out);
/* *done false: there is none, or it is another person's.  out: id, user_id, name, scopes, expires_at. */
enum status api_key_end(struct ctx *c, struct uuid id, struct uuid user_id, struct api_key *out,
                        bool *done);
enum status api_key_end_all(struct ctx *c, struct uuid user_id);

/* What a request needs to know of the key that it shows. */
struct api_key_view {
    struct uuid id, org_id, user_id;
    str name;
    str scopes;
    struct instant expires_at;
    enum member_role role; /* of the person, now */
    str role_words;
};
/* System role.  *found only if it is neither ended nor expired, its person and their membership
 * active, its organisation not closed. */
enum status api_key_select(struct ctx *c, struct bytes digest, struct api_key_view *out,
                           bool *found);
/* It was used, from there; of c->org; writes at most once in five minutes. */
enum status api_key_update_seen(struct ctx *c, struct uuid id, str ip);

#endif
