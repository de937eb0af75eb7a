-- What proves who is asking, beside a password: a second factor, known devices, keys, signed tokens.

-- members without a second factor are led to set one up before anything else
ALTER TABLE org ADD COLUMN second_factor_required boolean NOT NULL DEFAULT false;

-- asked: the password was right, the second factor is to come
ALTER TABLE login_event DROP CONSTRAINT login_event_outcome_check;
ALTER TABLE login_event ADD CONSTRAINT login_event_outcome_check
    CHECK (outcome IN ('ok', 'bad_password', 'unknown', 'frozen', 'slowed', 'asked', 'bad_code'));

-- token: of a script that refreshes it (refresh_token), never shown as one token
ALTER TABLE session ADD COLUMN kind text NOT NULL DEFAULT 'browser' CHECK (kind IN ('browser', 'token'));

-- global: belongs to a person, whatever the organisation
CREATE TABLE totp (
    user_id         uuid PRIMARY KEY REFERENCES app_user ON DELETE CASCADE,
    -- under a key derived from the master key
    secret          bytea NOT NULL,
    confirmed_at    timestamptz,
    -- of the last code that was taken: none is taken twice
    last_step       bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE totp IS 'A row is a person''s authenticator app; confirmed_at null: begun and not yet shown to work. Retention: account. Personal data: account holder. Legal basis: contract, legitimate interest (security).';
CALL global_table('totp');

-- global: belongs to a person, whatever the organisation
CREATE TABLE recovery_code (
    user_id         uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    digest          bytea NOT NULL,
    used_at         timestamptz,
    PRIMARY KEY (user_id, digest)
);
COMMENT ON TABLE recovery_code IS 'A row is a code that stands in once for a lost authenticator app; only a keyed digest is kept. Retention: account. Personal data: account holder. Legal basis: contract, legitimate interest (security).';
CALL global_table('recovery_code');

-- global: between password and second factor no organisation is entered yet
CREATE TABLE sign_in_challenge (
    id              uuid PRIMARY KEY,
    digest          bytea NOT NULL UNIQUE,
    user_id         uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    -- of the cookie of the browser that may answer; null: a script's
    browser_digest  bytea,
    failures        bigint NOT NULL DEFAULT 0,
    expires_at      timestamptz NOT NULL
);
CREATE INDEX sign_in_challenge_expires ON sign_in_challenge (expires_at);
CREATE INDEX sign_in_challenge_user ON sign_in_challenge (user_id);
COMMENT ON TABLE sign_in_challenge IS 'A row is a sign-in that waits for its second factor. Retention: 5 minutes, then purged. Personal data: account holder. Legal basis: legitimate interest (security).';
CALL global_table('sign_in_challenge');

-- global: belongs to a person, whatever the organisation
CREATE TABLE known_device (
    id              uuid PRIMARY KEY,
    digest          bytea NOT NULL UNIQUE,
    user_id         uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    ip              text NOT NULL CHECK (octet_length(ip) <= 64),
    user_agent      text NOT NULL CHECK (octet_length(user_agent) <= 400),
    created_at      timestamptz NOT NULL DEFAULT now(),
    last_used_at    timestamptz NOT NULL DEFAULT now(),
    -- until then no second factor is asked on it
    trusted_until   timestamptz
);
CREATE INDEX known_device_user ON known_device (user_id, last_used_at);
CREATE INDEX known_device_used ON known_device (last_used_at);
COMMENT ON TABLE known_device IS 'A row is a browser that a person has signed in with; only a digest of its cookie is kept. Retention: 12 months after its last use. Personal data: account holder. Legal basis: legitimate interest (security).';
CALL global_table('known_device');

CREATE TABLE api_key (
    org_id          uuid NOT NULL REFERENCES org (org_id),
    id              uuid NOT NULL,
    user_id         uuid NOT NULL,
    name            text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 80),
    scopes          text[] NOT NULL CHECK (cardinality(scopes) BETWEEN 1 AND 64),
    digest          bytea NOT NULL,
    -- its last characters, so that people can tell one from another
    hint            text NOT NULL CHECK (octet_length(hint) <= 8),
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    last_used_at    timestamptz,
    last_ip         text CHECK (octet_length(last_ip) <= 64),
    ended_at        timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES membership (org_id, user_id)
);
CREATE INDEX api_key_user ON api_key (org_id, user_id);
COMMENT ON TABLE api_key IS 'A row is a key with which a program acts for the person who made it; only a digest is kept (and in locator). Retention: security, 12 months after its end. Personal data: account holder. Legal basis: contract, legitimate interest (security).';
CALL tenant_table('api_key');

ALTER TABLE locator DROP CONSTRAINT locator_kind_check;
ALTER TABLE locator ADD CONSTRAINT locator_kind_check CHECK (kind IN ('channel', 'api_key'));

-- global: of a session, which is how the organisation becomes known
CREATE TABLE refresh_token (
    digest          bytea PRIMARY KEY,
    session_id      uuid NOT NULL REFERENCES session ON DELETE CASCADE,
    created_at      timestamptz NOT NULL DEFAULT now(),
    used_at         timestamptz
);
CREATE INDEX refresh_token_session ON refresh_token (session_id);
COMMENT ON TABLE refresh_token IS 'A row is a token for one more access token; all of one session are a family, and one that comes a second time ends it. Retention: with the session. Personal data: account holder. Legal basis: contract, legitimate interest (security).';
CALL global_table('refresh_token');

-- global: the installation's
CREATE TABLE signing_key (
    id              uuid PRIMARY KEY,
    -- under a key derived from the master key
    secret          bytea NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE signing_key IS 'A row is a key that access tokens are signed with: the newest signs, those before are published until their tokens are over. Retention: technical. Personal data: none.';
CALL global_table('signing_key');
