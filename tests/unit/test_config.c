/*
 * test_config.c - settings from file and environment.  The environment is the
 * process's own, so every test starts by emptying it of ours.
 */
#include "t.h"

#include <unistd.h>

#include "base/config.h"

static int clean_begin(void **state)
{
    for (char **e = environ; *e != NULL;) {
        struct cur cur = cur_of(str_of(*e));
        char name[257];
        str part;

        if (str_starts_with(str_of(*e), S("SAMBUNG_")) && cur_until(&cur, '=', 256, &part)) {
            (void)snprintf(name, sizeof name, "%.*s", STR_ARG(part));
            (void)unsetenv(name); /* moves the others up */
        } else {
            e++;
        }
    }
    (void)unsetenv("DATABASE_URL");
    return t_begin(state);
}

#define CLEAN(fn) cmocka_unit_test_setup_teardown(fn, clean_begin, t_end)

static str file_with(struct ctx *c, const char *text)
{
    str path = arena_copy(c->arena, S("/tmp/sambung-config-XXXXXX"));
    int fd = mkstemp((char *)(uintptr_t)path.ptr);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)close(fd);
    return path;
}

static enum status load(struct ctx *c, const char *text, struct config *out)
{
    str path = file_with(c, text);
    enum status st = config_load(c, path, out);

    (void)unlink(path.ptr);
    return st;
}

static void without_anything_the_defaults_hold(void **state)
{
    struct ctx *c = t_ctx(state);
    struct config cfg;

    T_OK(c, config_load(c, S(""), &cfg));
    T_STR(cfg.listen, "127.0.0.1:8080");
    T_STR(cfg.public_url, "http://127.0.0.1:8080");
    assert_true(str_starts_with(cfg.data, S("/")) && str_ends_with(cfg.data, S("/data")));
    assert_true(str_ends_with(cfg.key_file, S("/data/master.key")));
    assert_int_equal(cfg.worker_threads, 64);
    assert_int_equal(cfg.max_connections, 10500);
    assert_int_equal(cfg.upload_max_bytes, 26214400);
    assert_int_equal(cfg.log_format, LOG_FORMAT_LOGFMT);
    assert_int_equal(cfg.database_url.size, 0);
    assert_false(cfg.dev);
}

static void the_environment_wins_over_the_file(void **state)
{
    struct ctx *c = t_ctx(state);
    struct config cfg;

    assert_int_equal(setenv("SAMBUNG_LISTEN", "127.0.0.1:9", 1), 0);
    T_OK(c, load(c,
                 "# a comment\n\n"
                 "SAMBUNG_LISTEN = 127.0.0.1:7\r\n"
                 "  SAMBUNG_LOG_FORMAT=json  \n"
                 "DATABASE_URL = postgres://u:p@h/db?x=1#y\n"
                 "SAMBUNG_DATA = /var/lib/sambung",
                 &cfg));
    T_STR(cfg.listen, "127.0.0.1:9");
    assert_int_equal(cfg.log_format, LOG_FORMAT_JSON);
    T_STR(secret_expose(cfg.database_url), "postgres://u:p@h/db?x=1#y");
    T_STR(cfg.data, "/var/lib/sambung");
    T_STR(cfg.key_file, "/var/lib/sambung/master.key");
}

static void a_typing_mistake_is_an_error_that_names_the_place(void **state)
{
    struct ctx *c = t_ctx(state);
    struct config cfg;

    T_FAILS(c, ERR_INVALID, load(c, "\nSAMBUNG_LISTN = 1.2.3.4:5\n", &cfg));
    assert_non_null(strstr(c->err.msg, ":2: there is no setting SAMBUNG_LISTN"));
    T_FAILS(c, ERR_INVALID, load(c, "SAMBUNG_LISTEN 1.2.3.4:5\n", &cfg));
    assert_non_null(strstr(c->err.msg, ":1: not of the form"));
    T_FAILS(c, ERR_INVALID, load(c, "SAMBUNG_KEY = a\nSAMBUNG_KEY = b\n", &cfg));
    T_FAILS(c, ERR_INVALID, config_load(c, S("/nowhere/sambung.conf"), &cfg));
    assert_int_equal(setenv("SAMBUNG_TYPO", "1", 1), 0);
    T_FAILS(c, ERR_INVALID, config_load(c, S(""), &cfg));
    assert_non_null(strstr(c->err.msg, "SAMBUNG_TYPO"));
}

static void the_tests_own_name_is_no_mistake(void **state)
{
    struct ctx *c = t_ctx(state);
    struct config cfg;

    assert_int_equal(setenv("SAMBUNG_CONTRACTS", "/nowhere", 1), 0);
    T_OK(c, config_load(c, S(""), &cfg));
}

static void values_out_of_range_are_refused(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const bad[] = {
        "SAMBUNG_WORKER_THREADS = many",
        "SAMBUNG_WORKER_THREADS = -1",
        "SAMBUNG_WORKER_THREADS = 100000",
        "SAMBUNG_WORKER_THREADS = 0",
        "SAMBUNG_WORKER_THREADS =",
        "SAMBUNG_LOG_LEVEL = loud",
        "SAMBUNG_LISTEN = 8080",
        "SAMBUNG_LISTEN = :8080",
        "SAMBUNG_LISTEN = 1.2.3.4:70000",
        "SAMBUNG_LISTEN = 1.2.3.4:",
        "SAMBUNG_PUBLIC_URL = example.com",
        "SAMBUNG_PUBLIC_URL = https://example.com/chat",
        "SAMBUNG_DATA =",
        "SAMBUNG_ADMIN_EMAIL = a\xFF@b",
    };
    struct config cfg = {.listen = S("untouched")};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        T_FAILS(c, ERR_INVALID, load(c, bad[i], &cfg));
        assert_true(str_starts_with(S("SAMBUNG_"), str_slice(str_of(c->err.field), 0, 8)));
        assert_true(strlen(c->err.field) > 8);
    }
    T_STR(cfg.listen, "untouched");
}

static void all_that_is_wrong_is_told_at_once(void **state)
{
    struct ctx *c = t_ctx(state);
    struct config_problems all = {.n = 0};
    struct config cfg;
    str path = file_with(c, "SAMBUNG_TYPO = 1\nSAMBUNG_LOG_LEVEL = loud\nSAMBUNG_DATA =\n"
                            "SAMBUNG_WORKER_THREADS = 0\nSAMBUNG_UNDO_SECONDS = 20\n"
                            "SAMBUNG_OWNER_DATABASE_URL = host=/nowhere\n");

    config_read(c, path, &cfg, &all);
    (void)unlink(path.ptr);
    assert_int_equal(all.n, 5);
    assert_non_null(strstr(all.items[0].msg, "SAMBUNG_TYPO"));
    assert_string_equal(all.items[1].field, "SAMBUNG_LOG_LEVEL");
    assert_string_equal(all.items[2].field, "SAMBUNG_DATA");
    assert_string_equal(all.items[3].field, "SAMBUNG_OWNER_DATABASE_URL");
    assert_string_equal(all.items[4].field, "SAMBUNG_WORKER_THREADS");
    assert_int_equal(cfg.undo_seconds, 20);
    assert_int_equal(cfg.log_level, CONFIG_LOG_INFO);
}

static void plain_http_is_only_for_loopback(void **state)
{
    struct ctx *c = t_ctx(state);
    struct config cfg;

    T_OK(c, load(c, "SAMBUNG_PUBLIC_URL = https://inbox.example.com/\n", &cfg));
    T_STR(cfg.public_url, "https://inbox.example.com");
    T_OK(c, load(c, "SAMBUNG_PUBLIC_URL = http://localhost:8080\n", &cfg));
    T_OK(c, load(c, "SAMBUNG_PUBLIC_URL = http://[::1]:8080\n", &cfg));
    T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_PUBLIC_URL",
               load(c, "SAMBUNG_PUBLIC_URL = http://localhost.example.com\n", &cfg));
    T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_PUBLIC_URL",
               load(c, "SAMBUNG_LISTEN = 0.0.0.0:8080\n", &cfg));
}

static void tls_wants_all_its_settings_and_an_https_address(void **state)
{
    struct ctx *c = t_ctx(state);
    struct config cfg;

    T_OK(c, load(c,
                 "SAMBUNG_TLS_LISTEN = 127.0.0.1:8443\nSAMBUNG_TLS_CERT = /a.pem\n"
                 "SAMBUNG_TLS_KEY = a.key\n",
                 &cfg));
    T_STR(cfg.public_url, "https://127.0.0.1:8443");
    assert_int_equal(cfg.tls_key.ptr[0], '/');
    T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_TLS_CERT",
               load(c, "SAMBUNG_TLS_LISTEN = 127.0.0.1:8443\nSAMBUNG_TLS_KEY = /a\n", &cfg));
    T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_TLS_KEY",
               load(c, "SAMBUNG_TLS_LISTEN = 127.0.0.1:8443\nSAMBUNG_TLS_CERT = /a\n", &cfg));
    T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_TLS_LISTEN", load(c, "SAMBUNG_TLS_CERT = /a\n", &cfg));
    T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_PUBLIC_URL",
               load(c,
                    "SAMBUNG_TLS_LISTEN = 0.0.0.0:443\nSAMBUNG_TLS_CERT = /a\n"
                    "SAMBUNG_TLS_KEY = /a\n",
                    &cfg));
    T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_PUBLIC_URL",
               load(c, "SAMBUNG_HTTP_REDIRECT = 127.0.0.1:80\n", &cfg));
}

static void printing_hides_secrets_and_says_from_where(void **state)
{
    struct ctx *c = t_ctx(state);
    struct config cfg;
    struct buf b = buf_new(c->arena, 65536);
    const char *text;

    assert_int_equal(setenv("SAMBUNG_KEY", "0123456789abcdef", 1), 0);
    T_OK(c, load(c, "SAMBUNG_UNDO_SECONDS = 20\nDATABASE_URL = postgres://u:pw@h/d\n", &cfg));
    T_OK(c, config_print(c, &cfg, &b));
    text = buf_str(&b).ptr;
    assert_non_null(strstr(text, "SAMBUNG_KEY = (set)  # environment: master key"));
    assert_non_null(strstr(text, "DATABASE_URL = (set)  # file: "));
    assert_non_null(strstr(text, "SAMBUNG_ADMIN_PASSWORD = (not set)  # default: "));
    assert_non_null(strstr(text, "SAMBUNG_UNDO_SECONDS = 20  # file: "));
    assert_non_null(
        strstr(text, "SAMBUNG_LOG_LEVEL = info  # default: debug, info, warn or error\n"));
    assert_null(strstr(text, "0123456789abcdef"));
    assert_null(strstr(text, "pw@"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLEAN(without_anything_the_defaults_hold),
        CLEAN(the_environment_wins_over_the_file),
        CLEAN(a_typing_mistake_is_an_error_that_names_the_place),
        CLEAN(the_tests_own_name_is_no_mistake),
        CLEAN(values_out_of_range_are_refused),
        CLEAN(all_that_is_wrong_is_told_at_once),
        CLEAN(plain_http_is_only_for_loopback),
        CLEAN(tls_wants_all_its_settings_and_an_https_address),
        CLEAN(printing_hides_secrets_and_says_from_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
