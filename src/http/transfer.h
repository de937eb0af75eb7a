/*
 * transfer.h - one request by libcurl, on a handle that somebody else keeps.
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include <curl/curl.h>

#include "base/buf.h"
#include "http/message.h"

struct transfer {
    struct arena *arena;
    const struct http_request *in;
    struct http_response *out;
    struct buf body;
    int file; /* -1: into memory */
    int64_t max;
    bool mapped; /* by the egress map: loopback, plain HTTP allowed */
    bool once;   /* not idempotent: must not go out a second time */
    /* transfer.c's own */
    bool whole_head, too_big, cannot_write, refused_address;
    int requests; /* that libcurl has begun to send */
    struct curl_slist *headers;
    curl_mime *mime;
};

/* Fills t->out.  url was put together by us.  Nothing of t stays known to the handle. */
void transfer_run(struct ctx *c, struct transfer *t, CURL *easy, str url);

#endif
