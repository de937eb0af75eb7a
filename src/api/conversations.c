/*
 * conversations.c - the inbox: list, counts, one conversation, what one has read and begun to
 * write.
 */
#include "api/cursor.h"
#include "api/events.h"
#include "api/handlers.h"
#include "api/shapes.h"
#include "domain/conversation.h"

/* ---- shapes ---- */

struct conversation_out {
    struct conversation_item item;
    str avatar_url;
};

#define ITEM(m, nm, fl) FIELD_AS(struct conversation_out, item.m, nm, fl, 0)

static const struct field contact_brief_json[] = {
    ITEM(contact_id, "id", 0),
    ITEM(contact_name, "name", 0),
    FIELD(struct conversation_out, avatar_url, F_NULL, 0),
    ITEM(stage_id, "stage_id", F_NULL),
    ITEM(next_follow_up_at, "next_follow_up_at", F_NULL),
    FIELD_END,
};

static const struct field channel_brief_json[] = {
    ITEM(channel_id, "id", 0),
    ITEM(channel_kind, "kind", 0),
    ITEM(channel_name, "name", 0),
    FIELD_END,
};

static const char *const attention_words[] = {"follow_up", "snooze"};
static const struct field_names attention_names = {attention_words, 2};

static const struct field conversation_json[] = {
    ITEM(id, "id", 0),
    ITEM(number, "number", 0),
    FIELD_ENUM_AS(struct conversation_out, item.state, "state", 0, &conversation_state_names),
    ITEM(snoozed_until, "snoozed_until", F_NULL),
    ITEM(assignee_id, "assignee_id", F_NULL),
    ITEM(team_id, "team_id", F_NULL),
    FIELD_PART(struct conversation_out, "contact", 0, contact_brief_json),
    FIELD_PART(struct conversation_out, "channel", 0, channel_brief_json),
    ITEM(address, "address", 0),
    ITEM(last_message_at, "last_message_at", F_NULL),
    ITEM(last_preview, "last_preview", 0),
    FIELD_WORD_AS(struct conversation_out, item.last_kind, "last_kind", F_NULL,
                  &message_kind_names),
    FIELD_WORD_AS(struct conversation_out, item.last_direction, "last_direction", F_NULL,
                  &direction_names),
    FIELD_WORD_AS(struct conversation_out, item.last_state, "last_state", F_NULL,
                  &message_state_names),
    ITEM(last_author_id, "last_author_id", F_NULL),
    ITEM(unread, "unread", 0),
    FIELD_WORD_AS(struct conversation_out, item.attention, "attention", F_NULL, &attention_names),
    ITEM(attention_text, "attention_text", F_NULL),
    ITEM(window_closes_at, "window_closes_at", F_NULL),
    ITEM(waiting_since, "waiting_since", F_NULL),
    ITEM(contact_seen_at, "contact_seen_at", F_NULL),
    ITEM(sort_at, "sort_at", 0),
    ITEM(version, "version", 0),
    FIELD_END,
};

const struct shape conversation_shape =
    SHAPE(struct conversation_out, conversation_json, "Conversation");

static const struct field conversation_page_json[] = {
    PAGE_FIELDS(struct conversation_out, conversation_json),
};

const struct shape conversation_page_shape =
    SHAPE(struct page, conversation_page_json, "ConversationPage");

/* The states, and "all". */
enum { ASKED_ALL = CONVERSATION_RESOLVED + 1 };
static const char *const asked_state_words[] = {
    [CONVERSATION_OPEN] = "open",
    [CONVERSATION_PENDING] = "pending",
    [CONVERSATION_SNOOZED] = "snoozed",
    [CONVERSATION_RESOLVED] = "resolved",
    [ASKED_ALL] = "all",
};
static const struct field_names asked_state_names = {asked_state_words, ASKED_ALL + 1};

static const char *const view_words[] = {
    [VIEW_ALL] = "all", [VIEW_MINE] = "mine", [VIEW_UNASSIGNED] = "unassigned"};
static const struct field_names view_names = {view_words, VIEW_UNASSIGNED + 1};

struct conversations_in {
    int state;
    int view;
    struct uuid channel;
    struct uuid team;
    str q;
    int64_t limit;
    str cursor;
};

static const struct field conversations_in[] = {
    FIELD_ENUM(struct conversations_in, state, 0, &asked_state_names),
    FIELD_ENUM(struct conversations_in, view, 0, &view_names),
    FIELD(struct conversations_in, channel, 0, 0),
    FIELD(struct conversations_in, team, 0, 0),
    FIELD(struct conversations_in, q, 0, 100),
    FIELD(struct conversations_in, limit, 0, 100),
    FIELD(struct conversations_in, cursor, 0, 200),
    FIELD_END,
};

const struct shape conversations_query =
    SHAPE(struct conversations_in, conversations_in, "conversations_query");

static const struct field counts_json[] = {
    FIELD(struct conversation_counts, mine, 0, 0),
    FIELD(struct conversation_counts, unassigned, 0, 0),
    FIELD(struct conversation_counts, all, 0, 0),
    FIELD(struct conversation_counts, snoozed, 0, 0),
    FIELD_END,
};

const struct shape conversation_counts_shape =
    SHAPE(struct conversation_counts, counts_json, "ConversationCounts");

/* ---- reading ---- */

static struct conversation_out shown(struct ctx *c, const struct req *r,
                                     const struct conversation_item *item)
{
    struct conversation_out out = {.item = *item};

    if (!uuid_is_zero(item->avatar_id))
        out.avatar_url = media_url(c, r, item->avatar_id);
    return out;
}

enum status get_conversations(struct ctx *c, struct req *r)
{
    const struct conversations_in *in = r->query;
    int limit = (int)req_limit(in->limit);
    struct inbox_query q = {
        .state = in->state == ASKED_ALL ? 0
                 : in->state            ? in->state
                                        : CONVERSATION_OPEN,
        .view = in->view ? (enum inbox_view)in->view : VIEW_ALL,
        .channel_id = in->channel,
        .team_id = in->team,
        .q = in->q,
        .limit = limit,
    };
    struct page *page = r->out;
    const struct conversation_item *items;
    struct conversation_out *out;
    struct list found;
    size_t n;

    TRY(cursor_read_at(c, in->cursor, &q.before, &q.before_id));
    TRY(conversation_inbox(c, &q, &found));
    items = found.items;
    n = found.n > (size_t)limit ? (size_t)limit : found.n;
    out = NEW_ARRAY(c->arena, struct conversation_out, n);
    for (size_t i = 0; i < n; i++)
        out[i] = shown(c, r, &items[i]);
    page->items = (struct list){out, n};
    if (found.n > n)
        page->next_cursor = cursor_text_at(c->arena, items[n - 1].sort_at, items[n - 1].id);
    return OK;
}

enum status get_conversation_counts(struct ctx *c, struct req *r)
{
    return conversation_tally(c, r->out);
}

static enum status show(struct ctx *c, struct req *r, const struct conversation_item *item)
{
    *(struct conversation_out *)r->out = shown(c, r, item);
    return OK;
}

enum status get_conversation(struct ctx *c, struct req *r)
{
    struct conversation_item item;

    TRY(conversation_load(c, r->ids[0], &item));
    return show(c, r, &item);
}

/* ---- changing ---- */

struct conversation_patch_in {
    enum conversation_state state;
    struct instant snoozed_until;
    struct uuid assignee_id;
    struct uuid team_id;
    int64_t version;
};

static const struct field conversation_patch_in[] = {
    FIELD_ENUM(struct conversation_patch_in, state, 0, &conversation_state_names),
    FIELD(struct conversation_patch_in, snoozed_until, F_NULL, 0),
    FIELD(struct conversation_patch_in, assignee_id, F_NULL, 0),
    FIELD(struct conversation_patch_in, team_id, F_NULL, 0),
    FIELD(struct conversation_patch_in, version, 0, 0),
    FIELD_END,
};

const struct shape conversation_patch_shape =
    SHAPE(struct conversation_patch_in, conversation_patch_in, "ConversationPatch");

enum status patch_conversation(struct ctx *c, struct req *r)
{
    const struct conversation_patch_in *in = r->in;
    struct conversation_patch patch = {
        .has_state = req_has(r, "state"),
        .has_snoozed_until = req_has(r, "snoozed_until"),
        .has_assignee = req_has(r, "assignee_id"),
        .has_team = req_has(r, "team_id"),
        .state = in->state,
        .snoozed_until = in->snoozed_until,
        .assignee_id = in->assignee_id,
        .team_id = in->team_id,
        .version = in->version,
    };
    struct conversation_item item;

    TRY(conversation_change(c, r->ids[0], &patch, &item));
    return show(c, r, &item);
}

enum status post_conversation_read(struct ctx *c, struct req *r)
{
    TRY(conversation_mark_read(c, r->ids[0]));
    return events_seen(c, r, r->ids[0]);
}

/* ---- drafts ---- */

static const char *const draft_words[] = {"text", "note"};
static const struct field_names draft_names = {draft_words, 2};

static const struct field draft_json[] = {
    FIELD_WORD_AS(struct draft, kind, "kind", 0, &draft_names),
    FIELD(struct draft, body, 0, 0),
    FIELD(struct draft, updated_at, 0, 0),
    FIELD_END,
};

struct drafts_out {
    struct list items;
};

static const struct field drafts_json[] = {
    FIELD_LIST(struct drafts_out, items, 0, struct draft, draft_json, 0),
    FIELD_END,
};

const struct shape draft_list_shape = SHAPE(struct drafts_out, drafts_json, "DraftList");

struct draft_in {
    str body;
};

static const struct field draft_in[] = {
    FIELD(struct draft_in, body, F_REQUIRED, 10000),
    FIELD_END,
};

const struct shape draft_put_shape = SHAPE(struct draft_in, draft_in, "DraftPut");

enum status get_drafts(struct ctx *c, struct req *r)
{
    struct drafts_out *out = r->out;

    return conversation_drafts(c, r->ids[0], &out->items);
}

enum status put_draft(struct ctx *c, struct req *r)
{
    const struct draft_in *in = r->in;

    return conversation_keep_draft(c, r->ids[0], r->params[1], in->body);
}
