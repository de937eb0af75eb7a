/*
 * driver.c - run a fuzz target over the files of folders, without a fuzzer.
 *
 * Each input is copied to memory of its exact size, so that a sanitizer sees a
 * read past its end.  A folder without files is an error: a test that tests
 * nothing must not pass.
 */
#include "fuzz.h"

#include <dirent.h>

enum { INPUT_BYTES = 4 << 20 };

static bool run_file(const char *path)
{
    uint8_t *all = malloc(INPUT_BYTES);
    FILE *f = fopen(path, "rb");
    bool done = all != NULL && f != NULL;

    if (done) {
        size_t n = fread(all, 1, INPUT_BYTES, f);
        uint8_t *exact = malloc(n > 0 ? n : 1);

        done = exact != NULL && ferror(f) == 0;
        if (done) {
            memcpy(exact, all, n);
            (void)LLVMFuzzerTestOneInput(exact, n);
        }
        free(exact);
    }
    if (f != NULL)
        (void)fclose(f);
    free(all);
    if (!done)
        (void)fprintf(stderr, "%s cannot be read\n", path);
    return done;
}

/* How many files were run; -1: one could not be. */
static int run_folder(struct arena *a, const char *path)
{
    DIR *folder = opendir(path);
    int n = 0;

    if (folder == NULL) {
        (void)fprintf(stderr, "%s cannot be read\n", path);
        return -1;
    }
    for (const struct dirent *e = readdir(folder); n >= 0 && e != NULL; e = readdir(folder)) {
        if (e->d_name[0] == '.')
            continue;
        n = run_file(arena_printf(a, "%s/%s", path, e->d_name).ptr) ? n + 1 : -1;
    }
    (void)closedir(folder);
    return n;
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new();
    int worst = 1;

    for (int i = 1; i < argc; i++) {
        int n = run_folder(a, argv[i]);

        (void)printf("%s: %d inputs\n", argv[i], n);
        worst = n < worst ? n : worst;
    }
    arena_free(a);
    return worst > 0 && argc > 1 ? 0 : 1;
}
