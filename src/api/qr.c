/*
 * qr.c - libqrencode finds the modules; a row's neighbours become one stroke of the path.
 */
#include "api/qr.h"

#include <qrencode.h>

#include "base/buf.h"

enum { QUIET = 4, PATH_MAX_BYTES = 65536 };

static void drop(void *code)
{
    QRcode_free(code);
}

static void draw_row(struct buf *b, const unsigned char *row, int y, int width)
{
    for (int x = 0, n; x < width; x += n + 1) {
        n = 0;
        while (x + n < width && (row[x + n] & 1) != 0)
            n++;
        if (n > 0)
            buf_printf(b, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, n, n);
    }
}

enum status qr_draw(struct ctx *c, str text, struct qr *out)
{
    str terminated = arena_copy(c->arena, text);
    QRcode *code = QRcode_encodeString8bit(terminated.ptr, 0, QR_ECLEVEL_M);
    struct buf b = buf_new(c->arena, PATH_MAX_BYTES);

    if (code == NULL)
        return FAIL(c, ERR_INTERNAL, "something went wrong on our side");
    arena_defer(c->arena, drop, code);
    for (int y = 0; y < code->width; y++)
        draw_row(&b, code->data + (size_t)y * (size_t)code->width, y, code->width);
    out->size = code->width + 2 * QUIET;
    return buf_done(c, &b, &out->path);
}
