-- name: api_key_insert
-- A program may act for the person who made it.
INSERT INTO api_key (org_id, id, user_id, name, scopes, digest, hint, expires_at)
VALUES ($1, $2, $3, $4, string_to_array($5, ' '), $6, $7, $8);

-- name: api_key_list
-- Those that were not ended, newest first; of one person, or of all (null).
SELECT k.id, k.user_id, m.name AS user_name, k.name, array_to_string(k.scopes, ' ') AS scopes, k.hint,
       k.created_at, k.expires_at, k.last_used_at, k.last_ip
  FROM api_key k
  JOIN membership m ON m.org_id = $1 AND m.user_id = k.user_id AND m.state = 'active'
 WHERE k.org_id = $1 AND k.ended_at IS NULL AND ($2::uuid IS NULL OR k.user_id = $2)
 ORDER BY k.id DESC
 LIMIT 500;

-- name: api_key_count
-- How many a person has that are good.
SELECT count(*) AS n
  FROM api_key
 WHERE org_id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > now();

-- name: api_key_end
-- One's own, or anybody's (null).
UPDATE api_key
   SET ended_at = now()
 WHERE org_id = $1 AND id = $2 AND ($3::uuid IS NULL OR user_id = $3) AND ended_at IS NULL
RETURNING id, user_id, name, array_to_string(scopes, ' ') AS scopes, expires_at;

-- name: api_key_end_all
-- All of a person's in this organisation.
UPDATE api_key
   SET ended_at = now()
 WHERE org_id = $1 AND user_id = $2 AND ended_at IS NULL;

-- name: api_key_select
-- Which key is this, for whom does it act, and what may they do?
-- global: this is how the organisation becomes known
SELECT k.id, k.org_id, k.user_id, k.name, array_to_string(k.scopes, ' ') AS scopes, k.expires_at,
       m.role, coalesce(array_to_string(r.permissions, ' '), '') AS role_words
  FROM locator l
  JOIN api_key k ON k.org_id = l.org_id AND k.id = l.row_id
  JOIN app_user u ON u.id = k.user_id AND u.state = 'active'
  JOIN membership m ON m.org_id = k.org_id AND m.user_id = k.user_id AND m.state = 'active'
  LEFT JOIN role r ON r.org_id = m.org_id AND r.id = m.role_id
  JOIN org o ON o.org_id = k.org_id AND o.state <> 'closed'
 WHERE l.kind = 'api_key' AND l.digest = $1
   AND k.ended_at IS NULL
   AND k.expires_at > now();

-- name: api_key_update_seen
-- It is in use; written seldom, since every request could.
UPDATE api_key
   SET last_used_at = now(), last_ip = $3
 WHERE org_id = $1 AND id = $2
   AND (last_used_at IS NULL OR last_used_at < now() - interval '5 minutes');
