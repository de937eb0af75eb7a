-- name: user_insert
-- A new person; nothing when the address is taken.
-- global: a person may be in several organisations
INSERT INTO app_user (id, email, name, password_hash, locale)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (email) DO NOTHING;

-- name: user_select
-- One person.
-- global: a person may be in several organisations
SELECT id, email, name, password_hash, locale, theme, state, failed_sign_ins, last_failed_at
  FROM app_user
 WHERE id = $1;

-- name: user_select_by_email
-- The person who signs in with this address.
-- global: asked before the organisation is known
SELECT id, email, name, password_hash, locale, theme, state, failed_sign_ins, last_failed_at
  FROM app_user
 WHERE email = $1;

-- name: user_update_settings
-- What one chooses for oneself; null keeps what is there.
-- global: belongs to the person, whatever the organisation
UPDATE app_user
   SET locale = coalesce($2, locale), theme = coalesce($3, theme), updated_at = now()
 WHERE id = $1;

-- name: user_update_password
-- Another password.
-- global: belongs to the person, whatever the organisation
UPDATE app_user
   SET password_hash = $2, updated_at = now()
 WHERE id = $1;

-- name: user_rehash
-- The same password, hashed with newer parameters; unless there is another one by now.
-- global: belongs to the person, whatever the organisation
UPDATE app_user
   SET password_hash = $3, updated_at = now()
 WHERE id = $1 AND password_hash = $2;

-- name: user_update_failed
-- A wrong password; failures more than an hour old are forgotten.
-- global: asked before the organisation is known
UPDATE app_user
   SET failed_sign_ins = CASE WHEN last_failed_at > now() - interval '1 hour'
                              THEN failed_sign_ins + 1 ELSE 1 END,
       last_failed_at = now()
 WHERE id = $1;

-- name: user_update_succeeded
-- The right password: what went wrong before is forgotten.
-- global: asked before the organisation is known
UPDATE app_user
   SET failed_sign_ins = 0, last_failed_at = NULL
 WHERE id = $1 AND failed_sign_ins > 0;

-- name: login_event_insert
-- An attempt to sign in.
-- global: a failed sign-in has no organisation
INSERT INTO login_event (id, user_id, ip, user_agent, outcome, via)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: login_event_failures
-- Wrong passwords and codes for this account from this address, lately.
-- global: asked before the organisation is known
SELECT count(*) AS n, max(at) AS last_at
  FROM (SELECT at
          FROM login_event
         WHERE user_id = $1 AND ip = $2 AND outcome IN ('bad_password', 'bad_code')
           AND at > now() - interval '1 hour'
         ORDER BY at DESC
         LIMIT 100) AS lately;

-- name: login_event_places
-- From where anybody has signed in lately.
-- global: asked before anybody is known
SELECT ip
  FROM login_event
 WHERE outcome = 'ok' AND at > now() - interval '30 days'
 GROUP BY ip
 ORDER BY max(at) DESC
 LIMIT 4096;

-- name: login_event_at_place
-- Whether this person has signed in from there lately: a row or none.
-- global: asked before the organisation is known
SELECT ip
  FROM login_event
 WHERE user_id = $1 AND ip = $2 AND outcome = 'ok'
   AND at > now() - interval '30 days'
 LIMIT 1;

-- name: login_event_bad_codes
-- Wrong codes for this account from anywhere, in a day.
-- global: asked before the organisation is known
SELECT count(*) AS n
  FROM (SELECT 1
          FROM login_event
         WHERE user_id = $1 AND outcome = 'bad_code' AND at > now() - interval '1 day'
         LIMIT 100) AS lately;

-- name: login_event_seen
-- Has this person come in from there before, with a program that calls itself the same; or, with
-- null, from anywhere?
-- global: belongs to a person
SELECT count(*) AS n
  FROM (SELECT 1
          FROM login_event
         WHERE user_id = $1 AND outcome = 'ok' AND ($2::text IS NULL OR (ip = $2 AND user_agent = $3))
           AND at > now() - interval '90 days'
         LIMIT 1) AS one;

-- name: login_event_list
-- A person's attempts to sign in, newest first, below one of them ($2).
-- global: belongs to a person
SELECT id, at, ip, user_agent, outcome, via
  FROM login_event
 WHERE user_id = $1 AND ($2::uuid IS NULL OR id < $2)
 ORDER BY id DESC
 LIMIT $3;
