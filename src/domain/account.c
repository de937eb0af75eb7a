/*
 * account.c - signing in, and making organisations.
 *
 * Guessing is slowed by account and address together: whoever guesses from elsewhere does not keep
 * the owner out.  Only when an account is attacked from very many addresses at once does everybody
 * wait, and then a second.  A wrong address costs as much time as a wrong password, so that the
 * answer's speed tells nobody who has an account here.
 */
#include "domain/account.h"

#include "crypto/common.h"
#include "crypto/hash.h"
#include "store/change.h"
#include "store/org.h"
#include "store/stage.h"

enum {
    FREE_FAILURES = 5, /* from one address before it must wait */
    LONGEST_WAIT_S = 60,
    MANY_FAILURES = 100, /* from anywhere, within an hour */
    SLUG_MAX = 40,
    DAY_MS = 24 * 3600 * 1000,
};

/* ---- signing in ---- */

static enum status note(struct ctx *c, const struct sign_in *in, struct uuid user_id,
                        const char *outcome)
{
    return login_event_insert(c, &(struct login_event){.user_id = user_id,
                                                       .ip = in->ip,
                                                       .user_agent = in->user_agent,
                                                       .outcome = str_of(outcome)});
}

static enum status refuse(struct ctx *c, const struct sign_in *in, struct uuid user_id,
                          const char *outcome)
{
    TRY(note(c, in, user_id, outcome));
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

static enum status slow_down(struct ctx *c, const struct sign_in *in, const struct user *user)
{
    struct instant now = clock_now();
    struct login_failures here;
    int64_t ready_us;

    TRY(login_event_failures(c, user->id, in->ip, &here));
    ready_us = here.last_at.us + account_wait_s(here.n) * 1000000;
    if (user->failed_sign_ins >= MANY_FAILURES && user->last_failed_at.us + 1000000 > ready_us)
        ready_us = user->last_failed_at.us + 1000000;
    if (now.us >= ready_us)
        return OK;
    TRY(note(c, in, user->id, "slowed"));
    return FAIL_REASON(c, ERR_RATE_LIMITED, "slow_down",
                       "too many wrong passwords; try again in %d s",
                       (int)((ready_us - now.us) / 1000000 + 1));
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
        TRY(user_update_password(c, user->id, newer));
    }
    return OK;
}

static enum status open_session(struct ctx *c, const uint8_t key[32], const struct sign_in *in,
                                const struct membership *member, str *token)
{
    uint8_t digest[SHA256_BYTES];
    str made = token_new(c->arena, key, "ses_");
    struct session row = {
        .id = uuid_new(),
        .user_id = member->user_id,
        .org_id = member->org_id,
        .ip = in->ip,
        .user_agent = in->user_agent,
        .expires_at = instant_add_ms(clock_now(), (int64_t)SESSION_DAYS * DAY_MS),
    };

    token_digest(key, made, digest);
    row.token_digest.data = (str){(const char *)digest, sizeof(digest)};
    TRY(session_insert(c, &row));
    *token = made;
    return OK;
}

enum status account_sign_in(struct ctx *c, const uint8_t key[32], const struct sign_in *in,
                            str *token, struct session_view *out)
{
    str email = email_normalise(c->arena, in->email);
    struct user user = {.id = {{0}}};
    struct list places;
    bool found;
    str made;

    TRY(user_select_by_email(c, email, &user, &found));
    if (found)
        TRY(slow_down(c, in, &user));
    TRY(check_password(c, in, &user, found));
    TRY(membership_list_by_user(c, user.id, &places));
    if (places.n == 0)
        return refuse(c, in, user.id, "frozen");
    TRY(user_update_succeeded(c, user.id));
    TRY(open_session(c, key, in, places.items, &made));
    TRY(note(c, in, user.id, "ok"));
    TRY(account_session(c, key, made, out, &found));
    if (!found)
        return FAIL(c, ERR_INTERNAL, "something went wrong on our side");
    *token = made;
    return OK;
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
        .permissions = role_permissions(session->role),
    };
}

/* ---- one's own security ---- */

enum status account_sessions(struct ctx *c, struct uuid user_id, struct list *out)
{
    return session_list(c, user_id, out);
}

enum status account_end_session(struct ctx *c, struct uuid user_id, struct uuid session_id)
{
    bool done;

    TRY(session_revoke_own(c, session_id, user_id, &done));
    return done ? OK : FAIL(c, ERR_NOT_FOUND, "this session has ended");
}

enum status account_end_others(struct ctx *c, struct uuid user_id, struct uuid keep,
                               struct list *ended)
{
    return session_revoke_others(c, user_id, keep, ended);
}

enum status account_sign_ins(struct ctx *c, struct uuid user_id, struct uuid before, int64_t limit,
                             struct list *out)
{
    return login_event_list(c, user_id, before, limit, out);
}

/* Long enough, and none of those that are guessed first. */
static enum status check_new_password(struct ctx *c, const char *field, struct secret password,
                                      str email, str name)
{
    if (password.size < PASSWORD_MIN || password.size > PASSWORD_MAX)
        return FAIL_FIELD(c, field, "a password has %d to %d characters", PASSWORD_MIN,
                          PASSWORD_MAX);
    return password_refuse_common(c, field, password, email, name);
}

/* At the door a wrong password is met with silence about what was wrong; here the person is known. */
static enum status check_current(struct ctx *c, const struct sign_in *in, const struct user *user)
{
    bool right;

    if (!user->password_hash.ptr)
        return FAIL_FIELD(c, "current_password", "you sign in without a password");
    TRY(slow_down(c, in, user));
    TRY(password_check(c, in->password, user->password_hash, &right));
    if (right)
        return OK;
    TRY(user_update_failed(c, user->id));
    TRY(note(c, in, user->id, "bad_password"));
    return FAIL_FIELD(c, "current_password", "this is not your password");
}

enum status account_change_password(struct ctx *c, const struct session_view *session,
                                    const struct password_change *in, struct list *ended)
{
    struct sign_in attempt = {.password = in->current, .ip = in->ip, .user_agent = in->user_agent};
    struct user user;
    str hash;

    TRY(user_select(c, session->user_id, &user));
    TRY(check_new_password(c, "new_password", in->wanted, user.email, user.name));
    TRY(check_current(c, &attempt, &user));
    if (same_bytes(secret_expose(in->current), secret_expose(in->wanted)))
        return FAIL_FIELD(c, "new_password", "this is your password already");
    TRY(password_hash(c, in->wanted, &hash));
    TRY(user_update_password(c, user.id, hash));
    return account_end_others(c, user.id, session->id, ended);
}

/* ---- one's own settings, colleagues ---- */

static enum status check_one_of(struct ctx *c, const char *field, str value,
                                const char *const *words)
{
    for (; *words; words++)
        if (str_eq(value, str_of(*words)))
            return OK;
    return FAIL_FIELD(c, field, "this is not one of the choices");
}

static const char *const locales[] = {"en", "ms", "zh-Hans", NULL};
static const char *const themes[] = {"system", "light", "dark", NULL};

enum status account_update_me(struct ctx *c, const struct session_view *session,
                              const struct me_patch *patch, struct session_view *out)
{
    struct session_view now = *session;

    if (patch->locale.ptr) {
        TRY(check_one_of(c, "locale", patch->locale, locales));
        now.locale = patch->locale;
    }
    if (patch->theme.ptr) {
        TRY(check_one_of(c, "theme", patch->theme, themes));
        now.theme = patch->theme;
    }
    if (patch->locale.ptr || patch->theme.ptr)
        TRY(user_update_settings(c, session->user_id, patch->locale, patch->theme));
    if (patch->availability) {
        now.availability = (enum availability)patch->availability;
        TRY(membership_update_availability(c, session->user_id, now.availability));
        TRY(change_write(c, &(struct change){.kind = S("member"),
                                             .entity_id = session->user_id,
                                             .actor_id = session->user_id}));
    }
    *out = now;
    return OK;
}

enum status account_members(struct ctx *c, struct list *out)
{
    return membership_list(c, out);
}

/* ---- making ---- */

enum status account_check_person(struct ctx *c, str email, struct secret password)
{
    if (!str_is_empty(email))
        TRY(email_check(c, email_normalise(c->arena, email)));
    return password.size == 0 ? OK : check_new_password(c, "password", password, email, S(""));
}

static enum status check_name(struct ctx *c, const char *field, str name)
{
    if (str_is_empty(str_trim(name)) || name.len > 200 || !str_is_utf8(name))
        return FAIL_FIELD(c, field, "a name has 1 to 200 characters");
    return OK;
}

/* Anything but letters and digits of ASCII becomes one dash. */
static str slug_of(struct arena *a, str name)
{
    char *out = arena_alloc(a, SLUG_MAX + 1);
    size_t n = 0;

    for (size_t i = 0; i < name.len && n < SLUG_MAX; i++) {
        char ch = name.ptr[i];

        if (ch >= 'A' && ch <= 'Z')
            ch = (char)(ch - 'A' + 'a');
        if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9'))
            out[n++] = ch;
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    return n > 0 ? (str){out, n} : S("org");
}

static enum status add_stages(struct ctx *c)
{
    static const struct {
        str name, outcome;
    } usual[] = {
        {STR_INIT("New"),       STR_INIT("open")},
        {STR_INIT("Contacted"), STR_INIT("open")},
        {STR_INIT("Quotation"), STR_INIT("open")},
        {STR_INIT("Won"),       STR_INIT("won") },
        {STR_INIT("Lost"),      STR_INIT("lost")},
    };

    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        TRY(stage_insert(c, &(struct stage){.id = uuid_new(),
                                            .name = usual[i].name,
                                            .position = (int64_t)i + 1,
                                            .outcome = usual[i].outcome}));
    return OK;
}

enum status account_any(struct ctx *c, bool *out)
{
    return org_any(c, out);
}

static str or_else(str value, str usual)
{
    return str_is_empty(value) ? usual : value;
}

static enum status make_org(struct ctx *c, const struct master_key *master,
                            const struct account_new *in)
{
    struct data_key key;
    struct org row = {
        .org_id = uuid_new(),
        .name = str_trim(in->org_name),
        .slug = str_is_empty(in->slug) ? slug_of(c->arena, in->org_name) : in->slug,
        .locale = or_else(in->locale, S("en")),
        .timezone = or_else(in->timezone, S("Asia/Kuala_Lumpur")),
    };

    TRY(check_name(c, "org_name", in->org_name));
    TRY(check_one_of(c, "locale", row.locale, locales));
    data_key_new(&key);
    TRY(data_key_wrap(c, master, row.org_id, &key, &row.data_key));
    c->org = row.org_id;
    TRY(org_insert(c, &row));
    return add_stages(c);
}

enum status account_bootstrap(struct ctx *c, const struct master_key *master,
                              const struct account_new *in, struct uuid *org, struct uuid *user)
{
    struct member_new owner = {.name = in->name,
                               .email = in->email,
                               .password = in->password,
                               .role = ROLE_OWNER,
                               .locale = in->locale};

    if (in->password.size == 0)
        return FAIL_FIELD(c, "password", "the owner needs a password");
    TRY(make_org(c, master, in));
    TRY(account_add_member(c, &owner, user));
    *org = c->org;
    return OK;
}

enum status account_add_member(struct ctx *c, const struct member_new *in, struct uuid *user)
{
    struct user row = {.id = uuid_new(),
                       .email = email_normalise(c->arena, in->email),
                       .name = str_trim(in->name),
                       .locale = or_else(in->locale, S("en"))};

    TRY(email_check(c, row.email));
    TRY(check_name(c, "name", in->name));
    TRY(check_one_of(c, "locale", row.locale, locales));
    if (in->password.size > 0) {
        TRY(check_new_password(c, "password", in->password, row.email, row.name));
        TRY(password_hash(c, in->password, &row.password_hash));
    }
    TRY(user_insert(c, &row));
    TRY(membership_insert(
        c, &(struct membership){
               .user_id = row.id, .name = row.name, .email = row.email, .role = in->role}));
    *user = row.id;
    return OK;
}
