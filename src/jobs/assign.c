/*
 * assign.c - what waits for a rule when somebody may be here for it, and what a removed team leaves.
 */
#include "domain/assignment.h"
#include "domain/team.h"
#include "jobs/parts.h"

static enum status assign(struct run *r, void *arg)
{
    (void)arg;
    r->told_jobs = true; /* it may have planned the next look */
    TRY(assignment_work_off(&r->c, (struct uuid){{0}}));
    r->settled = true;
    return job_finish(&r->c, r->job, S(""));
}

enum status job_assign(struct run *r)
{
    return run_in_tx(r, assign, NULL);
}

struct removal {
    struct uuid team;
    bool more;
};

static enum status let_go(struct run *r, void *arg)
{
    struct removal *removal = arg;

    return team_let_go(&r->c, removal->team, &removal->more);
}

enum status job_team_removed(struct run *r)
{
    struct removal removal = {.more = true};

    TRY(run_arg_id(r, "team_id", &removal.team));
    TRY(run_in_tx(r, let_go, &removal));
    if (removal.more)
        r->later = clock_now();
    return OK;
}
