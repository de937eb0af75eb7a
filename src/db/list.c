/*
 * list.c - a base statement with the filters that are wanted (rule Q8).
 *
 * The combination is known by a hash of the names in it, so its text is only
 * put together when this connection has not prepared it yet.
 */
#include "db/conn.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"

enum { MAX_TEXT = 16384 };

struct combination {
    const struct db_stmt *base;
    const struct db_filter *filters;
    size_t n_filters;
    const struct db_fragment *order; /* may be NULL */
};

/* The fragment's text with each "$?" numbered. */
static void add_fragment(struct buf *b, const struct db_fragment *fragment, int *number)
{
    struct cur cur = cur_of(str_of(fragment->text));
    str part;

    buf_add_char(b, ' ');
    while (!cur_at_end(&cur)) {
        if (cur_skip(&cur, S("$?"))) {
            buf_add_char(b, '$');
            buf_add_i64(b, ++*number);
            continue;
        }
        part = (str){cur.at, 1};
        cur.at++;
        buf_add(b, part);
    }
}

static enum status build(struct ctx *c, const struct combination *all, int first, str *out)
{
    struct buf b = buf_new(c->arena, MAX_TEXT);
    int number = first;

    buf_add(&b, str_of(all->base->text));
    for (size_t i = 0; i < all->n_filters; i++)
        add_fragment(&b, all->filters[i].fragment, &number);
    if (all->order)
        add_fragment(&b, all->order, &number);
    return buf_done(c, &b, out);
}

static uint64_t key_of(const struct combination *all, const struct db_arg *args, int n)
{
    uint64_t key = hash_add(HASH_START, all->base->name, strlen(all->base->name) + 1);

    for (size_t i = 0; i < all->n_filters; i++) {
        const char *name = all->filters[i].fragment->name;

        key = hash_add(key, name, strlen(name) + 1);
    }
    if (all->order)
        key = hash_add(key, all->order->name, strlen(all->order->name) + 1);
    for (int i = 0; i < n; i++)
        key = hash_add(key, &(unsigned char){(unsigned char)args[i].type}, 1);
    return key ? key : 1;
}

/* DB_ARGS is two of the eight. */
/* NOLINTNEXTLINE(readability-function-size) */
enum status db_list(struct ctx *c, const struct db_stmt *base, const struct db_arg *args, int n,
                    const struct db_filter *filters, size_t n_filters,
                    const struct db_fragment *order, struct db_rows **out)
{
    struct combination all = {base, filters, n_filters, order};
    struct db_arg joined[MAX_PARAMS];
    struct statement st = {.label = base->name, .name = base->name};
    PGresult *result = NULL;
    int count = n;

    assert(n >= base->params && n <= MAX_PARAMS && n_filters <= DB_MAX_FILTERS);
    if (n)
        memcpy(joined, args, (size_t)n * sizeof(*args));
    for (size_t i = 0; i < n_filters; i++) {
        assert(filters[i].n == filters[i].fragment->params && count + filters[i].n <= MAX_PARAMS);
        for (int k = 0; k < filters[i].n; k++)
            joined[count++] = filters[i].args[k];
    }
    st.key = key_of(&all, joined, count);
    if (!prepared_find(c->db, st.key)) {
        str text;

        TRY(build(c, &all, n, &text));
        st.text = text.ptr;
    }
    TRY(statement_run(c, &st, joined, count, &result));
    *out = rows_new(c, result);
    return OK;
}
