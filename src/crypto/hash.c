/*
 * hash.c - OpenSSL's digests and MACs, fetched once.
 *
 * In OpenSSL 3 each use of an algorithm by name is a search under a lock, which
 * costs more than hashing a webhook; so they are looked up once and a prepared
 * MAC context is copied for each use.  Both copy and fetched algorithm may be
 * used by several threads at a time.  A failure in here is out of memory or a
 * broken installation: abort.
 */
#include "crypto/hash.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <pthread.h>

#include "base/buf.h"

static pthread_once_t fetched = PTHREAD_ONCE_INIT;
static EVP_MD *sha256_md;
static EVP_MAC_CTX *hmac_model; /* HMAC-SHA256 without a key; only ever copied */
static EVP_KDF *hkdf;

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void fetch(void)
{
    char digest[] = "SHA256";
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };

    sha256_md = EVP_MD_fetch(NULL, "SHA256", NULL);
    hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    must(mac != NULL && sha256_md != NULL && hkdf != NULL);
    hmac_model = EVP_MAC_CTX_new(mac);
    must(hmac_model != NULL && EVP_MAC_CTX_set_params(hmac_model, params) == 1);
    EVP_MAC_free(mac);
}

static void fetch_once(void)
{
    must(pthread_once(&fetched, fetch) == 0);
}

void sha256(str data, uint8_t out[SHA256_BYTES])
{
    fetch_once();
    must(EVP_Digest(data.len > 0 ? data.ptr : "", data.len, out, NULL, sha256_md, NULL) == 1);
}

struct sha256_stream {
    EVP_MD_CTX *md;
};

static void free_stream(void *md)
{
    EVP_MD_CTX_free(md);
}

struct sha256_stream *sha256_begin(struct arena *a)
{
    struct sha256_stream *s = NEW(a, struct sha256_stream);

    fetch_once();
    s->md = EVP_MD_CTX_new();
    must(s->md != NULL && EVP_DigestInit_ex2(s->md, sha256_md, NULL) == 1);
    arena_defer(a, free_stream, s->md);
    return s;
}

void sha256_more(struct sha256_stream *s, str data)
{
    if (data.len > 0)
        must(EVP_DigestUpdate(s->md, data.ptr, data.len) == 1);
}

void sha256_end(struct sha256_stream *s, uint8_t out[SHA256_BYTES])
{
    must(EVP_DigestFinal_ex(s->md, out, NULL) == 1);
}

void hmac_sha256(str key, str data, uint8_t out[SHA256_BYTES])
{
    EVP_MAC_CTX *mac;
    size_t n = 0;

    fetch_once();
    mac = EVP_MAC_CTX_dup(hmac_model);
    must(mac != NULL);
    /* A NULL key would mean "the one from before". */
    must(EVP_MAC_init(mac, (const uint8_t *)(key.len > 0 ? key.ptr : ""), key.len, NULL) == 1);
    if (data.len > 0)
        must(EVP_MAC_update(mac, (const uint8_t *)data.ptr, data.len) == 1);
    must(EVP_MAC_final(mac, out, &n, SHA256_BYTES) == 1 && n == SHA256_BYTES);
    EVP_MAC_CTX_free(mac);
}

static OSSL_PARAM octets(const char *name, str s)
{
    /* The library only reads it, though its type does not say so. */
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)(s.len > 0 ? s.ptr : ""),
                                             s.len);
}

void hkdf_sha256(str key, str salt, str info, uint8_t *out, size_t n)
{
    char digest[] = "SHA256";
    EVP_KDF_CTX *kdf;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        octets(OSSL_KDF_PARAM_KEY, key),
        octets(OSSL_KDF_PARAM_SALT, salt),
        octets(OSSL_KDF_PARAM_INFO, info),
        OSSL_PARAM_construct_end(),
    };

    fetch_once();
    kdf = EVP_KDF_CTX_new(hkdf);
    must(kdf != NULL && EVP_KDF_derive(kdf, out, n, params) == 1);
    EVP_KDF_CTX_free(kdf);
}

bool same_bytes(str a, str b)
{
    unsigned char differ = a.len != b.len;

    /* As many steps as b is long, whatever a is: b is what the caller keeps secret or computed. */
    for (size_t i = 0; i < b.len; i++)
        differ |= (unsigned char)((i < a.len ? a.ptr[i] : 0) ^ b.ptr[i]);
    return differ == 0;
}

/* ---- tokens ---- */

enum { MARK_BYTES = 8, MARK_TEXT = 11 };

static void add_mark(struct buf *b, const uint8_t key[32], str token)
{
    uint8_t mac[SHA256_BYTES];
    str marked = arena_printf(b->arena, "mark\n%.*s", STR_ARG(token));

    hmac_sha256((str){(const char *)key, 32}, marked, mac);
    buf_add_base64url(b, (str){(const char *)mac, MARK_BYTES});
}

str token_new(struct arena *a, const uint8_t key[32], const char *prefix)
{
    uint8_t random[TOKEN_BYTES];
    struct buf b = buf_new(a, 256);

    random_bytes(random, sizeof random);
    buf_add(&b, str_of(prefix));
    buf_add_base64url(&b, (str){(const char *)random, sizeof random});
    OPENSSL_cleanse(random, sizeof random);
    add_mark(&b, key, buf_str(&b));
    assert(!b.overflow);
    return buf_str(&b);
}

bool token_is_marked(struct arena *a, const uint8_t key[32], str token)
{
    struct buf mark = buf_new(a, 64);
    size_t at = token.len > MARK_TEXT ? token.len - MARK_TEXT : 0;

    add_mark(&mark, key, str_slice(token, 0, at));
    return same_bytes(str_slice(token, at, token.len), buf_str(&mark));
}

void token_digest(const uint8_t key[32], str token, uint8_t out[SHA256_BYTES])
{
    hmac_sha256((str){(const char *)key, 32}, token, out);
}

/* ---- signed URLs ---- */

static str url_signature(struct arena *a, const uint8_t key[32], str path, int64_t expires_s)
{
    str signed_text = arena_printf(a, "%.*s\n%lld", STR_ARG(path), (long long)expires_s);
    struct buf b = buf_new(a, 64);
    uint8_t mac[SHA256_BYTES];

    hmac_sha256((str){(const char *)key, 32}, signed_text, mac);
    buf_add_base64url(&b, (str){(const char *)mac, sizeof mac});
    return buf_str(&b);
}

str url_sign(struct arena *a, const uint8_t key[32], str path, int64_t expires_s)
{
    str sig = url_signature(a, key, path, expires_s);

    return arena_printf(a, "exp=%lld&sig=%.*s", (long long)expires_s, STR_ARG(sig));
}

/* The value of the one parameter of this name; none, or more than one: false. */
static bool query_value(str query, str name_equals, str *out)
{
    struct cur cur = cur_of(query);
    int found = 0;

    while (!cur_at_end(&cur)) {
        str pair;

        if (!cur_until(&cur, '&', 2048, &pair))
            return false;
        if (str_starts_with(pair, name_equals)) {
            *out = str_slice(pair, name_equals.len, pair.len);
            found++;
        }
    }
    return found == 1;
}

enum status url_verify(struct ctx *c, const uint8_t key[32], str path, str query, int64_t now_s)
{
    str exp;
    str sig;
    int64_t expires_s;

    if (!query_value(query, S("exp="), &exp) || !query_value(query, S("sig="), &sig) ||
        !str_parse_i64(exp, &expires_s) ||
        !same_bytes(sig, url_signature(c->arena, key, path, expires_s)))
        return FAIL(c, ERR_FORBIDDEN, "this link is not valid");
    if (now_s >= expires_s)
        return FAIL(c, ERR_NOT_FOUND, "this link has expired");
    return OK;
}
