-- Channels, conversations, messages.

CREATE TABLE channel (
    org_id          uuid NOT NULL REFERENCES org,
    id              uuid NOT NULL,
    kind            text NOT NULL CHECK (octet_length(kind) <= 32),
    name            text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 80),
    state           text NOT NULL DEFAULT 'connected' CHECK (state IN ('connected', 'degraded', 'disconnected')),
    settings        jsonb NOT NULL DEFAULT '{}' CHECK (octet_length(settings::text) <= 16384),
    secrets         bytea,
    silence_alarm_minutes bigint CHECK (silence_alarm_minutes > 0),
    token_expires_at timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    version         bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (org_id, id)
);
COMMENT ON TABLE channel IS 'A row is a connected account at a provider; secrets is a sealed JSON object. Retention: account. Personal data: none.';
CALL tenant_table('channel');

CREATE TABLE channel_health (
    org_id          uuid NOT NULL,
    channel_id      uuid NOT NULL,
    last_inbound_at timestamptz,
    last_outbound_at timestamptz,
    last_error_at   timestamptz,
    last_error      text CHECK (octet_length(last_error) <= 1000),
    next_send_at    timestamptz,
    PRIMARY KEY (org_id, channel_id),
    FOREIGN KEY (org_id, channel_id) REFERENCES channel (org_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE channel_health IS 'A row is what a channel did last, and when it may send again; apart from channel because it changes with each message. Retention: account. Personal data: none.';
CALL tenant_table('channel_health');

CREATE TABLE org_counter (
    org_id          uuid NOT NULL REFERENCES org,
    name            text NOT NULL,
    value           bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, name)
);
COMMENT ON TABLE org_counter IS 'A row counts something that people call by number. Retention: account. Personal data: none.';
CALL tenant_table('org_counter');

CREATE TABLE conversation (
    org_id          uuid NOT NULL,
    id              uuid NOT NULL,
    contact_id      uuid NOT NULL,
    channel_id      uuid NOT NULL,
    identity_id     uuid NOT NULL,
    number          bigint NOT NULL,
    state           text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'pending', 'snoozed', 'resolved')),
    snoozed_until   timestamptz,
    assignee_id     uuid,
    -- where it stands in the list: the last message, or the moment something brought it back
    sort_at         timestamptz NOT NULL,
    -- why it came back, when that was not a message: 'follow_up', 'snooze'; gone once someone reads it
    attention       text CHECK (attention IN ('follow_up', 'snooze')),
    attention_text  text CHECK (octet_length(attention_text) <= 500),
    last_message_at timestamptz,
    last_inbound_at timestamptz,
    last_preview    text NOT NULL DEFAULT '' CHECK (octet_length(last_preview) <= 240),
    last_kind       text,
    last_direction  text,
    last_state      text,
    last_message_id uuid,
    inbound_count   bigint NOT NULL DEFAULT 0,
    waiting_since   timestamptz,
    first_reply_at  timestamptz,
    window_closes_at timestamptz,
    contact_seen_at timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    version         bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, number),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, channel_id) REFERENCES channel (org_id, id),
    FOREIGN KEY (org_id, identity_id) REFERENCES contact_identity (org_id, id),
    FOREIGN KEY (org_id, assignee_id) REFERENCES membership (org_id, user_id)
);
-- one living thread per person and channel
CREATE UNIQUE INDEX conversation_thread ON conversation (org_id, channel_id, identity_id);
CREATE INDEX conversation_list ON conversation (org_id, state, sort_at DESC, id DESC);
CREATE INDEX conversation_mine ON conversation (org_id, assignee_id, state, sort_at DESC, id DESC);
-- what nobody has yet; a null key does not keep an index's order, so this is one of its own
CREATE INDEX conversation_free ON conversation (org_id, state, sort_at DESC, id DESC) WHERE assignee_id IS NULL;
CREATE INDEX conversation_contact ON conversation (org_id, contact_id);
CREATE INDEX conversation_snoozed ON conversation (org_id, snoozed_until) WHERE state = 'snoozed';
COMMENT ON TABLE conversation IS 'A row is one contact''s thread on one channel. Retention: conversation. Personal data: end customer. Legal basis: contract, legitimate interest.';
CALL tenant_table('conversation');

CREATE TABLE message (
    org_id          uuid NOT NULL,
    id              uuid NOT NULL,
    conversation_id uuid NOT NULL,
    channel_id      uuid NOT NULL,
    direction       text NOT NULL CHECK (direction IN ('in', 'out')),
    kind            text NOT NULL CHECK (kind IN ('text', 'image', 'audio', 'voice', 'video', 'document', 'sticker', 'location', 'contact', 'interactive', 'template', 'note', 'event', 'unsupported')),
    author          text NOT NULL CHECK (author IN ('contact', 'user', 'ai', 'sequence', 'system')),
    author_id       uuid,
    body            text NOT NULL DEFAULT '' CHECK (octet_length(body) <= 65536),
    payload         jsonb CHECK (octet_length(payload::text) <= 65536),
    reply_to_id     uuid,
    forwarded       boolean NOT NULL DEFAULT false,
    provider_id     text CHECK (octet_length(provider_id) <= 512),
    -- where it stands in the thread: the provider's time for what came in, ours for what goes out
    at              timestamptz NOT NULL,
    state           text NOT NULL CHECK (state IN ('received', 'queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'uncertain', 'cancelled')),
    error_code      text CHECK (octet_length(error_code) <= 64),
    error_text      text CHECK (octet_length(error_text) <= 1000),
    send_at         timestamptz,
    sent_at         timestamptz,
    delivered_at    timestamptz,
    read_at         timestamptz,
    edited_at       timestamptz,
    revoked_at      timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    version         bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id) ON DELETE CASCADE
);
-- the wall against doubles: a provider's message exists once per channel
CREATE UNIQUE INDEX message_provider ON message (org_id, channel_id, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX message_thread ON message (org_id, conversation_id, at DESC, id DESC);
CREATE INDEX message_outgoing ON message (org_id, conversation_id, id) WHERE state IN ('queued', 'sending');
COMMENT ON TABLE message IS 'A row is something said in a conversation, or that happened in it. Retention: conversation. Personal data: end customer. Legal basis: contract, legitimate interest.';
CALL tenant_table('message');

CREATE TABLE reaction (
    org_id          uuid NOT NULL,
    message_id      uuid NOT NULL,
    -- who: a contact, or a member
    actor_id        uuid NOT NULL,
    by_contact      boolean NOT NULL,
    emoji           text NOT NULL CHECK (octet_length(emoji) BETWEEN 1 AND 64),
    at              timestamptz NOT NULL,
    PRIMARY KEY (org_id, message_id, actor_id),
    FOREIGN KEY (org_id, message_id) REFERENCES message (org_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE reaction IS 'A row is an emoji on a message. Retention: conversation. Personal data: end customer. Legal basis: legitimate interest.';
CALL tenant_table('reaction');

CREATE TABLE attachment (
    org_id          uuid NOT NULL REFERENCES org,
    id              uuid NOT NULL,
    message_id      uuid,
    channel_id      uuid,
    uploaded_by     uuid,
    -- who may attach it to a message: the visitor who uploaded it, when not a member
    visitor_id      uuid,
    kind            text NOT NULL CHECK (kind IN ('image', 'audio', 'voice', 'video', 'document', 'sticker')),
    name            text NOT NULL DEFAULT '' CHECK (octet_length(name) <= 255),
    media_type      text NOT NULL DEFAULT 'application/octet-stream' CHECK (octet_length(media_type) <= 127),
    bytes           bigint NOT NULL DEFAULT 0,
    sha256          bytea,
    state           text NOT NULL CHECK (state IN ('pending', 'stored', 'failed')),
    -- how to ask the provider for it, and its id there once we uploaded it
    provider_ref    text CHECK (octet_length(provider_ref) <= 512),
    provider_url    text CHECK (octet_length(provider_url) <= 4096),
    error_text      text CHECK (octet_length(error_text) <= 500),
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, message_id) REFERENCES message (org_id, id) ON DELETE CASCADE
);
CREATE INDEX attachment_message ON attachment (org_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX attachment_sha256 ON attachment (org_id, sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX attachment_orphan ON attachment (org_id, created_at) WHERE message_id IS NULL;
COMMENT ON TABLE attachment IS 'A row is a file in a message; its bytes lie in the object store by their digest. Retention: conversation. Personal data: end customer. Legal basis: contract, legitimate interest.';
CALL tenant_table('attachment');

CREATE TABLE draft (
    org_id          uuid NOT NULL,
    conversation_id uuid NOT NULL,
    user_id         uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('text', 'note')),
    body            text NOT NULL CHECK (octet_length(body) <= 10000),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, conversation_id, user_id, kind),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, user_id) REFERENCES membership (org_id, user_id)
);
COMMENT ON TABLE draft IS 'A row is what a member has typed and not sent. Retention: conversation. Personal data: end customer. Legal basis: legitimate interest.';
CALL tenant_table('draft');

CREATE TABLE read_marker (
    org_id          uuid NOT NULL,
    conversation_id uuid NOT NULL,
    user_id         uuid NOT NULL,
    -- conversation.inbound_count when they last looked: unread is the difference
    inbound_count   bigint NOT NULL,
    at              timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, conversation_id, user_id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, user_id) REFERENCES membership (org_id, user_id)
);
COMMENT ON TABLE read_marker IS 'A row is how far a member has read a conversation. Retention: conversation. Personal data: account holder. Legal basis: contract.';
CALL tenant_table('read_marker');
