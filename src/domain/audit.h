/*
 * audit.h - what must be accounted for: access, settings, exports, deletions.
 *
 * Written in the transaction of the change, so that there is none without the other.  Who and from
 * where come from the ctx.  Sign-ins are login_event's; everyday work (messages, assignments) is
 * told by the feed and by the conversation itself.
 */
#ifndef DOMAIN_AUDIT_H
#define DOMAIN_AUDIT_H

#include "base/buf.h"
#include "domain/actor.h"
#include "store/audit.h"

struct audit {
    const char *action; /* object.verb, from the list in docs/audit.md */
    struct uuid entity; /* zero: none */
    str name;           /* what people call it */
    /* What changed: two structs and the table that describes both, members that differ are
     * written.  before NULL: it was made; after NULL: it is gone.  fields NULL: nothing to show. */
    const struct field *fields;
    const void *before, *after;
};

enum status audit_write(struct ctx *c, const struct audit *a);
/* The same for c->org when nobody is signed in to it: who is named here. */
enum status audit_write_as(struct ctx *c, const struct actor *actor, const struct audit *a);

/* Newest first; list of struct audit_row. */
enum status audit_browse(struct ctx *c, const struct audit_query *query, struct list *out);
enum { AUDIT_EXPORT_MAX = 10000 };
/* The same as CSV with a head line, oldest pages last; recorded itself.  No cell begins like a
 * formula.  ERR_INVALID since: more than AUDIT_EXPORT_MAX rows, nothing is left out silently. */
enum status audit_export(struct ctx *c, const struct audit_query *query, struct buf *csv);

#endif
