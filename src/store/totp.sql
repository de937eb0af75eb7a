-- name: totp_select
-- A person's authenticator app, locked, so that one code is not taken twice at the same time.
-- global: belongs to a person
SELECT user_id, secret, confirmed_at, last_step
  FROM totp
 WHERE user_id = $1
   FOR UPDATE;

-- name: totp_state
-- Has this person a second factor, since when, and how many recovery codes are left?
-- global: belongs to a person
SELECT t.confirmed_at,
       (SELECT count(*) FROM recovery_code r WHERE r.user_id = t.user_id AND r.used_at IS NULL) AS codes_left
  FROM totp t
 WHERE t.user_id = $1 AND t.confirmed_at IS NOT NULL;

-- name: totp_begin
-- A new secret, not yet shown to work; one that works stays.
-- global: belongs to a person
INSERT INTO totp (user_id, secret)
VALUES ($1, $2)
    ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = 0, created_at = now()
 WHERE totp.confirmed_at IS NULL;

-- name: totp_confirm
-- It works: from now on it is asked for.
-- global: belongs to a person
UPDATE totp
   SET confirmed_at = now(), last_step = $2
 WHERE user_id = $1 AND confirmed_at IS NULL;

-- name: totp_take
-- This step's code has been taken.
-- global: belongs to a person
UPDATE totp
   SET last_step = $2
 WHERE user_id = $1 AND last_step < $2;

-- name: totp_delete
-- No second factor any more.
-- global: belongs to a person
DELETE FROM totp
 WHERE user_id = $1;

-- name: recovery_code_delete_all
-- global: belongs to a person
-- Before new ones are made.
DELETE FROM recovery_code
 WHERE user_id = $1;

-- name: recovery_code_insert
-- New ones, of which only digests are kept.
-- global: belongs to a person
INSERT INTO recovery_code (user_id, digest)
SELECT $1, d
  FROM unnest($2::bytea[]) AS d;

-- name: recovery_code_take
-- One is used, once.
-- global: belongs to a person
UPDATE recovery_code
   SET used_at = now()
 WHERE user_id = $1 AND digest = $2 AND used_at IS NULL;
