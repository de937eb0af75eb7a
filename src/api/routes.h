/*
 * routes.h - the table of everything that the program answers.
 *
 * A row says who may call, in what transaction, with how large a body, how
 * often, and what comes in and goes out; the dispatcher (dispatch.c) does all
 * of it, so a handler cannot forget a check.  The OpenAPI document is generated
 * from the same rows.
 *
 * Shapes are field tables with a size and a name.  A name with a capital letter
 * becomes a component of the OpenAPI document ("Conversation"), and wherever
 * its table occurs inside another shape the document refers to it.
 */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "base/ctx.h"
#include "base/field.h"
#include "http/message.h"

struct req;

struct shape {
    const struct field *fields;
    size_t size; /* of the struct that the table describes */
    const char *name;
};
#define SHAPE(T, table, nm)                                \
    {                                                      \
        .fields = (table), .size = sizeof(T), .name = (nm) \
    }

/* How often one caller may: see rate.c for the numbers. */
enum rate_class {
    RATE_FREE = 1, /* health: not counted */
    RATE_PAGE,     /* the page's own files, per address */
    RATE_SIGN_IN,  /* per address, strict */
    RATE_READ,     /* per user */
    RATE_WRITE,    /* per user */
    RATE_UPLOAD,   /* per user */
    RATE_MEDIA,    /* per address */
    RATE_HOOK,     /* per channel: the first id of the path */
    RATE_VISITOR,  /* per address */
    /* Not for rows: taken by those who know the key. */
    RATE_DOOR,          /* signing in from where nobody has signed in before, all together */
    RATE_STRANGER,      /* lookups of tokens that nobody has, per address */
    RATE_VISITOR_FILES, /* uploads, per visitor */
    RATE_VISITOR_KIB,   /* and their size */
    RATE_ADDRESS_FILES, /* the same of all visitors of an address */
    RATE_ADDRESS_KIB,
    RATE_ORG_KEYS,  /* all API keys of an organisation together */
    RATE_KEY_LOOKS, /* looks for signing keys that are not known, of all together */
    RATE_CLASSES,
};

enum {
    /* The body is bytes, not JSON: the handler reads r->x itself (req_body, req_body_path). */
    ROUTE_RAW = 1 << 0,
    /* The body always goes to a file, whatever its size. */
    ROUTE_SPOOL = 1 << 1,
    /* Served by the slow threads. */
    ROUTE_SLOW = 1 << 2,
    /* Signing in: from where nobody has signed in before it goes to a thread of its own. */
    ROUTE_DOOR = 1 << 16,
    /* With a q= in the query: slow threads, system role (rule in data-model: search is not done
     * below row-level security), read-only.  Without it an ordinary row. */
    ROUTE_SEARCH = 1 << 3,
    /* 201 instead of 200. */
    ROUTE_CREATED = 1 << 4,
    /* 202 instead of 200. */
    ROUTE_ACCEPTED = 1 << 5,
    /* The first {id} is a channel's: its organisation becomes c->org before the transaction
     * begins, though nobody is signed in.  404 when there is no such channel.  (A public row
     * without it may set c->org itself, before its first statement: signed URLs.) */
    ROUTE_BY_CHANNEL = 1 << 6,
    /* No Idempotency-Key: signing in. */
    ROUTE_NO_REPLAY = 1 << 7,
    /* The cookie is sent by browsers of other sites' pages too: check Origin though it is a GET
     * (WebSocket). */
    ROUTE_ORIGIN = 1 << 8,
    /* Becomes a WebSocket: the answer is 101. */
    ROUTE_UPGRADE = 1 << 10,
    /* Wants a visitor's token (chat_visit.h): for the OpenAPI document, the handler checks it. */
    ROUTE_VISITOR = 1 << 11,
    /* Also for members who must set up a second factor before anything else. */
    ROUTE_SET_UP = 1 << 12,
    /* "member", and API keys too: what they do there their scopes decide. */
    ROUTE_KEYS = 1 << 13,
    /* Not in the OpenAPI document: the pages and their files. */
    ROUTE_HIDDEN = 1 << 9,
};

struct route {
    enum http_method method;
    const char
        *path; /* "/v1/contacts/{id}/notes"; {id} must be a uuid, other {names} any segment */
    enum status (*handler)(struct ctx *c, struct req *r);
    const char *permission; /* "public", "member" (anyone signed in), or a word of domain/actor.h */
    enum tx_mode tx;
    enum rate_class rate;
    int64_t max_body;          /* bytes; 0: a body is refused */
    unsigned flags;            /* ROUTE_... */
    const struct shape *query; /* NULL: the query is not looked at */
    const struct shape *in;    /* NULL: no JSON body */
    const struct shape *out;   /* NULL: 204, unless the handler answers otherwise */
    const char *summary;
};

enum {
    BODY_JSON = 65536,
    BODY_HOOK = 3 * 1024 * 1024,
    BODY_UPLOAD = -1, /* what SAMBUNG_UPLOAD_MAX_BYTES says */
    ROUTE_MAX_PARAMS = 4,
};

/* Does it take an Idempotency-Key? */
bool route_replays(const struct route *r);
/* May an API key ask it?  What is about a person's own account, and about keys, is for people. */
bool route_takes_keys(const struct route *r);
/* Do its answers say RateLimit-...? */
bool route_says_rate(const struct route *r);
/* The body's version, which If-Match may say instead; NULL: it takes neither. */
const struct field *route_version(const struct route *r);

extern const struct route routes[]; /* sorted by path, then method */
extern const size_t routes_count;

#endif
