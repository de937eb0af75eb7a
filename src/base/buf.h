/*
 * buf.h - building a text, in an arena, up to a maximum.
 *
 * Past the maximum nothing more is added and the overflow flag stays set: test
 * it once, at the end, with buf_done.  Escaping happens here, at the sink, by
 * the kind of text; nothing else puts outside bytes into JSON, HTML or a URL.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"
#include "base/ctx.h"

struct buf {
    struct arena *arena;
    char *ptr;
    size_t len;
    size_t cap;
    size_t max; /* bytes */
    bool overflow;
};

struct buf buf_new(struct arena *a, size_t max);
void buf_reset(struct buf *b);
bool buf_grow(struct buf *b, size_t n); /* room for n bytes more and a terminator */
/* Make the text n bytes longer; the caller fills them.  NULL when the maximum does not suffice. */
static inline char *buf_extend(struct buf *b, size_t n)
{
    char *at;

    if ((b->overflow || n >= b->cap - b->len) && !buf_grow(b, n))
        return NULL;
    at = b->ptr + b->len;
    b->len += n;
    return at;
}

void buf_add(struct buf *b, str s);
void buf_add_char(struct buf *b, char ch);
void buf_add_i64(struct buf *b, int64_t n);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_add_json(struct buf *b,
                  str s); /* a JSON string with its quotes; bad UTF-8 becomes U+FFFD */
void buf_add_html(struct buf *b, str s);      /* text or a quoted attribute's value */
void buf_add_url(struct buf *b, str s);       /* one query value or path segment */
void buf_add_hex(struct buf *b, str s);       /* lower case */
void buf_add_base64(struct buf *b, str s);    /* RFC 4648 section 4, padded */
void buf_add_base64url(struct buf *b, str s); /* section 5, no padding */

str buf_str(const struct buf *b); /* what is there so far; NUL-terminated */
/* The whole text; ERR_TOO_LARGE when the maximum did not suffice. */
enum status buf_done(struct ctx *c, const struct buf *b, str *out);

/* The way back; false on anything malformed.  Results lie in the arena. */
bool decode_hex(struct arena *a, str s, str *out);
bool decode_base64(struct arena *a, str s, str *out); /* either alphabet, padding optional */
bool decode_url(struct arena *a, str s, bool plus_is_space, str *out);

#endif
