/*
 * email.c - see email.h.  RFC 5321 allows more ("quoted words"@[192.0.2.1]); nobody signs in with
 * that, and each such character is a door into a header.
 */
#include "domain/email.h"

#include <string.h>

str email_normalise(struct arena *a, str typed)
{
    str trimmed = str_trim(typed);
    char *out = arena_alloc(a, trimmed.len + 1);

    for (size_t i = 0; i < trimmed.len; i++) {
        char ch = trimmed.ptr[i];

        if (ch >= 'A' && ch <= 'Z')
            ch = (char)(ch - 'A' + 'a');
        out[i] = ch;
    }
    return (str){out, trimmed.len};
}

enum status email_check(struct ctx *c, str email)
{
    size_t at;

    if (email.len < 3 || email.len > EMAIL_MAX)
        return FAIL_FIELD(c, "email", "an e-mail address has 3 to 254 characters");
    for (size_t i = 0; i < email.len; i++)
        if (email.ptr[i] <= ' ' || email.ptr[i] > '~')
            return FAIL_FIELD(c, "email", "an e-mail address has no blanks and no accents");
        else if (strchr("<>()[]\\,;:\"", email.ptr[i]) != NULL)
            return FAIL_FIELD(c, "email", "an e-mail address has no \"%c\"", email.ptr[i]);
    if (!str_find(email, S("@"), &at) || at == 0 || at + 1 == email.len ||
        memchr(email.ptr + at + 1, '@', email.len - at - 1) != NULL)
        return FAIL_FIELD(c, "email", "this is not an e-mail address");
    return OK;
}
