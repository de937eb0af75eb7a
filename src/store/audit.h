/*
 * audit.h - what was done: who, what, when, from where, before and after.
 *
 * Append-only by grant: no role of the program may change or remove a row.  Rows go with their
 * month, 12 months after it ended (audit_roll).
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"

struct audit_row {
    struct uuid id;
    struct instant at; /* read only */
    enum actor_kind actor_kind;
    struct uuid actor_id; /* zero: the system */
    str actor_name;
    str action; /* object.verb: "channel.connect" */
    struct uuid entity_id;
    str entity_name;
    str ip;
    str user_agent;
    str request_id;
    struct json_text before, after; /* null: nothing to compare */
};
extern const struct field audit_row_fields[];

struct audit_query {
    struct uuid before_id; /* zero: from the newest */
    str action;            /* null: any; "channel" stands for all of "channel.*" */
    struct uuid actor_id;  /* zero: anybody */
    struct instant since;  /* zero: from the first */
    struct instant until;  /* zero: to the last */
    int64_t limit;
};

enum { AUDIT_LIMIT_MAX = 1000 };

enum status audit_insert(struct ctx *c, const struct audit_row *row);
/* Newest first; list of struct audit_row. */
enum status audit_list(struct ctx *c, const struct audit_query *query, struct list *out);
/* Once a day, system role. */
enum status audit_roll(struct ctx *c);

#endif
