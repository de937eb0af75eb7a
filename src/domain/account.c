/*
 * account.c - one's own settings, colleagues, and making organisations.
 */
#include "crypto/common.h"
#include "crypto/hash.h"
#include "domain/account_parts.h"
#include "domain/schedule.h"
#include "store/org.h"
#include "store/stage.h"

enum { SLUG_MAX = 40 };

/* ---- passwords ---- */

enum status account_new_password(struct ctx *c, const char *field, struct secret password,
                                 str email, str name)
{
    if (password.size < PASSWORD_MIN || password.size > PASSWORD_MAX)
        return FAIL_FIELD(c, field, "a password has %d to %d characters", PASSWORD_MIN,
                          PASSWORD_MAX);
    return password_refuse_common(c, field, password, email, name);
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
    struct here here;

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
        TRY(here_change(c, session->user_id,
                        &(struct here_patch){.has_availability = true,
                                             .has_away_until = true,
                                             .availability = now.availability},
                        &here));
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
    return password.size == 0 ? OK : account_new_password(c, "password", password, email, S(""));
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
        TRY(account_new_password(c, "password", in->password, row.email, row.name));
        TRY(password_hash(c, in->password, &row.password_hash));
    }
    TRY(user_insert(c, &row));
    TRY(membership_insert(
        c, &(struct membership){
               .user_id = row.id, .name = row.name, .email = row.email, .role = in->role}));
    *user = row.id;
    return OK;
}
