/*
 * note.h - what the team writes about a contact.  Everybody who may change contacts may change
 * every note; the author stays the first one.
 */
#ifndef DOMAIN_NOTE_H
#define DOMAIN_NOTE_H

#include "domain/actor.h"
#include "store/note.h"

enum status note_page(struct ctx *c, struct uuid contact_id, struct uuid before_id, int limit,
                      struct list *out);
enum status note_write(struct ctx *c, struct uuid contact_id, str body, struct note *out);
/* version: what the caller saw; 0: does not matter.  ERR_CONFLICT stale_version. */
enum status note_change(struct ctx *c, struct uuid id, str body, int64_t version, struct note *out);
enum status note_remove(struct ctx *c, struct uuid id);

#endif
