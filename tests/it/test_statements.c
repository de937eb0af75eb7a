/*
 * The contract between every SQL statement and the migrated schema: it
 * prepares, its parameters are ours to send and its columns ours to read, and
 * it names the organisation or says why not.
 */
#include "pg.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "all_statements.h"
#include "base/buf.h"

enum { MAX_TYPES = 40, MAX_TEXT = 32768 };

static PGconn *connect_to(struct pg *pg)
{
    struct arena *a = arena_new();
    PGconn *conn = PQconnectdb(pg_conninfo(a, pg->database, "sambung_owner").ptr);

    arena_free(a);
    assert_int_equal(PQstatus(conn), CONNECTION_OK);
    return conn;
}

/* Oids of what db/args.c sends and db/rows.c reads: bool bytea int8 int2 int4 text json float8
 * varchar name timestamptz uuid jsonb xid8, and arrays. */
static bool can_read(Oid type)
{
    static const Oid known[] = {16,   17, 20,   21,   23,   25,   114, 701,
                                1043, 19, 1184, 2950, 3802, 5069, 2278};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i] == type)
            return true;
    return false;
}

/* What we would send where the server expects this: integers always travel as bigint. */
static Oid sent_as(Oid type)
{
    if (type == 21 || type == 23 || type == 701 || type == 1700)
        return 20;
    if (type == 1043 || type == 19)
        return 25;
    return type;
}

static bool is_sendable(Oid type)
{
    static const Oid known[] = {16,   17,   20,   25,   1184, 2950, 3802,
                                1001, 1009, 1016, 1185, 2951, 3807};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i] == type)
            return true;
    return false;
}

/* Prepare as the server infers the types, then as we would send them; -1 and words on stderr. */
static int prepare_both(PGconn *conn, const char *name, const char *text, PGresult **description)
{
    Oid types[MAX_TYPES];
    PGresult *res = PQprepare(conn, "", text, 0, NULL);
    int n = -1;

    if (PQresultStatus(res) != PGRES_COMMAND_OK) {
        print_error("%s: %s", name, PQresultErrorMessage(res));
        PQclear(res);
        return -1;
    }
    PQclear(res);
    res = PQdescribePrepared(conn, "");
    n = PQnparams(res);
    for (int i = 0; i < n && i < MAX_TYPES; i++) {
        types[i] = sent_as(PQparamtype(res, i));
        if (!is_sendable(types[i])) {
            print_error("%s: parameter $%d has type %u, which db/args.c does not send\n", name,
                        i + 1, PQparamtype(res, i));
            n = -1;
        }
    }
    *description = res;
    if (n < 0)
        return -1;
    res = PQprepare(conn, "", text, n, types);
    if (PQresultStatus(res) != PGRES_COMMAND_OK) {
        print_error("%s, with the types that we send: %s", name, PQresultErrorMessage(res));
        n = -1;
    }
    PQclear(res);
    return n;
}

static void check_columns(const char *name, const PGresult *description, int *bad)
{
    for (int i = 0; i < PQnfields(description); i++)
        if (!can_read(PQftype(description, i))) {
            print_error("%s: column %s has type %u, which db/rows.c does not read\n", name,
                        PQfname(description, i), PQftype(description, i));
            (*bad)++;
        }
}

static void every_statement_prepares_and_fits(void **state)
{
    PGconn *conn = connect_to(*state);
    int bad = 0, seen = 0;

    for (const struct named_statement *s = all_statements; s->stmt.name; s++, seen++) {
        PGresult *description = NULL;
        int n = prepare_both(conn, s->stmt.name, s->stmt.text, &description);

        if (n >= 0 && n != s->stmt.params) {
            print_error("%s: takes %d parameters, the header says %d\n", s->stmt.name, n,
                        s->stmt.params);
            n = -1;
        }
        bad += n < 0;
        if (n >= 0)
            check_columns(s->stmt.name, description, &bad);
        PQclear(description);
    }
    PQfinish(conn);
    print_message("# %d statements\n", seen);
    assert_int_equal(bad, 0);
}

static void every_statement_names_the_organisation_or_says_why_not(void **state)
{
    int bad = 0;

    (void)state;
    for (const struct named_statement *s = all_statements; s->stmt.name; s++) {
        if (!strstr(s->stmt.text, "org_id") && !*s->note) {
            print_error("%s (%s) neither names org_id nor has \"-- global: why\"\n", s->stmt.name,
                        s->file);
            bad++;
        }
        if (strstr(s->stmt.text, "set_config(")) {
            print_error("%s: set_config() does not reach every shard\n", s->stmt.name);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

/* Reads and writes of a tenant's tables: the predicate itself, not only the column in a list. */
static void every_statement_of_one_organisation_has_it_as_a_parameter(void **state)
{
    int bad = 0;

    (void)state;
    for (const struct named_statement *s = all_statements; s->stmt.name; s++) {
        bool insert = strncmp(s->stmt.text, "INSERT", 6) == 0;

        if (*s->note || insert || strstr(s->stmt.text, "org_id = $") ||
            strstr(s->stmt.text, "org_id = ANY ($"))
            continue;
        print_error("%s (%s) has no \"org_id = $n\"\n", s->stmt.name, s->file);
        bad++;
    }
    assert_int_equal(bad, 0);
}

static void add_numbered(struct buf *b, const char *text, int *number)
{
    buf_add_char(b, ' ');
    for (; *text; text++) {
        buf_add_char(b, *text);
        if (text[0] == '$' && text[1] == '?') {
            buf_add_i64(b, ++*number);
            text++;
        }
    }
}

/* The highest $n of the base and of the orders that follow it: where filters begin to count. */
static int first_number(const struct named_statement *s)
{
    int most = s->stmt.params;

    for (const struct db_fragment *f = s->fragments; f->name; f++)
        for (const char *p = f->text; *p; p++)
            if (p[0] == '$' && p[1] > '0' && p[1] <= '9' && p[1] - '0' > most)
                most = p[1] - '0';
    return most;
}

/* What ends a statement: ORDER BY, FOR UPDATE. */
static bool is_order(const struct db_fragment *f)
{
    return strncmp(f->text, "ORDER BY", 8) == 0 || strncmp(f->text, "FOR ", 4) == 0;
}

/* only: one filter, or NULL for all of them */
static void try_combination(PGconn *conn, const struct named_statement *s,
                            const struct db_fragment *only, const struct db_fragment *order,
                            int *bad)
{
    struct arena *a = arena_new();
    struct buf b = buf_new(a, MAX_TEXT);
    int number = first_number(s);
    PGresult *res;
    str text;

    buf_add(&b, str_of(s->stmt.text));
    for (const struct db_fragment *f = s->fragments; f->name; f++)
        if (!is_order(f) && (!only || f == only))
            add_numbered(&b, f->text, &number);
    if (order)
        add_numbered(&b, order->text, &number);
    text = buf_str(&b);
    res = PQprepare(conn, "", text.ptr, 0, NULL);
    /* a base whose later parameters only an order names has a hole without that order */
    if (PQresultStatus(res) != PGRES_COMMAND_OK &&
        !strstr(PQresultErrorMessage(res), "data type of parameter")) {
        print_error("%s with %s: %s", s->stmt.name, only ? only->name : "all filters",
                    PQresultErrorMessage(res));
        (*bad)++;
    }
    PQclear(res);
    arena_free(a);
}

static void every_fragment_fits_its_statement_alone_and_with_all_others(void **state)
{
    PGconn *conn = connect_to(*state);
    int bad = 0;

    for (const struct named_statement *s = all_statements; s->stmt.name; s++) {
        const struct db_fragment *order = NULL;

        if (!s->fragments)
            continue;
        for (const struct db_fragment *f = s->fragments; f->name; f++)
            if (is_order(f)) {
                order = f;
                try_combination(conn, s, NULL, f, &bad);
            }
        for (const struct db_fragment *f = s->fragments; f->name; f++)
            if (!is_order(f))
                try_combination(conn, s, f, order, &bad);
    }
    PQfinish(conn);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_prepares_and_fits),
        cmocka_unit_test(every_statement_names_the_organisation_or_says_why_not),
        cmocka_unit_test(every_statement_of_one_organisation_has_it_as_a_parameter),
        cmocka_unit_test(every_fragment_fits_its_statement_alone_and_with_all_others),
    };

    return cmocka_run_group_tests(tests, pg_setup, pg_teardown);
}
