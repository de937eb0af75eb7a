-- name: device_insert
-- A browser that a person signs in with for the first time.
-- global: belongs to a person
INSERT INTO known_device (id, digest, user_id, ip, user_agent, trusted_until)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: device_select
-- Is the browser that shows this known to this person?
-- global: belongs to a person
SELECT id, ip, user_agent, created_at, last_used_at, trusted_until
  FROM known_device
 WHERE digest = $1 AND user_id = $2 AND last_used_at > now() - interval '1 year';

-- name: device_update
-- It was used again, under a new token; null keeps how long it is trusted.
-- global: belongs to a person
UPDATE known_device
   SET digest = $2, ip = $3, user_agent = $4, last_used_at = now(),
       trusted_until = coalesce($5, trusted_until)
 WHERE id = $1;

-- name: device_any
-- Has this person signed in with any browser before?
-- global: belongs to a person
SELECT count(*) AS n
  FROM (SELECT 1 FROM known_device WHERE user_id = $1 LIMIT 1) AS one;

-- name: device_list
-- Where no second factor is asked, last used first.
-- global: belongs to a person
SELECT id, ip, user_agent, created_at, last_used_at, trusted_until
  FROM known_device
 WHERE user_id = $1 AND trusted_until > now()
 ORDER BY last_used_at DESC, id
 LIMIT 200;

-- name: device_forget
-- The second factor is asked there again.
-- global: belongs to a person
UPDATE known_device
   SET trusted_until = NULL
 WHERE id = $1 AND user_id = $2 AND trusted_until > now();

-- name: device_forget_all
-- The same everywhere: something that proves who a person is has changed.
-- global: belongs to a person
UPDATE known_device
   SET trusted_until = NULL
 WHERE user_id = $1 AND trusted_until IS NOT NULL;
