-- Mail that the program itself sends: invitations, resets, notices.

-- global: a mail goes to a person, who may have no organisation yet
-- application: inserts, so that an invitation and its mail are one transaction
CREATE TABLE mail (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL CHECK (octet_length(kind) <= 32),
    to_address      text NOT NULL CHECK (octet_length(to_address) BETWEEN 3 AND 254),
    locale          text NOT NULL CHECK (locale IN ('en', 'ms', 'zh-Hans')),
    -- what fills the template, sealed: it holds links with tokens; gone once the mail is over
    facts           bytea CHECK (octet_length(facts) <= 16384),
    state           text NOT NULL DEFAULT 'queued'
                    CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'failed', 'uncertain', 'suppressed')),
    attempts        bigint NOT NULL DEFAULT 0,
    -- how often an attempt ended so that the mail may have been accepted
    doubts          bigint NOT NULL DEFAULT 0,
    -- queued: not before; sending: when the lease ends
    next_at         timestamptz NOT NULL DEFAULT now(),
    -- who holds it: a result is only accepted from the holder
    lease_id        uuid,
    provider_id     text CHECK (octet_length(provider_id) <= 200),
    error           text CHECK (octet_length(error) <= 1000),
    created_at      timestamptz NOT NULL DEFAULT now(),
    ended_at        timestamptz
);
CREATE INDEX mail_due ON mail (next_at) WHERE state IN ('queued', 'sending');
CREATE INDEX mail_provider ON mail (provider_id) WHERE provider_id IS NOT NULL;
COMMENT ON TABLE mail IS 'A row is a mail of the program''s own. Retention: 30 days. Personal data: account holder. Legal basis: contract, legitimate interest (security).';
CALL global_table('mail');
GRANT INSERT (id, kind, to_address, locale, facts) ON mail TO sambung_app;

-- global: an address that bounces does so for every organisation
-- application: selects, so that whoever invites an address learns why it gets no mail
CREATE TABLE mail_suppression (
    -- a keyed hash: the address itself is not kept
    digest          bytea PRIMARY KEY,
    reason          text NOT NULL CHECK (reason IN ('bounce', 'complaint')),
    at              timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE mail_suppression IS 'A row is an address that gets no mail any more, as a keyed hash. Retention: until lifted. Personal data: account holder (pseudonymous). Legal basis: legitimate interest.';
CALL global_table('mail_suppression');
GRANT SELECT ON mail_suppression TO sambung_app;

-- global: the provider reports on mail, which is global
CREATE TABLE mail_event (
    id              text PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 200),
    type            text NOT NULL CHECK (octet_length(type) <= 64),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mail_event_at ON mail_event (at);
COMMENT ON TABLE mail_event IS 'A row is a report of the mail provider that was taken in, so that its repetition changes nothing. Retention: 30 days. Personal data: none.';
CALL global_table('mail_event');
