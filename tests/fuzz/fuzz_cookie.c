/*
 * fuzz_cookie.c - header values that we take apart: Cookie, and the WebSocket handshake's lists.
 * What is found lies inside what was given.
 */
#include "fuzz.h"

#include "http/websocket.h"

static bool lies_in(str inner, str outer)
{
    return inner.len == 0 ||
           (inner.ptr >= outer.ptr && inner.ptr + inner.len <= outer.ptr + outer.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    str bytes = arena_copy(a, (str){(const char *)data, size}), value = S("");
    struct http_request rq = {.method = HTTP_GET};
    struct answer answer = {0};

    if (http_cookie_get(bytes, "sambung", &value)) {
        size_t at;

        MUST(lies_in(value, bytes) && !str_find(value, S(";"), &at));
        MUST(str_find(bytes, S("sambung"), &at));
    }
    http_header_add(&rq.headers, S("Upgrade"), S("websocket"));
    http_header_add(&rq.headers, S("Connection"), bytes);
    http_header_add(&rq.headers, S("Sec-WebSocket-Version"), S("13"));
    http_header_add(&rq.headers, S("Sec-WebSocket-Key"), str_slice(bytes, 0, 24));
    if (websocket_asked(&rq)) {
        websocket_accept(a, &rq, &answer);
        MUST(http_header_get(&answer.headers, "Sec-WebSocket-Accept").len == 28);
    }
    arena_free(a);
    return 0;
}
