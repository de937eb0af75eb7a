/*
 * message.h - HTTP messages as data.  No I/O here: providers may include it.
 */
#ifndef HTTP_MESSAGE_H
#define HTTP_MESSAGE_H

#include "base/ctx.h"

enum http_method {
    HTTP_GET = 1,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS
};

extern const struct field_names http_method_names; /* "GET", ... */

enum { HTTP_MAX_HEADERS = 64 };

struct http_header {
    str name; /* compared without regard to case */
    str value;
};

struct http_headers {
    struct http_header items[HTTP_MAX_HEADERS];
    size_t n;
};

/* A part of a multipart body that we send; data or the path of a file. */
struct http_part {
    str name;
    str filename; /* "": a plain field */
    str content_type;
    str data;
    str path; /* "": data counts */
};

/* What we send (provider -> http client), and what came in (edge -> provider's verify). */
struct http_request {
    enum http_method method;
    /* Absolute when sending; the path when received.  A provider may want a secret in the query:
     * what is sent is never put into an error, a log line or a metric. */
    str url;
    str query;                   /* raw, received only */
    struct http_headers headers; /* no secret belongs here */
    struct secret bearer;        /* sent as "Authorization: Bearer"; never logged */
    struct secret basic;         /* base64 of name:password, sent as "Authorization: Basic" */
    str content_type;
    str body;
    const struct http_part *parts; /* multipart/form-data when n_parts > 0 */
    size_t n_parts;
    str save_to;       /* the answer's body goes to this new file instead of memory */
    size_t max_answer; /* bytes; 0: 1 MiB */
};

enum http_failure {
    HTTP_ANSWERED = 0,   /* there is a status */
    HTTP_NOT_SENT,       /* certainly: no name, no connection, TLS refused, host not allowed */
    HTTP_NO_ANSWER,      /* may have been sent: time-out, reset, truncated headers */
    HTTP_ANSWER_TOO_BIG, /* status is set, the body is cut */
};

struct http_response {
    enum http_failure failure;
    int status; /* 0: there was none */
    struct http_headers headers;
    str body;
    int64_t bytes; /* of the body, also when it went to a file */
    str why;       /* for the log, when it failed */
};

str http_header_get(const struct http_headers *h,
                    const char *name); /* "" if absent; the first one */
bool http_header_has(const struct http_headers *h, const char *name); /* perhaps without a value */
void http_header_add(struct http_headers *h, str name,
                     str value); /* silently full past the maximum */

/* A method by its name, in capitals as the protocol has it; false if it is none of ours. */
bool http_method_parse(str name, enum http_method *out);

/* Walk a query or form text pair by pair, decoded; false at the end, and at the first malformed
 * pair, when *bad is set. */
bool http_query_next(struct arena *a, struct cur *at, str *name, str *value, bool *bad);
/* One value of a query or form text, decoded; false if absent or malformed. */
bool http_query_get(struct arena *a, str query, const char *name, str *out);
/* One cookie's value; false if absent. */
bool http_cookie_get(str cookie_header, const char *name, str *out);

#endif
