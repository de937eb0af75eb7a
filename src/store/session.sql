-- name: session_insert
-- A browser or script is signed in.
INSERT INTO session (id, token_digest, user_id, org_id, ip, user_agent, expires_at, kind)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: session_select
-- Who is asking, with all that a request needs to know about them.
-- global: this is how the organisation becomes known
SELECT s.id, s.user_id, s.org_id, s.last_seen_at, s.expires_at, s.kind = 'token' AS family,
       m.name AS user_name, u.email, u.locale, u.theme, m.role,
       coalesce(array_to_string(r.permissions, ' '), '') AS role_words, m.availability,
       o.name AS org_name, o.locale AS org_locale, o.timezone AS org_timezone,
       o.second_factor_required,
       EXISTS (SELECT 1 FROM totp t WHERE t.user_id = s.user_id AND t.confirmed_at IS NOT NULL) AS second_factor,
       s.created_at
  FROM session s
  JOIN app_user u ON u.id = s.user_id AND u.state = 'active'
  JOIN membership m ON m.org_id = s.org_id AND m.user_id = s.user_id AND m.state = 'active'
  LEFT JOIN role r ON r.org_id = m.org_id AND r.id = m.role_id
  JOIN org o ON o.org_id = s.org_id AND o.state <> 'closed'
 WHERE s.token_digest = $1
   AND s.revoked_at IS NULL
   AND s.expires_at > now()
   AND s.last_seen_at > now() - $2 * interval '1 day';

-- name: session_update_seen
-- It is in use; written seldom, since every request could.
-- global: belongs to a person
UPDATE session
   SET last_seen_at = now()
 WHERE id = $1 AND last_seen_at < now() - interval '5 minutes';

-- name: session_update_token
-- The same session under a new token: what it may do has changed.
-- global: belongs to a person
UPDATE session
   SET token_digest = $2
 WHERE id = $1 AND kind = 'browser' AND revoked_at IS NULL;

-- name: session_revoke
-- Signed out.
-- global: belongs to a person
UPDATE session
   SET revoked_at = now()
 WHERE id = $1 AND revoked_at IS NULL;

-- name: session_list
-- Where a person is signed in, last used first.
-- global: belongs to a person
SELECT s.id, s.org_id, o.name AS org_name, s.ip, s.user_agent, s.created_at, s.last_seen_at,
       least(s.expires_at, s.last_seen_at + $2 * interval '1 day') AS expires_at
  FROM session s
  JOIN org o ON o.org_id = s.org_id
 WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.expires_at > now()
   AND s.last_seen_at > now() - $2 * interval '1 day'
 ORDER BY s.last_seen_at DESC, s.id
 LIMIT 200;

-- name: session_revoke_own
-- One of a person's, if it is theirs.
-- global: belongs to a person
UPDATE session
   SET revoked_at = now()
 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL
RETURNING id;

-- name: session_revoke_others
-- All of a person's but one.
-- global: belongs to a person
UPDATE session
   SET revoked_at = now()
 WHERE user_id = $1 AND id <> $2 AND revoked_at IS NULL
RETURNING id;
