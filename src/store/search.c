/*
 * search.c - texts to look addresses up by.
 */
#include "store/search.h"

static bool is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

static bool is_phone(str q)
{
    bool digits = false;

    for (size_t i = 0; i < q.len; i++) {
        char ch = q.ptr[i];

        if (!is_digit(ch) && ch != '+' && ch != ' ' && ch != '-' && ch != '(' && ch != ')')
            return false;
        digits = digits || is_digit(ch);
    }
    return digits;
}

str search_address(struct arena *a, str q)
{
    char *out = arena_alloc(a, q.len + 1);
    bool phone = is_phone(q);
    size_t n = 0;

    for (size_t i = 0; i < q.len; i++) {
        char ch = q.ptr[i];

        if (ch >= 'A' && ch <= 'Z')
            ch = (char)(ch - 'A' + 'a');
        if (!phone || is_digit(ch))
            out[n++] = ch;
    }
    return (str){out, n};
}
