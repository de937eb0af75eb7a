/*
 * smtp.c - what libcurl is told for a mail, and what is made of the answers.
 *
 * A reply of 5xx is final only when it is about this mail: to RCPT, or to what follows.  A refused
 * sign-in or sender is a setting of ours that somebody may mend within the hour, and the mail waits
 * for that.  libcurl does not say which command a reply was to, but the one before does: a sender
 * is refused right after the greeting's long reply or after the sign-in (235), a recipient after
 * the sender's one-line 250.
 */
#include "http/smtp.h"

#include <curl/curl.h>
#include <string.h>

#include "base/buf.h"

enum {
    DEFAULT_TIMEOUT_MS = 30000,
    CONNECT_TIMEOUT_MS = 10000,
    PORT_SUBMISSION = 587,
    PORT_IMPLICIT = 465,
    REPLY_MAX = 600,
    SIGNED_IN = 235,
    GOOD_BYE = 221, /* libcurl takes its leave after a refusal, too */
};

/* ---- where to ---- */

static bool is_host(str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i];

        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
              ch == '.' || ch == '-'))
            return false;
    }
    return s.len > 0 && s.len <= 253 && s.ptr[0] != '-' && s.ptr[0] != '.';
}

static bool is_loopback(str host)
{
    return str_eq(host, S("localhost")) || str_starts_with(host, S("127."));
}

static enum status bad_url(struct ctx *c, const char *why)
{
    return FAIL_FIELD(c, "SAMBUNG_SMTP_URL",
                      "SAMBUNG_SMTP_URL %s; it must read smtp://user:password@host:587 or "
                      "smtps://user:password@host:465",
                      why);
}

static enum status parse_sign_in(struct ctx *c, str text, struct smtp_server *out)
{
    struct cur at = cur_of(text);
    str user, password;

    if (!cur_until(&at, ':', 512, &user) || user.len == text.len || user.len == 0)
        return bad_url(c, "names a user without a password");
    if (!decode_url(c->arena, user, false, &out->user) ||
        !decode_url(c->arena, (str){at.at, (size_t)(at.end - at.at)}, false, &password))
        return bad_url(c, "holds a % that is no percent-encoding");
    out->password = (struct secret){password.ptr, password.len};
    return OK;
}

static enum status parse_host(struct ctx *c, str text, struct smtp_server *out)
{
    int64_t port = out->implicit_tls ? PORT_IMPLICIT : PORT_SUBMISSION;
    size_t colon;

    if (str_find(text, S(":"), &colon)) {
        if (!str_parse_i64(str_slice(text, colon + 1, text.len), &port) || port < 1 || port > 65535)
            return bad_url(c, "has no sound port");
        text = str_slice(text, 0, colon);
    }
    if (!is_host(text))
        return bad_url(c, "has no sound host");
    out->host = arena_copy(c->arena, text);
    out->port = (int)port;
    out->loopback = is_loopback(text);
    return OK;
}

enum status smtp_server_parse(struct ctx *c, struct secret url, struct smtp_server *out)
{
    struct smtp_server server = {.user = S(""), .ca_file = out->ca_file};
    str rest = secret_expose(url);
    size_t at;

    server.implicit_tls = str_starts_with(rest, S("smtps://"));
    if (!server.implicit_tls && !str_starts_with(rest, S("smtp://")))
        return bad_url(c, "begins with neither smtp:// nor smtps://");
    rest = str_slice(rest, server.implicit_tls ? 8 : 7, rest.len);
    if (str_ends_with(rest, S("/")))
        rest = str_slice(rest, 0, rest.len - 1);
    for (at = rest.len; at > 0 && rest.ptr[at - 1] != '@';)
        at--;
    if (at > 0)
        TRY(parse_sign_in(c, str_slice(rest, 0, at - 1), &server));
    TRY(parse_host(c, str_slice(rest, at, rest.len), &server));
    *out = server;
    return OK;
}

/* ---- one mail ---- */

struct sending {
    struct arena *arena;
    str left; /* of the message */
    bool all_given;
    char line[REPLY_MAX]; /* the last reply's last line */
    size_t n;
    int code, code_before;             /* of the last reply and the one before */
    bool lines, was_long, long_before; /* several lines: what is coming, the last, the one before */
};

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature */
static size_t give(char *to, size_t size, size_t n, void *arg)
{
    struct sending *s = arg;
    size_t bytes = size * n < s->left.len ? size * n : s->left.len;

    memcpy(to, s->left.ptr, bytes);
    s->left = str_slice(s->left, bytes, s->left.len);
    s->all_given = s->left.len == 0;
    return bytes;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature */
static size_t on_reply(char *data, size_t size, size_t n, void *arg)
{
    struct sending *s = arg;
    str line = str_trim((str){data, size * n});
    int64_t code;

    if (line.len < 3 || !str_parse_i64(str_slice(line, 0, 3), &code) || code == GOOD_BYE)
        return size * n;
    if (line.len > 3 && line.ptr[3] == '-') {
        s->lines = true;
        return size * n;
    }
    s->code_before = s->code;
    s->long_before = s->was_long;
    s->was_long = s->lines;
    s->lines = false;
    s->code = (int)code;
    s->n = line.len < REPLY_MAX ? line.len : REPLY_MAX - 1;
    for (size_t i = 0; i < s->n; i++) /* it is kept as text, and the server may write in anything */
        s->line[i] = (char)(line.ptr[i] >= ' ' && line.ptr[i] <= '~' ? line.ptr[i] : '?');
    return size * n;
}

static void set_security(const struct smtp_server *server, CURL *easy)
{
    bool lax = server->loopback && server->ca_file.len == 0;

    curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)(lax ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, lax ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, lax ? 0L : 2L);
    if (server->ca_file.len > 0)
        curl_easy_setopt(easy, CURLOPT_CAINFO, server->ca_file.ptr);
}

static void set_limits(struct ctx *c, CURL *easy)
{
    int64_t left = c->deadline_ms > 0 ? c->deadline_ms - clock_mono_ms() : DEFAULT_TIMEOUT_MS;

    if (left < 1)
        left = 1;
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(left < CONNECT_TIMEOUT_MS ? left : CONNECT_TIMEOUT_MS));
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
}

static void set_server(struct ctx *c, const struct smtp_server *server, str hello, CURL *easy)
{
    str url = arena_printf(c->arena, "%s://%.*s:%d/%.*s", server->implicit_tls ? "smtps" : "smtp",
                           STR_ARG(server->host), server->port, STR_ARG(hello));

    curl_easy_setopt(easy, CURLOPT_URL, url.ptr);
    if (server->user.len == 0)
        return;
    curl_easy_setopt(easy, CURLOPT_USERNAME, server->user.ptr);
    curl_easy_setopt(easy, CURLOPT_PASSWORD, secret_expose(server->password).ptr);
}

/* ---- what became of it ---- */

static bool starts_with_one_of(str s, const char *const *list)
{
    for (; *list; list++)
        if (str_starts_with(s, str_of(*list)))
            return true;
    return false;
}

/* RFC 3463: the mailbox, its system, its form, where it has moved; not 5.1.7 and 5.1.8, which are
 * about us. */
static bool nobody_there(str line)
{
    static const char *const codes[] = {"5.1.1 ", "5.1.2 ", "5.1.3 ", "5.1.6 ", "5.1.10 ", NULL};

    return starts_with_one_of(str_slice(line, 4, line.len), codes);
}

static bool is_about_us(const struct sending *s)
{
    return s->code_before == SIGNED_IN || s->long_before;
}

static void judge(const struct sending *s, CURLcode code, struct smtp_answer *out)
{
    str line = {s->line, s->n};
    bool replied = s->code >= 400;

    out->why = replied ? arena_copy(s->arena, line)
                       : arena_copy(s->arena, str_of(curl_easy_strerror(code)));
    if (code == CURLE_OK)
        out->outcome = SMTP_TAKEN;
    else if (!replied && s->all_given)
        out->outcome = SMTP_NO_ANSWER;
    else if (!replied || s->code < 500 || code == CURLE_LOGIN_DENIED || is_about_us(s))
        out->outcome = SMTP_NOT_NOW;
    else
        out->outcome = SMTP_REFUSED;
    out->no_such_address = out->outcome == SMTP_REFUSED && nobody_there(line);
}

void smtp_send(struct ctx *c, const struct smtp_server *server, const struct smtp_letter *letter,
               struct smtp_answer *out)
{
    struct sending s = {.arena = c->arena, .left = letter->message};
    struct curl_slist *to = curl_slist_append(NULL, arena_copy(c->arena, letter->to).ptr);
    CURL *easy = curl_easy_init();

    *out = (struct smtp_answer){.outcome = SMTP_NOT_NOW, .why = S("libcurl has no memory")};
    if (easy != NULL && to != NULL) {
        set_server(c, server, letter->hello, easy);
        set_security(server, easy);
        set_limits(c, easy);
        curl_easy_setopt(easy, CURLOPT_MAIL_FROM, arena_copy(c->arena, letter->from).ptr);
        curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to);
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, give);
        curl_easy_setopt(easy, CURLOPT_READDATA, &s);
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_reply);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, &s);
        judge(&s, curl_easy_perform(easy), out);
    }
    curl_easy_cleanup(easy);
    curl_slist_free_all(to);
}
