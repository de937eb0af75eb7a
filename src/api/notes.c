/*
 * notes.c - what the team writes about a contact.
 */
#include "api/cursor.h"
#include "api/handlers.h"
#include "domain/note.h"

static const struct field note_json[] = {
    FIELD(struct note, id, 0, 0),
    FIELD(struct note, contact_id, 0, 0),
    FIELD(struct note, author_id, 0, 0),
    FIELD(struct note, author_name, 0, 0),
    FIELD(struct note, body, 0, 0),
    FIELD(struct note, created_at, 0, 0),
    FIELD(struct note, updated_at, 0, 0),
    FIELD(struct note, version, 0, 0),
    FIELD_END,
};

const struct shape note_shape = SHAPE(struct note, note_json, "Note");

static const struct field note_page_json[] = {
    PAGE_FIELDS(struct note, note_json),
};

const struct shape note_list_shape = SHAPE(struct page, note_page_json, "NotePage");

struct notes_in {
    int64_t limit;
    str cursor;
};

static const struct field notes_in[] = {
    FIELD(struct notes_in, limit, 0, 100),
    FIELD(struct notes_in, cursor, 0, 200),
    FIELD_END,
};

const struct shape notes_query = SHAPE(struct notes_in, notes_in, "notes_query");

enum status get_notes(struct ctx *c, struct req *r)
{
    static const struct notes_in usual;
    const struct notes_in *in = r->query ? r->query : &usual;
    int limit = (int)req_limit(in->limit);
    struct uuid before = {{0}};
    struct page *page = r->out;
    const struct note *items;
    str key;

    TRY(cursor_read(c, in->cursor, &key, &before));
    TRY(note_page(c, r->ids[0], before, limit, &page->items));
    items = page->items.items;
    if (page->items.n > (size_t)limit) {
        page->items.n = (size_t)limit;
        page->next_cursor = cursor_text(c->arena, S(""), items[limit - 1].id);
    }
    return OK;
}

struct note_in {
    str body;
    int64_t version;
};

static const struct field note_new_in[] = {
    FIELD(struct note_in, body, F_REQUIRED | F_NONEMPTY, NOTE_BODY_MAX),
    FIELD_END,
};

const struct shape note_new_shape = SHAPE(struct note_in, note_new_in, "NoteNew");

static const struct field note_patch_in[] = {
    FIELD(struct note_in, body, F_REQUIRED | F_NONEMPTY, NOTE_BODY_MAX),
    FIELD(struct note_in, version, 0, 0),
    FIELD_END,
};

const struct shape note_patch_shape = SHAPE(struct note_in, note_patch_in, "NotePatch");

enum status post_note(struct ctx *c, struct req *r)
{
    const struct note_in *in = r->in;

    return note_write(c, r->ids[0], in->body, r->out);
}

enum status patch_note(struct ctx *c, struct req *r)
{
    const struct note_in *in = r->in;

    return note_change(c, r->ids[0], in->body, in->version, r->out);
}

enum status delete_note(struct ctx *c, struct req *r)
{
    return note_remove(c, r->ids[0]);
}
