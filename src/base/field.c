/*
 * field.c - looking things up in field tables and word lists.  Both are short
 * and walked from the front.
 */
#include "base/field.h"

#include <assert.h>

size_t field_count(const struct field *table)
{
    size_t n = 0;

    while (table[n].name != NULL)
        n++;
    return n;
}

const char *field_word(const struct field_names *names, int value)
{
    if (value < 0 || value >= names->count || names->words[value] == NULL)
        return "";
    return names->words[value];
}

bool field_value(const struct field_names *names, str word, int *out)
{
    for (int i = 0; i < names->count; i++) {
        if (names->words[i] != NULL && str_eq(str_of(names->words[i]), word)) {
            *out = i;
            return true;
        }
    }
    return false;
}

bool field_seen(uint64_t seen, const struct field *table, const char *name)
{
    size_t i = 0;

    while (table[i].name != NULL && strcmp(table[i].name, name) != 0)
        i++;
    assert(table[i].name != NULL && i < 64);
    return (seen >> i & 1) != 0;
}

const struct field bare_str[] = {FIELD_BARE(FT_STR, 1000), FIELD_END};
const struct field bare_uuid[] = {FIELD_BARE(FT_UUID, 0), FIELD_END};

bool field_is_bare(const struct field *table)
{
    return table[0].name != NULL && table[0].name[0] == '\0';
}
