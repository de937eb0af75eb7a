/*
 * health.c - is the process up, and can it do its work.
 *
 * /healthz says that this process answers and touches nothing else: a
 * supervisor that restarts on it must not restart everybody because the database is away.
 * /readyz asks every dependency, once a second at most, and names the one that is down.
 */
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "api/dispatch_private.h"
#include "api/glance.h"
#include "api/handlers.h"
#include "api/health.h"
#include "base/json.h"
#include "domain/keys.h"
#include "domain/work.h"
#include "http/tls.h"

enum {
    PING_MS = 1000,
    WORKER_SILENT_MS = 30000,
    SPOOL_LEAST = 64 * 1024 * 1024, /* free bytes */
};

enum status get_health(struct ctx *c, struct req *r)
{
    (void)c;
    req_raw(r, 200, "application/json", S("{\"status\":\"ok\"}"))->body_static = true;
    return OK;
}

struct check {
    str name;
    bool ok;
    str detail; /* what is wrong, in words for the operator */
};

static const struct field check_json[] = {
    FIELD(struct check, name, 0, 0),
    FIELD(struct check, ok, 0, 0),
    FIELD(struct check, detail, F_NULL, 0),
    FIELD_END,
};

struct ready_out {
    str status;
    struct list checks;
};

static const struct field ready_json[] = {
    FIELD(struct ready_out, status, 0, 0),
    FIELD_LIST(struct ready_out, checks, 0, struct check, check_json, 0),
    FIELD_END,
};

const struct shape ready_shape = SHAPE(struct ready_out, ready_json, "Readiness");

/* A ctx of its own, so that one check's failure is not another's. */
static struct ctx fresh(const struct ctx *c)
{
    return (struct ctx){.arena = c->arena, .deadline_ms = clock_mono_ms() + PING_MS};
}

static void judge(struct ctx *c, struct check *check, enum status status)
{
    check->ok = status == OK;
    if (!check->ok)
        check->detail = arena_copy(c->arena, str_of(c->err.msg));
}

static enum status check_spool(struct ctx *c, struct server *s)
{
    str dir = arena_printf(c->arena, "%.*s/spool", STR_ARG(s->config->data));
    struct statvfs fs;
    int fd = open(dir.ptr, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0)
        return FAIL(c, ERR_UNAVAILABLE, "nothing can be written to the spool folder");
    close(fd);
    if (statvfs(dir.ptr, &fs) != 0 || fs.f_bavail * fs.f_frsize < SPOOL_LEAST)
        return FAIL(c, ERR_UNAVAILABLE, "the spool's disk is nearly full");
    return OK;
}

static enum status ask_beat(struct ctx *c, void *arg)
{
    return worker_last_beat(c, arg);
}

static enum status ask_master_key(struct ctx *c, void *arg)
{
    return keys_verify(c, arg);
}

static enum status check_certificate(struct ctx *c, struct server *s)
{
    if (s->tls != NULL && tls_until(s->tls).us <= clock_now().us)
        return FAIL(c, ERR_UNAVAILABLE, "the certificate has expired: it was valid until %s",
                    instant_str(c->arena, tls_until(s->tls)).ptr);
    return OK;
}

static enum status check_worker(struct ctx *c, struct instant last)
{
    int64_t silent_us = clock_now().us - last.us;

    if (instant_is_none(last))
        return FAIL(c, ERR_UNAVAILABLE, "no worker has ever run");
    if (silent_us > (int64_t)WORKER_SILENT_MS * 1000)
        return FAIL(c, ERR_UNAVAILABLE, "no worker for %lld s", (long long)(silent_us / 1000000));
    return OK;
}

enum { CHECKS = 7, DETAIL_MAX = 200 };

static void look(struct ctx *c, struct server *s, struct check *checks)
{
    struct instant last = {0};
    struct ctx each;

    each = fresh(c);
    judge(&each, &checks[0], dispatch_ping(&each, s, false));
    each = fresh(c);
    judge(&each, &checks[1], dispatch_ping(&each, s, true));
    each = fresh(c);
    judge(&each, &checks[2], s->blobs.ops->check(&each, &s->blobs));
    each = fresh(c);
    judge(&each, &checks[3], check_spool(&each, s));
    each = fresh(c);
    judge(&each, &checks[6], check_certificate(&each, s));
    each = fresh(c);
    if (checks[1].ok)
        judge(&each, &checks[1], dispatch_in_system(&each, s, ask_beat, &last));
    if (!checks[1].ok) {
        checks[4].detail = checks[5].detail = S("not known while the database is down");
        return;
    }
    judge(&each, &checks[4], check_worker(&each, last));
    each = fresh(c);
    judge(&each, &checks[5], dispatch_in_system(&each, s, ask_master_key, &s->master));
}

/* What a look has shown, for those who ask within the second. */
struct readiness {
    struct {
        bool ok;
        size_t n;
        char detail[DETAIL_MAX];
    } of[CHECKS];
};

const size_t readiness_size = sizeof(struct readiness);

static const char *const check_names[CHECKS] = {
    "database", "database_system", "blobs", "spool", "worker", "master_key", "certificate"};

struct looker {
    struct ctx *c;
    struct server *server;
};

static void look_around(void *arg, void *value)
{
    struct looker *l = arg;
    struct readiness *seen = value;
    struct check checks[CHECKS] = {0};

    look(l->c, l->server, checks);
    for (int i = 0; i < CHECKS; i++) {
        str detail = str_utf8_cut(checks[i].detail, DETAIL_MAX);

        seen->of[i].ok = checks[i].ok;
        seen->of[i].n = detail.len;
        if (detail.len > 0)
            memcpy(seen->of[i].detail, detail.ptr, detail.len);
    }
}

enum status get_ready(struct ctx *c, struct req *r)
{
    struct check *checks = NEW_ARRAY(c->arena, struct check, CHECKS);
    struct readiness *seen = NEW(c->arena, struct readiness);
    struct looker looker = {c, r->server};
    struct ready_out out = {
        .status = S("ready"), .checks = {checks, CHECKS}
    };
    struct buf b = buf_new(c->arena, 8192);
    struct json_writer w = json_writer_new(&b);
    int status = 200;

    TRY(glance_at(c, r->server->readiness, look_around, &looker, seen));
    for (int i = 0; i < CHECKS; i++) {
        checks[i].name = str_of(check_names[i]);
        checks[i].ok = seen->of[i].ok;
        if (seen->of[i].n > 0)
            checks[i].detail = (str){seen->of[i].detail, seen->of[i].n};
        if (checks[i].ok)
            continue;
        status = 503;
        out.status = S("not ready");
    }
    json_struct(&w, NULL, ready_json, &out);
    req_raw(r, status, "application/json", buf_str(&b));
    return OK;
}
