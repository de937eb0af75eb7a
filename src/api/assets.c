/*
 * assets.c - serving the pages and what they need.
 *
 * Names below /assets/ carry a hash of their content, so browsers may keep them
 * for ever; pages are asked for again each time, and answered 304 by ETag.
 * The browser routes paths of the application itself: they all get the same page.
 *
 * The policy has no 'unsafe-inline' and no other origin anywhere.  Only the chat page may be
 * framed, by the sites that the channel names.
 */
#include "api/assets.h"

#include "api/chat_visit.h"
#include "api/handlers.h"
#include "api/server.h"
#include "base/json.h"
#include "domain/channel.h"

#define POLICY                                                                                    \
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; " \
    "base-uri 'none'; form-action 'self'; frame-ancestors "

static const struct asset *find(str name)
{
    size_t low = 0, high = assets_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(assets[middle].name, name.ptr);

        if (order == 0)
            return &assets[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* "br;q=0" says no; other weights do not matter to us. */
static bool accepts(str header, str coding)
{
    struct cur at = cur_of(header);
    str one, name;

    while (!cur_at_end(&at) && cur_until(&at, ',', header.len, &one)) {
        struct cur inside = cur_of(str_trim(one));

        if (cur_at_end(&inside) || !cur_until(&inside, ';', one.len, &name) ||
            !str_eq_fold(str_trim(name), coding))
            continue;
        return !str_ends_with((str){inside.at, (size_t)(inside.end - inside.at)}, S("q=0"));
    }
    return false;
}

static enum asset_form choose(const struct req *r, const struct asset *asset)
{
    str header = req_header_get(r, "Accept-Encoding");

    if (asset->places[ASSET_BROTLI].size > 0 && accepts(header, S("br")))
        return ASSET_BROTLI;
    if (asset->places[ASSET_GZIP].size > 0 && accepts(header, S("gzip")))
        return ASSET_GZIP;
    return ASSET_PLAIN;
}

static void answer_asset(struct req *r, const struct asset *asset, const char *cache)
{
    enum asset_form form = choose(r, asset);
    struct asset_place place = asset->places[form];
    bool known = str_eq(req_header_get(r, "If-None-Match"), str_of(asset->etag));
    struct answer *a = req_raw(r, known ? 304 : 200, known ? "" : asset->type, S(""));

    req_header(r, "ETag", str_of(asset->etag));
    req_header(r, "Cache-Control", str_of(cache));
    req_header(r, "Vary", S("Accept-Encoding"));
    if (known)
        return;
    a->body = (str){asset_bytes + place.at, place.size};
    a->body_static = true;
    if (form != ASSET_PLAIN)
        req_header(r, "Content-Encoding", form == ASSET_BROTLI ? S("br") : S("gzip"));
}

enum status assets_page(struct ctx *c, struct req *r, str name, str frame_ancestors)
{
    const struct asset *asset = find(name);

    if (asset == NULL && assets_count == 0) {
        req_raw(r, 503, "text/plain; charset=utf-8",
                S("This program was built without its pages: run \"npm ci && npm run build\" in "
                  "web/ and build it again.\nThe API works: see /openapi.json.\n"));
        return OK;
    }
    if (asset == NULL)
        return FAIL(c, ERR_NOT_FOUND, "there is no such page");
    req_header(r, "Content-Security-Policy",
               arena_printf(c->arena, POLICY "%.*s", STR_ARG(frame_ancestors)));
    req_header(r, "Referrer-Policy", S("same-origin"));
    answer_asset(r, asset, "no-cache");
    return OK;
}

/* ---- handlers ---- */

enum status get_page(struct ctx *c, struct req *r)
{
    req_header(r, "Cross-Origin-Opener-Policy", S("same-origin"));
    return assets_page(c, r, S("index.html"), S("'none'"));
}

enum status get_asset(struct ctx *c, struct req *r)
{
    const struct asset *asset = find(arena_printf(c->arena, "assets/%.*s", STR_ARG(r->params[0])));

    if (asset == NULL)
        return FAIL(c, ERR_NOT_FOUND, "there is no such file");
    /* The chat page is framed by other sites, and its files with it. */
    req_header(r, "Cross-Origin-Resource-Policy", S("cross-origin"));
    answer_asset(r, asset, "public, max-age=31536000, immutable");
    return OK;
}

static const struct {
    const char *path, *name;
} fixed[] = {
    {"/chat/widget.js", "widget.js"   },
    {"/demo/chat",      "demo.html"   },
    {"/favicon.ico",    "favicon.svg" },
    {"/favicon.svg",    "favicon.svg" },
    {"/gallery",        "gallery.html"},
};

enum status get_file(struct ctx *c, struct req *r)
{
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        str name = str_of(fixed[i].name);

        if (strcmp(fixed[i].path, r->route->path) != 0)
            continue;
        if (str_ends_with(name, S(".html")))
            return assets_page(c, r, name, S("'none'"));
        if (find(name) == NULL)
            break;
        req_header(r, "Cross-Origin-Resource-Policy", S("cross-origin"));
        answer_asset(r, find(name), "public, max-age=300");
        return OK;
    }
    return FAIL(c, ERR_NOT_FOUND, "there is no such file");
}

/* ---- the framed chat ---- */

/* What goes into a header comes from a form: an origin and nothing else. */
static bool is_origin(str s)
{
    str rest = str_starts_with(s, S("https://"))  ? str_slice(s, 8, s.len)
               : str_starts_with(s, S("http://")) ? str_slice(s, 7, s.len)
                                                  : S("");

    for (size_t i = 0; i < rest.len; i++) {
        char ch = rest.ptr[i];

        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
              ch == '.' || ch == '-' || ch == ':' || ch == '[' || ch == ']'))
            return false;
    }
    return rest.len > 0;
}

static str ancestors_of(struct arena *a, str sites)
{
    struct buf b = buf_new(a, 4096);
    struct cur at = cur_of(sites);
    str one;

    buf_add(&b, S("'self'"));
    while (visit_next_site(&at, &one)) {
        if (!is_origin(one))
            continue;
        buf_add_char(&b, ' ');
        buf_add(&b, one);
    }
    return buf_str(&b);
}

enum status get_chat_page(struct ctx *c, struct req *r)
{
    struct channel channel;
    struct json *settings;

    TRY(channel_load(c, r->ids[0], &channel));
    if (!str_eq(channel.kind, S("webchat")))
        return FAIL(c, ERR_NOT_FOUND, "no such chat");
    TRY(json_parse(c, channel.settings.text, &settings));
    req_header(r, "Cross-Origin-Resource-Policy", S("cross-origin"));
    return assets_page(c, r, S("chat.html"),
                       ancestors_of(c->arena, json_get_str(settings, "allowed_sites")));
}
