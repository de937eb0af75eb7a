/*
 * transfer.c - what libcurl is told, and what is made of what it says.
 *
 * libcurl sends a request a second time by itself when a kept connection turns
 * out to be dead after the request went out.  That may be a message delivered twice: the
 * pre-request callback refuses the second time for methods that are not idempotent, and the call
 * ends as HTTP_NO_ANSWER.  Whether any byte of the request has left decides between that and
 * HTTP_NOT_SENT.
 */
#include "http/transfer.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/field.h"
#include "http/client_policy.h"

enum {
    DEFAULT_TIMEOUT_MS = 30000,
    CONNECT_TIMEOUT_MS = 10000,
    KEEP_CONNECTION_S = 45,
    MAX_HEADER_BYTES = 8192,
};

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *at)
{
    struct transfer *t = arg;

    (void)purpose;
    if (!t->mapped && !address_is_public(&at->addr)) {
        t->refused_address = true;
        return CURL_SOCKET_BAD;
    }
    return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature */
static int before_request(void *arg, char *primary_ip, char *local_ip, int primary_port,
                          int local_port)
{
    struct transfer *t = arg;

    (void)primary_ip;
    (void)local_ip;
    (void)primary_port;
    (void)local_port;
    return t->requests++ > 0 && t->once ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature */
static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    str line = str_trim((str){data, size * n}), name;
    struct cur at = cur_of(line);

    if (line.len == 0) {
        t->whole_head = true;
    } else if (str_starts_with(line, S("HTTP/"))) {
        t->whole_head = false;
        t->out->headers.n = 0; /* of 100 Continue */
    } else if (line.len <= MAX_HEADER_BYTES && cur_until(&at, ':', line.len, &name)) {
        http_header_add(&t->out->headers, arena_copy(t->arena, str_trim(name)),
                        arena_copy(t->arena, str_trim((str){at.at, (size_t)(at.end - at.at)})));
    }
    return size * n;
}

static bool write_file(struct transfer *t, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(t->file, data, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    size_t bytes = size * n;

    if (t->out->bytes + (int64_t)bytes > t->max) {
        t->too_big = true;
        return 0;
    }
    t->out->bytes += (int64_t)bytes;
    if (t->file < 0) {
        buf_add(&t->body, (str){data, bytes});
        return bytes;
    }
    t->cannot_write = !write_file(t, data, bytes);
    return t->cannot_write ? 0 : bytes;
}

static void add_header(struct transfer *t, str name, str value)
{
    str line = arena_printf(t->arena, "%.*s: %.*s", STR_ARG(name), STR_ARG(value));
    struct curl_slist *longer;

    /* A line break would begin another header. */
    if (memchr(line.ptr, '\n', line.len) != NULL || memchr(line.ptr, '\r', line.len) != NULL)
        return;
    longer = curl_slist_append(t->headers, line.ptr);
    if (longer != NULL)
        t->headers = longer;
}

static void set_headers(struct transfer *t, CURL *easy)
{
    const struct http_request *in = t->in;

    for (size_t i = 0; i < in->headers.n; i++)
        add_header(t, in->headers.items[i].name, in->headers.items[i].value);
    if (in->bearer.size > 0)
        add_header(t, S("Authorization"),
                   arena_printf(t->arena, "Bearer %.*s", STR_ARG(secret_expose(in->bearer))));
    if (in->basic.size > 0)
        add_header(t, S("Authorization"),
                   arena_printf(t->arena, "Basic %.*s", STR_ARG(secret_expose(in->basic))));
    if (in->n_parts == 0 && in->content_type.len > 0)
        add_header(t, S("Content-Type"), in->content_type);
    t->headers = curl_slist_append(t->headers, "Expect:");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
}

static void set_parts(struct transfer *t, CURL *easy)
{
    t->mime = curl_mime_init(easy);
    for (size_t i = 0; i < t->in->n_parts; i++) {
        const struct http_part *from = &t->in->parts[i];
        curl_mimepart *part = curl_mime_addpart(t->mime);

        curl_mime_name(part, arena_copy(t->arena, from->name).ptr);
        if (from->path.len > 0)
            curl_mime_filedata(part, arena_copy(t->arena, from->path).ptr);
        else
            curl_mime_data(part, from->data.ptr, from->data.len);
        if (from->filename.len > 0)
            curl_mime_filename(part, arena_copy(t->arena, from->filename).ptr);
        else if (from->path.len > 0)
            curl_mime_filename(part, NULL);
        if (from->content_type.len > 0)
            curl_mime_type(part, arena_copy(t->arena, from->content_type).ptr);
    }
    curl_easy_setopt(easy, CURLOPT_MIMEPOST, t->mime);
}

static void set_body(struct transfer *t, CURL *easy)
{
    const struct http_request *in = t->in;
    enum http_method m = in->method;

    if (in->n_parts > 0) {
        set_parts(t, easy);
        return;
    }
    if (m == HTTP_GET)
        return;
    if (m == HTTP_HEAD) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (m != HTTP_DELETE || in->body.len > 0) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)in->body.len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, in->body.len > 0 ? in->body.ptr : "");
    }
    if (m != HTTP_POST)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, field_word(&http_method_names, (int)m));
}

static void set_limits(struct ctx *c, struct transfer *t, CURL *easy)
{
    int64_t left = c->deadline_ms > 0 ? c->deadline_ms - clock_mono_ms() : DEFAULT_TIMEOUT_MS;

    if (left < 1)
        left = 1;
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(left < CONNECT_TIMEOUT_MS ? left : CONNECT_TIMEOUT_MS));
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, t->mapped ? "http,https" : "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, 4L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)KEEP_CONNECTION_S);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 16384L);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "Sambung/" SAMBUNG_VERSION);
}

static void set_callbacks(struct transfer *t, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
}

/* ---- what became of it ---- */

/* why is read by people and logged: libcurl's word for the code, not its error buffer, which may
 * hold the URL. */

static void judge(struct transfer *t, CURL *easy, CURLcode code)
{
    struct http_response *out = t->out;
    long status = 0, sent = 0;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
    if (t->too_big) {
        out->failure = HTTP_ANSWER_TOO_BIG;
        out->status = (int)status;
        out->why = S("the answer is too big");
        return;
    }
    /* libcurl is content with a head that breaks off. */
    if (code == CURLE_OK && status > 0 && t->whole_head) {
        out->status = (int)status;
        return;
    }
    out->failure = sent > 0 ? HTTP_NO_ANSWER : HTTP_NOT_SENT;
    if (t->refused_address)
        out->why = S("the name leads to a private address");
    else if (t->cannot_write)
        out->why = S("the answer cannot be written to disk");
    else
        out->why = arena_copy(t->arena, str_of(curl_easy_strerror(code)));
}

void transfer_run(struct ctx *c, struct transfer *t, CURL *easy, str url)
{
    CURLcode code;

    curl_easy_setopt(easy, CURLOPT_URL, url.ptr);
    set_limits(c, t, easy);
    set_callbacks(t, easy);
    set_body(t, easy);
    set_headers(t, easy);
    code = curl_easy_perform(easy);
    judge(t, easy, code);
    curl_slist_free_all(t->headers);
    curl_mime_free(t->mime);
    /* Nothing of the arena may stay known to the handle. */
    curl_easy_reset(easy);
}
