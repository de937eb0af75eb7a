/*
 * process.c - users, children, signals; see process.h.
 */
#include "cmd/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static enum status fail_errno(struct ctx *c, const char *what, const char *name)
{
    return FAIL(c, ERR_INTERNAL, "cannot %s %s: %s", what, name, strerrordesc_np(errno));
}

/* ---- users ---- */

static bool find_user(const char *name, struct passwd *out, char *text, size_t size)
{
    struct passwd *found = NULL;

    return getpwnam_r(name, out, text, size, &found) == 0 && found;
}

static bool find_uid(uid_t uid, struct passwd *out, char *text, size_t size)
{
    struct passwd *found = NULL;

    return getpwuid_r(uid, out, text, size, &found) == 0 && found;
}

static enum status choose_user(struct ctx *c, const struct stat *data, struct passwd *out,
                               char *text, size_t size)
{
    if (data->st_uid != 0) {
        if (find_uid(data->st_uid, out, text, size))
            return OK;
        return FAIL(c, ERR_INVALID, "the data directory belongs to user %u, who does not exist",
                    (unsigned)data->st_uid);
    }
    if (find_user("sambung", out, text, size) || find_user("postgres", out, text, size))
        return OK;
    return FAIL(c, ERR_INVALID,
                "started as root, and there is no user to run as: useradd --system sambung");
}

/* Is it ours to give away: empty, or a folder that has served before?  /srv is not. */
static enum status check_ours(struct ctx *c, const char *data)
{
    static const char *const marks[] = {"serve.lock", "master.key", "postgres"};
    const struct dirent *e;
    bool empty = true;
    DIR *dir = opendir(data);

    if (!dir)
        return fail_errno(c, "look into", data);
    while (empty && (e = readdir(dir)) != NULL) /* NOLINT(concurrency-mt-unsafe): our own stream */
        empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
    closedir(dir);
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]) && !empty; i++)
        if (access(arena_printf(c->arena, "%s/%s", data, marks[i]).ptr, F_OK) == 0)
            return OK;
    if (empty)
        return OK;
    return FAIL(c, ERR_INVALID,
                "%s holds other things and belongs to root: choose a folder of its own, such as "
                "--data %s/sambung, or give this one to the user it shall run as",
                data, data);
}

/* What root made in there becomes the user's; links are not followed. */
static enum status hand_over(struct ctx *c, const char *data, const struct passwd *user)
{
    char *const roots[] = {(char *)(uintptr_t)data, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    bool ok = walk != NULL;

    for (FTSENT *e = ok ? fts_read(walk) : NULL; e && ok; e = fts_read(walk))
        if (e->fts_info != FTS_DP && e->fts_statp->st_uid == 0)
            ok = lchown(e->fts_path, user->pw_uid, user->pw_gid) == 0;
    if (walk)
        fts_close(walk);
    return ok ? OK : fail_errno(c, "hand over", data);
}

enum status process_make_data(struct ctx *c, const struct config *cfg)
{
    if (mkdir(cfg->data.ptr, 0700) != 0 && errno != EEXIST)
        return fail_errno(c, "make the data directory", cfg->data.ptr);
    return OK;
}

enum status process_drop_root(struct ctx *c, const struct config *cfg)
{
    enum { TEXT = 4096 };
    char *text = arena_alloc(c->arena, TEXT);
    struct passwd user;
    struct stat data;

    if (geteuid() != 0)
        return OK;
    if (stat(cfg->data.ptr, &data) != 0)
        return fail_errno(c, "look at the data directory", cfg->data.ptr);
    TRY(choose_user(c, &data, &user, text, TEXT));
    if (data.st_uid == 0) {
        TRY(check_ours(c, cfg->data.ptr));
        TRY(hand_over(c, cfg->data.ptr, &user));
    }
    if (initgroups(user.pw_name, user.pw_gid) != 0 || setgid(user.pw_gid) != 0 ||
        setuid(user.pw_uid) != 0)
        return fail_errno(c, "become user", user.pw_name);
    if (access(cfg->data.ptr, R_OK | W_OK | X_OK) != 0)
        return FAIL(c, ERR_INVALID,
                    "user %s cannot reach %s: choose another place with --data, such as "
                    "/var/lib/sambung",
                    user.pw_name, cfg->data.ptr);
    return OK;
}

void process_limits(bool dev, uint64_t most_files)
{
    struct rlimit files;
    const struct rlimit none = {0, 0};

    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < most_files) {
        if (geteuid() == 0 && files.rlim_max < most_files)
            files.rlim_max = most_files;
        files.rlim_cur = files.rlim_max < most_files ? files.rlim_max : most_files;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    if (!dev)
        (void)setrlimit(RLIMIT_CORE, &none); /* a core dump would hold keys and messages */
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* ---- children ---- */

static const int our_signals[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};

static void signal_set(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < sizeof(our_signals) / sizeof(our_signals[0]); i++)
        sigaddset(set, our_signals[i]);
}

/* In the child, where only async-signal-safe calls are allowed. */
static void become(const struct program *program, pid_t parent)
{
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, program->death_signal, 0, 0, 0);
    if (getppid() != parent)
        _exit(127); /* it went before we asked */
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (program->input_fd > 0)
        dup2(program->input_fd, 0);
    if (program->output_fd > 0) {
        dup2(program->output_fd, 1);
        dup2(program->output_fd, 2);
    }
    execv(program->path ? program->path : "/proc/self/exe",
          (char *const *)(uintptr_t)program->argv);
    _exit(127);
}

enum status process_spawn(struct ctx *c, const struct program *program, pid_t *out)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid < 0)
        return fail_errno(c, "start", program->argv[0]);
    if (pid == 0)
        become(program, parent);
    *out = pid;
    return OK;
}

enum status process_run(struct ctx *c, const struct program *program)
{
    int result = 0;
    pid_t pid;

    TRY(process_spawn(c, program, &pid));
    while (waitpid(pid, &result, 0) < 0)
        if (errno != EINTR)
            return fail_errno(c, "wait for", program->argv[0]);
    if (WIFEXITED(result) && WEXITSTATUS(result) == 0)
        return OK;
    if (WIFEXITED(result))
        return FAIL(c, ERR_INTERNAL, "%s ended with %d", program->argv[0], WEXITSTATUS(result));
    return FAIL(c, ERR_INTERNAL, "%s was ended by signal %d", program->argv[0], WTERMSIG(result));
}

/* ---- signals ---- */

void process_block_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    signal_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int process_wait_signal(int64_t mono_ms)
{
    for (;;) {
        int64_t left = mono_ms - clock_mono_ms();
        struct timespec t = {.tv_sec = left > 0 ? left / 1000 : 0,
                             .tv_nsec = left > 0 ? left % 1000 * 1000000 : 0};
        sigset_t set;
        int got;

        signal_set(&set);
        got = sigtimedwait(&set, NULL, &t);
        if (got > 0)
            return got;
        if (errno != EINTR)
            return 0;
    }
}

void process_wait_for_end(void)
{
    for (;;) {
        int got = process_wait_signal(clock_mono_ms() + 3600000);

        if (got == SIGTERM || got == SIGINT)
            return;
    }
}
