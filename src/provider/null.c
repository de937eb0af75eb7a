/*
 * The channel to nowhere: it takes everything.  Demonstrations, load tests and
 * half of the integration tests use it.  What its customers "say" is put into
 * the vault by the job that plays them (behaviour "echo"), or by a test.
 */
#include "provider/list.h"
#include "provider/local.h"

static const struct channel_setting settings[] = {
    {.key = "behaviour",        .max = 16, .pattern = "echo|silent", .initial = "echo"},
    {.key = NULL},
};

static const char *const hosts[] = {NULL};

static enum status null_events(struct ctx *c, const struct channel_account *acc, str body,
                               struct channel_event **out, size_t *n_out)
{
    (void)acc;
    return local_events(c, body, false, out, n_out);
}

const struct channel_ops null_channel = {
    .name = "null",
    .hosts = hosts,
    .settings = settings,
    .traits =
        {
                 .max_text = LOCAL_MAX_TEXT,
                 .resend_is_safe = true,
                 .local = true,
                 .reactions = true,
                 .replies = true,
                 .read_marks = true,
                 },
    .media = &local_media,
    .send = local_send,
    .sent = local_sent,
    .verify = local_verify,
    .events = null_events,
};
