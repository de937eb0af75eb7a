-- Signing in by another's word: OpenID Connect.

-- global: belongs to a person, and is asked before the organisation is known
CREATE TABLE user_identity (
    id              uuid PRIMARY KEY,
    user_id         uuid NOT NULL REFERENCES app_user,
    provider        text NOT NULL CHECK (provider IN ('google', 'microsoft', 'company')),
    issuer          text NOT NULL CHECK (octet_length(issuer) BETWEEN 1 AND 512),
    subject         text NOT NULL CHECK (octet_length(subject) BETWEEN 1 AND 255),
    -- what the provider called the account when it was linked: shown, never looked up by
    email           text NOT NULL DEFAULT '' CHECK (octet_length(email) <= 254),
    created_at      timestamptz NOT NULL DEFAULT now(),
    last_used_at    timestamptz,
    UNIQUE (issuer, subject)
);
CREATE INDEX user_identity_user ON user_identity (user_id);
COMMENT ON TABLE user_identity IS 'A row is an account elsewhere with which a person signs in. Retention: account. Personal data: account holder. Legal basis: contract.';
CALL global_table('user_identity');

-- global: a stranger is signing in
CREATE TABLE sso_errand (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('discover', 'exchange')),
    provider        text NOT NULL CHECK (octet_length(provider) <= 16),
    -- of the state parameter: each is good for one exchange
    state_digest    bytea UNIQUE,
    -- the code and the verifier, sealed; gone once the answer was used
    secrets         bytea CHECK (octet_length(secrets) <= 8192),
    state           text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'used')),
    result          jsonb CHECK (octet_length(result::text) <= 8192),
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sso_errand_queued ON sso_errand (created_at) WHERE state = 'queued';
CREATE INDEX sso_errand_created ON sso_errand (created_at);
COMMENT ON TABLE sso_errand IS 'A row is a question that the worker asks an identity provider while somebody waits at the door. Retention: an hour. Personal data: account holder, until it was used. Legal basis: contract.';
CALL global_table('sso_errand');

-- global: what a provider publishes is the same for all
CREATE TABLE sso_document (
    issuer          text PRIMARY KEY CHECK (octet_length(issuer) BETWEEN 1 AND 512),
    document        text NOT NULL CHECK (octet_length(document) <= 65536),
    document_at     timestamptz NOT NULL DEFAULT now(),
    keys            text CHECK (octet_length(keys) <= 262144),
    keys_at         timestamptz,
    -- when the keys were last asked for because one was unknown
    forced_at       timestamptz
);
COMMENT ON TABLE sso_document IS 'A row is what an identity provider publishes of itself, as it was last fetched. Retention: none. Personal data: none.';
CALL global_table('sso_document');

ALTER TABLE login_event ADD COLUMN via text NOT NULL DEFAULT 'password'
    CHECK (octet_length(via) BETWEEN 1 AND 16);
