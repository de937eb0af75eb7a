/*
 * timed.c - what comes due: follow-ups and the end of a snooze.  Both verbs look for themselves
 * whether it is still so, so a job of a date that was moved does nothing.
 */
#include "domain/contact.h"
#include "domain/conversation.h"
#include "jobs/parts.h"

static enum status follow_up(struct run *r, void *arg)
{
    TRY(contact_follow_up_due(&r->c, *(const struct uuid *)arg));
    r->settled = true;
    return job_finish(&r->c, r->job, S(""));
}

enum status job_follow_up(struct run *r)
{
    struct uuid contact;

    TRY(run_arg_id(r, "contact_id", &contact));
    return run_in_tx(r, follow_up, &contact);
}

static enum status unsnooze(struct run *r, void *arg)
{
    TRY(conversation_unsnooze_due(&r->c, *(const struct uuid *)arg));
    r->settled = true;
    return job_finish(&r->c, r->job, S(""));
}

enum status job_unsnooze(struct run *r)
{
    struct uuid conversation;

    TRY(run_arg_id(r, "conversation_id", &conversation));
    return run_in_tx(r, unsnooze, &conversation);
}
