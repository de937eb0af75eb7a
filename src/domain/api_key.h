/*
 * api_key.h - keys with which programs act for the person who made them.
 *
 * A key may do what its scopes say and what its maker may at this moment, whichever is less; it
 * ends with its time, with its maker's membership, or when somebody ends it.  The key itself is
 * shown once; a digest is kept.
 */
#ifndef DOMAIN_API_KEY_H
#define DOMAIN_API_KEY_H

#include "domain/account.h"
#include "store/api_key.h"

enum { KEY_DAYS_USUAL = 90, KEY_DAYS_MAX = 365, KEYS_MAX = 50, KEY_NAME_MAX = 80 };

struct api_key_new {
    str name;
    struct list scopes; /* of str: words of permission_words */
    int64_t days;       /* 0: KEY_DAYS_USUAL */
};

/* One's own, or with members:write everybody's; list of struct api_key. */
enum status api_key_all(struct ctx *c, struct list *out);
/*
 * *token is told once.  The session is its maker's, for the mail that tells of it.  System role.
 *
 * ERR_INVALID name, scopes, expires_in_days · ERR_CONFLICT: KEYS_MAX of them are enough
 */
enum status api_key_make(struct ctx *c, const struct door *door, const struct session_view *maker,
                         const struct api_key_new *in, struct api_key *out, str *token);
/* One's own, or with members:write anybody's.  ERR_NOT_FOUND. */
enum status api_key_stop(struct ctx *c, struct uuid id);

/* Whose key is this?  *found false: nobody's (any more).  Sets c->org.  System role, writes. */
enum status api_key_shown(struct ctx *c, const uint8_t key[32], str token, str ip,
                          struct api_key_view *out, bool *found);
/* What it may do: the scopes, as far as the person may at this moment. */
uint32_t api_key_permissions(const struct api_key_view *key);

#endif
