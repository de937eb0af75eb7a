-- Roles that an organisation makes itself, and the record of what was done.

CREATE TABLE role (
    org_id          uuid NOT NULL REFERENCES org (org_id),
    id              uuid NOT NULL,
    name            text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 80),
    permissions     text[] NOT NULL CHECK (cardinality(permissions) <= 64),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    version         bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name)
);
COMMENT ON TABLE role IS 'A row is a role that the organisation made, beside the built-in ones; permissions are words of domain/actor.c. Retention: account. Personal data: none.';
CALL tenant_table('role');

ALTER TABLE membership DROP CONSTRAINT membership_role_check;
ALTER TABLE membership ADD CONSTRAINT membership_role_check
    CHECK (role IN ('owner', 'admin', 'supervisor', 'agent', 'viewer', 'custom'));
ALTER TABLE membership ADD COLUMN role_id uuid;
ALTER TABLE membership ADD CONSTRAINT membership_role_id CHECK ((role = 'custom') = (role_id IS NOT NULL));
ALTER TABLE membership ADD CONSTRAINT membership_role_made
    FOREIGN KEY (org_id, role_id) REFERENCES role (org_id, id);

-- By month: ids are UUIDv7 and sort by time, so a month is a range of ids and the key stays
-- (org_id, id).  What was written stays as it is: nobody is granted UPDATE or DELETE, and there
-- are no grants on the months themselves, since reading one directly would pass by the policy.
CREATE TABLE audit_log (
    org_id          uuid NOT NULL REFERENCES org (org_id),
    id              uuid NOT NULL,
    at              timestamptz NOT NULL DEFAULT now(),
    actor_kind      text NOT NULL CHECK (actor_kind IN ('user', 'api_key', 'system')),
    actor_id        uuid,
    actor_name      text NOT NULL DEFAULT '' CHECK (octet_length(actor_name) <= 200),
    action          text NOT NULL CHECK (octet_length(action) BETWEEN 3 AND 60),
    entity_id       uuid,
    entity_name     text NOT NULL DEFAULT '' CHECK (octet_length(entity_name) <= 320),
    ip              text NOT NULL DEFAULT '' CHECK (octet_length(ip) <= 64),
    user_agent      text NOT NULL DEFAULT '' CHECK (octet_length(user_agent) <= 400),
    request_id      text NOT NULL DEFAULT '' CHECK (octet_length(request_id) <= 64),
    before          jsonb,
    after           jsonb,
    PRIMARY KEY (org_id, id)
) PARTITION BY RANGE (id);
COMMENT ON TABLE audit_log IS 'A row is something done that may have to be accounted for: who, what, when, from where, before and after. Retention: security, 12 months. Personal data: account holder. Legal basis: legal obligation, legitimate interest (security).';
CREATE INDEX audit_log_action ON audit_log (org_id, action, id);
CREATE INDEX audit_log_actor ON audit_log (org_id, actor_id, id);
CALL tenant_table('audit_log');
REVOKE UPDATE, DELETE ON audit_log FROM sambung_app, sambung_system;

-- The lowest id that is made at a time.
CREATE FUNCTION id_at(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT rpad(lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid
$$;

-- Makes the months to come, drops those that ended more than twelve months ago.  It runs as the
-- owner, since the role that calls it may neither make nor drop: it can do this and nothing else.
CREATE FUNCTION audit_log_roll() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    this_month timestamptz := date_trunc('month', now(), 'UTC');
    month timestamptz;
    old regclass;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_log_roll'));
    FOR i IN 0..3 LOOP
        month := date_trunc('month', this_month + i * interval '1 month' + interval '1 day', 'UTC');
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF audit_log FOR VALUES FROM (%L) TO (%L)',
                       to_char(month AT TIME ZONE 'UTC', '"audit_log_"YYYY_MM'), id_at(month),
                       id_at(date_trunc('month', month + interval '32 days', 'UTC')));
    END LOOP;
    FOR old IN
        SELECT inhrelid FROM pg_inherits
          JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent = 'audit_log'::regclass
           AND relname <= to_char((this_month - interval '13 months') AT TIME ZONE 'UTC', '"audit_log_"YYYY_MM')
    LOOP
        EXECUTE format('DROP TABLE %s', old);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION audit_log_roll() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_log_roll() TO sambung_system;
SELECT audit_log_roll();
