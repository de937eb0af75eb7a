/*
 * actor.c - roles as bit sets.  The built-in roles stand here; the words of a role that an
 * organisation made come from the database.
 */
#include "domain/actor.h"

const char *const permission_words[] = {
    "conversations:read_all",
    "conversations:read_assigned",
    "conversations:read_unassigned",
    "conversations:write",
    "messages:write",
    "contacts:read",
    "contacts:write",
    "channels:read",
    "channels:write",
    "fields:write",
    "members:read",
    "org:write",
    "conversations:read_team",
    "members:write",
    "roles:write",
    "teams:write",
    "keys:write",
    "audit:read",
};
const size_t permission_count = sizeof(permission_words) / sizeof(permission_words[0]);

enum {
    ALL = (1 << 18) - 1,
    AGENT = MAY_READ_ASSIGNED | MAY_READ_TEAM | MAY_READ_UNASSIGNED | MAY_WRITE_CONVERSATIONS |
            MAY_WRITE_MESSAGES | MAY_READ_CONTACTS | MAY_WRITE_CONTACTS | MAY_READ_CHANNELS |
            MAY_READ_MEMBERS,
    SUPERVISOR = AGENT | MAY_READ_ALL | MAY_WRITE_TEAMS,
    VIEWER = MAY_READ_ALL | MAY_READ_CONTACTS | MAY_READ_CHANNELS | MAY_READ_MEMBERS,
};

static uint32_t bits_of(str words)
{
    struct cur cur = cur_of(words);
    uint32_t bits = 0;
    str word;

    while (!cur_at_end(&cur)) {
        if (!cur_until(&cur, ' ', words.len, &word))
            break;
        for (size_t i = 0; i < permission_count; i++)
            if (str_eq(word, str_of(permission_words[i])))
                bits |= 1U << i;
    }
    return bits;
}

uint32_t role_permissions(enum member_role role, str words)
{
    switch (role) {
    case ROLE_OWNER:
    case ROLE_ADMIN:
        return ALL;
    case ROLE_SUPERVISOR:
        return SUPERVISOR;
    case ROLE_AGENT:
        return AGENT;
    case ROLE_VIEWER:
        return VIEWER;
    case ROLE_CUSTOM:
        return bits_of(words);
    }
    return 0;
}

bool actor_may(const struct actor *a, enum permission p)
{
    return !a || (a->permissions & p) != 0;
}

uint32_t permission_mask(str word)
{
    if (str_eq(word, S("conversations:read")))
        return MAY_READ_ALL | MAY_READ_TEAM | MAY_READ_ASSIGNED | MAY_READ_UNASSIGNED;
    for (size_t i = 0; i < permission_count; i++)
        if (str_eq(word, str_of(permission_words[i])))
            return 1U << i;
    return 0;
}

struct uuid actor_id(const struct ctx *c)
{
    return c->actor ? c->actor->id : (struct uuid){{0}};
}

enum status actor_require(struct ctx *c, enum permission p)
{
    if (actor_may(c->actor, p))
        return OK;
    return FAIL(c, ERR_FORBIDDEN, "you are not allowed to do this");
}
