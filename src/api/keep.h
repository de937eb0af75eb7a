/*
 * keep.h - give a payload to the vault, and answer once it is durable.
 */
#ifndef API_KEEP_H
#define API_KEEP_H

#include "api/req.h"

struct keep {
    struct uuid channel_id;
    str body;   /* as it came; sealed here */
    str digest; /* what makes a repetition one; hashed here */
};

/*
 * From a handler, last: r is handed over when it returns OK, and answered with
 * answer after the commit, whether it was stored now or before; with 503 when it could not be, or
 * when nobody knows.  Both lie in c->arena.
 */
enum status keep_and_answer(struct ctx *c, struct req *r, const struct keep *in,
                            const struct answer *answer);

#endif
