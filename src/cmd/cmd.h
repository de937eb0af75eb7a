/*
 * cmd.h - the subcommands of the binary.
 *
 * main reads the options that all share and the configuration, then runs one
 * of these.  A command returns a status; main says what c->err holds and makes
 * the exit code of it: 0, 1 for a failure, 2 for a wrong command line, 75 when
 * trying again later may help; of web and worker 78 when it will not.
 *
 * To add a command: a file here, a line below, a row in main.c's table.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/config.h"

/* What was asked for on the command line. */
struct invocation {
    struct config config;
    struct config_problems *problems; /* with it; none but for check */
    str config_file;                  /* "": none */
    int argc; /* words after the command that are not options of all commands */
    char **argv;
    bool announce; /* web: say on standard output that it listens */
};

enum status cmd_serve(struct ctx *c, struct invocation *in);
enum status cmd_web(struct ctx *c, struct invocation *in);
enum status cmd_worker(struct ctx *c, struct invocation *in);
enum status cmd_prepare(struct ctx *c, struct invocation *in);
enum status cmd_migrate(struct ctx *c, struct invocation *in);
enum status cmd_check(struct ctx *c, struct invocation *in);
enum status cmd_inbound(struct ctx *c, struct invocation *in);
enum status cmd_mail(struct ctx *c, struct invocation *in);
enum status cmd_tail(struct ctx *c, struct invocation *in);
enum status cmd_keys(struct ctx *c, struct invocation *in);
enum status cmd_openapi(struct ctx *c, struct invocation *in);

enum { EXIT_USAGE = 2, EXIT_TRY_AGAIN = 75, EXIT_REFUSED = 78 };

/* A wrong command line: ERR_INVALID whose exit code is 2. */
#define USAGE(c, ...) FAIL_REASON((c), ERR_INVALID, "usage", __VA_ARGS__)

/* Take "--name value" out of argv, the last one counts; *out is untouched when there is none. */
enum status cmd_option(struct ctx *c, struct invocation *in, const char *name, str *out);
/* Take "--name" out of argv. */
bool cmd_flag(struct invocation *in, const char *name);
/* Nothing may be left in argv. */
enum status cmd_no_more(struct ctx *c, const struct invocation *in);

#endif
