/*
 * smtp.h - handing one mail to a mail server, by libcurl.
 *
 * TLS 1.2 or later with the certificate verified, by STARTTLS (smtp://) or from the first byte
 * (smtps://); a server that offers none is not talked to.  A server on loopback may do without, and
 * its certificate is not looked at unless the operator names an authority.  Blocking; obeys
 * c->deadline_ms.
 */
#ifndef HTTP_SMTP_H
#define HTTP_SMTP_H

#include "base/ctx.h"

struct smtp_server {
    str host;
    int port;
    bool implicit_tls;
    bool loopback;
    str user; /* "": no sign-in */
    struct secret password;
    str ca_file; /* "": the system's authorities */
};

/* smtp://user:password@host:587 or smtps://...; user and password percent-encoded.  ERR_INVALID
 * says what is wrong without repeating it.  ca_file is left alone. */
enum status smtp_server_parse(struct ctx *c, struct secret url, struct smtp_server *out);

struct smtp_letter {
    str hello;    /* the domain that we are of */
    str from, to; /* addresses alone */
    str message;  /* RFC 5322, lines end in CR LF, 7 bits */
};

enum smtp_outcome {
    SMTP_TAKEN = 1, /* the server answers for it now */
    SMTP_NOT_NOW,   /* certainly not taken: it, or the way to it, may be well later */
    SMTP_REFUSED,   /* certainly not taken, and will not be */
    SMTP_NO_ANSWER, /* the whole mail was given and nothing came back */
};

struct smtp_answer {
    enum smtp_outcome outcome;
    bool no_such_address; /* refused since nobody receives there */
    str why;              /* for the operator: what the server or libcurl said */
};

/* Never fails for what the network did. */
void smtp_send(struct ctx *c, const struct smtp_server *server, const struct smtp_letter *letter,
               struct smtp_answer *out);

#endif
