/*
 * log.c - a line is put together on the stack and written at once.
 *
 * Values come from outside (paths, providers' words), so each is cut and
 * escaped; a line can neither be forged nor break in the middle.  What does
 * not fit the line is left out and the line says so.
 */
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"

enum { LINE_BYTES = 16 * 1024, VALUE_BYTES = 2048, TAIL_BYTES = 64 };

/* Set once before threads start, read ever after. */
static enum log_level least_level = LOG_INFO;
static bool as_json;
static char process_name[16] = "sambung";

static const char *const level_words[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARN] = "warn",
    [LOG_ERROR] = "error",
};

void log_setup(enum log_level least, bool json, const char *process)
{
    str name = str_utf8_cut(str_of(process), sizeof process_name - 1);

    least_level = least;
    as_json = json;
    memcpy(process_name, name.ptr, name.len);
    process_name[name.len] = '\0';
}

bool log_level_on(enum log_level level)
{
    return level >= least_level;
}

void log_put(struct log_fields *f, const char *key, str value)
{
    if (f->n < LOG_MAX_FIELDS)
        f->items[f->n++] = (struct log_field){key, value, false};
}

void log_put_number(struct log_fields *f, const char *key, str digits)
{
    if (f->n < LOG_MAX_FIELDS)
        f->items[f->n++] = (struct log_field){key, digits, true};
}

/* logfmt takes a bare word as it stands; all else goes in quotes, escaped as JSON does it. */
static bool is_bare(str value)
{
    if (str_is_empty(value))
        return false;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char ch = (unsigned char)value.ptr[i];

        if (ch <= ' ' || ch == '"' || ch == '=' || ch == '\\' || ch >= 0x7F)
            return false;
    }
    return true;
}

static void add_pair(struct buf *line, const char *key, str value, bool number)
{
    value = str_utf8_cut(value, VALUE_BYTES);
    if (as_json) {
        buf_add_char(line, line->len == 0 ? '{' : ',');
        buf_add_json(line, str_of(key));
        buf_add_char(line, ':');
        if (number)
            buf_add(line, value);
        else
            buf_add_json(line, value);
        return;
    }
    if (line->len > 0)
        buf_add_char(line, ' ');
    buf_add(line, str_of(key));
    buf_add_char(line, '=');
    if (is_bare(value))
        buf_add(line, value);
    else
        buf_add_json(line, value);
}

/* The line lies on the stack and cannot grow; its end is kept free for what must be said. */
static void set_room(struct buf *line, size_t max)
{
    line->max = max;
    line->cap = max + 1;
}

static void add_fields(struct buf *line, const struct log_fields *f)
{
    for (size_t i = 0; f != NULL && i < f->n; i++) {
        size_t before = line->len;

        add_pair(line, f->items[i].key, f->items[i].value, f->items[i].number);
        if (line->overflow) {
            line->len = before;
            line->overflow = false;
            set_room(line, LINE_BYTES - 1 - TAIL_BYTES);
            add_pair(line, "cut", S("true"), false);
            return;
        }
    }
}

static void write_line(str line)
{
    /* A log that cannot be written has nobody to be told. */
    while (write(STDERR_FILENO, line.ptr, line.len) < 0 && errno == EINTR)
        continue;
}

void log_line(enum log_level level, const char *event, const struct log_fields *f)
{
    char bytes[LINE_BYTES];
    struct buf line = {.ptr = bytes};
    char now[INSTANT_TEXT + 1];

    if (!log_level_on(level))
        return;
    set_room(&line, LINE_BYTES - 1 - 2 * TAIL_BYTES);
    instant_text(clock_now(), now);
    add_pair(&line, "ts", str_of(now), false);
    add_pair(&line, "level", str_of(level_words[level]), false);
    add_pair(&line, "process", str_of(process_name), false);
    add_pair(&line, "event", str_of(event), false);
    add_fields(&line, f);
    set_room(&line, LINE_BYTES - 1);
    buf_add(&line, as_json ? S("}\n") : S("\n"));
    assert(!line.overflow);
    write_line(buf_str(&line));
}

void log_note(enum log_level level, const char *event, const char *fmt, ...)
{
    char msg[VALUE_BYTES];
    struct log_fields f = {.n = 0};
    va_list args;

    if (!log_level_on(level))
        return;
    va_start(args, fmt);
    (void)vsnprintf(msg, sizeof msg, fmt, args);
    va_end(args);
    log_put(&f, "msg", str_of(msg));
    log_line(level, event, &f);
}
