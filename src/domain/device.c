/*
 * device.c - which browsers a person uses.
 */
#include "domain/device.h"

#include "crypto/hash.h"
#include "domain/notice.h"

enum { DEVICE_TOKEN_MAX = 128 };

static const int64_t trust_ms = (int64_t)DEVICE_TRUST_DAYS * 24 * 3600 * 1000;

static enum status find(struct ctx *c, const struct door *door, const struct sign_in *in,
                        struct uuid user_id, struct device *out, bool *found)
{
    uint8_t digest[SHA256_BYTES];

    *found = false;
    if (!str_starts_with(in->device, S("dev_")) || in->device.len > DEVICE_TOKEN_MAX)
        return OK;
    token_digest(door->key, in->device, digest);
    return device_select(c,
                         (struct bytes){
                             {(const char *)digest, sizeof(digest)}
    },
                         user_id, out, found);
}

enum status device_is_known(struct ctx *c, const struct door *door, const struct sign_in *in,
                            struct uuid user_id, bool *out)
{
    struct device device;

    return find(c, door, in, user_id, &device, out);
}

enum status device_is_trusted(struct ctx *c, const struct door *door, const struct sign_in *in,
                              struct uuid user_id, bool *out)
{
    struct device device;
    bool found;

    TRY(find(c, door, in, user_id, &device, &found));
    *out = found && device.trusted_until.us > clock_now().us;
    return OK;
}

static enum status note_browser(struct ctx *c, const struct door *door, const struct sign_in *in,
                                const struct user *user, bool remember, str *token)
{
    str made = token_new(c->arena, door->key, "dev_");
    uint8_t digest[SHA256_BYTES];
    struct device row;
    bool found;

    TRY(find(c, door, in, user->id, &row, &found));
    if (!found)
        row.id = uuid_new();
    token_digest(door->key, made, digest);
    row.digest.data = (str){(const char *)digest, sizeof(digest)};
    row.user_id = user->id;
    row.ip = in->ip;
    row.user_agent = in->user_agent;
    row.trusted_until = remember ? instant_add_ms(clock_now(), trust_ms) : (struct instant){0};
    *token = made;
    return found ? device_update(c, &row) : device_insert(c, &row);
}

/* A script keeps nothing by which it could be known: the same address and program as before will
 * do. */
static enum status is_new(struct ctx *c, const struct door *door, const struct sign_in *in,
                          const struct user *user, bool *out)
{
    bool known, any;

    if (in->script) {
        TRY(login_event_seen(c, user->id, in->ip, in->user_agent, &known));
        TRY(login_event_seen(c, user->id, (str){0}, (str){0}, &any));
    } else {
        TRY(device_is_known(c, door, in, user->id, &known));
        TRY(device_any(c, user->id, &any));
    }
    *out = any && !known; /* nobody is told of their first */
    return OK;
}

enum status device_note(struct ctx *c, const struct door *door, const struct sign_in *in,
                        const struct user *user, bool remember, str *token)
{
    bool new;

    TRY(is_new(c, door, in, user, &new));
    if (new)
        TRY(notice_security(c, door, user, MAIL_NEW_DEVICE, in));
    *token = S("");
    return in->script ? OK : note_browser(c, door, in, user, remember, token);
}

enum status device_trusted(struct ctx *c, struct uuid user_id, struct list *out)
{
    return device_list(c, user_id, out);
}

enum status device_distrust(struct ctx *c, struct uuid user_id, struct uuid device_id)
{
    bool done;

    TRY(device_forget(c, device_id, user_id, &done));
    return done ? OK : FAIL(c, ERR_NOT_FOUND, "this device is not trusted");
}

enum status device_distrust_all(struct ctx *c, struct uuid user_id)
{
    return device_forget_all(c, user_id);
}
