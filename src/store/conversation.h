/*
 * conversation.h - one contact's thread on one channel, and how the list of them is kept.
 *
 * What the list shows is denormalised here (last_*, sort_at, waiting_since), so that a page of it
 * reads no message.  The conversation_touch_* verbs keep it true; whoever writes a message calls
 * one of them in the same transaction.  Every verb that changes a row adds one to version;
 * basis_version follows only when people decided, the customer wrote, or it came back.
 */
#ifndef STORE_CONVERSATION_H
#define STORE_CONVERSATION_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"

/* The row itself, for changing it. */
struct conversation {
    struct uuid id;
    struct uuid contact_id;
    struct uuid channel_id;
    struct uuid identity_id;
    int64_t number; /* per organisation, for people */
    enum conversation_state state;
    struct instant snoozed_until;
    struct uuid assignee_id;  /* zero: nobody */
    struct uuid team_id;      /* zero: no team's */
    struct instant queued_at; /* a rule shall find somebody, since then; none: not */
    struct instant sort_at;
    struct instant last_message_at;
    struct instant last_inbound_at;
    struct uuid last_message_id;
    int64_t inbound_count;
    struct instant waiting_since;
    struct instant first_reply_at;
    struct instant window_closes_at;
    int64_t version;
    int64_t basis_version; /* the version at the last change that a decision rests on */
};

/* What the list and the head of a thread show, for one reader. */
struct conversation_item {
    struct uuid id;
    int64_t number;
    enum conversation_state state;
    struct instant snoozed_until;
    struct uuid assignee_id;
    struct uuid team_id;
    struct uuid contact_id;
    str contact_name;
    struct uuid avatar_id;
    struct uuid stage_id;
    struct instant next_follow_up_at;
    struct uuid channel_id;
    str channel_kind;
    str channel_name;
    str address; /* the identity's display, or its value */
    struct instant last_message_at;
    str last_preview;
    str last_kind; /* these three: ptr NULL when there is no message */
    str last_direction;
    str last_state;
    struct uuid last_author_id; /* the colleague who wrote it; zero: nobody of ours */
    int64_t unread;             /* inbound messages since the reader last looked */
    str attention;              /* follow_up, snooze; ptr NULL: none */
    str attention_text;         /* ptr NULL: none */
    struct instant window_closes_at;
    struct instant waiting_since;
    struct instant contact_seen_at;
    struct instant sort_at;
    int64_t version;
};

/* Rows that are locked some at a time; what somebody else holds is passed by. */
enum { CONVERSATION_SOME = 50 };

enum { CONVERSATION_PREVIEW_MAX = 240, CONVERSATION_ATTENTION_MAX = 500 };

/* ---- reading ---- */

enum status conversation_select(struct ctx *c, struct uuid id,
                                struct conversation *out); /* ERR_NOT_FOUND */
enum status conversation_lock(struct ctx *c, struct uuid id, struct conversation *out);
/* The thread of an address on a channel. */
enum status conversation_find_thread(struct ctx *c, struct uuid channel_id, struct uuid identity_id,
                                     struct conversation *out, bool *found);
/* The same by the address itself ("webchat", visitor id), not locked. */
enum status conversation_find_address(struct ctx *c, struct uuid channel_id, str kind, str value,
                                      struct conversation *out, bool *found);

/* Which of them a reader may see: all, or any of the others. */
struct conversation_scope {
    struct uuid user_id; /* the reader: for unread, and for mine */
    bool all;
    bool assigned;   /* mine */
    bool team;       /* of the teams that the reader is in, whoever has it */
    bool unassigned; /* nobody's and no team's */
};

struct conversation_page {
    struct conversation_scope scope;
    int state; /* enum conversation_state, 0: any */
    bool only_mine;
    bool only_unassigned;
    struct uuid channel_id; /* zero: any */
    struct uuid team_id;    /* zero: any */
    str q;     /* "": any; else contacts with a word of the name, or an address, that begins so */
    int limit; /* 1..100 */
    struct instant before; /* cursor: sort_at and id of the last row; none: from the top */
    struct uuid before_id;
};
/* List of struct conversation_item, newest sort_at first; up to limit + 1 rows.  One statement. */
enum status conversation_list(struct ctx *c, const struct conversation_page *page,
                              struct list *out);
/* One, if the scope reaches it; ERR_NOT_FOUND otherwise. */
enum status conversation_view(struct ctx *c, struct uuid id, const struct conversation_scope *scope,
                              struct conversation_item *out);
/* Conversations of these contacts within the scope, the latest first; at most 500. */
enum status conversation_list_by_contacts(struct ctx *c, const struct uuid *contacts, size_t n,
                                          const struct conversation_scope *scope, struct list *out);
/* Locked; *due if it is snoozed until a moment that has come by the database's clock, which is the
 * one that the job's time was measured by.  *due false when there is no such conversation. */
enum status conversation_lock_due(struct ctx *c, struct uuid id, struct conversation *out,
                                  bool *due);
/* Whatever the scope, locked, at most 50; list of struct conversation. */
enum status conversation_lock_by_contact(struct ctx *c, struct uuid contact_id, struct list *out);

/* What waits for one of these rules (list of struct uuid), the longest first; at most
 * CONVERSATION_SOME.  conversation_queued does not lock. */
enum status conversation_lock_queued(struct ctx *c, const struct list *owners, struct list *out);
enum status conversation_queued(struct ctx *c, const struct list *owners, struct list *out);
/* What somebody has that is not resolved, at most CONVERSATION_SOME; is there any? */
enum status conversation_lock_held(struct ctx *c, struct uuid user, struct list *out);
enum status conversation_holds_any(struct ctx *c, struct uuid user, bool *out);
/* The same of a team, whatever their state. */
enum status conversation_lock_of_team(struct ctx *c, struct uuid team, struct list *out);
enum status conversation_team_has_any(struct ctx *c, struct uuid team, bool *out);

struct conversation_counts {
    int64_t mine, unassigned, all, snoozed; /* open ones (snoozed ones); counting stops at 100 */
};
enum status conversation_count(struct ctx *c, const struct conversation_scope *scope,
                               struct conversation_counts *out);

/* ---- writing ---- */

/* row's id, contact, channel, identity, number, state, assignee, sort_at and window count; team_id
 * becomes the one that the channel's rule names.  *inserted false: that address has its thread on
 * that channel already. */
enum status conversation_insert(struct ctx *c, struct conversation *row, bool *inserted);

/* A message that the list must show. */
struct conversation_touch {
    struct uuid id; /* the conversation */
    struct uuid message_id;
    struct instant at;
    enum message_kind kind;
    enum message_state state;
    bool undoable;                   /* outbound: it may be taken back for a while */
    struct uuid author_id;           /* outbound: the colleague; zero: nobody of ours */
    str preview;                     /* the message's body; put on one line and cut here */
    struct instant window_closes_at; /* inbound: replies are free until then; none: keep */
};
/* What it is after the person wrote. */
struct conversation_heard {
    int64_t version;
    struct uuid assignee_id, team_id; /* as they are now, the row being locked */
    bool queued;                      /* a rule shall find somebody */
    int64_t reassign_hours;           /* of the rule: 0: who has it keeps it */
};
/*
 * The person wrote: inbound_count and waiting_since move, a snoozed or resolved conversation opens
 * again, attention goes.  An older message than the last one shown counts but is not shown.
 * Where nobody has it and a rule shall find somebody, it is queued for that.  out may be NULL.
 */
enum status conversation_touch_inbound(struct ctx *c, const struct conversation_touch *t,
                                       struct conversation_heard *out);
/* We wrote: nobody waits any more, the first reply is noted, a resolved or snoozed one opens
 * again. */
enum status conversation_touch_outbound(struct ctx *c, const struct conversation_touch *t,
                                        int64_t *version);
/* The last message got further (or failed): last_state follows.  Nothing if it is not the last. */
enum status conversation_update_last_state(struct ctx *c, struct uuid id, struct uuid message_id,
                                           enum message_state state);
/* A message was edited or taken back: last_preview follows, if it is the last. */
enum status conversation_update_last_preview(struct ctx *c, struct uuid id, struct uuid message_id,
                                             str body);
/* A message of that moment was cancelled: work out last_*, waiting_since and first_reply_at
 * again. */
enum status conversation_recount(struct ctx *c, struct uuid id, struct instant cancelled_at,
                                 int64_t *version);
/* After that: nothing of what was sent since remains, so it is as it was before (resolved, snoozed,
 * brought back for a reason).  *version 0: something remains, or happened since. */
enum status conversation_restore(struct ctx *c, struct uuid id, int64_t *version);
/* The person has seen our messages up to this moment; never backwards. */
enum status conversation_update_seen(struct ctx *c, struct uuid id, struct instant at);
/* State, snooze, assignee, team and queue of a locked row; *version is the new one.  Attention
 * goes; a queue is only for what is open. */
enum status conversation_update(struct ctx *c, const struct conversation *row, int64_t *version);
/* The assignee alone; it waits for no rule any more, attention stays. */
enum status conversation_assign(struct ctx *c, struct uuid id, struct uuid assignee,
                                int64_t *version);
enum status conversation_queue(struct ctx *c, struct uuid id);
enum status conversation_unqueue(struct ctx *c, struct uuid id);
/* Its team is gone. */
enum status conversation_leave_team(struct ctx *c, struct uuid id, int64_t *version);
/* To the top of the list, open, with the reason. */
enum status conversation_bring_back(struct ctx *c, struct uuid id, str attention, str text,
                                    int64_t *version);
/* Somebody read it.  *version 0: there was no reason to clear. */
enum status conversation_clear_attention(struct ctx *c, struct uuid id, int64_t *version);

#endif
