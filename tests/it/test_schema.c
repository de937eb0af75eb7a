/*
 * The rules that every table must keep (docs/adding-a-table.md), read from the
 * migrated database's catalogue.  Exceptions are comments in the migrations:
 * "-- global: why" above a table, "-- cross-org: why" above an index.
 */
#include "pg.h"

#include <string.h>

#include "base/vocabulary.h"
#include "db/migrate.h"

/* The comment above the statement that contains what, or "". */
static str comment_above(struct arena *a, const char *what)
{
    for (const struct embedded_file *f = migrations; f->name; f++) {
        const char *at = strstr(f->text, what);
        const char *end, *start, *line;

        if (!at)
            continue;
        for (end = at; end > f->text && end[-1] != '\n'; end--)
            ;
        for (start = line = end; line > f->text;) {
            for (line--; line > f->text && line[-1] != '\n'; line--)
                ;
            if (strncmp(line, "--", 2) != 0)
                break;
            start = line;
        }
        return arena_copy(a, (str){start, (size_t)(end - start)});
    }
    return S("");
}

static bool is_global(struct arena *a, const char *table)
{
    str what = arena_printf(a, "CREATE TABLE %s (", table);

    return strcmp(table, "schema_migration") == 0 ||
           str_starts_with(comment_above(a, what.ptr), S("-- global: "));
}

static bool is_cross_org(struct arena *a, const char *index)
{
    str plain = arena_printf(a, "INDEX %s ON", index);

    return str_starts_with(comment_above(a, plain.ptr), S("-- cross-org: "));
}

/* Walk the lines that a query gives as one text, "a|b" each. */
static size_t lines_of(struct pg *pg, struct arena *a, const char *sql, str *out, size_t max)
{
    str whole =
        arena_printf(a, "SELECT string_agg(line, chr(10) ORDER BY line) FROM (%s) AS q(line)", sql);
    str text = pg_text(pg, a, whole.ptr);
    struct cur cur = cur_of(text);
    size_t n = 0;

    while (!cur_at_end(&cur) && n < max && cur_until(&cur, '\n', 4000, &out[n]))
        n++;
    return n;
}

static const char *head(struct arena *a, str line, str *rest)
{
    size_t at = 0;

    if (!str_find(line, S("|"), &at)) {
        *rest = S("");
        return arena_copy(a, line).ptr;
    }
    *rest = arena_copy(a, str_slice(line, at + 1, line.len));
    return arena_copy(a, str_slice(line, 0, at)).ptr;
}

enum { MOST_LINES = 512 };

#define TABLES                                                                          \
    "SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c " \
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') "        \
    "AND NOT c.relispartition"

static void a_table_is_a_tenants_or_says_why_not(void **state)
{
    struct arena *a = arena_new();
    str lines[MOST_LINES], rest;
    int bad = 0;
    size_t n = lines_of(
        *state, a,
        "SELECT relname || '|' || (SELECT attname FROM pg_attribute WHERE attrelid = t.oid AND "
        "attname = 'org_id' AND attnotnull) FROM (" TABLES ") t",
        lines, MOST_LINES);

    assert_in_range(n, 1, MOST_LINES);
    for (size_t i = 0; i < n; i++) {
        const char *table = head(a, lines[i], &rest);

        if (str_is_empty(rest) && !is_global(a, table)) {
            print_error("%s has no org_id and no \"-- global: why\"\n", table);
            bad++;
        }
    }
    arena_free(a);
    assert_int_equal(bad, 0);
}

static void every_key_and_index_of_a_tenant_starts_with_its_organisation(void **state)
{
    struct arena *a = arena_new();
    str lines[MOST_LINES], rest;
    int bad = 0;
    size_t n = lines_of(
        *state, a,
        "SELECT t.relname || '|' || i.relname FROM (" TABLES ") t JOIN pg_index x ON x.indrelid = "
        "t.oid JOIN pg_class i ON i.oid = x.indexrelid LEFT JOIN pg_attribute k ON k.attrelid = "
        "t.oid AND k.attnum = x.indkey[0] WHERE k.attname IS DISTINCT FROM 'org_id'",
        lines, MOST_LINES);

    for (size_t i = 0; i < n; i++) {
        const char *table = head(a, lines[i], &rest);
        bool unique_slug = strcmp(rest.ptr, "org_slug_key") == 0; /* the organisation's own name */

        if (is_global(a, table) || is_cross_org(a, rest.ptr) || unique_slug)
            continue;
        print_error("%s: index %s does not start with org_id\n", table, rest.ptr);
        bad++;
    }
    arena_free(a);
    assert_int_equal(bad, 0);
}

static void every_reference_of_a_tenant_starts_with_its_organisation(void **state)
{
    struct arena *a = arena_new();
    str lines[MOST_LINES], rest;
    int bad = 0;
    size_t n = lines_of(
        *state, a,
        "SELECT t.relname || '|' || r.relname || '|' || k.conname FROM (" TABLES
        ") t JOIN pg_constraint "
        "k ON k.conrelid = t.oid AND k.contype = 'f' JOIN pg_class r ON r.oid = k.confrelid JOIN "
        "pg_attribute f ON f.attrelid = t.oid AND f.attnum = k.conkey[1] WHERE f.attname <> "
        "'org_id'",
        lines, MOST_LINES);

    for (size_t i = 0; i < n; i++) {
        const char *table = head(a, lines[i], &rest);
        const char *target = head(a, rest, &rest);

        if (is_global(a, table) || is_global(a, target))
            continue;
        print_error("%s: reference %s does not start with org_id\n", table, rest.ptr);
        bad++;
    }
    arena_free(a);
    assert_int_equal(bad, 0);
}

static void row_level_security_is_forced_with_both_policies(void **state)
{
    struct arena *a = arena_new();
    str lines[MOST_LINES], rest;
    int bad = 0;
    size_t n = lines_of(*state, a,
                        "SELECT relname || '|' || (relrowsecurity AND relforcerowsecurity)::text "
                        "|| ' ' || coalesce((SELECT "
                        "string_agg(policyname || ' ' || permissive || ' ' || cmd || ' ' || "
                        "roles::text || ' ' || qual || ' ' || "
                        "with_check, '; ' ORDER BY policyname) FROM pg_policies p WHERE "
                        "p.tablename = relname AND p.schemaname = "
                        "'public'), '') FROM (" TABLES ") t",
                        lines, MOST_LINES);
    str wanted = S("true everything PERMISSIVE ALL {sambung_system,sambung_owner} true true; "
                   "tenant PERMISSIVE ALL {sambung_app} "
                   "(org_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid) "
                   "(org_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid)");
    str other_order =
        S("true everything PERMISSIVE ALL {sambung_owner,sambung_system} true true; "
          "tenant PERMISSIVE ALL {sambung_app} "
          "(org_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid) "
          "(org_id = (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid)");

    for (size_t i = 0; i < n; i++) {
        const char *table = head(a, lines[i], &rest);

        bool open = is_global(a, table) && str_starts_with(rest, S("false "));

        if (open || str_eq(rest, wanted) || str_eq(rest, other_order))
            continue;
        print_error("%s: %s\n", table, rest.ptr);
        bad++;
    }
    arena_free(a);
    assert_int_equal(bad, 0);
}

/* "-- application: inserts, so that ..." above a table opens it that far, and not a bit more. */
static str opened_by_comment(struct arena *a, const char *table)
{
    str what = arena_printf(a, "CREATE TABLE %s (", table);
    str comment = comment_above(a, what.ptr);
    size_t at;

    if (strcmp(table, "schema_migration") == 0) /* may be read: is the schema ours? */
        return S("select");
    if (str_find(comment, S("-- application: inserts, "), &at))
        return S("insert");
    return str_find(comment, S("-- application: selects, "), &at) ? S("select") : S("");
}

static void global_tables_are_closed_to_the_application(void **state)
{
    struct arena *a = arena_new();
    str lines[MOST_LINES], rest;
    int bad = 0;
    size_t n = lines_of(*state, a,
                        "SELECT relname || '|' || (SELECT coalesce(string_agg(lower(p), ' '), '') "
                        "FROM unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS p WHERE CASE p "
                        "WHEN 'DELETE' THEN has_table_privilege('sambung_app', oid, p) ELSE "
                        "has_any_column_privilege('sambung_app', oid, p) END) FROM (" TABLES
                        ") t WHERE NOT relrowsecurity",
                        lines, MOST_LINES);

    for (size_t i = 0; i < n; i++) {
        const char *table = head(a, lines[i], &rest);

        if (is_global(a, table) && !str_eq(rest, opened_by_comment(a, table))) {
            print_error("%s is global and open to sambung_app: %.*s\n", table, STR_ARG(rest));
            bad++;
        }
    }
    arena_free(a);
    assert_int_equal(bad, 0);
}

static void every_table_says_how_long_it_is_kept_and_whose_data_it_holds(void **state)
{
    struct arena *a = arena_new();
    str lines[MOST_LINES], rest;
    int bad = 0;
    size_t at;
    size_t n = lines_of(
        *state, a,
        "SELECT relname || '|' || coalesce(obj_description(oid, 'pg_class'), '') FROM (" TABLES
        ") t",
        lines, MOST_LINES);

    for (size_t i = 0; i < n; i++) {
        const char *table = head(a, lines[i], &rest);
        bool personal = !str_find(rest, S("Personal data: none"), &at);

        if (str_find(rest, S("Retention: "), &at) && str_find(rest, S("Personal data: "), &at) &&
            (!personal || str_find(rest, S("Legal basis: "), &at)))
            continue;
        print_error("%s: \"%s\" lacks Retention, Personal data or Legal basis\n", table, rest.ptr);
        bad++;
    }
    arena_free(a);
    assert_int_equal(bad, 0);
}

struct vocabulary {
    const char *table, *column;
    const struct field_names *names;
};

static void the_words_of_the_database_are_those_of_the_program(void **state)
{
    const struct vocabulary list[] = {
        {"conversation",    "state",        &conversation_state_names},
        {"message",         "direction",    &direction_names         },
        {"message",         "kind",         &message_kind_names      },
        {"message",         "author",       &author_kind_names       },
        {"message",         "state",        &message_state_names     },
        {"channel",         "state",        &channel_state_names     },
        {"inbound",         "state",        &inbound_state_names     },
        {"job",             "state",        &job_state_names         },
        {"attachment",      "state",        &attachment_state_names  },
        {"membership",      "role",         &member_role_names       },
        {"membership",      "availability", &availability_names      },
        {"custom_field",    "type",         &custom_type_names       },
        {"assignment_rule", "method",       &assignment_method_names },
    };
    struct arena *a = arena_new();

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        const struct vocabulary *v = &list[i];
        str sql = arena_printf(
            a, "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '%s_%s_check'",
            v->table, v->column);
        str check = pg_text(*state, a, sql.ptr);
        str words = pg_text(
            *state, a,
            arena_printf(a, "SELECT count(*) FROM regexp_matches($q$%s$q$, '''[a-z_]+''', 'g')",
                         check.ptr)
                .ptr);
        int64_t count = 0, ours = 0;
        size_t at;

        assert_true(str_parse_i64(words, &count));
        for (int k = 0; k < v->names->count; k++) {
            if (!v->names->words[k])
                continue;
            ours++;
            if (!str_find(check, arena_printf(a, "'%s'", v->names->words[k]), &at))
                fail_msg("%s.%s does not know \"%s\"", v->table, v->column, v->names->words[k]);
        }
        if (count != ours)
            fail_msg("%s.%s has %lld words, base/vocabulary.h %lld", v->table, v->column,
                     (long long)count, (long long)ours);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_a_tenants_or_says_why_not),
        cmocka_unit_test(every_key_and_index_of_a_tenant_starts_with_its_organisation),
        cmocka_unit_test(every_reference_of_a_tenant_starts_with_its_organisation),
        cmocka_unit_test(row_level_security_is_forced_with_both_policies),
        cmocka_unit_test(global_tables_are_closed_to_the_application),
        cmocka_unit_test(every_table_says_how_long_it_is_kept_and_whose_data_it_holds),
        cmocka_unit_test(the_words_of_the_database_are_those_of_the_program),
    };

    return cmocka_run_group_tests(tests, pg_setup, pg_teardown);
}
