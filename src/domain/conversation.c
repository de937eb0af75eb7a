/*
 * conversation.c - who sees a conversation, and what they have read of it.
 *
 * conversation_change.c has what people and time do to it.
 */
#include "domain/conversation.h"

#include "provider/channel.h"
#include "store/change.h"
#include "store/job.h"
#include "store/read_marker.h"
#include "store/team.h"

/* ---- reach ---- */

struct conversation_scope conversation_scope_of(const struct ctx *c)
{
    return (struct conversation_scope){
        .user_id = actor_id(c),
        .all = actor_may(c->actor, MAY_READ_ALL),
        .assigned = actor_may(c->actor, MAY_READ_ASSIGNED),
        .team = actor_may(c->actor, MAY_READ_TEAM),
        .unassigned = actor_may(c->actor, MAY_READ_UNASSIGNED),
    };
}

enum status conversation_reaches(struct ctx *c, const struct conversation *conv)
{
    struct conversation_scope scope = conversation_scope_of(c);
    bool nobodys = uuid_is_zero(conv->assignee_id) && uuid_is_zero(conv->team_id);
    bool in_team = false;

    if (scope.all || (nobodys && scope.unassigned))
        return OK;
    if (scope.assigned && uuid_eq(conv->assignee_id, scope.user_id))
        return OK;
    if (scope.team && !uuid_is_zero(conv->team_id))
        TRY(team_has(c, conv->team_id, scope.user_id, &in_team));
    if (in_team)
        return OK;
    return FAIL(c, ERR_NOT_FOUND, "no such conversation");
}

/* ---- reading ---- */

enum status conversation_inbox(struct ctx *c, const struct inbox_query *q, struct list *out)
{
    struct conversation_page page = {
        .scope = conversation_scope_of(c),
        .state = q->state,
        .only_mine = q->view == VIEW_MINE,
        .only_unassigned = q->view == VIEW_UNASSIGNED,
        .channel_id = q->channel_id,
        .team_id = q->team_id,
        .q = str_trim(q->q),
        .limit = q->limit,
        .before = q->before,
        .before_id = q->before_id,
    };

    return conversation_list(c, &page, out);
}

enum status conversation_tally(struct ctx *c, struct conversation_counts *out)
{
    struct conversation_scope scope = conversation_scope_of(c);

    return conversation_count(c, &scope, out);
}

enum status conversation_load(struct ctx *c, struct uuid id, struct conversation_item *out)
{
    struct conversation_scope scope = conversation_scope_of(c);

    return conversation_view(c, id, &scope, out);
}

enum status conversation_of_contacts(struct ctx *c, const struct uuid *contacts, size_t n,
                                     struct list *out)
{
    struct conversation_scope scope = conversation_scope_of(c);

    return conversation_list_by_contacts(c, contacts, n, &scope, out);
}

/* ---- the feed ---- */

enum status conversation_publish(struct ctx *c, const struct conversation *conv, int64_t version,
                                 struct uuid assignee_before)
{
    return conversation_publish_moved(c, conv, version, assignee_before, conv->team_id);
}

enum status conversation_publish_moved(struct ctx *c, const struct conversation *conv,
                                       int64_t version, struct uuid assignee_before,
                                       struct uuid team_before)
{
    return change_write(c, &(struct change){.kind = S("conversation"),
                                            .entity_id = conv->id,
                                            .conversation_id = conv->id,
                                            .contact_id = conv->contact_id,
                                            .channel_id = conv->channel_id,
                                            .version = version,
                                            .assignee_before = assignee_before,
                                            .assignee_after = conv->assignee_id,
                                            .team_before = team_before,
                                            .team_after = conv->team_id,
                                            .actor_id = actor_id(c)});
}

static struct conversation row_of(const struct conversation_item *item)
{
    return (struct conversation){.id = item->id,
                                 .contact_id = item->contact_id,
                                 .channel_id = item->channel_id,
                                 .assignee_id = item->assignee_id,
                                 .team_id = item->team_id,
                                 .version = item->version};
}

/* ---- read markers ---- */

/* The person sees that we have read, where the provider can show it. */
static enum status tell_person(struct ctx *c, const struct conversation_item *item)
{
    const struct channel_ops *ops = channel_find(item->channel_kind);

    if (!ops || !ops->traits.read_marks)
        return OK;
    return job_enqueue_for(c, "mark_read", "conversation_id", item->id, (struct instant){0});
}

enum status conversation_mark_read(struct ctx *c, struct uuid id)
{
    struct conversation_item item;
    struct conversation row;
    int64_t version = 0;
    bool moved = false;

    TRY(conversation_load(c, id, &item));
    if (item.unread > 0)
        TRY(read_marker_put(c, id, actor_id(c), &moved));
    if (item.attention.ptr)
        TRY(conversation_clear_attention(c, id, &version));
    if (moved)
        TRY(tell_person(c, &item));
    if (!moved && !version)
        return OK;
    row = row_of(&item);
    return conversation_publish(c, &row, version ? version : item.version, item.assignee_id);
}

/* ---- drafts ---- */

enum status conversation_drafts(struct ctx *c, struct uuid id, struct list *out)
{
    struct conversation conv;

    TRY(conversation_select(c, id, &conv));
    TRY(conversation_reaches(c, &conv));
    return draft_list(c, id, actor_id(c), out);
}

enum status conversation_keep_draft(struct ctx *c, struct uuid id, str kind, str body)
{
    struct draft row = {.conversation_id = id, .user_id = actor_id(c), .kind = kind, .body = body};
    struct conversation conv;

    if (!str_eq(kind, S("text")) && !str_eq(kind, S("note")))
        return FAIL(c, ERR_NOT_FOUND, "a draft is a text or a note");
    TRY(conversation_select(c, id, &conv));
    TRY(conversation_reaches(c, &conv));
    if (str_is_empty(str_trim(body)))
        TRY(draft_delete(c, id, row.user_id, kind));
    else
        TRY(draft_put(c, &row));
    return change_write(c, &(struct change){.kind = S("draft"),
                                            .entity_id = id,
                                            .conversation_id = id,
                                            .assignee_before = conv.assignee_id,
                                            .assignee_after = conv.assignee_id,
                                            .actor_id = row.user_id});
}
