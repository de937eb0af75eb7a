-- Contacts and leads.

CREATE TABLE pipeline_stage (
    org_id          uuid NOT NULL REFERENCES org,
    id              uuid NOT NULL,
    name            text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 80),
    position        bigint NOT NULL,
    outcome         text NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'won', 'lost')),
    PRIMARY KEY (org_id, id)
);
COMMENT ON TABLE pipeline_stage IS 'A row is a stage a lead can be in. Retention: account. Personal data: none.';
CALL tenant_table('pipeline_stage');

CREATE TABLE custom_field (
    org_id          uuid NOT NULL REFERENCES org,
    id              uuid NOT NULL,
    key             text NOT NULL CHECK (key ~ '^[a-z][a-z0-9_]{0,39}$'),
    label           text NOT NULL CHECK (octet_length(label) BETWEEN 1 AND 80),
    type            text NOT NULL CHECK (type IN ('text', 'number', 'date', 'choice')),
    choices         jsonb NOT NULL DEFAULT '[]',
    position        bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, key)
);
COMMENT ON TABLE custom_field IS 'A row defines a field of contact.custom. Retention: account. Personal data: none.';
CALL tenant_table('custom_field');

CREATE TABLE contact (
    org_id          uuid NOT NULL REFERENCES org,
    id              uuid NOT NULL,
    name            text NOT NULL DEFAULT '' CHECK (octet_length(name) <= 200),
    owner_id        uuid,
    stage_id        uuid,
    locale          text CHECK (octet_length(locale) <= 16),
    source          text CHECK (octet_length(source) <= 80),
    avatar_id       uuid,
    next_follow_up_at timestamptz,
    follow_up_reason text CHECK (octet_length(follow_up_reason) <= 500),
    custom          jsonb NOT NULL DEFAULT '{}' CHECK (octet_length(custom::text) <= 65536),
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'restricted', 'erased')),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    version         bigint NOT NULL DEFAULT 1,
    -- what names are looked up by: bytes in order, so that a prefix is a range of the index
    name_key        text COLLATE "C" GENERATED ALWAYS AS (lower(name)) STORED,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, owner_id) REFERENCES membership (org_id, user_id),
    FOREIGN KEY (org_id, stage_id) REFERENCES pipeline_stage (org_id, id)
);
CREATE INDEX contact_follow_up ON contact (org_id, next_follow_up_at) WHERE next_follow_up_at IS NOT NULL;
CREATE INDEX contact_updated ON contact (org_id, updated_at DESC, id DESC);
CREATE INDEX contact_name ON contact (org_id, name_key, id);
COMMENT ON TABLE contact IS 'A row is a person who wrote to the organisation, or whom it follows up. Retention: conversation. Personal data: end customer. Legal basis: legitimate interest.';
CALL tenant_table('contact');

CREATE TABLE contact_identity (
    org_id          uuid NOT NULL,
    id              uuid NOT NULL,
    contact_id      uuid NOT NULL,
    kind            text NOT NULL CHECK (octet_length(kind) <= 32),
    value           text NOT NULL CHECK (octet_length(value) BETWEEN 1 AND 320),
    display         text NOT NULL DEFAULT '' CHECK (octet_length(display) <= 320),
    verified        boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, kind, value),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_identity_contact ON contact_identity (org_id, contact_id);
CREATE INDEX contact_identity_value ON contact_identity (org_id, value COLLATE "C");
COMMENT ON TABLE contact_identity IS 'A row is an address that reaches a contact: a phone number, a provider''s id. Retention: conversation. Personal data: end customer. Legal basis: legitimate interest.';
CALL tenant_table('contact_identity');

CREATE TABLE note (
    org_id          uuid NOT NULL,
    id              uuid NOT NULL,
    contact_id      uuid NOT NULL,
    author_id       uuid NOT NULL,
    body            text NOT NULL CHECK (octet_length(body) BETWEEN 1 AND 10000),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    version         bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, author_id) REFERENCES membership (org_id, user_id)
);
CREATE INDEX note_contact ON note (org_id, contact_id, id);
COMMENT ON TABLE note IS 'A row is what the team wrote about a contact. Retention: conversation. Personal data: end customer. Legal basis: legitimate interest.';
CALL tenant_table('note');
