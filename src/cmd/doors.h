/*
 * doors.h - the other doors of the web process: TLS, and plain HTTP that is sent on.
 *
 * Both only if they are configured.  The certificate is read again when its files change or a
 * SIGHUP comes.
 */
#ifndef CMD_DOORS_H
#define CMD_DOORS_H

#include "api/server.h"

struct doors {
    struct relay *relay;
    struct redirect *redirect;
    struct instant warned; /* that the certificate's time is nearly over */
};

/* Read the certificate into s->tls, for server_start and after it doors_open. */
enum status doors_prepare(struct ctx *c, struct server *s);
enum status doors_open(struct ctx *c, const struct server *s, struct doors *out);
/* Now and then: has the certificate changed?  asked: look at it whether or not. */
void doors_look(struct doors *d, const struct server *s, bool asked);
/* Let nobody in any more: before server_stop. */
void doors_drain(struct doors *d);
/* Say the last words of who was connected: when the server and the hub have ended. */
void doors_close(struct doors *d, struct server *s);

#endif
