-- name: user_identity_select
-- Whose account elsewhere is this?
-- global: asked before the organisation is known
SELECT id, user_id, provider, issuer, subject, email, created_at, last_used_at
  FROM user_identity
 WHERE issuer = $1 AND subject = $2;

-- name: user_identity_list
-- With which accounts elsewhere a person signs in.
-- global: belongs to a person
SELECT id, user_id, provider, issuer, subject, email, created_at, last_used_at
  FROM user_identity
 WHERE user_id = $1
 ORDER BY provider, created_at, id
 LIMIT 100;

-- name: user_identity_insert
-- Linked; nothing when somebody has linked it already.
-- global: belongs to a person
INSERT INTO user_identity (id, user_id, provider, issuer, subject, email)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (issuer, subject) DO NOTHING;

-- name: user_identity_update_used
-- It opened the door.
-- global: belongs to a person
UPDATE user_identity
   SET last_used_at = now()
 WHERE id = $1;

-- name: user_identity_delete
-- Unlinked, if it is this person's.
-- global: belongs to a person
DELETE FROM user_identity
 WHERE id = $1 AND user_id = $2;

-- name: user_lock
-- One change at a time to how a person may sign in.
-- global: a person may be in several organisations
SELECT id
  FROM app_user
 WHERE id = $1
   FOR UPDATE;

-- name: sso_errand_insert
-- Something to ask a provider; nothing when this state was used before.
-- global: a stranger is signing in
INSERT INTO sso_errand (id, kind, provider, state_digest, secrets)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (state_digest) DO NOTHING;

-- name: sso_errand_take
-- For the worker: what was asked within the time that somebody waits.
-- global: a stranger is signing in
UPDATE sso_errand
   SET state = 'running'
 WHERE id IN (SELECT e.id
                FROM sso_errand AS e
               WHERE e.state = 'queued' AND e.created_at > now() - interval '8 seconds'
               ORDER BY e.created_at
               LIMIT $1
                 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, provider, secrets;

-- name: sso_errand_finish
-- The answer.
-- global: a stranger is signing in
UPDATE sso_errand
   SET state = 'done', result = $2, secrets = NULL
 WHERE id = $1 AND state = 'running';

-- name: sso_errand_outcome
-- For who waits; late: longer than anybody should.
-- global: a stranger is signing in
SELECT state, result, created_at < now() - interval '9 seconds' AS late
  FROM sso_errand
 WHERE id = $1;

-- name: sso_errand_use
-- Once, and then nothing of it is left.
-- global: a stranger is signing in
UPDATE sso_errand
   SET state = 'used', result = NULL, secrets = NULL
 WHERE id = $1 AND state <> 'used'
RETURNING id;

-- name: sso_errand_purge
-- Older than any state is good for.
-- global: a stranger is signing in
DELETE FROM sso_errand
 WHERE id IN (SELECT e.id FROM sso_errand AS e
               WHERE e.created_at < now() - interval '1 hour'
               ORDER BY e.created_at LIMIT $1);

-- name: sso_document_select
-- What a provider publishes, as it was last fetched.
-- global: the same for all
SELECT document, document_at, keys, keys_at, forced_at
  FROM sso_document
 WHERE issuer = $1;

-- name: sso_document_upsert
-- Fetched anew.
-- global: the same for all
INSERT INTO sso_document (issuer, document)
VALUES ($1, $2)
    ON CONFLICT (issuer) DO UPDATE SET document = excluded.document, document_at = now();

-- name: sso_document_update_keys
-- Its keys; forced: because one was unknown.
-- global: the same for all
UPDATE sso_document
   SET keys = $2, keys_at = now(), forced_at = CASE WHEN $3 THEN now() ELSE forced_at END
 WHERE issuer = $1;
