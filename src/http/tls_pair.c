/*
 * tls_pair.c - see tls_pair.h.
 */
#include "http/tls_pair.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"

enum { FILE_MAX = 256 * 1024, CHAIN_MAX = 10 };

static const char cert_setting[] = "SAMBUNG_TLS_CERT", key_setting[] = "SAMBUNG_TLS_KEY";

/* ---- files ---- */

/* The whole file, as a stream of OpenSSL's over bytes in the arena. */
static enum status read_file(struct ctx *c, const char *setting, str file, bool secret, BIO **out)
{
    char *bytes = arena_alloc(c->arena, FILE_MAX);
    size_t size = 0;
    ssize_t got = 1;
    struct stat st;
    AUTO(close_fd) int fd = open(arena_copy(c->arena, file).ptr, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) != 0)
        return FAIL_FIELD(c, setting, "%.*s (%s) cannot be read: %s", STR_ARG(file), setting,
                          strerrordesc_np(errno));
    if (!S_ISREG(st.st_mode) || st.st_size >= FILE_MAX)
        return FAIL_FIELD(c, setting, "%.*s (%s) is not a file of PEM texts", STR_ARG(file),
                          setting);
    if (secret && (st.st_mode & 077) != 0)
        return FAIL_FIELD(c, setting, "%.*s (%s) may be read by others: chmod 600 it",
                          STR_ARG(file), setting);
    while (got > 0 && size < FILE_MAX) {
        got = read(fd, bytes + size, FILE_MAX - size);
        size += got > 0 ? (size_t)got : 0;
    }
    *out = BIO_new_mem_buf(bytes, (int)size);
    if (got < 0 || *out == NULL)
        return FAIL_FIELD(c, setting, "%.*s (%s) cannot be read", STR_ARG(file), setting);
    return OK;
}

/* Never ask at the terminal: a server that is started again has nobody to type.
 * NOLINTNEXTLINE(readability-non-const-parameter): the library's signature */
static int no_passphrase(char *buf, int size, int writing, void *arg)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

/* ---- the pair ---- */

static void drop_pair(void *arg)
{
    struct tls_pair *pair = arg;

    X509_free(pair->cert);
    sk_X509_pop_free(pair->chain, X509_free);
    EVP_PKEY_free(pair->key);
}

static enum status read_certificates(struct ctx *c, str file, struct tls_pair *pair)
{
    BIO *bio;
    X509 *next;

    TRY(read_file(c, cert_setting, file, false, &bio));
    pair->cert = PEM_read_bio_X509_AUX(bio, NULL, no_passphrase, NULL);
    while (pair->cert != NULL && sk_X509_num(pair->chain) < CHAIN_MAX &&
           (next = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL)
        sk_X509_push(pair->chain, next);
    BIO_free(bio);
    ERR_clear_error(); /* the end of the file is an error, to OpenSSL */
    if (pair->cert == NULL)
        return FAIL_FIELD(c, cert_setting, "%.*s (%s) holds no certificate in PEM form",
                          STR_ARG(file), cert_setting);
    return OK;
}

static enum status read_key(struct ctx *c, str file, struct tls_pair *pair)
{
    BIO *bio;

    TRY(read_file(c, key_setting, file, true, &bio));
    pair->key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    ERR_clear_error();
    if (pair->key == NULL)
        return FAIL_FIELD(c, key_setting,
                          "%.*s (%s) holds no private key in PEM form, or one with a passphrase",
                          STR_ARG(file), key_setting);
    return OK;
}

static bool read_time(const ASN1_TIME *from, struct instant *out)
{
    struct tm tm;

    if (ASN1_TIME_to_tm(from, &tm) != 1)
        return false;
    out->us = (int64_t)timegm(&tm) * 1000000;
    return true;
}

enum status tls_pair_read(struct ctx *c, str cert_file, str key_file, struct tls_pair *out)
{
    struct tls_pair *pair = NEW(c->arena, struct tls_pair);

    pair->chain = sk_X509_new_null();
    arena_defer(c->arena, drop_pair, pair);
    TRY(read_certificates(c, cert_file, pair));
    TRY(read_key(c, key_file, pair));
    if (X509_check_private_key(pair->cert, pair->key) != 1) {
        ERR_clear_error();
        return FAIL_FIELD(c, key_setting, "%.*s (%s) is not the key of the certificate in %.*s",
                          STR_ARG(key_file), key_setting, STR_ARG(cert_file));
    }
    if (!read_time(X509_get0_notBefore(pair->cert), &pair->from) ||
        !read_time(X509_get0_notAfter(pair->cert), &pair->until))
        return FAIL_FIELD(c, cert_setting, "%.*s (%s) says no time", STR_ARG(cert_file),
                          cert_setting);
    *out = *pair;
    return OK;
}

/* ---- is it any good ---- */

enum status tls_pair_is_current(struct ctx *c, const struct tls_pair *pair)
{
    int64_t now_us = clock_now().us;

    if (pair->until.us <= now_us)
        return FAIL_FIELD(c, cert_setting, "the certificate has expired: it was valid until %s",
                          instant_str(c->arena, pair->until).ptr);
    if (pair->from.us > now_us)
        return FAIL_FIELD(c, cert_setting, "the certificate is not valid before %s",
                          instant_str(c->arena, pair->from).ptr);
    return OK;
}

/* As browsers do: names stand in subjectAltName, and the subject's own does not count. */
enum status tls_pair_is_for(struct ctx *c, const struct tls_pair *pair, str host)
{
    bool in_brackets = str_starts_with(host, S("[")) && str_ends_with(host, S("]"));
    str bare = arena_copy(c->arena, in_brackets ? str_slice(host, 1, host.len - 1) : host);
    unsigned int how = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;

    if (X509_check_host(pair->cert, bare.ptr, bare.len, how, NULL) == 1 ||
        X509_check_ip_asc(pair->cert, bare.ptr, 0) == 1)
        return OK;
    ERR_clear_error();
    return FAIL_FIELD(c, cert_setting, "the certificate is not for %s", bare.ptr);
}
