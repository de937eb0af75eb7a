/*
 * migrate.c - the runner; see migrate.h.
 *
 * A migration that waits for a lock makes everybody queue behind it.  So each
 * waits LOCK_TIMEOUT at most and then tries again a few times, letting the
 * others through in between.
 */
#include "db/migrate.h"

#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "db/migrate.sql.h"

enum { TRIES = 5, TRY_AGAIN_MS = 1000 };

/* Any number that nobody else uses: "sambung" as bytes. */
static const int64_t advisory_key = INT64_C(0x73616d62756e67);

struct applied {
    int64_t version;
    str name;
    str checksum;
};

static const struct field applied_row[] = {
    FIELD(struct applied, version, 0, 0),
    FIELD(struct applied, name, 0, 0),
    FIELD(struct applied, checksum, 0, 0),
    FIELD_END,
};

/* "0003_conversations.sql" is 3. */
static int64_t version_of(const struct embedded_file *file)
{
    int64_t version = 0;

    for (const char *p = file->name; *p >= '0' && *p <= '9'; p++)
        version = version * 10 + (*p - '0');
    return version;
}

static const struct embedded_file *file_of(const struct embedded_file *files, int64_t version)
{
    for (const struct embedded_file *file = files; file->name; file++)
        if (version_of(file) == version)
            return file;
    return NULL;
}

static enum status load_applied(struct ctx *c, struct list *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &migration_list_sql, DB_NO_ARGS, &rows));
    return db_read_all(c, rows, applied_row, sizeof(struct applied), out);
}

static enum status check_applied(struct ctx *c, const struct embedded_file *files,
                                 const struct list *list)
{
    const struct applied *items = list->items;

    for (size_t i = 0; i < list->n; i++) {
        const struct embedded_file *file = file_of(files, items[i].version);

        if (!file)
            return FAIL(
                c, ERR_CONFLICT,
                "the database was migrated by a newer Sambung (it has %.*s): run that version "
                "or a later one, going back is not possible",
                STR_ARG(items[i].name));
        if (!str_eq(items[i].checksum, str_of(file->sha256)))
            return FAIL(
                c, ERR_CONFLICT,
                "migration %s is not the one that was applied to this database (its checksum "
                "differs)",
                file->name);
    }
    return OK;
}

static bool is_applied(const struct list *list, int64_t version)
{
    const struct applied *items = list->items;

    for (size_t i = 0; i < list->n; i++)
        if (items[i].version == version)
            return true;
    return false;
}

static enum status apply_once(struct ctx *c, const struct embedded_file *file)
{
    TRY(db_run(c, S("SET LOCAL lock_timeout = '5s'")));
    TRY(db_run(c, str_of(file->text)));
    return db_exec(c, &migration_insert_sql,
                   DB_ARGS(A(version_of(file)), A(str_of(file->name)), A(str_of(file->sha256))),
                   NULL);
}

static void name_in_cause(struct ctx *c, const struct embedded_file *file)
{
    err_cause(c, arena_printf(c->arena, "%s: %s", file->name, c->err.cause).ptr);
}

static enum status apply(struct ctx *c, const struct embedded_file *file)
{
    const struct timespec pause = {.tv_sec = TRY_AGAIN_MS / 1000};

    for (int i = 1;; i++) {
        enum status s;

        TRY(db_begin(c, TX_SYSTEM));
        s = apply_once(c, file);
        if (s == OK)
            return db_commit(c);
        db_rollback(c);
        if (s != ERR_UNAVAILABLE || i == TRIES) {
            name_in_cause(c, file);
            return s;
        }
        nanosleep(&pause, NULL);
    }
}

static enum status make_ledger(struct ctx *c)
{
    struct db_rows *rows;

    TRY(db_query(c, &migration_is_there_sql, DB_NO_ARGS, &rows));
    if (db_scalar_i64(rows) != 0)
        return OK;
    TRY(db_begin(c, TX_SYSTEM));
    TRY(db_exec(c, &migration_table_sql, DB_NO_ARGS, NULL));
    TRY(db_exec(c, &migration_table_comment_sql, DB_NO_ARGS, NULL));
    TRY(db_exec(c, &migration_table_grant_sql, DB_NO_ARGS, NULL));
    return db_commit(c);
}

static enum status run_all(struct ctx *c, const struct embedded_file *files,
                           struct migrate_report *out)
{
    struct migrate_report report = {0};
    struct list list;

    TRY(make_ledger(c));
    TRY(load_applied(c, &list));
    TRY(check_applied(c, files, &list));
    for (const struct embedded_file *file = files; file->name; file++) {
        report.version = version_of(file);
        if (is_applied(&list, report.version))
            continue;
        TRY(apply(c, file));
        report.applied++;
    }
    *out = report;
    return OK;
}

enum status migrate_run(struct ctx *c, struct migrate_report *out)
{
    return migrate_run_files(c, migrations, out);
}

enum status migrate_run_files(struct ctx *c, const struct embedded_file *files,
                              struct migrate_report *out)
{
    enum status s;
    struct err why;

    TRY(db_exec(c, &migration_lock_sql, DB_ARGS(A(advisory_key)), NULL));
    s = run_all(c, files, out);
    db_rollback(c);
    why = c->err;
    if (db_exec(c, &migration_unlock_sql, DB_ARGS(A(advisory_key)), NULL) != OK && s == OK)
        return c->err.code;
    c->err = why;
    return s;
}

enum status migrate_verify(struct ctx *c)
{
    struct db_rows *rows;
    struct list list;

    TRY(db_query(c, &migration_is_there_sql, DB_NO_ARGS, &rows));
    if (db_scalar_i64(rows) == 0)
        return FAIL(c, ERR_CONFLICT, "the database is empty: run \"sambung migrate\" first");
    TRY(load_applied(c, &list));
    TRY(check_applied(c, migrations, &list));
    for (const struct embedded_file *file = migrations; file->name; file++)
        if (!is_applied(&list, version_of(file)))
            return FAIL(c, ERR_CONFLICT, "the database lacks %s: run \"sambung migrate\" first",
                        file->name);
    return OK;
}
