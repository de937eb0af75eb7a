-- name: idempotency_claim
-- The first one with this key goes on; another with the same key waits here until it has ended.
-- One that stands half done for a minute died with its process: the same request may begin anew.
INSERT INTO idempotency (org_id, user_id, key, route, request_digest, status)
VALUES ($1, $2, $3, $4, $5, 0)
ON CONFLICT (org_id, user_id, key) DO UPDATE
   SET created_at = now()
 WHERE idempotency.status = 0 AND idempotency.created_at < now() - interval '1 minute'
   AND idempotency.request_digest = excluded.request_digest;

-- name: idempotency_select
-- What the first one was answered.
SELECT user_id, key, route, request_digest, status, response
  FROM idempotency
 WHERE org_id = $1 AND user_id = $2 AND key = $3;

-- name: idempotency_keep
-- The answer, for repetitions.
UPDATE idempotency
   SET status = $4, response = $5
 WHERE org_id = $1 AND user_id = $2 AND key = $3;

-- name: idempotency_release
-- Nothing was done under this key after all.
DELETE FROM idempotency
 WHERE org_id = $1 AND user_id = $2 AND key = $3 AND status = 0;
