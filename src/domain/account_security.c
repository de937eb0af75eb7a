/*
 * account_security.c - one's own security: where one is signed in, who tried, another password.
 */
#include "crypto/hash.h"
#include "domain/account_parts.h"
#include "domain/audit.h"
#include "domain/notice.h"
#include "store/challenge.h"
#include "store/device.h"

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

enum status account_start_anew(struct ctx *c, struct uuid user_id, struct uuid keep,
                               struct list *ended)
{
    TRY(device_forget_all(c, user_id));
    TRY(challenge_delete_by_user(c, user_id));
    return account_end_others(c, user_id, keep, ended);
}

/* At the door a wrong password is met with silence about what was wrong; here the person is known. */
enum status account_check_current(struct ctx *c, const struct sign_in *in, const struct user *user)
{
    bool right;

    if (!user->password_hash.ptr)
        return FAIL_FIELD(c, "current_password", "you sign in without a password");
    TRY(account_slow_down(c, in, user));
    TRY(password_check(c, in->password, user->password_hash, &right));
    if (right)
        return OK;
    TRY(user_update_failed(c, user->id));
    TRY(account_attempt(c, in, user->id, "bad_password"));
    return FAIL_FIELD(c, "current_password", "this is not your password");
}

enum status account_change_password(struct ctx *c, const struct door *door,
                                    const struct session_view *session,
                                    const struct password_change *in, struct list *ended)
{
    struct sign_in attempt = {.password = in->current, .ip = in->ip, .user_agent = in->user_agent};
    struct user user;
    str hash;

    TRY(user_select(c, session->user_id, &user));
    TRY(account_new_password(c, "new_password", in->wanted, user.email, user.name));
    TRY(account_check_current(c, &attempt, &user));
    if (same_bytes(secret_expose(in->current), secret_expose(in->wanted)))
        return FAIL_FIELD(c, "new_password", "this is your password already");
    TRY(password_hash(c, in->wanted, &hash));
    TRY(user_update_password(c, user.id, hash));
    TRY(audit_write(c, &(struct audit){.action = "password.change", .entity = user.id}));
    TRY(notice_security(c, door, &user, MAIL_PASSWORD_CHANGED, &attempt));
    return account_start_anew(c, user.id, session->id, ended);
}
