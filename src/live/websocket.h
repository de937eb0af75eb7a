/*
 * websocket.h - frames: ours encoded once for many, theirs read a few bytes at a time.
 *
 * libwslay does both.  Its context holds a 4 kB buffer, which thousands of
 * silent streams shall not each have: a reader is lent to a stream only while it is
 * inside a frame, so one or two serve all (ws_reader_is_idle says when it may be lent on).
 */
#ifndef LIVE_WEBSOCKET_H
#define LIVE_WEBSOCKET_H

#include "base/arena.h"

enum ws_opcode { WS_TEXT = 1, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };

enum ws_close {
    WS_NORMAL = 1000,
    WS_GOING_AWAY = 1001,
    WS_PROTOCOL_ERROR = 1002,
    WS_POLICY = 1008,
    WS_TOO_BIG = 1009,
    WS_TRY_LATER = 1013,
};

enum { WS_MAX_PAYLOAD = 4096, WS_MAX_FRAME = WS_MAX_PAYLOAD + 16 };

/* ---- out: the server's side, not masked ---- */

struct ws_encoder;
struct ws_encoder *ws_encoder_new(struct arena *a);
/* One whole frame into out, which has room for payload.len + 16; returns its length. */
size_t ws_encode(struct ws_encoder *e, enum ws_opcode opcode, str payload, char *out);

/* ---- in: the client's side, masked ---- */

enum { WS_MAX_CONTROL = 125 };

struct ws_message {
    enum ws_opcode opcode; /* WS_TEXT stands for text and binary alike */
    str payload;           /* of control frames; the others' is skipped */
};

/* Zeroed it is closed: its buffer comes with the first ws_read and goes with ws_reader_close. */
struct ws_reader {
    struct ws_reader *next; /* the owner's */
    struct wslay_frame_context *wslay;
    str input;       /* what ws_read was given and libwslay has not taken */
    size_t held;     /* bytes that libwslay has taken and not yet told of */
    bool in_frame;   /* its header has been told */
    bool fragmented; /* a message has begun and not ended */
    uint8_t opcode;  /* of the frame being read */
    uint64_t left;   /* of its payload */
    char control[WS_MAX_CONTROL];
    size_t control_len;
};

bool ws_reader_is_idle(const struct ws_reader *r); /* between two messages, nothing buffered */
void ws_reader_close(struct ws_reader *r);         /* zeroes it; also when it was zero */
/*
 * Read bytes, which end where the socket's did; calls seen for each whole
 * message.  0, or the code to close with: 1002 for what the protocol forbids, 1009 past
 * WS_MAX_PAYLOAD.  After a code it is of no more use until ws_reader_close.
 */
int ws_read(struct ws_reader *r, str bytes, void (*seen)(void *arg, const struct ws_message *m),
            void *arg);

#endif
