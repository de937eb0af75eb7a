/*
 * tls.h - the certificate that is shown to whoever connects, while it may change.
 *
 * Who asks for a context gets the one of now, and keeps it for as long as the connection lives; a
 * new pair of files counts for the connections after.  Files that are no good change nothing.
 * TLS 1.2 and 1.3 only, with forward secrecy and authenticated ciphers only.
 */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include "base/ctx.h"

struct tls;
struct ssl_ctx_st; /* OpenSSL's SSL_CTX */

/* A certificate that has expired is taken at the start, and said in the log: what does not need
 * this door goes on. */
enum status tls_new(struct ctx *c, str cert_file, str key_file, struct tls **out);
void tls_free(struct tls *t);

/* Have the files been replaced since they were last read?  For one thread. */
bool tls_has_changed(struct tls *t);
/* Read them again.  ERR_INVALID: no good, or not current, and what was there stays.  For one
 * thread. */
enum status tls_reload(struct ctx *c, struct tls *t);

struct ssl_ctx_st *tls_context(struct tls *t); /* the caller's, to SSL_CTX_free; any thread */
struct instant tls_until(struct tls *t);       /* the end of its time; any thread */

#endif
