/*
 * openapi.h - the API described, from the route table and the field tables: OpenAPI 3.1.
 */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "base/buf.h"
#include "base/embedded.h"

extern const struct embedded_file openapi_parts[]; /* one: what no table says */

enum status openapi_text(struct ctx *c, str *out);

#endif
