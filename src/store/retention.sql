-- name: retention_inbound
-- What could not be read waits longer, so that a newer version may read it, but not for ever.
DELETE FROM inbound
 WHERE org_id = $1
   AND id IN (SELECT i.id FROM inbound AS i
               WHERE i.org_id = $1 AND i.received_at < now() - $2 * interval '1 day'
                 AND (i.state IN ('done', 'ignored')
                      OR (i.state = 'failed' AND i.received_at < now() - interval '90 days'))
               ORDER BY i.received_at
               LIMIT 1000);

-- name: retention_jobs
DELETE FROM job
 WHERE org_id = $1
   AND id IN (SELECT j.id FROM job AS j
               WHERE j.org_id = $1 AND j.finished_at < now() - interval '7 days'
               ORDER BY j.finished_at
               LIMIT 1000);

-- name: retention_idempotency
DELETE FROM idempotency
 WHERE org_id = $1
   AND (user_id, key) IN (SELECT k.user_id, k.key FROM idempotency AS k
                           WHERE k.org_id = $1 AND k.created_at < now() - interval '1 day'
                           LIMIT 1000);

-- name: retention_done
-- When this organisation was cleaned, in seconds.
INSERT INTO org_counter (org_id, name, value)
VALUES ($1, 'purged', extract(epoch FROM now())::bigint)
    ON CONFLICT (org_id, name) DO UPDATE SET value = excluded.value;

-- name: retention_mark_orphans
UPDATE attachment
   SET state = 'failed', error_text = 'never sent'
 WHERE org_id = $1
   AND id IN (SELECT a.id FROM attachment AS a
               WHERE a.org_id = $1 AND a.message_id IS NULL
                 AND a.created_at < now() - interval '1 day' AND a.state <> 'failed'
                 AND NOT EXISTS (SELECT 1 FROM contact AS co
                                  WHERE co.org_id = $1 AND co.avatar_id = a.id)
               ORDER BY a.created_at
               LIMIT 1000
                 FOR UPDATE SKIP LOCKED);

-- name: retention_list_orphans
-- Whose bytes are to go.
SELECT a.id, a.sha256,
       EXISTS (SELECT 1 FROM attachment AS o
                WHERE o.org_id = $1 AND o.sha256 = a.sha256 AND o.id <> a.id
                  AND (o.message_id IS NOT NULL OR o.state <> 'failed')) AS shared
  FROM attachment AS a
 WHERE a.org_id = $1 AND a.message_id IS NULL AND a.state = 'failed'
   AND a.created_at < now() - interval '1 day'
 ORDER BY a.created_at
 LIMIT 200;

-- name: retention_forget_orphan
DELETE FROM attachment
 WHERE org_id = $1 AND id = $2 AND message_id IS NULL AND state = 'failed';

-- name: retention_sessions
-- global: belongs to a person
DELETE FROM session
 WHERE id IN (SELECT s.id FROM session AS s
               WHERE s.expires_at < now() - interval '30 days'
               ORDER BY s.expires_at
               LIMIT 1000);

-- name: retention_challenges
-- global: belongs to a person
DELETE FROM sign_in_challenge
 WHERE id IN (SELECT ch.id FROM sign_in_challenge AS ch
               WHERE ch.expires_at < now()
               ORDER BY ch.expires_at
               LIMIT 1000);

-- name: retention_devices
-- global: belongs to a person
DELETE FROM known_device
 WHERE id IN (SELECT d.id FROM known_device AS d
               WHERE d.last_used_at < now() - interval '1 year'
               ORDER BY d.last_used_at
               LIMIT 1000);

-- name: retention_api_keys
-- Twelve months after their end, and what led to them.
WITH gone AS (
    DELETE FROM api_key
     WHERE org_id = $1
       AND id IN (SELECT k.id FROM api_key AS k
                   WHERE k.org_id = $1
                     AND coalesce(k.ended_at, k.expires_at) < now() - interval '1 year'
                   ORDER BY k.id
                   LIMIT 1000)
    RETURNING digest)
DELETE FROM locator
 WHERE org_id = $1 AND kind = 'api_key' AND digest IN (SELECT g.digest FROM gone AS g);

-- name: retention_login_events
-- global: a failed sign-in has no organisation
-- Older than an id; ids sort by time.
DELETE FROM login_event
 WHERE id IN (SELECT e.id FROM login_event AS e
               WHERE e.id < $1
               ORDER BY e.id
               LIMIT 1000);

-- name: retention_mails
-- global: a mail goes to a person
-- Older than an id; ids sort by time.
DELETE FROM mail
 WHERE id IN (SELECT m.id FROM mail AS m
               WHERE m.id < $1 AND m.state NOT IN ('queued', 'sending')
               ORDER BY m.id
               LIMIT 1000);

-- name: retention_mail_events
-- global: the provider reports on mail, which is global
DELETE FROM mail_event
 WHERE id IN (SELECT e.id FROM mail_event AS e
               WHERE e.at < now() - $1 * interval '1 day'
               ORDER BY e.at
               LIMIT 1000);
