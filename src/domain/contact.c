/*
 * contact.c - contacts and leads.
 *
 * A follow-up is a date on the contact and a job with that date in its key.  When the job runs, the
 * date is looked at again and taken, so a date that was moved, or a job that runs twice, does no harm.
 */
#include "domain/contact.h"

#include "domain/contact_custom.h"
#include "domain/conversation.h"
#include "store/change.h"
#include "store/job.h"
#include "store/membership.h"

enum status contact_publish(struct ctx *c, struct uuid id, int64_t version)
{
    return change_write(c, &(struct change){.kind = S("contact"),
                                            .entity_id = id,
                                            .contact_id = id,
                                            .version = version,
                                            .actor_id = actor_id(c)});
}

/* ---- reading ---- */

enum status contact_browse(struct ctx *c, const struct contact_page *page,
                           struct contact_shelf *out)
{
    struct contact_page trimmed = *page;
    struct contact_shelf shelf = {
        .contacts = {NULL, 0}
    };
    const struct contact_listed *items;
    struct uuid *ids;

    trimmed.q = str_trim(page->q);
    TRY(contact_list(c, &trimmed, &shelf.contacts));
    items = shelf.contacts.items;
    ids = NEW_ARRAY(c->arena, struct uuid, shelf.contacts.n);
    for (size_t i = 0; i < shelf.contacts.n; i++)
        ids[i] = items[i].contact.id;
    if (shelf.contacts.n > 0) {
        TRY(identity_list(c, ids, shelf.contacts.n, &shelf.identities));
        TRY(conversation_of_contacts(c, ids, shelf.contacts.n, &shelf.conversations));
    }
    *out = shelf;
    return OK;
}

enum status contact_load(struct ctx *c, struct uuid id, struct contact_card *out)
{
    struct contact_card card;

    TRY(contact_select(c, id, &card.contact));
    TRY(identity_list(c, &id, 1, &card.identities));
    TRY(conversation_of_contacts(c, &id, 1, &card.conversations));
    *out = card;
    return OK;
}

/* ---- changing ---- */

static enum status apply_name(struct ctx *c, const struct contact_patch *patch, struct contact *row)
{
    if (!patch->has_name)
        return OK;
    row->name = str_trim(patch->name);
    if (row->name.len > CONTACT_NAME_MAX)
        return FAIL_FIELD(c, "name", "a name has at most %d bytes", CONTACT_NAME_MAX);
    return OK;
}

static enum status apply_owner(struct ctx *c, const struct contact_patch *patch,
                               struct contact *row)
{
    struct membership member;
    bool found = true;

    if (!patch->has_owner)
        return OK;
    if (!uuid_is_zero(patch->owner_id))
        TRY(membership_select(c, patch->owner_id, &member, &found));
    if (!found)
        return FAIL_FIELD(c, "owner_id", "nobody here has this id");
    row->owner_id = patch->owner_id;
    return OK;
}

static enum status apply_stage(struct ctx *c, const struct contact_patch *patch,
                               struct contact *row)
{
    struct stage stage;
    bool found = true;

    if (!patch->has_stage)
        return OK;
    if (!uuid_is_zero(patch->stage_id))
        TRY(stage_select(c, patch->stage_id, &stage, &found));
    if (!found)
        return FAIL_FIELD(c, "stage_id", "there is no such stage");
    row->stage_id = patch->stage_id;
    return OK;
}

static enum status apply_follow_up(struct ctx *c, const struct contact_patch *patch,
                                   struct contact *row)
{
    if (patch->has_follow_up)
        row->next_follow_up_at = patch->next_follow_up_at;
    if (patch->has_reason)
        row->follow_up_reason = str_is_empty(str_trim(patch->follow_up_reason))
                                    ? (str){NULL, 0}
                                    : str_trim(patch->follow_up_reason);
    if (row->follow_up_reason.len > CONTACT_REASON_MAX)
        return FAIL_FIELD(c, "follow_up_reason", "a reason has at most %d bytes",
                          CONTACT_REASON_MAX);
    if (instant_is_none(row->next_follow_up_at))
        row->follow_up_reason = (str){NULL, 0};
    return OK;
}

static str follow_up_key(struct ctx *c, struct uuid id, struct instant at)
{
    return arena_printf(c->arena, "follow_up:%.*s:%lld", STR_ARG(uuid_str(c->arena, id)),
                        (long long)at.us);
}

static enum status plan_follow_up(struct ctx *c, const struct contact *was,
                                  const struct contact *now)
{
    str args;

    if (was->next_follow_up_at.us == now->next_follow_up_at.us)
        return OK;
    if (instant_is_none(now->next_follow_up_at))
        return OK;
    args =
        arena_printf(c->arena, "{\"contact_id\":\"%.*s\"}", STR_ARG(uuid_str(c->arena, now->id)));
    return job_enqueue(c, &(struct job_spec){
                              .kind = "follow_up",
                              .args = args,
                              .run_at = now->next_follow_up_at,
                              .dedupe_key = follow_up_key(c, now->id, now->next_follow_up_at),
                          });
}

enum status contact_change(struct ctx *c, struct uuid id, const struct contact_patch *patch,
                           struct contact_card *out)
{
    struct contact was, now;
    int64_t version;

    TRY(contact_lock(c, id, &was));
    if (patch->version && patch->version != was.version)
        return FAIL_REASON(c, ERR_CONFLICT, "stale_version",
                           "somebody changed this contact meanwhile");
    now = was;
    TRY(apply_name(c, patch, &now));
    TRY(apply_owner(c, patch, &now));
    TRY(apply_stage(c, patch, &now));
    TRY(apply_follow_up(c, patch, &now));
    if (patch->custom)
        TRY(custom_merge(c, was.custom, patch->custom, &now.custom));
    TRY(contact_update(c, &now, &version));
    TRY(plan_follow_up(c, &was, &now));
    TRY(contact_publish(c, id, version));
    return contact_load(c, id, out);
}

/* ---- when the date has come ---- */

/* Whose contact it is gets what nobody has. */
static enum status hand_to_owner(struct ctx *c, struct uuid owner_id, struct conversation *conv)
{
    struct membership owner;
    int64_t version;
    bool found;

    if (uuid_is_zero(owner_id) || !uuid_is_zero(conv->assignee_id))
        return OK;
    TRY(membership_select(c, owner_id, &owner, &found));
    if (!found)
        return OK;
    conv->assignee_id = owner_id;
    return conversation_update(c, conv, &version);
}

static enum status bring_back(struct ctx *c, struct conversation *conv,
                              const struct contact_follow_up *due)
{
    struct uuid assignee_before = conv->assignee_id;
    struct conversation_event event = {.event = "follow_up_due", .text = due->reason};
    int64_t version;

    TRY(hand_to_owner(c, due->owner_id, conv));
    TRY(conversation_bring_back(c, conv->id, S("follow_up"), due->reason, &version));
    event.to = conv->assignee_id;
    TRY(conversation_add_event(c, conv, &event));
    return conversation_publish(c, conv, version, assignee_before);
}

enum status contact_follow_up_due(struct ctx *c, struct uuid id)
{
    struct contact_follow_up due;
    struct contact contact;
    struct conversation *items;
    struct list found;
    bool is_due;
    enum status s = contact_lock(c, id, &contact);

    if (s == ERR_NOT_FOUND)
        return OK;
    TRY(s);
    TRY(conversation_lock_by_contact(c, id, &found));
    if (found.n == 0)
        return OK; /* nothing to bring back: the contact goes on showing its date */
    TRY(contact_take_follow_up(c, id, &due, &is_due));
    if (!is_due)
        return OK;
    items = found.items;
    for (size_t i = 0; i < found.n; i++)
        TRY(bring_back(c, &items[i], &due));
    return contact_publish(c, id, due.version);
}

/* ---- pipeline ---- */

enum status contact_stages(struct ctx *c, struct list *out)
{
    return stage_list(c, out);
}
