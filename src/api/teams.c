/*
 * teams.c - teams, their members, and how conversations find somebody.
 */
#include "api/handlers.h"
#include "domain/assignment.h"
#include "domain/team.h"

/* ---- shapes ---- */

struct team_out {
    struct uuid id;
    str name;
    struct list members; /* of struct uuid */
    enum assignment_method method;
    int64_t reassign_hours;
    int64_t version;
};

static const struct field team_json[] = {
    FIELD(struct team_out, id, 0, 0),
    FIELD(struct team_out, name, 0, 0),
    FIELD_LIST(struct team_out, members, 0, struct uuid, bare_uuid, 0),
    FIELD_ENUM(struct team_out, method, 0, &assignment_method_names),
    FIELD(struct team_out, reassign_hours, F_NULL, 0),
    FIELD(struct team_out, version, 0, 0),
    FIELD_END,
};

const struct shape team_shape = SHAPE(struct team_out, team_json, "Team");

static const struct field team_list_json[] = {
    FIELD_LIST(struct page, items, 0, struct team_out, team_json, 0),
    FIELD_END,
};

const struct shape team_list_shape = SHAPE(struct page, team_list_json, "TeamList");

struct team_in {
    str name;
    int64_t version;
};

static const struct field team_new_in[] = {
    FIELD(struct team_in, name, F_REQUIRED | F_NONEMPTY, TEAM_NAME_MAX),
    FIELD_END,
};

const struct shape team_new_shape = SHAPE(struct team_in, team_new_in, "TeamNew");

static const struct field team_patch_in[] = {
    FIELD(struct team_in, name, F_REQUIRED | F_NONEMPTY, TEAM_NAME_MAX),
    FIELD(struct team_in, version, 0, 0),
    FIELD_END,
};

const struct shape team_patch_shape = SHAPE(struct team_in, team_patch_in, "TeamPatch");

struct team_members_in {
    struct list members;
};

static const struct field team_members_in[] = {
    FIELD_LIST(struct team_members_in, members, F_REQUIRED, struct uuid, bare_uuid,
               TEAM_MEMBERS_MAX),
    FIELD_END,
};

const struct shape team_members_put_shape =
    SHAPE(struct team_members_in, team_members_in, "TeamMembersPut");

struct assignment_in {
    struct uuid team_id;
    enum assignment_method method;
    int64_t reassign_hours;
};

enum { REASSIGN_MAX = 168 };

static const struct field team_assignment_in[] = {
    FIELD_ENUM(struct assignment_in, method, F_REQUIRED, &assignment_method_names),
    FIELD(struct assignment_in, reassign_hours, F_NULL, REASSIGN_MAX),
    FIELD_END,
};

const struct shape team_assignment_put_shape =
    SHAPE(struct assignment_in, team_assignment_in, "TeamAssignmentPut");

static const struct field channel_assignment_in[] = {
    FIELD(struct assignment_in, team_id, F_NULL, 0),
    FIELD_ENUM(struct assignment_in, method, F_REQUIRED, &assignment_method_names),
    FIELD(struct assignment_in, reassign_hours, F_NULL, REASSIGN_MAX),
    FIELD_END,
};

const struct shape channel_assignment_put_shape =
    SHAPE(struct assignment_in, channel_assignment_in, "ChannelAssignmentPut");

static const struct field assignment_json[] = {
    FIELD(struct assignment_rule, owner_id, 0, 0),
    FIELD(struct assignment_rule, team_id, F_NULL, 0),
    FIELD_ENUM(struct assignment_rule, method, 0, &assignment_method_names),
    FIELD(struct assignment_rule, reassign_hours, F_NULL, 0),
    FIELD_END,
};

static const struct field assignment_list_json[] = {
    FIELD_LIST(struct page, items, 0, struct assignment_rule, assignment_json, 0),
    FIELD_END,
};

const struct shape assignment_list_shape =
    SHAPE(struct page, assignment_list_json, "AssignmentList");

/* ---- handlers ---- */

static struct team_out shown(const struct team_view *view)
{
    return (struct team_out){.id = view->team.id,
                             .name = view->team.name,
                             .members = view->members,
                             .method = view->rule.method,
                             .reassign_hours = view->rule.reassign_hours,
                             .version = view->team.version};
}

static enum status show(struct req *r, const struct team_view *view)
{
    *(struct team_out *)r->out = shown(view);
    return OK;
}

enum status get_teams(struct ctx *c, struct req *r)
{
    struct page *page = r->out;
    const struct team_view *views;
    struct team_out *items;
    struct list found;

    TRY(teams_load(c, &found));
    views = found.items;
    items = NEW_ARRAY(c->arena, struct team_out, found.n);
    for (size_t i = 0; i < found.n; i++)
        items[i] = shown(&views[i]);
    page->items = (struct list){items, found.n};
    return OK;
}

enum status post_team(struct ctx *c, struct req *r)
{
    const struct team_in *in = r->in;
    struct team_view view;

    TRY(team_create(c, in->name, &view));
    return show(r, &view);
}

enum status patch_team(struct ctx *c, struct req *r)
{
    const struct team_in *in = r->in;
    struct team_view view;

    TRY(team_rename(c, r->ids[0], in->name, in->version, &view));
    return show(r, &view);
}

enum status delete_team(struct ctx *c, struct req *r)
{
    return team_remove(c, r->ids[0]);
}

enum status put_team_members(struct ctx *c, struct req *r)
{
    const struct team_members_in *in = r->in;
    struct team_view view;

    TRY(team_set_members(c, r->ids[0], &in->members, &view));
    return show(r, &view);
}

static struct assignment_rule rule_of(const struct req *r)
{
    const struct assignment_in *in = r->in;

    return (struct assignment_rule){.owner_id = r->ids[0],
                                    .team_id = in->team_id,
                                    .method = in->method,
                                    .reassign_hours = in->reassign_hours};
}

enum status put_team_assignment(struct ctx *c, struct req *r)
{
    struct assignment_rule rule = rule_of(r);
    struct team_view view;

    TRY(team_load(c, r->ids[0], &view));
    TRY(assignment_set_rule(c, &rule));
    TRY(team_load(c, r->ids[0], &view));
    return show(r, &view);
}

enum status put_channel_assignment(struct ctx *c, struct req *r)
{
    struct assignment_rule rule = rule_of(r);

    return assignment_set_rule(c, &rule);
}

enum status get_assignment(struct ctx *c, struct req *r)
{
    struct page *page = r->out;

    return assignment_rules(c, &page->items);
}
