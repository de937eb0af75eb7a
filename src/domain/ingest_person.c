/*
 * ingest_person.c - addresses to contacts.
 *
 * A person has one address that others know (a number, a visitor's key) and perhaps one that holds
 * only for this business; the second is kept under the kind "<channel kind>-scoped".  Whoever
 * comes with both ties them together for good, also when two contacts had grown from them.
 *
 * An e-mail address that a visitor types is a claim, not a proof: it is noted when nobody has it,
 * and it never merges anybody.
 */
#include "domain/ingest_parts.h"

#include "domain/contact.h"
#include "domain/conversation.h"
#include "store/change.h"
#include "store/contact.h"
#include "store/identity.h"
#include "store/ingest.h"

enum { KIND_MAX = 32, PHONE_MIN = 7, EMAIL_MAX = 320 };

static str kind_of(const struct ingest *in)
{
    return str_of(in->from->ops->name);
}

static str scoped_kind_of(const struct ingest *in)
{
    return arena_printf(in->c->arena, "%s-scoped", in->from->ops->name);
}

/* What people read: a name that the person chose, a number as numbers are written, or nothing. */
static str display_of(const struct ingest *in, const struct channel_person *p, str value)
{
    size_t digits = 0;

    if (!str_is_empty(p->username))
        return arena_printf(in->c->arena, "@%.*s", STR_ARG(p->username));
    while (digits < value.len && value.ptr[digits] >= '0' && value.ptr[digits] <= '9')
        digits++;
    if (digits == value.len && digits >= PHONE_MIN)
        return arena_printf(in->c->arena, "+%.*s", STR_ARG(value));
    return S("");
}

static enum status publish_contact(struct ingest *in, struct uuid id, int64_t version)
{
    return version != 0 ? contact_publish(in->c, id, version) : OK;
}

/* ---- two contacts that are one person ---- */

static enum status publish_conversations(struct ingest *in, struct uuid contact_id)
{
    struct list conversations;
    const struct conversation *rows;

    TRY(conversation_lock_by_contact(in->c, contact_id, &conversations));
    rows = conversations.items;
    for (size_t i = 0; i < conversations.n; i++)
        TRY(conversation_publish(in->c, &rows[i], rows[i].version, rows[i].assignee_id));
    return OK;
}

/* The older contact stays. */
static enum status merge(struct ingest *in, struct uuid a, struct uuid b, struct uuid *out)
{
    struct uuid keep = uuid_cmp(a, b) < 0 ? a : b;
    struct uuid drop = uuid_eq(keep, a) ? b : a;
    struct instant follow_up;
    struct contact kept;

    TRY(ingest_merge_contacts(in->c, keep, drop, &follow_up));
    if (!instant_is_none(follow_up))
        TRY(ingest_enqueue(in, "follow_up", "contact_id", keep, follow_up));
    TRY(contact_select(in->c, keep, &kept));
    TRY(contact_publish(in->c, keep, kept.version));
    TRY(contact_publish(in->c, drop, 0));
    TRY(publish_conversations(in, keep));
    *out = keep;
    return OK;
}

/* ---- finding ---- */

struct sighting {
    const struct known_address *address;
    const struct known_address *scoped;
};

static enum status look_up(struct ingest *in, const struct channel_person *p, struct sighting *out)
{
    struct list found;
    const struct known_address *rows;

    *out = (struct sighting){NULL, NULL};
    TRY(ingest_find_addresses(in->c, kind_of(in), p->address, scoped_kind_of(in), p->scoped_id,
                              &found));
    rows = found.items;
    for (size_t i = 0; i < found.n; i++) {
        if (str_eq(rows[i].kind, kind_of(in)))
            out->address = &rows[i];
        else
            out->scoped = &rows[i];
    }
    return OK;
}

enum status ingest_recognise(struct ingest *in, const struct channel_person *p,
                             struct ingest_person *out, bool *found)
{
    struct sighting seen;
    const struct known_address *any;

    TRY(look_up(in, p, &seen));
    any = seen.address ? seen.address : seen.scoped;
    *found = any != NULL;
    if (!any)
        return OK;
    *out = (struct ingest_person){.contact_id = any->contact_id};
    if (seen.address)
        out->address_id = seen.address->id;
    if (seen.scoped)
        out->scoped_id = seen.scoped->id;
    return OK;
}

/* ---- making ---- */

/* Tie an address to a contact that we know by the other one. */
static enum status tie(struct ingest *in, const struct channel_person *p, bool scoped,
                       struct ingest_person *who)
{
    str value = scoped ? p->scoped_id : p->address;
    struct uuid *id = scoped ? &who->scoped_id : &who->address_id;
    struct identity theirs;
    struct identity row = {
        .id = uuid_new(),
        .contact_id = who->contact_id,
        .kind = scoped ? scoped_kind_of(in) : kind_of(in),
        .value = value,
        .display = display_of(in, p, value),
        .verified = true, /* the provider vouches for it */
    };
    bool inserted, found;

    TRY(identity_insert(in->c, &row, &inserted));
    *id = row.id;
    if (inserted)
        return OK;
    /* another channel of this kind met the same person at the same moment */
    TRY(identity_find(in->c, row.kind, value, &theirs, &found));
    if (!found)
        return FAIL(in->c, ERR_CONFLICT, "this address changed hands just now");
    *id = theirs.id;
    if (uuid_eq(theirs.contact_id, who->contact_id))
        return OK;
    return merge(in, theirs.contact_id, who->contact_id, &who->contact_id);
}

static enum status meet(struct ingest *in, const struct channel_person *p,
                        struct ingest_person *out)
{
    struct contact row = {
        .id = uuid_new(),
        .name = str_utf8_cut(p->name, CONTACT_NAME_MAX),
        .source = kind_of(in),
        .custom = {S("{}")},
    };

    if (str_is_empty(p->address) && str_is_empty(p->scoped_id))
        return FAIL(in->c, ERR_INVALID, "an event of somebody without an address");
    TRY(contact_insert(in->c, &row));
    *out = (struct ingest_person){.contact_id = row.id};
    if (!str_is_empty(p->address))
        TRY(tie(in, p, false, out));
    if (!str_is_empty(p->scoped_id))
        TRY(tie(in, p, true, out));
    return publish_contact(in, out->contact_id, 1);
}

/* A profile name fills an empty one; what an agent wrote stays. */
static enum status fill_name(struct ingest *in, struct uuid contact_id, str name)
{
    int64_t version;

    if (str_is_empty(name))
        return OK;
    TRY(contact_update_name_if_empty(in->c, contact_id, str_utf8_cut(name, CONTACT_NAME_MAX),
                                     &version));
    return publish_contact(in, contact_id, version);
}

enum status ingest_know(struct ingest *in, const struct channel_person *p,
                        struct ingest_person *out)
{
    struct sighting seen;
    const struct known_address *any;

    TRY(look_up(in, p, &seen));
    any = seen.address ? seen.address : seen.scoped;
    if (!any)
        return meet(in, p, out);
    *out = (struct ingest_person){.contact_id = any->contact_id};
    if (seen.address)
        out->address_id = seen.address->id;
    if (seen.scoped)
        out->scoped_id = seen.scoped->id;
    if (seen.address && seen.scoped && !uuid_eq(seen.address->contact_id, seen.scoped->contact_id))
        TRY(merge(in, seen.address->contact_id, seen.scoped->contact_id, &out->contact_id));
    if (!seen.address && !str_is_empty(p->address))
        TRY(tie(in, p, false, out));
    if (!seen.scoped && !str_is_empty(p->scoped_id))
        TRY(tie(in, p, true, out));
    return any->unnamed ? fill_name(in, out->contact_id, p->name) : OK;
}

/* ---- changes ---- */

static str lower(struct ctx *c, str s)
{
    struct buf b = buf_new(c->arena, EMAIL_MAX);

    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i];

        buf_add_char(&b, (char)(ch >= 'A' && ch <= 'Z' ? ch + ('a' - 'A') : ch));
    }
    return buf_str(&b);
}

static enum status note_email(struct ingest *in, const struct ingest_person *who, str email)
{
    struct identity row = {
        .id = uuid_new(),
        .contact_id = who->contact_id,
        .kind = S("email"),
        .value = lower(in->c, email),
    };
    bool inserted;

    if (str_is_empty(email) || email.len > EMAIL_MAX)
        return OK;
    TRY(identity_insert(in->c, &row, &inserted));
    return inserted ? contact_publish(in->c, who->contact_id, 0) : OK;
}

/* The address of before is somebody's: the same person has the new one now. */
static enum status replace_address(struct ingest *in, const struct channel_event *e, bool *done)
{
    const struct channel_person *p = &e->person;
    struct channel_person before = {.address = e->old_address, .scoped_id = e->old_address};
    struct sighting old, new;
    bool scoped, changed;
    str value;
    struct uuid kept;

    *done = false;
    TRY(look_up(in, &before, &old));
    if (!old.address && !old.scoped)
        return OK;
    scoped = !old.address;
    value = scoped ? p->scoped_id : p->address;
    *done = true;
    TRY(look_up(in, p, &new));
    if (scoped ? new.scoped != NULL : new.address != NULL) {
        const struct known_address *was = scoped ? old.scoped : old.address;
        const struct known_address *is = scoped ? new.scoped : new.address;

        return uuid_eq(was->contact_id, is->contact_id)
                   ? OK
                   : merge(in, was->contact_id, is->contact_id, &kept);
    }
    if (str_is_empty(value))
        return OK;
    TRY(identity_update(in->c, scoped ? old.scoped->id : old.address->id, value,
                        display_of(in, p, value), &changed));
    return contact_publish(in->c, scoped ? old.scoped->contact_id : old.address->contact_id, 0);
}

static enum status tell_thread(struct ingest *in, const struct ingest_person *who, str old_address)
{
    struct conversation conv;
    bool found;

    TRY(ingest_find_thread(in, who, &conv, &found));
    if (!found)
        return OK;
    return conversation_add_event(
        in->c, &conv,
        &(struct conversation_event){.event = "identity_changed", .text = old_address});
}

enum status ingest_identity(struct ingest *in, const struct channel_event *e)
{
    struct ingest_person who;
    bool replaced = false;

    if (!str_is_empty(e->old_address))
        TRY(replace_address(in, e, &replaced));
    TRY(ingest_know(in, &e->person, &who));
    TRY(fill_name(in, who.contact_id, e->person.name));
    TRY(note_email(in, &who, e->person.email));
    return replaced ? tell_thread(in, &who, e->old_address) : OK;
}
