/*
 * org.h - the tenant's own row.
 *
 * Memory: rows lie in c->arena.  The application role sees its own organisation only.
 */
#ifndef STORE_ORG_H
#define STORE_ORG_H

#include "base/ctx.h"
#include "base/field.h"

struct org {
    struct uuid org_id;
    str name;
    str slug;
    str locale; /* en, ms, zh-Hans */
    str timezone;
    str state;             /* active, closing, closed */
    struct bytes data_key; /* wrapped by the master key */
    int64_t version;
};

struct org_first {
    struct uuid org_id;
    struct bytes data_key; /* wrapped by the master key */
};

/* c->org.  ERR_NOT_FOUND. */
enum status org_select(struct ctx *c, struct org *out);
/* What c->org asks of its members. */
struct org_security {
    bool second_factor_required;
};
extern const struct field org_security_fields[];
enum status org_security(struct ctx *c, struct org_security *out);
enum status org_security_update(struct ctx *c, const struct org_security *row);
/* For the system role: the organisation does not exist yet.  ERR_CONFLICT: the slug is taken. */
enum status org_insert(struct ctx *c, const struct org *row);
/* How many organisations there are, at most 1: is this installation new?  System role. */
enum status org_any(struct ctx *c, bool *out);
/* The oldest organisation; *any false and *out untouched when there is none.  System role. */
enum status org_first(struct ctx *c, struct org_first *out, bool *any);
/* The next number of something that people call by number ("conversation"), from 1. */
enum status org_counter_next(struct ctx *c, str name, int64_t *out);

#endif
