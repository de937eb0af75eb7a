/*
 * sso.c - accounts elsewhere and the people who have linked them.
 *
 * An issuer and a subject are who somebody is; e-mail and name are only shown.  How an attempt ended
 * is told as a word and not as an error: a browser is waiting, which wants to be sent to a page, and
 * what was recorded on the way must be committed.
 */
#include "domain/sso.h"

#include "domain/account_parts.h"
#include "domain/audit.h"

const char *const sso_words[SSO_ENDS] = {
    [SSO_OK] = "ok",           [SSO_CANCELLED] = "cancelled",
    [SSO_EXPIRED] = "expired", [SSO_NOT_LINKED] = "not_linked",
    [SSO_TAKEN] = "taken",     [SSO_UNAVAILABLE] = "unavailable",
    [SSO_REFUSED] = "refused",
};

bool sso_may_sign_up(const struct oidc_provider *p, const struct oidc_person *person)
{
    (void)p;
    (void)person;
    return false;
}

/* Nobody has linked it. */
static enum status turn_away(struct ctx *c, const struct sign_in *attempt, enum sso_end *end)
{
    TRY(account_attempt(c, attempt, (struct uuid){{0}}, "unknown"));
    *end = SSO_NOT_LINKED;
    return OK;
}

/* NOLINTNEXTLINE(readability-function-size): what it is given cannot be less */
enum status sso_sign_in(struct ctx *c, const struct door *door, const struct sign_in *from,
                        const struct oidc_provider *p, const struct oidc_person *person,
                        enum sso_end *end, struct entry *out)
{
    struct sign_in attempt = *from;
    struct user_identity identity;
    struct user user;
    enum status status;
    bool found;

    attempt.via = p->word;
    TRY(user_identity_select(c, person->issuer, person->subject, &identity, &found));
    if (!found)
        return turn_away(c, &attempt, end);
    TRY(user_select(c, identity.user_id, &user));
    *end = SSO_REFUSED;
    if (!str_eq(user.state, S("active")))
        return account_attempt(c, &attempt, user.id, "frozen");
    status = account_enter(c, door, &attempt, user.id, out);
    if (status == ERR_UNAUTHORIZED)
        return OK; /* in no organisation any more; it is recorded */
    TRY(status);
    TRY(user_identity_update_used(c, identity.id));
    *end = SSO_OK;
    return OK;
}

/* ---- linking ---- */

static const struct field identity_audit[] = {
    FIELD(struct user_identity, provider, 0, 0),
    FIELD(struct user_identity, issuer, 0, 0),
    FIELD(struct user_identity, email, 0, 0),
    FIELD_END,
};

static enum status account_for(struct ctx *c, const struct session_view *session,
                               const char *action, const struct user_identity *before,
                               const struct user_identity *after)
{
    const struct user_identity *which = after ? after : before;
    struct audit a = {.action = action,
                      .entity = session->user_id,
                      .name = which->email.len > 0 ? which->email : which->provider,
                      .fields = identity_audit,
                      .before = before,
                      .after = after};
    struct actor actor;

    account_actor(session, &actor);
    c->org = session->org_id;
    return audit_write_as(c, &actor, &a);
}

enum status sso_link(struct ctx *c, const struct session_view *session,
                     const struct oidc_provider *p, const struct oidc_person *person,
                     enum sso_end *end)
{
    struct user_identity row = {.id = uuid_new(),
                                .user_id = session->user_id,
                                .provider = p->word,
                                .issuer = person->issuer,
                                .subject = person->subject,
                                .email = person->email};
    struct user_identity before;
    bool found, done;

    TRY(user_lock(c, session->user_id));
    TRY(user_identity_select(c, row.issuer, row.subject, &before, &found));
    *end = SSO_OK;
    if (found && uuid_eq(before.user_id, row.user_id))
        return OK;
    TRY(user_identity_insert(c, &row, &done));
    if (!done) {
        *end = SSO_TAKEN;
        return OK;
    }
    return account_for(c, session, "linked_account.add", NULL, &row);
}

enum status sso_list(struct ctx *c, struct uuid user_id, struct list *out)
{
    return user_identity_list(c, user_id, out);
}

static const struct user_identity *find(const struct list *all, struct uuid id)
{
    const struct user_identity *items = all->items;

    for (size_t i = 0; i < all->n; i++)
        if (uuid_eq(items[i].id, id))
            return &items[i];
    return NULL;
}

enum status sso_unlink(struct ctx *c, const struct session_view *session, struct uuid id)
{
    const struct user_identity *identity;
    struct list all;
    struct user user;
    bool done;

    TRY(user_lock(c, session->user_id));
    TRY(user_select(c, session->user_id, &user));
    TRY(user_identity_list(c, session->user_id, &all));
    identity = find(&all, id);
    if (!identity)
        return FAIL(c, ERR_NOT_FOUND, "this account is not linked");
    if (!user.password_hash.ptr && all.n == 1)
        return FAIL(c, ERR_CONFLICT,
                    "set a password first: without this account you could not "
                    "sign in any more");
    TRY(user_identity_delete(c, id, session->user_id, &done));
    return account_for(c, session, "linked_account.remove", identity, NULL);
}
