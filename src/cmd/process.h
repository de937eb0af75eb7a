/*
 * process.h - users and child processes.
 *
 * Children never outlive their parent: the kernel sends them a signal when it
 * goes, however it goes.  Each is a process group of its own, so that a Ctrl-C
 * at the terminal reaches the supervisor alone, which then stops them in order.
 */
#ifndef CMD_PROCESS_H
#define CMD_PROCESS_H

#include <sys/types.h>

#include "base/config.h"

/*
 * Stop being root, for good, and take the data directory along.  Who we become: the owner of the
 * data directory when that is not root, else user "sambung", else "postgres"
 * (who exists wherever Debian's server is installed).  A folder of root's is handed over only when it
 * is empty or has served before.  "nobody" is refused: other programs are nobody
 * too, and would share our keys.  Does nothing when we are not root.
 */
enum status process_drop_root(struct ctx *c, const struct config *cfg);
/* Make the data directory (0700) if it is missing. */
enum status process_make_data(struct ctx *c, const struct config *cfg);
/* As many open files as the system allows, up to most; no core dumps unless dev; no new privileges. */
void process_limits(bool dev, uint64_t most_files);

struct program {
    const char *path;        /* NULL: this very binary */
    const char *const *argv; /* ends with NULL */
    int death_signal;        /* what it gets when we go */
    int input_fd, output_fd; /* 0: as ours; output takes standard error too */
};
/* Start it. */
enum status process_spawn(struct ctx *c, const struct program *program, pid_t *out);
/* Start it and wait; ERR_INTERNAL unless it exits with 0. */
enum status process_run(struct ctx *c, const struct program *program);

/* Block the signals that end or wake us, before any thread is made. */
void process_block_signals(void);
/* Wait for SIGTERM or SIGINT. */
void process_wait_for_end(void);
/* The same, until mono_ms at most, or a child's death: the signal, 0 when the time was up. */
int process_wait_signal(int64_t mono_ms);

#endif
