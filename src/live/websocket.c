/*
 * websocket.c - libwslay's frame layer.
 *
 * Not its event layer: that one queues and copies each message per connection,
 * and we send one encoded frame to thousands.  What the frame layer does not
 * check is checked here: clients must mask, control frames are whole and at most
 * 125 bytes, reserved bits are zero, a continuation continues something.
 */
#include "live/websocket.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

/* ---- out ---- */

struct ws_encoder {
    wslay_frame_context_ptr wslay;
    char *out;
    size_t len;
};

static ssize_t collect(const uint8_t *data, size_t len, int flags, void *arg)
{
    struct ws_encoder *e = arg;

    (void)flags;
    memcpy(e->out + e->len, data, len);
    e->len += len;
    return (ssize_t)len;
}

static void free_context(void *wslay)
{
    wslay_frame_context_free(wslay);
}

struct ws_encoder *ws_encoder_new(struct arena *a)
{
    struct ws_encoder *e = NEW(a, struct ws_encoder);
    struct wslay_frame_callbacks callbacks = {.send_callback = collect};

    if (wslay_frame_context_init(&e->wslay, &callbacks, e) != 0)
        abort(); /* out of memory, as everywhere */
    arena_defer(a, free_context, e->wslay);
    return e;
}

size_t ws_encode(struct ws_encoder *e, enum ws_opcode opcode, str payload, char *out)
{
    struct wslay_frame_iocb frame = {
        .fin = 1,
        .opcode = (uint8_t)opcode,
        .payload_length = payload.len,
        .data = (const uint8_t *)payload.ptr,
        .data_length = payload.len,
    };
    ssize_t sent;

    e->out = out;
    e->len = 0;
    sent = wslay_frame_send(e->wslay, &frame);
    assert(sent == (ssize_t)payload.len);
    return e->len;
}

/* ---- in ---- */

static ssize_t supply(uint8_t *buf, size_t len, int flags, void *arg)
{
    struct ws_reader *r = arg;
    size_t n = r->input.len < len ? r->input.len : len;

    (void)flags;
    if (n == 0)
        return -1;
    memcpy(buf, r->input.ptr, n);
    r->input = str_slice(r->input, n, r->input.len);
    r->held += n;
    return (ssize_t)n;
}

static void open_reader(struct ws_reader *r)
{
    struct wslay_frame_callbacks callbacks = {.recv_callback = supply};

    if (wslay_frame_context_init(&r->wslay, &callbacks, r) != 0)
        abort(); /* out of memory, as everywhere */
}

void ws_reader_close(struct ws_reader *r)
{
    if (r->wslay)
        wslay_frame_context_free(r->wslay);
    *r = (struct ws_reader){.next = r->next};
}

bool ws_reader_is_idle(const struct ws_reader *r)
{
    return r->held == 0 && !r->in_frame && !r->fragmented;
}

static size_t header_bytes(uint64_t payload_length)
{
    return 2 + 4 + (payload_length > 65535 ? 8 : payload_length > 125 ? 2 : 0);
}

static bool is_control(uint8_t opcode)
{
    return opcode & 8;
}

static int check_header(const struct ws_reader *r, const struct wslay_frame_iocb *f)
{
    if (!f->mask || f->rsv != 0)
        return WS_PROTOCOL_ERROR;
    if (is_control(f->opcode)) {
        if (f->opcode > WS_PONG || !f->fin || f->payload_length > WS_MAX_CONTROL)
            return WS_PROTOCOL_ERROR;
        return 0;
    }
    if (f->opcode > 2 || (f->opcode == 0) != r->fragmented)
        return WS_PROTOCOL_ERROR;
    return f->payload_length > WS_MAX_PAYLOAD ? WS_TOO_BIG : 0;
}

/* The first piece of a frame, which comes with its header. */
static int begin_frame(struct ws_reader *r, const struct wslay_frame_iocb *f)
{
    int code = check_header(r, f);

    if (code)
        return code;
    r->in_frame = true;
    r->opcode = f->opcode;
    r->left = f->payload_length;
    r->held -= header_bytes(f->payload_length);
    r->control_len = 0;
    if (!is_control(f->opcode))
        r->fragmented = !f->fin;
    return 0;
}

static void end_frame(struct ws_reader *r, void (*seen)(void *arg, const struct ws_message *m),
                      void *arg)
{
    struct ws_message m = {.opcode = WS_TEXT};

    r->in_frame = false;
    if (is_control(r->opcode)) {
        m.opcode = (enum ws_opcode)r->opcode;
        m.payload = (str){r->control, r->control_len};
    } else if (r->fragmented) {
        return; /* the message goes on */
    }
    seen(arg, &m);
}

int ws_read(struct ws_reader *r, str bytes, void (*seen)(void *arg, const struct ws_message *m),
            void *arg)
{
    if (!r->wslay)
        open_reader(r);
    r->input = bytes;
    for (;;) {
        struct wslay_frame_iocb f = {0};
        ssize_t n = wslay_frame_recv(r->wslay, &f);
        int code;

        if (n == WSLAY_ERR_WANT_READ)
            return 0;
        if (n < 0)
            return WS_PROTOCOL_ERROR;
        code = r->in_frame ? 0 : begin_frame(r, &f);
        if (code)
            return code;
        if (is_control(r->opcode)) {
            memcpy(r->control + r->control_len, f.data, f.data_length);
            r->control_len += f.data_length;
        }
        r->left -= f.data_length;
        r->held -= f.data_length;
        if (r->left == 0)
            end_frame(r, seen, arg);
    }
}
