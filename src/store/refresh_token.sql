-- name: refresh_token_insert
-- One more of a family.
-- global: of a session
INSERT INTO refresh_token (digest, session_id)
VALUES ($1, $2);

-- name: refresh_token_select
-- Whose is it, and has it been used?  Locked: of two that come at once one is the second.
-- global: this is how the person becomes known
SELECT t.session_id, s.user_id, s.org_id, t.used_at
  FROM refresh_token t
  JOIN session s ON s.id = t.session_id AND s.revoked_at IS NULL
 WHERE t.digest = $1
   FOR UPDATE OF t;

-- name: refresh_token_use
-- Good once.
-- global: of a session
UPDATE refresh_token
   SET used_at = now()
 WHERE digest = $1;
