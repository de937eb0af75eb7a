/*
 * channel.h - connected accounts at providers, and what they did last.
 *
 * channel_health is apart from channel because it changes with every message.
 */
#ifndef STORE_CHANNEL_H
#define STORE_CHANNEL_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/vocabulary.h"

struct channel {
    struct uuid id;
    str kind; /* channel_ops.name */
    str name;
    enum channel_state state;
    struct json_text settings;
    bool has_secrets;
    int64_t silence_alarm_minutes; /* 0: none */
    struct instant token_expires_at;
    struct instant created_at;
    int64_t version;
    /* channel_health */
    struct instant last_inbound_at;
    struct instant last_outbound_at;
    struct instant last_error_at;
    str last_error; /* ptr NULL: none */
    bool silent;    /* longer without an inbound message than the alarm allows */
    /* capped at 1000 each; only channel_list and channel_select count */
    int64_t failed_inbound;
    int64_t queued;
};

enum { CHANNEL_LIST_MAX = 200 };

enum status channel_list(struct ctx *c, struct list *out); /* of struct channel, oldest first */
enum status channel_select(struct ctx *c, struct uuid id, struct channel *out); /* ERR_NOT_FOUND */
/* For changing it: no counts, the row locked. */
enum status channel_lock(struct ctx *c, struct uuid id, struct channel *out);

/* What a send or a webhook needs: row and sealed secrets, nothing counted.  ERR_NOT_FOUND. */
struct channel_sealed {
    struct uuid id;
    str kind;
    str name;
    enum channel_state state;
    struct json_text settings;
    struct bytes secrets; /* data.ptr NULL: none */
    int64_t version;
};
enum status channel_select_sealed(struct ctx *c, struct uuid id, struct channel_sealed *out);

/* row's id, kind, name, state, settings, silence_alarm_minutes, token_expires_at count; also makes
 * its channel_health row. */
enum status channel_insert(struct ctx *c, const struct channel *row, struct bytes secrets);
/* Writes name, state, settings, silence_alarm_minutes, token_expires_at; secrets too unless their
 * ptr is NULL. */
enum status channel_update(struct ctx *c, const struct channel *row, struct bytes secrets);
/* Only connected <-> degraded: a disconnected channel stays so.  *version 0 if nothing changed. */
enum status channel_update_state(struct ctx *c, struct uuid id, enum channel_state state,
                                 int64_t *version);
/* Disconnected for good: secrets and locator go, conversations stay. */
enum status channel_disconnect(struct ctx *c, struct uuid id);

/* ---- health ---- */

enum status channel_health_inbound(struct ctx *c, struct uuid id, struct instant at);
enum status channel_health_outbound(struct ctx *c, struct uuid id, struct instant at);
enum status channel_health_error(struct ctx *c, struct uuid id, str text); /* cut to 1000 bytes */
/*
 * Reserve the next moment at which this channel may send, per_second a second: next_send_at moves
 * on by one step.  *out is when; it is in the past or now when there is no need to wait.
 */
enum status channel_health_reserve(struct ctx *c, struct uuid id, int64_t per_second,
                                   struct instant *out);
/* The provider said "not before": nothing is sent until then. */
enum status channel_health_hold(struct ctx *c, struct uuid id, struct instant until);

#endif
