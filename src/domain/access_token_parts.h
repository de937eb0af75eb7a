/*
 * access_token_parts.h - what the files of access_token share.  Not for others: they include
 * domain/access_token.h.
 *
 * access_token.c  issuing, refreshing and reading tokens
 * token_keys.c    the keys that they are signed with
 */
#ifndef DOMAIN_ACCESS_TOKEN_PARTS_H
#define DOMAIN_ACCESS_TOKEN_PARTS_H

#include "domain/access_token.h"

/* With the newest.  ERR_UNAVAILABLE: none has been loaded. */
enum status token_keys_sign(struct ctx *c, struct token_keys *keys, str payload, str *out);
/* Is it signed by one of ours, as an access token?  ERR_NOT_FOUND: by one that is not known. */
enum status token_keys_verify(struct ctx *c, struct token_keys *keys, str token, str *payload);

#endif
