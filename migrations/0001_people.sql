-- People and access.
--
-- Three roles exist before the first migration runs (sambung migrate --print-roles): sambung_owner
-- runs migrations and owns everything, sambung_app serves requests and jobs of one organisation,
-- sambung_system does the few things that happen before or across organisations.  None of them
-- is a superuser and none bypasses row-level security.

-- One call makes a table a tenant's: row-level security forced, the application role sees its own
-- organisation only, the system and owner roles have a policy that says they see all of it
-- (without one, FORCE would make a migration's UPDATE touch nothing, silently).
CREATE PROCEDURE tenant_table(name regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %s FOR ALL TO sambung_app
        USING (org_id = nullif(current_setting(''app.org'', true), '''')::uuid)
        WITH CHECK (org_id = nullif(current_setting(''app.org'', true), '''')::uuid)', name);
    EXECUTE format('CREATE POLICY everything ON %s FOR ALL TO sambung_system, sambung_owner
        USING (true) WITH CHECK (true)', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO sambung_app, sambung_system', name);
END
$$;

-- A global table is for the system role alone.
CREATE PROCEDURE global_table(name regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO sambung_system', name);
END
$$;

GRANT USAGE ON SCHEMA public TO sambung_app, sambung_system;

CREATE TABLE org (
    org_id          uuid PRIMARY KEY,
    name            text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    slug            text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    locale          text NOT NULL DEFAULT 'en' CHECK (locale IN ('en', 'ms', 'zh-Hans')),
    timezone        text NOT NULL DEFAULT 'Asia/Kuala_Lumpur' CHECK (octet_length(timezone) <= 64),
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'closing', 'closed')),
    policy_profile  text NOT NULL DEFAULT 'sambung' CHECK (policy_profile IN ('sambung', 'follow-up', 'lailaichat')),
    conversation_retention_days bigint CHECK (conversation_retention_days > 0),
    data_key        bytea NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    version         bigint NOT NULL DEFAULT 1
);
COMMENT ON TABLE org IS 'A row is an organisation, the tenant. Retention: account. Personal data: none. data_key is wrapped by the master key.';
CALL tenant_table('org');

-- global: one person may be in several organisations, and signs in before one is known
CREATE TABLE app_user (
    id              uuid PRIMARY KEY,
    email           text NOT NULL UNIQUE CHECK (octet_length(email) BETWEEN 3 AND 254 AND email = lower(email)),
    name            text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    phone           text CHECK (octet_length(phone) <= 32),
    password_hash   text,
    locale          text NOT NULL DEFAULT 'en' CHECK (locale IN ('en', 'ms', 'zh-Hans')),
    theme           text NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'frozen')),
    failed_sign_ins bigint NOT NULL DEFAULT 0,
    last_failed_at  timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE app_user IS 'A row is a person who signs in. Retention: account. Personal data: account holder. Legal basis: contract.';
CALL global_table('app_user');

CREATE TABLE membership (
    org_id          uuid NOT NULL REFERENCES org,
    user_id         uuid NOT NULL REFERENCES app_user,
    -- a copy, so that colleagues' names can be read below row-level security
    name            text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    email           text NOT NULL,
    role            text NOT NULL CHECK (role IN ('owner', 'admin', 'agent')),
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'removed')),
    availability    text NOT NULL DEFAULT 'online' CHECK (availability IN ('online', 'busy', 'offline')),
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, user_id)
);
COMMENT ON TABLE membership IS 'A row is a person''s place in an organisation. Retention: account. Personal data: account holder. Legal basis: contract.';
-- cross-org: signing in asks which organisations a person belongs to
CREATE INDEX membership_user ON membership (user_id);
CALL tenant_table('membership');

-- global: the key is read before the organisation is known, to learn it.  The application role writes its
-- own organisation's rows, in the transaction that makes what they name.
CREATE TABLE locator (
    kind            text NOT NULL CHECK (kind IN ('channel')),
    digest          bytea NOT NULL,
    org_id          uuid NOT NULL REFERENCES org,
    row_id          uuid NOT NULL,
    PRIMARY KEY (kind, digest)
);
COMMENT ON TABLE locator IS 'A row says which organisation an outside key belongs to. Retention: with the row it names. Personal data: none.';
CALL tenant_table('locator');

-- global: belongs to a person, and names the organisation it is signed in to
CREATE TABLE session (
    id              uuid PRIMARY KEY,
    token_digest    bytea NOT NULL UNIQUE,
    user_id         uuid NOT NULL REFERENCES app_user,
    org_id          uuid NOT NULL REFERENCES org,
    ip              text NOT NULL,
    user_agent      text NOT NULL CHECK (octet_length(user_agent) <= 400),
    created_at      timestamptz NOT NULL DEFAULT now(),
    last_seen_at    timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    revoked_at      timestamptz
);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_expires ON session (expires_at);
COMMENT ON TABLE session IS 'A row is a signed-in browser; only a digest of its token is kept. Retention: 30 days after expiry. Personal data: account holder. Legal basis: contract, legitimate interest (security).';
CALL global_table('session');

-- global: a failed sign-in has no organisation
CREATE TABLE login_event (
    id              uuid PRIMARY KEY,
    user_id         uuid REFERENCES app_user,
    ip              text NOT NULL,
    user_agent      text NOT NULL CHECK (octet_length(user_agent) <= 400),
    outcome         text NOT NULL CHECK (outcome IN ('ok', 'bad_password', 'unknown', 'frozen', 'slowed')),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX login_event_user ON login_event (user_id, at);
COMMENT ON TABLE login_event IS 'A row is an attempt to sign in. Retention: security, 12 months. Personal data: account holder. Legal basis: legitimate interest (security).';
CALL global_table('login_event');
