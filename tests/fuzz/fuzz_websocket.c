/*
 * fuzz_websocket.c - a client's frames: however the bytes are cut, the reader
 * hears the same messages and ends with the same verdict; what it hears is
 * within its limits.
 */
#include "fuzz.h"

#include "live/websocket.h"

enum { HEARD_MAX = 4096 };

struct heard {
    uint8_t said[HEARD_MAX]; /* opcode, length and payload of each, one after the other */
    size_t len;
};

static void note(struct heard *h, const void *bytes, size_t n)
{
    if (n > 0 && h->len + n <= HEARD_MAX)
        memcpy(h->said + h->len, bytes, n);
    h->len += n;
}

static void hear(void *arg, const struct ws_message *m)
{
    uint8_t head[2] = {(uint8_t)m->opcode, (uint8_t)m->payload.len};

    MUST(m->opcode == WS_TEXT || m->opcode == WS_CLOSE || m->opcode == WS_PING ||
         m->opcode == WS_PONG);
    MUST(m->payload.len <= WS_MAX_CONTROL && (m->opcode != WS_TEXT || m->payload.len == 0));
    note(arg, head, sizeof(head));
    note(arg, m->payload.ptr, m->payload.len);
}

static int read_in_pieces(str bytes, size_t piece, struct heard *h)
{
    struct ws_reader reader = {0};
    int code = 0;

    MUST(ws_reader_is_idle(&reader));
    for (size_t at = 0; at < bytes.len && code == 0; at += piece)
        code = ws_read(&reader, str_slice(bytes, at, at + piece), hear, h);
    MUST(code == 0 || code == WS_PROTOCOL_ERROR || code == WS_TOO_BIG);
    ws_reader_close(&reader);
    MUST(ws_reader_is_idle(&reader));
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct heard whole, cut;
    str bytes;
    int code;

    if (size < 1)
        return 0;
    bytes = (str){(const char *)data + 1, size - 1};
    whole.len = cut.len = 0;
    code = read_in_pieces(bytes, bytes.len + 1, &whole);
    MUST(read_in_pieces(bytes, (size_t)data[0] % 16 + 1, &cut) == code);
    MUST(whole.len == cut.len);
    MUST(memcmp(whole.said, cut.said, whole.len < HEARD_MAX ? whole.len : HEARD_MAX) == 0);
    return 0;
}
