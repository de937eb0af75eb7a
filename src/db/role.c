/*
 * role.c - is a connection the role it should be?  See db.h.
 *
 * Row-level security says nothing to a superuser, to BYPASSRLS and to policies for
 * other roles: with a wrong address in the settings all would work, and one
 * organisation would see another's rows.  A role that is a member of ours will do.
 */
#include "db/db.h"
#include "db/role.sql.h"

struct role_facts {
    str name;
    bool unbound; /* row-level security does not hold for it */
    bool fits;
    bool beyond; /* may become a role that sees more */
};

static const struct field role_facts_row[] = {
    FIELD(struct role_facts, name, 0, 0),
    FIELD(struct role_facts, unbound, 0, 0),
    FIELD(struct role_facts, fits, 0, 0),
    FIELD(struct role_facts, beyond, 0, 0),
    FIELD_END,
};

static const str wanted[] = {[DB_APP] = STR_INIT("sambung_app"),
                             [DB_SYSTEM] = STR_INIT("sambung_system"),
                             [DB_OWNER] = STR_INIT("sambung_owner")};

/* What sees more: the owner more than the system role, and that more than the application's. */
static const str above[] = {STR_INIT("sambung_owner"), STR_INIT("sambung_system")};

enum status db_verify_role(struct ctx *c, enum db_role role, const char *setting)
{
    struct str_array more = {above, role == DB_APP ? 2 : role == DB_SYSTEM ? 1 : 0};
    struct role_facts facts;
    struct db_rows *rows;

    TRY(db_query(c, &db_role_facts_sql, DB_ARGS(A(wanted[role]), A(more)), &rows));
    TRY(db_read(c, rows, 0, role_facts_row, &facts));
    if (facts.unbound)
        return FAIL_FIELD(c, setting,
                          "%s: \"%.*s\" is a superuser or bypasses row-level security, which keeps "
                          "organisations apart: connect as %.*s",
                          setting, STR_ARG(facts.name), STR_ARG(wanted[role]));
    if (!facts.fits || facts.beyond)
        return FAIL_FIELD(c, setting, "%s: connect as %.*s; \"%.*s\" %s", setting,
                          STR_ARG(wanted[role]), STR_ARG(facts.name),
                          facts.fits ? "may do more" : "is another role");
    return OK;
}
