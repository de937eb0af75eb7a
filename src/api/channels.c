/*
 * channels.c - connecting providers' accounts, and how they are.
 *
 * Credentials are tried before they are saved: the worker calls the provider, the request waits for
 * it without a thread (req.wait_job), and what was typed is saved in a second transaction.
 */
#include "api/cursor.h"
#include "api/handlers.h"
#include "api/server.h"
#include "api/shapes.h"
#include "base/json.h"
#include "domain/channel.h"

/* ---- kinds ---- */

struct setting_out {
    str key;
    bool secret, required;
    int64_t max;
    str pattern, initial;
};

static const struct field setting_json[] = {
    FIELD(struct setting_out, key, 0, 0),
    FIELD(struct setting_out, secret, 0, 0),
    FIELD(struct setting_out, required, 0, 0),
    FIELD(struct setting_out, max, 0, 0),
    FIELD(struct setting_out, pattern, F_NULL, 0),
    FIELD(struct setting_out, initial, F_NULL, 0),
    FIELD_END,
};

struct kind_out {
    str kind;
    int64_t max_text, max_text_chars, window_hours;
    bool reactions, replies, read_marks, files;
    struct list settings;
};

static const struct field kind_json[] = {
    FIELD(struct kind_out, kind, 0, 0),
    FIELD(struct kind_out, max_text, 0, 0),
    FIELD(struct kind_out, max_text_chars, F_NULL, 0),
    FIELD(struct kind_out, window_hours, F_NULL, 0),
    FIELD(struct kind_out, reactions, 0, 0),
    FIELD(struct kind_out, replies, 0, 0),
    FIELD(struct kind_out, read_marks, 0, 0),
    FIELD(struct kind_out, files, 0, 0),
    FIELD_LIST(struct kind_out, settings, 0, struct setting_out, setting_json, 0),
    FIELD_END,
};

struct items_out {
    struct list items;
};

static const struct field kinds_json[] = {
    FIELD_LIST(struct items_out, items, 0, struct kind_out, kind_json, 0),
    FIELD_END,
};

const struct shape channel_kind_list_shape = SHAPE(struct items_out, kinds_json, "ChannelKindList");

static str text_or_null(const char *text)
{
    return text ? str_of(text) : (str){NULL, 0};
}

static struct list settings_of(struct ctx *c, const struct channel_ops *ops)
{
    struct setting_out *out;
    size_t n = 0;

    while (ops->settings[n].key)
        n++;
    out = NEW_ARRAY(c->arena, struct setting_out, n);
    for (size_t i = 0; i < n; i++) {
        const struct channel_setting *s = &ops->settings[i];

        out[i] = (struct setting_out){.key = str_of(s->key),
                                      .secret = s->secret,
                                      .required = s->required,
                                      .max = s->max,
                                      .pattern = text_or_null(s->pattern),
                                      .initial = text_or_null(s->initial)};
    }
    return (struct list){out, n};
}

enum status get_channel_kinds(struct ctx *c, struct req *r)
{
    struct items_out *out = r->out;
    struct kind_out *kinds;
    size_t n = 0;

    while (channels[n])
        n++;
    kinds = NEW_ARRAY(c->arena, struct kind_out, n);
    for (size_t i = 0; i < n; i++) {
        const struct channel_traits *t = &channels[i]->traits;

        kinds[i] = (struct kind_out){
            .kind = str_of(channels[i]->name),
            .max_text = t->max_text,
            .max_text_chars = t->max_text_chars,
            .window_hours = t->window_s / 3600,
            .reactions = t->reactions,
            .replies = t->replies,
            .read_marks = t->read_marks,
            .files = channels[i]->media != NULL,
            .settings = settings_of(c, channels[i]),
        };
    }
    out->items = (struct list){kinds, n};
    return OK;
}

/* ---- channels ---- */

struct channel_out {
    struct channel channel;
    str hook_url;
};

#define CHANNEL(m, fl) FIELD_AS(struct channel_out, channel.m, #m, fl, 0)

static const struct field health_json[] = {
    CHANNEL(last_inbound_at, F_NULL),
    CHANNEL(last_outbound_at, F_NULL),
    CHANNEL(last_error_at, F_NULL),
    CHANNEL(last_error, F_NULL),
    CHANNEL(silent, 0),
    CHANNEL(failed_inbound, 0),
    CHANNEL(queued, 0),
    FIELD_END,
};

static const struct field channel_json[] = {
    CHANNEL(id, 0),
    CHANNEL(kind, 0),
    CHANNEL(name, 0),
    FIELD_ENUM_AS(struct channel_out, channel.state, "state", 0, &channel_state_names),
    CHANNEL(settings, 0),
    CHANNEL(has_secrets, 0),
    {.name = "hook_url",
                      .type = FT_STR,
                      .offset = offsetof(struct channel_out, hook_url),
                      .flags = F_NULL,
                      .doc = "what the provider is told; null where none reports"},
    FIELD_PART(struct channel_out, "health", 0, health_json),
    CHANNEL(token_expires_at, F_NULL),
    CHANNEL(silence_alarm_minutes, F_NULL),
    CHANNEL(version, 0),
    FIELD_END,
};

const struct shape channel_shape = SHAPE(struct channel_out, channel_json, "Channel");

static const struct field channels_json[] = {
    FIELD_LIST(struct items_out, items, 0, struct channel_out, channel_json, 0),
    FIELD_END,
};

const struct shape channel_list_shape = SHAPE(struct items_out, channels_json, "ChannelList");

/* Null where no provider reports: what is ours has no hook to be told of. */
static str hook_url(struct ctx *c, const struct req *r, const struct channel *channel)
{
    const struct channel_ops *ops = channel_find(channel->kind);

    if (!ops || !ops->connect)
        return (str){NULL, 0};
    return arena_printf(c->arena, "%.*s/hooks/%.*s", STR_ARG(r->server->origin),
                        STR_ARG(uuid_str(c->arena, channel->id)));
}

static struct channel_out shown(struct ctx *c, const struct req *r, const struct channel *channel)
{
    return (struct channel_out){.channel = *channel, .hook_url = hook_url(c, r, channel)};
}

static enum status show(struct ctx *c, struct req *r, const struct channel *channel)
{
    *(struct channel_out *)r->out = shown(c, r, channel);
    return OK;
}

enum status get_channels(struct ctx *c, struct req *r)
{
    struct items_out *out = r->out;
    const struct channel *items;
    struct channel_out *all;
    struct list found;

    TRY(channel_overview(c, &found));
    items = found.items;
    all = NEW_ARRAY(c->arena, struct channel_out, found.n);
    for (size_t i = 0; i < found.n; i++)
        all[i] = shown(c, r, &items[i]);
    out->items = (struct list){all, found.n};
    return OK;
}

enum status get_channel(struct ctx *c, struct req *r)
{
    struct channel channel;

    TRY(channel_load(c, r->ids[0], &channel));
    return show(c, r, &channel);
}

/* ---- connecting and changing ---- */

enum { FORM_BYTES = 16384, ALARM_MAX = 60 * 24 * 31 };

struct channel_in {
    str kind;
    str name;
    struct json_text settings;
    struct json_text secrets;
    int64_t silence_alarm_minutes;
    int64_t version;
};

static const struct field channel_new_in[] = {
    FIELD(struct channel_in, kind, F_REQUIRED | F_NONEMPTY, 32),
    FIELD(struct channel_in, name, F_REQUIRED | F_NONEMPTY, 80),
    FIELD(struct channel_in, settings, 0, FORM_BYTES),
    FIELD(struct channel_in, secrets, 0, FORM_BYTES),
    FIELD(struct channel_in, silence_alarm_minutes, F_NULL, ALARM_MAX),
    FIELD_END,
};

const struct shape channel_new_shape = SHAPE(struct channel_in, channel_new_in, "ChannelNew");

static const struct field channel_patch_in[] = {
    FIELD(struct channel_in, name, F_NONEMPTY, 80),
    FIELD(struct channel_in, settings, 0, FORM_BYTES),
    FIELD(struct channel_in, secrets, 0, FORM_BYTES),
    FIELD(struct channel_in, silence_alarm_minutes, F_NULL, ALARM_MAX),
    FIELD(struct channel_in, version, 0, 0),
    FIELD_END,
};

const struct shape channel_patch_shape = SHAPE(struct channel_in, channel_patch_in, "ChannelPatch");

static enum status object_of(struct ctx *c, const char *field, struct json_text text,
                             const struct json **out)
{
    struct json *parsed;

    *out = NULL;
    if (text.text.len == 0)
        return OK;
    TRY(json_parse(c, text.text, &parsed));
    if (json_kind_of(parsed) == JSON_NULL)
        return OK;
    if (json_kind_of(parsed) != JSON_OBJECT)
        return FAIL_FIELD(c, field, "this must be an object");
    *out = parsed;
    return OK;
}

static enum status form_of(struct ctx *c, const struct req *r, struct channel_form *out)
{
    const struct channel_in *in = r->in;

    *out = (struct channel_form){
        .kind = in->kind, .name = in->name, .silence_alarm_minutes = in->silence_alarm_minutes};
    if (in->silence_alarm_minutes < 0)
        return FAIL_FIELD(c, "silence_alarm_minutes", "this must not be negative");
    TRY(object_of(c, "settings", in->settings, &out->settings));
    return object_of(c, "secrets", in->secrets, &out->secrets);
}

static enum status connect(struct ctx *c, struct req *r, const struct channel_tested *tested)
{
    struct channel_form form;
    struct channel channel;

    TRY(form_of(c, r, &form));
    TRY(channel_connect(c, r->server->data_keys, &form, tested, &channel));
    return show(c, r, &channel);
}

static enum status connect_tested(struct ctx *c, struct req *r)
{
    struct channel_tested found;

    TRY(channel_test_result(c, r->job_result, &found));
    return connect(c, r, &found);
}

enum status post_channel(struct ctx *c, struct req *r)
{
    struct channel_form form;
    struct uuid job;

    TRY(form_of(c, r, &form));
    TRY(channel_test_enqueue(c, r->server->data_keys, &form, (struct uuid){{0}}, &job));
    if (uuid_is_zero(job))
        return connect(c, r, NULL);
    r->wait_job = job;
    r->then = connect_tested;
    return OK;
}

/* tested: what was found just now; NULL: nothing was tried. */
static enum status change(struct ctx *c, struct req *r, const struct channel_tested *tested)
{
    const struct channel_in *in = r->in;
    struct channel_form form;
    struct channel channel;
    struct channel_patch patch = {
        .form = &form,
        .has_name = req_has(r, "name"),
        .has_settings = req_has(r, "settings"),
        .has_alarm = req_has(r, "silence_alarm_minutes"),
        .version = in->version,
        .tested = tested,
    };

    TRY(form_of(c, r, &form));
    TRY(channel_change(c, r->server->data_keys, r->ids[0], &patch, &channel));
    return show(c, r, &channel);
}

static enum status change_tested(struct ctx *c, struct req *r)
{
    struct channel_tested found;

    TRY(channel_test_result(c, r->job_result, &found));
    return change(c, r, &found);
}

enum status patch_channel(struct ctx *c, struct req *r)
{
    struct channel_form form;
    struct channel channel;
    struct uuid job;

    if (!req_has(r, "settings") && !req_has(r, "secrets"))
        return change(c, r, NULL);
    TRY(form_of(c, r, &form));
    TRY(channel_load(c, r->ids[0], &channel));
    form.kind = channel.kind;
    if (!req_has(r, "name"))
        form.name = channel.name;
    TRY(channel_test_enqueue(c, r->server->data_keys, &form, channel.id, &job));
    if (uuid_is_zero(job))
        return change(c, r, NULL);
    r->wait_job = job;
    r->then = change_tested;
    return OK;
}

enum status delete_channel(struct ctx *c, struct req *r)
{
    return channel_end(c, r->ids[0]);
}

/* ---- trying one that is connected ---- */

struct test_out {
    bool ok;
    str display, problem;
};

static const struct field test_json[] = {
    FIELD(struct test_out, ok, 0, 0),
    FIELD(struct test_out, display, F_NULL, 0),
    FIELD(struct test_out, problem, F_NULL, 0),
    FIELD_END,
};

const struct shape channel_test_shape = SHAPE(struct test_out, test_json, "ChannelTest");

static enum status show_test(struct ctx *c, struct req *r)
{
    struct test_out *out = r->out;
    struct channel_tested found = {.display = S("")};
    enum status s = channel_test_result(c, r->job_result, &found);

    out->ok = s == OK;
    out->display = found.display;
    if (s != ERR_INVALID && s != ERR_UNAVAILABLE)
        return s;
    out->problem = arena_copy(c->arena, str_of(c->err.msg));
    return OK;
}

enum status post_channel_test(struct ctx *c, struct req *r)
{
    struct test_out *out = r->out;
    struct channel_form form = {.settings = NULL};
    struct channel channel;
    struct uuid job;

    TRY(channel_load(c, r->ids[0], &channel));
    if (channel.state == CHANNEL_DISCONNECTED)
        return FAIL_REASON(c, ERR_CONFLICT, "channel_disconnected", "this channel is disconnected");
    form.kind = channel.kind;
    form.name = channel.name;
    TRY(channel_test_enqueue(c, r->server->data_keys, &form, channel.id, &job));
    if (uuid_is_zero(job)) {
        out->ok = true;
        return OK;
    }
    r->wait_job = job;
    r->then = show_test;
    return OK;
}

/* ---- what came in ---- */

static const struct field inbound_json[] = {
    FIELD(struct inbound_summary, id, 0, 0),
    FIELD(struct inbound_summary, received_at, 0, 0),
    FIELD(struct inbound_summary, state, 0, 0),
    FIELD(struct inbound_summary, attempts, 0, 0),
    FIELD(struct inbound_summary, error, F_NULL, 0),
    FIELD(struct inbound_summary, bytes, 0, 0),
    FIELD_END,
};

static const struct field inbound_page_json[] = {
    PAGE_FIELDS(struct inbound_summary, inbound_json),
};

const struct shape inbound_page_shape = SHAPE(struct page, inbound_page_json, "InboundPage");

struct inbound_in {
    int state;
    int64_t limit;
    str cursor;
};

static const struct field inbound_in[] = {
    FIELD_ENUM(struct inbound_in, state, 0, &inbound_state_names),
    FIELD(struct inbound_in, limit, 0, 100),
    FIELD(struct inbound_in, cursor, 0, 200),
    FIELD_END,
};

const struct shape inbound_query = SHAPE(struct inbound_in, inbound_in, "inbound_query");

enum status get_channel_inbound(struct ctx *c, struct req *r)
{
    const struct inbound_in *in = r->query;
    size_t limit = (size_t)req_limit(in->limit);
    struct uuid before = {{0}};
    struct page *page = r->out;
    const struct inbound_summary *items;
    str key;

    TRY(cursor_read(c, in->cursor, &key, &before));
    TRY(channel_inbound(c, r->ids[0], str_of(field_word(&inbound_state_names, in->state)), before,
                        (int64_t)limit + 1, &page->items));
    items = page->items.items;
    if (page->items.n > limit) {
        page->items.n = limit;
        page->next_cursor = cursor_text(c->arena, S(""), items[limit - 1].id);
    }
    return OK;
}

enum status post_inbound_replay(struct ctx *c, struct req *r)
{
    return channel_inbound_replay(c, r->ids[0]);
}
