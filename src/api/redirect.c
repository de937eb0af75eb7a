/*
 * redirect.c - see redirect.h.
 */
#include "api/redirect.h"

#include "api/problem.h"
#include "base/buf.h"

enum {
    MOST_CONNECTIONS = 1024,
    PER_ADDRESS = 64,
    IDLE_S = 10,
    BODY_MAX = 65536, /* is read past */
    LOCATION_MAX = 16384,
};

struct redirect {
    struct arena *arena;
    struct edge *edge;
    str origin;
};

static int limit(void *server, const struct http_request *head, str counted, struct edge_limit *out)
{
    (void)server;
    (void)head;
    (void)counted;
    out->max_body = BODY_MAX;
    return 0;
}

/* As it came, but for what a browser might read otherwise than it stands: blanks, quotes, the
 * backslash, bytes that are not ASCII.  Escapes stay, so nothing that was escaped comes to life. */
static void add_target(struct buf *out, str target)
{
    for (size_t i = 0; i < target.len; i++) {
        unsigned char ch = (unsigned char)target.ptr[i];

        if (ch > ' ' && ch < 127 && strchr("\"<>\\^`{|}", ch) == NULL)
            buf_add_char(out, (char)ch);
        else
            buf_printf(out, "%%%02X", ch);
    }
}

static str location(struct redirect *r, const struct exchange *x)
{
    struct buf out = buf_new(x->arena, LOCATION_MAX);

    buf_add(&out, r->origin);
    add_target(&out, x->request.url);
    if (x->request.query.len > 0)
        buf_add_char(&out, '?');
    add_target(&out, x->request.query);
    return out.overflow ? r->origin : buf_str(&out);
}

static void serve(void *server, struct exchange *x)
{
    struct redirect *r = server;
    struct answer a = {.status = 308, .body_static = true};

    http_header_add(&a.headers, S("Cache-Control"), S("no-store"));
    if (str_eq(x->request.url, S("/healthz"))) {
        a.status = 200;
        a.content_type = S("application/json");
        a.body = S("{\"status\":\"ok\"}");
    } else {
        http_header_add(&a.headers, S("Location"), location(r, x));
    }
    edge_answer(r->edge, x, &a);
}

enum status redirect_new(struct ctx *c, str listen, str origin, struct redirect **out)
{
    /* nobody is answered 101 here */
    static const struct edge_ops ops = {.limit = limit, .serve = serve, .problem = problem_brief};
    struct edge_options options = {
        .listen = listen,
        .threads = 1,
        .queue = MOST_CONNECTIONS,
        .max_connections = MOST_CONNECTIONS,
        .per_address = PER_ADDRESS,
        .idle_timeout_s = IDLE_S,
        .spool_above = BODY_MAX,
    };
    struct arena *arena = arena_new();
    struct redirect *r = NEW(arena, struct redirect);

    r->arena = arena;
    r->origin = arena_copy(arena, origin);
    TRY(edge_new(c, &options, &ops, r, &r->edge));
    *out = r;
    return OK;
}

void redirect_free(struct redirect *r)
{
    if (r == NULL)
        return;
    edge_free(r->edge);
    arena_free(r->arena);
}
