/*
 * api_key.c - making keys, ending them, and whose they are.
 */
#include "domain/api_key.h"

#include "base/buf.h"
#include "crypto/hash.h"
#include "domain/audit.h"
#include "domain/notice.h"

enum { SCOPES_BYTES = 2048, HINT_CHARS = 4 };

static const int64_t day_ms = (int64_t)24 * 3600 * 1000;

static struct uuid only_own(const struct ctx *c)
{
    return actor_may(c->actor, MAY_WRITE_MEMBERS) ? (struct uuid){{0}} : actor_id(c);
}

enum status api_key_all(struct ctx *c, struct list *out)
{
    return api_key_list(c, only_own(c), out);
}

/* ---- making ---- */

static enum status check_scope(struct ctx *c, str word)
{
    bool known = false;

    for (size_t i = 0; i < permission_count; i++)
        known |= str_eq(word, str_of(permission_words[i]));
    if (!known)
        return FAIL_FIELD(c, "scopes", "there is no permission %.*s", STR_ARG(word));
    if (str_eq(word, S("keys:write")))
        return FAIL_FIELD(c, "scopes", "a key cannot make keys");
    if ((c->actor->permissions & permission_mask(word)) == 0)
        return FAIL_FIELD(c, "scopes", "you may not do %.*s yourself", STR_ARG(word));
    return OK;
}

static enum status read_scopes(struct ctx *c, const struct list *scopes, str *out)
{
    struct buf b = buf_new(c->arena, SCOPES_BYTES);
    const str *words = scopes->items;
    uint32_t seen = 0;

    if (scopes->n == 0)
        return FAIL_FIELD(c, "scopes", "a key needs something that it may do");
    for (size_t i = 0; i < scopes->n; i++) {
        TRY(check_scope(c, words[i]));
        if ((seen & permission_mask(words[i])) != 0)
            continue;
        seen |= permission_mask(words[i]);
        if (b.len > 0)
            buf_add_char(&b, ' ');
        buf_add(&b, words[i]);
    }
    return buf_done(c, &b, out);
}

static enum status check_number(struct ctx *c)
{
    int64_t n;

    TRY(api_key_count(c, actor_id(c), &n));
    if (n >= KEYS_MAX)
        return FAIL(c, ERR_CONFLICT, "you have %d keys; end those that are not in use",
                    (int)KEYS_MAX);
    return OK;
}

static const struct field audit_fields[] = {
    FIELD(struct api_key, scopes, 0, 0),
    FIELD(struct api_key, expires_at, 0, 0),
    FIELD_END,
};

enum status api_key_make(struct ctx *c, const struct door *door, const struct session_view *maker,
                         const struct api_key_new *in, struct api_key *out, str *token)
{
    str made = token_new(c->arena, door->key, "key_");
    int64_t days = in->days == 0 ? KEY_DAYS_USUAL : in->days;
    struct api_key row = {.id = uuid_new(),
                          .user_id = actor_id(c),
                          .user_name = maker->user_name,
                          .name = str_trim(in->name),
                          .hint = str_slice(made, made.len - HINT_CHARS, made.len),
                          .created_at = clock_now(),
                          .expires_at = instant_add_ms(clock_now(), days * day_ms)};
    uint8_t digest[SHA256_BYTES];

    if (str_is_empty(row.name) || row.name.len > KEY_NAME_MAX)
        return FAIL_FIELD(c, "name", "a name has 1 to %d characters", (int)KEY_NAME_MAX);
    if (days < 1 || days > KEY_DAYS_MAX)
        return FAIL_FIELD(c, "expires_in_days", "a key lasts 1 to %d days", (int)KEY_DAYS_MAX);
    TRY(read_scopes(c, &in->scopes, &row.scopes));
    TRY(check_number(c));
    token_digest(door->key, made, digest);
    TRY(api_key_insert(c, &row,
                       (struct bytes){
                           {(const char *)digest, sizeof digest}
    }));
    TRY(audit_write(c, &(struct audit){.action = "key.make",
                                       .entity = row.id,
                                       .name = row.name,
                                       .fields = audit_fields,
                                       .after = &row}));
    TRY(notice_key_made(c, door, maker, row.name));
    *out = row;
    *token = made;
    return OK;
}

enum status api_key_stop(struct ctx *c, struct uuid id)
{
    struct api_key row;
    bool done;

    TRY(api_key_end(c, id, only_own(c), &row, &done));
    if (!done)
        return FAIL(c, ERR_NOT_FOUND, "no such key");
    return audit_write(c, &(struct audit){.action = "key.end",
                                          .entity = row.id,
                                          .name = row.name,
                                          .fields = audit_fields,
                                          .before = &row});
}

/* ---- using ---- */

enum status api_key_shown(struct ctx *c, const uint8_t key[32], str token, str ip,
                          struct api_key_view *out, bool *found)
{
    uint8_t digest[SHA256_BYTES];

    token_digest(key, token, digest);
    TRY(api_key_select(c,
                       (struct bytes){
                           {(const char *)digest, sizeof digest}
    },
                       out, found));
    if (!*found)
        return OK;
    c->org = out->org_id;
    return api_key_update_seen(c, out->id, ip);
}

uint32_t api_key_permissions(const struct api_key_view *key)
{
    return role_permissions(ROLE_CUSTOM, key->scopes) &
           role_permissions(key->role, key->role_words);
}
