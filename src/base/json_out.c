/*
 * json_out.c - JSON into a buf as it goes, without a tree in between.
 *
 * Lists are the hottest thing we write, so no printf for whole numbers, eight
 * bytes at a time through texts, and one reservation for a key with all that
 * surrounds it.  Doubles are rare (latitudes) and take the slow road.
 */
#include "base/json.h"

#include <assert.h>
#include <math.h>

/* ---- texts ---- */

static const char hex_digits[] = "0123456789abcdef";

/* What a byte below 0x80 becomes after a backslash; 0: itself, 'u': \u00xx. */
/* clang-format off */
static const char escapes[128] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
    ['"'] = '"', ['\\'] = '\\',
};
/* clang-format on */

/* Does any of eight bytes need a second look: below 0x20, '"', '\\', or not ASCII? */
static bool is_plain8(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t highs = UINT64_C(0x8080808080808080);
    uint64_t v, quote, backslash;

    memcpy(&v, p, sizeof v);
    quote = v ^ (ones * '"');
    backslash = v ^ (ones * '\\');
    return ((v | (v - ones * 0x20) | (quote - ones) | (backslash - ones)) & highs) == 0;
}

/* How many bytes from the front go out as they are. */
static size_t plain_run(str s)
{
    size_t i = 0;

    for (;;) {
        while (i + 8 <= s.len && is_plain8(s.ptr + i))
            i += 8;
        while (i < s.len && (unsigned char)s.ptr[i] < 0x80 && escapes[(unsigned char)s.ptr[i]] == 0)
            i++;
        if (i < s.len && (unsigned char)s.ptr[i] >= 0x80) {
            size_t n = str_utf8_step((str){s.ptr + i, s.len - i});

            if (n > 0) {
                i += n;
                continue;
            }
        }
        return i;
    }
}

static void add_escaped(struct buf *b, unsigned char ch)
{
    if (ch >= 0x80)
        buf_add(b, S("\xEF\xBF\xBD"));
    else if (escapes[ch] == 'u')
        buf_add(b, (str){
                       (char[]){'\\', 'u', '0', '0', hex_digits[ch >> 4], hex_digits[ch & 15]},
                       6
        });
    else
        buf_add(b, (str){
                       (char[]){'\\', escapes[ch]},
                       2
        });
}

void buf_add_json(struct buf *b, str s)
{
    size_t clean = plain_run(s);

    if (clean == s.len) {
        char *at = buf_extend(b, s.len + 2);

        if (at == NULL)
            return;
        at[0] = '"';
        if (s.len > 0)
            memcpy(at + 1, s.ptr, s.len);
        at[s.len + 1] = '"';
        return;
    }
    buf_add_char(b, '"');
    while (s.len > 0) {
        size_t n = plain_run(s);

        buf_add(b, (str){s.ptr, n});
        if (n < s.len)
            add_escaped(b, (unsigned char)s.ptr[n++]);
        s.ptr += n;
        s.len -= n;
    }
    buf_add_char(b, '"');
}

/* ---- structure ---- */

struct json_writer json_writer_new(struct buf *b)
{
    return (struct json_writer){.buf = b};
}

static uint64_t level_bit(const struct json_writer *w)
{
    return UINT64_C(1) << w->depth;
}

static bool take_comma(struct json_writer *w)
{
    bool comma = (w->has_items & level_bit(w)) != 0;

    w->has_items |= level_bit(w);
    return comma;
}

static bool in_object(const struct json_writer *w)
{
    return w->depth > 0 && (w->is_array & level_bit(w)) == 0;
}

/* A name out of a field table: ours, so there is nothing in it to escape. */
static void begin_member(struct json_writer *w, const char *name)
{
    str key = str_of(name);
    bool comma = take_comma(w);
    char *at = buf_extend(w->buf, key.len + (comma ? 4 : 3));

    if (at == NULL)
        return;
    if (comma)
        *at++ = ',';
    *at++ = '"';
    memcpy(at, key.ptr, key.len);
    at[key.len] = '"';
    at[key.len + 1] = ':';
}

static void begin_value(struct json_writer *w, const char *key)
{
    assert((key != NULL) == in_object(w));
    if (take_comma(w)) {
        assert(w->depth > 0);
        buf_add_char(w->buf, ',');
    }
    if (key != NULL) {
        buf_add_json(w->buf, str_of(key));
        buf_add_char(w->buf, ':');
    }
}

static void open_level(struct json_writer *w, bool array)
{
    buf_add_char(w->buf, array ? '[' : '{');
    w->depth++;
    assert(w->depth <= JSON_MAX_DEPTH);
    w->has_items &= ~level_bit(w);
    if (array)
        w->is_array |= level_bit(w);
    else
        w->is_array &= ~level_bit(w);
}

static void close_level(struct json_writer *w, bool array)
{
    assert(w->depth > 0 && in_object(w) == !array);
    w->depth--;
    buf_add_char(w->buf, array ? ']' : '}');
}

void json_object_begin(struct json_writer *w, const char *key)
{
    begin_value(w, key);
    open_level(w, false);
}

void json_object_end(struct json_writer *w)
{
    close_level(w, false);
}

void json_array_begin(struct json_writer *w, const char *key)
{
    begin_value(w, key);
    open_level(w, true);
}

void json_array_end(struct json_writer *w)
{
    close_level(w, true);
}

/* ---- values ---- */

static void add_bool(struct buf *b, bool value)
{
    buf_add(b, value ? S("true") : S("false"));
}

static void add_null(struct buf *b)
{
    buf_add(b, S("null"));
}

/* The shorter of the two forms that read back as the same number. */
static void add_double(struct buf *b, double value)
{
    char text[32];
    int n;

    if (!isfinite(value)) {
        add_null(b);
        return;
    }
    if (value == 0)
        value = 0; /* "-0" would be read as a whole number, which has no sign */
    n = snprintf(text, sizeof text, "%.15g", value);
    if (strtod(text, NULL) != value)
        n = snprintf(text, sizeof text, "%.17g", value);
    buf_add(b, (str){text, (size_t)n});
}

static void add_uuid(struct buf *b, struct uuid u)
{
    char text[UUID_TEXT + 3];

    text[0] = '"';
    uuid_text(u, text + 1);
    text[UUID_TEXT + 1] = '"';
    buf_add(b, (str){text, UUID_TEXT + 2});
}

static void add_instant(struct buf *b, struct instant t)
{
    char text[INSTANT_TEXT + 3];

    text[0] = '"';
    instant_text(t, text + 1);
    text[INSTANT_TEXT + 1] = '"';
    buf_add(b, (str){text, INSTANT_TEXT + 2});
}

static void add_raw(struct buf *b, str json)
{
    if (str_is_empty(json))
        add_null(b);
    else
        buf_add(b, json);
}

void json_str(struct json_writer *w, const char *key, str value)
{
    begin_value(w, key);
    buf_add_json(w->buf, value);
}

void json_i64(struct json_writer *w, const char *key, int64_t value)
{
    begin_value(w, key);
    buf_add_i64(w->buf, value);
}

void json_double(struct json_writer *w, const char *key, double value)
{
    begin_value(w, key);
    add_double(w->buf, value);
}

void json_bool(struct json_writer *w, const char *key, bool value)
{
    begin_value(w, key);
    add_bool(w->buf, value);
}

void json_null(struct json_writer *w, const char *key)
{
    begin_value(w, key);
    add_null(w->buf);
}

void json_raw(struct json_writer *w, const char *key, str json)
{
    begin_value(w, key);
    add_raw(w->buf, json);
}

/* ---- structs ---- */

static bool is_none(const struct field *f, const void *in);

static bool is_none_object(const struct field *table, const void *in)
{
    for (const struct field *f = table; f->name != NULL; f++)
        if (!is_none(f, in))
            return false;
    return true;
}

/* Does the member hold what stands for null? */
static bool is_none(const struct field *f, const void *in)
{
    switch (f->type) {
    case FT_STR:
        return FIELD_CPTR(str, in, f)->ptr == NULL;
    case FT_I64:
        return *FIELD_CPTR(int64_t, in, f) == 0;
    case FT_BOOL:
        return !*FIELD_CPTR(bool, in, f);
    case FT_UUID:
        return uuid_is_zero(*FIELD_CPTR(struct uuid, in, f));
    case FT_INSTANT:
        return instant_is_none(*FIELD_CPTR(struct instant, in, f));
    case FT_JSON:
        return FIELD_CPTR(struct json_text, in, f)->text.len == 0;
    case FT_DOUBLE:
        return fpclassify(*FIELD_CPTR(double, in, f)) == FP_ZERO;
    case FT_ENUM:
        return *FIELD_CPTR(int, in, f) == 0;
    case FT_OBJECT:
        return is_none_object(f->sub, FIELD_CPTR(char, in, f));
    case FT_LIST:
        return FIELD_CPTR(struct list, in, f)->n == 0;
    case FT_BYTES:
    case FT_SECRET:
        break;
    }
    return true;
}

static void add_member(struct json_writer *w, const struct field *f, const void *in);

static void add_list(struct json_writer *w, const struct field *f, const struct list *list)
{
    bool bare = field_is_bare(f->sub);

    open_level(w, true);
    for (size_t i = 0; i < list->n; i++) {
        const char *item = (const char *)list->items + i * f->sub_size;

        if (bare) {
            begin_value(w, NULL);
            add_member(w, f->sub, item);
        } else {
            json_struct(w, NULL, f->sub, item);
        }
    }
    close_level(w, true);
}

static void add_object(struct json_writer *w, const struct field *table, const void *in)
{
    open_level(w, false);
    json_members(w, table, in);
    close_level(w, false);
}

static void add_member(struct json_writer *w, const struct field *f, const void *in)
{
    switch (f->type) {
    case FT_STR:
        buf_add_json(w->buf, *FIELD_CPTR(str, in, f));
        break;
    case FT_I64:
        buf_add_i64(w->buf, *FIELD_CPTR(int64_t, in, f));
        break;
    case FT_BOOL:
        add_bool(w->buf, *FIELD_CPTR(bool, in, f));
        break;
    case FT_UUID:
        add_uuid(w->buf, *FIELD_CPTR(struct uuid, in, f));
        break;
    case FT_INSTANT:
        add_instant(w->buf, *FIELD_CPTR(struct instant, in, f));
        break;
    case FT_JSON:
        add_raw(w->buf, FIELD_CPTR(struct json_text, in, f)->text);
        break;
    case FT_DOUBLE:
        add_double(w->buf, *FIELD_CPTR(double, in, f));
        break;
    case FT_ENUM:
        buf_add_json(w->buf, str_of(field_word(f->names, *FIELD_CPTR(int, in, f))));
        break;
    case FT_OBJECT:
        add_object(w, f->sub, FIELD_CPTR(char, in, f));
        break;
    case FT_LIST:
        add_list(w, f, FIELD_CPTR(struct list, in, f));
        break;
    case FT_BYTES:
    case FT_SECRET:
        abort(); /* neither ever goes out as JSON; a table that says so is a bug */
    }
}

void json_members(struct json_writer *w, const struct field *table, const void *in)
{
    assert(in_object(w));
    for (const struct field *f = table; f->name != NULL; f++) {
        begin_member(w, f->name);
        if ((f->flags & F_NULL) != 0 && is_none(f, in))
            add_null(w->buf);
        else
            add_member(w, f, in);
    }
}

void json_struct(struct json_writer *w, const char *key, const struct field *table, const void *in)
{
    begin_value(w, key);
    add_object(w, table, in);
}
