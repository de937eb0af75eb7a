/*
 * fuzz.h - a fuzz target is one function over bytes from outside.
 *
 * It aborts when a promise is broken and returns 0 otherwise.  libFuzzer calls
 * it in a build with -Dfuzz=true (clang); driver.c calls it with the files of
 * corpus/ and regressions/ in every build, so what was found once is tested
 * everywhere.  To add a target: fuzz_x.c, a line in meson.build, corpus/x/ with
 * a few small inputs.  A crash that was mended: its input into regressions/x/.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert, but always on and with a place that fits a fuzzer's report. */
#define MUST(x)                                                                   \
    do {                                                                          \
        if (!(x)) {                                                               \
            (void)fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #x); \
            abort();                                                              \
        }                                                                         \
    } while (0)

#endif
