-- name: challenge_insert
-- A sign-in waits for its second factor.
-- global: before an organisation is entered
INSERT INTO sign_in_challenge (id, digest, user_id, browser_digest, expires_at)
VALUES ($1, $2, $3, $4, $5);

-- name: challenge_select
-- One that still waits, locked: it is answered once.
-- global: before an organisation is entered
SELECT id, user_id, browser_digest, failures, expires_at
  FROM sign_in_challenge
 WHERE digest = $1 AND expires_at > now()
   FOR UPDATE;

-- name: challenge_update_failed
-- A wrong code.
-- global: before an organisation is entered
UPDATE sign_in_challenge
   SET failures = failures + 1
 WHERE id = $1;

-- name: challenge_delete
-- Answered, or tried too often.
-- global: before an organisation is entered
DELETE FROM sign_in_challenge
 WHERE id = $1;

-- name: challenge_delete_by_user
-- What proved them before does not any more.
-- global: belongs to a person
DELETE FROM sign_in_challenge
 WHERE user_id = $1;
