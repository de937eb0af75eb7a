/*
 * device.h - browsers that a person has signed in with.  A global table, for the system role.
 */
#ifndef STORE_DEVICE_H
#define STORE_DEVICE_H

#include "base/ctx.h"
#include "base/field.h"

struct device {
    struct uuid id;
    struct bytes digest; /* not read */
    struct uuid user_id; /* not read */
    str ip;
    str user_agent; /* cut to 400 bytes */
    struct instant created_at, last_used_at;
    struct instant trusted_until; /* zero: a second factor is asked on it */
};
extern const struct field device_row[];

enum status device_insert(struct ctx *c, const struct device *row);
enum status device_select(struct ctx *c, struct bytes digest, struct uuid user_id,
                          struct device *out, bool *found);
/* Used again: digest, ip and user_agent are new; a zero trusted_until keeps what is there. */
enum status device_update(struct ctx *c, const struct device *row);
enum status device_any(struct ctx *c, struct uuid user_id, bool *out);
/* Those that are trusted. */
enum status device_list(struct ctx *c, struct uuid user_id, struct list *out);
/* *done false: it is another person's, or not trusted any more. */
enum status device_forget(struct ctx *c, struct uuid id, struct uuid user_id, bool *done);
enum status device_forget_all(struct ctx *c, struct uuid user_id);

#endif
