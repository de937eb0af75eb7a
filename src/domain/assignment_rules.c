/*
 * assignment_rules.c - how a channel's or a team's conversations find somebody: the settings.
 */
#include "domain/assignment.h"

#include "domain/audit.h"
#include "domain/team.h"
#include "store/channel.h"

enum status assignment_rules(struct ctx *c, struct list *out)
{
    return assignment_rule_list(c, (struct uuid){{0}}, out);
}

static const struct field assignment_audit[] = {
    FIELD_ENUM(struct assignment_rule, method, 0, &assignment_method_names),
    FIELD(struct assignment_rule, team_id, F_NULL, 0),
    FIELD(struct assignment_rule, reassign_hours, 0, 0),
    FIELD_END,
};

/* What it is called, if it is anything. */
static enum status name_of(struct ctx *c, struct uuid owner, bool *is_team, str *name)
{
    struct channel channel;
    struct team team;
    enum status s = team_lock(c, owner, &team);

    *is_team = s == OK;
    if (*is_team) {
        *name = team.name;
        return OK;
    }
    if (s != ERR_NOT_FOUND)
        return s;
    TRY(channel_select(c, owner, &channel));
    *name = channel.name;
    return OK;
}

static enum status check(struct ctx *c, const struct assignment_rule *rule, bool is_team)
{
    bool found;

    if (rule->reassign_hours < 0 || rule->reassign_hours > 168)
        return FAIL_FIELD(c, "reassign_hours", "between 1 and 168 hours, or none");
    if (rule->method == ASSIGN_MANUAL && rule->reassign_hours > 0)
        return FAIL_FIELD(c, "reassign_hours", "by hand, nobody else is looked for");
    if (uuid_is_zero(rule->team_id))
        return OK;
    if (is_team)
        return FAIL_FIELD(c, "team_id", "a team's rule has no other team");
    TRY(team_find(c, rule->team_id, &found));
    return found ? OK : FAIL_FIELD(c, "team_id", "there is no such team");
}

enum status assignment_set_rule(struct ctx *c, const struct assignment_rule *rule)
{
    struct assignment_rule was = {.method = ASSIGN_MANUAL};
    struct audit audit = {.action = "assignment.change",
                          .entity = rule->owner_id,
                          .fields = assignment_audit,
                          .before = &was,
                          .after = rule};
    struct list found;
    bool is_team;

    TRY(name_of(c, rule->owner_id, &is_team, &audit.name));
    TRY(check(c, rule, is_team));
    TRY(assignment_rule_list(c, rule->owner_id, &found));
    if (found.n > 0)
        was = *(const struct assignment_rule *)found.items;
    if (rule->method == ASSIGN_MANUAL)
        TRY(assignment_unqueue(c, rule->owner_id));
    if (rule->method == ASSIGN_MANUAL && uuid_is_zero(rule->team_id))
        TRY(assignment_rule_delete(c, rule->owner_id));
    else
        TRY(assignment_rule_put(c, rule));
    TRY(audit_write(c, &audit));
    TRY(team_publish(c, rule->owner_id));
    return assignment_room(c);
}
