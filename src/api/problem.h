/*
 * problem.h - what went wrong, for the caller: RFC 9457 problem details.
 *
 * {"type":"/problems/<code>","title","status","code","detail","field"?,"request_id"}
 * The code is a word of a closed list, so that clients can act on it: FAIL_REASON names
 * one, otherwise the status's own word is taken.  err.cause never gets here.
 */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "base/buf.h"
#include "base/ctx.h"
#include "http/edge.h"

struct problem_word {
    const char *code;
    int status;
    const char *title;
};

extern const struct problem_word problem_words[]; /* ends with code NULL */

int problem_status(const struct err *err);       /* the HTTP status */
const char *problem_code(const struct err *err); /* the word */
/* The JSON text. */
str problem_json(struct arena *a, const struct err *err, str request_id);
/* The same for what the edge refuses by itself, into a buffer of EDGE_PROBLEM_MAX bytes; request_id
 * is a uuid's text. */
str problem_brief(int status, str request_id, char *buf);

#endif
