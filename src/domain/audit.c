/*
 * audit.c - a row of the audit log from a change.
 */
#include "domain/audit.h"

#include "base/json.h"

enum { NAME_MAX_BYTES = 200, ENTITY_NAME_MAX = 320, AGENT_MAX = 400, SIDE_MAX = 256 * 1024 };

static str member_text(struct arena *a, const struct field *f, const void *in)
{
    const struct field one[] = {*f, FIELD_END};
    struct buf b = buf_new(a, SIDE_MAX);
    struct json_writer w = json_writer_new(&b);

    json_struct(&w, NULL, one, in);
    return buf_str(&b);
}

static bool differs(struct arena *a, const struct field *f, const void *before, const void *after)
{
    return !before || !after || !str_eq(member_text(a, f, before), member_text(a, f, after));
}

/* One side: the members that are not the same on the other. */
static struct json_text side(struct ctx *c, const struct audit *a, const void *in)
{
    struct buf b = buf_new(c->arena, SIDE_MAX);
    struct json_writer w = json_writer_new(&b);

    if (!a->fields || !in)
        return (struct json_text){{0}};
    json_object_begin(&w, NULL);
    for (const struct field *f = a->fields; f->name; f++) {
        const struct field one[] = {*f, FIELD_END};

        if (f->type != FT_SECRET && f->type != FT_BYTES &&
            differs(c->arena, f, a->before, a->after))
            json_members(&w, one, in);
    }
    json_object_end(&w);
    return (struct json_text){buf_str(&b)};
}

enum status audit_write_as(struct ctx *c, const struct actor *actor, const struct audit *a)
{
    struct audit_row row = {
        .id = uuid_new(),
        .actor_kind = ACTOR_SYSTEM,
        .action = str_of(a->action),
        .entity_id = a->entity,
        .entity_name = str_utf8_cut(a->name, ENTITY_NAME_MAX),
        .before = side(c, a, a->before),
        .after = side(c, a, a->after),
    };

    row.actor_name = row.ip = row.user_agent = row.request_id = S("");
    if (!row.entity_name.ptr)
        row.entity_name = S("");
    if (actor) {
        row.actor_kind = actor->kind ? actor->kind : ACTOR_USER;
        row.actor_id = actor->id;
        row.actor_name = actor->name.ptr ? str_utf8_cut(actor->name, NAME_MAX_BYTES) : S("");
    }
    if (c->from) {
        row.ip = c->from->ip;
        row.user_agent = str_utf8_cut(c->from->user_agent, AGENT_MAX);
        row.request_id = c->from->request_id;
    }
    return audit_insert(c, &row);
}

enum status audit_write(struct ctx *c, const struct audit *a)
{
    return audit_write_as(c, c->actor, a);
}
