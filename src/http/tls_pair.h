/*
 * tls_pair.h - a certificate with its chain, and the private key that belongs to it.
 *
 * Read from two PEM files, which may be the same.  What is wrong with them is said in words an
 * operator can act on: at the start, when they are read again, and by "sambung check".
 */
#ifndef HTTP_TLS_PAIR_H
#define HTTP_TLS_PAIR_H

#include <openssl/x509.h>

#include "base/ctx.h"

struct tls_pair {
    X509 *cert;
    STACK_OF(X509) * chain; /* what follows the certificate in its file; may be empty */
    EVP_PKEY *key;
    struct instant from, until;
};

/* Results go with c->arena.  ERR_INVALID, naming the setting: a file cannot be read, holds none,
 * others may read the key, the two do not belong together. */
enum status tls_pair_read(struct ctx *c, str cert_file, str key_file, struct tls_pair *out);
/* ERR_INVALID: it has expired, or its time has not come. */
enum status tls_pair_is_current(struct ctx *c, const struct tls_pair *pair);
/* ERR_INVALID: it is not for this name or address, such as "crm.example.com" or "[::1]". */
enum status tls_pair_is_for(struct ctx *c, const struct tls_pair *pair, str host);

#endif
