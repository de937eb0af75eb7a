/*
 * all_statements.h - every statement of the product, generated from the .sql
 * files by tools/embed_sql.py --all for test_statements.c.
 */
#ifndef IT_ALL_STATEMENTS_H
#define IT_ALL_STATEMENTS_H

#include "db/db.h"

struct named_statement {
    struct db_stmt stmt;
    const char *file;
    const char *note;                    /* "global: why" or "cross-org: why", or "" */
    const struct db_fragment *fragments; /* end with a NULL name; NULL: none */
};

extern const struct named_statement all_statements[]; /* end with a NULL name */

#endif
