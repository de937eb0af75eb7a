/*
 * What is guessed first is refused; what takes long to guess is not.
 */
#include "t.h"

#include "crypto/common.h"

static enum status refuse(struct ctx *c, const char *password)
{
    return password_refuse_common(c, "new_password", (struct secret){password, strlen(password)},
                                  S("aisyah.rahman@example.com"), S("Aisyah Rahman"));
}

static void what_is_guessed_first_is_refused(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const guessed[] = {"password",   "P4ssw0rd1",    "12345678", "qwertyuiop",
                                          "aaaaaaaaaa", "drowssap1",    "abcdefgh", "aisyah.rahman",
                                          "elephant99", "P@ssw0rd!2024"};

    for (size_t i = 0; i < sizeof(guessed) / sizeof(guessed[0]); i++)
        T_FAILS_AT(c, ERR_INVALID, "new_password", refuse(c, guessed[i]));
}

static void what_takes_long_to_guess_is_taken(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const good[] = {
        "correct-horse-battery", "seven small green ducks", "kX9#vq2LmP", "密码应该很长才好",
        "seventy-four characters of nothing in particular are more than anybody tries"};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        T_OK(c, refuse(c, good[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_is_guessed_first_is_refused),
        T(what_takes_long_to_guess_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
