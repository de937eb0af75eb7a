/*
 * session.c - signing in and out, and the person who is signed in.
 *
 * The cookie is for browsers; scripts ask for the token in the answer.  How failures slow the
 * next attempt, and that an unknown address costs as much time as a wrong password, is
 * domain/account's; a failed attempt is recorded though the request fails (req.keep).
 */
#include "api/session.h"
#include "api/dispatch_private.h"
#include "api/guess.h"
#include "api/handlers.h"
#include "base/json.h"
#include "domain/schedule.h"
#include "domain/second_factor.h"
#include "live/hub.h"

/* ---- shapes ---- */

struct user_out {
    struct uuid id;
    str name, email, locale, theme;
};

struct org_out {
    struct uuid id;
    str name, locale, timezone;
};

struct session_out {
    struct user_out user;
    struct org_out org;
    enum member_role role;
    struct list permissions;
    enum availability availability;
    bool second_factor, second_factor_required;
    str token;
};

static const struct field user_json[] = {
    FIELD(struct user_out, id, 0, 0),    FIELD(struct user_out, name, 0, 0),
    FIELD(struct user_out, email, 0, 0), FIELD(struct user_out, locale, 0, 0),
    FIELD(struct user_out, theme, 0, 0), FIELD_END,
};

static const struct field org_json[] = {
    FIELD(struct org_out, id, 0, 0),
    FIELD(struct org_out, name, 0, 0),
    FIELD(struct org_out, locale, 0, 0),
    FIELD(struct org_out, timezone, 0, 0),
    FIELD_END,
};

static const struct field session_json[] = {
    FIELD_OBJECT(struct session_out, user, 0, user_json),
    FIELD_OBJECT(struct session_out, org, 0, org_json),
    FIELD_ENUM(struct session_out, role, 0, &member_role_names),
    FIELD_LIST(struct session_out, permissions, 0, str, bare_str, 0),
    FIELD_ENUM(struct session_out, availability, 0, &availability_names),
    FIELD(struct session_out, second_factor, 0, 0),
    FIELD(struct session_out, second_factor_required, 0, 0),
    FIELD(struct session_out, token, F_NULL, 0),
    FIELD_END,
};

const struct shape session_shape = SHAPE(struct session_out, session_json, "Session");

struct session_new {
    str email;
    struct secret password;
    bool token;
};

static const struct field session_new_in[] = {
    FIELD(struct session_new, email, F_REQUIRED | F_NONEMPTY, EMAIL_MAX),
    FIELD(struct session_new, password, F_REQUIRED, PASSWORD_MAX),
    FIELD(struct session_new, token, 0, 0),
    FIELD_END,
};

const struct shape session_new_shape = SHAPE(struct session_new, session_new_in, "SessionNew");

/* The first step was right; the second is asked for. */
struct challenge_out {
    str challenge;
    struct instant expires_at;
};

static const struct field challenge_json[] = {
    FIELD(struct challenge_out, challenge, 0, 0),
    FIELD(struct challenge_out, expires_at, 0, 0),
    FIELD_END,
};

const struct shape challenge_shape = SHAPE(struct challenge_out, challenge_json, "Challenge");

struct second_step_in {
    str challenge, code, recovery_code;
    bool remember;
};

static const struct field second_step_fields[] = {
    FIELD(struct second_step_in, challenge, F_REQUIRED | F_NONEMPTY, 128),
    FIELD(struct second_step_in, code, 0, CODE_TEXT_MAX),
    FIELD(struct second_step_in, recovery_code, 0, CODE_TEXT_MAX),
    FIELD(struct second_step_in, remember, 0, 0),
    FIELD_END,
};

const struct shape second_step_shape =
    SHAPE(struct second_step_in, second_step_fields, "SecondStep");

static const char *const locale_words[] = {NULL, "en", "ms", "zh-Hans"};
static const struct field_names locale_names = {locale_words, 4};
static const char *const theme_words[] = {NULL, "system", "light", "dark"};
static const struct field_names theme_names = {theme_words, 4};

struct me_in {
    int locale, theme, availability;
};

static const struct field me_patch_in[] = {
    FIELD_ENUM(struct me_in, locale, 0, &locale_names),
    FIELD_ENUM(struct me_in, theme, 0, &theme_names),
    FIELD_ENUM(struct me_in, availability, 0, &availability_names),
    FIELD_END,
};

const struct shape me_patch_shape = SHAPE(struct me_in, me_patch_in, "MePatch");

struct member_out {
    struct uuid id;
    str name, email;
    enum member_role role;
    enum availability availability;
    enum availability here;
    struct instant away_until;
    bool off_hours;
    int64_t capacity;
};

static const struct field member_json[] = {
    FIELD(struct member_out, id, 0, 0),
    FIELD(struct member_out, name, 0, 0),
    FIELD(struct member_out, email, 0, 0),
    FIELD_ENUM(struct member_out, role, 0, &member_role_names),
    FIELD_ENUM(struct member_out, availability, 0, &availability_names),
    {.name = "here",
                                                               .type = FT_ENUM,
                                                               .offset = offsetof(struct member_out, here),
                                                               .names = &availability_names,
                                                               .doc = "what holds now: offline outside one's hours and while one is away"},
    FIELD(struct member_out, away_until, F_NULL, 0),
    FIELD(struct member_out, off_hours, 0, 0),
    FIELD(struct member_out, capacity, F_NULL, 0),
    FIELD_END,
};

static const struct field member_list_json[] = {
    FIELD_LIST(struct page, items, 0, struct member_out, member_json, 0),
    FIELD_END,
};

const struct shape member_list_shape = SHAPE(struct page, member_list_json, "MemberList");

/* What cookies beside the session's are called: of the second step, of a known device. */
#define STEP   "-step"
#define DEVICE "-device"

/* ---- answers ---- */

static struct list words_of(struct arena *a, uint32_t permissions)
{
    str *words = NEW_ARRAY(a, str, permission_count);
    struct list out = {words, 0};

    for (size_t i = 0; i < permission_count; i++)
        if ((permissions >> i & 1) != 0)
            words[out.n++] = str_of(permission_words[i]);
    return out;
}

static void show(struct ctx *c, struct req *r, const struct session_view *view)
{
    struct session_out *out = r->out;

    out->user = (struct user_out){.id = view->user_id,
                                  .name = view->user_name,
                                  .email = view->email,
                                  .locale = view->locale,
                                  .theme = view->theme};
    out->org = (struct org_out){.id = view->org_id,
                                .name = view->org_name,
                                .locale = view->org_locale,
                                .timezone = view->org_timezone};
    out->role = view->role;
    out->permissions = words_of(c->arena, role_permissions(view->role, view->role_words));
    out->availability = view->availability;
    out->second_factor = view->second_factor;
    out->second_factor_required = view->second_factor_required;
}

static const int64_t year_s = (int64_t)365 * 86400;

/* The session's own cookie has no suffix. */
static str cookie_named(struct req *r, const char *suffix)
{
    return arena_printf(r->x->arena, "%.*s%s", STR_ARG(r->server->cookie_name), suffix);
}

static void set_cookie(struct req *r, const char *suffix, str token, int64_t seconds)
{
    req_header(r, "Set-Cookie",
               arena_printf(r->x->arena,
                            "%.*s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
                            STR_ARG(cookie_named(r, suffix)), STR_ARG(token), (long long)seconds,
                            r->server->https ? "; Secure" : ""));
}

static str shown_cookie(struct req *r, const char *suffix)
{
    str value = S("");

    (void)http_cookie_get(req_header_get(r, "Cookie"), cookie_named(r, suffix).ptr, &value);
    return value;
}

str session_in_cookie(struct req *r)
{
    str token = shown_cookie(r, "");

    /* what leads to a family of tokens (account_family_token) is no secret, and never comes from outside */
    return str_starts_with(token, S("ses_")) ? token : S("");
}

struct sign_in session_attempt(struct req *r)
{
    return (struct sign_in){
        .ip = r->x->peer, .user_agent = session_user_agent(r), .device = shown_cookie(r, DEVICE)};
}

static void session_cookies(struct req *r, const struct entry *entry)
{
    if (entry->asked) {
        if (!str_is_empty(entry->browser))
            set_cookie(r, STEP, entry->browser, (int64_t)CHALLENGE_MINUTES * 60);
        return;
    }
    set_cookie(r, "", entry->token, (int64_t)SESSION_DAYS * 86400);
    if (!str_is_empty(entry->device))
        set_cookie(r, DEVICE, entry->device, year_s);
}

enum status session_shown(struct ctx *c, struct req *r, struct session_view *out)
{
    bool found;

    TRY(account_session(c, r->server->keys.session, r->session_token, out, &found));
    return found ? OK : FAIL(c, ERR_UNAUTHORIZED, "please sign in");
}

/* What the database keeps of it must be text; a browser's is. */
str session_user_agent(struct req *r)
{
    str text = req_header_get(r, "User-Agent");

    return str_is_utf8(text) ? str_utf8_cut(text, 400) : S("(not text)");
}

void session_ended(struct req *r, struct uuid id)
{
    session_cache_forget(r->server->sessions, id);
    if (r->server->hub != NULL)
        hub_close_session(r->server->hub, id);
}

void sessions_ended(struct req *r, const struct list *ids)
{
    const struct uuid *items = ids->items;

    for (size_t i = 0; i < ids->n; i++)
        session_ended(r, items[i]);
}

void session_changed(struct req *r, struct uuid id)
{
    session_cache_forget(r->server->sessions, id);
}

str session_renewed(struct req *r, struct uuid id, str token)
{
    session_changed(r, id);
    if (!str_starts_with(r->session_token, S("ses_")))
        return (str){0};
    if (!str_is_empty(req_header_get(r, "Authorization")))
        return token;
    set_cookie(r, "", token, (int64_t)SESSION_DAYS * 86400);
    return (str){0};
}

/* Asked before the account is, so that it makes no difference whether there is one. */
static enum status check_guesses(struct ctx *c, struct req *r, str email)
{
    int64_t wait_s = guess_wait_s(r->server->guesses, email, r->x->counted, clock_mono_ms());

    if (wait_s == 0)
        return OK;
    return err_reason(c, "slow_down", req_too_often(c, r, wait_s, "too many wrong passwords"));
}

/* The next request need not ask who this is.  Should the commit fail, nobody is told the token. */
static void remember(struct req *r, str token, const struct session_view *view)
{
    struct signed_in who;
    uint8_t digest[SHA256_BYTES];

    token_digest(r->server->keys.session, token, digest);
    signed_in_of(view, &who);
    session_cache_put(r->server->sessions, digest, clock_mono_ms(), &who);
    guess_place_is_good(r->server->guesses, r->x->counted, clock_mono_ms());
}

void session_begun(struct req *r, const struct entry *entry)
{
    session_cookies(r, entry);
    if (!entry->asked)
        remember(r, entry->token, &entry->view);
}

static void ask(struct ctx *c, struct req *r, const struct entry *entry)
{
    struct challenge_out out = {.challenge = entry->challenge, .expires_at = entry->asked_until};
    struct buf b = buf_new(c->arena, 1024);
    struct json_writer w = json_writer_new(&b);

    json_struct(&w, NULL, challenge_json, &out);
    (void)req_raw(r, 202, "application/json", buf_str(&b));
}

void session_entered(struct ctx *c, struct req *r, const struct entry *entry, bool script)
{
    session_begun(r, entry);
    if (entry->asked) {
        ask(c, r, entry);
        return;
    }
    show(c, r, &entry->view);
    if (script)
        ((struct session_out *)r->out)->token = entry->token;
}

/* ---- handlers ---- */

enum status session_try(struct ctx *c, struct req *r, const struct sign_in *attempt,
                        struct entry *out)
{
    enum status status;

    TRY(check_guesses(c, r, attempt->email));
    status = account_sign_in(c, &r->server->door, attempt, out);
    if (status == ERR_UNAUTHORIZED)
        guess_failed(r->server->guesses, attempt->email, r->x->counted, clock_mono_ms());
    return status;
}

enum status post_session(struct ctx *c, struct req *r)
{
    const struct session_new *in = r->in;
    struct sign_in attempt = session_attempt(r);
    struct entry entry;

    attempt.email = in->email;
    attempt.password = in->password;
    attempt.script = in->token;
    r->keep = true;
    TRY(session_try(c, r, &attempt, &entry));
    session_entered(c, r, &entry, in->token);
    return OK;
}

enum status post_second_step(struct ctx *c, struct req *r)
{
    const struct second_step_in *in = r->in;
    struct sign_in attempt = session_attempt(r);
    struct second_step step = {.challenge = in->challenge,
                               .browser = shown_cookie(r, STEP),
                               .code = in->code,
                               .recovery_code = in->recovery_code,
                               .remember = in->remember};
    struct entry entry;

    r->keep = true;
    TRY(account_second_step(c, &r->server->door, &attempt, &step, &entry));
    session_entered(c, r, &entry, str_is_empty(entry.device));
    set_cookie(r, STEP, S(""), 0);
    return OK;
}

enum status get_session(struct ctx *c, struct req *r)
{
    struct session_view view;

    TRY(session_shown(c, r, &view));
    show(c, r, &view);
    return OK;
}

enum status delete_session(struct ctx *c, struct req *r)
{
    TRY(account_sign_out(c, r->session));
    session_ended(r, r->session);
    set_cookie(r, "", S(""), 0);
    return OK;
}

enum status patch_me(struct ctx *c, struct req *r)
{
    const struct me_in *in = r->in;
    struct me_patch patch = {
        .locale = req_has(r, "locale") ? str_of(field_word(&locale_names, in->locale)) : (str){0},
        .theme = req_has(r, "theme") ? str_of(field_word(&theme_names, in->theme)) : (str){0},
        .availability = in->availability,
    };
    struct session_view before, after;

    TRY(session_shown(c, r, &before));
    TRY(account_update_me(c, &before, &patch, &after));
    show(c, r, &after);
    return OK;
}

/* Whether they are here, when it is known (they may have joined just now). */
static void add_presence(struct member_out *member, const struct list *present)
{
    const struct here *rows = present->items;

    for (size_t i = 0; i < present->n; i++) {
        if (!uuid_eq(rows[i].user_id, member->id))
            continue;
        member->here = rows[i].effective;
        member->away_until = rows[i].away_until;
        member->off_hours = rows[i].off_hours;
        member->capacity = rows[i].capacity;
    }
}

enum status get_members(struct ctx *c, struct req *r)
{
    struct page *out = r->out;
    struct member_out *items;
    struct list found, present;

    TRY(account_members(c, &found));
    TRY(here_list(c, (struct uuid){{0}}, &present));
    items = NEW_ARRAY(c->arena, struct member_out, found.n);
    for (size_t i = 0; i < found.n; i++) {
        const struct membership *m = (const struct membership *)found.items + i;

        items[i] = (struct member_out){.id = m->user_id,
                                       .name = m->name,
                                       .email = m->email,
                                       .role = m->role,
                                       .availability = m->availability,
                                       .here = m->availability};
        add_presence(&items[i], &present);
    }
    out->items = (struct list){items, found.n};
    return OK;
}
