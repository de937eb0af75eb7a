-- name: inbound_lock_channel
-- One thread at a time drains a channel.  Not the channel's row: deliveries change that, and hold a
-- conversation then.
SELECT id, pg_advisory_xact_lock(hashtextextended('inbound:' || id, 0)) IS NULL AS locked
  FROM channel
 WHERE org_id = $1 AND id = $2;

-- name: inbound_new_by_channel
-- The oldest webhooks not worked through, some megabytes of them at most, but at least one.
SELECT q.id, q.channel_id, q.received_at, q.body, q.state, q.attempts
  FROM (SELECT i.id, i.channel_id, i.received_at, i.body, i.state, i.attempts,
               sum(octet_length(i.body)) OVER (ORDER BY i.id) - octet_length(i.body) AS before
          FROM inbound AS i
         WHERE i.org_id = $1 AND i.channel_id = $2 AND i.state = 'new'
         ORDER BY i.id
         LIMIT $3) AS q
 WHERE q.before < 4194304
 ORDER BY q.id;

-- name: inbound_by_id
-- One, whatever its state.
SELECT id, channel_id, received_at, body, state, attempts
  FROM inbound
 WHERE org_id = $1 AND id = $2;

-- name: inbound_fail
-- It cannot be read; one that somebody else has read meanwhile stays so.
UPDATE inbound
   SET state = 'failed', error = $3, processed_at = now(), attempts = greatest(attempts, 1)
 WHERE org_id = $1 AND id = $2 AND state = 'new';

-- name: inbound_settle_many
-- A batch that went well.
UPDATE inbound
   SET state = 'done', error = NULL, processed_at = now(), attempts = greatest(attempts, 1)
 WHERE org_id = $1 AND id = ANY ($2);

-- name: inbound_count_attempt
-- We are about to try these.
UPDATE inbound
   SET attempts = attempts + 1
 WHERE org_id = $1 AND id = ANY ($2);

-- name: inbound_settle_all
-- Nobody will work through these any more.
UPDATE inbound
   SET state = 'ignored', error = $3, processed_at = now()
 WHERE org_id = $1 AND channel_id = $2 AND state = 'new';

-- name: inbound_insert
-- One of our own making: a simulated customer's.
INSERT INTO inbound (org_id, id, channel_id, received_at, body, digest)
VALUES ($1, $2, $3, now(), $4, $5)
    ON CONFLICT DO NOTHING;

-- name: inbound_page
-- For the health page: newest first, below a place ($4), of one state or any.
SELECT id, channel_id, received_at, state, attempts, error, octet_length(body)::bigint AS bytes
  FROM inbound
 WHERE org_id = $1 AND channel_id = $2
   AND ($3::text IS NULL OR state = $3)
   AND ($4::uuid IS NULL OR id < $4)
 ORDER BY id DESC
 LIMIT $5;

-- name: inbound_reopen
-- To be worked through again.
UPDATE inbound
   SET state = 'new', attempts = 0, error = NULL, processed_at = NULL
 WHERE org_id = $1 AND id = $2 AND state <> 'new'
RETURNING channel_id AS id;
