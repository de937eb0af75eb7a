/*
 * mime.c - writing messages.
 *
 * Own, because Debian's library for it (GMime) brings GLib along, and libcurl's cannot write to
 * anything but a connection.  Writing is the small half of MIME: two parts, both quoted-printable,
 * which keeps text readable and every line short; whatever is not plain ASCII in a header becomes an
 * encoded word, and a line break in there is a blank, so no value can begin a header of its own.
 */
#include "mail/mime.h"

#include <string.h>
#include <time.h>

#include "base/buf.h"

enum {
    LINE_MAX_CHARS = 76,
    WORD_BYTES = 42,  /* an encoded word is shorter than 75 characters */
    PLAIN_BYTES = 60, /* longer header values are cut into encoded words, to be folded */
};

/* ---- header values ---- */

static bool is_plain(str s)
{
    size_t at;

    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < ' ' || s.ptr[i] > '~')
            return false;
    return s.len <= PLAIN_BYTES && !str_find(s, S("=?"), &at);
}

static str without_breaks(struct arena *a, str s)
{
    char *copy = NEW_ARRAY(a, char, s.len + 1);

    for (size_t i = 0; i < s.len; i++) {
        copy[i] = s.ptr[i];
        if ((uint8_t)s.ptr[i] < ' ' || s.ptr[i] == 127)
            copy[i] = ' ';
    }
    return (str){copy, s.len};
}

/* RFC 2047: base64, cut between characters, a word a line. */
static void add_encoded(struct buf *b, str s)
{
    bool first = true;

    s = without_breaks(b->arena, s);
    while (s.len > 0) {
        str word = str_utf8_cut(s, WORD_BYTES);

        if (word.len == 0)
            return; /* not UTF-8: it was checked when it came in */
        buf_add(b, first ? S("=?utf-8?B?") : S("\r\n =?utf-8?B?"));
        buf_add_base64(b, word);
        buf_add(b, S("?="));
        s = str_slice(s, word.len, s.len);
        first = false;
    }
}

static void add_text(struct buf *b, str s)
{
    if (is_plain(s))
        buf_add(b, s);
    else
        add_encoded(b, s);
}

static void add_quoted(struct buf *b, str s)
{
    buf_add_char(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"' || s.ptr[i] == '\\')
            buf_add_char(b, '\\');
        buf_add_char(b, s.ptr[i]);
    }
    buf_add_char(b, '"');
}

/* Quoted, too: each quote in it is two characters. */
static bool stays_short(str s)
{
    size_t n = s.len;

    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] == '"' || s.ptr[i] == '\\';
    return n <= PLAIN_BYTES;
}

static void add_person(struct buf *b, const char *header, str name, str address)
{
    buf_printf(b, "%s: ", header);
    if (name.len > 0 && is_plain(name) && stays_short(name))
        add_quoted(b, name);
    else if (name.len > 0)
        add_encoded(b, name);
    if (name.len > 0)
        buf_add(b, S("\r\n "));
    buf_printf(b, "<%.*s>\r\n", STR_ARG(without_breaks(b->arena, address)));
}

static void add_date(struct buf *b, struct instant at)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(at.us / 1000000);
    struct tm t = {0};

    gmtime_r(&seconds, &t);
    buf_printf(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday,
               months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

/* ---- bodies ---- */

static bool is_literal(char ch)
{
    return (ch > ' ' && ch <= '~' && ch != '=') || ch == ' ' || ch == '\t';
}

/* RFC 2045 section 6.7: no line of more than 76 characters, no blank at the end of one. */
static void add_quoted_printable(struct buf *b, str s)
{
    size_t column = 0;

    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i];
        bool line_ends = i + 1 == s.len || s.ptr[i + 1] == '\n';
        bool blank = ch == ' ' || ch == '\t';
        bool literal = is_literal(ch) && !(blank && line_ends);

        if (ch == '\n') {
            buf_add(b, S("\r\n"));
            column = 0;
            continue;
        }
        if (column + (literal ? 1 : 3) > LINE_MAX_CHARS - 1) {
            buf_add(b, S("=\r\n"));
            column = 0;
        }
        if (literal)
            buf_add_char(b, ch);
        else
            buf_printf(b, "=%02X", (unsigned)(uint8_t)ch);
        column += literal ? 1 : 3;
    }
    buf_add(b, S("\r\n"));
}

static void add_part(struct buf *b, str boundary, const char *type, str body)
{
    buf_printf(b,
               "--%.*s\r\nContent-Type: %s; charset=utf-8\r\n"
               "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
               STR_ARG(boundary), type);
    add_quoted_printable(b, body);
}

/* ---- the whole ---- */

str mime_domain(const struct mailer *from)
{
    size_t at = 0;

    (void)str_find(from->from, S("@"), &at);
    return str_slice(from->from, at + 1, from->from.len);
}

enum status mime_write(struct ctx *c, const struct mailer *from, const struct mail_letter *letter,
                       str *out)
{
    struct buf b = buf_new(c->arena, MIME_MAX);
    str id = uuid_str(c->arena, letter->id);
    /* "=_" cannot stand in quoted-printable */
    str boundary = arena_printf(c->arena, "=_%.*s", STR_ARG(id));

    add_date(&b, letter->at);
    add_person(&b, "From", from->from_name, from->from);
    add_person(&b, "To", letter->to_name, letter->to);
    buf_printf(&b, "Message-ID: <%.*s@%.*s>\r\nSubject: ", STR_ARG(id), STR_ARG(mime_domain(from)));
    add_text(&b, letter->subject);
    buf_printf(&b,
               "\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n"
               "MIME-Version: 1.0\r\n"
               "Content-Type: multipart/alternative;\r\n boundary=\"%.*s\"\r\n\r\n",
               STR_ARG(boundary));
    add_part(&b, boundary, "text/plain", letter->text);
    add_part(&b, boundary, "text/html", letter->html);
    buf_printf(&b, "--%.*s--\r\n", STR_ARG(boundary));
    return buf_done(c, &b, out);
}
