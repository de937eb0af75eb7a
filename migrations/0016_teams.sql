-- Teams, who is there when, and who gets what comes in.

CREATE TABLE team (
    org_id          uuid NOT NULL REFERENCES org (org_id),
    id              uuid NOT NULL,
    -- null once it was removed, until its conversations have been let go of
    name            text CHECK (octet_length(name) BETWEEN 1 AND 80),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    version         bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name)
);
COMMENT ON TABLE team IS 'A row is a team of members. Retention: account. Personal data: none.';
CALL tenant_table('team');

CREATE TABLE team_member (
    org_id          uuid NOT NULL,
    team_id         uuid NOT NULL,
    user_id         uuid NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, team_id, user_id),
    FOREIGN KEY (org_id, team_id) REFERENCES team (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, user_id) REFERENCES membership (org_id, user_id) ON DELETE CASCADE
);
CREATE INDEX team_member_user ON team_member (org_id, user_id, team_id);
COMMENT ON TABLE team_member IS 'A row is a member''s place in a team. Retention: account. Personal data: account holder. Legal basis: contract.';
CALL tenant_table('team_member');

-- queued_at: a rule shall find somebody for it, since then; with an assignee, somebody else, because
-- they have been away for too long.
ALTER TABLE conversation ADD COLUMN team_id uuid;
ALTER TABLE conversation ADD COLUMN queued_at timestamptz;
ALTER TABLE conversation ADD CONSTRAINT conversation_team_id
    FOREIGN KEY (org_id, team_id) REFERENCES team (org_id, id);
CREATE INDEX conversation_team ON conversation (org_id, team_id, state, sort_at DESC, id DESC)
    WHERE team_id IS NOT NULL;
-- whose rule it waits for, the oldest first
CREATE INDEX conversation_queue ON conversation (org_id, coalesce(team_id, channel_id), queued_at, id)
    WHERE queued_at IS NOT NULL;

-- One for a channel or a team that has any; no row is "by hand".
CREATE TABLE assignment_rule (
    org_id          uuid NOT NULL REFERENCES org (org_id),
    -- a channel's id, or a team's
    owner_id        uuid NOT NULL,
    -- a channel's: what comes in on it is this team's, and the team's own rule holds
    team_id         uuid,
    method          text NOT NULL CHECK (method IN ('manual', 'round_robin', 'least_busy')),
    -- away for that long when the customer writes: somebody else's; null: never
    reassign_hours  bigint CHECK (reassign_hours BETWEEN 1 AND 168),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, owner_id),
    FOREIGN KEY (org_id, team_id) REFERENCES team (org_id, id) ON DELETE SET NULL (team_id)
);
COMMENT ON TABLE assignment_rule IS 'A row says how a channel''s or a team''s conversations find somebody. Retention: account. Personal data: none.';
CALL tenant_table('assignment_rule');

CREATE TABLE assignment_turn (
    org_id          uuid NOT NULL,
    owner_id        uuid NOT NULL,
    user_id         uuid NOT NULL,
    -- org_counter 'assignment' when they last got one by this rule
    turn            bigint NOT NULL,
    PRIMARY KEY (org_id, owner_id, user_id),
    FOREIGN KEY (org_id, owner_id) REFERENCES assignment_rule (org_id, owner_id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, user_id) REFERENCES membership (org_id, user_id) ON DELETE CASCADE
);
COMMENT ON TABLE assignment_turn IS 'A row says when a rule last gave a member a conversation. Retention: account. Personal data: account holder. Legal basis: contract.';
CALL tenant_table('assignment_turn');

-- Apart from membership, which every request of a member reads.
CREATE TABLE member_work (
    org_id          uuid NOT NULL,
    user_id         uuid NOT NULL,
    -- open conversations that rules give them at most; null: no end
    capacity        bigint DEFAULT 20 CHECK (capacity BETWEEN 1 AND 1000),
    away_until      timestamptz,
    -- since when they say of themselves that they are not online
    away_since      timestamptz,
    PRIMARY KEY (org_id, user_id),
    FOREIGN KEY (org_id, user_id) REFERENCES membership (org_id, user_id) ON DELETE CASCADE
);
COMMENT ON TABLE member_work IS 'A row is how much a member takes on and how long they are away; without one it is the usual. Retention: account. Personal data: account holder. Legal basis: contract.';
CALL tenant_table('member_work');

-- hours are minutes of the week (0: Monday 00:00) by the clock on the wall of the time zone.  So a
-- change to summer time moves nothing, and a night shift is one range.
CREATE TABLE work_schedule (
    org_id          uuid NOT NULL REFERENCES org (org_id),
    -- a member's id; the organisation's own: for whoever has none
    owner_id        uuid NOT NULL,
    timezone        text NOT NULL CHECK (octet_length(timezone) BETWEEN 1 AND 64),
    hours           int4multirange NOT NULL CHECK (hours <@ '{[0,10080)}'::int4multirange),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, owner_id)
);
COMMENT ON TABLE work_schedule IS 'A row is the hours in which an organisation or a member works. Retention: account. Personal data: account holder. Legal basis: contract.';
CALL tenant_table('work_schedule');

CREATE TABLE holiday (
    org_id          uuid NOT NULL REFERENCES org (org_id),
    day             date NOT NULL,
    name            text NOT NULL CHECK (octet_length(name) <= 80),
    PRIMARY KEY (org_id, day)
);
COMMENT ON TABLE holiday IS 'A row is a day on which nobody is expected to work. Retention: account. Personal data: none.';
CALL tenant_table('holiday');

-- The minute of the week that a clock on the wall shows.
CREATE FUNCTION week_minute(wall timestamp) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (extract(isodow FROM wall)::integer - 1) * 1440 + extract(hour FROM wall)::integer * 60
       + extract(minute FROM wall)::integer;

-- Is it open then?  No schedule is always open.  The holidays come as an array, so that the function
-- reads no table.
CREATE FUNCTION works_at(hours int4multirange, timezone text, holidays date[], at timestamptz)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN hours IS NULL
       OR (hours @> week_minute(at AT TIME ZONE timezone)
           AND (at AT TIME ZONE timezone)::date <> ALL (coalesce(holidays, '{}')));

-- Whose conversation, for the feed's readers, who may see a team's only.
ALTER TABLE change ADD COLUMN team_before uuid;
ALTER TABLE change ADD COLUMN team_after uuid;
