/*
 * note.h - what the team wrote about a contact.
 */
#ifndef STORE_NOTE_H
#define STORE_NOTE_H

#include "base/ctx.h"
#include "base/field.h"

struct note {
    struct uuid id;
    struct uuid contact_id;
    struct uuid author_id;
    str author_name; /* read only */
    str body;        /* 1..10000 bytes */
    struct instant created_at;
    struct instant updated_at;
    int64_t version;
};

enum { NOTE_BODY_MAX = 10000 };

enum status note_insert(struct ctx *c, const struct note *row);
enum status note_select(struct ctx *c, struct uuid id, struct note *out); /* ERR_NOT_FOUND */
enum status note_lock(struct ctx *c, struct uuid id, struct note *out);
/* Newest first, from before_id (zero: from the newest); up to limit + 1 rows of struct note. */
enum status note_list(struct ctx *c, struct uuid contact_id, struct uuid before_id, int limit,
                      struct list *out);
enum status note_update(struct ctx *c, struct uuid id, str body);
enum status note_delete(struct ctx *c, struct uuid id);

#endif
