/*
 * keys.c - API keys: one's own, and for those who look after the members, everybody's.
 */
#include "api/handlers.h"
#include "api/server.h"
#include "api/session.h"
#include "base/buf.h"
#include "domain/api_key.h"

/* ---- shapes ---- */

struct key_out {
    struct api_key key;
    struct list scopes;
    bool own;
    str token;
};

#define KEY(m, fl) FIELD_AS(struct key_out, key.m, #m, fl, 0)
#define KEY_FIELDS                                                                                 \
    KEY(id, 0), KEY(user_id, 0), KEY(user_name, 0), KEY(name, 0),                                  \
        FIELD_LIST(struct key_out, scopes, 0, str, bare_str, 0), KEY(hint, 0), KEY(created_at, 0), \
        KEY(expires_at, 0), KEY(last_used_at, F_NULL), KEY(last_ip, F_NULL),                       \
        FIELD(struct key_out, own, 0, 0)

static const struct field key_json[] = {KEY_FIELDS, FIELD_END};
static const struct field made_json[] = {KEY_FIELDS, FIELD(struct key_out, token, 0, 0), FIELD_END};

static const struct field key_list_json[] = {
    FIELD_LIST(struct page, items, 0, struct key_out, key_json, 0),
    FIELD_END,
};

const struct shape key_list_shape = SHAPE(struct page, key_list_json, "KeyList");
const struct shape key_made_shape = SHAPE(struct key_out, made_json, "KeyMade");

struct key_in {
    str name;
    struct list scopes;
    int64_t expires_in_days;
};

static const struct field key_in[] = {
    FIELD(struct key_in, name, F_REQUIRED | F_NONEMPTY, KEY_NAME_MAX),
    FIELD_LIST(struct key_in, scopes, F_REQUIRED, str, bare_str, 64),
    FIELD(struct key_in, expires_in_days, 0, KEY_DAYS_MAX),
    FIELD_END,
};

const struct shape key_new_shape = SHAPE(struct key_in, key_in, "KeyNew");

/* ---- handlers ---- */

static struct list words_of(struct arena *a, str joined)
{
    str *words = NEW_ARRAY(a, str, permission_count);
    struct cur cur = cur_of(joined);
    struct list out = {words, 0};

    while (!cur_at_end(&cur) && out.n < permission_count &&
           cur_until(&cur, ' ', joined.len, &words[out.n]))
        out.n++;
    return out;
}

static struct key_out show(const struct ctx *c, const struct api_key *key)
{
    return (struct key_out){.key = *key,
                            .scopes = words_of(c->arena, key->scopes),
                            .own = uuid_eq(key->user_id, actor_id(c))};
}

enum status get_keys(struct ctx *c, struct req *r)
{
    const struct api_key *keys;
    struct page *out = r->out;
    struct key_out *items;
    struct list found;

    TRY(api_key_all(c, &found));
    keys = found.items;
    items = NEW_ARRAY(c->arena, struct key_out, found.n);
    for (size_t i = 0; i < found.n; i++)
        items[i] = show(c, &keys[i]);
    out->items = (struct list){items, found.n};
    return OK;
}

enum status post_key(struct ctx *c, struct req *r)
{
    const struct key_in *in = r->in;
    struct api_key_new wanted = {in->name, in->scopes, in->expires_in_days};
    struct key_out *out = r->out;
    struct session_view me;
    struct api_key key;
    str token;

    if (req_has(r, "expires_in_days") && in->expires_in_days < 1)
        return FAIL_FIELD(c, "expires_in_days", "a key lasts 1 to %d days", (int)KEY_DAYS_MAX);
    TRY(session_shown(c, r, &me));
    TRY(api_key_make(c, &r->server->door, &me, &wanted, &key, &token));
    *out = show(c, &key);
    out->token = token;
    return OK;
}

enum status delete_key(struct ctx *c, struct req *r)
{
    TRY(api_key_stop(c, r->ids[0]));
    session_ended(r, r->ids[0]);
    return OK;
}
