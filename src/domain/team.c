/*
 * team.c - teams and their members.
 *
 * A removed team may have many conversations: they are let go of some at a time, by a job when they
 * are more than one batch.  Meanwhile nobody is in the team, so nobody sees anything by it.
 */
#include "domain/team.h"

#include "domain/assignment.h"
#include "domain/audit.h"
#include "domain/conversation.h"
#include "store/change.h"
#include "store/job.h"

static const struct field team_audit[] = {
    FIELD(struct team, name, 0, 0),
    FIELD_END,
};

enum status team_publish(struct ctx *c, struct uuid id)
{
    return change_write(
        c, &(struct change){.kind = S("team"), .entity_id = id, .actor_id = actor_id(c)});
}

/* ---- reading ---- */

static struct assignment_rule rule_of(const struct list *rules, struct uuid owner)
{
    const struct assignment_rule *items = rules->items;

    for (size_t i = 0; i < rules->n; i++)
        if (uuid_eq(items[i].owner_id, owner))
            return items[i];
    return (struct assignment_rule){.owner_id = owner, .method = ASSIGN_MANUAL};
}

static struct list members_of(struct ctx *c, const struct list *all, struct uuid team)
{
    const struct team_member *items = all->items;
    struct uuid *ids = NEW_ARRAY(c->arena, struct uuid, all->n);
    struct list out = {ids, 0};

    for (size_t i = 0; i < all->n; i++)
        if (uuid_eq(items[i].team_id, team))
            ids[out.n++] = items[i].user_id;
    return out;
}

enum status teams_load(struct ctx *c, struct list *out)
{
    struct list teams, members, rules;
    const struct team *items;
    struct team_view *views;

    TRY(team_list(c, &teams));
    TRY(team_members(c, (struct uuid){{0}}, &members));
    TRY(assignment_rule_list(c, (struct uuid){{0}}, &rules));
    items = teams.items;
    views = NEW_ARRAY(c->arena, struct team_view, teams.n);
    for (size_t i = 0; i < teams.n; i++)
        views[i] = (struct team_view){.team = items[i],
                                      .members = members_of(c, &members, items[i].id),
                                      .rule = rule_of(&rules, items[i].id)};
    *out = (struct list){views, teams.n};
    return OK;
}

static enum status view_of(struct ctx *c, const struct team *team, struct team_view *out)
{
    struct list members, rules;

    TRY(team_members(c, team->id, &members));
    TRY(assignment_rule_list(c, team->id, &rules));
    *out = (struct team_view){.team = *team,
                              .members = members_of(c, &members, team->id),
                              .rule = rule_of(&rules, team->id)};
    return OK;
}

enum status team_load(struct ctx *c, struct uuid id, struct team_view *out)
{
    struct team team;

    TRY(team_lock(c, id, &team));
    return view_of(c, &team, out);
}

enum status team_ids_of(struct ctx *c, struct uuid user, struct uuid *out, size_t max, size_t *n)
{
    const struct uuid *ids;
    struct list found;

    TRY(team_of_member(c, user, &found));
    ids = found.items;
    *n = found.n < max ? found.n : max;
    for (size_t i = 0; i < *n; i++)
        out[i] = ids[i];
    return OK;
}

/* ---- changing ---- */

static enum status check_name(struct ctx *c, str name)
{
    if (str_is_empty(str_trim(name)))
        return FAIL_FIELD(c, "name", "a team needs a name");
    return OK;
}

enum status team_create(struct ctx *c, str name, struct team_view *out)
{
    struct team row = {.id = uuid_new(), .name = str_trim(name), .version = 1};
    int64_t n;

    TRY(check_name(c, name));
    TRY(team_count(c, &n));
    if (n >= TEAM_LIST_MAX)
        return FAIL(c, ERR_CONFLICT, "there are %d teams already", TEAM_LIST_MAX);
    TRY(team_insert(c, &row));
    TRY(audit_write(c, &(struct audit){.action = "team.add",
                                       .entity = row.id,
                                       .name = row.name,
                                       .fields = team_audit,
                                       .after = &row}));
    TRY(team_publish(c, row.id));
    return view_of(c, &row, out);
}

enum status team_rename(struct ctx *c, struct uuid id, str name, int64_t version,
                        struct team_view *out)
{
    struct team was, now;

    TRY(team_lock(c, id, &was));
    if (version && version != was.version)
        return FAIL_REASON(c, ERR_CONFLICT, "stale_version",
                           "somebody changed this team meanwhile");
    TRY(check_name(c, name));
    now = was;
    now.name = str_trim(name);
    if (str_eq(was.name, now.name))
        return view_of(c, &now, out);
    TRY(team_update(c, id, now.name, &now.version));
    TRY(audit_write(c, &(struct audit){.action = "team.change",
                                       .entity = id,
                                       .name = now.name,
                                       .fields = team_audit,
                                       .before = &was,
                                       .after = &now}));
    TRY(team_publish(c, id));
    return view_of(c, &now, out);
}

/* Their streams begin anew: they see other conversations now. */
static enum status tell(struct ctx *c, const struct list *users)
{
    const struct uuid *ids = users->items;

    for (size_t i = 0; i < users->n; i++)
        TRY(change_write(c, &(struct change){.kind = S("team_member"),
                                             .entity_id = ids[i],
                                             .actor_id = actor_id(c)}));
    return OK;
}

struct crowd {
    struct list members;
};

static const struct field crowd_audit[] = {
    FIELD_LIST(struct crowd, members, 0, struct uuid, bare_uuid, 0),
    FIELD_END,
};

static enum status check_members(struct ctx *c, const struct list *users,
                                 const struct team_view *now)
{
    int64_t most;

    if (now->members.n < users->n)
        return FAIL_FIELD(c, "members", "somebody of them is not here, or stands there twice");
    TRY(team_fullest(c, users, &most));
    if (most > TEAMS_OF_MEMBER_MAX)
        return FAIL_FIELD(c, "members", "one person is in at most %d teams", TEAMS_OF_MEMBER_MAX);
    return OK;
}

enum status team_set_members(struct ctx *c, struct uuid id, const struct list *users,
                             struct team_view *out)
{
    struct team_view was, now;
    struct list joined, left;

    TRY(team_load(c, id, &was));
    TRY(team_put_members(c, id, users, &joined, &left));
    TRY(team_load(c, id, &now));
    TRY(check_members(c, users, &now));
    *out = now;
    if (joined.n + left.n == 0)
        return OK;
    TRY(audit_write(c, &(struct audit){.action = "team.members",
                                       .entity = id,
                                       .name = now.team.name,
                                       .fields = crowd_audit,
                                       .before = &(struct crowd){was.members},
                                       .after = &(struct crowd){now.members}}));
    TRY(tell(c, &joined));
    TRY(tell(c, &left));
    TRY(team_publish(c, id));
    return assignment_room(c); /* somebody who joined may have room */
}

/* ---- removing ---- */

static enum status let_go(struct ctx *c, struct conversation *conv)
{
    struct uuid team = conv->team_id;
    int64_t version;

    conv->team_id = (struct uuid){{0}};
    TRY(conversation_leave_team(c, conv->id, &version));
    return conversation_publish_moved(c, conv, version, conv->assignee_id, team);
}

enum status team_let_go(struct ctx *c, struct uuid id, bool *more)
{
    struct conversation *rows;
    struct list found;

    TRY(conversation_lock_of_team(c, id, &found));
    rows = found.items;
    for (size_t i = 0; i < found.n; i++)
        TRY(let_go(c, &rows[i]));
    TRY(conversation_team_has_any(c, id, more));
    return *more ? OK : team_delete(c, id);
}

enum status team_remove(struct ctx *c, struct uuid id)
{
    struct list none = {NULL, 0}, joined, left;
    struct team_view was;
    bool more;

    TRY(team_load(c, id, &was));
    TRY(assignment_unqueue(c, id));
    TRY(assignment_rule_delete(c, id));
    TRY(assignment_rule_forget_team(c, id));
    TRY(team_put_members(c, id, &none, &joined, &left));
    TRY(team_retire(c, id));
    TRY(audit_write(c, &(struct audit){.action = "team.remove",
                                       .entity = id,
                                       .name = was.team.name,
                                       .fields = team_audit,
                                       .before = &was.team}));
    TRY(tell(c, &left));
    TRY(team_publish(c, id));
    TRY(team_let_go(c, id, &more));
    return more ? job_enqueue_for(c, "team_removed", "team_id", id, (struct instant){0}) : OK;
}
