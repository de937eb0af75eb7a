/*
 * note.c - what the team writes about a contact.
 */
#include "domain/note.h"

#include "store/change.h"
#include "store/contact.h"

static enum status check_body(struct ctx *c, str body)
{
    if (str_is_empty(str_trim(body)))
        return FAIL_FIELD(c, "body", "a note needs some words");
    if (body.len > NOTE_BODY_MAX)
        return FAIL_FIELD(c, "body", "a note has at most %d bytes", NOTE_BODY_MAX);
    return OK;
}

static enum status publish(struct ctx *c, const struct note *note, int64_t version)
{
    return change_write(c, &(struct change){.kind = S("note"),
                                            .entity_id = note->id,
                                            .contact_id = note->contact_id,
                                            .version = version,
                                            .actor_id = actor_id(c)});
}

enum status note_page(struct ctx *c, struct uuid contact_id, struct uuid before_id, int limit,
                      struct list *out)
{
    struct contact contact;

    TRY(contact_select(c, contact_id, &contact));
    return note_list(c, contact_id, before_id, limit, out);
}

enum status note_write(struct ctx *c, struct uuid contact_id, str body, struct note *out)
{
    struct note row = {
        .id = uuid_new(), .contact_id = contact_id, .author_id = actor_id(c), .body = body};
    struct contact contact;

    TRY(check_body(c, body));
    TRY(contact_select(c, contact_id, &contact));
    TRY(note_insert(c, &row));
    TRY(publish(c, &row, 1));
    return note_select(c, row.id, out);
}

enum status note_change(struct ctx *c, struct uuid id, str body, int64_t version, struct note *out)
{
    struct note row;

    TRY(check_body(c, body));
    TRY(note_lock(c, id, &row));
    if (version && version != row.version)
        return FAIL_REASON(c, ERR_CONFLICT, "stale_version",
                           "somebody changed this note meanwhile");
    TRY(note_update(c, id, body));
    TRY(publish(c, &row, row.version + 1));
    return note_select(c, id, out);
}

enum status note_remove(struct ctx *c, struct uuid id)
{
    struct note row;

    TRY(note_lock(c, id, &row));
    TRY(note_delete(c, id));
    return publish(c, &row, row.version + 1);
}
