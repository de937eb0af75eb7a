/*
 * second_factor.c - one's own authenticator app, recovery codes and trusted devices.
 *
 * What is shown once is shown once: these answers are not kept for an Idempotency-Key.
 */
#include "domain/second_factor.h"
#include "api/handlers.h"
#include "api/qr.h"
#include "api/server.h"
#include "api/session.h"
#include "domain/device.h"

/* ---- shapes ---- */

struct state_out {
    struct instant confirmed_at;
    int64_t codes_left;
    bool required;
};

static const struct field state_json[] = {
    FIELD(struct state_out, confirmed_at, F_NULL, 0),
    FIELD(struct state_out, codes_left, 0, 0),
    FIELD(struct state_out, required, 0, 0),
    FIELD_END,
};

const struct shape second_factor_shape = SHAPE(struct state_out, state_json, "SecondFactor");

struct begin_in {
    struct secret current_password;
};

static const struct field begin_in[] = {
    FIELD(struct begin_in, current_password, 0, PASSWORD_MAX),
    FIELD_END,
};

const struct shape totp_begin_shape = SHAPE(struct begin_in, begin_in, "TotpBegin");

struct begun_out {
    str secret, uri;
    struct qr qr;
};

static const struct field qr_json[] = {
    FIELD(struct qr, size, 0, 0),
    FIELD(struct qr, path, 0, 0),
    FIELD_END,
};

static const struct field begun_json[] = {
    FIELD(struct begun_out, secret, 0, 0),
    FIELD(struct begun_out, uri, 0, 0),
    FIELD_OBJECT(struct begun_out, qr, 0, qr_json),
    FIELD_END,
};

const struct shape totp_begun_shape = SHAPE(struct begun_out, begun_json, "TotpBegun");

struct code_in {
    str code;
};

static const struct field code_in[] = {
    FIELD(struct code_in, code, F_REQUIRED, CODE_TEXT_MAX),
    FIELD_END,
};

const struct shape totp_confirm_shape = SHAPE(struct code_in, code_in, "TotpConfirm");

struct codes_out {
    struct list codes;
    str token;
};

static const struct field codes_json[] = {
    FIELD_LIST(struct codes_out, codes, 0, str, bare_str, RECOVERY_CODES),
    FIELD(struct codes_out, token, F_NULL, 0),
    FIELD_END,
};

const struct shape recovery_codes_shape = SHAPE(struct codes_out, codes_json, "RecoveryCodes");

struct proof_in {
    struct secret current_password;
    str code, recovery_code;
};

static const struct field proof_in[] = {
    FIELD(struct proof_in, current_password, 0, PASSWORD_MAX),
    FIELD(struct proof_in, code, 0, CODE_TEXT_MAX),
    FIELD(struct proof_in, recovery_code, 0, CODE_TEXT_MAX),
    FIELD_END,
};

const struct shape proof_shape = SHAPE(struct proof_in, proof_in, "Proof");

static const struct field device_json[] = {
    FIELD(struct device, id, 0, 0),
    FIELD(struct device, ip, 0, 0),
    FIELD(struct device, user_agent, 0, 0),
    FIELD(struct device, created_at, 0, 0),
    FIELD(struct device, last_used_at, 0, 0),
    FIELD(struct device, trusted_until, 0, 0),
    FIELD_END,
};

static const struct field device_list_json[] = {
    FIELD_LIST(struct page, items, 0, struct device, device_json, 0),
    FIELD_END,
};

const struct shape device_list_shape = SHAPE(struct page, device_list_json, "DeviceList");

/* ---- the authenticator app ---- */

enum status get_totp(struct ctx *c, struct req *r)
{
    struct state_out *out = r->out;
    struct totp_state state = {0};
    struct session_view me;
    bool found;

    TRY(session_shown(c, r, &me));
    TRY(second_factor_state(c, me.user_id, &state, &found));
    *out = (struct state_out){state.confirmed_at, state.codes_left, me.second_factor_required};
    return OK;
}

enum status post_totp(struct ctx *c, struct req *r)
{
    const struct begin_in *in = r->in;
    struct sign_in attempt = session_attempt(r);
    struct begun_out *out = r->out;
    struct second_factor_new made;
    struct session_view me;

    r->keep = true;
    attempt.password = in->current_password;
    TRY(session_shown(c, r, &me));
    TRY(second_factor_begin(c, &r->server->door, &me, &attempt, &made));
    out->secret = made.secret;
    out->uri = made.uri;
    return qr_draw(c, made.uri, &out->qr);
}

enum status post_totp_confirm(struct ctx *c, struct req *r)
{
    const struct code_in *in = r->in;
    struct codes_out *out = r->out;
    struct sign_in attempt = session_attempt(r);
    struct second_factor_set set;
    struct session_view me;

    TRY(session_shown(c, r, &me));
    TRY(second_factor_confirm(c, &r->server->door, &me, &attempt, in->code, &set));
    sessions_ended(r, &set.ended);
    out->codes = set.codes;
    out->token = session_renewed(r, me.id, set.token);
    return OK;
}

static void read_proof(struct req *r, struct sign_in *attempt, struct proof *proof)
{
    const struct proof_in *in = r->in;

    *attempt = session_attempt(r);
    attempt->password = in->current_password;
    *proof = (struct proof){.code = in->code, .recovery_code = in->recovery_code};
}

enum status post_totp_codes(struct ctx *c, struct req *r)
{
    struct codes_out *out = r->out;
    struct sign_in attempt;
    struct session_view me;
    struct proof proof;

    r->keep = true;
    read_proof(r, &attempt, &proof);
    TRY(session_shown(c, r, &me));
    return second_factor_new_codes(c, &r->server->door, &me, &attempt, &proof, &out->codes);
}

enum status post_totp_remove(struct ctx *c, struct req *r)
{
    struct sign_in attempt;
    struct session_view me;
    struct proof proof;
    struct list ended;

    r->keep = true;
    read_proof(r, &attempt, &proof);
    TRY(session_shown(c, r, &me));
    TRY(second_factor_remove(c, &r->server->door, &me, &attempt, &proof, &ended));
    sessions_ended(r, &ended);
    session_changed(r, me.id);
    return OK;
}

/* ---- trusted devices ---- */

enum status get_devices(struct ctx *c, struct req *r)
{
    struct page *out = r->out;

    return device_trusted(c, actor_id(c), &out->items);
}

enum status delete_devices(struct ctx *c, struct req *r)
{
    (void)r;
    return device_distrust_all(c, actor_id(c));
}

enum status delete_device(struct ctx *c, struct req *r)
{
    return device_distrust(c, actor_id(c), r->ids[0]);
}

/* ---- what the organisation asks ---- */

static const struct field org_security_in[] = {
    FIELD(struct org_security, second_factor_required, F_REQUIRED, 0),
    FIELD_END,
};

const struct shape org_security_patch_shape =
    SHAPE(struct org_security, org_security_in, "OrgSecurityPatch");
const struct shape org_security_shape =
    SHAPE(struct org_security, org_security_fields, "OrgSecurity");

enum status get_org_security(struct ctx *c, struct req *r)
{
    return org_security(c, r->out);
}

enum status patch_org_security(struct ctx *c, struct req *r)
{
    const struct org_security *in = r->in;
    struct session_view me;

    TRY(session_shown(c, r, &me));
    TRY(second_factor_require(c, in->second_factor_required, me.second_factor));
    return org_security(c, r->out);
}
