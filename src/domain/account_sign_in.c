/*
 * account_sign_in.c - the door, and who has come in.
 *
 * Guessing is slowed by account and address together: whoever guesses from elsewhere does not keep
 * the owner out.  Only when an account is attacked from very many addresses at once does everybody
 * wait, and then a second, who has not signed in from the same address lately.  A wrong address costs as much time as a wrong password, so that the
 * answer's speed tells nobody who has an account here.
 */
#include "crypto/hash.h"
#include "domain/account_parts.h"
#include "domain/device.h"
#include "store/totp.h"

enum {
    FREE_FAILURES = 5, /* from one address before it must wait */
    LONGEST_WAIT_S = 60,
    MANY_FAILURES = 100, /* from anywhere, within an hour */
    DAY_MS = 24 * 3600 * 1000,
};

void door_of(const struct master_key *master, str site, struct door *out)
{
    *out = (struct door){.master = *master, .site = site};
    master_key_derive(master, "session", out->key);
    master_key_derive(master, "second-factor", out->factor.bytes);
}

enum status account_attempt(struct ctx *c, const struct sign_in *in, struct uuid user_id,
                            const char *outcome)
{
    return login_event_insert(c, &(struct login_event){.user_id = user_id,
                                                       .ip = in->ip,
                                                       .user_agent = in->user_agent,
                                                       .via = in->via,
                                                       .outcome = str_of(outcome)});
}

static enum status refuse(struct ctx *c, const struct sign_in *in, struct uuid user_id,
                          const char *outcome)
{
    TRY(account_attempt(c, in, user_id, outcome));
    return FAIL_REASON(c, ERR_UNAUTHORIZED, "bad_credentials",
                       "this e-mail address and password do not belong together");
}

int64_t account_wait_s(int64_t failures)
{
    int64_t over = failures - FREE_FAILURES;

    if (over < 0)
        return 0;
    return over > 6 ? LONGEST_WAIT_S : (int64_t)1 << over;
}

static enum status too_soon(struct ctx *c, int64_t left_us)
{
    return FAIL_REASON(c, ERR_RATE_LIMITED, "slow_down",
                       "too many wrong passwords; try again in %d s", (int)(left_us / 1000000 + 1));
}

/* One guess a second, from wherever.  The owner's own place is none of those. */
static enum status slow_everybody(struct ctx *c, const struct sign_in *in, const struct user *user,
                                  struct instant now)
{
    int64_t left_us = user->last_failed_at.us + 1000000 - now.us;
    bool theirs;

    if (user->failed_sign_ins < MANY_FAILURES || left_us <= 0)
        return OK;
    TRY(login_event_is_place(c, user->id, in->ip, &theirs));
    /* No row for each: it is a flood. */
    return theirs ? OK : too_soon(c, left_us);
}

enum status account_slow_down(struct ctx *c, const struct sign_in *in, const struct user *user)
{
    struct instant now = clock_now();
    struct login_failures here;
    int64_t left_us;

    TRY(slow_everybody(c, in, user, now));
    TRY(login_event_failures(c, user->id, in->ip, &here));
    left_us = here.last_at.us + account_wait_s(here.n) * 1000000 - now.us;
    if (left_us <= 0)
        return OK;
    TRY(account_attempt(c, in, user->id, "slowed"));
    return too_soon(c, left_us);
}

enum status account_places(struct ctx *c, struct list *out)
{
    return login_event_places(c, out);
}

/* A hash of nobody's password. */
static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$c2FtYnVuZy1ub2JvZHkh$"
                             "0Jm3xkT3JkN1xUO7cM3cUoU2v3k0f7rJb1yTg5a4s9Q";

static enum status check_password(struct ctx *c, const struct sign_in *in, const struct user *user,
                                  bool found)
{
    bool has_password = found && user->password_hash.ptr;
    bool right;
    str newer;

    TRY(password_check(c, in->password, has_password ? user->password_hash : str_of(nobody),
                       &right));
    if (!found)
        return refuse(c, in, (struct uuid){{0}}, "unknown");
    if (!has_password || !right) {
        TRY(user_update_failed(c, user->id));
        return refuse(c, in, user->id, "bad_password");
    }
    if (!str_eq(user->state, S("active")))
        return refuse(c, in, user->id, "frozen");
    if (password_needs_rehash(user->password_hash)) {
        TRY(password_hash(c, in->password, &newer));
        TRY(user_rehash(c, user->id, user->password_hash, newer));
    }
    return OK;
}

static enum status open_session(struct ctx *c, const struct door *door, const struct sign_in *in,
                                const struct membership *member, str *token)
{
    struct uuid id = uuid_new();
    uint8_t digest[SHA256_BYTES];
    str made =
        in->family ? account_family_token(c->arena, id) : token_new(c->arena, door->key, "ses_");
    struct session row = {
        .id = id,
        .user_id = member->user_id,
        .org_id = member->org_id,
        .ip = in->ip,
        .user_agent = in->user_agent,
        .expires_at = instant_add_ms(clock_now(), (int64_t)SESSION_DAYS * DAY_MS),
        .kind = in->family ? SESSION_TOKEN : SESSION_BROWSER,
    };

    token_digest(door->key, made, digest);
    row.token_digest.data = (str){(const char *)digest, sizeof(digest)};
    TRY(session_insert(c, &row));
    *token = made;
    return OK;
}

enum status account_admit(struct ctx *c, const struct door *door, const struct sign_in *in,
                          const struct user *user, bool remember, struct entry *out)
{
    struct entry entry = {.device = S("")};
    struct list places;
    bool found;

    TRY(membership_list_by_user(c, user->id, &places));
    if (places.n == 0)
        return refuse(c, in, user->id, "frozen");
    TRY(open_session(c, door, in, places.items, &entry.token));
    TRY(device_note(c, door, in, user, remember, &entry.device));
    TRY(account_attempt(c, in, user->id, "ok"));
    TRY(account_session(c, door->key, entry.token, &entry.view, &found));
    if (!found)
        return FAIL(c, ERR_INTERNAL, "something went wrong on our side");
    *out = entry;
    return OK;
}

enum status account_enter(struct ctx *c, const struct door *door, const struct sign_in *in,
                          struct uuid user_id, struct entry *out)
{
    struct totp_state state;
    struct user user;
    bool has, trusted = false;

    TRY(user_select(c, user_id, &user));
    if (!str_eq(user.state, S("active")))
        return refuse(c, in, user_id, "frozen");
    TRY(totp_state(c, user_id, &state, &has));
    if (has)
        TRY(device_is_trusted(c, door, in, user_id, &trusted));
    if (has && !trusted)
        return account_ask(c, door, in, &user, out);
    return account_admit(c, door, in, &user, false, out);
}

enum status account_sign_in(struct ctx *c, const struct door *door, const struct sign_in *in,
                            struct entry *out)
{
    str email = email_normalise(c->arena, in->email);
    struct user user = {.id = {{0}}};
    bool found;

    TRY(user_select_by_email(c, email, &user, &found));
    if (found)
        TRY(account_slow_down(c, in, &user));
    TRY(check_password(c, in, &user, found));
    TRY(user_update_succeeded(c, user.id));
    return account_enter(c, door, in, user.id, out);
}

enum status account_session(struct ctx *c, const uint8_t key[32], str token,
                            struct session_view *out, bool *found)
{
    uint8_t digest[SHA256_BYTES];

    token_digest(key, token, digest);
    return session_select(c,
                          (struct bytes){
                              {(const char *)digest, sizeof(digest)}
    },
                          out, found);
}

str account_family_token(struct arena *a, struct uuid session_id)
{
    return arena_printf(a, "family %s", uuid_str(a, session_id).ptr);
}

enum status account_session_seen(struct ctx *c, const struct session_view *session)
{
    return session_update_seen(c, session->id);
}

enum status account_sign_out(struct ctx *c, struct uuid session_id)
{
    return session_revoke(c, session_id);
}

void account_actor(const struct session_view *session, struct actor *out)
{
    *out = (struct actor){
        .id = session->user_id,
        .name = session->user_name,
        .role = session->role,
        .permissions = role_permissions(session->role, session->role_words),
    };
}
