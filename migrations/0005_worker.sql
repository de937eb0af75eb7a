-- What the worker keeps about itself.

-- global: a process serves every organisation
CREATE TABLE worker (
    id              uuid PRIMARY KEY,
    started_at      timestamptz NOT NULL DEFAULT now(),
    beat_at         timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE worker IS 'A row is a worker process that lives, or died without saying so less than a day ago. Retention: none. Personal data: none.';
CALL global_table('worker');

-- Which job is calling the provider: only its own next run may conclude that the call was cut off.
ALTER TABLE message ADD COLUMN delivery_job uuid;

-- When an organisation last had work: the longer ago, the more seldom the scheduler looks unasked.
ALTER TABLE org_queue ADD COLUMN busy_at timestamptz NOT NULL DEFAULT now();
