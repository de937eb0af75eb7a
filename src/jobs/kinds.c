/*
 * kinds.c - the kinds of job.  To add one: a row here, its function in a file of its own, its
 * arguments in store/job.h.
 *
 * mail is not a kind of job row: its rows are of a table of their own (mail.c), as the vault's are.
 *
 * deliver has no limit of its own: how often a message is tried is the message's business
 * (deliver.c), and a job given up by the runner would leave one in "sending".
 */
#include "jobs/parts.h"

enum { NEVER = 1000000 };

const struct kind kinds[KINDS] = {
    {"inbound",      job_inbound,      50,    60,           4           },
    {"mail",         job_mail,         NEVER, MAIL_LEASE_S, MAIL_AT_ONCE},
    {"deliver",      job_deliver,      NEVER, 40,           64          },
    {"fetch_media",  job_fetch_media,  8,     40,           8           },
    {"mark_read",    job_mark_read,    3,     40,           8           },
    {"reaction",     job_reaction,     8,     40,           8           },
    {"channel_test", job_channel_test, 1,     20,           8           },
    {"follow_up",    job_follow_up,    50,    30,           2           },
    {"unsnooze",     job_unsnooze,     50,    30,           2           },
    {"demo_reply",   job_demo_reply,   5,     30,           4           },
    {"assign",       job_assign,       50,    30,           1           },
    {"team_removed", job_team_removed, 50,    60,           1           },
    {"purge",        job_purge,        10,    120,          1           },
    {"sso",          job_sso,          1,     20,           16          },
};

int kind_find(str name)
{
    for (int i = 0; i < KINDS; i++)
        if (str_eq(name, str_of(kinds[i].name)))
            return i;
    return -1;
}
