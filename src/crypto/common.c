/*
 * common.c - asking cracklib.
 *
 * Its functions work in memory of their own, one call at a time, and judge ASCII; what is longer
 * than it looks at, or not ASCII, is left to its length.  FascistCheck would end the process when
 * the dictionary is not there, so the dictionary is opened here.
 */
#include "crypto/common.h"

#include <crack.h>
#include <packer.h>
#include <pthread.h>
#include <string.h>

#include "base/log.h"

enum {
    JUDGED_MAX = 64,
    WORD_MIN = 6, /* shorter ones cracklib refuses for being short */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static PWDICT *dictionary; /* under lock */

static void open_dictionary(void)
{
    char mode[] = "r";

    dictionary = PWOpen(GetDefaultCracklibDict(), mode);
    if (!dictionary)
        log_note(LOG_WARN, "no_dictionary",
                 "cracklib's dictionary is not at %s: common passwords are not refused",
                 GetDefaultCracklibDict());
}

static bool is_ascii(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < ' ' || s.ptr[i] > '~')
            return false;
    return true;
}

static str local_part(str email)
{
    size_t at;

    return str_find(email, S("@"), &at) ? str_slice(email, 0, at) : email;
}

static bool is_letter(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

/* The word behind it: P4ssw0rd1! is "password" with what a form asked for. */
static void undress(const char *typed, char *out)
{
    static const char dressed[] = "4@8301!57$", plain[] = "aabeoilsts";
    size_t n = strlen(typed);

    while (n > 0 && !is_letter(typed[n - 1]))
        n--;
    for (size_t i = 0; i < n; i++) {
        const char *at = strchr(dressed, typed[i]);

        out[i] = typed[i];
        if (at)
            out[i] = plain[at - dressed];
    }
    out[n] = '\0';
}

static bool is_in_dictionary(char *word)
{
    bool found;

    (void)pthread_once(&once, open_dictionary);
    (void)pthread_mutex_lock(&lock);
    found = dictionary && FascistLook(dictionary, word) != NULL;
    (void)pthread_mutex_unlock(&lock);
    return found;
}

static bool is_guessed(str password)
{
    char typed[JUDGED_MAX + 1] = "", word[JUDGED_MAX + 1] = "";
    bool guessed;

    memcpy(typed, password.ptr, password.len);
    undress(typed, word);
    guessed = is_in_dictionary(typed) || (strlen(word) >= WORD_MIN && is_in_dictionary(word));
    explicit_bzero(typed, sizeof(typed));
    explicit_bzero(word, sizeof(word));
    return guessed;
}

enum status password_refuse_common(struct ctx *c, const char *field, struct secret password,
                                   str email, str name)
{
    str typed = secret_expose(password);

    if (str_eq_fold(typed, email) || str_eq_fold(typed, local_part(email)) ||
        str_eq_fold(typed, name))
        return FAIL_FIELD(c, field, "your own name and address are the first that are tried");
    if (typed.len <= JUDGED_MAX && is_ascii(typed) && is_guessed(typed))
        return FAIL_FIELD(c, field,
                          "this password is among the first that are tried; take a longer one of "
                          "several words");
    return OK;
}
