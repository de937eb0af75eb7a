/*
 * visitor.h - the other side of the web chat: somebody on a customer's site, known by a random id.
 *
 * What a visitor writes goes through the vault like any provider's webhook; here is what they may
 * read: their own conversation, and nothing that the team keeps to itself.
 */
#ifndef DOMAIN_VISITOR_H
#define DOMAIN_VISITOR_H

#include "domain/message.h"
#include "store/visitor.h"

/* Their conversation; *found false before their first message has been taken in. */
enum status visitor_load_thread(struct ctx *c, struct uuid channel_id, struct uuid visitor,
                                struct visitor_thread *out, bool *found);
/* What they may see of it, newest first, limit + 1 at most: after is a message of theirs, or
 * zero. */
enum status visitor_messages(struct ctx *c, const struct visitor_thread *thread, struct uuid after,
                             int limit, struct thread *out);
/* Whose conversation is it?  *found false: not a web chat's. */
enum status visitor_of_conversation(struct ctx *c, struct uuid conversation_id,
                                    struct uuid *channel_id, struct uuid *visitor, bool *found);
/* The web chat that the demo page shows; zero: none.  System role. */
enum status visitor_demo_chat(struct ctx *c, struct uuid *channel_id);
/* Is any member available? */
enum status visitor_is_attended(struct ctx *c, bool *out);

enum { VISITOR_UPLOADS_MAX = 20 };
/* ERR_RATE_LIMITED: VISITOR_UPLOADS_MAX files lie there already and were not sent.  Until the end
 * of the transaction no other of this visitor is answered. */
enum status visitor_may_upload(struct ctx *c, struct uuid visitor);
/* Are these files theirs, stored, and not sent yet?  ERR_INVALID. */
enum status visitor_check_uploads(struct ctx *c, struct uuid visitor, const struct uuid *ids,
                                  size_t n);

#endif
