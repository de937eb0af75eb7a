/*
 * seal.c - AES-256-GCM with random nonces.
 *
 * A data key seals far fewer than 2^32 values (credentials, not messages), so a
 * random 96-bit nonce is safe and needs no counter that could be restored from
 * a backup and used again.  The additional data names the place with every part
 * behind its length, so that no two places read the same.  The master key seals
 * nothing itself: each use derives a key of its own from it.
 */
#include "crypto/seal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "crypto/hash.h"

enum {
    VERSION = 1,
    KEY_NUMBER = 1, /* of the org's data keys; more than one only after a rotation */
    KEY_BYTES = 32,
    NONCE_BYTES = 12,
    TAG_BYTES = 16,
    HEAD_BYTES = 2 + NONCE_BYTES,
    OVERHEAD = HEAD_BYTES + TAG_BYTES,
    PLAIN_BYTES = 4 * 1024 * 1024, /* the most that one value may hold: a webhook as it came */
    PLACE_BYTES = 256,
    KEY_FILE_BYTES = 256,
};

static pthread_once_t fetched = PTHREAD_ONCE_INIT;
static EVP_CIPHER *aes;

static void fetch(void)
{
    aes = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (aes == NULL)
        abort();
}

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* ---- the cipher ---- */

static struct bytes encrypt_text(struct arena *a, const uint8_t key[KEY_BYTES], str place,
                                 str plain)
{
    uint8_t *out = arena_alloc(a, plain.len + OVERHEAD);
    uint8_t *cipher = out + HEAD_BYTES;
    EVP_CIPHER_CTX *e = EVP_CIPHER_CTX_new();
    int n = 0;

    must(e != NULL && pthread_once(&fetched, fetch) == 0);
    out[0] = VERSION;
    out[1] = KEY_NUMBER;
    random_bytes(out + 2, NONCE_BYTES);
    must(EVP_EncryptInit_ex2(e, aes, key, out + 2, NULL) == 1);
    must(EVP_EncryptUpdate(e, NULL, &n, out, 2) == 1);
    must(EVP_EncryptUpdate(e, NULL, &n, (const uint8_t *)place.ptr, (int)place.len) == 1);
    if (plain.len > 0)
        must(EVP_EncryptUpdate(e, cipher, &n, (const uint8_t *)plain.ptr, (int)plain.len) == 1);
    must(EVP_EncryptFinal_ex(e, cipher + plain.len, &n) == 1);
    must(EVP_CIPHER_CTX_ctrl(e, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, cipher + plain.len) == 1);
    EVP_CIPHER_CTX_free(e);
    return (struct bytes){
        {(const char *)out, plain.len + OVERHEAD}
    };
}

static bool decrypt_text(const uint8_t key[KEY_BYTES], str place, str sealed, uint8_t *out)
{
    const uint8_t *in = (const uint8_t *)sealed.ptr;
    size_t plain_len = sealed.len - OVERHEAD;
    uint8_t tag[TAG_BYTES];
    EVP_CIPHER_CTX *d = EVP_CIPHER_CTX_new();
    int n = 0;
    bool whole;

    must(d != NULL && pthread_once(&fetched, fetch) == 0);
    memcpy(tag, in + HEAD_BYTES + plain_len, sizeof tag);
    must(EVP_DecryptInit_ex2(d, aes, key, in + 2, NULL) == 1);
    must(EVP_DecryptUpdate(d, NULL, &n, in, 2) == 1);
    must(EVP_DecryptUpdate(d, NULL, &n, (const uint8_t *)place.ptr, (int)place.len) == 1);
    if (plain_len > 0)
        must(EVP_DecryptUpdate(d, out, &n, in + HEAD_BYTES, (int)plain_len) == 1);
    must(EVP_CIPHER_CTX_ctrl(d, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1);
    whole = EVP_DecryptFinal_ex(d, out + plain_len, &n) == 1;
    EVP_CIPHER_CTX_free(d);
    return whole;
}

/* A secret does not stay readable in memory that the next request gets. */
static void wipe(void *secret)
{
    const struct secret *s = secret;

    OPENSSL_cleanse((void *)(uintptr_t)s->bytes, s->size);
}

static enum status open_sealed(struct ctx *c, const uint8_t key[KEY_BYTES], str place, str sealed,
                               struct secret *out)
{
    struct secret *plain = NEW(c->arena, struct secret);
    uint8_t *bytes;

    if (sealed.len < OVERHEAD || sealed.len > PLAIN_BYTES + OVERHEAD || sealed.ptr[0] != VERSION)
        return FAIL(c, ERR_INTERNAL, "this is not a sealed value");
    bytes = arena_alloc(c->arena, sealed.len - OVERHEAD + 1);
    *plain = (struct secret){(const char *)bytes, sealed.len - OVERHEAD};
    arena_defer(c->arena, wipe, plain);
    if (!decrypt_text(key, place, sealed, bytes)) {
        /* What did not verify is nobody's to read. */
        wipe(plain);
        return FAIL(c, ERR_INTERNAL, "a sealed value does not open here");
    }
    *out = *plain;
    return OK;
}

/* ---- places ---- */

static void add_part(struct buf *b, str part)
{
    assert(part.len < 256);
    buf_add_char(b, (char)part.len);
    buf_add(b, part);
}

static str place_text(struct arena *a, const struct seal_place *place)
{
    struct buf b = buf_new(a, PLACE_BYTES);

    add_part(&b, (str){(const char *)place->org.b, sizeof place->org.b});
    add_part(&b, str_of(place->table));
    add_part(&b, (str){(const char *)place->id.b, sizeof place->id.b});
    add_part(&b, str_of(place->column));
    assert(!b.overflow);
    return buf_str(&b);
}

enum status seal(struct ctx *c, const struct data_key *key, const struct seal_place *place,
                 str plain, struct bytes *out)
{
    if (plain.len > PLAIN_BYTES)
        return FAIL(c, ERR_TOO_LARGE, "a sealed value has at most %d bytes", PLAIN_BYTES);
    *out = encrypt_text(c->arena, key->bytes, place_text(c->arena, place), plain);
    return OK;
}

enum status unseal(struct ctx *c, const struct data_key *key, const struct seal_place *place,
                   struct bytes sealed, struct secret *out)
{
    return open_sealed(c, key->bytes, place_text(c->arena, place), sealed.data, out);
}

/* ---- data keys ---- */

void data_key_new(struct data_key *out)
{
    random_bytes(out->bytes, sizeof out->bytes);
}

static str data_key_place(struct arena *a, struct uuid org)
{
    struct seal_place place = {.org = org, .table = "org", .id = org, .column = "data_key"};

    return place_text(a, &place);
}

enum status data_key_wrap(struct ctx *c, const struct master_key *master, struct uuid org,
                          const struct data_key *key, struct bytes *out)
{
    uint8_t wrapping[KEY_BYTES];

    master_key_derive(master, "data-key", wrapping);
    *out = encrypt_text(c->arena, wrapping, data_key_place(c->arena, org),
                        (str){(const char *)key->bytes, sizeof key->bytes});
    OPENSSL_cleanse(wrapping, sizeof wrapping);
    return OK;
}

enum status data_key_unwrap(struct ctx *c, const struct master_key *master, struct uuid org,
                            struct bytes wrapped, struct data_key *out)
{
    uint8_t wrapping[KEY_BYTES];
    struct secret plain;
    enum status st;

    master_key_derive(master, "data-key", wrapping);
    st = open_sealed(c, wrapping, data_key_place(c->arena, org), wrapped.data, &plain);
    OPENSSL_cleanse(wrapping, sizeof wrapping);
    TRY(st);
    if (plain.size != sizeof out->bytes)
        return FAIL(c, ERR_INTERNAL, "the organisation's key has a wrong length");
    memcpy(out->bytes, plain.bytes, sizeof out->bytes);
    return OK;
}

/* ---- the master key ---- */

void master_key_derive(const struct master_key *master, const char *purpose, uint8_t out[32])
{
    hkdf_sha256((str){(const char *)master->bytes, sizeof master->bytes}, S("sambung"),
                str_of(purpose), out, 32);
}

static enum status parse_key(struct ctx *c, str text, const char *where, struct master_key *out)
{
    str raw;

    text = str_trim(text);
    if (!(text.len == 64 && decode_hex(c->arena, text, &raw)) &&
        !(decode_base64(c->arena, text, &raw) && raw.len == sizeof out->bytes))
        return FAIL(c, ERR_INVALID,
                    "%s: the master key must be 64 hex digits or base64 of 32 bytes", where);
    memcpy(out->bytes, raw.ptr, sizeof out->bytes);
    return OK;
}

static enum status read_key_file(struct ctx *c, int fd, const char *path, struct master_key *out)
{
    char text[KEY_FILE_BYTES];
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return FAIL(c, ERR_INVALID, "%s is not a file", path);
    if ((st.st_mode & 077) != 0)
        return FAIL(c, ERR_INVALID, "%s may be read by others: chmod 600 it", path);
    n = read(fd, text, sizeof text);
    if (n < 0)
        return FAIL(c, ERR_INVALID, "%s cannot be read", path);
    return parse_key(c, (str){text, (size_t)n}, path, out);
}

static bool sync_folder(struct ctx *c, const char *path)
{
    const char *slash = strrchr(path, '/');
    str folder = slash == NULL ? S(".") : (str){path, (size_t)(slash - path) + 1};
    AUTO(close_fd)
    int fd = open(arena_copy(c->arena, folder).ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd >= 0 && fsync(fd) == 0;
}

/*
 * Written beside its place, synced, then linked: two processes that start at
 * once end with the same key, and a crash leaves no half of one.
 */
static enum status make_key_file(struct ctx *c, const char *path)
{
    str fresh = arena_printf(c->arena, "%s.%d.new", path, (int)getpid());
    struct buf text = buf_new(c->arena, KEY_FILE_BYTES);
    struct master_key key;
    bool done;
    int fd = open(fresh.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0)
        return FAIL(c, ERR_INVALID, "%s cannot be made", path);
    random_bytes(key.bytes, sizeof key.bytes);
    buf_add_hex(&text, (str){(const char *)key.bytes, sizeof key.bytes});
    buf_add_char(&text, '\n');
    done = write(fd, text.ptr, text.len) == (ssize_t)text.len && fsync(fd) == 0;
    done = close(fd) == 0 && done;
    done = done && (link(fresh.ptr, path) == 0 || errno == EEXIST);
    (void)unlink(fresh.ptr);
    OPENSSL_cleanse(&key, sizeof key);
    OPENSSL_cleanse(text.ptr, text.len);
    if (!done || !sync_folder(c, path))
        return FAIL(c, ERR_INVALID, "%s cannot be made", path);
    return OK;
}

enum status master_key_load(struct ctx *c, struct secret setting, str file, struct master_key *out)
{
    const char *path = arena_copy(c->arena, file).ptr;
    AUTO(close_fd) int fd = -1;

    if (setting.size > 0)
        return parse_key(c, secret_expose(setting), "SAMBUNG_KEY", out);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return FAIL(c, ERR_NOT_FOUND, "there is no master key: no SAMBUNG_KEY, and no %s", path);
    if (fd < 0)
        return FAIL(c, ERR_INVALID, "%s cannot be read", path);
    return read_key_file(c, fd, path, out);
}

enum status master_key_make(struct ctx *c, struct secret setting, str file, struct master_key *out)
{
    enum status st = master_key_load(c, setting, file, out);

    if (st != ERR_NOT_FOUND)
        return st;
    TRY(make_key_file(c, arena_copy(c->arena, file).ptr));
    return master_key_load(c, setting, file, out);
}
