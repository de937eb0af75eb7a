/*
 * conversation.h - one contact's thread on one channel: who sees it, who has it, when it comes back.
 *
 * A conversation is open, pending, snoozed or resolved; at most one member is assigned, and it may be
 * a team's.  An actor reaches all of them, or any of: their own, their teams', those of nobody and no
 * team (actor.h); out of reach is ERR_NOT_FOUND.  c->actor
 * NULL is the system and reaches all.  Changes leave an event in the thread and a row in the feed.
 */
#ifndef DOMAIN_CONVERSATION_H
#define DOMAIN_CONVERSATION_H

#include "domain/actor.h"
#include "store/conversation.h"
#include "store/draft.h"

struct conversation_scope conversation_scope_of(const struct ctx *c);
/* ERR_NOT_FOUND unless the actor may see it. */
enum status conversation_reaches(struct ctx *c, const struct conversation *conv);

enum inbox_view { VIEW_ALL = 1, VIEW_MINE, VIEW_UNASSIGNED };

struct inbox_query {
    int state; /* enum conversation_state, 0: any */
    enum inbox_view view;
    struct uuid channel_id; /* zero: any */
    struct uuid team_id;    /* zero: any */
    str q;                  /* "": any */
    int limit;
    struct instant before; /* cursor, or none */
    struct uuid before_id;
};
/* List of struct conversation_item; up to limit + 1.  One statement. */
enum status conversation_inbox(struct ctx *c, const struct inbox_query *q, struct list *out);
enum status conversation_tally(struct ctx *c, struct conversation_counts *out);
enum status conversation_load(struct ctx *c, struct uuid id, struct conversation_item *out);
/* These contacts' conversations within reach, the latest first; at most 500. */
enum status conversation_of_contacts(struct ctx *c, const struct uuid *contacts, size_t n,
                                     struct list *out);

struct conversation_patch {
    bool has_state, has_snoozed_until, has_assignee, has_team;
    enum conversation_state state;
    struct instant snoozed_until;
    struct uuid assignee_id; /* zero: nobody */
    struct uuid team_id;     /* zero: none; without an assignee its rule finds somebody */
    int64_t version;         /* what the caller saw; 0: does not matter */
};
/* ERR_CONFLICT stale_version; ERR_INVALID naming the field. */
enum status conversation_change(struct ctx *c, struct uuid id,
                                const struct conversation_patch *patch,
                                struct conversation_item *out);
/* The actor has read it: their marker, attention goes, the person is told where the channel can. */
enum status conversation_mark_read(struct ctx *c, struct uuid id);

enum status conversation_drafts(struct ctx *c, struct uuid id, struct list *out);
enum status conversation_keep_draft(struct ctx *c, struct uuid id, str kind,
                                    str body); /* "" removes */

/* The worker's: snoozed_until has come.  Does nothing if it was moved or the state is another. */
enum status conversation_unsnooze_due(struct ctx *c, struct uuid id);

/* ---- for the rest of the domain ---- */

/* Something happened: a message of kind event with payload {"event":..., "by":..., "to":...}. */
struct conversation_event {
    const char *
        event; /* assigned unassigned reassigned handed_over team_changed opened pending snoozed resolved reopened follow_up_due unsnoozed */
    struct uuid to;   /* the new assignee, or team; zero: none */
    struct uuid from; /* handed_over, reassigned: whose it was; zero: not said */
    struct instant until;
    str text; /* reason; ptr NULL: none */
    str key;  /* the same one twice is one; ptr NULL: it cannot come twice */
};
enum status conversation_add_event(struct ctx *c, const struct conversation *conv,
                                   const struct conversation_event *event);
/* A feed row of kind conversation; before is the assignee until now. */
enum status conversation_publish(struct ctx *c, const struct conversation *conv, int64_t version,
                                 struct uuid assignee_before);
/* The same when it was another team's until now. */
enum status conversation_publish_moved(struct ctx *c, const struct conversation *conv,
                                       int64_t version, struct uuid assignee_before,
                                       struct uuid team_before);

#endif
