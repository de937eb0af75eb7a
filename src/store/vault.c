/*
 * vault.c - unnest() over arrays: one plan, one row or sixty-four.
 */
#include "store/vault.h"

#include "db/db.h"
#include "store/vault.sql.h"

struct group {
    struct uuid *orgs, *ids, *channels;
    struct instant *times;
    struct bytes *bodies, *digests;
};

static void fill(struct ctx *c, struct inbound_row *const *rows, size_t n, struct group *g)
{
    g->orgs = NEW_ARRAY(c->arena, struct uuid, n);
    g->ids = NEW_ARRAY(c->arena, struct uuid, n);
    g->channels = NEW_ARRAY(c->arena, struct uuid, n);
    g->times = NEW_ARRAY(c->arena, struct instant, n);
    g->bodies = NEW_ARRAY(c->arena, struct bytes, n);
    g->digests = NEW_ARRAY(c->arena, struct bytes, n);
    for (size_t i = 0; i < n; i++) {
        g->orgs[i] = rows[i]->org;
        g->ids[i] = rows[i]->id;
        g->channels[i] = rows[i]->channel_id;
        g->times[i] = rows[i]->received_at;
        g->bodies[i] = rows[i]->body;
        g->digests[i] = rows[i]->digest;
    }
}

struct stored {
    struct uuid id;
};

static const struct field stored_row[] = {
    FIELD(struct stored, id, 0, 0),
    FIELD_END,
};

static enum status mark(struct ctx *c, const struct db_rows *answer,
                        struct inbound_row *const *rows, size_t n, bool *new_rows)
{
    struct list stored;

    TRY(db_read_all(c, answer, stored_row, sizeof(struct stored), &stored));
    for (size_t i = 0; i < n; i++) {
        new_rows[i] = false;
        for (size_t j = 0; j < stored.n && !new_rows[i]; j++)
            new_rows[i] = uuid_eq(((struct stored *)stored.items)[j].id, rows[i]->id);
    }
    return OK;
}

enum status vault_commit(struct ctx *c, struct inbound_row *const *rows, size_t n, bool *new_rows)
{
    struct group g;
    struct db_rows *answer;

    fill(c, rows, n, &g);
    struct db_arg insert[] = {
        A(((struct uuid_array){g.orgs, n})),     A(((struct uuid_array){g.ids, n})),
        A(((struct uuid_array){g.channels, n})), A(((struct instant_array){g.times, n})),
        A(((struct bytes_array){g.bodies, n})),  A(((struct bytes_array){g.digests, n})),
    };
    struct db_arg wake[] = {A(((struct uuid_array){g.orgs, n}))};
    struct db_call calls[] = {
        {.stmt = &vault_insert_sql, .args = insert, .n = 6,               .rows = &answer},
        {.stmt = &vault_wake_sql,                         .args = wake,                 .n = 1},
    };
    TRY(db_transact(c, calls, 2));
    return mark(c, answer, rows, n, new_rows);
}
