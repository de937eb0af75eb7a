/*
 * doors.c - see doors.h.
 */
#include "cmd/doors.h"

#include "api/redirect.h"
#include "base/log.h"
#include "http/relay.h"

enum { LAST_WORDS_MS = 1000, DAY_S = 86400, WARN_DAYS = 14 };

enum status doors_prepare(struct ctx *c, struct server *s)
{
    const struct config *cfg = s->config;

    if (str_is_empty(cfg->tls_listen))
        return OK;
    TRY(tls_new(c, cfg->tls_cert, cfg->tls_key, &s->tls));
    log_note(LOG_INFO, "certificate", "valid until %s",
             instant_str(c->arena, tls_until(s->tls)).ptr);
    return OK;
}

enum status doors_open(struct ctx *c, const struct server *s, struct doors *out)
{
    const struct config *cfg = s->config;

    if (s->tls != NULL) {
        TRY(relay_new(c, cfg->tls_listen, s->tls, s->edge, &out->relay));
        log_note(LOG_INFO, "listening", "%.*s, port %d, TLS", STR_ARG(cfg->tls_listen),
                 relay_port(out->relay));
    }
    if (!str_is_empty(cfg->http_redirect)) {
        TRY(redirect_new(c, cfg->http_redirect, s->origin, &out->redirect));
        log_note(LOG_INFO, "listening", "%.*s, sent on to %.*s", STR_ARG(cfg->http_redirect),
                 STR_ARG(s->origin));
    }
    return OK;
}

/* ---- the certificate ---- */

static void reload(struct tls *tls)
{
    struct ctx c = {.arena = arena_new()};

    if (tls_reload(&c, tls) == OK)
        log_note(LOG_INFO, "certificate", "read again, valid until %s",
                 instant_str(c.arena, tls_until(tls)).ptr);
    else
        log_note(LOG_ERROR, "certificate", "%s; the one from before stays%s%s", c.err.msg,
                 c.err.cause[0] != '\0' ? ": " : "", c.err.cause);
    arena_free(c.arena);
}

/* Once a day. */
static void warn_of_its_end(struct doors *d, struct tls *tls)
{
    struct instant now = clock_now(), until = tls_until(tls);
    int64_t left_s = (until.us - now.us) / 1000000;
    char text[INSTANT_TEXT + 1];

    if (left_s > (int64_t)WARN_DAYS * DAY_S || now.us - d->warned.us < (int64_t)DAY_S * 1000000)
        return;
    d->warned = now;
    instant_text(until, text);
    log_note(left_s > 0 ? LOG_WARN : LOG_ERROR, "certificate", "%s %s",
             left_s > 0 ? "it is valid only until" : "it has expired: it was valid until", text);
}

void doors_look(struct doors *d, const struct server *s, bool asked)
{
    if (s->tls == NULL)
        return;
    if (asked || tls_has_changed(s->tls))
        reload(s->tls);
    warn_of_its_end(d, s->tls);
}

/* ---- the end ---- */

void doors_drain(struct doors *d)
{
    if (d->relay != NULL)
        relay_drain(d->relay);
}

void doors_close(struct doors *d, struct server *s)
{
    redirect_free(d->redirect);
    relay_free(d->relay, LAST_WORDS_MS);
    tls_free(s->tls);
}
