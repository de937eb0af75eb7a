/*
 * chat_visit.h - who is at the other end of a web chat, for the files of its API (chat.c,
 * chat_messages.c).
 */
#ifndef API_CHAT_VISIT_H
#define API_CHAT_VISIT_H

#include "api/channel_cache.h"
#include "api/chat_token.h"
#include "api/req.h"

struct visit {
    const struct known_channel *channel;
    struct visitor_pass pass;
};

/* The web chat of the path.  ERR_NOT_FOUND when it is another kind; ERR_FORBIDDEN bad_origin when
 * the request comes from a page that is neither ours nor on the channel's list. */
enum status visit_channel(struct ctx *c, struct req *r, struct visit *out);
/* That, and the visitor of the Authorization header: ERR_UNAUTHORIZED, ERR_RATE_LIMITED. */
enum status visit_begin(struct ctx *c, struct req *r, struct visit *out);

/* Walk the sites that a channel lists, between spaces and commas. */
bool visit_next_site(struct cur *sites, str *out);

/* The site that the chat is embedded in: the page's origin, which must be ours or on the list. */
enum status visit_site(struct ctx *c, struct req *r, const struct visit *visit, str page,
                       uint8_t out[SITE_BYTES]);

#endif
