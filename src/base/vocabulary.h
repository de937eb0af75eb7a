/*
 * vocabulary.h - the product's words that the database stores, providers speak
 * and the API shows.  One list each, so that they cannot drift apart.
 *
 * To add a word: add it here, to the CHECK in a migration, and to the UI's
 * catalogues; the contract test compares the first two.
 */
#ifndef BASE_VOCABULARY_H
#define BASE_VOCABULARY_H

#include "base/field.h"

enum conversation_state {
    CONVERSATION_OPEN = 1,
    CONVERSATION_PENDING,
    CONVERSATION_SNOOZED,
    CONVERSATION_RESOLVED,
};

enum direction { DIRECTION_IN = 1, DIRECTION_OUT };

enum message_kind {
    MESSAGE_TEXT = 1,
    MESSAGE_IMAGE,
    MESSAGE_AUDIO,
    MESSAGE_VOICE,
    MESSAGE_VIDEO,
    MESSAGE_DOCUMENT,
    MESSAGE_STICKER,
    MESSAGE_LOCATION,
    MESSAGE_CONTACT,
    MESSAGE_INTERACTIVE,
    MESSAGE_TEMPLATE,
    MESSAGE_NOTE,        /* only the team sees it */
    MESSAGE_EVENT,       /* something happened: assigned, resolved, a follow-up came due */
    MESSAGE_UNSUPPORTED, /* the provider said something that we cannot show */
};

enum author_kind { AUTHOR_CONTACT = 1, AUTHOR_USER, AUTHOR_AI, AUTHOR_SEQUENCE, AUTHOR_SYSTEM };

/*
 * queued < sending < sent < delivered < read, never backwards; failed only
 * before delivered; sending -> queued only after a certain non-send; uncertain
 * is settled by evidence or by a person.
 */
enum message_state {
    STATE_RECEIVED = 1, /* inbound */
    STATE_QUEUED,
    STATE_SENDING,
    STATE_SENT,
    STATE_DELIVERED,
    STATE_READ,
    STATE_FAILED,
    STATE_UNCERTAIN,
    STATE_CANCELLED,
};

enum channel_state { CHANNEL_CONNECTED = 1, CHANNEL_DEGRADED, CHANNEL_DISCONNECTED };
enum inbound_state { INBOUND_NEW = 1, INBOUND_DONE, INBOUND_FAILED, INBOUND_IGNORED };
enum job_state { JOB_QUEUED = 1, JOB_RUNNING, JOB_DONE, JOB_FAILED };
enum attachment_state { ATTACHMENT_PENDING = 1, ATTACHMENT_STORED, ATTACHMENT_FAILED };
enum member_role {
    ROLE_OWNER = 1,
    ROLE_ADMIN,
    ROLE_SUPERVISOR,
    ROLE_AGENT,
    ROLE_VIEWER,
    ROLE_CUSTOM, /* what the organisation made: membership.role_id */
};
enum actor_kind { ACTOR_USER = 1, ACTOR_API_KEY, ACTOR_SYSTEM };
enum availability { AVAILABILITY_ONLINE = 1, AVAILABILITY_BUSY, AVAILABILITY_OFFLINE };
enum assignment_method { ASSIGN_MANUAL = 1, ASSIGN_ROUND_ROBIN, ASSIGN_LEAST_BUSY };
enum custom_type { CUSTOM_TEXT = 1, CUSTOM_NUMBER, CUSTOM_DATE, CUSTOM_CHOICE };

extern const struct field_names conversation_state_names, direction_names, message_kind_names,
    author_kind_names, message_state_names, channel_state_names, inbound_state_names,
    job_state_names, attachment_state_names, member_role_names, actor_kind_names,
    availability_names, custom_type_names, assignment_method_names;

#endif
