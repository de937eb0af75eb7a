/*
 * tls.c - see tls.h.
 *
 * A context is counted by OpenSSL: each connection holds the one it began with, the last lets go
 * of it.  With a new certificate the keys of session tickets are new too, so that nobody resumes
 * what was agreed under the old one.
 */
#include "http/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <sys/stat.h>

#include "base/log.h"
#include "http/tls_pair.h"

/* What a replaced file shows by: certbot changes a link, others rename, some write in place. */
struct stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct tls {
    struct arena *arena;
    str cert_file, key_file;
    struct stamp stamps[2]; /* of when they were last read, whatever came of it */
    pthread_mutex_t lock;
    SSL_CTX *context;     /* under lock */
    struct instant until; /* under lock */
};

/* ---- a context ---- */

/* We speak HTTP/1.1 and nothing else: who offers only others is told so at once, and not served
 * what it takes for another protocol. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *offered, unsigned int size, void *arg)
{
    (void)ssl;
    (void)arg;
    for (unsigned int at = 0; at + 1 <= size && at + 1 + offered[at] <= size; at += 1 + offered[at])
        if (str_eq((str){(const char *)offered + at + 1, offered[at]}, S("http/1.1"))) {
            *out = offered + at + 1;
            *out_len = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static bool set_rules(SSL_CTX *context)
{
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_OFF); /* tickets need no memory of ours */
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

static enum status make_context(struct ctx *c, const struct tls_pair *pair, SSL_CTX **out)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    char why[256] = "";

    if (context != NULL && set_rules(context) &&
        SSL_CTX_use_cert_and_key(context, pair->cert, pair->key, pair->chain, 1) == 1) {
        *out = context;
        return OK;
    }
    ERR_error_string_n(ERR_peek_last_error(), why, sizeof why);
    ERR_clear_error();
    SSL_CTX_free(context);
    (void)FAIL_FIELD(c, "SAMBUNG_TLS_CERT",
                     "the certificate cannot be used: its key or its signature is too weak");
    err_cause(c, why);
    return ERR_INVALID;
}

/* ---- the files ---- */

static struct stamp stamp_of(str file)
{
    struct stamp out = {0};
    struct stat st;

    if (stat(file.ptr, &st) == 0) {
        out.device = st.st_dev;
        out.inode = st.st_ino;
        out.size = st.st_size;
        out.changed = st.st_mtim;
    }
    return out;
}

static bool is_same(const struct stamp *a, const struct stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

bool tls_has_changed(struct tls *t)
{
    struct stamp cert = stamp_of(t->cert_file), key = stamp_of(t->key_file);

    return !is_same(&cert, &t->stamps[0]) || !is_same(&key, &t->stamps[1]);
}

/* The stamps are taken first: what is replaced while we read is seen as changed the next time. */
static enum status read_pair(struct ctx *c, struct tls *t, struct tls_pair *out)
{
    t->stamps[0] = stamp_of(t->cert_file);
    t->stamps[1] = stamp_of(t->key_file);
    return tls_pair_read(c, t->cert_file, t->key_file, out);
}

static enum status take(struct ctx *c, struct tls *t, const struct tls_pair *pair)
{
    SSL_CTX *context, *before;

    TRY(make_context(c, pair, &context));
    pthread_mutex_lock(&t->lock);
    before = t->context;
    t->context = context;
    t->until = pair->until;
    pthread_mutex_unlock(&t->lock);
    SSL_CTX_free(before);
    return OK;
}

/* ---- life ---- */

static enum status open_pair(struct ctx *c, struct tls *t)
{
    struct tls_pair pair;

    TRY(read_pair(c, t, &pair));
    if (tls_pair_is_current(c, &pair) != OK) {
        log_note(LOG_ERROR, "certificate", "%s", c->err.msg);
        c->err = (struct err){0};
    }
    return take(c, t, &pair);
}

enum status tls_new(struct ctx *c, str cert_file, str key_file, struct tls **out)
{
    struct arena *arena = arena_new();
    struct tls *t = NEW(arena, struct tls);
    enum status status;

    t->arena = arena;
    t->cert_file = arena_copy(arena, cert_file);
    t->key_file = arena_copy(arena, key_file);
    pthread_mutex_init(&t->lock, NULL);
    status = open_pair(c, t);
    if (status == OK)
        *out = t;
    else
        tls_free(t);
    return status;
}

void tls_free(struct tls *t)
{
    if (t == NULL)
        return;
    SSL_CTX_free(t->context);
    pthread_mutex_destroy(&t->lock);
    arena_free(t->arena);
}

enum status tls_reload(struct ctx *c, struct tls *t)
{
    struct tls_pair pair;

    TRY(read_pair(c, t, &pair));
    TRY(tls_pair_is_current(c, &pair));
    return take(c, t, &pair);
}

SSL_CTX *tls_context(struct tls *t)
{
    SSL_CTX *context;

    pthread_mutex_lock(&t->lock);
    context = t->context;
    SSL_CTX_up_ref(context);
    pthread_mutex_unlock(&t->lock);
    return context;
}

struct instant tls_until(struct tls *t)
{
    struct instant until;

    pthread_mutex_lock(&t->lock);
    until = t->until;
    pthread_mutex_unlock(&t->lock);
    return until;
}
