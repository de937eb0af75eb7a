/*
 * conversation_change.c - assigning, resolving, snoozing, and coming back when the time has come.
 *
 * A job that wakes a snoozed conversation carries the moment in its key; another moment is another
 * job, and the older one finds nothing to do.  So moving a date never loses the earlier one's wake-up
 * and never needs to find a running job.
 */
#include "base/buf.h"
#include "base/json.h"
#include "domain/assignment.h"
#include "domain/conversation.h"
#include "domain/message.h"
#include "store/job.h"
#include "store/membership.h"
#include "store/team.h"

enum { EVENT_MAX = 4096 };

/* Two years: a date beyond is a slip of the finger. */
static const int64_t longest_snooze_ms = INT64_C(731) * 24 * 3600 * 1000;

/* ---- events in the thread ---- */

static void put_id(struct ctx *c, struct json_writer *w, const char *key, struct uuid id)
{
    if (uuid_is_zero(id))
        json_null(w, key);
    else
        json_str(w, key, uuid_str(c->arena, id));
}

static enum status event_payload(struct ctx *c, const struct conversation_event *event, str *out)
{
    struct buf b = buf_new(c->arena, EVENT_MAX);
    struct json_writer w = json_writer_new(&b);

    json_object_begin(&w, NULL);
    json_str(&w, "event", str_of(event->event));
    put_id(c, &w, "by", actor_id(c));
    put_id(c, &w, "to", event->to);
    if (!uuid_is_zero(event->from))
        put_id(c, &w, "from", event->from);
    if (!instant_is_none(event->until))
        json_str(&w, "until", instant_str(c->arena, event->until));
    if (event->text.ptr)
        json_str(&w, "text", event->text);
    json_object_end(&w);
    return buf_done(c, &b, out);
}

enum status conversation_add_event(struct ctx *c, const struct conversation *conv,
                                   const struct conversation_event *event)
{
    struct message row = {
        .id = uuid_new(),
        .conversation_id = conv->id,
        .channel_id = conv->channel_id,
        .direction = DIRECTION_OUT,
        .kind = MESSAGE_EVENT,
        .author = c->actor ? AUTHOR_USER : AUTHOR_SYSTEM,
        .author_id = actor_id(c),
        .at = clock_now(),
        .state = STATE_SENT,
        .provider_id = event->key,
    };
    bool inserted;

    TRY(event_payload(c, event, &row.payload.text));
    TRY(message_insert_once(c, &row, &inserted));
    return inserted ? message_publish(c, row.id, conv, 1) : OK;
}

/* ---- snoozing ---- */

static str unsnooze_key(struct ctx *c, struct uuid id, struct instant until)
{
    return arena_printf(c->arena, "unsnooze:%.*s:%lld", STR_ARG(uuid_str(c->arena, id)),
                        (long long)until.us);
}

static enum status plan_unsnooze(struct ctx *c, const struct conversation *was,
                                 const struct conversation *now)
{
    str args;

    if (was->snoozed_until.us == now->snoozed_until.us)
        return OK;
    if (instant_is_none(now->snoozed_until))
        return OK;
    args = arena_printf(c->arena, "{\"conversation_id\":\"%.*s\"}",
                        STR_ARG(uuid_str(c->arena, now->id)));
    return job_enqueue(c, &(struct job_spec){
                              .kind = "unsnooze",
                              .args = args,
                              .run_at = now->snoozed_until,
                              .dedupe_key = unsnooze_key(c, now->id, now->snoozed_until),
                          });
}

enum status conversation_unsnooze_due(struct ctx *c, struct uuid id)
{
    struct conversation conv;
    int64_t version;
    bool due;

    TRY(conversation_lock_due(c, id, &conv, &due));
    if (!due)
        return OK;
    TRY(conversation_bring_back(c, id, S("snooze"), (str){NULL, 0}, &version));
    TRY(conversation_add_event(c, &conv, &(struct conversation_event){.event = "unsnoozed"}));
    TRY(conversation_publish(c, &conv, version, conv.assignee_id));
    conv.state = CONVERSATION_OPEN;
    return assignment_ask(c, &conv);
}

/* ---- what people decide ---- */

static enum status apply_state(struct ctx *c, const struct conversation_patch *patch,
                               struct conversation *conv)
{
    struct instant now = clock_now();

    if (patch->has_state)
        conv->state = patch->state;
    if (conv->state != CONVERSATION_SNOOZED) {
        if (patch->has_snoozed_until && !instant_is_none(patch->snoozed_until))
            return FAIL_FIELD(c, "snoozed_until", "only a snoozed conversation has a time");
        conv->snoozed_until = (struct instant){0};
        return OK;
    }
    if (patch->has_snoozed_until)
        conv->snoozed_until = patch->snoozed_until;
    if (instant_is_none(conv->snoozed_until))
        return FAIL_FIELD(c, "snoozed_until", "until when?");
    if (conv->snoozed_until.us <= now.us)
        return FAIL_FIELD(c, "snoozed_until", "this time has passed");
    if (conv->snoozed_until.us > instant_add_ms(now, longest_snooze_ms).us)
        return FAIL_FIELD(c, "snoozed_until", "this is more than two years away");
    return OK;
}

static enum status apply_assignee(struct ctx *c, const struct conversation_patch *patch,
                                  struct conversation *conv)
{
    struct membership member;
    bool found;

    if (!patch->has_assignee || uuid_eq(patch->assignee_id, conv->assignee_id))
        return OK;
    if (!uuid_is_zero(patch->assignee_id)) {
        TRY(membership_select(c, patch->assignee_id, &member, &found));
        if (!found)
            return FAIL_FIELD(c, "assignee_id", "nobody here has this id");
    }
    conv->assignee_id = patch->assignee_id;
    return OK;
}

static enum status apply_team(struct ctx *c, const struct conversation_patch *patch,
                              struct conversation *conv)
{
    bool found;

    if (!patch->has_team || uuid_eq(patch->team_id, conv->team_id))
        return OK;
    if (!uuid_is_zero(patch->team_id)) {
        TRY(team_find(c, patch->team_id, &found));
        if (!found)
            return FAIL_FIELD(c, "team_id", "there is no such team");
    }
    conv->team_id = patch->team_id;
    return OK;
}

static const char *state_event(enum conversation_state was, enum conversation_state now)
{
    switch (now) {
    case CONVERSATION_OPEN:
        return was == CONVERSATION_PENDING ? "opened" : "reopened";
    case CONVERSATION_PENDING:
        return "pending";
    case CONVERSATION_SNOOZED:
        return "snoozed";
    case CONVERSATION_RESOLVED:
        return "resolved";
    }
    return "opened";
}

static enum status add_events(struct ctx *c, const struct conversation *was,
                              const struct conversation *now)
{
    bool moved = was->snoozed_until.us != now->snoozed_until.us;
    struct conversation_event event = {.until = now->snoozed_until};

    if (was->state != now->state || (moved && now->state == CONVERSATION_SNOOZED)) {
        event.event = state_event(was->state, now->state);
        TRY(conversation_add_event(c, now, &event));
    }
    if (!uuid_eq(was->team_id, now->team_id)) {
        event = (struct conversation_event){.event = "team_changed", .to = now->team_id};
        TRY(conversation_add_event(c, now, &event));
    }
    if (uuid_eq(was->assignee_id, now->assignee_id))
        return OK;
    event = (struct conversation_event){
        .event = uuid_is_zero(now->assignee_id) ? "unassigned" : "assigned",
        .to = now->assignee_id,
    };
    return conversation_add_event(c, now, &event);
}

static bool is_same(const struct conversation *a, const struct conversation *b)
{
    return a->state == b->state && a->snoozed_until.us == b->snoozed_until.us &&
           uuid_eq(a->assignee_id, b->assignee_id) && uuid_eq(a->team_id, b->team_id);
}

/* It may be for a rule now, or somebody has room for another one. */
static enum status look_for_somebody(struct ctx *c, const struct conversation *was,
                                     const struct conversation *now)
{
    bool reopened = was->state != CONVERSATION_OPEN && now->state == CONVERSATION_OPEN;
    bool let_go = !uuid_eq(was->assignee_id, now->assignee_id) || now->state != CONVERSATION_OPEN;

    if (reopened || !uuid_eq(was->team_id, now->team_id))
        TRY(assignment_ask(c, now));
    if (let_go && was->state == CONVERSATION_OPEN && !uuid_is_zero(was->assignee_id))
        return assignment_room(c);
    return OK;
}

static enum status change(struct ctx *c, const struct conversation *was,
                          const struct conversation_patch *patch)
{
    struct conversation now = *was;
    int64_t version;

    TRY(apply_state(c, patch, &now));
    TRY(apply_assignee(c, patch, &now));
    TRY(apply_team(c, patch, &now));
    if (is_same(was, &now))
        return OK;
    TRY(conversation_update(c, &now, &version));
    TRY(add_events(c, was, &now));
    TRY(plan_unsnooze(c, was, &now));
    TRY(conversation_publish_moved(c, &now, version, was->assignee_id, was->team_id));
    return look_for_somebody(c, was, &now);
}

enum status conversation_change(struct ctx *c, struct uuid id,
                                const struct conversation_patch *patch,
                                struct conversation_item *out)
{
    /* whoever gives a conversation away still sees what became of it */
    struct conversation_scope all = {.user_id = actor_id(c), .all = true};
    struct conversation was;

    TRY(conversation_lock(c, id, &was));
    TRY(conversation_reaches(c, &was));
    /* a tick on our own message is no reason to refuse */
    if (patch->version && (patch->version < was.basis_version || patch->version > was.version))
        return FAIL_REASON(c, ERR_CONFLICT, "stale_version",
                           "somebody changed this conversation meanwhile");
    TRY(change(c, &was, patch));
    return conversation_view(c, id, &all, out);
}
