/*
 * vocabulary.c - the words; the index is the enum's value, so each list says
 * which value it gives a word to.
 */
#include "base/vocabulary.h"

#define WORDS(list)                                                     \
    {                                                                   \
        .words = (list), .count = (int)(sizeof(list) / sizeof(list)[0]) \
    }

static const char *const conversation_states[] = {
    [CONVERSATION_OPEN] = "open",
    [CONVERSATION_PENDING] = "pending",
    [CONVERSATION_SNOOZED] = "snoozed",
    [CONVERSATION_RESOLVED] = "resolved",
};
const struct field_names conversation_state_names = WORDS(conversation_states);

static const char *const directions[] = {[DIRECTION_IN] = "in", [DIRECTION_OUT] = "out"};
const struct field_names direction_names = WORDS(directions);

static const char *const message_kinds[] = {
    [MESSAGE_TEXT] = "text",         [MESSAGE_IMAGE] = "image",
    [MESSAGE_AUDIO] = "audio",       [MESSAGE_VOICE] = "voice",
    [MESSAGE_VIDEO] = "video",       [MESSAGE_DOCUMENT] = "document",
    [MESSAGE_STICKER] = "sticker",   [MESSAGE_LOCATION] = "location",
    [MESSAGE_CONTACT] = "contact",   [MESSAGE_INTERACTIVE] = "interactive",
    [MESSAGE_TEMPLATE] = "template", [MESSAGE_NOTE] = "note",
    [MESSAGE_EVENT] = "event",       [MESSAGE_UNSUPPORTED] = "unsupported",
};
const struct field_names message_kind_names = WORDS(message_kinds);

static const char *const author_kinds[] = {
    [AUTHOR_CONTACT] = "contact",   [AUTHOR_USER] = "user",     [AUTHOR_AI] = "ai",
    [AUTHOR_SEQUENCE] = "sequence", [AUTHOR_SYSTEM] = "system",
};
const struct field_names author_kind_names = WORDS(author_kinds);

static const char *const message_states[] = {
    [STATE_RECEIVED] = "received", [STATE_QUEUED] = "queued",       [STATE_SENDING] = "sending",
    [STATE_SENT] = "sent",         [STATE_DELIVERED] = "delivered", [STATE_READ] = "read",
    [STATE_FAILED] = "failed",     [STATE_UNCERTAIN] = "uncertain", [STATE_CANCELLED] = "cancelled",
};
const struct field_names message_state_names = WORDS(message_states);

static const char *const channel_states[] = {
    [CHANNEL_CONNECTED] = "connected",
    [CHANNEL_DEGRADED] = "degraded",
    [CHANNEL_DISCONNECTED] = "disconnected",
};
const struct field_names channel_state_names = WORDS(channel_states);

static const char *const inbound_states[] = {
    [INBOUND_NEW] = "new",
    [INBOUND_DONE] = "done",
    [INBOUND_FAILED] = "failed",
    [INBOUND_IGNORED] = "ignored",
};
const struct field_names inbound_state_names = WORDS(inbound_states);

static const char *const job_states[] = {
    [JOB_QUEUED] = "queued",
    [JOB_RUNNING] = "running",
    [JOB_DONE] = "done",
    [JOB_FAILED] = "failed",
};
const struct field_names job_state_names = WORDS(job_states);

static const char *const attachment_states[] = {
    [ATTACHMENT_PENDING] = "pending",
    [ATTACHMENT_STORED] = "stored",
    [ATTACHMENT_FAILED] = "failed",
};
const struct field_names attachment_state_names = WORDS(attachment_states);

static const char *const member_roles[] = {
    [ROLE_OWNER] = "owner", [ROLE_ADMIN] = "admin",   [ROLE_SUPERVISOR] = "supervisor",
    [ROLE_AGENT] = "agent", [ROLE_VIEWER] = "viewer", [ROLE_CUSTOM] = "custom",
};
const struct field_names member_role_names = WORDS(member_roles);

static const char *const actor_kinds[] = {
    [ACTOR_USER] = "user",
    [ACTOR_API_KEY] = "api_key",
    [ACTOR_SYSTEM] = "system",
};
const struct field_names actor_kind_names = WORDS(actor_kinds);

static const char *const availabilities[] = {
    [AVAILABILITY_ONLINE] = "online",
    [AVAILABILITY_BUSY] = "busy",
    [AVAILABILITY_OFFLINE] = "offline",
};
const struct field_names availability_names = WORDS(availabilities);

static const char *const assignment_methods[] = {
    [ASSIGN_MANUAL] = "manual",
    [ASSIGN_ROUND_ROBIN] = "round_robin",
    [ASSIGN_LEAST_BUSY] = "least_busy",
};
const struct field_names assignment_method_names = WORDS(assignment_methods);

static const char *const custom_types[] = {
    [CUSTOM_TEXT] = "text",
    [CUSTOM_NUMBER] = "number",
    [CUSTOM_DATE] = "date",
    [CUSTOM_CHOICE] = "choice",
};
const struct field_names custom_type_names = WORDS(custom_types);
