/*
 * assignment.c - finding somebody for what is queued; see assignment.h.
 *
 * The order in which members are asked is total (turn, then id), so that the same situation always has
 * the same outcome.
 */
#include "domain/assignment.h"

#include "domain/conversation.h"
#include "store/job.h"
#include "store/membership.h"
#include "store/org.h"
#include "store/schedule.h"
#include "store/team.h"

/* Each working off has a number, and within it each turn. */
enum { AGAIN_MS = 2000, TURNS = 64 };

static const struct uuid nobody = {{0}};

/* Whose rule holds. */
static struct uuid owner_of(const struct conversation *conv)
{
    return uuid_is_zero(conv->team_id) ? conv->channel_id : conv->team_id;
}

/* ---- choosing ---- */

struct desk {
    struct assignment_candidate *all; /* those who may answer */
    size_t n;
    struct uuid but_not_to;
    int64_t turn; /* grows with each that is given */
};

static bool has_room(const struct assignment_candidate *one)
{
    return one->capacity == 0 || one->held < one->capacity;
}

static bool goes_before(const struct assignment_candidate *a, const struct assignment_candidate *b)
{
    if (a->method == ASSIGN_LEAST_BUSY && a->held != b->held)
        return a->held < b->held;
    if (a->turn != b->turn)
        return a->turn < b->turn;
    return uuid_cmp(a->user_id, b->user_id) < 0;
}

/* NULL: nobody. */
static struct assignment_candidate *choose(struct desk *d, const struct conversation *conv)
{
    struct assignment_candidate *best = NULL;

    for (size_t i = 0; i < d->n; i++) {
        struct assignment_candidate *one = &d->all[i];

        if (!uuid_eq(one->owner_id, owner_of(conv)) || !has_room(one) ||
            uuid_eq(one->user_id, conv->assignee_id) || uuid_eq(one->user_id, d->but_not_to))
            continue;
        if (!best || goes_before(one, best))
            best = one;
    }
    return best;
}

/* One more for them, whatever rule chose. */
static void count(struct desk *d, struct assignment_candidate *chosen)
{
    for (size_t i = 0; i < d->n; i++)
        if (uuid_eq(d->all[i].user_id, chosen->user_id))
            d->all[i].held++;
    chosen->turn = d->turn++;
}

/* ---- giving ---- */

static enum status give(struct ctx *c, struct conversation *conv, struct uuid to,
                        const char *event_name)
{
    struct uuid before = conv->assignee_id;
    struct conversation_event event = {.event = event_name, .to = to, .from = before};
    int64_t version;

    conv->assignee_id = to;
    TRY(conversation_assign(c, conv->id, to, &version));
    TRY(conversation_add_event(c, conv, &event));
    return conversation_publish(c, conv, version, before);
}

/* Queued because who has it was away: are they back? */
static enum status is_back(struct ctx *c, struct uuid user, bool *out)
{
    const struct presence_row *rows;
    struct list found;

    *out = false;
    if (uuid_is_zero(user))
        return OK;
    TRY(presence_list(c, (struct instant){0}, user, &found));
    rows = found.items;
    *out = found.n > 0 && rows->works && !rows->away && rows->availability != AVAILABILITY_OFFLINE;
    return OK;
}

static enum status find_somebody(struct ctx *c, struct desk *d, struct conversation *conv)
{
    bool had = !uuid_is_zero(conv->assignee_id), back;
    struct assignment_candidate *chosen;

    TRY(is_back(c, conv->assignee_id, &back));
    if (back)
        return conversation_unqueue(c, conv->id);
    chosen = choose(d, conv);
    if (!chosen)
        return OK;
    TRY(assignment_turn_put(c, chosen->owner_id, chosen->user_id, d->turn));
    count(d, chosen);
    return give(c, conv, chosen->user_id, had ? "reassigned" : "assigned");
}

/* ---- working off ---- */

static enum status open_desk(struct ctx *c, struct desk *d)
{
    struct assignment_candidate *rows;
    struct list found;

    TRY(org_counter_next(c, S("assignment"), &d->turn));
    d->turn *= TURNS;
    TRY(assignment_candidates(c, &found));
    rows = found.items;
    for (size_t i = 0; i < found.n; i++)
        if (role_permissions(rows[i].role, rows[i].role_words) & MAY_WRITE_CONVERSATIONS)
            rows[d->n++] = rows[i];
    d->all = rows;
    return OK;
}

/* The rules that somebody with room is there for. */
static struct list rules_of(struct ctx *c, const struct desk *d)
{
    struct uuid *ids = NEW_ARRAY(c->arena, struct uuid, d->n);
    struct list out = {ids, 0};

    for (size_t i = 0; i < d->n; i++)
        if (has_room(&d->all[i]) && !uuid_eq(d->all[i].user_id, d->but_not_to) &&
            (out.n == 0 || !uuid_eq(ids[out.n - 1], d->all[i].owner_id)))
            ids[out.n++] = d->all[i].owner_id;
    return out;
}

static enum status look_again(struct ctx *c, struct instant at)
{
    return job_enqueue(
        c, &(struct job_spec){.kind = "assign", .run_at = at, .dedupe_key = S("assign")});
}

/* What is left: soon, when something was passed by; else when somebody comes. */
static enum status plan_rest(struct ctx *c, struct desk *d)
{
    struct list rules = rules_of(c, d), left = {NULL, 0};
    struct instant at;
    bool waits;

    TRY(assignment_waits(c, &waits));
    if (!waits)
        return OK;
    if (rules.n > 0)
        TRY(conversation_queued(c, &rules, &left));
    if (left.n > 0)
        return look_again(c, instant_add_ms(clock_now(), AGAIN_MS));
    TRY(assignment_next_here(c, &at));
    return instant_is_none(at) ? OK : look_again(c, at);
}

static enum status work_off(struct ctx *c, struct desk *d)
{
    struct conversation *rows;
    struct list rules, found = {NULL, 0};

    TRY(open_desk(c, d));
    rules = rules_of(c, d);
    if (rules.n > 0)
        TRY(conversation_lock_queued(c, &rules, &found));
    rows = found.items;
    for (size_t i = 0; i < found.n; i++)
        TRY(find_somebody(c, d, &rows[i]));
    return plan_rest(c, d);
}

enum status assignment_work_off(struct ctx *c, struct uuid but_not_to)
{
    const struct actor *actor = c->actor;
    struct desk desk = {.but_not_to = but_not_to};
    enum status s;

    c->actor = NULL; /* the rule does it, whoever made it look */
    s = work_off(c, &desk);
    c->actor = actor;
    return s;
}

enum status assignment_room(struct ctx *c)
{
    bool waits;

    TRY(assignment_waits(c, &waits));
    return waits ? look_again(c, (struct instant){0}) : OK;
}

/* ---- asking ---- */

static enum status has_rule(struct ctx *c, struct uuid owner, bool *out)
{
    const struct assignment_rule *rule;
    struct list found;

    TRY(assignment_rule_list(c, owner, &found));
    rule = found.items;
    *out = found.n > 0 && rule->method != ASSIGN_MANUAL;
    return OK;
}

enum status assignment_ask(struct ctx *c, const struct conversation *conv)
{
    bool has;

    if (!uuid_is_zero(conv->assignee_id) || conv->state != CONVERSATION_OPEN)
        return OK;
    TRY(has_rule(c, owner_of(conv), &has));
    if (!has)
        return OK;
    TRY(conversation_queue(c, conv->id));
    return assignment_work_off(c, nobody);
}

enum status assignment_heard(struct ctx *c, struct uuid conversation,
                             const struct conversation_heard *heard, bool *queued)
{
    bool away = false;

    *queued = heard->queued;
    if (heard->queued || heard->reassign_hours == 0)
        return OK;
    TRY(presence_is_away_for(c, heard->assignee_id, heard->reassign_hours, &away));
    *queued = away;
    return away ? conversation_queue(c, conversation) : OK;
}

/* ---- handing over ---- */

static enum status check_receiver(struct ctx *c, struct uuid from_user, struct uuid to)
{
    struct membership member;
    bool found;

    if (uuid_is_zero(to))
        return OK;
    TRY(membership_select(c, to, &member, &found));
    if (!found)
        return FAIL_FIELD(c, "to", "nobody here has this id");
    if (uuid_eq(from_user, to))
        return FAIL_FIELD(c, "to", "these are theirs already");
    return OK;
}

static enum status hand_back(struct ctx *c, struct conversation *conv)
{
    bool has;

    TRY(give(c, conv, nobody, "handed_over"));
    if (conv->state != CONVERSATION_OPEN)
        return OK;
    TRY(has_rule(c, owner_of(conv), &has));
    return has ? conversation_queue(c, conv->id) : OK;
}

enum status assignment_hand_over(struct ctx *c, struct uuid from_user, struct uuid to,
                                 int64_t *moved, bool *more)
{
    struct conversation *rows;
    struct list found;

    TRY(check_receiver(c, from_user, to));
    TRY(conversation_lock_held(c, from_user, &found));
    rows = found.items;
    for (size_t i = 0; i < found.n; i++)
        TRY(uuid_is_zero(to) ? hand_back(c, &rows[i]) : give(c, &rows[i], to, "handed_over"));
    if (uuid_is_zero(to) && found.n > 0)
        TRY(assignment_work_off(c, from_user));
    *moved = (int64_t)found.n;
    return conversation_holds_any(c, from_user, more);
}
