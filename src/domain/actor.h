/*
 * actor.h - who is acting, and what they may do.
 *
 * A role is a set of permissions; the route table names the permission that a
 * row needs, and the domain asks the finer ones (whose conversations) itself.
 * Code asks for permissions, never for roles.
 */
#ifndef DOMAIN_ACTOR_H
#define DOMAIN_ACTOR_H

#include "base/ctx.h"
#include "base/vocabulary.h"

enum permission {
    MAY_READ_ALL = 1 << 0,        /* conversations:read_all */
    MAY_READ_ASSIGNED = 1 << 1,   /* conversations:read_assigned */
    MAY_READ_UNASSIGNED = 1 << 2, /* conversations:read_unassigned */
    MAY_WRITE_CONVERSATIONS = 1 << 3,
    MAY_WRITE_MESSAGES = 1 << 4,
    MAY_READ_CONTACTS = 1 << 5,
    MAY_WRITE_CONTACTS = 1 << 6,
    MAY_READ_CHANNELS = 1 << 7,
    MAY_WRITE_CHANNELS = 1 << 8,
    MAY_WRITE_FIELDS = 1 << 9,
    MAY_READ_MEMBERS = 1 << 10,
    MAY_WRITE_ORG = 1 << 11,
    MAY_READ_TEAM = 1 << 12,     /* conversations:read_team */
    MAY_WRITE_MEMBERS = 1 << 13, /* invite, change roles, freeze, remove */
    MAY_WRITE_ROLES = 1 << 14,
    MAY_WRITE_TEAMS = 1 << 15,
    MAY_WRITE_KEYS = 1 << 16, /* API keys of one's own; with members:write anybody's can be ended */
    MAY_READ_AUDIT = 1 << 17,
};

/* The words, in the order of the bits: "conversations:read_all", ... */
extern const char *const permission_words[];
extern const size_t permission_count;

struct actor {
    enum actor_kind kind; /* 0 stands for ACTOR_USER */
    struct uuid id;       /* the user's: an API key acts for the one who made it */
    str name;
    enum member_role role;
    uint32_t permissions; /* bits of enum permission */
};

/* What a role may; words: those of a custom role, with blanks between them.  Words that are not
 * known (any more) grant nothing. */
uint32_t role_permissions(enum member_role role, str words);
bool actor_may(const struct actor *a, enum permission p); /* NULL is the system: yes */
/* The bits of which one suffices for a word of the route table ("conversations:read" stands for
 * any of them); 0 when there is no such word. */
uint32_t permission_mask(str word);
/* Who acts, for the feed and for authorship; zero: the system. */
struct uuid actor_id(const struct ctx *c);
/* ERR_FORBIDDEN. */
enum status actor_require(struct ctx *c, enum permission p);

#endif
