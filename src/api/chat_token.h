/*
 * chat_token.h - what a web-chat visitor carries: a token in the frame's own storage, and a ticket
 * for opening a WebSocket, which can carry no header.
 *
 *   vis_<visitor uuid>.<site>.<mac>   bound to one channel and one site: on another it says nothing
 *   tkt_<...>                         good for 30 seconds and one use
 *
 * Nothing of them is stored: both are signed with a key derived from the master key.
 */
#ifndef API_CHAT_TOKEN_H
#define API_CHAT_TOKEN_H

#include "base/arena.h"
#include "base/uuid.h"

enum { SITE_BYTES = 8, TICKET_SECONDS = 30 };

struct visitor_pass {
    struct uuid channel_id;
    struct uuid visitor;
    uint8_t site[SITE_BYTES]; /* of the origin that the chat is embedded in */
};

void site_digest(str origin, uint8_t out[SITE_BYTES]);
str visitor_token(struct arena *a, const uint8_t key[32], const struct visitor_pass *pass);
/* pass->channel_id is given.  False: forged, or another channel's. */
bool visitor_token_read(struct arena *a, const uint8_t key[32], str token,
                        struct visitor_pass *pass);

/* Which tickets have been used; in this process. */
struct ticket_book;
struct ticket_book *ticket_book_new(struct arena *a);
void ticket_book_done(struct ticket_book *book);
str ticket_new(struct arena *a, const uint8_t key[32], const struct visitor_pass *pass,
               int64_t now_s);
/* pass->channel_id is given.  False: forged, another channel's, too old, or used before. */
bool ticket_use(struct arena *a, struct ticket_book *book, const uint8_t key[32], str ticket,
                int64_t now_s, struct visitor_pass *pass);

#endif
