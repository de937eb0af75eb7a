-- name: vault_insert
-- A group of webhooks, of any organisations; answers with the ids of those that were not there yet.
-- The rows come in the order of organisation, channel and digest, so that two groups with the same
-- repeats wait for each other in one order.
INSERT INTO inbound (org_id, id, channel_id, received_at, body, digest)
SELECT g.org_id, g.id, g.channel_id, g.received_at, g.body, g.digest
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::bytea[], $6::bytea[])
       AS g (org_id, id, channel_id, received_at, body, digest)
    ON CONFLICT DO NOTHING
RETURNING id;

-- name: vault_wake
-- These organisations have work.  After the rows themselves: store/job.h tells why.
INSERT INTO org_queue (org_id, next_run_at)
SELECT g.org_id, now()
  FROM (SELECT DISTINCT w.org_id FROM unnest($1::uuid[]) AS w (org_id) ORDER BY 1) AS g
    ON CONFLICT DO NOTHING;
