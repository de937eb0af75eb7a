/*
 * work.c - three statements into one struct.
 */
#include "store/work.h"

#include "db/db.h"
#include "store/work.sql.h"

static const struct field figures_row[] = {
    FIELD(struct work_figures, due, 0, 0),
    FIELD(struct work_figures, running, 0, 0),
    FIELD(struct work_figures, inbound_waiting, 0, 0),
    FIELD(struct work_figures, mail_waiting, 0, 0),
    FIELD(struct work_figures, mail_late, 0, 0),
    FIELD(struct work_figures, oldest_due_ms, 0, 0),
    FIELD_END,
};

static const struct field failed_row[] = {
    FIELD_AS(struct work_figures, jobs_failed, "count", 0, 0),
    FIELD_END,
};

static const struct field delivery_row[] = {
    FIELD(struct work_figures, sent, 0, 0),
    FIELD(struct work_figures, failed, 0, 0),
    FIELD(struct work_figures, uncertain, 0, 0),
    FIELD(struct work_figures, waiting, 0, 0),
    FIELD_END,
};

/* The least id that could have been made an hour ago: a version 7 begins with its milliseconds. */
static struct uuid id_an_hour_ago(void)
{
    uint64_t ms = (uint64_t)(clock_now().us / 1000 - INT64_C(3600) * 1000);
    struct uuid id = {{0}};

    for (int i = 0; i < 6; i++)
        id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    return id;
}

enum status work_figures_load(struct ctx *c, struct work_figures *out)
{
    struct db_rows *rows;

    TRY(db_query(c, &work_figures_sql, DB_NO_ARGS, &rows));
    TRY(db_read(c, rows, 0, figures_row, out));
    TRY(db_query(c, &work_jobs_failed_sql, DB_NO_ARGS, &rows));
    TRY(db_read(c, rows, 0, failed_row, out));
    TRY(db_query(c, &work_deliveries_sql, DB_ARGS(A(id_an_hour_ago())), &rows));
    return db_read(c, rows, 0, delivery_row, out);
}
