/*
 * fields.c - the fields that an organisation adds to its contacts.
 */
#include "api/handlers.h"
#include "base/json.h"
#include "domain/contact.h"

static const struct field field_json[] = {
    FIELD(struct custom_field, id, 0, 0),
    FIELD(struct custom_field, key, 0, 0),
    FIELD(struct custom_field, label, 0, 0),
    FIELD_ENUM(struct custom_field, type, 0, &custom_type_names),
    FIELD(struct custom_field, choices, 0, 0),
    FIELD(struct custom_field, position, 0, 0),
    FIELD(struct custom_field, version, 0, 0),
    FIELD_END,
};

const struct shape field_shape = SHAPE(struct custom_field, field_json, "Field");

struct fields_out {
    struct list items;
};

static const struct field fields_json[] = {
    FIELD_LIST(struct fields_out, items, 0, struct custom_field, field_json, 0),
    FIELD_END,
};

const struct shape field_list_shape = SHAPE(struct fields_out, fields_json, "FieldList");

enum status get_fields(struct ctx *c, struct req *r)
{
    struct fields_out *out = r->out;

    return contact_fields(c, &out->items);
}

struct field_in {
    str key;
    str label;
    enum custom_type type;
    struct list choices; /* of str */
    int64_t position;
    int64_t version;
};

static const struct field field_new_in[] = {
    FIELD(struct field_in, key, F_REQUIRED | F_NONEMPTY, 40),
    FIELD(struct field_in, label, F_REQUIRED | F_NONEMPTY, 80),
    FIELD_ENUM(struct field_in, type, F_REQUIRED, &custom_type_names),
    FIELD_LIST(struct field_in, choices, 0, str, bare_str, 50),
    FIELD_END,
};

const struct shape field_new_shape = SHAPE(struct field_in, field_new_in, "FieldNew");

static const struct field field_patch_in[] = {
    FIELD(struct field_in, label, F_NONEMPTY, 80),
    FIELD_LIST(struct field_in, choices, 0, str, bare_str, 50),
    FIELD(struct field_in, position, 0, 1000),
    FIELD(struct field_in, version, 0, 0),
    FIELD_END,
};

const struct shape field_patch_shape = SHAPE(struct field_in, field_patch_in, "FieldPatch");

enum status post_field(struct ctx *c, struct req *r)
{
    const struct field_in *in = r->in;
    struct field_new row = {.key = in->key,
                            .label = in->label,
                            .type = in->type,
                            .choices = in->choices.items,
                            .n_choices = in->choices.n};

    return contact_field_add(c, &row, r->out);
}

enum status patch_field(struct ctx *c, struct req *r)
{
    const struct field_in *in = r->in;
    struct field_patch patch = {
        .has_label = req_has(r, "label"),
        .has_choices = req_has(r, "choices"),
        .has_position = req_has(r, "position"),
        .label = in->label,
        .choices = in->choices.items,
        .n_choices = in->choices.n,
        .position = in->position,
        .version = in->version,
    };

    return contact_field_change(c, r->ids[0], &patch, r->out);
}

enum status delete_field(struct ctx *c, struct req *r)
{
    return contact_field_remove(c, r->ids[0]);
}
