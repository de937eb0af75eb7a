/*
 * status.h - the eleven kinds of outcome, and the error that goes with them.
 *
 * Every function that can fail returns enum status and nothing else.  The text
 * travels in struct ctx (see ctx.h), so that code and message cannot part.
 * Adding a twelfth kind needs a decision record.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#ifdef __clang__
#define MUST_CHECK __attribute__((warn_unused_result))
#else
#define MUST_CHECK
#endif

enum MUST_CHECK status {
    OK = 0,
    ERR_INVALID,      /* 422  the caller sent something wrong         */
    ERR_UNAUTHORIZED, /* 401  we do not know who is asking            */
    ERR_FORBIDDEN,    /* 403  we know, and they may not               */
    ERR_NOT_FOUND,    /* 404  not there, or another tenant's          */
    ERR_CONFLICT,     /* 409  unique key, stale version, wrong state  */
    ERR_TOO_LARGE,    /* 413  over a stated limit                     */
    ERR_RATE_LIMITED, /* 429  try later                               */
    ERR_UNAVAILABLE,  /* 503  a dependency is down; nothing happened  */
    ERR_UNCERTAIN,    /* 502  it may or may not have happened         */
    ERR_INTERNAL,     /* 500  a bug                                   */
};

/* Why something failed.  Fixed sizes: reporting an error cannot fail. */
struct err {
    enum status code;
    const char *file;
    int line;
    char reason[48]; /* a word from the API's closed list, or "": the kind's own word */
    char field[64];  /* the input field at fault, or "" */
    char msg[240];   /* safe to show to the person who asked */
    char cause[400]; /* for the log only: libpq's or libcurl's own words */
};

/* The one macro that hides control flow: leave at the first failure. */
#define TRY(expr)                  \
    do {                           \
        enum status try_ = (expr); \
        if (try_ != OK)            \
            return try_;           \
    } while (0)

#endif
