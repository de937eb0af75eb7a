-- What keeps the promise that nothing is lost and nothing is done twice.

CREATE TABLE inbound (
    org_id          uuid NOT NULL,
    id              uuid NOT NULL,
    channel_id      uuid NOT NULL,
    received_at     timestamptz NOT NULL,
    body            bytea NOT NULL,
    digest          bytea NOT NULL,
    state           text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'failed', 'ignored')),
    attempts        bigint NOT NULL DEFAULT 0,
    error           text CHECK (octet_length(error) <= 1000),
    processed_at    timestamptz,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, channel_id, digest),
    FOREIGN KEY (org_id, channel_id) REFERENCES channel (org_id, id)
);
CREATE INDEX inbound_new ON inbound (org_id, channel_id, id) WHERE state = 'new';
CREATE INDEX inbound_failed ON inbound (org_id, channel_id, id) WHERE state = 'failed';
CREATE INDEX inbound_received ON inbound (org_id, received_at);
COMMENT ON TABLE inbound IS 'A row is a webhook as it came, sealed, written before it was acknowledged: the vault. Retention: vault, days. Personal data: end customer. Legal basis: contract, legitimate interest.';
CALL tenant_table('inbound');

CREATE TABLE job (
    org_id          uuid NOT NULL REFERENCES org,
    id              uuid NOT NULL,
    kind            text NOT NULL CHECK (octet_length(kind) <= 32),
    args            jsonb NOT NULL DEFAULT '{}' CHECK (octet_length(args::text) <= 16384),
    priority        bigint NOT NULL DEFAULT 5,
    run_at          timestamptz NOT NULL DEFAULT now(),
    state           text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    attempts        bigint NOT NULL DEFAULT 0,
    lease_until     timestamptz,
    -- who holds it: a result is only accepted from the holder
    lease_id        uuid,
    -- at most one queued job with the same key
    dedupe_key      text CHECK (octet_length(dedupe_key) <= 200),
    result          jsonb,
    last_error      text CHECK (octet_length(last_error) <= 1000),
    created_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX job_dedupe ON job (org_id, dedupe_key) WHERE state = 'queued' AND dedupe_key IS NOT NULL;
CREATE INDEX job_due ON job (org_id, priority, run_at) WHERE state = 'queued';
CREATE INDEX job_run_at ON job (org_id, run_at) WHERE state = 'queued';
CREATE INDEX job_lease ON job (org_id, lease_until) WHERE state = 'running';
CREATE INDEX job_finished ON job (org_id, finished_at) WHERE finished_at IS NOT NULL;
COMMENT ON TABLE job IS 'A row is work to be done by the worker, made in the transaction that needs it. Retention: days after it ended. Personal data: none (arguments are ids).';
CALL tenant_table('job');

-- Whose turn it is.  Enqueuing inserts with ON CONFLICT DO NOTHING; the scheduler alone moves and removes
-- rows, looking at job again before it does: neither a hot row nor a lost wake-up.
-- undistributed: one small table for all organisations
CREATE TABLE org_queue (
    org_id          uuid PRIMARY KEY REFERENCES org,
    next_run_at     timestamptz NOT NULL
);
-- cross-org: the scheduler asks who is next
CREATE INDEX org_queue_next ON org_queue (next_run_at);
COMMENT ON TABLE org_queue IS 'A row says that an organisation has jobs, and when the next is due. Retention: none. Personal data: none.';
CALL tenant_table('org_queue');

CREATE TABLE change (
    org_id          uuid NOT NULL REFERENCES org,
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    xid             xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind            text NOT NULL CHECK (octet_length(kind) <= 32),
    entity_id       uuid NOT NULL,
    conversation_id uuid,
    contact_id      uuid,
    channel_id      uuid,
    version         bigint NOT NULL DEFAULT 0,
    assignee_before uuid,
    assignee_after  uuid,
    actor_id        uuid,
    at              timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, seq)
);
-- cross-org: the feed tails all organisations at once, in the order of (xid, seq)
CREATE INDEX change_feed ON change (xid, seq);
-- cross-org: retention drops what is older than a week
CREATE INDEX change_at ON change (at);
COMMENT ON TABLE change IS 'A row says that something changed and should be read again: the feed. Retention: 7 days. Personal data: none (ids only).';
CALL tenant_table('change');
GRANT USAGE ON SEQUENCE change_seq_seq TO sambung_app, sambung_system;

CREATE TABLE idempotency (
    org_id          uuid NOT NULL REFERENCES org,
    user_id         uuid NOT NULL,
    key             text NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 200),
    route           text NOT NULL,
    request_digest  bytea NOT NULL,
    status          bigint NOT NULL,
    response        bytea,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, user_id, key)
);
-- cross-org: retention drops what is older than a day
CREATE INDEX idempotency_created ON idempotency (created_at);
COMMENT ON TABLE idempotency IS 'A row is the sealed answer to a POST, so that its repetition is answered and not done again. Retention: 24 hours. Personal data: as the answer. Legal basis: contract.';
CALL tenant_table('idempotency');
