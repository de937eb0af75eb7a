/*
 * main.c - the subcommand table.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "http/address.h"
#include "mail/mailer.h"

enum command_kind {
    COMMAND, /* somebody looks at what it says */
    SERVICE, /* says it as lines of its log */
    CHILD,   /* the same, and its parent wants to know what cannot be helped */
};

struct command {
    const char *name;
    enum status (*run)(struct ctx *c, struct invocation *in);
    const char *words; /* what it takes */
    const char *summary;
    bool shown;
    enum command_kind kind;
    const char *options; /* its own, a line each; NULL: none */
};

/* To add a command: cmd/cmd.h. */
static const struct command commands[] = {
    {"serve",   cmd_serve,   "[--demo]",               "everything: the private database, web and worker", true,
     SERVICE,                                                                                                              "  --demo              fill an empty database with a shop to try things in\n"     },
    {"web",     cmd_web,     "",                       "the web process alone",                            true,  CHILD,   NULL                                                                              },
    {"worker",  cmd_worker,  "",                       "the worker process alone",                         true,  CHILD,   NULL                                                                              },
    {"migrate", cmd_migrate, "[--print-roles]",        "bring the database to this version's schema",      true,
     COMMAND,                                                                                                              "  --print-roles       print the SQL that makes the three roles, and do nothing\n"},
    {"prepare", cmd_prepare, "[--demo]",               "migrate, and make the first organisation",         false, SERVICE,
     NULL                                                                                                                                                                                                    },
    {"check",   cmd_check,   "",                       "show the configuration and what is wrong with it", true,  COMMAND,
     NULL                                                                                                                                                                                                    },
    {"inbound", cmd_inbound, "list|show ID|replay ID", "webhooks as they came",                            true,  COMMAND,
     "  list --state STATE  new, done, failed or ignored\n"
     "  list --channel ID   of one channel\n"
     "  list --limit N      the latest N, 50 unless told\n"                                                                                                                                                  },
    {"keys",    cmd_keys,    "rotate",                 "a new key for signing access tokens",              true,  COMMAND, NULL                                                                              },
    {"mail",    cmd_mail,    "test TO|list|allow TO",  "mail of our own: try it, see what became of it",
     true,                                                                                                        COMMAND,
     "  test TO             send a test mail and wait for what becomes of it\n"
     "  test --locale L     in another language: ms, zh-Hans\n"
     "  list [--limit N]    the latest N, 50 unless told\n"
     "  allow TO            mail may go there again, though it bounced or was called spam\n"                                                                                                                 },
    {"tail",    cmd_tail,    "[--after CURSOR]",       "the change feed as JSON lines",                    true,  COMMAND, NULL                                                                              },
    {"openapi", cmd_openapi, "",                       "describe the HTTP API, as JSON",                   true,  COMMAND, NULL                                                                              },
};

static void show_common_options(FILE *to)
{
    fputs("\nOptions of every command:\n"
          "  --config FILE       settings, NAME = value lines; the environment wins\n"
          "  --data DIRECTORY    SAMBUNG_DATA, ./data unless set\n"
          "  --listen ADDRESS    SAMBUNG_LISTEN, 127.0.0.1:8080 unless set\n"
          "  --dev               allow SAMBUNG_EGRESS_MAP and core dumps\n"
          "  --help, --version\n",
          to);
}

static void show_help(FILE *to)
{
    fputs("Usage: sambung COMMAND [OPTIONS]\n\n", to);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (commands[i].shown)
            fprintf(to, "  %-8s %-24s %s\n", commands[i].name, commands[i].words,
                    commands[i].summary);
    show_common_options(to);
}

static void show_command_help(const struct command *command)
{
    printf("Usage: sambung %s %s\n\n  %s\n", command->name, command->words, command->summary);
    if (command->options)
        printf("\nOptions:\n%s", command->options);
    show_common_options(stdout);
}

static int show_version(void)
{
    puts("sambung " SAMBUNG_VERSION);
    return EXIT_SUCCESS;
}

/* ---- the command line ---- */

static void remove_words(struct invocation *in, int at, int n)
{
    for (int i = at; i + n < in->argc; i++)
        in->argv[i] = in->argv[i + n];
    in->argc -= n;
}

enum status cmd_option(struct ctx *c, struct invocation *in, const char *name, str *out)
{
    size_t n = strlen(name);

    for (int i = 0; i < in->argc;) {
        str word = str_of(in->argv[i]);

        if (str_starts_with(word, str_of(name)) && word.len > n && word.ptr[n] == '=') {
            *out = str_slice(word, n + 1, word.len);
            remove_words(in, i, 1);
        } else if (str_eq(word, str_of(name))) {
            if (i + 1 == in->argc)
                return USAGE(c, "%s needs a value", name);
            *out = str_of(in->argv[i + 1]);
            remove_words(in, i, 2);
        } else {
            i++;
        }
    }
    return OK;
}

bool cmd_flag(struct invocation *in, const char *name)
{
    for (int i = 0; i < in->argc; i++)
        if (strcmp(in->argv[i], name) == 0) {
            remove_words(in, i, 1);
            return true;
        }
    return false;
}

enum status cmd_no_more(struct ctx *c, const struct invocation *in)
{
    return in->argc == 0 ? OK : USAGE(c, "what is \"%s\"?", in->argv[0]);
}

static void set_environment(const char *name, const char *value)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread is made */
    setenv(name, value, 1);
}

/* Options that stand for settings go into the environment, so that children have them too. */
static enum status option_to_setting(struct ctx *c, struct invocation *in, const char *option,
                                     const char *setting)
{
    str value = {NULL, 0};

    TRY(cmd_option(c, in, option, &value));
    if (value.ptr)
        set_environment(setting, arena_copy(c->arena, value).ptr);
    return OK;
}

/* What base/config.c cannot know. */
static enum status check_settings(struct ctx *c, const struct config *cfg)
{
    struct networks proxies;
    struct mailer mailer;

    if (!cfg->dev && !str_is_empty(cfg->egress_map))
        return FAIL_FIELD(c, "SAMBUNG_EGRESS_MAP",
                          "SAMBUNG_EGRESS_MAP is for development: add --dev");
    TRY(mailer_of(c, cfg, NULL, &mailer));
    if (!networks_parse(cfg->trusted_proxies, &proxies))
        return FAIL_FIELD(c, "SAMBUNG_TRUSTED_PROXIES",
                          "SAMBUNG_TRUSTED_PROXIES must be addresses or networks (10.0.0.0/8), 32 "
                          "at most, with commas between them");
    return OK;
}

static enum status read_settings(struct ctx *c, struct invocation *in)
{
    bool dev = cmd_flag(in, "--dev");
    bool demo = cmd_flag(in, "--demo");

    in->announce = cmd_flag(in, "--announce");
    TRY(cmd_option(c, in, "--config", &in->config_file));
    TRY(option_to_setting(c, in, "--data", "SAMBUNG_DATA"));
    TRY(option_to_setting(c, in, "--listen", "SAMBUNG_LISTEN"));
    in->problems = NEW(c->arena, struct config_problems);
    config_read(c, in->config_file, &in->config, in->problems);
    in->config.dev = dev;
    in->config.demo = demo;
    config_problem(c, check_settings(c, &in->config), in->problems);
    /* absolute, so that children find it from wherever they run */
    set_environment("SAMBUNG_DATA", in->config.data.ptr);
    return OK;
}

static void setup_log(const struct invocation *in, const char *process)
{
    static const enum log_level levels[] = {[CONFIG_LOG_DEBUG] = LOG_DEBUG,
                                            [CONFIG_LOG_INFO] = LOG_INFO,
                                            [CONFIG_LOG_WARN] = LOG_WARN,
                                            [CONFIG_LOG_ERROR] = LOG_ERROR};

    log_setup(levels[in->config.log_level], in->config.log_format == LOG_FORMAT_JSON, process);
}

static int exit_code(const struct command *command, const struct err *err)
{
    if (strcmp(err->reason, "usage") == 0)
        return EXIT_USAGE;
    if (err->code == ERR_UNAVAILABLE)
        return EXIT_TRY_AGAIN;
    if (command->kind == CHILD && (err->code == ERR_INVALID || err->code == ERR_CONFLICT))
        return EXIT_REFUSED;
    return EXIT_FAILURE;
}

static void log_fatal(const struct err *err)
{
    struct log_fields f = {.n = 0};

    log_put(&f, "msg", str_of(err->msg));
    if (err->field[0])
        log_put(&f, "field", str_of(err->field));
    if (err->cause[0])
        log_put(&f, "cause", str_of(err->cause));
    log_line(LOG_ERROR, "fatal", &f);
}

static int report(const struct command *command, const struct err *err)
{
    int code = exit_code(command, err);

    if (command->kind != COMMAND && code != EXIT_USAGE) {
        log_fatal(err);
        return code;
    }
    fprintf(stderr, "sambung %s: %s\n", command->name, err->msg);
    if (err->cause[0])
        fprintf(stderr, "  (%s)\n", err->cause);
    return code;
}

/* Only check goes on with settings that are wrong. */
static int run_configured(struct ctx *c, const struct command *command, struct invocation *in)
{
    int code = EXIT_SUCCESS;

    setup_log(in, command->name);
    if (command->run == cmd_check || in->problems->n == 0)
        return command->run(c, in) == OK ? EXIT_SUCCESS : report(command, &c->err);
    for (size_t i = 0; i < in->problems->n; i++)
        code = report(command, &in->problems->items[i]);
    return code;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct arena *arena = arena_new();
    struct ctx c = {.arena = arena};
    struct invocation in = {.config_file = S(""), .argc = argc, .argv = argv};
    int code;

    if (cmd_flag(&in, "--help")) {
        show_command_help(command);
        code = EXIT_SUCCESS;
    } else if (cmd_flag(&in, "--version")) {
        code = show_version();
    } else if (read_settings(&c, &in) != OK) {
        code = report(command, &c.err);
    } else {
        code = run_configured(&c, command, &in);
    }
    arena_free(arena);
    return code;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    /* glibc gives each thread a heap of its own to keep; ours have arenas, and share two.
     * NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread is made */
    (void)mallopt(M_ARENA_MAX, 2);
    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
        show_help(stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(name, "--version") == 0)
        return show_version();
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return run(&commands[i], argc - 2, argv + 2);
    show_help(stderr);
    return EXIT_USAGE;
}
