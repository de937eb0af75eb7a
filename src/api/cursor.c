/*
 * cursor.c - sixteen bytes of id, then the key, as base64url.  Nothing secret is in it and nothing
 * is trusted: whatever a forged one says, the list's filters and reach stay what they are.
 */
#include "api/cursor.h"

#include <endian.h>
#include <string.h>

#include "base/buf.h"

enum { ID_BYTES = 16, KEY_MAX = 1024, TEXT_MAX = 2 * (ID_BYTES + KEY_MAX) };

str cursor_text(struct arena *a, str key, struct uuid id)
{
    struct buf raw = buf_new(a, ID_BYTES + KEY_MAX);
    struct buf text = buf_new(a, TEXT_MAX);

    buf_add(&raw, (str){(const char *)id.b, ID_BYTES});
    buf_add(&raw, key);
    buf_add_base64url(&text, buf_str(&raw));
    return buf_str(&text);
}

str cursor_text_at(struct arena *a, struct instant at, struct uuid id)
{
    uint64_t be = htobe64((uint64_t)at.us);
    char key[sizeof(be)];

    memcpy(key, &be, sizeof(be));
    return cursor_text(a, (str){key, sizeof(key)}, id);
}

static enum status bad_cursor(struct ctx *c)
{
    return FAIL_FIELD(c, "cursor", "this is not a cursor of ours");
}

enum status cursor_read(struct ctx *c, str text, str *key, struct uuid *id)
{
    struct uuid found;
    str raw;

    if (text.len == 0)
        return OK;
    if (text.len > TEXT_MAX || !decode_base64(c->arena, text, &raw) || raw.len < ID_BYTES)
        return bad_cursor(c);
    memcpy(found.b, raw.ptr, ID_BYTES);
    *id = found;
    *key = str_slice(raw, ID_BYTES, raw.len);
    return OK;
}

enum status cursor_read_at(struct ctx *c, str text, struct instant *at, struct uuid *id)
{
    struct uuid found = {{0}};
    str key = {NULL, 0};
    uint64_t be;

    if (text.len == 0)
        return OK;
    TRY(cursor_read(c, text, &key, &found));
    if (key.len != sizeof(be))
        return bad_cursor(c);
    memcpy(&be, key.ptr, sizeof(be));
    *at = (struct instant){(int64_t)be64toh(be)};
    *id = found;
    return instant_is_none(*at) || at->us < 0 ? bad_cursor(c) : OK;
}
