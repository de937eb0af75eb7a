/*
 * The chat on a customer's own web site.  Both ends are ours: what a visitor
 * says comes by api/chat.c through the vault, what an agent says is read from
 * the store by the visitor's page.  So sending is nothing but the check.
 */
#include "provider/list.h"
#include "provider/local.h"

/* An origin, as a browser sends it; no path, no wildcard. */
#define SITE "https?://(([A-Za-z0-9.]|-)+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]+)?"

static const struct channel_setting settings[] = {
    {.key = "allowed_sites",                   .max = 4096, .pattern = SITE "([ ,]+" SITE ")*[ ,]*"},
    {.key = "greeting", .max = 500},
    {.key = "ask_email",                        .max = 3, .pattern = "yes|no", .initial = "no"},
    {.key = NULL                                       },
};

static const char *const hosts[] = {NULL};

static enum status webchat_events(struct ctx *c, const struct channel_account *acc, str body,
                                  struct channel_event **out, size_t *n_out)
{
    (void)acc;
    return local_events(c, body, true, out, n_out);
}

const struct channel_ops webchat_channel = {
    .name = "webchat",
    .hosts = hosts,
    .settings = settings,
    .traits =
        {
                 .max_text = LOCAL_MAX_TEXT,
                 .resend_is_safe = true,
                 .local = true,
                 .read_marks = true,
                 },
    .media = &local_media,
    .send = local_send,
    .sent = local_sent,
    .verify = local_verify,
    .events = webchat_events,
};
