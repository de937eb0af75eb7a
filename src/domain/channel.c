/*
 * channel.c - connecting providers' accounts, and using them.
 *
 * Credentials are tried by the worker before they are saved, since no handler calls out.  They
 * travel to it inside the job, sealed for that job alone; the saved ones are sealed for the row.
 */
#include "domain/channel.h"

#include <assert.h>

#include "base/buf.h"
#include "domain/audit.h"
#include "domain/channel_form.h"
#include "store/change.h"
#include "store/job.h"
#include "store/locator.h"

enum { ARGS_MAX = 16384 };

/* ---- sealing ---- */

static struct seal_place row_place(const struct ctx *c, struct uuid channel_id)
{
    return (struct seal_place){
        .org = c->org, .table = "channel", .id = channel_id, .column = "secrets"};
}

static enum status seal_secrets(struct ctx *c, struct keys *keys, struct uuid channel_id,
                                const struct form_values *values, struct bytes *out)
{
    struct seal_place place = row_place(c, channel_id);
    struct data_key key;

    *out = (struct bytes){
        {NULL, 0}
    };
    if (!values->has_secrets)
        return OK;
    TRY(keys_of_org(c, keys, &key));
    return seal(c, &key, &place, values->secrets, out);
}

static enum status open_secrets(struct ctx *c, struct keys *keys, struct uuid channel_id,
                                struct bytes sealed, struct json **out)
{
    struct seal_place place = row_place(c, channel_id);
    struct data_key key;
    struct secret opened;

    *out = NULL;
    if (!sealed.data.ptr)
        return OK;
    TRY(keys_of_org(c, keys, &key));
    TRY(unseal(c, &key, &place, sealed, &opened));
    return json_parse(c, secret_expose(opened), out);
}

/* ---- using one ---- */

enum status channel_locate(struct ctx *c, struct uuid channel_id, struct uuid *org, bool *found)
{
    struct uuid row_id;

    return locator_select(c, S("channel"), locator_channel_key(c, channel_id), org, &row_id, found);
}

static enum status read_settings(struct ctx *c, const struct channel_sealed *row,
                                 struct json **settings)
{
    return json_parse(c, row->settings.text, settings);
}

enum status channel_account_load(struct ctx *c, struct keys *keys, struct uuid channel_id,
                                 struct channel_account *out, const struct channel_ops **ops)
{
    const struct channel_ops *kind;
    struct json *settings, *secrets;
    struct channel_sealed row;

    TRY(channel_select_sealed(c, channel_id, &row));
    if (row.state == CHANNEL_DISCONNECTED)
        return FAIL_REASON(c, ERR_CONFLICT, "channel_disconnected", "this channel is disconnected");
    kind = channel_find(row.kind);
    if (!kind)
        return FAIL(c, ERR_NOT_FOUND, "this kind of channel is not part of this program");
    TRY(read_settings(c, &row, &settings));
    TRY(open_secrets(c, keys, channel_id, row.secrets, &secrets));
    *out = (struct channel_account){
        .id = row.id, .name = row.name, .settings = settings, .secrets = secrets};
    *ops = kind;
    return OK;
}

/* ---- managing them ---- */

enum status channel_overview(struct ctx *c, struct list *out)
{
    return channel_list(c, out);
}

enum status channel_load(struct ctx *c, struct uuid id, struct channel *out)
{
    return channel_select(c, id, out);
}

static enum status publish(struct ctx *c, struct uuid id, int64_t version)
{
    return change_write(c, &(struct change){.kind = S("channel"),
                                            .entity_id = id,
                                            .channel_id = id,
                                            .version = version,
                                            .actor_id = actor_id(c)});
}

enum status channel_forged(struct ctx *c, struct uuid id)
{
    TRY(channel_health_error(
        c, id,
        S("A webhook with a wrong signature was refused. Is the app secret the right one?")));
    return publish(c, id, 0);
}

enum status channel_check(struct ctx *c, const struct channel_form *form,
                          const struct channel_ops **ops)
{
    struct form_values values;

    return form_check(c, form, &(struct form_kept){NULL, NULL}, ops, &values);
}

/* The form, with what it leaves out from the row. */
static enum status check_change(struct ctx *c, struct keys *keys, struct uuid id,
                                const struct channel_form *form, struct form_values *out,
                                const struct channel_ops **ops)
{
    struct channel_sealed row;
    struct json *settings, *secrets;

    TRY(channel_select_sealed(c, id, &row));
    TRY(read_settings(c, &row, &settings));
    TRY(open_secrets(c, keys, id, row.secrets, &secrets));
    return form_check(c, form, &(struct form_kept){settings, secrets}, ops, out);
}

static enum status test_args(struct ctx *c, struct keys *keys, struct uuid job,
                             const struct channel_ops *ops, const struct form_values *values,
                             str *out)
{
    struct seal_place place = {.org = c->org, .table = "job", .id = job, .column = "args"};
    struct buf b = buf_new(c->arena, ARGS_MAX);
    struct buf coded = buf_new(c->arena, ARGS_MAX);
    struct json_writer w = json_writer_new(&b);
    struct data_key key;
    struct bytes sealed;

    TRY(keys_of_org(c, keys, &key));
    TRY(seal(c, &key, &place, values->secrets, &sealed));
    buf_add_base64(&coded, sealed.data);
    json_object_begin(&w, NULL);
    json_str(&w, "kind", str_of(ops->name));
    json_raw(&w, "settings", values->settings);
    json_str(&w, "secrets", buf_str(&coded));
    json_object_end(&w);
    return buf_done(c, &b, out);
}

enum status channel_test_enqueue(struct ctx *c, struct keys *keys, const struct channel_form *form,
                                 struct uuid channel_id, struct uuid *job)
{
    struct uuid id = uuid_new();
    const struct channel_ops *ops;
    struct form_values values;
    str args;

    if (uuid_is_zero(channel_id))
        TRY(form_check(c, form, &(struct form_kept){NULL, NULL}, &ops, &values));
    else
        TRY(check_change(c, keys, channel_id, form, &values, &ops));
    if (!ops->connect || !ops->connect->test) {
        *job = (struct uuid){{0}};
        return OK;
    }
    TRY(test_args(c, keys, id, ops, &values, &args));
    TRY(job_enqueue(
        c, &(struct job_spec){
               .kind = "channel_test", .args = args, .priority = JOB_PRIORITY_FIRST, .id = id}));
    *job = id;
    return OK;
}

enum status channel_test_result(struct ctx *c, str result, struct channel_tested *out)
{
    struct json *answer;
    str field, problem;

    TRY(json_parse(c, result, &answer));
    if (json_get_bool(answer, "ok")) {
        *out = (struct channel_tested){.display = json_get_str(answer, "display")};
        (void)instant_parse(json_get_str(answer, "token_expires_at"), &out->token.expires_at);
        return OK;
    }
    field = arena_copy(c->arena, json_get_str(answer, "field"));
    problem = json_get_str(answer, "problem");
    if (problem.len == 0)
        problem = S("the provider refused these credentials");
    if (json_get_bool(answer, "unavailable"))
        return FAIL(c, ERR_UNAVAILABLE, "%.*s", STR_ARG(problem));
    return FAIL_FIELD(c, field.ptr, "%.*s", STR_ARG(problem));
}

/* What is accounted for of a channel; its secrets are never shown. */
static const struct field channel_facts[] = {
    FIELD(struct channel, kind, 0, 0),
    FIELD(struct channel, name, 0, 0),
    FIELD(struct channel, settings, 0, 0),
    FIELD(struct channel, silence_alarm_minutes, 0, 0),
    FIELD_END,
};

static enum status record(struct ctx *c, const char *action, const struct channel *before,
                          const struct channel *after)
{
    const struct channel *one = after ? after : before;

    assert(one != NULL); /* it was made, changed or ended */
    return audit_write(c, &(struct audit){.action = action,
                                          .entity = one->id,
                                          .name = one->name,
                                          .fields = channel_facts,
                                          .before = before,
                                          .after = after});
}

enum status channel_connect(struct ctx *c, struct keys *keys, const struct channel_form *form,
                            const struct channel_tested *tested, struct channel *out)
{
    const struct channel_ops *ops;
    struct form_values values;
    struct bytes secrets;
    struct channel row = {.id = uuid_new(),
                          .kind = form->kind,
                          .name = str_trim(form->name),
                          .state = CHANNEL_CONNECTED,
                          .silence_alarm_minutes = form->silence_alarm_minutes,
                          .token_expires_at =
                              tested ? tested->token.expires_at : (struct instant){0}};

    TRY(form_check(c, form, &(struct form_kept){NULL, NULL}, &ops, &values));
    row.settings.text = values.settings;
    TRY(seal_secrets(c, keys, row.id, &values, &secrets));
    TRY(channel_insert(c, &row, secrets));
    TRY(locator_insert(c, S("channel"), locator_channel_key(c, row.id), row.id));
    TRY(publish(c, row.id, 1));
    TRY(channel_select(c, row.id, out));
    return record(c, "channel.connect", NULL, out);
}

enum status channel_change(struct ctx *c, struct keys *keys, struct uuid id,
                           const struct channel_patch *patch, struct channel *out)
{
    struct channel_form form = {.secrets = patch->form->secrets};
    const struct channel_ops *ops;
    struct form_values values;
    struct bytes secrets;
    struct channel row, was;

    TRY(channel_lock(c, id, &row));
    was = row;
    if (patch->version && patch->version != row.version)
        return FAIL_REASON(c, ERR_CONFLICT, "stale_version",
                           "somebody changed this channel meanwhile");
    if (row.state == CHANNEL_DISCONNECTED)
        return FAIL_REASON(c, ERR_CONFLICT, "channel_disconnected", "this channel is disconnected");
    form.kind = row.kind;
    form.name = patch->has_name ? patch->form->name : row.name;
    form.settings = patch->has_settings ? patch->form->settings : NULL;
    TRY(check_change(c, keys, id, &form, &values, &ops));
    TRY(seal_secrets(c, keys, id, &values, &secrets));
    row.name = str_trim(form.name);
    row.settings.text = values.settings;
    if (patch->has_alarm)
        row.silence_alarm_minutes = patch->form->silence_alarm_minutes;
    /* a provider that cannot be asked now has said nothing against what it said before */
    if (patch->tested && (patch->tested->token.told || json_count(patch->form->secrets) > 0))
        row.token_expires_at = patch->tested->token.expires_at;
    if (patch->form->secrets) /* they were tested: what was wrong with the old ones is over */
        row.state = CHANNEL_CONNECTED;
    TRY(channel_update(c, &row, secrets));
    TRY(publish(c, id, row.version + 1));
    TRY(channel_select(c, id, out));
    if (patch->form->secrets)
        TRY(record(c, "channel.credentials", NULL, out));
    return record(c, "channel.change", &was, out);
}

enum status channel_end(struct ctx *c, struct uuid id)
{
    struct channel row;

    TRY(channel_lock(c, id, &row));
    if (row.state == CHANNEL_DISCONNECTED)
        return OK;
    TRY(channel_disconnect(c, id));
    TRY(locator_delete(c, S("channel"), locator_channel_key(c, id)));
    TRY(record(c, "channel.disconnect", &row, NULL));
    return publish(c, id, row.version + 1);
}

/* ---- what the worker learns ---- */

enum status channel_degrade(struct ctx *c, struct uuid id, str why)
{
    int64_t version;

    TRY(channel_health_error(c, id, why));
    TRY(channel_update_state(c, id, CHANNEL_DEGRADED, &version));
    return version ? publish(c, id, version) : OK;
}

enum status channel_recover(struct ctx *c, struct uuid id)
{
    int64_t version;

    TRY(channel_update_state(c, id, CHANNEL_CONNECTED, &version));
    return version ? publish(c, id, version) : OK;
}

enum status channel_inbound_failed(struct ctx *c, struct uuid id, struct uuid inbound_id, str why)
{
    bool changed;

    TRY(inbound_fail(c, inbound_id, why, &changed));
    return changed ? publish(c, id, 0) : OK;
}

enum status channel_inbound(struct ctx *c, struct uuid id, str state, struct uuid before,
                            int64_t limit, struct list *out)
{
    struct channel_sealed row;

    TRY(channel_select_sealed(c, id, &row));
    return inbound_list(c, id, state, before, limit, out);
}

enum status channel_inbound_replay(struct ctx *c, struct uuid inbound_id)
{
    return inbound_replay(c, inbound_id);
}
