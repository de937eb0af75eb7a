/*
 * ingest_parts.h - what the files of ingest share.  Not for others.
 *
 * ingest.c          which event goes where; statuses, edits, reactions, what is seen
 * ingest_person.c   who is this: addresses to contacts, and two contacts that are one person
 * ingest_message.c  what was said: conversation, message, files
 */
#ifndef DOMAIN_INGEST_PARTS_H
#define DOMAIN_INGEST_PARTS_H

#include "domain/ingest.h"
#include "store/conversation.h"
#include "store/message.h"

struct ingest {
    struct ctx *c;
    const struct ingest_source *from;
    struct ingest_result *result;
};

/* Somebody that we know. */
struct ingest_person {
    struct uuid contact_id;
    struct uuid address_id; /* identities; zero: none of that kind */
    struct uuid scoped_id;
};

/* Find or make contact and identities; one contact if two were known for the two addresses. */
enum status ingest_know(struct ingest *in, const struct channel_person *p,
                        struct ingest_person *out);
/* The same without making anything. */
enum status ingest_recognise(struct ingest *in, const struct channel_person *p,
                             struct ingest_person *out, bool *found);
/* EVENT_IDENTITY: an address or name changed, or an e-mail address was told. */
enum status ingest_identity(struct ingest *in, const struct channel_event *e);

/* The person's thread on this channel, locked; of either address. */
enum status ingest_find_thread(struct ingest *in, const struct ingest_person *who,
                               struct conversation *out, bool *found);
/* EVENT_MESSAGE. */
enum status ingest_message(struct ingest *in, const struct channel_event *e);

/* When it happened: never later than its arrival, which also counts when it says nothing. */
struct instant ingest_time(const struct ingest *in, struct instant at);
/* A job was enqueued. */
enum status ingest_enqueue(struct ingest *in, const char *kind, const char *name, struct uuid id,
                           struct instant run_at);

#endif
