/*
 * contact_custom.c - the fields an organisation adds to its contacts, and their values.
 *
 * A field's key and type never change, so values that are kept stay valid; a choice that is no longer
 * offered stays until somebody picks another.
 */
#include "domain/contact_custom.h"

#include "base/buf.h"
#include "domain/audit.h"
#include "store/change.h"

enum {
    TEXT_MAX = 2000,
    CHOICE_MAX = 80,
    CHOICES_MAX = 50,
    KEY_MAX = 40,
    LABEL_MAX = 80,
    CUSTOM_MAX = 60000
};

/* ---- values ---- */

static enum status bad_value(struct ctx *c, str key, const char *why)
{
    str field = arena_printf(c->arena, "custom.%.*s", STR_ARG(str_utf8_cut(key, KEY_MAX)));

    return FAIL_FIELD(c, field.ptr, "%s", why);
}

static bool is_digits(str s, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return true;
}

/* YYYY-MM-DD, a day that exists. */
static bool is_date(struct ctx *c, str s)
{
    struct instant midnight;

    if (s.len != 10 || s.ptr[4] != '-' || s.ptr[7] != '-' || !is_digits(s, 0, 4) ||
        !is_digits(s, 5, 7) || !is_digits(s, 8, 10))
        return false;
    return instant_parse(arena_printf(c->arena, "%.*sT00:00:00Z", STR_ARG(s)), &midnight);
}

static enum status check_choice(struct ctx *c, const struct custom_field *field, str value)
{
    struct json *choices;

    TRY(json_parse(c, field->choices.text, &choices));
    for (size_t i = 0; i < json_count(choices); i++)
        if (str_eq(json_to_str(json_at(choices, i)), value))
            return OK;
    return bad_value(c, field->key, "this is not one of the choices");
}

static enum status check_value(struct ctx *c, const struct custom_field *field,
                               const struct json *value)
{
    enum json_kind kind = json_kind_of(value);
    str text = json_to_str(value);

    if (field->type == CUSTOM_NUMBER)
        return kind == JSON_INTEGER || kind == JSON_REAL
                   ? OK
                   : bad_value(c, field->key, "this must be a number");
    if (kind != JSON_STRING)
        return bad_value(c, field->key, "this must be a text");
    if (text.len > TEXT_MAX)
        return bad_value(c, field->key, "this is too long");
    if (field->type == CUSTOM_DATE && !is_date(c, text))
        return bad_value(c, field->key, "this must be a date: YYYY-MM-DD");
    return field->type == CUSTOM_CHOICE ? check_choice(c, field, text) : OK;
}

static enum status check_patch(struct ctx *c, const struct json *patch)
{
    const struct json *value;
    struct list fields;
    str key;

    TRY(custom_field_list(c, &fields));
    for (size_t i = 0; json_member(patch, i, &key, &value); i++) {
        const struct custom_field *items = fields.items;
        size_t at = 0;

        while (at < fields.n && !str_eq(items[at].key, key))
            at++;
        if (at == fields.n)
            return bad_value(c, key, "there is no such field");
        if (json_kind_of(value) != JSON_NULL)
            TRY(check_value(c, &items[at], value));
    }
    return OK;
}

/* The members of from, but for nulls and for those that except has too. */
static void copy_members(struct ctx *c, struct json_writer *w, const struct json *from,
                         const struct json *except)
{
    const struct json *value;
    str key;

    for (size_t i = 0; json_member(from, i, &key, &value); i++) {
        const char *name = arena_copy(c->arena, key).ptr;

        if (json_kind_of(value) != JSON_NULL && !(except && json_get(except, name)))
            json_raw(w, name, json_dump(c, value));
    }
}

enum status custom_merge(struct ctx *c, struct json_text kept, const struct json *patch,
                         struct json_text *out)
{
    struct buf b = buf_new(c->arena, CUSTOM_MAX);
    struct json_writer w = json_writer_new(&b);
    struct json *before;

    if (json_kind_of(patch) != JSON_OBJECT)
        return FAIL_FIELD(c, "custom", "this must be an object");
    TRY(check_patch(c, patch));
    TRY(json_parse(c, kept.text, &before));
    json_object_begin(&w, NULL);
    copy_members(c, &w, before, patch);
    copy_members(c, &w, patch, NULL);
    json_object_end(&w);
    if (buf_done(c, &b, &out->text) != OK)
        return FAIL_FIELD(c, "custom", "all custom fields together are too long");
    return OK;
}

/* ---- the fields themselves ---- */

enum status contact_fields(struct ctx *c, struct list *out)
{
    return custom_field_list(c, out);
}

static enum status publish(struct ctx *c, struct uuid id, int64_t version)
{
    return change_write(
        c, &(struct change){
               .kind = S("field"), .entity_id = id, .version = version, .actor_id = actor_id(c)});
}

static enum status check_key(struct ctx *c, str key)
{
    if (key.len == 0 || key.len > KEY_MAX || key.ptr[0] < 'a' || key.ptr[0] > 'z')
        return FAIL_FIELD(c, "key", "a key begins with a small letter and has 1 to %d", KEY_MAX);
    for (size_t i = 0; i < key.len; i++) {
        char ch = key.ptr[i];

        if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '_'))
            return FAIL_FIELD(c, "key", "a key holds small letters, digits and _");
    }
    return OK;
}

static enum status check_label(struct ctx *c, str label)
{
    if (str_is_empty(str_trim(label)) || label.len > LABEL_MAX)
        return FAIL_FIELD(c, "label", "a label has 1 to %d bytes", LABEL_MAX);
    return OK;
}

/* The array as it is stored: distinct, trimmed, not empty. */
static enum status check_choices(struct ctx *c, enum custom_type type, const str *choices, size_t n,
                                 struct json_text *out)
{
    struct buf b = buf_new(c->arena, 8192);
    struct json_writer w = json_writer_new(&b);

    if (type == CUSTOM_CHOICE && (n == 0 || n > CHOICES_MAX))
        return FAIL_FIELD(c, "choices", "1 to %d choices are needed", CHOICES_MAX);
    if (type != CUSTOM_CHOICE && n > 0)
        return FAIL_FIELD(c, "choices", "only a choice has choices");
    json_array_begin(&w, NULL);
    for (size_t i = 0; i < n; i++) {
        str choice = str_trim(choices[i]);

        if (choice.len == 0 || choice.len > CHOICE_MAX)
            return FAIL_FIELD(c, "choices", "a choice is a text of 1 to %d bytes", CHOICE_MAX);
        for (size_t k = 0; k < i; k++)
            if (str_eq(choice, str_trim(choices[k])))
                return FAIL_FIELD(c, "choices", "a choice is there twice");
        json_str(&w, NULL, choice);
    }
    json_array_end(&w);
    return buf_done(c, &b, &out->text);
}

static const struct field field_facts[] = {
    FIELD(struct custom_field, key, 0, 0),
    FIELD(struct custom_field, label, 0, 0),
    FIELD_ENUM(struct custom_field, type, 0, &custom_type_names),
    FIELD(struct custom_field, choices, 0, 0),
    FIELD(struct custom_field, position, 0, 0),
    FIELD_END,
};

static enum status record(struct ctx *c, const char *action, const struct custom_field *before,
                          const struct custom_field *after)
{
    const struct custom_field *one = after ? after : before;

    return audit_write(c, &(struct audit){.action = action,
                                          .entity = one->id,
                                          .name = one->label,
                                          .fields = field_facts,
                                          .before = before,
                                          .after = after});
}

enum status contact_field_add(struct ctx *c, const struct field_new *in, struct custom_field *out)
{
    struct custom_field row = {
        .id = uuid_new(), .key = in->key, .label = str_trim(in->label), .type = in->type};
    struct list present;
    bool inserted;

    TRY(check_key(c, in->key));
    TRY(check_label(c, in->label));
    TRY(check_choices(c, in->type, in->choices, in->n_choices, &row.choices));
    TRY(custom_field_list(c, &present));
    if (present.n >= CUSTOM_FIELD_MAX)
        return FAIL(c, ERR_CONFLICT, "there are %d fields already", CUSTOM_FIELD_MAX);
    row.position = (int64_t)present.n + 1;
    row.version = 1;
    TRY(custom_field_insert(c, &row, &inserted));
    if (!inserted)
        return FAIL(c, ERR_CONFLICT, "there is a field with this key already");
    TRY(publish(c, row.id, row.version));
    *out = row;
    return record(c, "field.add", NULL, &row);
}

enum status contact_field_change(struct ctx *c, struct uuid id, const struct field_patch *patch,
                                 struct custom_field *out)
{
    struct custom_field row, was;

    TRY(custom_field_lock(c, id, &row));
    was = row;
    if (patch->version && patch->version != row.version)
        return FAIL_REASON(c, ERR_CONFLICT, "stale_version",
                           "somebody changed this field meanwhile");
    if (patch->has_label) {
        TRY(check_label(c, patch->label));
        row.label = str_trim(patch->label);
    }
    if (patch->has_choices)
        TRY(check_choices(c, row.type, patch->choices, patch->n_choices, &row.choices));
    if (patch->has_position)
        row.position = patch->position;
    TRY(custom_field_update(c, &row, &row.version));
    TRY(publish(c, id, row.version));
    *out = row;
    return record(c, "field.change", &was, &row);
}

enum status contact_field_remove(struct ctx *c, struct uuid id)
{
    struct custom_field row;
    bool deleted;

    TRY(custom_field_lock(c, id, &row));
    TRY(custom_field_delete(c, id, &deleted));
    TRY(record(c, "field.remove", &row, NULL));
    return publish(c, id, 0);
}
