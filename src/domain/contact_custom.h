/*
 * contact_custom.h - the values of custom fields.  Inside the domain only.
 */
#ifndef DOMAIN_CONTACT_CUSTOM_H
#define DOMAIN_CONTACT_CUSTOM_H

#include "base/json.h"
#include "domain/contact.h"

/* What a contact holds, with what is new: null takes a value away.  ERR_INVALID "custom.key". */
enum status custom_merge(struct ctx *c, struct json_text kept, const struct json *patch,
                         struct json_text *out);

#endif
