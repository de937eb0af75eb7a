-- name: signing_key_insert
-- It signs from now on; those before are published for a while.
-- global: the installation's
INSERT INTO signing_key (id, secret)
VALUES ($1, $2);

-- name: signing_key_list
-- The newest, which signs, and those whose tokens may still be about.
-- global: the installation's
SELECT k.id, k.secret, k.created_at
  FROM signing_key k
 WHERE NOT EXISTS (SELECT 1 FROM signing_key n
                    WHERE n.id > k.id AND n.created_at < now() - interval '1 day')
 ORDER BY k.id DESC
 LIMIT 16;

-- name: signing_key_lock
-- Two processes do not make one at the same time.
-- global: the installation's
SELECT pg_advisory_xact_lock(hashtext('signing_key'));

-- name: signing_key_purge
-- Those that another has replaced for more than a day.
-- global: the installation's
DELETE FROM signing_key k
 WHERE EXISTS (SELECT 1 FROM signing_key n
                WHERE n.id > k.id AND n.created_at < now() - interval '1 day');
