/*
 * main.c - the subcommand table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/cmd.h"

struct command {
    const char *name;
    enum status (*run)(struct ctx *c, struct invocation *in);
    const char *words; /* what it takes */
    const char *summary;
    bool shown;
};

/* To add a command: cmd/cmd.h. */
static const struct command commands[] = {
    {"serve",   cmd_serve,   "[--demo]",               "everything: the private database, web and worker", true },
    {"web",     cmd_web,     "",                       "the web process alone",                            true },
    {"worker",  cmd_worker,  "",                       "the worker process alone",                         true },
    {"migrate", cmd_migrate, "[--print-roles]",        "bring the database to this version's schema",
     true                                                                                                       },
    {"prepare", cmd_prepare, "[--demo]",               "migrate, and make the first organisation",         false},
    {"check",   cmd_check,   "",                       "show the configuration and what is wrong with it", true },
    {"inbound", cmd_inbound, "list|show ID|replay ID", "webhooks as they came",                            true },
    {"tail",    cmd_tail,    "[--after CURSOR]",       "the change feed as JSON lines",                    true },
    {"openapi", cmd_openapi, "",                       "describe the HTTP API, as JSON",                   true },
};

enum { EXIT_USAGE = 2, EXIT_TRY_AGAIN = 75 };

static void show_help(FILE *to)
{
    fputs("Usage: sambung COMMAND [OPTIONS]\n\n", to);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (commands[i].shown)
            fprintf(to, "  %-8s %-24s %s\n", commands[i].name, commands[i].words,
                    commands[i].summary);
    fputs("\nOptions of every command:\n"
          "  --config FILE       settings, NAME = value lines; the environment wins\n"
          "  --data DIRECTORY    SAMBUNG_DATA, ./data unless set\n"
          "  --listen ADDRESS    SAMBUNG_LISTEN, 127.0.0.1:8080 unless set\n"
          "  --dev               allow SAMBUNG_EGRESS_MAP and core dumps\n"
          "  --help, --version\n",
          to);
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

static enum status read_settings(struct ctx *c, struct invocation *in)
{
    bool dev = cmd_flag(in, "--dev");
    bool demo = cmd_flag(in, "--demo");

    in->announce = cmd_flag(in, "--announce");
    TRY(cmd_option(c, in, "--config", &in->config_file));
    TRY(option_to_setting(c, in, "--data", "SAMBUNG_DATA"));
    TRY(option_to_setting(c, in, "--listen", "SAMBUNG_LISTEN"));
    TRY(config_load(c, in->config_file, &in->config));
    in->config.dev = dev;
    in->config.demo = demo;
    if (!dev && !str_is_empty(in->config.egress_map))
        return FAIL_FIELD(c, "SAMBUNG_EGRESS_MAP",
                          "SAMBUNG_EGRESS_MAP is for development: add --dev");
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

static int report(const struct ctx *c, const char *name, enum status s)
{
    if (s == OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "sambung %s: %s\n", name, c->err.msg);
    if (c->err.cause[0])
        fprintf(stderr, "  (%s)\n", c->err.cause);
    if (strcmp(c->err.reason, "usage") == 0)
        return EXIT_USAGE;
    return s == ERR_UNAVAILABLE ? EXIT_TRY_AGAIN : EXIT_FAILURE;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct arena *arena = arena_new();
    struct ctx c = {.arena = arena};
    struct invocation in = {.config_file = S(""), .argc = argc, .argv = argv};
    enum status s = read_settings(&c, &in);
    int code;

    if (s == OK) {
        setup_log(&in, command->name);
        s = command->run(&c, &in);
    }
    code = report(&c, command->name, s);
    arena_free(arena);
    return code;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
        show_help(stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(name, "--version") == 0) {
        puts("sambung " SAMBUNG_VERSION);
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return run(&commands[i], argc - 2, argv + 2);
    show_help(stderr);
    return EXIT_USAGE;
}
