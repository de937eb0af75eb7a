/*
 * config.c - the settings: one table, read twice (file, then environment).
 *
 * To add a setting: a member in config.h, a row in config_fields, its default
 * in set_defaults and, if it has a range beyond "0 to max", a line in
 * check_ranges.  A row's .doc is what the manual and "sambung check" print.
 */
#include "base/config.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"

enum { FILE_BYTES = 64 * 1024, TEXT_BYTES = 4096 };

/* clang-format off */
static const char *const log_format_words[] = {
    [LOG_FORMAT_LOGFMT] = "logfmt", [LOG_FORMAT_JSON] = "json",
};
static const struct field_names log_format_names = {log_format_words, 3};

static const char *const mail_words[] = {
    [CONFIG_MAIL_FILE] = "file", [CONFIG_MAIL_SMTP] = "smtp", [CONFIG_MAIL_RESEND] = "resend",
};
static const struct field_names mail_names = {mail_words, 4};

static const char *const log_level_words[] = {
    [CONFIG_LOG_DEBUG] = "debug", [CONFIG_LOG_INFO] = "info",
    [CONFIG_LOG_WARN] = "warn", [CONFIG_LOG_ERROR] = "error",
};
static const struct field_names log_level_names = {log_level_words, 5};

#define ROW(m, nm, mx, text)                                                                       \
    {.name = (nm), .type = FIELD_TYPE(struct config, m), .offset = offsetof(struct config, m),     \
     .max = (mx), .doc = (text)}
#define ENUM_ROW(m, nm, list, text)                                                                \
    {.name = (nm), .type = FT_ENUM, .offset = offsetof(struct config, m), .names = (list),         \
     .doc = (text)}

const struct field config_fields[] = {
    ROW(listen, "SAMBUNG_LISTEN", 256, "address and port to listen on"),
    ROW(data, "SAMBUNG_DATA", TEXT_BYTES, "folder for the private database, blobs and keys"),
    ROW(public_url, "SAMBUNG_PUBLIC_URL", 512, "how browsers and providers reach this server"),
    ROW(tls_listen, "SAMBUNG_TLS_LISTEN", 256, "address and port to listen on for TLS; empty: none"),
    ROW(tls_cert, "SAMBUNG_TLS_CERT", TEXT_BYTES, "PEM file of the certificate and its chain"),
    ROW(tls_key, "SAMBUNG_TLS_KEY", TEXT_BYTES, "PEM file of the certificate's private key"),
    ROW(http_redirect, "SAMBUNG_HTTP_REDIRECT", 256, "address and port where plain HTTP is sent on to the public URL; empty: none"),
    ROW(database_url, "DATABASE_URL", TEXT_BYTES, "PostgreSQL as the application role; empty: a private cluster"),
    ROW(system_database_url, "SAMBUNG_SYSTEM_DATABASE_URL", TEXT_BYTES, "PostgreSQL as the system role"),
    ROW(owner_database_url, "SAMBUNG_OWNER_DATABASE_URL", TEXT_BYTES, "PostgreSQL as the owner of the tables, for migrations"),
    ROW(key, "SAMBUNG_KEY", 128, "master key: 64 hex digits or base64 of 32 bytes"),
    ROW(key_file, "SAMBUNG_KEY_FILE", TEXT_BYTES, "file of the master key, made when it is not there"),
    ROW(admin_email, "SAMBUNG_ADMIN_EMAIL", 320, "the first administrator"),
    ROW(admin_password, "SAMBUNG_ADMIN_PASSWORD", 1024, "the first administrator's password; random unless set"),
    ROW(egress_map, "SAMBUNG_EGRESS_MAP", TEXT_BYTES, "host=address:port for outgoing calls; only with --dev"),
    ROW(pg_bindir, "SAMBUNG_PG_BINDIR", TEXT_BYTES, "folder of initdb and postgres; found by itself unless set"),
    ROW(trusted_proxies, "SAMBUNG_TRUSTED_PROXIES", 1024, "proxies whose X-Forwarded-For is believed"),
    ROW(places, "SAMBUNG_PLACES", TEXT_BYTES, "MaxMind DB file that tells where an address roughly is; empty: no places"),
    ROW(request_threads, "SAMBUNG_REQUEST_THREADS", 256, "threads for requests; 0: twice the cores"),
    ROW(slow_threads, "SAMBUNG_SLOW_THREADS", 64, "threads for slow requests"),
    ROW(worker_threads, "SAMBUNG_WORKER_THREADS", 1024, "jobs at a time; most wait for providers"),
    ROW(worker_connections, "SAMBUNG_WORKER_CONNECTIONS", 256, "the worker's database connections"),
    ROW(max_connections, "SAMBUNG_MAX_CONNECTIONS", 1000000, "open client connections"),
    ROW(rate_percent, "SAMBUNG_RATE_PERCENT", 100000, "of the usual rate limits; 0 switches them off"),
    ROW(undo_seconds, "SAMBUNG_UNDO_SECONDS", 120, "how long a sent message can be taken back"),
    ROW(inbound_keep_days, "SAMBUNG_INBOUND_KEEP_DAYS", 3650, "how long raw webhooks are kept; those that could not be read at least 90"),
    ROW(upload_max_bytes, "SAMBUNG_UPLOAD_MAX_BYTES", 1073741824, "largest upload"),
    ENUM_ROW(mail, "SAMBUNG_MAIL", &mail_names, "file, smtp or resend"),
    ROW(mail_from, "SAMBUNG_MAIL_FROM", 320, "who our own mail is from: Name <address>"),
    ROW(smtp_url, "SAMBUNG_SMTP_URL", 1024, "the mail server: smtp://user:password@host:587, or smtps://"),
    ROW(smtp_ca_file, "SAMBUNG_SMTP_CA_FILE", TEXT_BYTES, "authorities that vouch for the mail server; the system's unless set"),
    ROW(resend_key, "SAMBUNG_RESEND_KEY", 256, "Resend's API key"),
    ROW(resend_webhook_secret, "SAMBUNG_RESEND_WEBHOOK_SECRET", 256, "secret of the webhook to /hooks/resend"),
    ENUM_ROW(log_format, "SAMBUNG_LOG_FORMAT", &log_format_names, "logfmt or json"),
    ENUM_ROW(log_level, "SAMBUNG_LOG_LEVEL", &log_level_names, "debug, info, warn or error"),
    FIELD_END,
};
/* clang-format on */

static void set_defaults(struct config *cfg)
{
    *cfg = (struct config){
        .listen = S("127.0.0.1:8080"),
        .data = S("./data"),
        .slow_threads = 2,
        .worker_threads = 64,
        .worker_connections = 6,
        .max_connections = 10500,
        .rate_percent = 100,
        .undo_seconds = 10,
        .inbound_keep_days = 14,
        .upload_max_bytes = 26214400,
        .mail = CONFIG_MAIL_FILE,
        .log_format = LOG_FORMAT_LOGFMT,
        .log_level = CONFIG_LOG_INFO,
    };
}

/* ---- values ---- */

/* A secret's value never gets into a message. */
static enum status bad_value(struct ctx *c, const struct field *f, const char *where,
                             const char *must)
{
    return FAIL_FIELD(c, f->name, "%s (%s) %s", f->name, where, must);
}

static enum status set_number(struct ctx *c, const struct field *f, str value, const char *where,
                              struct config *cfg)
{
    int64_t n;

    if (!str_parse_i64(value, &n) || n < 0 || n > f->max)
        return FAIL_FIELD(c, f->name, "%s (%s) must be a whole number from 0 to %u", f->name, where,
                          f->max);
    *FIELD_PTR(int64_t, cfg, f) = n;
    return OK;
}

static enum status set_word(struct ctx *c, const struct field *f, str value, const char *where,
                            struct config *cfg)
{
    if (!field_value(f->names, value, FIELD_PTR(int, cfg, f)))
        return FAIL_FIELD(c, f->name, "%s (%s) must be %s", f->name, where, f->doc);
    return OK;
}

static enum status set_value(struct ctx *c, const struct field *f, str value, const char *where,
                             struct config *cfg)
{
    if (f->type == FT_I64)
        return set_number(c, f, value, where, cfg);
    if (f->type == FT_ENUM)
        return set_word(c, f, value, where, cfg);
    if (value.len > f->max)
        return bad_value(c, f, where, "is too long");
    if (!str_is_utf8(value))
        return bad_value(c, f, where, "is not UTF-8");
    value = arena_copy(c->arena, value);
    if (f->type == FT_SECRET)
        *FIELD_PTR(struct secret, cfg, f) = (struct secret){value.ptr, value.len};
    else
        *FIELD_PTR(str, cfg, f) = value;
    return OK;
}

static bool find_row(str name, size_t *out)
{
    for (size_t i = 0; config_fields[i].name != NULL; i++) {
        if (str_eq(str_of(config_fields[i].name), name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* ---- the file ---- */

static enum status read_file(struct ctx *c, str file, str *out)
{
    char *bytes = arena_alloc(c->arena, FILE_BYTES + 1);
    size_t n = 0;
    ssize_t got = 1;
    AUTO(close_fd) int fd = open(arena_copy(c->arena, file).ptr, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return FAIL(c, ERR_INVALID, "cannot read the configuration file %.*s", STR_ARG(file));
    while (got > 0 && n <= FILE_BYTES) {
        got = read(fd, bytes + n, FILE_BYTES + 1 - n);
        n += got > 0 ? (size_t)got : 0;
    }
    if (got < 0)
        return FAIL(c, ERR_INVALID, "cannot read the configuration file %.*s", STR_ARG(file));
    if (n > FILE_BYTES)
        return FAIL(c, ERR_TOO_LARGE, "%.*s is larger than %d bytes", STR_ARG(file), FILE_BYTES);
    *out = (str){bytes, n};
    return OK;
}

static enum status read_line(struct ctx *c, str line, const char *where, struct config *cfg)
{
    size_t equals;
    size_t row;
    str name;

    line = str_trim(line);
    if (str_is_empty(line) || line.ptr[0] == '#')
        return OK;
    if (!str_find(line, S("="), &equals))
        return FAIL(c, ERR_INVALID, "%s: not of the form NAME = value", where);
    name = str_trim(str_slice(line, 0, equals));
    if (!find_row(name, &row))
        return FAIL(c, ERR_INVALID, "%s: there is no setting %.*s", where,
                    STR_ARG(str_utf8_cut(name, 64)));
    if ((cfg->from_file >> row & 1) != 0)
        return FAIL_FIELD(c, config_fields[row].name, "%s: %s is there already", where,
                          config_fields[row].name);
    TRY(set_value(c, &config_fields[row], str_trim(str_slice(line, equals + 1, line.len)), where,
                  cfg));
    cfg->from_file |= UINT64_C(1) << row;
    return OK;
}

static enum status read_lines(struct ctx *c, str file, struct config *cfg,
                              struct config_problems *problems)
{
    struct cur cur;
    str text;

    TRY(read_file(c, file, &text));
    cur = cur_of(text);
    for (int n = 1; !cur_at_end(&cur); n++) {
        str where = arena_printf(c->arena, "%.*s:%d", STR_ARG(str_utf8_cut(file, 128)), n);
        str line = S("");

        (void)cur_until(&cur, '\n', FILE_BYTES, &line);
        config_problem(c, read_line(c, line, where.ptr, cfg), problems);
    }
    return OK;
}

/* ---- the environment ---- */

static enum status read_variable(struct ctx *c, const char *variable, struct config *cfg)
{
    struct cur cur = cur_of(str_of(variable));
    size_t row;
    str name;

    if (!cur_until(&cur, '=', 256, &name))
        return OK;
    if (find_row(name, &row)) {
        TRY(set_value(c, &config_fields[row], str_of(cur.at), "environment", cfg));
        cfg->from_environment |= UINT64_C(1) << row;
        return OK;
    }
    /* SAMBUNG_CONTRACTS is the tests' own: where the providers' published facts lie. */
    if (str_starts_with(name, S("SAMBUNG_")) && !str_eq(name, S("SAMBUNG_CONTRACTS")))
        return FAIL(c, ERR_INVALID, "environment: there is no setting %.*s",
                    STR_ARG(str_utf8_cut(name, 64)));
    return OK;
}

static void read_environment(struct ctx *c, struct config *cfg, struct config_problems *problems)
{
    for (char **e = environ; e != NULL && *e != NULL; e++)
        config_problem(c, read_variable(c, *e, cfg), problems);
}

/* ---- what follows from others, and ranges ---- */

static bool is_loopback(str url)
{
    static const str hosts[] = {STR_INIT("localhost"), STR_INIT("127.0.0.1"), STR_INIT("[::1]")};
    size_t scheme = 0;
    str rest = url;

    if (str_find(url, S("://"), &scheme))
        rest = str_slice(url, scheme + 3, url.len);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        str after = str_slice(rest, hosts[i].len, rest.len);

        if (str_starts_with(rest, hosts[i]) && (str_is_empty(after) || after.ptr[0] == ':'))
            return true;
    }
    return false;
}

static enum status check_listen(struct ctx *c, const char *name, str listen)
{
    size_t colon = listen.len;
    int64_t port;

    while (colon > 0 && listen.ptr[colon - 1] != ':')
        colon--;
    if (colon < 2 || !str_parse_i64(str_slice(listen, colon, listen.len), &port) || port < 0 ||
        port > 65535)
        return FAIL_FIELD(c, name, "%s must be address:port", name);
    return OK;
}

/* Browsers drop our cookie over plain HTTP, silently; so say it here. */
static enum status check_public_url(struct ctx *c, struct config *cfg)
{
    const char *name = "SAMBUNG_PUBLIC_URL";
    str url = cfg->public_url;
    size_t slash;

    if (str_is_empty(url) && !str_is_empty(cfg->tls_listen))
        url = arena_printf(c->arena, "https://%.*s", STR_ARG(cfg->tls_listen));
    else if (str_is_empty(url))
        url = arena_printf(c->arena, "http://%.*s", STR_ARG(cfg->listen));
    if (str_ends_with(url, S("/")))
        url = arena_copy(c->arena, str_slice(url, 0, url.len - 1));
    if (str_find(url, S("://"), &slash) &&
        str_find(str_slice(url, slash + 3, url.len), S("/"), &slash))
        return FAIL_FIELD(c, name, "%s must end after the host and port", name);
    if (!str_starts_with(url, S("https://")) && !str_starts_with(url, S("http://")))
        return FAIL_FIELD(c, name, "%s must begin with https:// or http://", name);
    if (str_is_empty(cfg->public_url) && !is_loopback(url))
        return FAIL_FIELD(c, name,
                          "%s must be set to the https address that browsers use, since %s is "
                          "not on loopback; or listen on 127.0.0.1 behind a proxy",
                          name,
                          str_is_empty(cfg->tls_listen) ? "SAMBUNG_LISTEN (--listen)"
                                                        : "SAMBUNG_TLS_LISTEN");
    if (str_starts_with(url, S("http://")) && !is_loopback(url))
        return FAIL_FIELD(c, name, "%s must be https:// unless it is on loopback", name);
    cfg->public_url = url;
    return OK;
}

static enum status make_absolute(struct ctx *c, str *path)
{
    char here[TEXT_BYTES];

    if (str_starts_with(*path, S("/")))
        return OK;
    if (getcwd(here, sizeof here) == NULL)
        return FAIL(c, ERR_INTERNAL, "the current folder has no name");
    while (str_starts_with(*path, S("./")))
        *path = str_slice(*path, 2, path->len);
    *path = arena_printf(c->arena, "%s/%.*s", here, STR_ARG(*path));
    return OK;
}

/* Our own TLS: all three or none, and a public address that agrees. */
static enum status check_tls(struct ctx *c, struct config *cfg)
{
    bool https = str_starts_with(cfg->public_url, S("https://"));
    bool some = !str_is_empty(cfg->tls_listen) || !str_is_empty(cfg->tls_cert) ||
                !str_is_empty(cfg->tls_key);

    if (!str_is_empty(cfg->http_redirect))
        TRY(check_listen(c, "SAMBUNG_HTTP_REDIRECT", cfg->http_redirect));
    if (some && str_is_empty(cfg->tls_listen))
        return FAIL_FIELD(c, "SAMBUNG_TLS_LISTEN",
                          "SAMBUNG_TLS_LISTEN must be set with SAMBUNG_TLS_CERT and "
                          "SAMBUNG_TLS_KEY");
    if (some && str_is_empty(cfg->tls_cert))
        return FAIL_FIELD(c, "SAMBUNG_TLS_CERT",
                          "SAMBUNG_TLS_CERT must be set with SAMBUNG_TLS_LISTEN");
    if (some && str_is_empty(cfg->tls_key))
        return FAIL_FIELD(c, "SAMBUNG_TLS_KEY",
                          "SAMBUNG_TLS_KEY must be set with SAMBUNG_TLS_LISTEN");
    if (some) {
        TRY(check_listen(c, "SAMBUNG_TLS_LISTEN", cfg->tls_listen));
        TRY(make_absolute(c, &cfg->tls_cert));
        TRY(make_absolute(c, &cfg->tls_key));
    }
    if (!https && (some || !str_is_empty(cfg->http_redirect)))
        return FAIL_FIELD(c, "SAMBUNG_PUBLIC_URL",
                          "SAMBUNG_PUBLIC_URL must be https:// when %s is set",
                          some ? "SAMBUNG_TLS_LISTEN" : "SAMBUNG_HTTP_REDIRECT");
    return OK;
}

static void check_ranges(struct ctx *c, const struct config *cfg, struct config_problems *problems)
{
    static const size_t at_least_one[] = {
        offsetof(struct config, slow_threads),       offsetof(struct config, worker_threads),
        offsetof(struct config, worker_connections), offsetof(struct config, max_connections),
        offsetof(struct config, inbound_keep_days),  offsetof(struct config, upload_max_bytes),
    };

    for (size_t i = 0; i < sizeof at_least_one / sizeof at_least_one[0]; i++) {
        const struct field *f = config_fields;

        while (f->offset != at_least_one[i])
            f++;
        if (*FIELD_CPTR(int64_t, cfg, f) < 1)
            config_problem(c, FAIL_FIELD(c, f->name, "%s must be at least 1", f->name), problems);
    }
}

/* Without DATABASE_URL the other two would be passed over in silence. */
static enum status check_databases(struct ctx *c, const struct config *cfg)
{
    const char *name = cfg->system_database_url.size ? "SAMBUNG_SYSTEM_DATABASE_URL"
                                                     : "SAMBUNG_OWNER_DATABASE_URL";

    if (cfg->database_url.size == 0 && cfg->system_database_url.size + cfg->owner_database_url.size)
        return FAIL_FIELD(c, name, "%s is set, so DATABASE_URL must be too", name);
    return OK;
}

/* A way out that cannot work must not be found out by the first person who waits for a mail. */
static enum status check_mail(struct ctx *c, struct config *cfg)
{
    const char *lacks =
        cfg->mail == CONFIG_MAIL_SMTP && cfg->smtp_url.size == 0        ? "SAMBUNG_SMTP_URL"
        : cfg->mail == CONFIG_MAIL_RESEND && cfg->resend_key.size == 0  ? "SAMBUNG_RESEND_KEY"
        : cfg->mail != CONFIG_MAIL_FILE && str_is_empty(cfg->mail_from) ? "SAMBUNG_MAIL_FROM"
                                                                        : NULL;

    if (str_is_empty(cfg->mail_from))
        cfg->mail_from = S("Sambung <sambung@localhost>");
    if (lacks != NULL)
        return FAIL_FIELD(c, lacks, "SAMBUNG_MAIL is %s, so %s must be set", mail_words[cfg->mail],
                          lacks);
    return OK;
}

static enum status check_data(struct ctx *c, struct config *cfg)
{
    if (!str_is_empty(cfg->data))
        return OK;
    cfg->data = S("./data");
    return FAIL_FIELD(c, "SAMBUNG_DATA", "SAMBUNG_DATA must not be empty");
}

static void complete(struct ctx *c, struct config *cfg, struct config_problems *problems)
{
    config_problem(c, check_data(c, cfg), problems);
    config_problem(c, make_absolute(c, &cfg->data), problems);
    if (str_is_empty(cfg->key_file))
        cfg->key_file = arena_printf(c->arena, "%.*s/master.key", STR_ARG(cfg->data));
    config_problem(c, make_absolute(c, &cfg->key_file), problems);
    config_problem(c, check_listen(c, "SAMBUNG_LISTEN", cfg->listen), problems);
    config_problem(c, check_public_url(c, cfg), problems);
    config_problem(c, check_tls(c, cfg), problems);
    config_problem(c, check_databases(c, cfg), problems);
    config_problem(c, check_mail(c, cfg), problems);
    check_ranges(c, cfg, problems);
}

void config_problem(struct ctx *c, enum status s, struct config_problems *problems)
{
    if (s == OK)
        return;
    if (problems->n < CONFIG_PROBLEMS)
        problems->items[problems->n++] = c->err;
    c->err = (struct err){0};
}

void config_read(struct ctx *c, str file, struct config *out, struct config_problems *problems)
{
    set_defaults(out);
    if (!str_is_empty(file))
        config_problem(c, read_lines(c, file, out, problems), problems);
    read_environment(c, out, problems);
    complete(c, out, problems);
}

enum status config_load(struct ctx *c, str file, struct config *out)
{
    struct config_problems *problems = NEW(c->arena, struct config_problems);
    struct config cfg;

    config_read(c, file, &cfg, problems);
    if (problems->n > 0) {
        c->err = problems->items[0];
        return c->err.code;
    }
    *out = cfg;
    return OK;
}

/* ---- out ---- */

static void print_value(const struct config *cfg, const struct field *f, struct buf *out)
{
    if (f->type == FT_SECRET)
        buf_add(out, FIELD_CPTR(struct secret, cfg, f)->size > 0 ? S("(set)") : S("(not set)"));
    else if (f->type == FT_I64)
        buf_add_i64(out, *FIELD_CPTR(int64_t, cfg, f));
    else if (f->type == FT_ENUM)
        buf_add(out, str_of(field_word(f->names, *FIELD_CPTR(int, cfg, f))));
    else
        buf_add(out, *FIELD_CPTR(str, cfg, f));
}

enum status config_print(struct ctx *c, const struct config *cfg, struct buf *out)
{
    str all;

    for (size_t i = 0; config_fields[i].name != NULL; i++) {
        bool from_environment = (cfg->from_environment >> i & 1) != 0;
        bool from_file = (cfg->from_file >> i & 1) != 0;

        buf_add(out, str_of(config_fields[i].name));
        buf_add(out, S(" = "));
        print_value(cfg, &config_fields[i], out);
        buf_add(out, S("  # "));
        buf_add(out, from_environment ? S("environment") : from_file ? S("file") : S("default"));
        buf_add(out, S(": "));
        buf_add(out, str_of(config_fields[i].doc));
        buf_add_char(out, '\n');
    }
    return buf_done(c, out, &all);
}
