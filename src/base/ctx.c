/*
 * ctx.c - filling in what went wrong.  Nothing here can fail or allocate: texts
 * are cut to fit, never in the middle of a character.
 */
#include "base/ctx.h"

#include <assert.h>
#include <stdarg.h>

static void put_text(char *to, size_t size, str text)
{
    str fits = str_utf8_cut(text, size - 1);

    if (fits.len > 0)
        memcpy(to, fits.ptr, fits.len);
    to[fits.len] = '\0';
}

/* "db/row.c", whatever the build folder is called and wherever it lies. */
static const char *short_path(const char *file)
{
    const char *src = strstr(file, "src/");

    return src == NULL ? file : src + 4;
}

enum status fail_at(struct ctx *c, const char *file, int line, enum status code, const char *fmt,
                    ...)
{
    struct err *e = &c->err;
    char msg[sizeof e->msg + 4];
    va_list args;

    assert(code != OK);
    va_start(args, fmt);
    (void)vsnprintf(msg, sizeof msg, fmt, args);
    va_end(args);
    *e = (struct err){.code = code, .file = short_path(file), .line = line};
    put_text(e->msg, sizeof e->msg, str_of(msg));
    return code;
}

enum status err_field(struct ctx *c, const char *field, enum status code)
{
    put_text(c->err.field, sizeof c->err.field, str_of(field));
    return code;
}

enum status err_reason(struct ctx *c, const char *reason, enum status code)
{
    put_text(c->err.reason, sizeof c->err.reason, str_of(reason));
    return code;
}

void err_cause(struct ctx *c, const char *cause)
{
    put_text(c->err.cause, sizeof c->err.cause, str_trim(str_of(cause)));
}
