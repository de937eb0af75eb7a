/*
 * parking.h - requests that wait for a job's result, without holding a thread.
 *
 * No handler calls out: trying a channel's credentials is the worker's job, and
 * the request that asked is kept here, its connection suspended, until the
 * job's end is announced (server_job_ended) or found by looking now and then,
 * ten seconds at most.  One thread then runs the second half of each.
 */
#ifndef API_PARKING_H
#define API_PARKING_H

#include "api/req.h"

struct parking;

enum { PARKING_MAX = 256, PARKING_WAIT_MS = 10000, PARKING_LOOK_MS = 500 };

enum status parking_new(struct ctx *c, struct arena *a, struct server *s, struct parking **out);
/* Takes r over; it ends in an answer in any case. */
void parking_add(struct parking *p, struct req *r, struct uuid org);
void parking_ended(struct parking *p, struct uuid job);
/* Everybody who waits is told that it takes too long; then the thread ends. */
void parking_done(struct parking *p);

#endif
