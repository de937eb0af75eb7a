/*
 * stats.c - how often each statement ran, and how long it took.
 *
 * A fixed open-addressed table of atomics: threads never wait for each other,
 * and a counter, once found, is remembered by the connection's prepared
 * statement.  It is process-wide because it counts the process.  Names are
 * string literals and live for ever.
 */
#include "db/conn.h"

#include <stdatomic.h>
#include <string.h>

enum { COUNTERS = 2048 }; /* a power of two, several times the statements there are */

struct db_counter {
    const char *_Atomic name;
    _Atomic int64_t calls, errors, total_us, max_us;
};

static struct db_counter counters[COUNTERS];

struct db_counter *counter_find(const char *label)
{
    uint64_t at = hash_add(HASH_START, label, strlen(label));

    for (size_t step = 0; step < COUNTERS; step++) {
        struct db_counter *counter = &counters[(at + step) % COUNTERS];
        const char *name = atomic_load(&counter->name);

        if (!name && atomic_compare_exchange_strong(&counter->name, &name, label))
            return counter;
        if (strcmp(name, label) == 0)
            return counter;
    }
    return &counters[0];
}

void counter_add(struct db_counter *counter, int64_t us, bool failed)
{
    int64_t max = atomic_load_explicit(&counter->max_us, memory_order_relaxed);

    atomic_fetch_add_explicit(&counter->calls, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counter->total_us, us, memory_order_relaxed);
    if (failed)
        atomic_fetch_add_explicit(&counter->errors, 1, memory_order_relaxed);
    while (us > max && !atomic_compare_exchange_weak(&counter->max_us, &max, us))
        ;
}

size_t db_stats(struct db_stat *out, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < COUNTERS && n < max; i++) {
        const struct db_counter *counter = &counters[i];
        const char *name = atomic_load(&counter->name);

        if (!name)
            continue;
        out[n++] = (struct db_stat){
            .name = name,
            .calls = atomic_load_explicit(&counter->calls, memory_order_relaxed),
            .errors = atomic_load_explicit(&counter->errors, memory_order_relaxed),
            .total_us = atomic_load_explicit(&counter->total_us, memory_order_relaxed),
            .max_us = atomic_load_explicit(&counter->max_us, memory_order_relaxed),
        };
    }
    return n;
}
