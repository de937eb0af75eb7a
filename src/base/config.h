/*
 * config.h - settings from the environment and one file, through a field table.
 *
 * The environment wins over the file; the file is "NAME = value" lines with the
 * same names (SAMBUNG_LISTEN = 127.0.0.1:8080), # for comments.  An unknown
 * SAMBUNG_ name, a value out of range or an unreadable file is an error that
 * names the place: a typing mistake must not pass as a default.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/buf.h"
#include "base/ctx.h"
#include "base/field.h"

enum log_format { LOG_FORMAT_LOGFMT = 1, LOG_FORMAT_JSON };
enum config_mail { CONFIG_MAIL_FILE = 1, CONFIG_MAIL_SMTP, CONFIG_MAIL_RESEND };
enum config_log_level { CONFIG_LOG_DEBUG = 1, CONFIG_LOG_INFO, CONFIG_LOG_WARN, CONFIG_LOG_ERROR };

struct config {
    str listen;        /* SAMBUNG_LISTEN       127.0.0.1:8080 */
    str data;          /* SAMBUNG_DATA         ./data; made absolute */
    str public_url;    /* SAMBUNG_PUBLIC_URL   http://<listen> unless set; no trailing slash */
    str tls_listen;    /* SAMBUNG_TLS_LISTEN: none unless set */
    str tls_cert;      /* SAMBUNG_TLS_CERT: PEM file, with its chain; made absolute */
    str tls_key;       /* SAMBUNG_TLS_KEY: PEM file; made absolute */
    str http_redirect; /* SAMBUNG_HTTP_REDIRECT: none unless set */
    struct secret database_url;        /* DATABASE_URL: empty means a private cluster */
    struct secret system_database_url; /* SAMBUNG_SYSTEM_DATABASE_URL */
    struct secret owner_database_url;  /* SAMBUNG_OWNER_DATABASE_URL */
    struct secret key;                 /* SAMBUNG_KEY: 64 hex digits or base64 of 32 bytes */
    str key_file;                      /* SAMBUNG_KEY_FILE: <data>/master.key unless set */
    str admin_email;                   /* SAMBUNG_ADMIN_EMAIL */
    struct secret admin_password;      /* SAMBUNG_ADMIN_PASSWORD */
    str egress_map;                    /* SAMBUNG_EGRESS_MAP: only with --dev */
    str pg_bindir;                     /* SAMBUNG_PG_BINDIR: found by itself unless set */
    str trusted_proxies;               /* SAMBUNG_TRUSTED_PROXIES: addresses, comma-separated */
    str places;                        /* SAMBUNG_PLACES: a MaxMind DB file */
    int64_t request_threads;           /* SAMBUNG_REQUEST_THREADS   0: 2 x cores */
    int64_t slow_threads;              /* SAMBUNG_SLOW_THREADS      2 */
    int64_t worker_threads;     /* SAMBUNG_WORKER_THREADS    64: mostly waiting for providers */
    int64_t worker_connections; /* SAMBUNG_WORKER_CONNECTIONS 6 */
    int64_t max_connections;    /* SAMBUNG_MAX_CONNECTIONS   10500 */
    int64_t rate_percent;       /* SAMBUNG_RATE_PERCENT      100; 0: no rate limits */
    int64_t undo_seconds;       /* SAMBUNG_UNDO_SECONDS      10 */
    int64_t inbound_keep_days;  /* SAMBUNG_INBOUND_KEEP_DAYS 14 */
    int64_t upload_max_bytes;   /* SAMBUNG_UPLOAD_MAX_BYTES  26214400 */
    enum config_mail mail;      /* SAMBUNG_MAIL file|smtp|resend: how our own mail leaves */
    str mail_from;              /* SAMBUNG_MAIL_FROM: Name <address> */
    struct secret smtp_url;     /* SAMBUNG_SMTP_URL: smtp://user:password@host:587 */
    str smtp_ca_file;           /* SAMBUNG_SMTP_CA_FILE: authorities instead of the system's */
    struct secret resend_key;   /* SAMBUNG_RESEND_KEY */
    struct secret resend_webhook_secret;   /* SAMBUNG_RESEND_WEBHOOK_SECRET: whsec_... */
    str google_client_id;                  /* SAMBUNG_GOOGLE_CLIENT_ID: signing in with Google */
    struct secret google_client_secret;    /* SAMBUNG_GOOGLE_CLIENT_SECRET */
    str microsoft_client_id;               /* SAMBUNG_MICROSOFT_CLIENT_ID */
    struct secret microsoft_client_secret; /* SAMBUNG_MICROSOFT_CLIENT_SECRET */
    str microsoft_tenant;                  /* SAMBUNG_MICROSOFT_TENANT  common */
    str oidc_issuer;                       /* SAMBUNG_OIDC_ISSUER: a company's own */
    str oidc_client_id;                    /* SAMBUNG_OIDC_CLIENT_ID */
    struct secret oidc_client_secret;      /* SAMBUNG_OIDC_CLIENT_SECRET */
    str oidc_name;                         /* SAMBUNG_OIDC_NAME: on the button */
    enum log_format log_format;            /* SAMBUNG_LOG_FORMAT logfmt|json */
    enum config_log_level log_level;       /* SAMBUNG_LOG_LEVEL  debug|info|warn|error */
    bool dev;                              /* --dev, never from file or environment */
    bool demo;                             /* --demo */
    uint64_t from_environment; /* a bit per row of config_fields: where the value came from */
    uint64_t from_file;
};

extern const struct field config_fields[]; /* names are the environment names */

/* All that is wrong, up to a number that nobody reads to its end. */
enum { CONFIG_PROBLEMS = 16 };
struct config_problems {
    struct err items[CONFIG_PROBLEMS];
    size_t n;
};

/* file may be empty.  Results live in c->arena.  The first problem is the error. */
enum status config_load(struct ctx *c, str file, struct config *out);
/* The same, but what does not parse stays at its default and is added to the problems. */
void config_read(struct ctx *c, str file, struct config *out, struct config_problems *problems);
/* Add c->err to them when s is a failure, and forget it. */
void config_problem(struct ctx *c, enum status s, struct config_problems *problems);
/* Every setting as "NAME = value  # from where: what it is", secrets as (set) or (not set). */
enum status config_print(struct ctx *c, const struct config *cfg, struct buf *out);

#endif
