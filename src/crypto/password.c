/*
 * password.c - Argon2id in a lane of two.
 *
 * Each computation takes 19 MiB and some 30 ms of a core, so a burst of
 * sign-ins would otherwise take the machine.  The memory is mapped for each
 * computation and given back: from malloc it would stay in the heap.  The PHC
 * string is read and written here because libargon2's own decoder believes
 * whatever memory and passes the string asks for.
 */
#include "crypto/hash.h"

#include <argon2.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <sys/mman.h>

#include "base/buf.h"

enum {
    LANE_WIDTH = 2,
    MEMORY_KIB = 19456,
    PASSES = 2,
    LANES = 1,
    SALT_BYTES = 16,
    HASH_BYTES = 32,
    MOST_KIB = 256 * 1024, /* of a stored string */
    MOST_PASSES = 16,
    MOST_LANES = 8,
    PASSWORD_BYTES = 1024,
};

struct phc {
    int64_t kib;
    int64_t passes;
    int64_t lanes;
    str salt;
    str hash;
};

/* ---- the lane ---- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t left;
    int running;
} lane = {.lock = PTHREAD_MUTEX_INITIALIZER};

static pthread_once_t lane_made = PTHREAD_ONCE_INIT;

static void make_lane(void)
{
    pthread_condattr_t attr;

    if (pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&lane.left, &attr) != 0)
        abort();
    (void)pthread_condattr_destroy(&attr);
}

static bool lane_enter(int64_t deadline_ms)
{
    struct timespec until = {.tv_sec = deadline_ms / 1000, .tv_nsec = deadline_ms % 1000 * 1000000};
    int rc = 0;
    bool entered;

    (void)pthread_once(&lane_made, make_lane);
    (void)pthread_mutex_lock(&lane.lock);
    while (lane.running >= LANE_WIDTH && rc == 0)
        rc = deadline_ms == 0 ? pthread_cond_wait(&lane.left, &lane.lock)
                              : pthread_cond_timedwait(&lane.left, &lane.lock, &until);
    entered = lane.running < LANE_WIDTH;
    if (entered)
        lane.running++;
    (void)pthread_mutex_unlock(&lane.lock);
    return entered;
}

static void lane_leave(void)
{
    (void)pthread_mutex_lock(&lane.lock);
    lane.running--;
    (void)pthread_cond_signal(&lane.left);
    (void)pthread_mutex_unlock(&lane.lock);
}

/* ---- Argon2id ---- */

static int map_memory(uint8_t **memory, size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return ARGON2_MEMORY_ALLOCATION_ERROR;
    *memory = p;
    return ARGON2_OK;
}

static void unmap_memory(uint8_t *memory, size_t n)
{
    OPENSSL_cleanse(memory, n);
    (void)munmap(memory, n);
}

/* The library takes pointers without const, and does not write unless told to clear. */
static uint8_t *bytes_of(str s)
{
    return (uint8_t *)(uintptr_t)s.ptr;
}

static enum status compute(struct ctx *c, str password, const struct phc *phc,
                           uint8_t out[HASH_BYTES])
{
    argon2_context argon2 = {
        .outlen = HASH_BYTES,
        .pwd = bytes_of(password),
        .pwdlen = (uint32_t)password.len,
        .salt = bytes_of(phc->salt),
        .saltlen = (uint32_t)phc->salt.len,
        .t_cost = (uint32_t)phc->passes,
        .m_cost = (uint32_t)phc->kib,
        .lanes = (uint32_t)phc->lanes,
        .threads = 1,
        .version = ARGON2_VERSION_13,
        .allocate_cbk = map_memory,
        .free_cbk = unmap_memory,
    };
    int rc;

    argon2.out = out;
    if (!lane_enter(c->deadline_ms))
        return FAIL(c, ERR_RATE_LIMITED, "too many sign-ins at this moment");
    rc = argon2id_ctx(&argon2);
    lane_leave();
    if (rc != ARGON2_OK) {
        enum status st = FAIL(c, ERR_UNAVAILABLE, "the password could not be checked");

        err_cause(c, argon2_error_message(rc));
        return st;
    }
    return OK;
}

/* ---- "$argon2id$v=19$m=19456,t=2,p=1$salt$hash" ---- */

static str without_padding(str base64)
{
    while (str_ends_with(base64, S("=")))
        base64.len--;
    return base64;
}

static str phc_format(struct arena *a, const struct phc *phc)
{
    struct buf salt = buf_new(a, 64);
    struct buf hash = buf_new(a, 64);

    buf_add_base64(&salt, phc->salt);
    buf_add_base64(&hash, phc->hash);
    return arena_printf(a, "$argon2id$v=19$m=%d,t=%d,p=%d$%.*s$%.*s", (int)phc->kib,
                        (int)phc->passes, (int)phc->lanes, STR_ARG(without_padding(buf_str(&salt))),
                        STR_ARG(without_padding(buf_str(&hash))));
}

static bool take_number(struct cur *cur, str before, char after, int64_t most, int64_t *out)
{
    str digits;

    return cur_skip(cur, before) && cur_until(cur, after, 10, &digits) &&
           str_parse_i64(digits, out) && *out >= 1 && *out <= most;
}

/* The parameters; *rest is what follows them, "salt$hash". */
static bool phc_parameters(str text, struct phc *out, str *rest)
{
    struct cur cur = cur_of(text);

    if (!cur_skip(&cur, S("$argon2id$v=19$")) ||
        !take_number(&cur, S("m="), ',', MOST_KIB, &out->kib) ||
        !take_number(&cur, S("t="), ',', MOST_PASSES, &out->passes) ||
        !take_number(&cur, S("p="), '$', MOST_LANES, &out->lanes))
        return false;
    return cur_until(&cur, '\0', 256, rest);
}

static bool phc_parse(struct arena *a, str text, struct phc *out)
{
    struct cur cur;
    str rest;
    str salt;
    str hash;

    if (!phc_parameters(text, out, &rest))
        return false;
    cur = cur_of(rest);
    return cur_until(&cur, '$', 64, &salt) && cur_until(&cur, '$', 64, &hash) && cur_at_end(&cur) &&
           decode_base64(a, salt, &out->salt) && out->salt.len >= 8 &&
           decode_base64(a, hash, &out->hash) && out->hash.len == HASH_BYTES;
}

/* ---- what others call ---- */

enum status password_hash(struct ctx *c, struct secret password, str *out)
{
    uint8_t salt[SALT_BYTES];
    uint8_t hash[HASH_BYTES];
    struct phc phc = {.kib = MEMORY_KIB, .passes = PASSES, .lanes = LANES};

    if (password.size == 0 || password.size > PASSWORD_BYTES)
        return FAIL_FIELD(c, "password", "a password has 1 to %d bytes", PASSWORD_BYTES);
    random_bytes(salt, sizeof salt);
    phc.salt = (str){(const char *)salt, sizeof salt};
    TRY(compute(c, secret_expose(password), &phc, hash));
    phc.hash = (str){(const char *)hash, sizeof hash};
    *out = phc_format(c->arena, &phc);
    return OK;
}

enum status password_check(struct ctx *c, struct secret password, str phc, bool *out)
{
    uint8_t hash[HASH_BYTES];
    struct phc kept;

    if (!phc_parse(c->arena, phc, &kept))
        return FAIL(c, ERR_INTERNAL, "the stored password is not an Argon2id string");
    if (password.size > PASSWORD_BYTES) {
        *out = false;
        return OK;
    }
    TRY(compute(c, secret_expose(password), &kept, hash));
    *out = same_bytes(kept.hash, (str){(const char *)hash, sizeof hash});
    return OK;
}

bool password_needs_rehash(str phc)
{
    struct phc kept;
    str rest;

    return !phc_parameters(phc, &kept, &rest) || kept.kib < MEMORY_KIB || kept.passes < PASSES;
}
