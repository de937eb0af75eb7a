/*
 * places.c - roughly where an address is.
 */
#include "api/places.h"

#include <maxminddb.h>

struct places {
    MMDB_s db;
};

enum status places_open(struct ctx *c, struct arena *a, str file, struct places **out)
{
    struct places *p = NEW(a, struct places);
    str path = arena_copy(c->arena, file);
    int failed;

    *out = NULL;
    if (file.len == 0)
        return OK;
    failed = MMDB_open(path.ptr, MMDB_MODE_MMAP, &p->db);
    if (failed != MMDB_SUCCESS)
        return FAIL_FIELD(c, "SAMBUNG_PLACES", "SAMBUNG_PLACES: %s: %s", path.ptr,
                          MMDB_strerror(failed));
    *out = p;
    return OK;
}

void places_close(struct places *p)
{
    if (p)
        MMDB_close(&p->db);
}

/* names.LANGUAGE below one of the record's members. */
static str name_in(MMDB_entry_s *entry, const char *member, const char *language)
{
    MMDB_entry_data_s data;

    if (MMDB_get_value(entry, &data, member, "names", language, NULL) != MMDB_SUCCESS ||
        !data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING)
        return (str){0};
    return (str){data.utf8_string, data.data_size};
}

static str name_of(MMDB_entry_s *entry, const char *member, str locale)
{
    str own = str_eq(locale, S("zh-Hans")) ? name_in(entry, member, "zh-CN") : (str){0};

    return own.ptr ? own : name_in(entry, member, "en");
}

str places_find(struct arena *a, const struct places *p, str ip, str locale)
{
    int bad_address, failed;
    MMDB_lookup_result_s found;
    str city, country;

    if (!p)
        return (str){0};
    found = MMDB_lookup_string(&p->db, arena_copy(a, ip).ptr, &bad_address, &failed);
    if (bad_address != 0 || failed != MMDB_SUCCESS || !found.found_entry)
        return (str){0};
    city = name_of(&found.entry, "city", locale);
    country = name_of(&found.entry, "country", locale);
    if (city.ptr && country.ptr)
        return arena_printf(a, "%.*s, %.*s", STR_ARG(city), STR_ARG(country));
    return city.ptr || country.ptr ? arena_copy(a, city.ptr ? city : country) : (str){0};
}
