/*
 * arena.c - blocks that grow by doubling, bumped from the front.
 *
 * The alternative, a malloc for each thing, costs a free for each thing and the
 * bookkeeping of who owns it.  The hazard of bumping is that a sanitizer sees
 * one large block: so under AddressSanitizer each allocation is a malloc of its
 * own, and overruns and use after reset are caught as usual.
 *
 * A reset keeps one block, so that a request thread does not go back to malloc
 * for every request; it keeps no more than BLOCK_KEEP, so that one large
 * request does not stay in memory for ever.
 */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SEPARATE 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SEPARATE 1
#endif
#ifndef ARENA_SEPARATE
#define ARENA_SEPARATE 0
#endif

enum {
    BLOCK_FIRST = 8 * 1024,
    BLOCK_KEEP = 64 * 1024, /* also the size at which blocks stop growing */
    ALIGNMENT = alignof(max_align_t),
};

struct block {
    struct block *next;
    size_t size; /* of bytes */
    alignas(max_align_t) char bytes[];
};

struct defer {
    struct defer *next;
    void (*fn)(void *);
    void *arg;
};

struct arena {
    struct block *blocks; /* the first is the one being filled */
    struct defer *defers; /* the first was registered last */
    size_t filled;        /* of the first block */
    size_t used;
};

static void *must(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

struct arena *arena_new(void)
{
    return must(calloc(1, sizeof(struct arena)));
}

static void run_defers(struct arena *a)
{
    /* A defer may not register another: its memory is about to go. */
    while (a->defers != NULL) {
        struct defer *d = a->defers;

        a->defers = d->next;
        d->fn(d->arg);
    }
}

static void free_blocks(struct block *b)
{
    while (b != NULL) {
        struct block *next = b->next;

        free(b);
        b = next;
    }
}

void arena_free(struct arena *a)
{
    if (a == NULL)
        return;
    run_defers(a);
    free_blocks(a->blocks);
    free(a);
}

void arena_reset(struct arena *a)
{
    run_defers(a);
    if (a->blocks != NULL && !ARENA_SEPARATE && a->blocks->size <= BLOCK_KEEP) {
        free_blocks(a->blocks->next);
        a->blocks->next = NULL;
    } else {
        free_blocks(a->blocks);
        a->blocks = NULL;
    }
    a->filled = 0;
    a->used = 0;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

static struct block *block_new(size_t size)
{
    struct block *b = must(malloc(sizeof(struct block) + size));

    b->next = NULL;
    b->size = size;
    return b;
}

/* A block of its own, behind the first so that filling that goes on. */
static void *alloc_large(struct arena *a, size_t size)
{
    struct block *b = block_new(size);

    if (a->blocks == NULL) {
        a->blocks = b;
        a->filled = size;
    } else {
        b->next = a->blocks->next;
        a->blocks->next = b;
    }
    return b->bytes;
}

static void *alloc_bytes(struct arena *a, size_t size)
{
    size_t block_size = BLOCK_FIRST;
    struct block *b;

    if (a->blocks != NULL && size <= a->blocks->size - a->filled) {
        void *p = a->blocks->bytes + a->filled;

        a->filled += size;
        return p;
    }
    if (a->blocks != NULL && a->blocks->size < BLOCK_KEEP)
        block_size = a->blocks->size < BLOCK_FIRST ? BLOCK_FIRST : a->blocks->size * 2;
    else if (a->blocks != NULL)
        block_size = BLOCK_KEEP;
    if (size > block_size / 4)
        return alloc_large(a, size);
    b = block_new(block_size);
    b->next = a->blocks;
    a->blocks = b;
    a->filled = size;
    return b->bytes;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t rounded = size;
    void *p;

    if (size > PTRDIFF_MAX / 2)
        abort();
    if (!ARENA_SEPARATE)
        rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    p = ARENA_SEPARATE ? alloc_large(a, size) : alloc_bytes(a, rounded);
    a->used += rounded;
    if (size > 0)
        memset(p, 0, size);
    return p;
}

void *arena_alloc_array(struct arena *a, size_t size, size_t n)
{
    size_t total;

    if (__builtin_mul_overflow(size, n, &total))
        abort();
    return arena_alloc(a, total);
}

str arena_copy(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.len + 1);

    if (s.len > 0)
        memcpy(p, s.ptr, s.len);
    return (str){p, s.len};
}

str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args;
    int n;
    char *p;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    assert(n >= 0);
    p = arena_alloc(a, (size_t)n + 1);
    va_start(args, fmt);
    (void)vsnprintf(p, (size_t)n + 1, fmt, args);
    va_end(args);
    return (str){p, (size_t)n};
}

void arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
    struct defer *d = NEW(a, struct defer);

    d->fn = fn;
    d->arg = arg;
    d->next = a->defers;
    a->defers = d;
}
