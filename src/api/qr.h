/*
 * qr.h - a text as a QR code, for a page to draw.
 */
#ifndef API_QR_H
#define API_QR_H

#include "base/ctx.h"

struct qr {
    int64_t size; /* of the square, in modules, the quiet zone counted in */
    str path;     /* the dark ones, as the d of an SVG path in a viewBox of that size */
};

enum status qr_draw(struct ctx *c, str text, struct qr *out);

#endif
