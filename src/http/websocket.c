/*
 * websocket.c - Sec-WebSocket-Accept is SHA-1 and base64 of the key and a constant: it proves that
 * the server understood, nothing else, so SHA-1 is good enough here.
 */
#include "http/websocket.h"

#include <openssl/evp.h>

#include "base/buf.h"

static bool has_word(str list, str word)
{
    struct cur at = cur_of(list);
    str one;

    while (!cur_at_end(&at) && cur_until(&at, ',', 256, &one))
        if (str_eq_fold(str_trim(one), word))
            return true;
    return false;
}

bool websocket_asked(const struct http_request *rq)
{
    const struct http_headers *h = &rq->headers;

    return rq->method == HTTP_GET && has_word(http_header_get(h, "Upgrade"), S("websocket")) &&
           has_word(http_header_get(h, "Connection"), S("upgrade")) &&
           str_eq(http_header_get(h, "Sec-WebSocket-Version"), S("13")) &&
           http_header_get(h, "Sec-WebSocket-Key").len == 24;
}

void websocket_accept(struct arena *a, const struct http_request *rq, struct answer *out)
{
    str joined = arena_printf(a, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
                              STR_ARG(http_header_get(&rq->headers, "Sec-WebSocket-Key")));
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    struct buf accept = buf_new(a, 64);

    if (EVP_Digest(joined.ptr, joined.len, digest, &size, EVP_sha1(), NULL) != 1)
        abort();
    buf_add_base64(&accept, (str){(const char *)digest, size});
    out->status = 101;
    http_header_add(&out->headers, S("Upgrade"), S("websocket"));
    http_header_add(&out->headers, S("Sec-WebSocket-Accept"), buf_str(&accept));
}
