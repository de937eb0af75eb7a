/*
 * contacts.c - contacts and leads, and the pipeline's stages.
 */
#include "api/cursor.h"
#include "api/handlers.h"
#include "api/shapes.h"
#include "base/json.h"
#include "domain/contact.h"
#include "domain/conversation.h"

/* ---- shapes ---- */

struct contact_out {
    struct contact contact;
    str avatar_url;
    struct list identities;    /* struct identity */
    struct list conversations; /* struct conversation_item */
};

static const struct field identity_json[] = {
    FIELD(struct identity, id, 0, 0),       FIELD(struct identity, kind, 0, 0),
    FIELD(struct identity, value, 0, 0),    FIELD(struct identity, display, 0, 0),
    FIELD(struct identity, verified, 0, 0), FIELD_END,
};

static const struct field channel_of_json[] = {
    FIELD_AS(struct conversation_item, channel_id, "id", 0, 0),
    FIELD_AS(struct conversation_item, channel_kind, "kind", 0, 0),
    FIELD_AS(struct conversation_item, channel_name, "name", 0, 0),
    FIELD_END,
};

static const struct field conversation_of_json[] = {
    FIELD(struct conversation_item, id, 0, 0),
    FIELD(struct conversation_item, number, 0, 0),
    FIELD_PART(struct conversation_item, "channel", 0, channel_of_json),
    FIELD_ENUM(struct conversation_item, state, 0, &conversation_state_names),
    FIELD(struct conversation_item, last_message_at, F_NULL, 0),
    FIELD_END,
};

#define CONTACT(m, fl) FIELD_AS(struct contact_out, contact.m, #m, fl, 0)

static const struct field contact_json[] = {
    CONTACT(id, 0),
    CONTACT(name, 0),
    CONTACT(owner_id, F_NULL),
    CONTACT(stage_id, F_NULL),
    CONTACT(locale, F_NULL),
    CONTACT(source, F_NULL),
    FIELD(struct contact_out, avatar_url, F_NULL, 0),
    CONTACT(next_follow_up_at, F_NULL),
    CONTACT(follow_up_reason, F_NULL),
    CONTACT(custom, 0),
    FIELD_LIST(struct contact_out, identities, 0, struct identity, identity_json, 0),
    FIELD_LIST(struct contact_out, conversations, 0, struct conversation_item, conversation_of_json,
               0),
    CONTACT(created_at, 0),
    CONTACT(version, 0),
    FIELD_END,
};

const struct shape contact_shape = SHAPE(struct contact_out, contact_json, "Contact");

static const struct field contact_page_json[] = {
    PAGE_FIELDS(struct contact_out, contact_json),
};

const struct shape contact_page_shape = SHAPE(struct page, contact_page_json, "ContactPage");

struct contacts_in {
    str q;
    int64_t limit;
    str cursor;
};

static const struct field contacts_in[] = {
    FIELD(struct contacts_in, q, 0, 100),
    FIELD(struct contacts_in, limit, 0, 100),
    FIELD(struct contacts_in, cursor, 0, 1500),
    FIELD_END,
};

const struct shape contacts_query = SHAPE(struct contacts_in, contacts_in, "contacts_query");

/* ---- reading ---- */

static struct contact_out shown(struct ctx *c, const struct req *r, const struct contact *contact)
{
    struct contact_out out = {.contact = *contact};

    if (!uuid_is_zero(contact->avatar_id))
        out.avatar_url = media_url(c, r, contact->avatar_id);
    return out;
}

/* Those of one contact, in the order in which they stand. */
static struct list identities_of(struct ctx *c, const struct list *all, struct uuid contact_id)
{
    const struct identity *items = all->items;
    struct identity *out = NEW_ARRAY(c->arena, struct identity, all->n);
    size_t n = 0;

    for (size_t i = 0; i < all->n; i++)
        if (uuid_eq(items[i].contact_id, contact_id))
            out[n++] = items[i];
    return (struct list){out, n};
}

static struct list conversations_of(struct ctx *c, const struct list *all, struct uuid contact_id)
{
    const struct conversation_item *items = all->items;
    struct conversation_item *out;
    size_t n = 0;

    for (size_t i = 0; i < all->n; i++)
        n += uuid_eq(items[i].contact_id, contact_id);
    out = NEW_ARRAY(c->arena, struct conversation_item, n);
    n = 0;
    for (size_t i = 0; i < all->n; i++)
        if (uuid_eq(items[i].contact_id, contact_id))
            out[n++] = items[i];
    return (struct list){out, n};
}

/* Names are sorted by their key when there is something to look for, else by their last change. */
static str next_cursor(struct ctx *c, const struct contacts_in *in,
                       const struct contact_listed *last)
{
    return in->q.len > 0 ? cursor_text(c->arena, last->name_key, last->contact.id)
                         : cursor_text_at(c->arena, last->contact.updated_at, last->contact.id);
}

enum status get_contacts(struct ctx *c, struct req *r)
{
    const struct contacts_in *in = r->query;
    struct contact_page asked = {.q = in->q, .limit = (int)req_limit(in->limit)};
    const struct contact_listed *items;
    struct page *page = r->out;
    struct contact_shelf shelf;
    struct contact_out *out;
    size_t n;

    if (in->q.len > 0)
        TRY(cursor_read(c, in->cursor, &asked.after_name, &asked.after_id));
    else
        TRY(cursor_read_at(c, in->cursor, &asked.after_at, &asked.after_id));
    TRY(contact_browse(c, &asked, &shelf));
    items = shelf.contacts.items;
    n = shelf.contacts.n > (size_t)asked.limit ? (size_t)asked.limit : shelf.contacts.n;
    out = NEW_ARRAY(c->arena, struct contact_out, n);
    for (size_t i = 0; i < n; i++) {
        out[i] = shown(c, r, &items[i].contact);
        out[i].identities = identities_of(c, &shelf.identities, items[i].contact.id);
        out[i].conversations = conversations_of(c, &shelf.conversations, items[i].contact.id);
    }
    page->items = (struct list){out, n};
    if (shelf.contacts.n > n)
        page->next_cursor = next_cursor(c, in, &items[n - 1]);
    return OK;
}

static enum status show(struct ctx *c, struct req *r, const struct contact_card *card)
{
    struct contact_out *out = r->out;

    *out = shown(c, r, &card->contact);
    out->identities = card->identities;
    out->conversations = card->conversations;
    return OK;
}

enum status get_contact(struct ctx *c, struct req *r)
{
    struct contact_card card;

    TRY(contact_load(c, r->ids[0], &card));
    return show(c, r, &card);
}

/* ---- changing ---- */

struct contact_in {
    str name;
    struct uuid owner_id;
    struct uuid stage_id;
    struct instant next_follow_up_at;
    str follow_up_reason;
    struct json_text custom;
    int64_t version;
};

static const struct field contact_in[] = {
    {.name = "name",
     .type = FT_STR,
     .offset = offsetof(struct contact_in, name),
     .max = CONTACT_NAME_MAX,
     .doc = "empty: nobody knows it, and the contact is shown by its address"},
    FIELD(struct contact_in, owner_id, F_NULL, 0),
    FIELD(struct contact_in, stage_id, F_NULL, 0),
    FIELD(struct contact_in, next_follow_up_at, F_NULL, 0),
    FIELD(struct contact_in, follow_up_reason, F_NULL, CONTACT_REASON_MAX),
    FIELD(struct contact_in, custom, 0, 60000),
    FIELD(struct contact_in, version, 0, 0),
    FIELD_END,
};

const struct shape contact_patch_shape = SHAPE(struct contact_in, contact_in, "ContactPatch");

enum status patch_contact(struct ctx *c, struct req *r)
{
    const struct contact_in *in = r->in;
    struct contact_patch patch = {
        .has_name = req_has(r, "name"),
        .has_owner = req_has(r, "owner_id"),
        .has_stage = req_has(r, "stage_id"),
        .has_follow_up = req_has(r, "next_follow_up_at"),
        .has_reason = req_has(r, "follow_up_reason"),
        .name = in->name,
        .owner_id = in->owner_id,
        .stage_id = in->stage_id,
        .next_follow_up_at = in->next_follow_up_at,
        .follow_up_reason = in->follow_up_reason,
        .version = in->version,
    };
    struct contact_card card;
    struct json *custom = NULL;

    if (req_has(r, "custom"))
        TRY(json_parse(c, in->custom.text, &custom));
    patch.custom = custom;
    TRY(contact_change(c, r->ids[0], &patch, &card));
    return show(c, r, &card);
}

/* ---- stages ---- */

static const struct field stage_json[] = {
    FIELD(struct stage, id, 0, 0),
    FIELD(struct stage, name, 0, 0),
    FIELD(struct stage, position, 0, 0),
    FIELD(struct stage, outcome, 0, 0),
    FIELD_END,
};

struct stages_out {
    struct list items;
};

static const struct field stages_json[] = {
    FIELD_LIST(struct stages_out, items, 0, struct stage, stage_json, 0),
    FIELD_END,
};

const struct shape stage_list_shape = SHAPE(struct stages_out, stages_json, "StageList");

enum status get_stages(struct ctx *c, struct req *r)
{
    struct stages_out *out = r->out;

    return contact_stages(c, &out->items);
}
