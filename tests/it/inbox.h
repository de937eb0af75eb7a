/*
 * inbox.h - an organisation with people, channels and conversations, for the tests of the inbox.
 *
 * Everything is done as the application role, as in the product; only arranging what no verb does
 * (time passing) is SQL as the owner.  Foreign is an owner of another organisation.
 */
#ifndef IT_INBOX_H
#define IT_INBOX_H

#include "pg.h"

#include "domain/account.h"
#include "domain/channel.h"
#include "domain/contact.h"
#include "domain/conversation.h"
#include "domain/keys.h"
#include "domain/message.h"

struct inbox {
    struct pg *pg;
    struct master_key master;
    struct keys *keys;
    struct uuid org, other;
    struct actor owner, agent, colleague; /* agent and colleague have the agent's role */
    struct actor foreign;                 /* an owner of other */
    struct uuid null_channel;             /* local: what is sent is sent at once */
    struct uuid whatsapp;                 /* has a window; nothing is ever called */
};

int inbox_setup(void **state);
int inbox_teardown(void **state);

/* A ctx with a transaction for one of the actors, in their organisation. */
struct ctx *inbox_as(struct inbox *box, const struct actor *actor, enum tx_mode mode);
/* The same for the system itself: the worker. */
struct ctx *inbox_system(struct inbox *box);

struct talk {
    struct uuid contact, identity, conversation, message;
};
/* Somebody new has written one message just now; the window is open for a day. */
struct talk inbox_talk(struct inbox *box, struct uuid channel, struct uuid assignee,
                       const char *name);
/* They write again, that many milliseconds from now (negative: before). */
struct uuid inbox_hear(struct inbox *box, const struct talk *talk, struct uuid channel,
                       const char *body, int64_t ms);
/* The agent's reply of plain text; undo_ms as in message_new.  Committed. */
struct uuid inbox_say(struct inbox *box, const struct actor *who, struct uuid conversation,
                      const char *body, int64_t undo_ms);

/* As they stand now. */
struct message inbox_message(struct inbox *box, struct uuid id);
struct conversation inbox_conversation(struct inbox *box, struct uuid id);
/* A file that c's actor has uploaded, of a thousand bytes. */
struct uuid inbox_upload(struct ctx *c, const char *media_type);

/* Statements sent so far by this process. */
int64_t inbox_statements(void);

/* The uuid as text, in a small ring of buffers; for SQL. */
const char *id_text(struct uuid id);
/* pg_i64 and pg_sql with a format. */
int64_t inbox_i64(struct inbox *box, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void inbox_sql(struct inbox *box, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The call must fail with this status. */
#define FAILS_WITH(expected, expr) assert_int_equal((expected), (expr))
/* The call must fail with this status and word of the closed list. */
#define FAILS_BECAUSE(c, expected, word, expr)        \
    do {                                              \
        assert_int_equal((expected), (expr));         \
        assert_string_equal((word), (c)->err.reason); \
    } while (0)
/* The call must be refused, naming the field. */
#define REFUSES_FIELD(c, name, expr)                 \
    do {                                             \
        assert_int_equal(ERR_INVALID, (expr));       \
        assert_string_equal((name), (c)->err.field); \
    } while (0)

#endif
