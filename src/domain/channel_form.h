/*
 * channel_form.h - the form that connects a channel, checked against its kind's list of settings.
 * Inside the domain only.
 */
#ifndef DOMAIN_CHANNEL_FORM_H
#define DOMAIN_CHANNEL_FORM_H

#include "domain/channel.h"

/* What a form leaves out is kept from here; both may be NULL. */
struct form_kept {
    const struct json *settings;
    const struct json *secrets;
};

/* What is to be stored: two JSON objects. */
struct form_values {
    str settings;
    str secrets; /* "{}" when there are none */
    bool has_secrets;
};

/* ERR_INVALID naming the field: "kind", "name", "settings.key", "secrets.key". */
enum status form_check(struct ctx *c, const struct channel_form *form, const struct form_kept *kept,
                       const struct channel_ops **ops, struct form_values *out);

#endif
